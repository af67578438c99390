package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// backSheet shows what taking an import back would do, and asks. Nothing is changed before somebody agreed.
type backSheet struct {
	w     *Window
	run   importer.Receipt
	sheet *kit.Sheet
	body  *fyne.Container
	done  *kit.Text
	still *kit.Text
	begin *kit.Button
	look  *task.Task
	clock *task.Task // lets the notice of a wait count down
}

// askTakeBack rehearses taking a run back and asks.
func (w *Window) askTakeBack(r *importer.Receipt) {
	if w.active != nil || w.project == nil {
		return
	}
	s := &backSheet{w: w, run: *r, body: container.NewStack()}
	s.begin = kit.Danger(lang.L("Take back"), nil)
	s.begin.Unless(lang.L("Ferry still looks what would be put back."))
	s.done = kit.NewText("", kit.Style{Ink: look.Quiet})
	s.still = kit.NewText("", kit.Style{Ink: look.Quiet, Wrap: true})
	s.sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Take back the import of {{.When}}?", kit.M{"When": kit.When(r.Started, w.o.Now())}), Width: 680, Body: s.body,
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { s.sheet.Close() }), s.begin},
		Closed:  func() { s.look.Cancel(); s.clock.Cancel() },
	})
	s.rehearse()
}

func (s *backSheet) show(parts ...fyne.CanvasObject) {
	s.body.Objects = []fyne.CanvasObject{kit.Column(13, parts...)}
	s.body.Refresh()
	s.sheet.Refresh()
}

func (s *backSheet) rehearse() {
	w, p := s.w, clone(s.w.project)
	p.Connection = w.connectionName()
	s.show(kit.Row(14, kit.NewSpinner(), kit.Grow(kit.Column(4, kit.StrongPara(lang.L("Looking what would be put back…")), s.still)), s.done))
	s.still.SetWords(lang.L("Nothing is changed now."))
	var waiting core.Notice
	s.clock.Cancel()
	s.clock = task.Every(w.run, time.Second, func() {
		words := kit.Notice(waiting, w.o.Now())
		if words == "" {
			words = lang.L("Nothing is changed now.")
		}
		s.still.SetWords(words)
	})
	s.look = task.Go(w.run, func(ctx context.Context, tell func(importer.Progress)) (importer.TakeBackPlan, error) {
		return w.o.Engine.RehearseTakeBack(ctx, p, s.run.Run, tell)
	}, func(n importer.Progress) {
		waiting = n.Waiting
		rows := int64(0)
		for _, t := range n.Tables {
			rows += t.Counts.Read
		}
		s.done.SetWords(lang.L("{{.N}} rows", kit.M{"N": kit.Number(rows)}))
	}, func(plan importer.TakeBackPlan, err error) {
		s.clock.Cancel()
		if err != nil {
			f := core.AsFault(err)
			s.begin.Unless(f.Cause)
			s.show(kit.FaultCard(f, kit.FaultCalls{Browse: w.browse, Again: func() { s.rehearse() }}))
			return
		}
		s.ask(plan)
	})
}

// ask shows the plan. A live destination wants its name typed.
func (s *backSheet) ask(plan importer.TakeBackPlan) {
	w, sum := s.w, total(plan.Receipt.Tables)
	parts := []fyne.CanvasObject{kit.Facts(s.facts()...), w.backGrid(&plan.Receipt)}
	for _, stay := range plan.Stays {
		parts = append(parts, kit.Hint("warn", lang.N("{{.N}} rows stay as they are: {{.Why}}", int(stay.Rows), kit.M{"N": kit.Number(stay.Rows), "Why": stay.Fault.Cause}), look.Warned))
	}
	if len(plan.Made) > 0 {
		parts = append(parts, kit.QuietPara(madeWords(plan.Made)))
	}
	parts = append(parts, kit.QuietPara(lang.L("Nothing is asked of Dynamics 365. The next import reads everything again.")))
	s.begin.Does(func() { s.sheet.Close(); w.takeBack(&s.run) })
	s.begin.Unless("")
	if sum.Created+sum.Updated+sum.Removed == 0 {
		s.begin.Unless(lang.L("No row would be put back."))
	} else if w.live() {
		consent, typed := s.consent()
		s.show(append(parts, consent)...)
		w.win.Canvas().Focus(typed)
		s.sheet.ToEnd()
		return
	}
	s.show(parts...)
}

func (s *backSheet) facts() []kit.Fact {
	d := s.w.project.Destination
	driver := s.w.driver(d.Driver)
	facts := []kit.Fact{{Name: lang.L("At"), Words: driver.Title + " · " + destinationName(d, driver)}}
	if who := s.w.destinationUser(); who != "" {
		facts = append(facts, kit.Fact{Name: lang.L("As"), Words: who})
	}
	return append(facts, kit.Fact{Name: lang.L("Import"), Words: s.w.receiptAbout(&s.run)})
}

// consent wants the destination's name typed.
func (s *backSheet) consent() (fyne.CanvasObject, *kit.Entry) {
	d := s.w.project.Destination
	name := destinationName(d, s.w.driver(d.Driver))
	typed := kit.NewEntry(lang.L("Name of the destination"), name)
	lacks := func() string {
		if strings.EqualFold(strings.TrimSpace(typed.Text), name) {
			return ""
		}
		return lang.L("Type the name of the destination first.")
	}
	typed.OnChanged = func(string) { s.begin.Unless(lacks()) }
	typed.OnSubmitted = func(string) {
		if !s.begin.Disabled() {
			s.begin.Tapped(nil)
		}
	}
	s.begin.Unless(lacks())
	return kit.Labeled(lang.L("Name of the destination"), lang.L("Others may work with it. Type its name, {{.Name}}, so that it is surely the right one.", kit.M{"Name": name}), typed), typed
}
