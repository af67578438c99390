package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// welcome is what one sees first: two doors, and below them a project file.
type welcome struct {
	w       *Window
	root    *fyne.Container
	waiting *task.Task
	fault   *core.Fault
}

func newWelcome(w *Window) *welcome { return &welcome{w: w, root: container.NewStack()} }

func (p *welcome) object() fyne.CanvasObject { return p.root }

func (p *welcome) enter() {
	if p.waiting == nil {
		p.w.newConnection()
	}
}

func (p *welcome) escape() { p.waiting.Cancel() }

func (p *welcome) render() {
	kit.Still(p.root)
	mark := kit.Row(0, kit.Space(), kit.NewIcon("mark", look.Ink, 64), kit.Space())
	title := kit.NewText(lang.L("Carry Dynamics 365 where you need it"), kit.Style{Bold: true, Size: 30, Mid: true, Wrap: true})
	about := kit.NewText(lang.L("Accounts, contacts and any other table, complete and exact, with a receipt that adds up."),
		kit.Style{Ink: look.Quiet, Mid: true, Wrap: true})
	parts := []fyne.CanvasObject{mark, kit.Pad(14, 0, 0, 0, title), about, kit.Pad(18, 0, 6, 0, p.doors())}
	switch {
	case p.fault != nil:
		parts = append(parts, kit.FaultCard(p.fault, kit.FaultCalls{Browse: p.w.browse, Again: p.practise}))
	case p.waiting != nil:
		parts = append(parts, kit.Row(12, kit.Space(), kit.NewSpinner(), kit.Quiet(lang.L("Starting the practice environment…")),
			kit.Link(lang.L("Cancel"), p.waiting.Cancel), kit.Space()))
	default:
		parts = append(parts, kit.Row(2, kit.Space(), kit.Quiet(lang.L("or")),
			kit.Link(lang.L("open a project file"), p.w.openProject), kit.Quiet(lang.L("that a colleague gave you")), kit.Space()))
	}
	p.root.Objects = []fyne.CanvasObject{container.New(&heartLayout{width: 760}, kit.Column(8, parts...))}
	p.root.Refresh()
}

func (p *welcome) doors() fyne.CanvasObject {
	connect := kit.Primary(lang.L("Connect"), p.w.newConnection)
	practise := kit.Plain(lang.L("Practise"), p.practise)
	if p.waiting != nil {
		connect.Unless(lang.L("The practice environment is being started."))
		practise.Unless(lang.L("The practice environment is being started."))
	}
	return kit.Equal(18,
		door(lang.L("Connect to Dynamics 365"), lang.L("You need the address of your environment. Ferry finds the rest, or tells you whom to ask for it."), connect),
		door(lang.L("Try it with the practice environment"), lang.L("Companies and people on this computer. No account, no network, nothing can go wrong."), practise))
}

func door(title, about string, button *kit.Button) fyne.CanvasObject {
	return kit.On(kit.NewBox(look.Card, look.Line, look.Radius), kit.PadAll(22, container.New(&doorLayout{},
		kit.Column(8, kit.Head(title), kit.QuietPara(about)), kit.Row(0, button, kit.Space()))))
}

// practise starts the practice environment and goes on to the sign-in with everything filled in.
func (p *welcome) practise() {
	p.fault = nil
	p.waiting = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (Practice, error) {
		return p.w.o.Engine.Practice(ctx)
	}, nil, func(pr Practice, err error) {
		p.waiting = nil
		if err != nil {
			if f := core.AsFault(err); f.Kind != core.Stopped {
				p.fault = f
			}
			p.render()
			return
		}
		p.w.enterPractice(pr)
	})
	p.render()
}

// enterPractice puts the practice connection into the project and opens its sign-in.
func (w *Window) enterPractice(pr Practice) {
	c := pr.Connection
	c.Practice = true
	if c.Auth == "" {
		c.Auth = project.Browser
	}
	if c.Name == "" {
		c.Name = lang.L("Practice environment")
	}
	for _, old := range w.own().Connections {
		if old.Practice {
			c.Name = old.Name
		}
	}
	w.keep(c, c.Name)
	w.connections().wizard = newWizard(w, c, 2)
	w.connections().wizard.person = pr.Person
	w.open(placeConnection)
}

// doorLayout hangs a door's words from its top and its button from its foot.
type doorLayout struct{}

func (doorLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(size.Width, o[0].MinSize().Height))
	o[0].Resize(fyne.NewSize(size.Width, o[0].MinSize().Height))
	h := o[1].MinSize().Height
	o[1].Resize(fyne.NewSize(size.Width, h))
	o[1].Move(fyne.NewPos(0, fyne.Max(o[0].MinSize().Height+16, size.Height-h)))
}

func (doorLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(fyne.Max(a.Width, b.Width), a.Height+16+b.Height)
}

// heartLayout puts one object into the middle, no wider than width.
type heartLayout struct{ width float32 }

func (l *heartLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := fyne.Min(l.width, size.Width-56)
	o[0].Resize(fyne.NewSize(w, o[0].MinSize().Height))
	h := o[0].MinSize().Height
	o[0].Resize(fyne.NewSize(w, h))
	o[0].Move(fyne.NewPos((size.Width-w)/2, fyne.Max(20, (size.Height-h)*0.45)))
}

func (l *heartLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(560, 400) }
