package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/task"
)

// mappingChoices is the part of a mapping's page that says what each option becomes.
type mappingChoices struct {
	p      *mappingPage
	column string // that is shown
	of     string // the child whose columns these are; "" is the mapping itself
	table  *choiceTable
	used   map[string]map[int64]int // by field: how many records have each code
	told   *mapping.Draft           // that knows of them
	usage  *task.Task
	walked int64
	failed *core.Fault // why they could not be counted
}

func newMappingChoices(p *mappingPage) *mappingChoices {
	c := &mappingChoices{p: p, used: map[string]map[int64]int{}}
	c.table = newChoiceTable(c)
	return c
}

func (c *mappingChoices) part() mapping.PagePart { return mapping.PartChoices }
func (c *mappingChoices) title() string          { return lang.L("Choices") }

// chip counts the options without a value of the columns that go option by option.
func (c *mappingChoices) chip() (string, bool) {
	open := 0
	for _, one := range c.p.draft().ChoiceColumns() {
		if one.Mapped {
			open += one.Open
		}
	}
	if open == 0 {
		return "", false
	}
	return kit.Number(int64(open)), true
}

// reveal shows the column of a Problem, and the option where it is about one.
func (c *mappingChoices) reveal(at mapping.Place) {
	c.settle()
	for _, one := range c.p.draft().ChoiceColumns() {
		if strings.EqualFold(one.Column, at.Column) {
			c.show(one.Column)
		}
	}
	if at.Option {
		c.table.reveal(at.Code)
	}
}

// show changes the column that is shown.
func (c *mappingChoices) show(column string) {
	if c.column != column {
		c.column, c.failed = column, nil
		c.table.open()
	}
}

// settle makes sure that what is shown belongs to the draft that is open, and that the draft knows what was counted.
func (c *mappingChoices) settle() []mapping.ChoiceColumn {
	if of := strings.Join(c.p.path, "\n"); of != c.of {
		c.usage.Cancel()
		c.of, c.column, c.failed, c.used = of, "", nil, map[string]map[int64]int{}
		c.table.open()
	}
	d := c.p.draft()
	if len(c.used) > 0 && c.told != d {
		c.told = d
		d.See(mapping.Facts{Used: c.used})
	}
	all := d.ChoiceColumns()
	first := ""
	for _, one := range all {
		if one.Column == c.column {
			return all
		}
		if first == "" && one.Mapped && one.Open > 0 {
			first = one.Column
		}
	}
	if first == "" && len(all) > 0 {
		first = all[0].Column
		for _, one := range all {
			if one.Mapped {
				first = one.Column
				break
			}
		}
	}
	c.show(first)
	return all
}

// present is the column that is shown.
func (c *mappingChoices) present(all []mapping.ChoiceColumn) mapping.ChoiceColumn {
	for _, one := range all {
		if one.Column == c.column {
			return one
		}
	}
	return mapping.ChoiceColumn{}
}

func (c *mappingChoices) cards() []fyne.CanvasObject {
	all := c.settle()
	if len(all) == 0 {
		return []fyne.CanvasObject{kit.Nothing("mappings", lang.L("No choices here"),
			lang.L("None of the mapped fields is a choice. Map one under Fields, and its options stand here."))}
	}
	one := c.present(all)
	cards := []fyne.CanvasObject{c.head(all, one)}
	cards = append(cards, c.hints(one.Column)...)
	if !one.Mapped {
		return append(cards, c.carried(one))
	}
	cards = append(cards, c.table.card(one))
	if values := c.openValues(one.Column); len(values) > 0 {
		kind := c.p.w.driver(c.p.w.project.Destination.Driver).Title
		add := kit.PlainIcon("plus", lang.L("Add what is missing to {{.Kind}}…", kit.M{"Kind": kind}), func() { c.makeValues(one.Column, values) })
		cards = append(cards, kit.Row(8, add, kit.Space()))
	}
	return append(cards, c.policy(one))
}

// hints are the problems of the column that are not about one option: those stand at the option.
func (c *mappingChoices) hints(column string) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, p := range c.p.draft().Problems() {
		if p.Place.Part == mapping.PartChoices && strings.EqualFold(p.Place.Column, column) && !p.Place.Option && len(p.Place.Path) == 1 {
			out = append(out, problemHint(p))
		}
	}
	return out
}

// problemHint shows a Problem in its place.
func problemHint(p mapping.Problem) fyne.CanvasObject {
	icon, ink, tint := severityLook(p.Severity)
	return kit.Tinted(tint, kit.TopRow(10, kit.NewIcon(icon, ink, 18), kit.Grow(kit.Column(4, kit.StrongPara(p.Cause), kit.Para(p.Remedy)))))
}

// head is the column that is shown, and what can be done with all of them.
func (c *mappingChoices) head(all []mapping.ChoiceColumn, one mapping.ChoiceColumn) fyne.CanvasObject {
	choose := kit.NewSelector(columnWords(one), func() { c.pick(all) })
	open, asks := 0, 0
	for _, x := range all {
		if x.Mapped {
			open += x.Open
			asks++
		}
	}
	send := kit.Plain(lang.L("Send to somebody who knows…"), c.send)
	back := kit.Plain(lang.L("Bring the answers back…"), func() { c.bring("") })
	if asks == 0 {
		reason := lang.L("No field goes option by option yet.")
		send.Unless(reason)
		back.Unless(reason)
	}
	about := lang.N("{{.N}} fields with options", len(all), kit.M{"N": kit.Number(int64(len(all)))})
	if open > 0 {
		about += " · " + openWords(open)
	}
	return kit.Card(kit.Column(12,
		kit.Labeled(lang.L("Options of"), "", choose),
		kit.Foot(10, kit.Caption(about), send, back)))
}

func openWords(n int) string {
	if n == 1 {
		return lang.L("1 open")
	}
	return lang.L("{{.N}} open", kit.M{"N": kit.Number(int64(n))})
}

func columnWords(c mapping.ChoiceColumn) string {
	return lang.L("{{.From}} to {{.To}}", kit.M{"From": c.From, "To": c.To})
}

// pick chooses the column that is shown. Those with open options come first.
func (c *mappingChoices) pick(all []mapping.ChoiceColumn) {
	var order []mapping.ChoiceColumn
	for _, want := range []func(mapping.ChoiceColumn) bool{
		func(x mapping.ChoiceColumn) bool { return x.Mapped && x.Open > 0 },
		func(x mapping.ChoiceColumn) bool { return x.Mapped && x.Open == 0 },
		func(x mapping.ChoiceColumn) bool { return !x.Mapped },
	} {
		for _, x := range all {
			if want(x) {
				order = append(order, x)
			}
		}
	}
	items, chosen := []kit.SelectItem{}, -1
	for i, x := range order {
		note := ""
		switch {
		case x.Mapped && x.Open > 0:
			note = openWords(x.Open)
		case x.Mapped:
			note = lang.L("all mapped")
		case x.Part == mapping.Label:
			note = lang.L("as its label")
		default:
			note = lang.L("as its code")
		}
		if x.Column == c.column {
			chosen = i
		}
		items = append(items, kit.SelectItem{Words: columnWords(x), Note: note})
	}
	kit.ShowSelect(c.p.w.win.Canvas(), kit.SelectJob{Title: lang.L("Options of which field?"), Items: items, Chosen: chosen,
		Search: lang.L("Search by name or logical name"), Picked: func(i int) {
			c.show(order[i].Column)
			c.p.w.refresh()
		}})
}

// carried says that a choice is carried as it is, and offers values of one's own.
func (c *mappingChoices) carried(one mapping.ChoiceColumn) fyne.CanvasObject {
	label := one.Part == mapping.Label
	words, about := lang.L("Carried as its code"), lang.L("{{.To}} gets the number by which Dynamics knows the option. It stays the same when somebody renames the option.", kit.M{"To": one.To})
	if label {
		words, about = lang.L("Carried as its label"), lang.L("{{.To}} gets the words that people see, in the project's language. When somebody renames the option in Dynamics, new imports bring the new words.", kit.M{"To": one.To})
	}
	turn, other := lang.L("Carry the label instead"), mapping.Label
	if label {
		turn, other = lang.L("Carry the code instead"), mapping.Whole
	}
	swap := kit.Link(turn, func() {
		c.p.do(func(d *mapping.Draft) error { return d.CarryAs(one.Column, other) })
	})
	parts := []fyne.CanvasObject{kit.Row(12, kit.Grow(kit.Head(words)), swap), kit.QuietPara(about)}
	own := kit.Plain(lang.L("Map to values of your own"), func() { c.own(one.Column, false) })
	labels := kit.Plain(lang.L("Begin with the labels"), func() { c.own(one.Column, true) })
	parts = append(parts, kit.Hairline(), kit.Para(lang.L("Or say for each option what it becomes: “BRK” for Brokers, for example. The column then holds text, and one undo takes it back.")),
		kit.Foot(10, nil, labels, own))
	if len(c.p.draft().ChoiceTable(one.Column)) > 0 {
		parts = append(parts, kit.Hairline(), c.examples(one, label))
	}
	return kit.Card(kit.Column(12, parts...))
}

// examples are the first options as they would lie there.
func (c *mappingChoices) examples(one mapping.ChoiceColumn, label bool) fyne.CanvasObject {
	lines := [][]string{}
	for i, r := range c.p.draft().ChoiceTable(one.Column) {
		if i == 5 {
			break
		}
		value := kit.Code(r.Code)
		if label {
			value = r.Label
		}
		lines = append(lines, []string{optionWords(r), value})
	}
	return kit.Grid([]string{lang.L("Option"), lang.L("In {{.To}}", kit.M{"To": one.To})}, lines, nil)
}

func (c *mappingChoices) own(column string, labels bool) {
	if c.p.do(func(d *mapping.Draft) error { return d.OwnValues(column, labels) }) {
		c.table.open()
		c.p.w.refresh()
	}
}

// optionWords is what people call an option.
func optionWords(r mapping.ChoiceRow) string {
	if r.Label == "" {
		return kit.Code(r.Code)
	}
	return r.Label
}

// count asks how many records use each option, by walking through them.
func (c *mappingChoices) count() {
	d, conn := c.p.draft(), c.p.w.connection()
	if conn == nil || c.usage != nil {
		return
	}
	fields := []string{}
	for _, one := range d.ChoiceColumns() {
		if one.Mapped && !strings.Contains("\n"+strings.Join(fields, "\n")+"\n", "\n"+one.Field+"\n") {
			fields = append(fields, one.Field)
		}
	}
	q := core.Query{Table: d.Source().Name.Logical, Fields: fields}
	if program, err := d.Compile(); err == nil {
		if filter, err := program.Filter(c.p.w.o.Now()); err == nil {
			q.Filter = filter
		}
	}
	to := *conn
	c.walked, c.failed = 0, nil
	of := c.of
	var mine *task.Task
	mine = task.Go(c.p.w.run, func(ctx context.Context, tell func(int64)) (map[string]map[int64]int, error) {
		return c.p.w.o.Engine.OptionUse(ctx, to, q, tell)
	}, func(n int64) {
		c.walked = n
		c.table.counting()
	}, func(used map[string]map[int64]int, err error) {
		if c.usage == mine {
			c.usage = nil
		}
		switch {
		case of != c.of:
		case err != nil:
			if f := core.AsFault(err); f.Kind != core.Stopped {
				c.failed = f
			}
		default:
			for _, f := range fields {
				if c.used[f] = used[f]; c.used[f] == nil {
					c.used[f] = map[int64]int{}
				}
			}
			c.told = nil
			c.table.order = nil
		}
		c.p.w.refresh()
	})
	c.usage = mine
	c.p.w.refresh()
}
