package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// history is the place History: every run, newest first; opening one shows its receipt.
type history struct {
	w       *Window
	page    *kit.Page
	primary *kit.Button
	all     bool   // the runs of all projects
	open    runKey // the run that is shown; the zero key is the list
	shown   int    // how many are listed
	others  allRuns
	opened  openedRun
	back    backPanels
}

// A runKey names a run of a project.
type runKey struct{ project, run string }

// allRuns are the runs of all projects, as they were when the present project looked like of.
type allRuns struct {
	of      string
	list    []ProjectRuns
	loaded  bool
	fault   *core.Fault
	loading *task.Task
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
	if p.w.finish.open {
		p.closeFinish()
		return
	}
	if p.open != (runKey{}) {
		p.open = runKey{}
		p.w.refresh()
	}
}

func (p *history) render() {
	p.primary = nil
	w := p.w
	if w.project != nil && !w.runs.loaded {
		w.loadRuns()
	}
	if w.finish.open && w.project != nil {
		p.renderFinish()
		return
	}
	if p.showBack() || p.open != (runKey{}) && p.showOpen() {
		return
	}
	if p.all {
		p.renderAll()
		return
	}
	head := p.head(lang.L("Every import of this project, newest first"))
	switch {
	case w.runs.fault != nil:
		calls := w.faultCalls(nil, func() { w.runs = runs{}; w.refresh() })
		p.page.Set(head, kit.FaultCard(w.runs.fault, calls))
	case w.project != nil && !w.runs.loaded:
		p.page.Set(head, kit.WaitingCard(lang.L("Reading the history…"), ""))
	case len(w.runs.list) == 0:
		p.nothing(head)
	default:
		p.list(head, []ProjectRuns{{ID: w.project.ID, Name: w.project.Name, Runs: w.runs.list}})
	}
}

// head has the switch between this project and all of them.
func (p *history) head(about string) fyne.CanvasObject {
	chosen := 0
	if p.all {
		chosen = 1
	}
	return kit.PageHead(lang.L("History"), about, append(p.finishLinks(), kit.Segments([]string{lang.L("This project"), lang.L("All projects")}, chosen, func(i int) {
		p.all, p.shown = i == 1, historyStep
		p.w.refresh()
		p.page.Top()
	}))...)
}

func (p *history) nothing(head fyne.CanvasObject) {
	b := kit.Primary(lang.L("Go to Import"), func() { p.w.open(placeImport) })
	p.primary = b
	p.page.Set(head, kit.Nothing("history", lang.L("No import yet"),
		lang.L("Each import leaves a receipt here: when, who, what was read, and what became of every record."), b))
}

// renderAll lists the runs of all projects of this computer.
func (p *history) renderAll() {
	head := p.head(lang.L("Every import on this computer, this project first"))
	p.loadAll()
	switch {
	case p.others.fault != nil:
		p.page.Set(head, kit.FaultCard(p.others.fault, p.w.faultCalls(nil, func() { p.others = allRuns{}; p.w.refresh() })))
	case !p.others.loaded:
		p.page.Set(head, kit.WaitingCard(lang.L("Reading the history…"), ""))
	case len(p.others.list) == 0:
		p.nothing(head)
	default:
		p.list(head, p.others.list)
	}
}

// state changes with every run of the present project that begins or ends.
func (p *history) state() string {
	if p.w.project == nil {
		return ""
	}
	words := p.w.project.ID
	if list := p.w.runs.list; len(list) > 0 {
		words += list[0].Run + string(list[0].State)
	}
	return words
}

// loadAll reads the runs of all projects, and again once the present project has others.
func (p *history) loadAll() {
	of := p.state()
	if p.others.loading != nil || p.others.loaded && p.others.of == of || p.others.fault != nil {
		return
	}
	project := clone(p.w.project)
	p.others.of = of
	p.others.loading = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) ([]ProjectRuns, error) {
		return p.w.o.Engine.AllRuns(ctx, project)
	}, nil, func(list []ProjectRuns, err error) {
		p.others = allRuns{of: of, list: list, loaded: true}
		if err != nil {
			p.others.fault = core.AsFault(err)
		}
		if p.w.place == placeHistory {
			p.w.refresh()
		}
	})
}

// list lists runs, each project under its name where there are several.
func (p *history) list(head fyne.CanvasObject, projects []ProjectRuns) {
	cards, left := []fyne.CanvasObject{}, p.shown
	for _, of := range projects {
		if left <= 0 {
			break
		}
		if p.all {
			cards = append(cards, p.projectHead(of))
		}
		if of.Fault != nil {
			cards = append(cards, kit.FaultCard(of.Fault, p.w.faultCalls(nil, nil)))
			continue
		}
		rows := []fyne.CanvasObject{}
		for i := range of.Runs[:min(left, len(of.Runs))] {
			if i > 0 {
				rows = append(rows, kit.Pad(0, 12, 0, 12, kit.Hairline()))
			}
			key := runKey{of.ID, of.Runs[i].Run}
			rows = append(rows, kit.NewPick(p.row(&of.Runs[i]), func() {
				p.open = key
				p.w.refresh()
				p.page.Top()
			}))
		}
		left -= len(of.Runs)
		cards = append(cards, kit.On(kit.NewBox(look.Card, look.Line, look.Radius), kit.PadAll(6, kit.Column(2, rows...))))
	}
	if left < 0 {
		cards = append(cards, kit.Row(0, kit.Space(), kit.Link(lang.L("Show older ones"), func() {
			p.shown += historyStep
			p.render()
		}), kit.Space()))
	}
	p.page.Set(head, cards...)
}

func (p *history) projectHead(of ProjectRuns) fyne.CanvasObject {
	row := []fyne.CanvasObject{kit.Grow(kit.NewElided(projectWords(of), kit.Style{Bold: true, Size: look.HeadSize}))}
	if p.w.project != nil && of.ID == p.w.project.ID {
		row = append(row, kit.Chip(lang.L("this project"), look.Primary, look.PrimaryTint))
	}
	return kit.Pad(6, 4, 0, 4, kit.Row(10, row...))
}

func projectWords(of ProjectRuns) string {
	switch {
	case of.ID == "":
		return lang.L("Imports of the terminal, without a project")
	case of.Name == "":
		return lang.L("A project whose name is not known here ({{.ID}})", kit.M{"ID": of.ID[:min(6, len(of.ID))]})
	}
	return of.Name
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
	if r.Retries != "" {
		titles = []string{p.w.retryWords(r, titles)}
	}
	name, counts := strings.Join(titles, ", "), kit.Came(sum)
	if r.Limit > 0 && r.Retries == "" {
		name = lang.L("Tried {{.N}} of each", kit.M{"N": kit.Number(int64(r.Limit))}) + " · " + name
	}
	if r.Undoes != "" {
		name, counts = p.w.backTitle(r)+" · "+name, backSum(sum)
	}
	about := []string{p.w.receiptAbout(r), p.w.fromToWords(r)}
	left := kit.Column(2, kit.NewElided(name, kit.Style{Bold: true}),
		kit.NewElided(strings.Join(about, " · "), kit.Style{Ink: look.Quiet, Size: 13}))
	state := runWords(r, p.w.active)
	if back := p.w.backOf(r.Run); back != nil && back.State == importer.Complete {
		state, icon, ink = lang.L("taken back"), "history", look.Quiet
	}
	right := kit.Column(2, kit.NewText(state, kit.Style{Ink: ink, Bold: true, Size: 13, Right: true}),
		kit.NewText(counts, kit.Style{Ink: look.Quiet, Size: 13, Right: true}))
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
