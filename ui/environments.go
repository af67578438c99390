package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// environmentsButton offers the environments of somebody who has signed in.
func (z *wizard) environmentsButton() *kit.Button {
	at := z.w.signedInPerson("")
	b := kit.Plain(lang.L("Choose from my environments"), func() { z.chooseEnvironment(*at) })
	if at == nil {
		b.Unless(lang.L("This works as soon as you have signed in once yourself, in the browser."))
	}
	return b
}

// signedInPerson is a connection at which a person has signed in, if possible in this session and not just for practice;
// of one environment where org is not "". nil when there is none.
func (w *Window) signedInPerson(org string) *project.Connection {
	if w.project == nil {
		return nil
	}
	var best *project.Connection
	for i := range w.project.Connections {
		c := &w.project.Connections[i]
		if c.Auth != project.Browser && c.Auth != project.Device || org != "" && c.Org != org {
			continue
		}
		s := w.sessions[c.Name]
		now := s != nil && s.signedIn
		switch {
		case now && !c.Practice:
			return c
		case (now || c.Tested != "") && (best == nil || best.Practice):
			best = c
		}
	}
	return best
}

// chooseEnvironment lists what the person who signed in at a connection may see.
func (z *wizard) chooseEnvironment(at project.Connection) {
	w := z.w
	var sheet *kit.Sheet
	body := container.NewStack(kit.Row(12, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Asking Microsoft for your environments…")))))
	var asking *task.Task
	ask := func() {
		asking = task.Go(w.run, func(ctx context.Context, _ func(struct{})) ([]Environment, error) {
			return w.o.Engine.Environments(ctx, at)
		}, nil, func(all []Environment, err error) {
			kit.Still(body)
			switch {
			case err != nil && core.AsFault(err).Kind == core.Stopped:
				return
			case err != nil:
				body.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: w.browse})}
			case len(all) == 0:
				body.Objects = []fyne.CanvasObject{kit.QuietPara(lang.L("Microsoft lists no environment for you. It leaves out those that you may use only as a guest or through a partner: paste the address instead."))}
			default:
				list := newEnvironmentList(all, func(e Environment) {
					sheet.Close()
					z.takeEnvironment(e, at)
				})
				body.Objects = []fyne.CanvasObject{list.object}
				w.win.Canvas().Focus(list.search)
			}
			sheet.Refit()
		})
	}
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Your environments"), Width: 640, Body: body, Closed: func() { asking.Cancel() },
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })},
	})
	ask()
}

// takeEnvironment fills in what the list said; the app registration of the connection it came from serves here too.
func (z *wizard) takeEnvironment(e Environment, at project.Connection) {
	z.c.Kind = e.Kind
	if !z.named && e.Name != "" {
		z.name.SetText(z.w.freeName(e.Name, z.old))
		z.named = true
	}
	if e.Tenant != "" {
		z.tenant.SetText(e.Tenant)
	}
	if at.Practice {
		z.practice = e.Org
	}
	if strings.TrimSpace(z.client.Text) == "" && at.ClientID != "" {
		z.client.SetText(at.ClientID)
		z.c.Auth, z.c.Redirect, z.chose = at.Auth, at.Redirect, true
		z.have = haveForgotten
	}
	z.address.SetText(e.Org)
	z.w.win.Canvas().Focus(z.address)
	z.redraw()
}

// environmentList is a searchable list of environments.
type environmentList struct {
	object fyne.CanvasObject
	search *kit.Entry
}

func newEnvironmentList(all []Environment, picked func(Environment)) *environmentList {
	l := &environmentList{search: kit.NewEntry(lang.L("Search"), lang.L("Search by name or address"))}
	hits := all
	list := widget.NewList(func() int { return len(hits) }, newEnvironmentRow, nil)
	list.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) { o.(*environmentRow).set(hits[i]) }
	list.HideSeparators = true
	list.OnSelected = func(i widget.ListItemID) {
		if hits[i].Disabled {
			list.UnselectAll()
			return
		}
		picked(hits[i])
	}
	none := kit.NewText(lang.L("No environment has this name."), kit.Style{Ink: look.Quiet, Mid: true})
	none.Hide()
	l.search.OnChanged = func(text string) {
		text = strings.ToLower(strings.TrimSpace(text))
		hits = nil
		for _, e := range all {
			if strings.Contains(strings.ToLower(e.Name+"\n"+e.Org), text) {
				hits = append(hits, e)
			}
		}
		none.Hidden = len(hits) > 0
		list.UnselectAll()
		list.Refresh()
		list.ScrollToTop()
	}
	l.search.OnSubmitted = func(string) {
		for _, e := range hits {
			if !e.Disabled {
				picked(e)
				return
			}
		}
	}
	l.object = kit.Column(10, l.search, kit.Sized(100, 320, container.NewStack(list, container.NewCenter(none))))
	return l
}

// environmentRow is one environment in the list; one that is switched off is grey and says so.
type environmentRow struct {
	widget.BaseWidget
	name, where *kit.Elided
	kind        *fyne.Container
	content     fyne.CanvasObject
}

func newEnvironmentRow() fyne.CanvasObject {
	r := &environmentRow{name: kit.NewElided("", kit.Style{Bold: true}), where: kit.NewElided("", kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}),
		kind: container.NewStack()}
	r.content = kit.Pad(6, 12, 6, 12, kit.Row(12, kit.Grow(kit.Column(1, r.name, r.where)), r.kind))
	r.ExtendBaseWidget(r)
	return r
}

func (r *environmentRow) set(e Environment) {
	r.name.SetWhole(e.Name)
	r.where.SetWhole(strings.TrimPrefix(e.Org, "https://"))
	if e.Region != "" {
		r.where.SetWhole(strings.TrimPrefix(e.Org, "https://") + " · " + e.Region)
	}
	ink := look.Ink
	r.kind.Objects = nil
	switch {
	case e.Disabled:
		ink = look.Faint
		r.kind.Objects = []fyne.CanvasObject{kit.Chip(lang.L("switched off in the admin center"), look.Quiet, look.Field)}
	case e.Kind == "test":
		r.kind.Objects = []fyne.CanvasObject{kit.Chip(lang.L("Test"), look.OnKind, look.Sandbox)}
	case e.Kind == "live":
		r.kind.Objects = []fyne.CanvasObject{kit.Chip(lang.L("Live"), look.OnKind, look.Production)}
	}
	r.name.SetInk(ink)
	r.content.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *environmentRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(r.content)
}
