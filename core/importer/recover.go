package importer

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// recover clears up the batches of a table that an earlier process noted and did not settle.
//
// A Settler is asked, and the outcomes it kept are adopted. A batch that it never committed, and any batch of a
// destination where writing twice is harmless, is read again from the last settled bookmark and written under the same
// ID. Elsewhere the rows are looked for one by one; what nobody can tell becomes Unsure and is not sent again.
func (e *engine) recover(ctx context.Context, t *table) error {
	for place, b := range e.open {
		if b.Mapping != t.plan.ID || b.Pass != 1 {
			continue
		}
		p := partOf(t, b.Part)
		if p == nil {
			delete(e.open, place)
			continue
		}
		if settler, ok := e.Destination.(core.Settler); ok {
			if err := e.adopt(ctx, settler, t, p, b); err != nil {
				return err
			}
			continue
		}
		if e.repeatable() && !b.anySettled() {
			continue // written again under its ID when it comes along
		}
		if err := e.mend(ctx, t, p, b); err != nil {
			return err
		}
		delete(e.open, place)
	}
	return nil
}

func partOf(t *table, id int64) *Part {
	for i := range t.parts {
		if t.parts[i].ID == id {
			return &t.parts[i]
		}
	}
	return nil
}

// adopt takes over what a Settler kept of a batch.
func (e *engine) adopt(ctx context.Context, settler core.Settler, t *table, p *Part, b Batch) error {
	var outcomes []core.Outcome
	witness := ""
	if len(b.Rows) > 0 {
		var settled bool
		var err error
		if outcomes, settled, err = settler.Settled(ctx, t.plan, b.ID); err != nil {
			return core.During("looking at the destination", err)
		}
		if !settled || len(outcomes) != len(b.Rows) {
			return nil // its rows are read again
		}
		witness = b.ID
	}
	delete(e.open, batchPlace{b.Part, b.Pass})
	return e.settle(ctx, b, work{t: t, p: p}, outcomes, witness)
}

// know notes which rows are there already, where that is the only way to tell later whether a batch arrived.
func (e *engine) know(ctx context.Context, t *table, b *Batch, rows []core.Record) error {
	if _, ok := e.Destination.(core.Settler); ok || e.repeatable() || len(rows) == 0 {
		return nil
	}
	hits, err := e.hits(ctx, t, b.Rows)
	if err != nil || hits == nil {
		return err
	}
	for i := range b.Rows {
		b.Rows[i].Known = len(hits[i]) > 0
	}
	return nil
}

// hits looks for rows by their key; nil when the destination cannot.
func (e *engine) hits(ctx context.Context, t *table, rows []BatchRow) ([][]core.Found, error) {
	finder, ok := e.Destination.(core.Finder)
	if !ok {
		return nil, nil
	}
	match := make([]core.Match, len(rows))
	for i, r := range rows {
		match[i].Key = r.Key
	}
	found, err := finder.Find(ctx, t.plan, match)
	if err != nil {
		return nil, core.During("looking for records of "+t.plan.Table, err)
	}
	if found == nil { // it cannot tell
		return nil, nil
	}
	if len(found) != len(rows) {
		return nil, wrongOutcomes()
	}
	return found, nil
}

// lookAgain looks for rows of which the destination got no answer. One that is there now and was not before was created.
func (e *engine) lookAgain(ctx context.Context, t *table, b Batch, outcomes []core.Outcome) error {
	var unsure []BatchRow
	var at []int
	for i, o := range outcomes {
		if o.Kind == core.Unsure && !b.Rows[i].Known {
			unsure, at = append(unsure, b.Rows[i]), append(at, i)
		}
	}
	if _, ok := e.Destination.(core.Settler); ok || e.repeatable() || len(unsure) == 0 {
		return nil
	}
	hits, err := e.hits(ctx, t, unsure)
	if err != nil {
		return err
	}
	for i := range hits {
		if len(hits[i]) == 1 {
			outcomes[at[i]] = core.Outcome{Kind: core.Created, ID: hits[i][0].ID}
		}
	}
	return nil
}

// mend settles a batch row by row. Rows that surely did not leave are read by their key and sent; of rows that may have
// left, those that are there now and were not before were created by it; those that were there before may be sent again,
// because no second one can come of it; those that are still not there did not arrive. Where nobody can tell by their keys,
// those that the plan's match tells from all others are sent, because the destination finds by it what arrived; the rest,
// and all without a Finder, are Unsure.
func (e *engine) mend(ctx context.Context, t *table, p *Part, b Batch) error {
	ctx, cancel := finishing(ctx)
	defer cancel()
	hits, err := e.hits(ctx, t, b.Rows)
	if err != nil {
		return err
	}
	_, finds := e.Destination.(core.Finder)
	matched := finds && hits == nil && !b.Returned && !e.repeatable() && len(t.plan.Match) > 0
	outcomes := make([]core.Outcome, len(b.Rows))
	var again []string
	at := map[string]int{}
	for i, r := range b.Rows {
		switch {
		case r.Kind != core.Untried:
			continue
		case b.Returned || e.repeatable():
		case hits == nil && matched:
		case hits == nil:
			outcomes[i] = core.Outcome{Kind: core.Unsure, Fault: noAnswer(t.plan.Source, r.Key)}
			continue
		case len(hits[i]) > 1 && !r.Known: // one that was there before may be on its way from one place to another
			outcomes[i] = core.Outcome{Kind: core.Unsure, Fault: foundTwice(t.plan.Source, r.Key)}
			continue
		case len(hits[i]) == 1 && !r.Known:
			outcomes[i] = core.Outcome{Kind: core.Created, ID: hits[i][0].ID}
			continue
		}
		at[r.Key] = i
		again = append(again, r.Key)
	}
	w := work{t: t, p: p, matched: matched}
	if len(again) > 0 {
		if err := e.sendAgain(ctx, &b, w, again, at, outcomes); err != nil {
			return err
		}
	}
	b, outcomes = withoutVanished(b, outcomes)
	return e.settle(ctx, b, w, outcomes, "")
}

// sendAgain reads rows of a batch by their keys and writes them. Their outcomes are put into their places; a row that
// left the source meanwhile stays Untried.
func (e *engine) sendAgain(ctx context.Context, b *Batch, w work, keys []string, at map[string]int, outcomes []core.Outcome) error {
	q := w.t.query
	q.Keys, q.Limit = keys, 0
	maps, err := e.mapper(w.t)
	if err != nil {
		return err
	}
	pool := newPool(1)
	for page, err := range e.Source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return core.During("reading "+w.t.plan.Source, err)
		}
		m, err := maps.page(ctx, page, pool, int64(len(keys)))
		if err == nil {
			err = e.sendPage(ctx, b, w, m, at, outcomes)
		}
		m.release()
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) sendPage(ctx context.Context, b *Batch, w work, m *mapped, at map[string]int, outcomes []core.Outcome) error {
	for _, r := range m.refused {
		outcomes[at[r.Key]] = core.Outcome{Kind: core.Refused, Fault: r.Fault}
	}
	if len(m.rows) == 0 {
		return nil
	}
	part := Batch{Rows: make([]BatchRow, len(m.rows))}
	for i, r := range m.rows {
		part.Rows[i].Key = r.Key
	}
	sent := work{t: w.t, p: w.p, rows: m.rows}
	if err := e.resolve(ctx, &part, &sent); err != nil {
		return err
	}
	for _, r := range part.Refused {
		outcomes[at[r.Key]] = core.Outcome{Kind: r.Kind, Fault: r.Fault}
	}
	for _, r := range part.Rows {
		b.Rows[at[r.Key]].Owed = r.Owed
	}
	if w.matched {
		sent.rows = slices.DeleteFunc(slices.Clone(sent.rows), func(r core.Record) bool {
			if matches(w.t.plan, r) {
				return false
			}
			outcomes[at[r.Key]] = core.Outcome{Kind: core.Unsure, Fault: noAnswer(w.t.plan.Source, r.Key)}
			return true
		})
	}
	// From here on rows may have left; the note must not say otherwise.
	b.Returned = false
	if err := e.Journal.Note(ctx, *b); err != nil {
		return err
	}

	some, _, err := e.send(ctx, w.t.plan, core.Batch{ID: b.ID + "+", Pass: b.Pass, Rows: sent.rows}, true)
	for i, o := range some {
		outcomes[at[sent.rows[i].Key]] = o
	}
	if err != nil {
		return e.settleSome(ctx, *b, w, outcomes, err)
	}
	return nil
}

// matches reports whether a record has a value in each column by which its plan finds records.
func matches(p core.Plan, r core.Record) bool {
	for _, name := range p.Match {
		i := slices.IndexFunc(p.Columns, func(c core.Column) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 || i >= len(r.Values) || r.Values[i].Blank() {
			return false
		}
	}
	return true
}

// withoutVanished leaves out rows that have left the source before they could be sent: they were never written, and
// reading goes on without them.
func withoutVanished(b Batch, outcomes []core.Outcome) (Batch, []core.Outcome) {
	rows := make([]BatchRow, 0, len(b.Rows))
	left := make([]core.Outcome, 0, len(b.Rows))
	for i, r := range b.Rows {
		if r.Kind == core.Untried && outcomes[i].Kind == core.Untried {
			continue
		}
		rows, left = append(rows, r), append(left, outcomes[i])
	}
	b.Rows = rows
	return b, left
}
