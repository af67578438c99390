package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// mappingFields is the part of a mapping's page that says which field goes where.
type mappingFields struct{ p *mappingPage }

func newMappingFields(p *mappingPage) *mappingFields { return &mappingFields{p: p} }

func (f *mappingFields) part() mapping.PagePart { return mapping.PartFields }
func (f *mappingFields) title() string          { return lang.L("Fields") }

func (f *mappingFields) chip() (string, bool) {
	return kit.Number(int64(f.p.draft().Tally().Mapped)), false
}

func (f *mappingFields) reveal(mapping.Place) {}

func (f *mappingFields) cards() []fyne.CanvasObject {
	lines, _ := f.p.draft().Lines("", mapping.ShowAll, 0, 50)
	rows := []fyne.CanvasObject{}
	for _, l := range lines {
		from := ""
		if l.Field != nil {
			from = l.Field.Name
		}
		rows = append(rows, kit.Equal(12, kit.NewElided(from, kit.Style{Mono: true, Size: look.CaptionSize}), kit.NewElided(strings.Join(l.Columns, ", "), kit.Style{})))
	}
	return []fyne.CanvasObject{kit.Card(kit.Column(6, rows...))}
}
