package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/task"
)

// openProject asks for a project file: its path can be typed, pasted or looked for.
func (w *Window) openProject() {
	var sheet *kit.Sheet
	path := kit.NewEntry(lang.L("Project file"), "")
	wrong := container.NewStack()
	var open *kit.Button
	opening := false
	try := func() {
		if opening || strings.TrimSpace(path.Text) == "" {
			return
		}
		opening = true
		open.Unless(lang.L("The file is being read."))
		w.read(strings.TrimSpace(path.Text), func() {
			opening = false
			sheet.Close()
		}, func(err error) {
			opening = false
			open.Unless("")
			wrong.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: w.browse})}
			sheet.Refit()
		})
	}
	open = kit.Primary(lang.L("Open"), try)
	open.Unless(lang.L("Choose a file first."))
	path.OnSubmitted = func(string) { try() }
	path.OnChanged = func(text string) {
		reason := ""
		if strings.TrimSpace(text) == "" {
			reason = lang.L("Choose a file first.")
		}
		open.Unless(reason)
	}
	browse := kit.Plain(lang.L("Browse…"), func() { w.pickFile(path.Text, ".ferry", path.SetText) })
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Open a project file"), Width: 580, Focus: path,
		Body: kit.Column(12, kit.QuietPara(lang.L("A project file ends in .ferry. It says what goes where and holds no password. Opening it starts nothing.")),
			kit.Row(8, kit.Grow(path), browse), wrong),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), open},
	})
}

// read reads a project file and shows what it talks to and writes; nothing of it is used before a person says so.
func (w *Window) read(file string, done func(), failed func(error)) {
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (Opened, error) {
		return w.o.Engine.Open(ctx, file)
	}, nil, func(o Opened, err error) {
		if err != nil {
			failed(err)
			return
		}
		if done != nil {
			done()
		}
		w.pages[placeOpened].(*openedPage).ask(o, file)
	})
}

// take makes an opened project the window's own.
func (w *Window) take(p *project.Project) {
	if w.active != nil {
		w.tell(lang.L("An import is running"), &core.Fault{
			Kind: core.Wrong, Code: "ui.import-running", Owner: core.You,
			Cause: lang.L("An import of the present project is running."), Remedy: lang.L("Stop it, or wait for its end, and open the file again."),
		})
		return
	}
	for name := range w.sessions {
		w.forget(name)
	}
	w.project, w.runs, w.offered = p, runs{}, w.offeredName(p)
	w.imports().shown, w.imports().compared, w.finish = nil, nil, finishing{}
	w.save()
	w.connections().wizard = nil
	w.mappings().forget()
	// Opening a file starts nothing: the page Connection asks nobody until a person presses a button there.
	w.open(placeConnection)
	if w.connection() == nil {
		w.open(placeWelcome)
	}
}
