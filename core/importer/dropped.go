package importer

import (
	"context"
	"slices"

	"ferry/core"
)

// A table or column that an earlier import made and that is not at the destination any more took its values with it: changes
// alone would not bring them back, nor would going on where reading stopped.

// lacks reports whether the destination does not have the table of a plan, or one of its columns.
func (e *engine) lacks(ctx context.Context, p core.Plan) (bool, error) {
	things, err := e.Destination.Missing(ctx, p)
	if err != nil {
		return false, core.During("looking at the destination's "+p.Table, err)
	}
	return slices.ContainsFunc(things, func(x core.Thing) bool { return x.Kind != "file" }), nil
}

// dropped tells the first table into which an unfinished run wrote and that is not at the destination as it left it; "" when
// there is none.
func (e *engine) dropped(ctx context.Context, run string) (title string, err error) {
	parts, err := e.Journal.Parts(ctx, run)
	if err != nil {
		return "", err
	}
	for _, t := range e.tables {
		if !slices.ContainsFunc(parts, func(p Part) bool { return p.Mapping == t.plan.ID && p.Total().Read > 0 }) {
			continue
		}
		if lacks, err := e.lacks(ctx, t.plan); lacks || err != nil {
			return t.run.Title, err
		}
	}
	return "", nil
}

// keepChanges reads a table whole after all, where changes would not bring what was dropped.
func (e *engine) keepChanges(ctx context.Context, t *table) error {
	if t.run.Changes == nil {
		return nil
	}
	lacks, err := e.lacks(ctx, t.plan)
	if lacks {
		t.run.Changes, t.run.Notes = nil, nil
		e.reason(reasonDropped(t.run.Title))
	}
	return err
}
