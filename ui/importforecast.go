package ui

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// notifies is the present destination's switch that lets it write to people; false when it has none.
func (w *Window) notifies() (s core.Setting, on, has bool) {
	d := w.project.Destination
	if d == nil {
		return s, false, false
	}
	driver := w.driver(d.Driver)
	if driver == nil {
		return s, false, false
	}
	for _, s := range driver.Settings {
		if s.Notifies {
			on, _ = strconv.ParseBool(d.Settings[s.Name])
			return s, on, true
		}
	}
	return s, false, false
}

// quietWords say whether anybody hears of the import.
func (w *Window) quietWords(r ImportRequest) []fyne.CanvasObject {
	s, on, has := w.notifies()
	if !has {
		return nil
	}
	kind := w.driver(w.project.Destination.Driver).Title
	if on {
		words := lang.L("{{.Kind}} may write to the people who are imported: “{{.Setting}}” is on.", kit.M{"Kind": kind, "Setting": s.Title})
		if n := w.people(); n.Truth != "" {
			words += " " + lang.L("That is {{.Count}} people.", kit.M{"Count": kit.Count(n)})
		}
		return []fyne.CanvasObject{kit.Hint("warn", words, look.Warned)}
	}
	words := lang.L("Nobody is written to: each request tells {{.Kind}} to send no mail and to start no automation.", kit.M{"Kind": kind})
	if r.Limit > 0 {
		words += " " + lang.L("Look afterwards whether it kept to that.")
	}
	return []fyne.CanvasObject{kit.Hint("check", words, look.Passed)}
}

// forecast asks how long the import takes and writes it into the sheet when it is known. What makes it slow stands there as a
// warning, with a way to mend it first.
func (w *Window) forecast(r ImportRequest, into, slow *fyne.Container, sheet *kit.Sheet) {
	c := w.connection()
	if c == nil || !w.described() {
		return
	}
	records := w.toWrite(r)
	if records == nil {
		return
	}
	to := *clone(w.project).Destination
	show := func(words string) { // in room of one height, so that no button moves away under the mouse
		into.Objects = []fyne.CanvasObject{kit.Sized(100, forecastHeight, kit.Hint("wait", words, look.Quiet))}
		into.Refresh()
		sheet.Refit()
	}
	show(lang.L("Working out how long it takes…"))
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (core.Forecast, error) {
		return w.o.Engine.ForecastImport(ctx, to, records)
	}, nil, func(said core.Forecast, err error) {
		if err != nil || said.Text == "" {
			show(lang.L("How long it takes is said when it begins."))
			return
		}
		if said.Warning != nil {
			slow.Objects = []fyne.CanvasObject{w.slowCard(said.Warning, sheet)}
		}
		show(said.Text + ".")
	})
}

// toWrite is how many records of each of the destination's tables an import brings, as far as it is known; nil is not known.
func (w *Window) toWrite(r ImportRequest) map[string]int64 {
	records := map[string]int64{}
	add := func(id string, n int64) {
		if l, ok := w.byID(id); ok && l.Saved != nil {
			records[l.Saved.Table] += n
		}
	}
	shown, waits := w.imports().shown, w.imports().waits
	switch {
	case r.Retry != nil && waits != nil:
		for id, n := range waits.count(r.Retry.Only) {
			add(id, n)
		}
		return records
	case r.Only != "" && shown != nil:
		for _, t := range shown.Tables {
			add(t.Mapping, t.Counts.Created+t.Counts.Updated)
		}
		return records
	}
	counts := w.session(w.connection().Name).counts
	for _, id := range r.Tables {
		l, ok := w.byID(id)
		if !ok || l.Saved == nil {
			continue
		}
		n := counts[countOf(l)]
		if n.Truth == core.Unknown && r.Limit == 0 {
			return nil
		}
		if r.Limit > 0 && (n.Truth == core.Unknown || n.N > int64(r.Limit)) {
			n.N = int64(r.Limit)
		}
		add(id, n.N)
	}
	return records
}

// slowCard is what makes an import slow. One click leads to the setting that mends it.
func (w *Window) slowCard(f *core.Fault, sheet *kit.Sheet) fyne.CanvasObject {
	said := *f
	said.Subject = core.Subject{}
	calls := kit.FaultCalls{Quiet: true}
	for _, s := range w.driver(w.project.Destination.Driver).Settings {
		if s.Name == f.Subject.Field {
			calls.MendBy = lang.L("Fill in “{{.Setting}}”…", kit.M{"Setting": s.Title})
			calls.Mend = func() { sheet.Close(); w.open(placeDestination); w.destinations().fillIn(s) }
		}
	}
	return kit.WarningCard(&said, calls)
}

// forecastHeight is room for two lines.
const forecastHeight = 40

// lookedQuiet asks the person, after a try into a destination that could write to people, to look whether it did. What the
// requests say is proved; what the destination does with it is not.
func (w *Window) lookedQuiet(limited bool) []fyne.CanvasObject {
	_, on, has := w.notifies()
	if !has || on || !limited {
		return nil
	}
	kind := w.driver(w.project.Destination.Driver).Title
	return []fyne.CanvasObject{kit.Tinted(look.WarnedTint, kit.Row(12, kit.NewIcon("warn", look.Warned, 18),
		kit.Grow(kit.Para(lang.L("Look in {{.Kind}} whether it sent anything to these people before you go on. Ferry told it not to in each request.", kit.M{"Kind": kind})))))}
}
