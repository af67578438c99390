package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// backPanels are what the place History shows while an import is taken back.
type backPanels struct {
	of     *activeImport
	panels map[string]*kit.Progress
	states map[string]importer.TableState
}

// showBack shows the taking back that is going on, where the run that is open is taken back; false when it is not.
func (p *history) showBack() bool {
	a := p.w.active
	if a == nil || a.back == nil || p.open.run != a.back.Run {
		return false
	}
	stop := kit.Plain(a.stopWords(), p.w.stopImport)
	stop.Tip(lang.L("You can go on later."))
	if a.stopping {
		stop.Unless(lang.L("The last rows are being put back."))
	}
	head := kit.PageHead(lang.L("Taking back"), lang.L("The import of {{.When}}: rows and values are put back as they were", kit.M{"When": kit.When(a.back.Started, p.w.o.Now())}),
		kit.Plain(lang.L("Back to the list"), p.escape), stop)
	p.back = backPanels{of: a, panels: map[string]*kit.Progress{}, states: map[string]importer.TableState{}}
	cards := []fyne.CanvasObject{}
	for i, t := range a.progress.Tables {
		cards = append(cards, p.backPanel(t, i == a.progress.Current))
	}
	if len(cards) == 0 {
		cards = append(cards, kit.WaitingCard(lang.L("Looking what is to be put back…"), ""))
	}
	p.page.Set(head, cards...)
	return true
}

func (p *history) backPanel(t importer.TableProgress, current bool) fyne.CanvasObject {
	panel := kit.NewProgress()
	panel.Back, _ = p.w.removedWords(nil)
	p.back.panels[progressID(t)], p.back.states[progressID(t)] = panel, t.State
	ink, tint := look.Quiet, look.Field
	switch t.State {
	case importer.Reading, importer.Finishing:
		ink, tint = look.Primary, look.PrimaryTint
	case importer.Done:
		ink, tint = look.Passed, look.PassedTint
	}
	title := t.Title
	if title == "" {
		title = t.Table
	}
	head := kit.Row(10, kit.NewElided(title, kit.Style{Bold: true, Size: 16}), kit.Mono(t.Table), kit.Space(), kit.Chip(p.w.active.stateWords(t.State), ink, tint))
	panel.Set(t, p.w.active.progress, current, p.w.o.Now())
	if t.State == importer.Waiting {
		return kit.Card(head)
	}
	return kit.Card(kit.Column(11, head, panel.Container))
}

// backMoved shows news in place; only a changed state draws the page anew.
func (p *history) backMoved() {
	a := p.w.active
	if a == nil || a.back == nil || p.open.run != a.back.Run {
		return
	}
	fresh := p.back.of != a
	for _, t := range a.progress.Tables {
		fresh = fresh || p.back.panels[progressID(t)] == nil || p.back.states[progressID(t)] != t.State
	}
	if fresh {
		p.render()
		return
	}
	taller := false
	for i, t := range a.progress.Tables {
		taller = p.back.panels[progressID(t)].Set(t, a.progress, i == a.progress.Current, p.w.o.Now()) || taller
	}
	if taller {
		p.page.Relayout()
	}
}

// backReceiptCards are the receipt of a run that took another back.
func (w *Window) backReceiptCards(of runOf, r *importer.Receipt) []fyne.CanvasObject {
	sum := total(r.Tables)
	words, ink, icon := lang.L("Taken back: everything is as it was before"), look.Passed, "check"
	switch {
	case r.State != importer.Complete:
		words, ink, icon = lang.L("Stopped part-way: it can go on where it stopped"), look.Warned, "warn"
	case sum.Refused > 0:
		words, ink, icon = lang.N("Taken back, but {{.N}} rows stay as they are", int(sum.Refused), kit.M{"N": kit.Number(sum.Refused)}), look.Warned, "warn"
	}
	cards := []fyne.CanvasObject{kit.Verdict(words, lang.L("{{.N}} rows", kit.M{"N": kit.Number(sum.Read)}), ink, icon)}
	target := w.takenBack(r)
	title := []fyne.CanvasObject{kit.Grow(kit.NewElided(w.backTitle(r), kit.Style{Bold: true}))}
	if w.project != nil && of.id == w.project.ID && target != nil {
		title = append(title, kit.Link(lang.L("The import that was taken back"), func() {
			w.history().open = runKey{of.id, target.Run}
			w.open(placeHistory)
		}))
	}
	parts := []fyne.CanvasObject{kit.Row(10, title...), kit.QuietPara(w.receiptAbout(r)), w.backGrid(r)}
	if target != nil {
		made := []string{}
		for _, t := range target.Tables {
			made = append(made, t.Made...)
		}
		if len(made) > 0 {
			parts = append(parts, kit.QuietPara(madeWords(made)))
		}
	}
	row := []fyne.CanvasObject{}
	var copied *kit.Button
	copied = kit.PlainIcon("copy", lang.L("Copy"), func() {
		w.clip(receiptText(r))
		copied.SetWords(lang.L("Copied"))
	})
	copied.Tip(lang.L("Copies the receipt as text, without any record."))
	row = append(row, copied, kit.Plain(lang.L("Save report…"), func() { w.saveRunReport(of, r, false, nil) }))
	row = append(row, kit.Space())
	if w.halfBack() != nil && w.halfBack().Run == r.Run && target != nil {
		on := kit.Primary(lang.L("Go on taking back"), func() { w.takeBack(target) })
		if t := w.mayTakeBack(target.Run); t.fault != nil {
			on.Unless(t.fault.Cause)
			parts = append(parts, kit.Hint("warn", t.fault.Cause+" "+t.fault.Remedy, look.Warned))
		}
		row = append(row, on)
	}
	parts = append(parts, kit.Row(10, row...))
	cards = append(cards, kit.Card(kit.Column(12, parts...)))
	if refused := w.refusedCard(of, r, sum); refused != nil {
		cards = append(cards, refused)
	}
	return cards
}

// backTitle names a run that takes another back.
func (w *Window) backTitle(r *importer.Receipt) string {
	if of := w.takenBack(r); of != nil {
		return lang.L("Took back the import of {{.When}}", kit.M{"When": kit.When(of.Started, w.o.Now())})
	}
	return lang.L("Took back an import")
}

// backSum says in a line what was put back.
func backSum(c importer.Counts) string {
	words := lang.L("{{.N}} rows put back", kit.M{"N": kit.Number(c.Removed + c.Updated + c.Created)})
	if c.Refused > 0 {
		words += ", " + lang.L("{{.N}} stay", kit.M{"N": kit.Number(c.Refused)})
	}
	return words
}
