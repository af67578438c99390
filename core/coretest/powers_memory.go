package coretest

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// owned is v with memory of its own.
func owned(v core.Value) core.Value {
	switch v.Kind() {
	case core.KindText:
		return core.Text(strings.Clone(v.AsText()))
	case core.KindDecimal:
		return core.Decimal(strings.Clone(v.AsText()))
	case core.KindRef:
		table, id := v.AsRef()
		return core.Ref(table, id)
	case core.KindChoices:
		return core.Choices(v.AsChoices()...)
	case core.KindBytes:
		return core.Bytes(bytes.Clone(v.AsBytes()))
	default:
		return v
	}
}

// settler is the power to tell what became of a batch.
type settler struct{ store *Store }

func (f settler) Settled(_ context.Context, p core.Plan, batch string) ([]core.Outcome, bool, error) {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	outcomes, ok := f.store.settled[p.ID+"\n"+batch]
	return slices.Clone(outcomes), ok, nil
}

// finder is the power to tell what is there.
type finder struct{ found *Store }

func (f finder) Find(_ context.Context, p core.Plan, match []core.Match) ([][]core.Found, error) {
	s := f.found
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make([][]core.Found, len(match))
	t := s.tables[p.Table]
	if t == nil {
		return found, nil
	}
	byKey := make(map[string][]*Row, len(t.rows))
	for _, r := range t.rows {
		byKey[r.Key] = append(byKey[r.Key], r)
	}
	for i, m := range match {
		candidates := t.rows
		if m.Key != "" {
			candidates = byKey[m.Key]
		}
		for _, r := range candidates {
			if !hit(r, m) {
				continue
			}
			h := core.Found{ID: r.ID}
			if h.ID == "" {
				h.ID = r.Key
			}
			if m.Values {
				h.Values = present(r, p)
			}
			found[i] = append(found[i], h)
		}
	}
	return found, nil
}

func hit(r *Row, m core.Match) bool {
	if m.Key != "" {
		return r.Key == m.Key
	}
	for name, want := range m.Fields {
		have := r.Values[name]
		if have.Empty() != want.Empty() || have.Canonical() != want.Canonical() {
			return false
		}
	}
	return len(m.Fields) > 0
}

// present are a row's values in the plan's order; what was never written is Null.
func present(r *Row, p core.Plan) []core.Value {
	values := make([]core.Value, len(p.Columns))
	for i, c := range p.Columns {
		values[i] = core.Null()
		if v, ok := r.Values[c.Name]; ok {
			values[i] = v
		}
	}
	return values
}
