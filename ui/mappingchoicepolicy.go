package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/mapping"
	"ferry/ui/kit"
)

// policy says what becomes of options without a value.
func (c *mappingChoices) policy(one mapping.ChoiceColumn) fyne.CanvasObject {
	b, _ := c.p.draft().Binding(one.Column)
	now, preset := mapping.Refuse, ""
	if b.Choices != nil {
		now, preset = b.Choices.Else, b.Choices.Default
	}
	set := func(u mapping.Unmatched) func() {
		return func() {
			c.p.do(func(d *mapping.Draft) error { return d.SetUnmatched(one.Column, u, "") })
		}
	}
	create, makes := lang.L("Create it there"), lang.L("The destination gets an option of the same label.")
	if one.Free {
		create, makes = lang.L("Write its label"), lang.L("The column gets the option's own label. A code without a label is refused.")
	}
	presets := lang.L("Every such record gets one value that you choose.")
	if now == mapping.UseDefault && preset != "" {
		presets = lang.L("Every such record gets “{{.Value}}”.", kit.M{"Value": c.words(one.Column, preset)})
	}
	choices := []fyne.CanvasObject{
		kit.NewChoice("", lang.L("Refuse the record"), lang.L("It is not written and stands on the list of refused records. Nothing is guessed."), now == mapping.Refuse, set(mapping.Refuse)),
		kit.NewChoice("", lang.L("Leave it empty"), lang.L("The record is written without a value here."), now == mapping.LeaveEmpty, set(mapping.LeaveEmpty)),
		kit.NewChoice("", create, makes, now == mapping.Create, set(mapping.Create)),
		kit.NewChoice("", lang.L("Use a default"), presets, now == mapping.UseDefault, func() { c.preset(one.Column, preset) }),
	}
	return kit.Card(kit.Column(12, kit.Head(lang.L("Options without a value")),
		kit.QuietPara(lang.L("What becomes of a record whose option has no value above.")),
		kit.Equal(12, choices[0], choices[1]), kit.Equal(12, choices[2], choices[3])))
}

// words are what a value of a column is called.
func (c *mappingChoices) words(column, value string) string {
	options := c.p.draft().Options(column)
	for i, name := range mapping.OptionWords(options) {
		if kit.Code(options[i].Code) == value {
			return name
		}
	}
	return value
}

// preset chooses the default.
func (c *mappingChoices) preset(column, now string) {
	set := func(to string) {
		if to == "" {
			return
		}
		c.p.do(func(d *mapping.Draft) error { return d.SetUnmatched(column, mapping.UseDefault, to) })
	}
	options := c.p.draft().Options(column)
	job := kit.SelectJob{Title: lang.L("Which value is the default?"), Chosen: -1}
	for i, name := range mapping.OptionWords(options) {
		job.Items = append(job.Items, kit.SelectItem{Words: name, Note: kit.Code(options[i].Code)})
		if kit.Code(options[i].Code) == now {
			job.Chosen = i
		}
	}
	job.Picked = func(i int) { set(kit.Code(options[i].Code)) }
	if len(options) == 0 {
		job.Search, job.Own, job.Text, job.Typed = lang.L("Value"), lang.L("Use this value"), now, set
	}
	kit.ShowSelect(c.p.w.win.Canvas(), job)
}
