package importer

import (
	"context"
	"slices"

	"ferry/core"
)

// settleUnsure deals with records of which the earlier run got no answer, before anything of the batch is sent. Each is looked
// for first. One that is there as it would be sent is Unchanged; one that is there with other values is sent, because it finds
// its row. Of what is not found the person's verdict counts: it is there, and is not sent, or it is not, and is. Without a
// verdict it stays Unsure: nobody can say that it did not arrive only because it was not found.
//
// Destinations that know their batches, or where writing twice does no harm, are simply written to.
func (e *engine) settleUnsure(ctx context.Context, b *Batch, w *work) error {
	mender, root := e.mender, e.root.ID
	if e.Retry == nil {
		if mender, root = e.unsureBefore(w.t); mender == nil {
			return nil
		}
	}
	if _, settles := e.Destination.(core.Settler); settles || e.repeatable() {
		return nil
	}
	keys := make([]string, 0, len(b.Rows)+len(b.Refused))
	for _, r := range b.Rows {
		keys = append(keys, r.Key)
	}
	for _, r := range b.Refused {
		keys = append(keys, r.Key)
	}
	kinds, err := mender.StillWaiting(ctx, root, e.current.ID, b.Mapping, w.t.plan.Source, keys)
	if err != nil || len(kinds) == 0 {
		return err
	}
	for i, r := range b.Refused {
		if e.Retry != nil && kinds[r.Key] == core.Unsure { // refused now or not: it may be there since then
			b.Refused[i].Kind = core.Unsure
		}
	}
	verdicts, err := mender.Verdicts(ctx, root, b.Mapping, keys)
	if err != nil {
		return err
	}
	hits, err := e.lookUpUnsure(ctx, w, kinds)
	if err != nil {
		return err
	}
	if e.Retry == nil && hits != nil {
		return nil // the destination tells what it has: what is there is found when it is sent
	}
	s := Settlement{Batch: Batch{Run: b.Run, Mapping: b.Mapping, Part: b.Part, Pass: b.Pass}}
	rows, noted, judged := w.rows[:0], b.Rows[:0], []core.Record{}
	for i, r := range w.rows {
		row := b.Rows[i]
		outcome := core.Outcome{}
		if kinds[row.Key] == core.Unsure {
			outcome = e.judgeUnsure(w.t, r, hits[row.Key], verdicts)
		}
		if outcome.Kind == core.Untried {
			rows, noted = append(rows, r), append(noted, row)
			continue
		}
		e.account(&s, *w, &Counts{}, row, outcome)
		s.Batch.Rows, judged = append(s.Batch.Rows, row), append(judged, r)
	}
	w.rows, b.Rows = rows, noted
	if len(s.Batch.Rows) == 0 {
		return nil
	}
	return e.note(ctx, work{t: w.t, p: w.p, rows: judged}, s)
}

// unsureBefore is the run whose list says which records of a table are unsure, for an import that is no retry: one into a
// destination that remembers nothing of its own. Where that cannot tell what it has either, sending such a record again could
// make it twice; it waits for a verdict.
func (e *engine) unsureBefore(t *table) (Mender, string) {
	mender, ok := e.Journal.(Mender)
	if _, forgets := e.Destination.(core.Forgetful); !ok || !forgets {
		return nil, ""
	}
	for _, r := range e.earlier {
		has := slices.ContainsFunc(r.Tables, func(x RunTable) bool { return x.Mapping == t.plan.ID })
		if has && r.ID != e.current.ID && r.Undoes == "" && r.Retries == "" && !r.limited() && r.Destination == e.have.ID {
			return mender, r.ID
		}
	}
	return nil, ""
}

// judgeUnsure says what becomes of one record without sending it; Untried when it is to be sent.
func (e *engine) judgeUnsure(t *table, r core.Record, hits []core.Found, verdicts map[string]Verdict) core.Outcome {
	v, said := verdicts[r.Key]
	switch {
	case said && v.There:
		return core.Outcome{Kind: core.Unchanged, ID: v.ID}
	case len(hits) == 1:
		if e.arrived(t, r, hits[0]) {
			return core.Outcome{Kind: core.Unchanged, ID: hits[0].ID}
		}
		return core.Outcome{}
	case len(hits) > 1:
		return core.Outcome{Kind: core.Unsure, Fault: foundTwice(t.plan.Source, r.Key)}
	case said:
		return core.Outcome{}
	}
	return core.Outcome{Kind: core.Unsure, Fault: notFound(t.plan.Source, r.Key)}
}

// arrived reports whether what was found is what would be sent.
func (e *engine) arrived(t *table, r core.Record, f core.Found) bool {
	for i, c := range t.plan.Columns {
		if i < len(f.Values) && r.Values[i].Kind() != core.KindAbsent && !e.same(c.Type, f.Values[i], r.Values[i]) {
			return false
		}
	}
	return len(f.Values) == len(t.plan.Columns)
}

// lookUpUnsure looks for the records that are unsure, by key; nil when the destination cannot tell.
func (e *engine) lookUpUnsure(ctx context.Context, w *work, kinds map[string]core.OutcomeKind) (map[string][]core.Found, error) {
	finder, ok := e.Destination.(core.Finder)
	var match []core.Match
	for _, r := range w.rows {
		if kinds[r.Key] == core.Unsure {
			match = append(match, core.Match{Key: r.Key, Values: true})
		}
	}
	if !ok || len(match) == 0 {
		return nil, nil
	}
	found, err := finder.Find(ctx, w.t.plan, match)
	if err != nil {
		return nil, core.During("looking for records of "+w.t.plan.Table, err)
	}
	if found == nil {
		return nil, nil
	}
	hits := make(map[string][]core.Found, len(match))
	for i := range found {
		hits[match[i].Key] = found[i]
	}
	return hits, nil
}
