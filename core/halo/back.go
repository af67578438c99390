package halo

import (
	"context"

	"ferry/core"
)

// retire takes a record away that is gone at its source: it is set inactive. Ferry deletes nothing in an import.
func (w *writing) retire(ctx context.Context, j *job) error {
	if w.s.t.rows != nil {
		return w.d.removeRow(ctx, w.s.t, j.there.id)
	}
	if j.there.row.yes("inactive") {
		return nil
	}
	j.element = object{"id": j.there.id, "inactive": true}
	w.d.quiet(w.s.t, j.element, false)
	return nil
}

// replaced is what a job replaces, for whoever takes the import back.
func (w *writing) replaced(j *job) core.Replaced {
	return core.Replaced{Key: j.r.Key, Made: j.there == nil}
}
