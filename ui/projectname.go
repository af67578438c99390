package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/project"
	"ferry/ui/kit"
)

// A project is called by what people recognise, from where to where, until they give it a name of their own.

// unnamed is what a project is called that goes nowhere yet.
const unnamed = "Ferry"

// offeredName is what Ferry calls a project.
func (w *Window) offeredName(p *project.Project) string {
	from := ""
	for i := range p.Connections {
		if c := &p.Connections[i]; c.Name == p.Connection || from == "" {
			from = c.Name
		}
	}
	switch {
	case from == "":
		return unnamed
	case p.Destination == nil:
		return from
	}
	return from + " › " + destinationName(p.Destination, w.driver(p.Destination.Driver))
}

// nameProject keeps the name of a project in step with what it does, unless somebody gave it one. It is called before a
// project is saved, and when one becomes the window's own.
func (w *Window) nameProject() {
	p := w.project
	if p == nil {
		return
	}
	offered := w.offeredName(p)
	if p.Name == "" || p.Name == unnamed || p.Name == w.offered {
		p.Name = offered
	}
	w.offered = offered
}

// renameProject asks for a name.
func (w *Window) renameProject() {
	p := w.own()
	name := kit.NewEntry(lang.L("Name of the project"), w.offeredName(p))
	name.Text = p.Name
	var sheet *kit.Sheet
	rename := func() {
		sheet.Close()
		p.Name = strings.TrimSpace(name.Text)
		w.save()
		w.refresh()
	}
	name.OnSubmitted = func(string) { rename() }
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Rename the project"), Width: 520, Focus: name,
		Body:    kit.Labeled(lang.L("Name of the project"), lang.L("It stands in the history and in reports. Left empty, Ferry names it by where it goes from and to."), name),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), kit.Primary(lang.L("Rename"), rename)},
	})
}

// projectCard says which project is open.
func (w *Window) projectCard() fyne.CanvasObject {
	words := []fyne.CanvasObject{kit.Head(lang.L("Project"))}
	row := []fyne.CanvasObject{}
	if p := w.project; p != nil {
		words = append(words, kit.NewElided(p.Name, kit.Style{Bold: true}))
		row = append(row, kit.Plain(lang.L("Rename…"), w.renameProject))
	}
	words = append(words, kit.QuietPara(lang.L("A project holds connections, destination and tables, never a secret.")))
	row = append(row, kit.Plain(lang.L("Open a project file…"), w.openProject))
	return kit.Card(kit.Row(16, append([]fyne.CanvasObject{kit.Grow(kit.Column(3, words...))}, row...)...))
}
