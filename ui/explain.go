package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// pageAsk is "What does the page say?": many refusals stay on Microsoft's page and never reach Ferry.
type pageAsk struct {
	z     *wizard
	open  bool
	text  *kit.Entry
	fault *core.Fault
	blank bool // there was no code in it
}

func newPageAsk(z *wizard) *pageAsk {
	p := &pageAsk{z: z, text: kit.NewMemo(lang.L("What the page says"), lang.L("AADSTS50011, or all of the page"), 3)}
	p.text.OnPaste = func(text string) bool {
		p.text.SetText(text)
		p.explain()
		return true
	}
	p.text.OnChanged = func(string) { p.blank = false }
	return p
}

func (p *pageAsk) card() fyne.CanvasObject {
	z := p.z
	head := kit.NewFold(lang.L("What does the page say?"), lang.L("when Microsoft's page shows an error instead of a sign-in"), p.open, func() {
		p.open = !p.open
		z.redraw()
		if p.open {
			z.w.win.Canvas().Focus(p.text)
		}
	})
	parts := []fyne.CanvasObject{head}
	if p.open {
		parts = append(parts, kit.QuietPara(lang.L("Paste the code or all that stands on the page. Ferry says what it means and what to do.")), p.text,
			kit.Row(10, kit.Plain(lang.L("What does it mean?"), p.explain), kit.Space()))
		switch {
		case p.fault != nil && needsApproval(p.fault):
			parts = append(parts, kit.FaultCard(p.fault, z.w.faultCalls(&z.c, nil)),
				kit.Row(10, kit.Space(), kit.Plain(lang.L("Show the three ways"), func() { z.stopFor(p.fault) })))
		case p.fault != nil:
			calls := z.w.faultCalls(&z.c, nil)
			if !z.c.Practice {
				calls.Mend, calls.MendBy, calls.Quiet = z.toChange, lang.L("Change values"), true
			}
			parts = append(parts, kit.FaultCard(p.fault, calls))
		case p.blank:
			parts = append(parts, kit.Hint("warn", lang.L("There is no code in it. Look on the page for AADSTS and a number, often at its foot or under “Troubleshooting details”, and paste that."), look.Warned))
		}
	}
	return kit.Card(kit.Column(12, parts...))
}

// toChange ends the waiting for the browser and opens the values.
func (z *wizard) toChange() {
	z.stopFor(nil)
	z.step, z.have = stepValues, haveForgotten
	z.redraw()
	z.arrive()
}

func (p *pageAsk) explain() {
	text := strings.TrimSpace(p.text.Text)
	if text == "" {
		return
	}
	f, known := p.z.w.o.Engine.Explain(text)
	p.fault, p.blank = nil, !known
	if known {
		p.fault = f
	}
	p.z.redraw()
}
