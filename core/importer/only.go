package importer

import (
	"context"
	"strings"

	"ferry/core"
)

// partial reports whether the job is about some records only: what it did not read is neither gone nor up to date.
func (e *engine) partial() bool { return e.Limit > 0 || e.Only != nil || e.Retry != nil }

// Partial reports whether a run was about some records only.
func (r Entry) Partial() bool {
	return r.Retries != "" || r.limited()
}

// onlyShown leaves out of a page what was not shown. A record that is not what was shown any more is skipped.
func (e *engine) onlyShown(ctx context.Context, t *table, m *mapped) error {
	if e.Only == nil {
		return nil
	}
	keys := make([]string, 0, len(m.rows)+len(m.refused))
	for _, r := range m.rows {
		keys = append(keys, r.Key)
	}
	for _, r := range m.refused {
		keys = append(keys, r.Key)
	}
	digests, err := e.Only.Digests(ctx, t.plan.ID, keys)
	if err != nil {
		return core.During("reading what the rehearsal showed", err)
	}
	refused := m.refused[:0:0]
	for _, r := range m.refused {
		if _, ok := digests[r.Key]; ok {
			refused = append(refused, r)
		}
	}
	rows := m.rows[:0]
	for _, r := range m.rows {
		was, ok := digests[r.Key]
		switch {
		case !ok || r.Gone:
		case was != valuesDigest(r.Values):
			refused = append(refused, refusal(t, strings.Clone(r.Key), core.Skipped, changedSinceRehearsal(t.plan.Source, r.Key)))
		default:
			rows = append(rows, r)
		}
	}
	clear(m.rows[len(rows):])
	m.rows, m.refused = rows, refused
	return nil
}
