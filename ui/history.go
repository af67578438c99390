package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// history is the place History: every run, newest first; opening one shows its receipt.
type history struct {
	w       *Window
	page    *kit.Page
	primary *kit.Button
	open    string // the run that is shown, "" is the list
	shown   int    // how many are listed
}

const historyStep = 50

func newHistory(w *Window) *history { return &history{w: w, page: kit.NewPage(), shown: historyStep} }

func (p *history) object() fyne.CanvasObject { return p.page.Container }

func (p *history) enter() {
	if p.primary != nil {
		p.primary.Tapped(nil)
	}
}

func (p *history) escape() {
	if p.open != "" {
		p.open = ""
		p.w.refresh()
	}
}

func (p *history) render() {
	p.primary = nil
	w := p.w
	if w.project != nil && !w.runs.loaded {
		w.loadRuns()
	}
	for i := range w.runs.list {
		if w.runs.list[i].Run == p.open && p.open != "" {
			p.receipt(&w.runs.list[i])
			return
		}
	}
	head := kit.PageHead(lang.L("History"), lang.L("Every import of this project, newest first"))
	switch {
	case w.runs.fault != nil:
		calls := w.faultCalls(nil, func() { w.runs = runs{}; w.refresh() })
		p.page.Set(head, kit.FaultCard(w.runs.fault, calls))
	case w.project != nil && !w.runs.loaded:
		p.page.Set(head, kit.WaitingCard(lang.L("Reading the history…"), ""))
	case len(w.runs.list) == 0:
		b := kit.Primary(lang.L("Go to Import"), func() { w.open(placeImport) })
		p.primary = b
		p.page.Set(head, kit.Nothing("history", lang.L("No import yet"),
			lang.L("Each import leaves a receipt here: when, who, what was read, and what became of every record."), b))
	default:
		p.list(head)
	}
}

func (p *history) list(head fyne.CanvasObject) {
	rows := []fyne.CanvasObject{}
	for i := range p.w.runs.list {
		if i == p.shown {
			rows = append(rows, kit.Pad(6, 6, 6, 6, kit.Row(0, kit.Space(), kit.Link(lang.L("Show older ones"), func() {
				p.shown += historyStep
				p.render()
			}), kit.Space())))
			break
		}
		if i > 0 {
			rows = append(rows, kit.Pad(0, 12, 0, 12, kit.Hairline()))
		}
		r := &p.w.runs.list[i]
		rows = append(rows, kit.NewPick(p.row(r), func() {
			p.open = r.Run
			p.w.refresh()
			p.page.Top()
		}))
	}
	p.page.Set(head, kit.On(kit.NewBox(look.Card, look.Line, look.Radius), kit.PadAll(6, kit.Column(2, rows...))))
}

// row is one run: how it ended, when, what, and its sum.
func (p *history) row(r *importer.Receipt) fyne.CanvasObject {
	sum := total(r.Tables)
	icon, ink := "check", look.Passed
	switch {
	case r.State == importer.Running && p.w.active != nil && p.w.active.progress.Run == r.Run:
		icon, ink = "wait", look.Primary
	case r.State != importer.Complete:
		icon, ink = "warn", look.Warned
	case sum.Refused+sum.Unsure > 0:
		icon, ink = "warn", look.Warned
	}
	titles := []string{}
	for _, t := range r.Tables {
		title := t.Title
		if title == "" {
			title = t.Table
		}
		titles = append(titles, title)
	}
	about := []string{p.w.receiptAbout(r), fromToWords(r)}
	left := kit.Column(2, kit.NewElided(strings.Join(titles, ", "), kit.Style{Bold: true}),
		kit.NewElided(strings.Join(about, " · "), kit.Style{Ink: look.Quiet, Size: 13}))
	right := kit.Column(2, kit.NewText(runWords(r, p.w.active), kit.Style{Ink: ink, Bold: true, Size: 13, Right: true}),
		kit.NewText(kit.Sum(sum), kit.Style{Ink: look.Quiet, Size: 13, Right: true}))
	return kit.Row(12, kit.NewIcon(icon, ink, 20), kit.Grow(left), right, kit.NewIcon("right", look.Quiet, 16))
}

func runWords(r *importer.Receipt, a *activeImport) string {
	switch {
	case r.State == importer.Complete:
		return lang.L("complete")
	case r.State == importer.Running && a != nil && a.progress.Run == r.Run:
		return lang.L("running")
	}
	return lang.L("interrupted")
}

func (p *history) receipt(r *importer.Receipt) {
	back := kit.Primary(lang.L("Back to the list"), p.escape)
	p.primary = back
	cards := p.w.receiptCards(r, 0)
	if r.Fault != nil {
		cards = append([]fyne.CanvasObject{kit.FaultCard(r.Fault, p.w.faultCalls(p.w.connection(), nil))}, cards...)
	}
	p.page.Set(kit.PageHead(lang.L("Receipt"), kit.When(r.Started, p.w.o.Now()), back), cards...)
}

// showRefused lists all records of one cause.
func (w *Window) showRefused(g group) {
	var sheet *kit.Sheet
	list := widget.NewList(func() int { return len(g.records) }, func() fyne.CanvasObject {
		return kit.NewElided("", kit.Style{Mono: true, Size: look.CaptionSize})
	}, func(i widget.ListItemID, o fyne.CanvasObject) { o.(*kit.Elided).SetWhole(refusedWords(g.records[i])) })
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: g.fault.Cause, Width: 640,
		Body:    kit.Column(10, kit.QuietPara(g.fault.Remedy), kit.Sized(100, 320, list)),
		Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })},
	})
}
