package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// makeUser makes the application user of a connection, as the System Administrator who signed in at another one.
func (w *Window) makeUser(c project.Connection) {
	as := w.signedInPerson(c.Org)
	if as == nil {
		w.askAdministrator(c)
		return
	}
	w.planUser(c, *as)
}

// askAdministrator says that a System Administrator has to sign in once, and prepares that.
func (w *Window) askAdministrator(c project.Connection) {
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("A System Administrator has to sign in once"),
		Body: kit.Column(8, kit.Para(lang.L("Ferry makes the application user and a role that may only read your tables. For that a System Administrator of this environment signs in, in the browser.")),
			kit.QuietPara(lang.L("Ferry makes a second connection for it with the same app registration. It needs the redirect URI http://localhost under “Mobile and desktop applications”. Nothing is made before you have seen the list."))),
		Buttons: []fyne.CanvasObject{
			kit.Plain(lang.L("Cancel"), func() { sheet.Close() }),
			kit.Primary(lang.L("Sign in as administrator"), func() {
				sheet.Close()
				admin := project.Connection{Name: w.freeName(lang.L("{{.Name}} (administrator)", kit.M{"Name": c.Name}), ""), Org: c.Org, Tenant: c.Tenant, ClientID: c.ClientID,
					Auth: project.Browser, Kind: c.Kind}
				w.keep(admin, "")
				w.connections().change(admin, stepSignIn)
			}),
		},
	})
}

// planUser shows what would be made before anything is.
func (w *Window) planUser(c, as project.Connection) {
	tables := w.tables()
	var planning *task.Task
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Make the application user"), Closed: func() { planning.Cancel() },
		Body:    kit.Row(12, kit.NewSpinner(), kit.Grow(kit.QuietPara(lang.L("Looking what is there already. Nothing is changed.")))),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })},
	})
	planning = task.Go(w.run, func(ctx context.Context, _ func(struct{})) (ApplicationUserPlan, error) {
		return w.o.Engine.PlanApplicationUser(ctx, as, c.ClientID, tables)
	}, nil, func(plan ApplicationUserPlan, err error) {
		if w.closedSheet(sheet) {
			return
		}
		sheet.Close()
		if err != nil {
			w.tell(lang.L("The application user cannot be made"), err)
			return
		}
		w.showUserPlan(c, as, plan)
	})
}

// closedSheet reports whether a person closed a sheet meanwhile.
func (w *Window) closedSheet(s *kit.Sheet) bool {
	for _, o := range w.win.Canvas().Overlays().List() {
		if o == fyne.CanvasObject(s) {
			return false
		}
	}
	return true
}

func (w *Window) showUserPlan(c, as project.Connection, plan ApplicationUserPlan) {
	rows := []fyne.CanvasObject{kit.QuietPara(lang.L("As {{.Who}}, in {{.Host}}:", kit.M{"Who": as.Name, "Host": hostWords(c)}))}
	for _, line := range plan.Lines {
		rows = append(rows, kit.TopRow(9, kit.NewIcon("plus", look.Primary, 16), kit.Grow(kit.Para(line))))
	}
	var sheet *kit.Sheet
	buttons := []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })}
	title := lang.L("This will be made")
	if plan.Done {
		title = lang.L("Everything is there already")
		buttons = []fyne.CanvasObject{kit.Primary(lang.L("Test again"), func() { sheet.Close(); w.backTo(c.Name) })}
	} else {
		buttons = append(buttons, kit.Primary(lang.L("Make it"), func() { sheet.Close(); w.doUserPlan(c, as, plan) }))
	}
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{Title: title, Width: 600, Body: kit.Column(9, rows...), Buttons: buttons})
}

func (w *Window) doUserPlan(c, as project.Connection, plan ApplicationUserPlan) {
	sheet := kit.ShowSheet(w.win.Canvas(), kit.SheetJob{Title: lang.L("Making the application user…"), Fixed: true,
		Body: kit.Row(12, kit.NewSpinner(), kit.Grow(kit.QuietPara(lang.L("This takes a few seconds."))))})
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
		return struct{}{}, w.o.Engine.MakeApplicationUser(ctx, as, plan)
	}, nil, func(_ struct{}, err error) {
		sheet.Dismiss()
		if err != nil {
			w.tell(lang.L("The application user was not made"), err)
			return
		}
		w.backTo(c.Name)
	})
}

// backTo makes a connection the one in use and tests it.
func (w *Window) backTo(name string) {
	w.connections().wizard = nil
	w.project.Connection = name
	w.open(placeConnection)
	w.test(name)
}
