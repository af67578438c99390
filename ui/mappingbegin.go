package ui

import (
	"context"
	"slices"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui/task"
)

// begun is how far the list's mappings are begun for a destination with tables of its own.
type begun struct {
	task  *task.Task
	of    string          // for which systems
	tried map[string]bool // tables of which the destination has no idea, or that could not be asked
	fault *core.Fault     // why one could not be begun
}

// described reports whether the present destination has tables of its own, so that each mapping is made for one of them.
func (w *Window) described() bool {
	if w.project == nil || w.project.Destination == nil {
		return false
	}
	d := w.driver(w.project.Destination.Driver)
	return d != nil && d.Described
}

// goTo makes a destination the project's. What was made for another kind of destination is put aside, and what was made
// for this kind before comes back.
func (w *Window) goTo(d *project.Destination) {
	p := w.own()
	kind := ""
	if driver := w.driver(d.Driver); driver != nil && driver.Described {
		kind = d.Driver
	}
	if p.For != kind {
		w.mappings().forget()
	}
	p.Destination = d
	p.Turn(kind)
	w.save()
}

// beginMappings begins the mappings of the list that nobody made yet, as the destination proposes. Nothing waits for it.
func (w *Window) beginMappings() {
	c := w.connection()
	if c == nil || !w.described() || w.begun.task != nil {
		return
	}
	if of := w.systems(); w.begun.of != of {
		w.begun = begun{of: of, tried: map[string]bool{}}
	}
	var ask []string
	for _, l := range w.listed() {
		if l.Saved == nil && !w.begun.tried[l.ID] {
			ask = append(ask, l.ID)
		}
	}
	if len(ask) == 0 {
		return
	}
	conn, to, of := *c, *clone(w.project).Destination, w.begun.of
	w.begun.task = task.Go(w.run, func(ctx context.Context, _ func(struct{})) (map[string]mapping.Mapping, error) {
		made := map[string]mapping.Mapping{}
		for _, id := range ask {
			m, err := w.o.Engine.BeginMapping(ctx, conn, to, id, "")
			switch {
			case err == nil:
				m.ID = id
				made[id] = m
			case core.AsFault(err).Code != notAdopted:
				return made, err
			}
		}
		return made, nil
	}, nil, func(made map[string]mapping.Mapping, err error) {
		w.begun.task = nil
		if w.systems() != of {
			return
		}
		w.begun.fault = nil
		if err != nil {
			if w.begun.fault = core.AsFault(err); w.begun.fault.Kind == core.Stopped {
				w.begun.fault = nil
			}
		}
		for _, id := range ask {
			w.begun.tried[id] = true
			if m, ok := made[id]; ok && w.savedMapping(id) == nil && slices.Contains(w.ids(), id) {
				w.own().Mappings = append(w.own().Mappings, m)
			}
		}
		if len(made) > 0 {
			w.save()
			w.count()
		}
		w.refresh()
	})
}

// notAdopted is the code of the Fault that a destination has no idea of a table.
const notAdopted = "ferry.not-adopted"

// beginAgain asks once more for what could not be begun.
func (w *Window) beginAgain() {
	w.begun.tried, w.begun.fault = map[string]bool{}, nil
	w.beginMappings()
	w.refresh()
}
