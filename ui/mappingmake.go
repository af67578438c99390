package ui

import (
	"context"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
)

// makesFields reports whether the destination's own table can be given fields from here. Its custom fields begin with CF.
func (p *mappingPage) makesFields() bool {
	return !p.draft().Free() && p.w.described()
}

// ownFieldName is a name for a field of the destination's own, after the label of the source's.
func ownFieldName(display, logical string) string {
	var b strings.Builder
	b.WriteString("CF")
	up := true
	for _, r := range bothOr(display, logical) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if up {
				r = unicode.ToUpper(r)
			}
			b.WriteRune(r)
			up = false
		default:
			up = true
		}
	}
	if name := b.String(); len(name) > 2 {
		return name[:min(len(name), 60)]
	}
	return "CFField"
}

// makeField asks for the name of a new field at the destination, makes it when the person says so, and maps to it.
func (f *mappingFields) makeField(from core.Field) {
	f.makeFieldFor(from, func(column string) {
		if f.p.do(func(d *mapping.Draft) error { return d.Bind(from.Name, column) }) {
			f.reopen(from.Name, column)
		}
	})
}

// makeFieldFor is makeField that does something else with the field that was made.
func (f *mappingFields) makeFieldFor(from core.Field, then func(column string)) {
	w := f.p.w
	kind := w.driver(w.project.Destination.Driver).Title
	var sheet *kit.Sheet
	label := kit.NewEntry(lang.L("Label"), "")
	label.Text = bothOr(from.Display, from.Name)
	name := kit.NewEntry(lang.L("Name"), "")
	name.Text = ownFieldName(from.Display, from.Name)
	holds := mapping.TypeTitle(from.Type)
	if from.Type.IsLookup() {
		holds = lang.L("text: the name of the record")
	}
	if n := len(from.Options); n > 0 {
		holds += " · " + lang.N("{{.N}} values", n, kit.M{"N": kit.Number(int64(n))})
	}
	ok := kit.Primary(lang.L("Make it in {{.Kind}}", kit.M{"Kind": kind}), nil)
	gate := func(string) {
		ok.Unless("")
		if strings.TrimSpace(label.Text) == "" || !strings.HasPrefix(name.Text, "CF") || len(name.Text) < 3 {
			ok.Unless(lang.L("Its name begins with CF; letters and digits follow."))
		}
	}
	label.OnChanged, name.OnChanged = gate, gate
	ok.Does(func() {
		sheet.Close()
		made := core.Field{Name: strings.TrimSpace(name.Text), Display: strings.TrimSpace(label.Text), Type: from.Type, Options: from.Options}
		if from.Type.IsLookup() {
			made.Type = core.TypeText
		}
		f.p.makeThere(lang.L("Making the field…"), func(ctx context.Context, table string) error {
			return w.o.Engine.MakeField(ctx, *clone(w.project).Destination, table, made)
		}, func() { then(made.Name) })
	})
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("A new field in {{.Kind}}", kit.M{"Kind": kind}), Width: 560, Focus: label,
		Body: kit.Column(14, kit.Facts(kit.Fact{Name: lang.L("Table"), Words: f.p.intoTitle()}, kit.Fact{Name: lang.L("Holds"), Words: holds}),
			kit.Labeled(label.Label(), lang.L("What people read there."), label),
			kit.Labeled(name.Label(), lang.L("It begins with CF, without spaces."), name),
			kit.QuietPara(lang.L("It is made now, for everybody who works in {{.Kind}}. Its type and its name cannot be changed afterwards.", kit.M{"Kind": kind}))),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), ok},
	})
}

// intoTitle is what people call the destination's table.
func (p *mappingPage) intoTitle() string {
	d := p.draft()
	if to := d.Destination(); to != nil {
		return bothOr(to.Name.Plural, bothOr(to.Name.Display, to.Name.Logical))
	}
	return d.Saved().Table
}

// makeThere makes something in the table of the draft that is shown, reads anew what the table looks like, and goes on.
func (p *mappingPage) makeThere(words string, ask func(ctx context.Context, table string) error, then func()) {
	w := p.w
	table, to := p.draft().Saved().Table, *clone(w.project).Destination
	w.during(p.title(), words, func(ctx context.Context) (func(), error) {
		if err := ask(ctx, table); err != nil {
			return nil, err
		}
		there, err := w.o.Engine.DescribeDestination(ctx, to, table)
		return func() {
			p.in.surveys = map[string]*surveyed{} // the list asks anew
			if there != nil {
				p.root.Anew(*there)
				p.reopen()
			}
			then()
		}, err
	})
}

// openValues are the options without a value in the destination's list, where that is one that can be added to.
func (c *mappingChoices) openValues(column string) (values []core.Option) {
	d := c.p.draft()
	if !c.p.makesFields() {
		return nil
	}
	if to := d.Destination().Field(column); to == nil || !to.Type.IsChoice() && to.Type != core.TypeChoices {
		return nil
	}
	for _, r := range d.ChoiceTable(column) {
		if r.How == mapping.ChoiceOpen && r.Known && strings.TrimSpace(r.Label) != "" {
			values = append(values, core.Option{Code: r.Code, Label: r.Label})
		}
	}
	return values
}

// makeValues asks whether values are added to the destination's list, adds them, and matches the options to them.
func (c *mappingChoices) makeValues(column string, values []core.Option) {
	w := c.p.w
	kind := w.driver(w.project.Destination.Driver).Title
	labels := []string{}
	for i, v := range values {
		if i == 12 {
			labels = append(labels, lang.L("and {{.N}} more", kit.M{"N": kit.Number(int64(len(values) - i))}))
			break
		}
		labels = append(labels, v.Label)
	}
	var sheet *kit.Sheet
	ok := kit.Primary(lang.N("Add {{.N}} values", len(values), kit.M{"N": kit.Number(int64(len(values)))}), func() {
		sheet.Close()
		c.p.makeThere(lang.L("Adding the values…"), func(ctx context.Context, table string) error {
			return w.o.Engine.MakeValues(ctx, *clone(w.project).Destination, table, column, values)
		}, func() {
			c.p.do(func(d *mapping.Draft) error {
				_, err := d.MatchChoices(column)
				return err
			})
		})
	})
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Add values to the list in {{.Kind}}?", kit.M{"Kind": kind}), Width: 560,
		Body: kit.Column(12, kit.StrongPara(strings.Join(labels, " · ")),
			kit.QuietPara(lang.L("They are added now, for everybody who works in {{.Kind}}, and each option goes to its value.", kit.M{"Kind": kind}))),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), ok},
	})
}
