package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// stops counts the problems for which an import would not begin.
func (p *mappingPage) stops() int {
	n := 0
	for _, problem := range p.root.Problems() {
		if problem.Severity == mapping.Stops {
			n++
		}
	}
	return n
}

// problemsButton leads to the list of problems; nil where there are none.
func (p *mappingPage) problemsButton() fyne.CanvasObject {
	all := p.root.Problems()
	words, worst := problemsChip(all)
	switch {
	case len(all) == 0:
		return nil
	case worst == mapping.Notes:
		return kit.NewChipButton(words, false, look.Quiet, look.Field, p.showProblems)
	case worst == mapping.Stops:
		return kit.NewChipButton(words, false, look.Failed, look.FailedTint, p.showProblems)
	}
	return kit.NewChipButton(words, false, look.Warned, look.WarnedTint, p.showProblems)
}

// severityLook is the sign and the colours of a problem.
func severityLook(s mapping.Severity) (icon string, ink, tint fyne.ThemeColorName) {
	switch s {
	case mapping.Stops:
		return "cross", look.Failed, look.FailedTint
	case mapping.Warns:
		return "warn", look.Warned, look.WarnedTint
	}
	return "dash", look.Quiet, look.Field
}

// mostProblems is how many problems the list shows; who has more mends some first.
const mostProblems = 100

// showProblems lists what has to be looked at, the worst first, each with the way there.
func (p *mappingPage) showProblems() {
	var sheet *kit.Sheet
	all := p.root.Problems()
	cards := []fyne.CanvasObject{}
	if stops := p.stops(); stops > 0 {
		cards = append(cards, kit.Hint("cross", lang.N("The import would not begin because of {{.N}} of these.", stops, kit.M{"N": stops}), look.Failed))
	}
	for i, problem := range all {
		if i == mostProblems {
			cards = append(cards, kit.QuietPara(lang.L("…and {{.N}} more. They show when some of these are mended.", kit.M{"N": kit.Number(int64(len(all) - i))})))
			break
		}
		cards = append(cards, p.problemCard(problem, func() {
			sheet.Close()
			p.jump(problem.Place)
		}))
	}
	title, _ := problemsChip(all)
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: title, Width: 620, Body: kit.Column(8, cards...),
		Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })},
	})
}

func (p *mappingPage) problemCard(problem mapping.Problem, show func()) fyne.CanvasObject {
	icon, ink, tint := severityLook(problem.Severity)
	words := kit.Column(3, kit.StrongPara(problem.Cause), kit.NewText(problem.Remedy, kit.Style{Wrap: true, Size: 13}),
		kit.Caption(p.placeWords(problem.Place)))
	row := []fyne.CanvasObject{container.NewVBox(kit.NewIcon(icon, ink, 18)), kit.Grow(words)}
	if show != nil {
		row = append(row, kit.Plain(lang.L("Show"), show))
	}
	return kit.On(kit.NewBox(tint, "", look.SmallRound), kit.Pad(10, 12, 10, 12, kit.TopRow(10, row...)))
}

// placeWords say where a problem is: "Contacts › Which records".
func (p *mappingPage) placeWords(at mapping.Place) string {
	words, d := "", p.root
	for i := 1; i < len(at.Path) && d != nil; i++ {
		child, ok := d.Child(at.Path[i])
		if !ok {
			break
		}
		d = child
		words += p.titleOf(d.Saved()) + " › "
	}
	for _, part := range p.parts {
		if part.part() == shownOn(at.Part) {
			return words + part.title()
		}
	}
	return words + string(at.Part)
}

// shownOn is the part of the page on which a problem's part stands.
func shownOn(part mapping.PagePart) mapping.PagePart { return part }

// jump leads to the place of a problem.
func (p *mappingPage) jump(at mapping.Place) {
	path := []string{}
	if len(at.Path) > 1 {
		path = at.Path[1:]
	}
	if !same(path, p.path) {
		p.path = append([]string{}, path...)
		p.reopen()
	}
	p.wrong = nil
	for _, part := range p.parts {
		if part.part() == shownOn(at.Part) {
			p.part = part.part()
			p.w.refresh()
			part.reveal(at)
			return
		}
	}
	p.w.refresh()
}

func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
