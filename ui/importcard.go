package ui

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// card is one mapping: what is known of it and its buttons, or the live panel.
func (p *imports) card(l listed, s *session) fyne.CanvasObject {
	w := p.w
	title := kit.NewElided(w.nameOf(l), kit.Style{Bold: true, Size: 16})
	fromTo := l.Table
	if l.to() != l.Table && !p.w.unsaid(l) {
		fromTo += " › " + l.to()
	}
	var names fyne.CanvasObject = kit.Row(10, title, kit.Grow(kit.NewElided(fromTo, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})))
	about := p.about(l, s)
	if long(w.nameOf(l)) {
		names, about = title, fromTo+" · "+about
	}
	if t, current := w.active.table(l); t != nil {
		return p.live(l, title, *t, current)
	}
	return kit.Card(kit.Column(4, kit.Row(10, append([]fyne.CanvasObject{kit.Grow(names)}, p.buttons(l, s)...)...),
		kit.NewElided(about, kit.Style{Ink: look.Quiet, Size: 13, Wrap: true, Most: 2})))
}

// long reports whether a name leaves no room for anything beside it.
func long(name string) bool { return utf8.RuneCountInString(name) > 24 }

func (p *imports) buttons(l listed, s *session) []fyne.CanvasObject {
	w := p.w
	if !s.has(l.Table) {
		return []fyne.CanvasObject{kit.Link(lang.L("Take off the list"), func() { w.removeMapping(l.ID) })}
	}
	if w.unsaid(l) && w.begun.task == nil {
		return []fyne.CanvasObject{kit.Plain(lang.L("Say where it goes…"), func() { w.open(placeMappings); w.mappings().show(l.ID) })}
	}
	seen := w.seen(l)
	try := kit.Next(!seen, lang.L("Try 10"), func() { p.start([]string{l.ID}, 10) })
	try.Tip(lang.L("Imports the first 10 records, so that you can look at them."))
	rehearse := kit.Plain(lang.L("Rehearse"), func() { p.rehearse([]string{l.ID}) })
	rehearse.Tip(lang.L("Shows what an import would do, record by record, and writes nothing."))
	all := kit.Next(seen, w.importWords(l), func() { p.start([]string{l.ID}, 0) })
	reason := p.blocked(s)
	try.Unless(reason)
	rehearse.Unless(reason)
	all.Unless(reason)
	more := kit.MoreButton(lang.L("More about {{.Name}}", kit.M{"Name": w.nameOf(l)}), func() []kit.MenuItem { return p.more(l, s) })
	return []fyne.CanvasObject{try, rehearse, all, more}
}

// more is the menu of a card.
func (p *imports) more(l listed, s *session) []kit.MenuItem {
	w := p.w
	items := []kit.MenuItem{
		{Words: lang.L("Import all of it anew"), Icon: "history", Unless: p.blocked(s), Tap: func() { p.begin(ImportRequest{Tables: []string{l.ID}, Full: true}) }},
		{Words: lang.L("Open the mapping"), Icon: "mappings", Tap: func() { w.open(placeMappings); w.mappings().show(l.ID) }},
	}
	if l.ID != "account" && l.ID != "contact" {
		items = append(items, kit.MenuItem{Words: lang.L("Take off the list"), Icon: "cross", Unless: w.busyReason(), Tap: func() { w.removeMapping(l.ID) }})
	}
	return items
}

// about is the quiet line of a mapping's card.
func (p *imports) about(l listed, s *session) string {
	words := []string{}
	if l.Off {
		words = append(words, lang.L("not part of Import everything"))
	}
	switch key := countOf(l); {
	case !s.has(l.Table):
		return lang.L("This environment has no such table, or you may not read it.")
	case s.uncounted[key] != nil:
		words = append(words, s.uncounted[key].Cause)
	case s.counts[key].Truth != core.Unknown && filtered(l):
		words = append(words, lang.L("{{.Records}} by its filter", kit.M{"Records": kit.Records(s.counts[key])}))
	case s.counts[key].Truth != core.Unknown:
		words = append(words, kit.Records(s.counts[key]))
	case s.tablesFault == nil:
		words = append(words, lang.L("counting…"))
	}
	if r, t := p.w.lastOf(l); r != nil {
		words = append(words, lang.L("last {{.When}}: {{.N}} read", kit.M{"When": kit.When(r.Started, p.w.o.Now()), "N": kit.Number(t.Read)}))
		next := p.w.foreseen(l)
		if p.w.backOf(r.Run) != nil && next != nextAnew() {
			words = append(words, lang.L("taken back"))
		}
		if next != "" {
			words = append(words, next)
		}
	} else if p.w.runs.loaded {
		words = append(words, lang.L("not imported yet"))
	}
	return strings.Join(words, " · ")
}

// foreseen is what the next import of a mapping will read, as far as the window knows; "" where there was none of all of it.
// An import looks once more, and says what it found otherwise.
func (w *Window) foreseen(l listed) string {
	now, other := digestOf(l), false
	for i := range w.runs.list {
		r := &w.runs.list[i]
		t := w.partOf(r, l)
		partial := r.Limit > 0 || r.Retries != "" || t != nil && t.Only != ""
		switch {
		case t == nil:
		case r.Undoes != "":
			return nextAnew()
		case now != "" && t.Digest != "" && t.Digest != now:
			if !partial {
				return lang.L("next: everything, because the mapping changed")
			}
			other = true // some records were imported by another mapping, and lie there
		case partial || r.State != importer.Complete:
		case other:
			return lang.L("next: everything, because the mapping changed")
		case !w.wentHere(r):
			return lang.L("next: everything, because the destination is another one")
		case t.Marked:
			return lang.L("next: only what changed since")
		default:
			return lang.L("next: everything is read and compared")
		}
	}
	return ""
}

func nextAnew() string { return lang.L("next: everything, because an import was taken back") }

// wentHere reports whether a run wrote into the present destination, as far as its name tells.
func (w *Window) wentHere(r *importer.Receipt) bool {
	d := w.project.Destination
	driver := w.driver(d.Driver)
	for _, name := range []string{"", destinationName(d, driver), destinationPlace(d, driver), destinationPath(d, driver)} {
		if r.To == name {
			return true
		}
	}
	return driver != nil && r.To == driver.Title
}

// live is the card of a mapping that is being imported.
func (p *imports) live(l listed, title fyne.CanvasObject, t importer.TableProgress, current bool) fyne.CanvasObject {
	w := p.w
	panel := kit.NewProgress()
	panel.Bare = w.active.comparison
	if w.active.back != nil {
		panel.Back, _ = w.removedWords(nil)
	}
	p.panels[progressID(t)], p.states[progressID(t)] = panel, t.State
	ink, tint := look.Quiet, look.Field
	switch t.State {
	case importer.Reading, importer.Finishing:
		ink, tint = look.Primary, look.PrimaryTint
	case importer.Done:
		ink, tint = look.Passed, look.PassedTint
	}
	head := kit.Row(10, title, kit.Mono(l.Table), kit.Space(), kit.Chip(w.active.stateWords(t.State), ink, tint))
	panel.Set(t, w.active.progress, current, w.o.Now())
	if t.State == importer.Waiting {
		return kit.Card(head)
	}
	return kit.Card(kit.Column(11, head, panel.Container))
}

func (a *activeImport) stateWords(s importer.TableState) string {
	switch s {
	case importer.Reading:
		if a.comparison {
			return lang.L("comparing")
		}
		if a.rehearsal {
			return lang.L("rehearsing")
		}
		if a.back != nil {
			return lang.L("taking back")
		}
		return lang.L("importing")
	case importer.Finishing:
		return lang.L("finishing")
	case importer.Done:
		return lang.L("done")
	}
	return lang.L("waits for its turn")
}
