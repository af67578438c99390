package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/ui/kit"
	"ferry/ui/look"
)

// mappings is the place Mappings: the list, or the page of one mapping.
type mappings struct {
	w       *Window
	page    *kit.Page
	primary *kit.Button
	open    *mappingPage // nil shows the list
}

func newMappings(w *Window) *mappings { return &mappings{w: w, page: kit.NewPage()} }

func (w *Window) mappings() *mappings { return w.pages[placeMappings].(*mappings) }

func (p *mappings) object() fyne.CanvasObject { return p.page.Container }

func (p *mappings) enter() {
	if p.primary != nil {
		p.primary.Tapped(nil)
	}
}

// escape goes one step back: from a child to its parent, from a mapping to the list.
func (p *mappings) escape() {
	if p.open != nil && !p.open.leaveChild() {
		p.open.close()
		p.open = nil
	}
	p.w.refresh()
}

func (p *mappings) render() {
	p.primary = nil
	switch {
	case p.w.connection() == nil:
		b := kit.Primary(lang.L("Connect to Dynamics 365"), p.w.newConnection)
		p.primary = b
		p.page.Set(kit.PageHead(lang.L("Mappings"), lang.L("Say what goes where")),
			kit.Nothing("mappings", lang.L("No connection yet"), lang.L("Connect to Dynamics 365 first. Then its tables and fields stand here."), b))
	case p.open != nil:
		p.open.render()
	default:
		p.list()
	}
}

func (p *mappings) list() {
	add := kit.Plain(lang.L("Add a table"), p.w.pickTable)
	rows := []fyne.CanvasObject{}
	for i, l := range p.w.listed() {
		if i > 0 {
			rows = append(rows, kit.Pad(0, 12, 0, 12, kit.Hairline()))
		}
		rows = append(rows, kit.NewPick(p.row(l), func() { p.show(l.ID) }))
	}
	p.page.Set(kit.PageHead(lang.L("Mappings"), lang.L("Say what goes where"), add),
		kit.On(kit.NewBox(look.Card, look.Line, look.Radius), kit.PadAll(6, kit.Column(2, rows...))))
}

func (p *mappings) row(l listed) fyne.CanvasObject {
	return kit.Row(12, kit.NewIcon("table", look.Quiet, 20),
		kit.Grow(kit.Column(2, kit.NewElided(p.w.titleOf(l.Table), kit.Style{Bold: true}), kit.NewElided(l.Table, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}))),
		kit.NewIcon("right", look.Quiet, 16))
}

// show opens the page of a mapping.
func (p *mappings) show(id string) {
	p.open = newMappingPage(p, id)
	p.w.refresh()
	p.page.Top()
}
