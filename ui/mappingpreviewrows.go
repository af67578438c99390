package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/mapping/transform"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// grid draws the records below each other, as many columns as there is room for.
func (v *mappingPreview) grid(columns []int) []fyne.CanvasObject {
	n := max(2, int((v.room()-150)/150))
	v.from = max(0, min(v.from, len(columns)-1)/n*n)
	shown := columns[v.from:min(v.from+n, len(columns))]
	head := []fyne.CanvasObject{kit.Pad(0, 0, 0, 8, kit.NewElided(lang.L("Record"), kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet}))}
	for _, i := range shown {
		head = append(head, kit.Pad(0, 0, 0, 12, kit.NewElided(v.p.columnTitle(v.made.rows[0].Cells[i].Column), kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet})))
	}
	rows := []fyne.CanvasObject{even(6, head...)}
	for at, r := range v.made.rows {
		cells := []fyne.CanvasObject{kit.Pad(6, 4, 6, 8, kit.Column(0, kit.NewElided(v.name(at), kit.Style{Bold: true, Size: 13})))}
		for _, i := range shown {
			if i < len(r.Cells) {
				cells = append(cells, v.cell(at, i))
			}
		}
		rows = append(rows, kit.Hairline(), even(6, cells...))
	}
	out := []fyne.CanvasObject{kit.Column(2, rows...)}
	if len(columns) > n {
		back := kit.LinkIcon("back", lang.L("Fields before"), func() { v.from -= n; v.p.w.refresh() })
		on := kit.LinkIcon("right", lang.L("Fields behind"), func() { v.from += n; v.p.w.refresh() })
		if v.from == 0 {
			back.Unless(lang.L("These are the first ones."))
		}
		if v.from+n >= len(columns) {
			on.Unless(lang.L("These are the last ones."))
		}
		words := lang.L("fields {{.From}}–{{.To}} of {{.All}}", kit.M{"From": v.from + 1, "To": v.from + len(shown), "All": len(columns)})
		out = append(out, kit.Row(10, back, kit.Grow(kit.NewText(words, kit.Style{Ink: look.Quiet, Mid: true})), on))
	}
	return out
}

// cell is a value and, under it, what it was; a tap shows each step.
func (v *mappingPreview) cell(at, i int) fyne.CanvasObject {
	c := &v.made.rows[at].Cells[i]
	before, _ := v.original(c)
	result, quiet := v.words(c.Result, v.resultLabel(c))
	ink := look.Ink
	if quiet {
		ink = look.Quiet
	}
	lines := []fyne.CanvasObject{}
	if c.Fault != nil {
		result, ink = lang.L("refused: {{.What}}", kit.M{"What": before}), look.Failed
		before = v.cause(c.Fault)
	}
	lines = append(lines, kit.NewElided(result, kit.Style{Size: 13, Ink: ink}))
	if v.changed(c) && before != result {
		lines = append(lines, kit.NewElided(before, kit.Style{Size: 11, Ink: look.Quiet}))
	}
	pick := kit.NewPick(kit.Column(0, lines...), func() { v.steps(at, i) })
	if c.Fault != nil {
		return kit.On(kit.NewBox(look.FailedTint, "", look.SmallRound), pick)
	}
	return pick
}

// resultLabel is the label of a choice that was carried as it is, or that the destination has.
func (v *mappingPreview) resultLabel(c *mapping.PreviewCell) string {
	if k := c.Result.Kind(); k != core.KindChoice && k != core.KindBool {
		return ""
	}
	if to := v.p.draft().Destination(); to != nil {
		if f := to.Field(c.Column); f != nil {
			for _, o := range f.Options {
				if o.Code == c.Result.AsInt() {
					return o.Label
				}
			}
		}
		return ""
	}
	if len(c.From) == 1 && c.From[0].Value == c.Result {
		return c.From[0].Label
	}
	return ""
}

// record draws one record, its columns below each other.
func (v *mappingPreview) record(columns []int) []fyne.CanvasObject {
	r := v.made.rows[v.at]
	back := kit.LinkIcon("back", lang.L("Record before"), func() { v.at--; v.p.w.refresh() })
	on := kit.LinkIcon("right", lang.L("Next record"), func() { v.at++; v.p.w.refresh() })
	if v.at == 0 {
		back.Unless(lang.L("This is the first one."))
	}
	if v.at == len(v.made.rows)-1 {
		on.Unless(lang.L("This is the last one."))
	}
	words := lang.L("{{.N}} of {{.All}}", kit.M{"N": v.at + 1, "All": len(v.made.rows)}) + " · " + v.name(v.at)
	out := []fyne.CanvasObject{kit.Row(8, back, kit.Grow(kit.NewElided(words, kit.Style{Bold: true})), on)}
	if r.Fault != nil {
		out = append(out, kit.Hint("cross", lang.L("This record would be refused.")+" "+v.cause(r.Fault), look.Failed))
	}
	rows := []fyne.CanvasObject{kit.Pad(0, 12, 0, 12, even(8,
		kit.NewElided(lang.L("Field at the destination"), kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet}),
		kit.NewElided(lang.L("In Dynamics"), kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet}),
		kit.NewElided(lang.L("What becomes of it"), kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet})))}
	for n, i := range columns {
		if n == v.most {
			break
		}
		if i < len(r.Cells) {
			rows = append(rows, kit.Hairline(), v.line(i))
		}
	}
	out = append(out, kit.Column(1, rows...))
	if rest := len(columns) - v.most; rest > 0 {
		out = append(out, kit.Link(lang.L("Show {{.N}} more", kit.M{"N": kit.Number(int64(min(rest, previewLines)))}), func() { v.most += previewLines; v.p.w.refresh() }))
	}
	return out
}

// line is one column of one record.
func (v *mappingPreview) line(i int) fyne.CanvasObject {
	c := &v.made.rows[v.at].Cells[i]
	before, dim := v.original(c)
	result, quiet := v.words(c.Result, v.resultLabel(c))
	style := func(quiet bool) kit.Style {
		if quiet {
			return kit.Style{Ink: look.Quiet}
		}
		return kit.Style{}
	}
	last := fyne.CanvasObject(kit.NewElided(result, style(quiet)))
	if c.Fault != nil {
		last = kit.NewText(lang.L("refused: {{.What}}", kit.M{"What": v.cause(c.Fault)}), kit.Style{Ink: look.Failed, Size: 13, Wrap: true})
	}
	pick := kit.NewPick(even(8, kit.NewElided(v.p.columnTitle(c.Column), kit.Style{Bold: true}), kit.NewElided(before, style(dim)), last), func() { v.steps(v.at, i) })
	if c.Fault != nil {
		return kit.On(kit.NewBox(look.FailedTint, "", look.SmallRound), pick)
	}
	return pick
}

// steps shows what becomes of one value, step by step.
func (v *mappingPreview) steps(at, i int) {
	c := &v.made.rows[at].Cells[i]
	parts := []fyne.CanvasObject{}
	add := func(what, logical string, value core.Value, label string) {
		words, quiet := v.words(value, label)
		ink := look.Ink
		if quiet {
			ink = look.Quiet
		}
		if len(parts) > 0 {
			parts = append(parts, kit.Hairline())
		}
		name := []fyne.CanvasObject{kit.NewText(what, kit.Style{Bold: true, Wrap: true})}
		if logical != "" {
			name = append(name, kit.NewElided(logical, kit.Style{Mono: true, Size: 11, Ink: look.Quiet}))
		}
		parts = append(parts, kit.TopRow(12, kit.Grow(kit.Column(0, name...)), kit.Grow(kit.NewText(words, kit.Style{Ink: ink, Wrap: true}))))
	}
	for _, o := range c.From {
		title := o.Field
		if f := v.made.source.Field(o.Field); f != nil {
			title = fieldTitle(f)
		}
		add(title, o.Field, o.Value, o.Label)
	}
	if len(c.From) != 1 || c.From[0].Value != c.Start {
		add(lang.L("what it begins with"), "", c.Start, "")
	}
	for _, s := range c.Steps {
		title := s.Step.Name
		if t := transform.Get(s.Step.Name); t != nil {
			title = t.Title
		}
		add(title, s.Step.Name, s.Value, "")
	}
	if c.Fault != nil && v.p.w.hidden {
		parts = append(parts, kit.Hint("cross", lang.L("refused: {{.What}}", kit.M{"What": v.cause(c.Fault)}), look.Failed))
	} else if c.Fault != nil {
		parts = append(parts, kit.FaultCard(c.Fault, kit.FaultCalls{Browse: v.p.w.browse}))
	} else {
		add(lang.L("what arrives"), c.Column, c.Result, v.resultLabel(c))
	}
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(v.p.w.win.Canvas(), kit.SheetJob{Title: v.p.columnTitle(c.Column) + " · " + v.name(at), Width: 600, Body: kit.Column(10, parts...),
		Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })}})
}
