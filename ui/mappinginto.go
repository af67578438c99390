package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/task"
)

// unsaid reports whether nobody has said yet into which of the destination's own tables a mapping goes.
func (w *Window) unsaid(l listed) bool { return l.Saved == nil && w.described() }

// chooseInto lets a person choose one of the destination's tables for a table of the source, and begins the mapping.
func (w *Window) chooseInto(table string, begun func(m mapping.Mapping)) {
	w.chooseTable(table, func(into string) { w.beginInto(table, into, begun) })
}

// chooseTable lets a person choose one of the destination's tables for a table of the source.
func (w *Window) chooseTable(table string, chosen func(into string)) {
	to := *clone(w.project).Destination
	kind := w.driver(to.Driver).Title
	w.during(lang.L("Where does {{.Table}} go?", kit.M{"Table": w.titleOf(table)}), lang.L("Asking {{.Kind}}…", kit.M{"Kind": kind}), func(ctx context.Context) (func(), error) {
		names, err := w.o.Engine.DestinationTables(ctx, to)
		return func() {
			items := make([]choosable, len(names))
			for i, t := range names {
				items[i] = choosable{key: t.Logical, title: plural(t), logical: t.Logical}
				if t.Custom {
					items[i].note = lang.L("custom table")
				}
				for _, l := range w.listed() {
					if l.Saved != nil && l.Saved.Table == t.Logical {
						items[i].note = lang.L("has {{.Name}} already", kit.M{"Name": w.nameOf(l)})
					}
				}
			}
			w.pickFrom(pickSheet{title: lang.L("Where does {{.Table}} go?", kit.M{"Table": w.titleOf(table)}), about: lang.L("These are the tables of {{.Kind}}. One table of Dynamics 365 can go into several: accounts into customers and into sites.", kit.M{"Kind": kind}),
				items: items, picked: func(keys []string) { chosen(keys[0]) }})
		}, err
	})
}

// beginInto begins a mapping into one of the destination's tables.
func (w *Window) beginInto(table, into string, begun func(m mapping.Mapping)) {
	c := w.connection()
	if c == nil {
		return
	}
	conn, to := *c, *clone(w.project).Destination
	w.during(w.titleOf(table), lang.L("Reading the fields…"), func(ctx context.Context) (func(), error) {
		m, err := w.o.Engine.BeginMapping(ctx, conn, to, table, into)
		return func() { begun(m) }, err
	})
}

// during shows that something is asked, and does what comes of it. It can be cancelled; a Fault is told.
func (w *Window) during(title, words string, ask func(ctx context.Context) (then func(), err error)) {
	var sheet *kit.Sheet
	asking := task.Go(w.run, func(ctx context.Context, _ func(struct{})) (func(), error) { return ask(ctx) }, nil, func(then func(), err error) {
		sheet.Close()
		switch {
		case err == nil:
			then()
		case core.AsFault(err).Kind != core.Stopped:
			w.tell(title, err)
		}
	})
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: title, Body: kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(words))), Closed: asking.Cancel,
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })},
	})
}

// addInto puts a mapping of a table on the list, into a table of the destination that the person chooses.
func (w *Window) addInto(table string) {
	w.chooseInto(table, func(m mapping.Mapping) {
		p, ids := w.own(), w.ids()
		m.ID = table
		if slices.Contains(ids, table) || w.savedMapping(table) != nil {
			m.ID = freeID(table+"-"+m.Table, append(mappingIDs(p.Mappings), ids...))
			m.Title = w.titleOf(table) + " › " + m.Table
		}
		p.Mappings = append(p.Mappings, m)
		p.Tables = append(ids, m.ID)
		w.save()
		w.count()
		w.refresh()
	})
}

// say asks where a mapping goes that goes nowhere yet, and opens its page.
func (p *mappings) say(l listed) {
	p.w.chooseInto(l.Table, func(m mapping.Mapping) {
		m.ID = l.ID
		p.w.keepMapping(m)
		p.show(l.ID)
	})
}

// sayAnew asks where a mapping goes instead. What was said of it so far can be brought back.
func (p *mappings) sayAnew(l listed) {
	p.w.chooseInto(l.Table, func(m mapping.Mapping) {
		p.remember(lang.L("“{{.Name}}” goes into {{.Table}} now. Its fields were begun anew.", kit.M{"Name": p.w.nameOf(l), "Table": m.Table}))
		m.ID = l.ID
		p.w.keepMapping(m)
		p.w.refresh()
	})
}
