package importer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
)

// What the destination has of a table and the source did not give in this run is dealt with behind the last pass, when the
// table was read to its end. Nothing is taken for gone because it was not seen: the source is asked for just these records
// by their keys. One that does not come back is gone; one that comes back, and not with the mapping's filter, has left
// the filter; one that comes back with it was refused, or is new, and stays.
//
// A row that a policy changes counts as read, because the source was asked for it; one that stays as it is does not count.

const (
	policyPass   = 50  // the pass under which batches of policies are noted: behind all others
	policyAtOnce = 500 // rows
	brakeRows    = 50  // more rows than this
	brakeShare   = 5   // and more than one in so many are not touched without asking
)

// A fating is what a policy does to the rows of one fate.
type fating struct {
	fate   core.Fate
	policy mapping.Policy
}

// dealt is how the destination notes it; a policy that was changed deals with the rows once more.
func (f fating) dealt() string {
	if f.policy.Do == mapping.Leave {
		return ""
	}
	return strings.Join([]string{string(f.fate), string(f.policy.Do), f.policy.Column, f.policy.Value}, "\x1f")
}

// fatings are what a mapping does about rows that a run has not seen; none where it leaves them all.
func (t *table) fatings() (all []fating) {
	for _, f := range []fating{{core.IsGone, t.mapping.Gone}, {core.HasLeft, t.mapping.Left}} {
		if f.policy.Do != mapping.Leave {
			all = append(all, f)
		}
	}
	return all
}

// policies deals with what the run has not seen: children before their parents.
func (e *engine) policies(ctx context.Context) error {
	if e.partial() {
		return nil
	}
	for _, t := range slices.Backward(e.tables) {
		if t.run.Finished || len(t.fatings()) == 0 {
			continue
		}
		if err := e.policiesOf(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) policiesOf(ctx context.Context, t *table) error {
	keeper, ok := e.Destination.(core.Keeper)
	if !ok {
		return nil
	}
	e.setState(t, Finishing)
	if err := e.adoptPolicies(ctx, t); err != nil {
		return err
	}
	dealt := map[core.Fate]string{}
	for _, f := range t.fatings() {
		dealt[f.fate] = f.dealt()
	}
	if t.run.Changes != nil {
		if err := e.judgeChanges(ctx, t, keeper); err != nil {
			return err
		}
		return e.retireAll(ctx, t, keeper, dealt)
	}
	if err := keeper.Reconsider(ctx, t.plan); err != nil {
		return err
	}
	standing, err := keeper.Standing(ctx, t.plan, dealt)
	if err != nil || standing.Unjudged == 0 {
		return err
	}
	if !t.rightsHold {
		return e.remark(ctx, t, reasonRights(t.run.Title))
	}
	if err := e.judge(ctx, t, keeper); err != nil {
		return err
	}
	return e.retireAll(ctx, t, keeper, dealt)
}

// retireAll deals with all rows that were judged, unless they are too many.
func (e *engine) retireAll(ctx context.Context, t *table, keeper core.Keeper, dealt map[core.Fate]string) error {
	standing, err := keeper.Standing(ctx, t.plan, dealt)
	if err != nil {
		return err
	}
	n := int64(0)
	for _, f := range t.fatings() {
		n += map[core.Fate]int64{core.IsGone: standing.Gone, core.HasLeft: standing.Left}[f.fate]
	}
	if n > brakeRows && n*brakeShare > standing.Rows && !e.mayRetire(t, n) {
		for i := range e.current.Tables {
			if e.current.Tables[i].Mapping == t.plan.ID {
				e.current.Tables[i].Held = n
			}
		}
		return e.remark(ctx, t, reasonBrake(t.run.Title, n, standing.Rows))
	}
	if err := e.noteRemoved(ctx, t, n); err != nil {
		return err
	}
	for _, f := range t.fatings() {
		if err := e.retire(ctx, t, keeper, f); err != nil {
			return err
		}
	}
	return nil
}

// mayRetire reports whether a person has agreed that so many rows are dealt with.
func (e *engine) mayRetire(t *table, n int64) bool { return e.Retire[t.plan.ID] >= n }

// remark says something in the receipt, once.
func (e *engine) remark(ctx context.Context, t *table, text string) error {
	if strings.Contains(e.current.Reason, text) {
		return nil
	}
	e.log.Info("rows that are not at the source any more stay", "table", t.plan.Source)
	e.current.Reason = strings.TrimSpace(e.current.Reason + " " + text)
	return e.Journal.SaveRun(ctx, e.current)
}

// retirement is the plan of a policy's batches, and the values that its rows get.
func (t *table) retirement(f fating) (core.Plan, []core.Value) {
	p := t.plan
	p.Run, p.Match, p.Dealt, p.Columns = "", nil, f.dealt(), nil
	if f.policy.Do == mapping.Remove {
		return p, nil
	}
	c := core.Column{Name: f.policy.Column, Type: core.ColumnText, Pass: 1}
	for _, have := range t.plan.Columns {
		if have.Name == c.Name {
			c.Type = have.Type
		}
	}
	if slices.Contains(t.marks, c.Name) {
		c.Rule.StandIn = f.policy.Value // so that it is known again as Ferry's; see unmarking
	}
	p.Columns = []core.Column{c}
	return p, []core.Value{valueOf(c.Type, f.policy.Value)}
}

// valueOf is what a person wrote as a value of a column.
func valueOf(t core.ColumnType, text string) core.Value {
	switch t {
	case core.ColumnInteger, core.ColumnDecimal, core.ColumnDouble:
		return core.Decimal(text)
	case core.ColumnBoolean:
		switch strings.ToLower(text) {
		case "1", "yes", "true":
			return core.Bool(true)
		case "0", "no", "false":
			return core.Bool(false)
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return core.Int(n)
		}
	}
	return core.Text(text)
}

// retire deals with the rows of one fate.
func (e *engine) retire(ctx context.Context, t *table, keeper core.Keeper, f fating) error {
	plan, values := t.retirement(f)
	prepared := len(plan.Columns) == 0
	for after := ""; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		keys, err := keeper.Unseen(ctx, t.plan, f.fate, f.dealt(), after, policyAtOnce)
		if err != nil || len(keys) == 0 {
			return err
		}
		after = keys[len(keys)-1]
		if !prepared {
			missing, err := e.Destination.Missing(ctx, plan)
			if err == nil {
				_, err = e.Destination.Prepare(ctx, plan, missing)
			}
			if err != nil {
				return core.During("preparing the destination's "+plan.Table, err)
			}
			prepared = true
		}
		if err := e.retireSome(ctx, t, plan, values, keys); err != nil {
			return err
		}
	}
}

// retireSome writes one batch: noted, written, settled.
func (e *engine) retireSome(ctx context.Context, t *table, plan core.Plan, values []core.Value, keys []string) error {
	ctx, cancel := finishing(ctx)
	defer cancel()
	p := &t.parts[0]
	b := Batch{Run: e.current.ID, Mapping: t.plan.ID, Part: p.ID, Pass: policyPass}
	w := work{t: t, p: p}
	for _, key := range keys {
		b.Rows = append(b.Rows, BatchRow{Key: key})
		w.rows = append(w.rows, core.Record{Key: key, Gone: len(plan.Columns) == 0, Values: values})
	}
	fresh := e.name(&b, p)
	if err := e.Journal.Note(ctx, b); err != nil {
		return err
	}
	delete(e.open, batchPlace{p.ID, b.Pass})
	outcomes, witness, err := e.send(ctx, plan, core.Batch{ID: b.ID, Pass: b.Pass, Rows: w.rows}, fresh)
	if err != nil {
		return err // what did not arrive is still unseen
	}
	return e.settlePolicies(ctx, b, w, outcomes, witness)
}

// settlePolicies notes what became of rows that a policy was about. Each was asked for, and so was read.
func (e *engine) settlePolicies(ctx context.Context, b Batch, w work, outcomes []core.Outcome, witness string) error {
	s := Settlement{Batch: b, Witness: witness}
	for i, o := range outcomes {
		s.Counts.count(o.Kind)
		if o.Kind == core.Refused || o.Kind == core.Unsure {
			f := o.Fault
			if f == nil {
				f = noAnswer(w.t.plan.Source, b.Rows[i].Key)
			}
			s.Exceptions = append(s.Exceptions, refusal(w.t, b.Rows[i].Key, o.Kind, f))
		}
	}
	return e.note(ctx, w, s)
}

// adoptPolicies takes over a batch that an earlier process noted: where the destination kept its outcomes, they count.
func (e *engine) adoptPolicies(ctx context.Context, t *table) error {
	for i := range t.parts {
		p := &t.parts[i]
		b, ok := e.open[batchPlace{p.ID, policyPass}]
		settler, settles := e.Destination.(core.Settler)
		if !ok || !settles || b.Mapping != t.plan.ID {
			continue
		}
		outcomes, settled, err := settler.Settled(ctx, t.plan, b.ID)
		if err != nil {
			return core.During("looking at the destination", err)
		}
		if !settled || len(outcomes) != len(b.Rows) {
			continue
		}
		delete(e.open, batchPlace{p.ID, policyPass})
		if err := e.settlePolicies(ctx, b, work{t: t, p: p}, outcomes, b.ID); err != nil {
			return err
		}
	}
	return nil
}

// weigh finds out whether the rights to read a table are no smaller than those with which its rows were ever read: a record
// that nobody may see any more is not gone. With smaller rights each import would be like the one before, so all count.
func (e *engine) weigh(earlier []Entry) {
	for _, t := range e.tables {
		now, known := t.run.Rights, false
		holds := now.Known
		for _, r := range earlier {
			i := slices.IndexFunc(r.Tables, func(x RunTable) bool { return x.Mapping == t.plan.ID })
			if i < 0 || r.ID == e.current.ID || r.Undoes != "" {
				continue
			}
			was := r.Tables[i].Rights
			known = known || !r.Partial() && r.State == Complete && r.Tables[i].Finished
			if !was.Known {
				was.Read = core.DepthGlobal // it may have been all of them
			}
			holds = holds && now.Read >= was.Read
		}
		t.rightsHold = known && holds
	}
}
