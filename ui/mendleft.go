package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// leftOver is what waits of the newest import into the present destination.
type leftOver struct {
	of      string // for which project, destination and runs
	list    importer.WaitList
	loading *task.Task
}

// loadLeft asks what waits, and again once there are other runs.
func (w *Window) loadLeft() {
	if w.project == nil || w.project.Destination == nil || !w.runs.loaded || w.active != nil || w.left.loading != nil {
		return
	}
	of := w.target()
	if list := w.runs.list; len(list) > 0 {
		of += "\n" + list[0].Run + string(list[0].State)
	}
	if w.left.of == of {
		return
	}
	p := clone(w.project)
	w.left.loading = task.Go(w.run, func(ctx context.Context, _ func(struct{})) (importer.WaitList, error) {
		return w.o.Engine.Waiting(ctx, p, "")
	}, nil, func(list importer.WaitList, _ error) {
		w.left = leftOver{of: of, list: list} // not knowing it means that nothing is offered
		w.refresh()
	})
}

// target tells one destination of a project from another.
func (w *Window) target() string {
	if w.project == nil || w.project.Destination == nil {
		return ""
	}
	of := w.project.ID + "\n" + w.project.Destination.Driver
	for _, s := range w.driver(w.project.Destination.Driver).Settings {
		of += "\n" + w.project.Destination.Settings[s.Name]
	}
	return of
}

// leftOver counts what waits and can be retried.
func (p *imports) leftOver() (n int64) {
	if p.w.project == nil || !strings.HasPrefix(p.w.left.of, p.w.project.ID+"\n") {
		return 0
	}
	for _, g := range p.w.left.list.Groups {
		if g.Overtaken == "" {
			n += g.Records
		}
	}
	return n
}

// leftCards offer to mend and retry what waits: the strong button, where nothing else comes first.
func (p *imports) leftCards(s *session) []fyne.CanvasObject {
	n := p.leftOver()
	if n == 0 || p.w.active != nil {
		return nil
	}
	run := p.w.left.list.Run
	first := p.primary == nil && !p.signedOut(s) && p.unfinished() == nil && (p.result == nil || p.result.fault == nil)
	fix := kit.Strongest(first, lang.L("Fix and retry"), func() { p.w.showWaiting(run.ID) })
	if first {
		p.primary = fix
	}
	words := lang.L("1 record of the import of {{.When}} waits to be looked at.", kit.M{"When": kit.When(run.Started, p.w.o.Now())})
	if n > 1 {
		words = lang.N("{{.N}} records of the import of {{.When}} wait to be looked at.", int(n), kit.M{"N": kit.Number(n), "When": kit.When(run.Started, p.w.o.Now())})
	}
	if kinds := p.w.left.kinds(); len(kinds) > 1 {
		words = strings.TrimSuffix(words, ".") + ": " + strings.Join(kinds, ", ") + "."
	}
	return []fyne.CanvasObject{kit.Tinted(look.WarnedTint, kit.Row(12, kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.Para(words)), fix))}
}

// kinds are how many records wait for which kind of reason.
func (l *leftOver) kinds() (words []string) {
	for _, kind := range []core.OutcomeKind{core.Refused, core.Unsure, core.Skipped} {
		n := int64(0)
		for _, g := range l.list.Groups {
			if g.Kind == kind && g.Overtaken == "" {
				n += g.Records
			}
		}
		if n > 0 {
			words = append(words, kit.Number(n)+" "+waitWords(kind))
		}
	}
	return words
}

// fixButton opens what waits of a run; nil where it is none of the open project's, or nothing could be done about it.
func (w *Window) fixButton(of runOf, r *importer.Receipt) *kit.Button {
	if w.project == nil || of.id != w.project.ID || r.State != importer.Complete || r.Undoes != "" || w.place == placeImport && w.imports().leftOver() > 0 {
		return nil // there, a card above offers it
	}
	b := kit.Plain(lang.L("Fix and retry"), func() { w.showWaiting(r.Run) })
	b.Tip(lang.L("Shows what still waits of this import, by cause, and retries just that."))
	b.Unless(w.busyReason())
	return b
}

// retryVerdict says how a retry ended.
func retryVerdict(refused int64) (string, fyne.ThemeColorName, string) {
	switch {
	case refused == 1:
		return lang.L("Retried, but 1 record still needs a look"), look.Warned, "warn"
	case refused > 1:
		return lang.N("Retried, but {{.N}} records still need a look", int(refused), kit.M{"N": kit.Number(refused)}), look.Warned, "warn"
	}
	return lang.L("Retried: every record is settled"), look.Passed, "check"
}

// retryWords say of which import a run is a retry.
func (w *Window) retryWords(r *importer.Receipt, titles []string) string {
	what := strings.Join(titles, ", ")
	for i := range w.runs.list {
		if of := &w.runs.list[i]; of.Run == r.Retries {
			return lang.L("Retry of the import of {{.When}}: {{.What}}", kit.M{"When": kit.When(of.Started, w.o.Now()), "What": what})
		}
	}
	return lang.L("Retry: {{.What}}", kit.M{"What": what})
}
