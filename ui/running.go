package ui

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/task"
)

// activeImport is the import that is running.
type activeImport struct {
	task     *task.Task
	clock    *task.Task
	request  ImportRequest
	progress importer.Progress
	stopping bool

	rehearsal  bool              // nothing is written
	comparison bool              // a rehearsal of nothing: both sides are only looked at
	back       *importer.Receipt // the run that is taken back
}

// importResult is how the newest import of this session ended.
type importResult struct {
	receipt importer.Receipt
	request ImportRequest
	fault   *core.Fault
	target  string // where it went; see Window.target
}

// percent is how far an import is, "" while that is not known.
func (a *activeImport) percent() string {
	total, read := int64(0), int64(0)
	for _, t := range a.progress.Tables {
		if t.Total.Truth == core.Unknown {
			return "…"
		}
		total += max(t.Total.N, t.Counts.Read)
		read += t.Counts.Read
	}
	if total == 0 {
		return "…"
	}
	return strconv.FormatInt(read*100/total, 10) + " %"
}

// table returns the progress of a mapping in the running import, nil when it takes no part.
func (a *activeImport) table(l listed) (*importer.TableProgress, bool) {
	if a == nil {
		return nil, false
	}
	for i := range a.progress.Tables {
		if t := &a.progress.Tables[i]; l.is(t.Mapping, t.Table) {
			return &a.progress.Tables[i], i == a.progress.Current
		}
	}
	return nil, false
}

// startImport runs or continues an import of some tables.
func (w *Window) startImport(r ImportRequest) {
	if w.active != nil || w.project == nil {
		return
	}
	w.imports().result = nil
	p, a := clone(w.project), &activeImport{request: r}
	p.Connection = w.connection().Name
	w.active = a
	a.task = task.Long(w.run, func(ctx context.Context, tell func(importer.Progress)) (importer.Receipt, error) {
		return w.o.Engine.Import(ctx, p, r, tell)
	}, func(n importer.Progress) { w.moved(a, n) }, func(receipt importer.Receipt, err error) { w.ended(a, receipt, err) })
	w.tick(a)
	w.refresh()
}

// moved shows news of an import or a rehearsal.
func (w *Window) moved(a *activeImport, n importer.Progress) {
	fresh := len(a.progress.Tables) != len(n.Tables)
	a.progress = n
	w.frame.badge()
	w.showNews(fresh)
}

func (w *Window) showNews(fresh bool) {
	switch w.place {
	case placeImport:
		w.imports().progressed(fresh)
	case placeHistory:
		w.history().backMoved()
	}
}

// tick lets a waiting notice count down although the import is silent meanwhile.
func (w *Window) tick(a *activeImport) {
	a.clock = task.Every(w.run, time.Second, func() {
		if w.active == a && a.progress.Waiting.Text != "" {
			w.showNews(false)
		}
	})
}

func (w *Window) ended(a *activeImport, receipt importer.Receipt, err error) {
	a.clock.Cancel()
	w.active, w.backs = nil, nil
	result := &importResult{receipt: receipt, request: a.request, fault: receipt.Fault, target: w.target()}
	if err != nil {
		result.fault = core.AsFault(err)
	}
	w.imports().result = result
	if c := w.connection(); c != nil && result.fault != nil && result.fault.Kind == core.SignIn {
		w.session(c.Name).signedIn = false
	}
	w.loadRuns()
	w.refresh()
	if w.place == placeImport {
		w.imports().page.Top()
	}
}

// stopImport asks the import to end after the batch it is at.
func (w *Window) stopImport() {
	if w.active == nil || w.active.stopping {
		return
	}
	w.active.stopping = true
	w.active.task.Cancel()
	w.refresh()
}

// stopWords is the label of Stop.
func (a *activeImport) stopWords() string {
	if a.stopping {
		return lang.L("Stopping…")
	}
	return lang.L("Stop")
}
