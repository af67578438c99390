package ui

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/importer"
	"ferry/ui/kit"
)

// mostFields are shown at once: the records below are what one looks for next.
const mostFields = 8

// A changedField counts what would become of the values that a field of the destination has.
type changedField struct {
	name string
	importer.RehearsedField
}

// fields are the values of rows that are there already, those first that would be lost; nil when none of them would change.
func (r *rehearsal) fields(again func()) fyne.CanvasObject {
	all := []changedField{}
	for _, t := range r.Tables {
		for _, f := range t.Fields {
			name := f.Column
			if len(r.Tables) > 1 {
				name = t.To + " · " + f.Column
			}
			if f.Replaced+f.Emptied+f.Filled+f.Kept > 0 {
				all = append(all, changedField{name, f})
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b changedField) int { return cmp.Compare(b.Replaced+b.Emptied, a.Replaced+a.Emptied) })
	shown, lines := len(all), [][]string{}
	if !r.all && len(all) > mostFields+1 {
		shown = mostFields
	}
	for _, f := range all[:shown] {
		lines = append(lines, []string{f.name, kit.Number(f.Replaced), kit.Number(f.Emptied), kit.Number(f.Filled), kit.Number(f.Kept)})
	}
	head := []string{lang.L("Field"), lang.L("Replaced"), lang.L("Emptied"), lang.L("Filled"), lang.L("Kept by a rule")}
	parts := []fyne.CanvasObject{kit.Head(lang.L("Values that are there already")), kit.Grid(head, lines, nil)}
	if len(all) > shown {
		more := kit.Link(lang.L("Show all {{.N}} fields", kit.M{"N": len(all)}), func() { r.all = true; again() })
		parts = append(parts, kit.Row(0, more, kit.Space()))
	}
	return kit.Card(kit.Column(10, parts...))
}
