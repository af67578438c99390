package ui

import "fyne.io/fyne/v2"

type mappingPreview struct{ p *mappingPage }

func newMappingPreview(p *mappingPage) *mappingPreview { return &mappingPreview{p} }
func (v *mappingPreview) cards() []fyne.CanvasObject   { return nil }
