package ui

import (
	"context"
	"encoding/json"

	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/task"
)

// saving keeps saves one behind the other.
type saving struct {
	running, again bool
	fault          *core.Fault
}

// save writes the project, one save after the other; the last state wins.
func (w *Window) save() {
	if w.saving.running {
		w.saving.again = true
		return
	}
	w.saving.running = true
	w.own()
	w.nameProject()
	p := clone(w.project)
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
		return struct{}{}, w.o.Engine.Save(ctx, p)
	}, nil, func(_ struct{}, err error) {
		w.saving.running = false
		had := w.saving.fault
		w.saving.fault = nil
		if err != nil {
			w.saving.fault = core.AsFault(err)
			if had == nil {
				w.tell(lang.L("Your settings were not saved"), err)
			}
		}
		if w.saving.again {
			w.saving.again = false
			w.save()
		}
	})
}

// clone copies a project, because work elsewhere must not see it change.
func clone(p *project.Project) *project.Project {
	if p == nil {
		return nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return p // a project is plain data: Marshal cannot fail on it
	}
	c := &project.Project{}
	if json.Unmarshal(text, c) != nil {
		return p
	}
	return c
}
