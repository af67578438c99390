package ui

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// forgetSheet says what is deleted of the present project and what cannot be, and deletes.
type forgetSheet struct {
	w       *Window
	sheet   *kit.Sheet
	body    *fyne.Container
	buttons *kit.Button
	work    *task.Task
}

// askForget shows what this computer knows of the present project, and asks.
func (w *Window) askForget() {
	if w.project == nil || w.active != nil {
		return
	}
	s := &forgetSheet{w: w, body: container.NewStack()}
	s.buttons = kit.Danger(lang.L("Delete"), s.forget)
	s.buttons.Unless(lang.L("Ferry still looks what there is."))
	s.sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Delete what this computer knows of “{{.Name}}”?", kit.M{"Name": w.project.Name}), Width: 640, Body: s.body,
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { s.sheet.Close() }), s.buttons},
		Closed:  func() { s.work.Cancel() },
	})
	s.look()
}

func (s *forgetSheet) show(parts ...fyne.CanvasObject) {
	s.body.Objects = []fyne.CanvasObject{kit.Column(12, parts...)}
	s.body.Refresh()
	s.sheet.Refresh()
}

func (s *forgetSheet) look() {
	p := clone(s.w.project)
	s.show(kit.Row(14, kit.NewSpinner(), kit.Grow(kit.QuietPara(lang.L("Looking what there is…")))))
	s.work = task.Go(s.w.run, func(ctx context.Context, _ func(struct{})) (Known, error) {
		return s.w.o.Engine.KnownOf(ctx, p)
	}, nil, func(k Known, err error) {
		if err != nil {
			s.failed(err, s.look)
			return
		}
		s.buttons.Unless("")
		s.show(knownParts(k)...)
	})
}

func (s *forgetSheet) failed(err error, again func()) {
	f := core.AsFault(err)
	s.buttons.Unless(f.Cause)
	s.show(kit.FaultCard(f, kit.FaultCalls{Browse: s.w.browse, Again: again}))
}

// knownParts say what is deleted and what is not.
func knownParts(k Known) []fyne.CanvasObject {
	goes := []string{lang.N("The history of {{.N}} imports, with their receipts", k.Runs, kit.M{"N": kit.Number(int64(k.Runs))})}
	if k.Refused > 0 {
		goes = append(goes, lang.N("{{.N}} records that the history names because they were not written", int(k.Refused), kit.M{"N": kit.Number(k.Refused)}))
	}
	if k.Back > 0 {
		goes = append(goes, lang.N("What is needed to take {{.N}} imports back: afterwards they cannot be", k.Back, kit.M{"N": kit.Number(int64(k.Back))}))
	}
	for _, f := range k.Files {
		goes = append(goes, lang.L("The rows kept for {{.File}}. The next import into it wants another place, or the file moved away", kit.M{"File": filepath.Base(f)}))
	}
	if k.Tables > 0 {
		goes = append(goes, lang.N("What Dynamics 365 told about {{.N}} tables", k.Tables, kit.M{"N": kit.Number(int64(k.Tables))}))
	}
	goes = append(goes, lang.L("The key of this project in the keychain, and that its destination was chosen here"))
	stays := []string{
		lang.L("The rows at the destination, and files that Ferry wrote"),
		lang.L("Reports and lists that somebody saved"),
		lang.L("The project itself: connections, destination and mappings"),
		lang.L("Passwords and sign-ins: Disconnect on the connection's page forgets them"),
	}
	parts := []fyne.CanvasObject{kit.StrongPara(lang.L("Is deleted, for good"))}
	for _, words := range goes {
		parts = append(parts, kit.TopRow(9, kit.NewIcon("cross", look.Failed, 16), kit.Grow(kit.Para(words))))
	}
	parts = append(parts, kit.Hairline(), kit.StrongPara(lang.L("Stays, because only you can delete it")))
	for _, words := range stays {
		parts = append(parts, kit.TopRow(9, kit.NewIcon("check", look.Quiet, 16), kit.Grow(kit.QuietPara(words))))
	}
	return append(parts, kit.Hairline(), kit.QuietPara(lang.L("The next import reads everything again. In a database it makes nothing twice: what is there is known by its key.")))
}

func (s *forgetSheet) forget() {
	w, p := s.w, clone(s.w.project)
	if w.active != nil {
		s.failed(&core.Fault{Kind: core.Wrong, Owner: core.You, Cause: lang.L("An import is running."), Remedy: w.busyReason()}, s.look)
		return
	}
	s.buttons.Unless(lang.L("Ferry deletes it now."))
	s.show(kit.Row(14, kit.NewSpinner(), kit.Grow(kit.QuietPara(lang.L("Deleting…")))))
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (Known, error) {
		return w.o.Engine.DeleteKnown(ctx, p)
	}, nil, func(_ Known, err error) {
		w.forgotten()
		if err != nil {
			s.failed(err, s.look)
			return
		}
		s.sheet.Close()
		w.toldForgotten()
	})
}

// forgotten drops what the window knew.
func (w *Window) forgotten() {
	w.runs, w.backs, w.rehearsed = runs{}, nil, seenRehearsals{}
	w.imports().result, w.imports().shown = nil, nil
	w.forgottenFinish()
	h := w.history()
	h.open, h.others, h.opened = runKey{}, allRuns{}, openedRun{}
	w.refresh()
}

// toldForgotten says that it is done.
func (w *Window) toldForgotten() {
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title:   lang.L("Deleted"),
		Body:    kit.Hint("check", lang.L("This computer knows nothing any more of the imports of “{{.Name}}”.", kit.M{"Name": w.project.Name}), look.Passed),
		Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })},
	})
}
