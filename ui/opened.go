package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// openedPage is what one sees first of a project file: whom it talks to, what it writes, what was left out of it. The
// project becomes the window's own when a person says so.
type openedPage struct {
	w     *Window
	page  *kit.Page
	given Opened
	file  string
	from  string // the place to go back to
}

func newOpenedPage(w *Window) *openedPage { return &openedPage{w: w, page: kit.NewPage()} }

func (p *openedPage) object() fyne.CanvasObject { return p.page.Container }
func (p *openedPage) enter()                    {}

func (p *openedPage) escape() { p.back() }

// ask shows what a project is about.
func (p *openedPage) ask(o Opened, file string) {
	if p.w.place != placeOpened {
		p.from = p.w.place
	}
	p.given, p.file = o, file
	p.w.open(placeOpened)
	p.page.Top()
}

func (p *openedPage) back() {
	p.given = Opened{}
	p.w.open(p.from)
}

// use makes the project the window's own.
func (p *openedPage) use() {
	of := p.given.Project
	if p.w.active != nil {
		p.back()
	} else {
		p.given = Opened{}
	}
	p.w.take(of)
}

func (p *openedPage) render() {
	of := p.given.Project
	if of == nil {
		return
	}
	head := kit.PageHead(lang.L("What this project talks to and writes"), core.Marked(of.Name)+" · "+core.Marked(p.file),
		kit.Plain(lang.L("Do not open it"), p.back), kit.Primary(lang.L("Use this project"), p.use))
	cards := []fyne.CanvasObject{}
	for _, f := range p.given.Said {
		cards = append(cards, kit.WarningCard(f, kit.FaultCalls{Quiet: true}))
	}
	cards = append(cards, p.talks(of), p.writes(of), p.removes(of),
		kit.QuietPara(lang.L("Nothing was asked of anybody yet. Secrets are never in a project: Ferry asks for them, or finds those that this computer keeps for the same environment.")))
	p.page.Set(head, cards...)
}

// talks lists the environments.
func (p *openedPage) talks(of *project.Project) fyne.CanvasObject {
	rows := []fyne.CanvasObject{kit.Head(lang.L("It talks to"))}
	for _, c := range of.Connections {
		word, color := kindOf(c)
		row := kit.Row(10, kit.Grow(kit.NewElided(core.Marked(c.Name), kit.Style{Bold: true})), kit.Grow(kit.NewElided(core.Marked(hostWords(c)), kit.Style{Mono: true, Size: look.CaptionSize})),
			kit.Chip(word, look.OnKind, color))
		rows = append(rows, row)
	}
	if len(of.Connections) == 0 {
		rows = append(rows, kit.Quiet(lang.L("No environment.")))
	}
	return kit.Card(kit.Column(8, rows...))
}

// writes says where records go.
func (p *openedPage) writes(of *project.Project) fyne.CanvasObject {
	rows := []fyne.CanvasObject{kit.Head(lang.L("It writes into"))}
	if d := of.Destination; d == nil {
		rows = append(rows, kit.Quiet(lang.L("No destination yet. Ferry asks for one.")))
	} else {
		driver := p.w.driver(d.Driver)
		title, where := d.Driver, destinationPath(d, driver)
		if driver != nil {
			title = driver.Title
		}
		if where == "" {
			where = destinationPlace(d, driver)
		}
		rows = append(rows, kit.Strong(title), kit.NewText(core.Marked(where), kit.Style{Mono: true, Size: look.CaptionSize, Wrap: true}))
	}
	return kit.Card(kit.Column(8, rows...))
}

// removes lists the mappings that remove records at the destination.
func (p *openedPage) removes(of *project.Project) fyne.CanvasObject {
	rows := []fyne.CanvasObject{kit.Head(lang.L("It removes"))}
	var look func(m mapping.Mapping)
	look = func(m mapping.Mapping) {
		title := core.Marked(bothOr(m.Title, m.Source))
		if m.Gone.Do == mapping.Remove {
			rows = append(rows, kit.Para(lang.L("{{.Name}}: records that are deleted in Dynamics", kit.M{"Name": title})))
		}
		if m.Left.Do == mapping.Remove {
			rows = append(rows, kit.Para(lang.L("{{.Name}}: records that leave the filter", kit.M{"Name": title})))
		}
		for _, c := range m.Children {
			look(c)
		}
	}
	for _, m := range of.Mappings {
		look(m)
	}
	if len(rows) == 1 {
		rows = append(rows, kit.Quiet(lang.L("None of its mappings removes records.")))
	} else {
		rows = append(rows, kit.Quiet(lang.L("Ferry asks for the number before it removes any.")))
	}
	return container.NewStack(kit.Card(kit.Column(8, rows...)))
}
