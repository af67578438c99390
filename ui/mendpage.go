package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// A waits is what an import refused, is unsure of or let wait for another record, by cause. It stands in the place of the cards
// on Import until somebody goes back or retries.
type waits struct {
	w       *Window
	project string // ID
	run     string // the run it was opened for
	from    string // the place to go back to
	list    importer.WaitList
	loaded  bool
	fault   *core.Fault
	loading *task.Task
	rows    *waitRows
	chosen  int // of the groups; -1 is all
	causes  int // so many are shown
}

// causesFirst causes are shown at first, and causesMore more each time somebody asks.
const (
	causesFirst = 6
	causesMore  = 20
)

// showWaiting opens what waits of a run of the open project.
func (w *Window) showWaiting(run string) {
	p := w.imports()
	p.endRehearsal()
	p.waits = &waits{w: w, project: w.project.ID, run: run, from: w.place, chosen: -1, causes: causesFirst}
	p.waits.load()
	w.open(placeImport)
	p.page.Top()
}

// load reads the groups, and the records anew.
func (x *waits) load() {
	x.loading.Cancel()
	p, run := clone(x.w.project), x.run
	x.loading = task.Go(x.w.run, func(ctx context.Context, _ func(struct{})) (importer.WaitList, error) {
		return x.w.o.Engine.Waiting(ctx, p, run)
	}, nil, func(list importer.WaitList, err error) {
		x.loading, x.loaded, x.list, x.fault = nil, err == nil, list, nil
		if err != nil {
			x.fault = core.AsFault(err)
		}
		if x.chosen >= len(list.Groups) {
			x.chosen = -1
		}
		if x.loaded && len(list.Groups) > 0 {
			if x.rows == nil {
				x.rows = newWaitRows(x)
			}
			x.rows.again()
		}
		x.w.refresh()
	})
}

// back goes where the page was opened from.
func (x *waits) back() {
	p := x.w.imports()
	if p.waits != x {
		return
	}
	p.waits = nil
	if x.from != placeImport && x.from != "" {
		x.w.open(x.from)
		return
	}
	x.w.refresh()
	p.page.Top()
}

func (x *waits) all() (n int64) {
	for _, g := range x.list.Groups {
		n += g.Records
	}
	return n
}

// overtaken is the run whose list counts for all that waits here; "" when this one does.
func (x *waits) overtaken() string {
	newer := ""
	for _, g := range x.list.Groups {
		if g.Overtaken == "" {
			return ""
		}
		newer = g.Overtaken
	}
	return newer
}

func (p *imports) renderWaits() {
	x := p.waits
	w := p.w
	back := kit.Link(lang.L("Back"), x.back)
	title := lang.L("Records that wait")
	about := lang.L("Refused, unsure, or waiting for another record")
	if x.list.Run.ID != "" {
		about = lang.L("Of the import of {{.When}}", kit.M{"When": kit.When(x.list.Run.Started, w.o.Now())})
	}
	switch {
	case x.fault != nil:
		p.page.Set(kit.PageHead(title, about, back), kit.FaultCard(x.fault, w.faultCalls(w.connection(), x.load)))
		return
	case !x.loaded:
		p.page.Set(kit.PageHead(title, about, back), kit.WaitingCard(lang.L("Reading what waits…"), ""))
		return
	case len(x.list.Groups) == 0:
		done := kit.Primary(lang.L("Back"), x.back)
		p.primary = done
		words := lang.L("Everything that was refused has been settled since.")
		if x.list.Back {
			words = lang.L("This import was taken back, so its records wait no more. The next import reads everything anew.")
		}
		p.page.Set(kit.PageHead(title, about), kit.Nothing("check", lang.L("Nothing waits any more"), words, done))
		return
	}
	export := kit.Plain(lang.L("Export…"), x.export)
	export.Tip(lang.L("What this page shows as a list that Excel opens, with the reason beside each."))
	retry := kit.Primary(lang.L("Retry all"), func() { x.retry(importer.Selection{}) })
	retry.Tip(lang.L("Reads just these records from Dynamics 365 again and imports them, with the mapping as it is now."))
	retry.Unless(x.cannot())
	if !retry.Disabled() {
		p.primary = retry
	}
	cards := []fyne.CanvasObject{}
	if newer := x.overtaken(); newer != "" {
		open := kit.Plain(lang.L("Open that one"), func() { w.showWaiting(newer) })
		cards = append(cards, kit.Tinted(look.WarnedTint, kit.Row(12, kit.NewIcon("warn", look.Warned, 18),
			kit.Grow(kit.Para(lang.L("A newer import has read these records once more. What it refused stands on its own list."))), open)))
	}
	cards = append(cards, x.groups(), x.rows.card())
	p.page.Set(kit.PageHead(title, about, back, export, retry), cards...)
}

// cannot says why nothing can be retried now.
func (x *waits) cannot() string {
	if x.overtaken() != "" {
		return lang.L("A newer import has read these records once more.")
	}
	if c := x.w.connection(); c == nil || x.w.project.Destination == nil {
		return lang.L("There is no connection or no destination.")
	}
	return x.w.busyReason()
}

// retry imports what is chosen, and nothing else.
func (x *waits) retry(of importer.Selection) {
	if x.cannot() != "" {
		return
	}
	r := ImportRequest{Tables: x.tables(), Retry: &importer.Retry{Run: x.list.Run.ID, Only: of}}
	x.w.askImport(r, func() {
		x.w.imports().waits = nil
		x.w.startImport(r)
		x.w.open(placeImport)
	})
}

// count is how many records of each mapping are chosen.
func (x *waits) count(of importer.Selection) map[string]int64 {
	n := map[string]int64{}
	for _, r := range of.Records {
		n[r.Mapping]++
	}
	for _, g := range x.list.Groups {
		if of.All() || slices.Contains(of.Causes, g.Cause) {
			n[g.Mapping] += g.Records
		}
	}
	return n
}

// tables are the mappings of the list that took part in the run.
func (x *waits) tables() []string {
	ids := []string{}
	for _, t := range x.list.Run.Tables {
		for _, l := range x.w.listed() {
			if l.is(t.Mapping, t.Table) && !slices.Contains(ids, l.ID) {
				ids = append(ids, l.ID)
			}
		}
	}
	if len(ids) == 0 {
		return x.w.taking()
	}
	return ids
}

// export saves what the page shows: what still waits, narrowed to a cause and a search where somebody did that.
func (x *waits) export() {
	r, q := importer.ReceiptOf(x.list.Run, nil), x.rows.wanted(x.rows.text())
	x.w.saveRunReport(runOf{x.w.project.ID, x.w.project.Name}, &r, true, &q)
}

// groups are the causes, each with what helps.
func (x *waits) groups() fyne.CanvasObject {
	parts := []fyne.CanvasObject{kit.Row(10, kit.Grow(kit.Head(lang.L("By cause"))), kit.NewText(waitCount(x.all()), kit.Style{Size: look.CaptionSize, Ink: look.Quiet, Right: true}))}
	for i, g := range x.list.Groups {
		if more := len(x.list.Groups) - i; i >= x.causes && more > 1 {
			parts = append(parts, kit.Row(0, kit.Link(lang.L("{{.N}} more causes", kit.M{"N": kit.Number(int64(more))}), func() {
				x.causes += causesMore
				x.w.refresh()
			}), kit.Space()))
			break
		}
		parts = append(parts, x.group(i, g))
	}
	return kit.Card(kit.Column(10, parts...))
}

func waitCount(n int64) string {
	if n == 1 {
		return lang.L("1 record")
	}
	return lang.N("{{.N}} records", int(n), kit.M{"N": kit.Number(n)})
}

func (x *waits) group(i int, g importer.Group) fyne.CanvasObject {
	ink, tint := waitLook(g.Kind)
	f := g.Fault
	if f == nil {
		f = &core.Fault{Cause: lang.L("No reason was given.")}
	}
	where := g.Table
	if g.Field != "" {
		where += " · " + g.Field
	}
	words := []fyne.CanvasObject{kit.StrongPara(f.Cause)}
	if f.Remedy != "" {
		words = append(words, kit.NewText(f.Remedy, kit.Style{Wrap: true, Size: 13}))
	}
	if g.Kind == core.Unsure {
		words = append(words, kit.CaptionPara(lang.L("Ferry looks for them again before anything is sent. What it does not find waits for you: open the record and say whether it is there.")))
	}
	words = append(words, kit.NewElided(where, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}))
	show := kit.Plain(lang.L("Show"), func() { x.choose(i) })
	if x.chosen == i {
		show = kit.Plain(lang.L("Show all"), func() { x.choose(-1) })
	}
	buttons := []fyne.CanvasObject{show}
	if at, ok := x.place(g); ok {
		buttons = append(buttons, kit.Plain(lang.L("Open the mapping"), func() { x.w.openMapping(at) }))
	}
	these := kit.Plain(lang.L("Retry these"), func() { x.retry(importer.Selection{Causes: []importer.Cause{g.Cause}}) })
	these.Unless(x.cannot())
	buttons = append(buttons, these, kit.Space())
	chip := kit.Chip(kit.Number(g.Records)+" "+waitWords(g.Kind), ink, look.Card)
	return kit.Tinted(tint, kit.Column(8, kit.TopRow(10, kit.Grow(kit.Column(4, words...)), chip), kit.Row(8, buttons...)))
}

// choose narrows the list of records to one cause; -1 shows all.
func (x *waits) choose(i int) {
	x.chosen = i
	x.rows.again()
	x.w.refresh()
	if i >= 0 {
		x.w.imports().page.Reveal(x.rows.stands)
	}
}

func waitWords(k core.OutcomeKind) string {
	switch k {
	case core.Skipped:
		return lang.L("waiting")
	case core.Unsure:
		return lang.L("unsure")
	}
	return lang.L("refused")
}

func waitLook(k core.OutcomeKind) (ink, tint fyne.ThemeColorName) {
	if k == core.Refused {
		return look.Failed, look.FailedTint
	}
	return look.Warned, look.WarnedTint
}

// place is where a cause is mended in its mapping; false when the mapping is not on the list, or cannot help.
func (x *waits) place(g importer.Group) (at mapping.Place, ok bool) {
	if g.Kind == core.Unsure {
		return at, false
	}
	for _, l := range x.w.listed() {
		m := mapping.Mapping{ID: l.ID, Source: l.Table}
		if l.Saved != nil {
			m = *l.Saved
		}
		if path := pathTo(m, g.Mapping, nil); path != nil {
			path[0] = l.ID
			return mapping.Place{Path: path, Part: mendPart(g), Field: g.Field, Column: columnOf(m, path, g.Field)}, true
		}
	}
	return at, false
}

// pathTo are the IDs from a mapping to the one of that ID among its children; nil when it is not there.
func pathTo(m mapping.Mapping, id string, above []string) []string {
	path := append(slices.Clone(above), m.ID)
	if m.ID == id {
		return path
	}
	for _, c := range m.Children {
		if found := pathTo(c, id, path); found != nil {
			return found
		}
	}
	return nil
}

// columnOf is the column that a refused record's field is about: a reason names the one or the other.
func columnOf(m mapping.Mapping, path []string, field string) string {
	for _, id := range path[1:] {
		for _, c := range m.Children {
			if c.ID == id {
				m = c
				break
			}
		}
	}
	for _, b := range m.Columns {
		if b.Column == field {
			return b.Column
		}
	}
	for _, b := range m.Columns {
		if field != "" && (b.Field == field || slices.Contains(b.Fields, field)) {
			return b.Column
		}
	}
	return ""
}

// mendPart is the part of a mapping's page on which a cause is mended.
func mendPart(g importer.Group) mapping.PagePart {
	switch {
	case strings.HasSuffix(g.Code, "choice-unmatched"):
		return mapping.PartChoices
	case strings.HasPrefix(g.Code, "importer.lookup"), g.Code == importer.WaitsCode:
		return mapping.PartLookups
	case strings.Contains(g.Code, "match"):
		return mapping.PartMatch
	}
	return mapping.PartFields
}

// openMapping opens the page of a mapping of the list at a place.
func (w *Window) openMapping(at mapping.Place) {
	w.open(placeMappings)
	w.mappings().show(at.Path[0])
	if page := w.mappings().open; page != nil {
		page.then = &at
	}
}
