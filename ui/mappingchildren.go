package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// mappingChildren is the part with the related tables whose records belong to this one's.
type mappingChildren struct {
	p      *mappingPage
	adding *task.Task
	wanted core.Relation // which is being added
	fault  *core.Fault
}

func newMappingChildren(p *mappingPage) *mappingChildren { return &mappingChildren{p: p} }

func (c *mappingChildren) part() mapping.PagePart { return mapping.PartChildren }
func (c *mappingChildren) title() string          { return lang.L("Children") }

func (c *mappingChildren) chip() (string, bool) {
	if n := c.p.problems(mapping.PartChildren); n > 0 {
		return kit.Number(int64(n)), true
	}
	if n := len(c.p.draft().Saved().Children); n > 0 {
		return kit.Number(int64(n)), false
	}
	return "", false
}

func (c *mappingChildren) reveal(mapping.Place) {}

func (c *mappingChildren) cards() []fyne.CanvasObject {
	d := c.p.draft()
	saved := d.Saved()
	cards := c.p.problemCards(mapping.PartChildren)
	if c.fault != nil {
		cards = append(cards, kit.FaultCard(c.fault, c.p.w.faultCalls(c.p.w.connection(), func() { c.add(c.wanted) })))
	}
	add := kit.PlainIcon("plus", lang.L("Add a related table"), c.offer)
	relations := c.relations()
	if len(relations) == 0 {
		add.Unless(lang.L("No table that you may read points at this one."))
	}
	if c.adding != nil {
		add.Unless(lang.L("Ferry is reading the fields."))
	}
	if len(saved.Children) == 0 && c.adding == nil {
		return append(cards, kit.Nothing("table", lang.L("No related tables yet"),
			lang.L("Contacts of an account, lines of an order: records of related tables that come along with their parent, each table with its own fields and filter."), add))
	}
	rows := []fyne.CanvasObject{kit.Row(10, kit.Grow(kit.QuietPara(lang.L("These come along with each record. Only those come whose parent is imported; the others wait for it."))), add)}
	for _, child := range saved.Children {
		rows = append(rows, kit.Hairline(), c.row(child))
	}
	if c.adding != nil {
		rows = append(rows, kit.Hairline(), kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Reading the fields of {{.Table}}…", kit.M{"Table": c.p.w.titleOf(c.wanted.Table)}))), kit.Link(lang.L("Cancel"), c.adding.Cancel)))
	}
	return append(cards, kit.Card(kit.Column(12, rows...)))
}

func (c *mappingChildren) row(child mapping.Mapping) fyne.CanvasObject {
	t, fault := c.p.tableOf(child.Source), (*core.Fault)(nil)
	if t == nil {
		t, fault = c.p.know(child.Source)
	}
	title, link := c.p.w.titleOf(child.Source), child.Link
	if t != nil {
		title = plural(t.Name)
		if f := t.Field(child.Link); f != nil {
			link = fieldTitle(f) + " (" + f.Name + ")"
		}
	}
	about := []string{lang.L("through {{.Field}}", kit.M{"Field": link}), lang.N("{{.N}} fields", len(child.Columns), kit.M{"N": kit.Number(int64(len(child.Columns)))})}
	if child.Where != nil || child.Filter != "" || child.ActiveOnly {
		about = append(about, lang.L("with a filter"))
	}
	if n := len(child.Children); n > 0 {
		about = append(about, lang.N("{{.N}} tables below it", n, kit.M{"N": kit.Number(int64(n))}))
	}
	open := kit.Plain(lang.L("Open {{.Table}}", kit.M{"Table": title}), func() { c.p.openChild(child.ID) })
	lines := []fyne.CanvasObject{kit.Row(10, kit.NewText(title, kit.Style{Bold: true}), kit.Grow(kit.NewElided(child.Source+" → "+child.Table, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}))),
		kit.NewElided(strings.Join(about, " · "), kit.Style{Ink: look.Quiet, Size: 13})}
	switch {
	case fault != nil:
		open.Unless(fault.Cause)
		lines = append(lines, kit.NewText(fault.Cause+" "+fault.Remedy, kit.Style{Ink: look.Failed, Size: 13, Wrap: true}))
	case t == nil:
		open.Unless(lang.L("Ferry is reading the fields."))
	}
	off := kit.Sign("trash", lang.L("Take out {{.Table}}", kit.M{"Table": title}), func() { c.p.do(func(d *mapping.Draft) error { return d.RemoveChild(child.ID) }) })
	return kit.Row(10, kit.NewIcon("table", look.Quiet, 20), kit.Grow(kit.Column(3, lines...)), open, off)
}

// relations are those by which tables that may be read point here.
func (c *mappingChildren) relations() []choosable {
	names := map[string]core.TableName{}
	if conn := c.p.w.connection(); conn != nil {
		for _, t := range c.p.w.session(conn.Name).tables {
			names[t.Logical] = t
		}
	}
	items := []choosable{}
	for i, r := range c.p.draft().Source().Relations {
		t, known := names[r.Table]
		if len(names) > 0 && !known || r.Table == "" || r.Field == "" {
			continue
		}
		title := c.p.w.titleOf(r.Table)
		if known {
			title = plural(t)
		}
		items = append(items, choosable{key: kit.Number(int64(i)), title: title, logical: r.Table, note: lang.L("through {{.Field}}", kit.M{"Field": r.Field})})
	}
	slices.SortStableFunc(items, func(a, b choosable) int { return strings.Compare(strings.ToLower(a.title), strings.ToLower(b.title)) })
	return items
}

func (c *mappingChildren) offer() {
	relations := c.p.draft().Source().Relations
	c.p.w.pickFrom(pickSheet{title: lang.L("Add a related table"), about: lang.L("Tables whose records point at this one. A table stands here once for each of its lookups that do."), items: c.relations(),
		picked: func(keys []string) {
			for i, r := range relations {
				if kit.Number(int64(i)) == keys[0] {
					c.add(r)
				}
			}
		}})
}

// add describes the table and puts it into the draft that is shown now.
func (c *mappingChildren) add(r core.Relation) {
	put := func(t core.Table) { c.put(t, r) }
	c.fault, c.wanted = nil, r
	if t := c.p.tableOf(r.Table); t != nil {
		put(*t)
		return
	}
	conn := c.p.w.connection()
	if conn == nil || c.adding != nil {
		return
	}
	from, path := *conn, slices.Clone(c.p.path)
	c.adding = task.Go(c.p.w.run, func(ctx context.Context, _ func(struct{})) (Described, error) {
		return c.p.w.o.Engine.Describe(ctx, from, r.Table)
	}, nil, func(d Described, err error) {
		c.adding = nil
		switch {
		case err != nil:
			if f := core.AsFault(err); f.Kind != core.Stopped {
				c.fault = f
			}
		case slices.Equal(path, c.p.path):
			c.p.related[r.Table] = &relatedTable{table: &d.Table}
			c.p.root.Know(d.Table)
			c.p.reopen()
			put(d.Table)
			return
		}
		c.p.w.refresh()
	})
	c.p.w.refresh()
}

// put puts the table into the draft. Where the destination has tables of its own, the person says into which.
func (c *mappingChildren) put(t core.Table, r core.Relation) {
	if c.p.draft().Free() {
		c.p.do(func(d *mapping.Draft) error { return d.AddChild(t, r.Field) })
		return
	}
	w := c.p.w
	to := *clone(w.project).Destination
	w.chooseTable(r.Table, func(into string) {
		w.during(w.titleOf(r.Table), lang.L("Reading the fields…"), func(ctx context.Context) (func(), error) {
			there, err := w.o.Engine.DescribeDestination(ctx, to, into)
			return func() {
				c.p.root.Place(*there)
				c.p.reopen()
				c.p.do(func(d *mapping.Draft) error { return d.AddChildInto(t, r.Field, *there) })
			}, err
		})
	})
}
