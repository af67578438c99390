package ui

import (
	"context"
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/task"
)

// surveyed is what both sides say of a mapping's table, for the list.
type surveyed struct {
	all     loaded
	known   bool
	loading *task.Task
}

// survey is what is known of a mapping's table on both sides; nil while nothing is. It is asked for once, and nothing
// waits for it.
func (p *mappings) survey(l listed) *loaded {
	w := p.w
	c := w.connection()
	if c == nil || l.Saved == nil {
		return nil
	}
	key := w.systems() + "\n" + l.Table + "\n" + l.Saved.Table
	s := p.surveys[key]
	if s == nil {
		s = &surveyed{}
		p.surveys[key] = s
		s.loading = w.describe(*c, l.Table, l.Saved.Table, l.Saved.Children, func(all loaded, err error) {
			s.loading = nil
			s.all, s.known = all, err == nil
			if w.place == placeMappings && p.open == nil {
				w.refresh()
			}
		})
	}
	if !s.known {
		return nil
	}
	return &s.all
}

// systems names both sides; what is known of tables is forgotten when one of them changes.
func (w *Window) systems() string {
	key := ""
	if c := w.connection(); c != nil {
		key = c.Name + "\n" + c.Org
	}
	if d := w.project.Destination; d != nil {
		key += "\n" + d.Driver
		for _, name := range slices.Sorted(maps.Keys(d.Settings)) {
			key += "\n" + name + "=" + d.Settings[name]
		}
	}
	return key
}

// describe asks both sides what a table looks like.
func (w *Window) describe(conn project.Connection, table, name string, children []mapping.Mapping, done func(loaded, error)) *task.Task {
	var to *project.Destination
	if w.project.Destination != nil {
		to = clone(w.project).Destination
	}
	return task.Go(w.run, func(ctx context.Context, _ func(struct{})) (loaded, error) {
		var all loaded
		var err error
		if all.from, err = w.o.Engine.Describe(ctx, conn, table); err != nil || to == nil {
			return all, err
		}
		if all.to, err = w.o.Engine.DescribeDestination(ctx, *to, name); err == nil && all.to == nil {
			all.have = w.have(ctx, *to, name)
		}
		if err == nil && all.to != nil {
			all.places, err = w.placesOf(ctx, *to, children)
		}
		return all, err
	}, nil, done)
}

// placesOf describes the destination's own tables into which children go. One that is not there any more is left out.
func (w *Window) placesOf(ctx context.Context, to project.Destination, children []mapping.Mapping) (all []core.Table, err error) {
	for _, c := range children {
		t, err := w.o.Engine.DescribeDestination(ctx, to, c.Table)
		switch {
		case err != nil && core.AsFault(err).Kind != core.Wrong:
			return nil, err
		case err == nil && t != nil:
			all = append(all, *t)
		}
		below, err := w.placesOf(ctx, to, c.Children)
		if err != nil {
			return nil, err
		}
		all = append(all, below...)
	}
	return all, nil
}

// have asks a destination that makes its tables itself what it has under some names. One that cannot be asked now keeps
// nobody from editing: an import asks again.
func (w *Window) have(ctx context.Context, to project.Destination, names ...string) map[string]*core.Table {
	found := map[string]*core.Table{}
	for _, name := range names {
		if t, err := w.o.Engine.There(ctx, to, name); err == nil {
			found[name] = t
		}
	}
	return found
}

// meet asks what the destination has under the names of the mapping's tables, each once, and tells the draft.
func (p *mappingPage) meet() {
	d := p.w.project.Destination
	if d == nil || p.root == nil || !p.root.Free() || p.meeting != nil {
		return
	}
	ask := []string{}
	var look func(m mapping.Mapping)
	look = func(m mapping.Mapping) {
		if t, asked := p.met[m.Table]; asked {
			p.root.Have(m.Table, t)
		} else if m.Table != "" {
			ask = append(ask, m.Table)
		}
		for _, c := range m.Children {
			look(c)
		}
	}
	look(p.root.Saved())
	if len(ask) == 0 {
		return
	}
	to := *clone(p.w.project).Destination
	p.meeting = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (map[string]*core.Table, error) {
		return p.w.have(ctx, to, ask...), nil
	}, nil, func(found map[string]*core.Table, err error) {
		p.meeting = nil
		if err != nil {
			return
		}
		if p.met == nil {
			p.met = map[string]*core.Table{}
		}
		for _, name := range ask {
			p.met[name] = found[name]
		}
		p.meet()
		p.reopen()
		p.w.refresh()
	})
}

// state is a mapping's state in words, and what has to be looked at.
func (p *mappings) state(l listed) (words, chip string, worst mapping.Severity) {
	m := l.Saved
	switch {
	case m == nil && p.w.begun.task != nil && p.w.described():
		return lang.L("being begun…"), "", ""
	case p.w.unsaid(l):
		return lang.L("takes no part until somebody says where it goes"), lang.L("where to?"), mapping.Warns
	case m == nil:
		return lang.L("every field, as it comes"), "", ""
	}
	said := []string{lang.N("{{.N}} columns", len(m.Columns), kit.M{"N": kit.Number(int64(len(m.Columns)))})}
	var d *mapping.Draft
	if known := p.survey(l); known != nil {
		d = mapping.Edit(*m, known.from.Table, known.to)
		d.Place(known.places...)
		d.Others(p.w.others(l.ID))
		for name, t := range known.have {
			d.Have(name, t)
		}
		open := 0
		for _, b := range m.Columns {
			if b.Choices == nil {
				continue
			}
			for _, row := range d.ChoiceTable(b.Column) {
				if row.How == mapping.ChoiceOpen && b.Choices.Else == mapping.Refuse {
					open++
				}
			}
		}
		if open > 0 {
			said = append(said, lang.N("{{.N}} choices open", open, kit.M{"N": kit.Number(int64(open))}))
		}
		if chip, worst = problemsChip(d.Problems()); worst == mapping.Notes {
			chip, worst = "", "" // nothing to do about it
		}
	}
	if m.ActiveOnly {
		said = append(said, lang.L("only active records"))
	}
	if m.Where != nil || m.Filter != "" {
		said = append(said, filterWords(m, d))
	}
	if n := len(m.Children); n > 0 {
		said = append(said, lang.N("{{.N}} child tables", n, kit.M{"N": n}))
	}
	return strings.Join(said, " · "), chip, worst
}

// others are the project's other mappings.
func (w *Window) others(id string) []mapping.Mapping {
	others := []mapping.Mapping{}
	for _, l := range w.listed() {
		switch {
		case l.ID == id:
		case l.Saved != nil:
			others = append(others, *l.Saved)
		default: // as it comes: into a table of its own name
			others = append(others, mapping.Mapping{ID: l.ID, Source: l.Table, Table: l.Table})
		}
	}
	return others
}

// problemsChip counts what has to be looked at, and the notes apart from it; worst tells how bad the worst is. It is ""
// when there is nothing.
func problemsChip(all []mapping.Problem) (words string, worst mapping.Severity) {
	things, notes := 0, 0
	for _, p := range all {
		if p.Severity == mapping.Notes {
			notes++
			continue
		}
		things++
		if p.Severity == mapping.Stops || worst == "" {
			worst = p.Severity
		}
	}
	said := []string{}
	if things > 0 {
		said = append(said, lang.N("{{.N}} things to look at", things, kit.M{"N": kit.Number(int64(things))}))
	}
	if notes > 0 {
		said = append(said, lang.N("{{.N}} notes", notes, kit.M{"N": kit.Number(int64(notes))}))
		if worst == "" {
			worst = mapping.Notes
		}
	}
	return strings.Join(said, " · "), worst
}

// filterWords say in a few words which records are meant: one condition as it is, more by their number.
func filterWords(m *mapping.Mapping, d *mapping.Draft) string {
	if m.Where == nil {
		return lang.L("a filter by hand")
	}
	f := *m.Where
	if len(f.All) == 1 && len(f.Any) == 0 {
		f = f.All[0]
	} else if len(f.Any) == 1 && len(f.All) == 0 {
		f = f.Any[0]
	}
	n := conditions(*m.Where)
	if m.Filter != "" {
		n++
	}
	if n != 1 || f.Field == "" || len(f.Values) > 1 || d == nil {
		return lang.N("{{.N}} conditions", n, kit.M{"N": n})
	}
	field := d.Source().Field(f.Field)
	if field == nil {
		return lang.N("{{.N}} conditions", n, kit.M{"N": n})
	}
	words := bothOr(field.Display, field.Name)
	for _, op := range mapping.Ops(field.Type) {
		if op.Op == f.Op {
			words += " " + op.Title
		}
	}
	if len(f.Values) == 1 {
		value := f.Values[0]
		for _, o := range field.Options {
			if o.Label != "" && core.Choice(o.Code).Canonical() == value {
				value = o.Label
			}
		}
		words += " " + value
	}
	return words
}

func conditions(f mapping.Filter) int {
	n := 0
	for _, inner := range append(append([]mapping.Filter{}, f.All...), f.Any...) {
		n += conditions(inner)
	}
	if f.Field != "" || f.Related != nil {
		n++
	}
	return n
}

// bothOr is a name for people, or the logical one where there is none.
func bothOr(display, logical string) string {
	if display != "" {
		return display
	}
	return logical
}
