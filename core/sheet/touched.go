package sheet

import (
	"context"

	"ferry/core"
)

var _ core.Copier = (*files)(nil)

// Touched implements core.Copier: it looks at the file, not into it.
func (d *files) Touched(ctx context.Context, p core.Plan) (changed, missing bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, err := d.recall(ctx)
	if err != nil {
		return false, false, err
	}
	t := m.table(p.Table)
	if t == nil || d.elsewhere(m) || d.ours(t) == nil {
		return false, false, nil // it was never written
	}
	state, err := d.state(ctx, d.target(t), d.ours(t))
	return state == changedSince, state == gone, err
}
