package halo

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// A job is one record of a batch, and what is to be done about it.
type job struct {
	at      int // place in the batch
	r       *core.Record
	known   core.Known
	there   *there // nil: it is new
	made    bool   // Ferry made what is there
	marks   bool   // what is there gets Ferry's mark now
	way     *way   // whose mark is in the element of a new record
	own     bool   // what is there was made with its customer, which Ferry made
	fresh   bool   // and that was just now
	later   bool   // of a pass behind the first
	element object // what is written; nil for nothing
	site    object // what is written into the customer's main site; nil for nothing
	sent    bool   // it has left once
	tries   int    // how often it was sent again because no answer came
	values  []core.Value
	write   []bool
	was     []core.Value // what stands in the columns that are written
	drop    *there       // of a row that was moved: the one at its old place, which goes
}

// A writing is one call of Write.
type writing struct {
	d        *Destination
	s        *shape
	ix       *index
	b        core.Batch
	matcher  *matcher
	namesake *namesake
	outcomes []core.Outcome
	parts    splitting
}

// Write implements core.Destination. Records that are new are made in arrays once it is proved that Ferry finds them again;
// those that are there are read only when a rule or a custom field asks for what stands there.
func (d *Destination) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := &writing{d: d, b: b, outcomes: make([]core.Outcome, len(b.Rows))}
	err := w.write(ctx, p)
	return w.outcomes, core.During("writing to Halo", err)
}

func (w *writing) write(ctx context.Context, p core.Plan) (err error) {
	if len(w.b.Rows) == 0 {
		return nil
	}
	if w.s, err = w.d.shape(ctx, p); err != nil {
		return err
	}
	if w.ix, err = w.d.index(ctx, w.s.t); err != nil {
		return err
	}
	if err := w.freshSites(ctx); err != nil {
		return err
	}
	if w.b.Pass <= 1 {
		if w.matcher, err = w.d.matcher(ctx, w.s, w.ix); err != nil {
			return err
		}
		w.namesake = w.d.namesake(w.s, w.ix)
	}
	var unknown []string
	for i, r := range w.b.Rows {
		if i >= len(w.b.Known) || w.b.Known[i].ID == "" {
			unknown = append(unknown, r.Key)
		}
	}
	if err := w.d.surely(ctx, w.ix, unknown); err != nil {
		return err
	}
	defer w.note()
	for _, wave := range waves(w.b.Rows) {
		if err := w.wave(ctx, wave); err != nil {
			return err
		}
	}
	return nil
}

// waves are the places of rows in sets in which no key stands twice.
func waves(rows []core.Record) [][]int {
	seen := map[string]int{}
	var all [][]int
	for i, r := range rows {
		n := seen[r.Key]
		seen[r.Key] = n + 1
		if n == len(all) {
			all = append(all, nil)
		}
		all[n] = append(all[n], i)
	}
	return all
}

// wave writes rows of which no two have the same key.
func (w *writing) wave(ctx context.Context, places []int) error {
	var jobs []*job
	for _, i := range places {
		if err := ctx.Err(); err != nil {
			return err
		}
		j, f, err := w.meet(i)
		if err == nil && f == nil && j != nil {
			f, err = w.lookAround(ctx, j)
		}
		if err == nil && f == nil && j != nil && !j.later && (j.there == nil || j.marks) {
			err = w.ownSite(ctx, j)
		}
		if err != nil {
			return err
		}
		if f == nil && j != nil {
			if f, err = w.plan(ctx, j); err != nil {
				return err
			}
		}
		switch {
		case f != nil && f.Code == "halo.no-site":
			w.outcomes[i] = core.Outcome{Kind: core.Skipped, Fault: about(f, w.s.t.name, w.b.Rows[i].Key, "customer")}
		case f != nil:
			w.outcomes[i] = core.Outcome{Kind: core.Refused, Fault: about(f, w.s.t.name, w.b.Rows[i].Key, "")}
		case j == nil: // nothing is there of a record that is gone
			w.outcomes[i] = core.Outcome{Kind: core.Unchanged}
		case j.element == nil && j.site == nil && j.drop == nil:
			w.outcomes[i] = w.done(j, core.Unchanged)
		default:
			jobs = append(jobs, j)
		}
	}
	if err := w.tell(jobs); err != nil {
		return err
	}
	return w.send(ctx, jobs)
}

// done is the outcome of a record that is there.
func (w *writing) done(j *job, k core.OutcomeKind) core.Outcome {
	if j.fresh { // it came with its customer
		k = core.Created
	}
	return core.Outcome{Kind: k, ID: writeID(j.there.id, j.there.found || j.found())}
}

// found reports whether what is there gets a mark that says that Ferry found it.
func (j *job) found() bool { return j.marks && !j.own }

// meet finds what is there of a record: by the id that is remembered, by Ferry's mark, by the columns of the plan's Match.
func (w *writing) meet(i int) (*job, *core.Fault, error) {
	r := &w.b.Rows[i]
	j := &job{at: i, r: r, later: w.b.Pass > 1}
	if i < len(w.b.Known) {
		j.known = w.b.Known[i]
	}
	switch {
	case r.Key == "":
		return nil, noKey(), nil
	case !r.Gone && len(r.Values) != len(w.s.plan.Columns):
		return nil, nil, otherPlan()
	}
	key := strings.ToLower(r.Key)
	if n, found, ok := readID(j.known.ID); ok && w.ix.rows[n] != nil {
		j.there = w.ix.rows[n]
		w.ix.mark(n, key, found || j.there.found)
		j.made = !j.there.found
	} else if hits := w.ix.byKey[key]; len(hits) > 1 {
		return nil, linkedTwice(), nil
	} else if len(hits) == 1 {
		j.there = w.ix.rows[hits[0]]
		j.made = !j.there.found
	}
	switch {
	case r.Gone && j.there == nil:
		return nil, nil, nil
	case j.there == nil && j.later:
		return nil, notFoundAgain(), nil
	case j.there != nil && j.there.general():
		return nil, generalUser(), nil
	case j.there != nil || w.matcher == nil:
		return j, nil, nil
	}
	n, f := w.matcher.find(w.ix, r, w.s.names)
	if f != nil || n == 0 {
		return j, f, nil
	}
	j.there, j.marks = w.ix.rows[n], true
	return j, nil, nil
}

// plan decides what is written of a record.
func (w *writing) plan(ctx context.Context, j *job) (*core.Fault, error) {
	if j.r.Gone {
		return nil, w.retire(ctx, j)
	}
	values, f, err := w.resolved(ctx, j)
	if f != nil || err != nil {
		return f, err
	}
	write := make([]bool, len(values))
	j.values, j.write, j.was = values, write, make([]core.Value, len(values))
	if j.there == nil {
		for i, c := range w.s.plan.Columns {
			write[i] = c.Rule.Writes(core.Meeting{New: true, Next: values[i]})
		}
		return w.create(ctx, j, values, write)
	}
	if f := w.halfMoved(j, values); f != nil {
		return f, nil
	}
	for i, c := range w.s.plan.Columns {
		there, told, err := w.standing(ctx, j, i, values[i])
		if err != nil {
			return nil, err
		}
		m := core.Meeting{Made: j.made, Later: j.later, Next: values[i], There: there, Left: w.left(j, i, there, values[i])}
		write[i] = c.Rule.Writes(m) && !(told && w.s.fields[i].equal(there, values[i]))
		if j.was[i] = there; j.drop != nil && i == w.s.placing() {
			write[i], j.was[i] = true, j.drop.parent()
		}
	}
	return w.change(ctx, j, values, write)
}

// standing is what stands in a column, as far as somebody has to know: a rule, or whoever takes the import back later. What a
// record that Ferry made simply takes is not read.
func (w *writing) standing(ctx context.Context, j *job, i int, next core.Value) (core.Value, bool, error) {
	if next.Kind() == core.KindAbsent {
		return core.Value{}, false, nil
	}
	f, rule := w.s.fields[i], w.s.plan.Columns[i].Rule
	takes := rule.Made == core.Always && rule.StandIn == ""
	if next.Blank() && rule.Keep && rule.StandIn == "" {
		return core.Value{}, false, nil // it is not written, whatever stands there
	}
	if f.typ == core.TypeLookup {
		return w.d.presentOf(ctx, w.s.t, j.there, f)
	}
	e, at, err := w.listed(ctx, j, f)
	if err != nil {
		return core.Value{}, false, err
	}
	if e != nil {
		if v, ok := e.present(at); ok {
			return v, true, nil
		}
	}
	switch {
	case w.asLeft(j):
		return next, true, nil
	case j.fresh: // nobody else has written there, and it goes with its customer
		return core.Value{}, false, nil
	case f.at != custom && j.made && takes && w.b.Before == nil && j.known.ID != "":
		return core.Value{}, false, nil
	}
	return w.d.presentOf(ctx, w.s.t, j.there, f)
}

// listed is the row of a list that may tell a field of a record, and the field as that row has it; nil when nobody listed it.
// The sites of customers are listed for records of which the journal knows nothing, as on another computer: to compare them
// takes fewer requests than to write them all.
func (w *writing) listed(ctx context.Context, j *job, f *field) (*there, *field, error) {
	if w.s.t.name != customers || f.at != onSite && f.at != address {
		return j.there, f, nil
	}
	if w.d.indexes[sites] == nil && len(j.known.Left) > 0 {
		return nil, nil, nil
	}
	site, err := w.d.siteOf(ctx, j.there.id)
	return site, f.ofSite(), err
}

// left is what Ferry left in a column the last time, as far as the journal's print of it tells.
func (w *writing) left(j *job, i int, there, next core.Value) core.Value {
	if i >= len(j.known.Left) {
		return core.Value{}
	}
	print := j.known.Left[i]
	rule := w.s.plan.Columns[i].Rule
	switch {
	case print == 0:
		return core.Value{}
	case rule.StandIn != "" && print == core.Print(core.Ref("", rule.StandIn)):
		return core.Text(rule.StandIn)
	case print == core.Print(there):
		return there
	case print == core.Print(j.r.Values[i]):
		return next
	}
	return core.Text("\x00another")
}

// tell tells whoever wants to take the import back what is going to be replaced.
func (w *writing) tell(jobs []*job) error {
	if w.b.Before == nil {
		return nil
	}
	rows := make([]core.Replaced, 0, len(jobs))
	for _, j := range jobs {
		rows = append(rows, w.replaced(j))
	}
	if len(rows) == 0 {
		return nil
	}
	names := make([]string, len(w.s.plan.Columns))
	for i, c := range w.s.plan.Columns {
		names[i] = c.Name
	}
	return w.b.Before(names, rows)
}

// lacks is a field that a new record cannot be without, and is; nil when there is none. Halo takes no name of mere spaces.
func (w *writing) lacks(values []core.Value, write []bool) *field {
	for i := range w.s.t.fields {
		f := &w.s.t.fields[i]
		if !f.must || f.def != nil { // whether Halo insists on a custom field, it says itself
			continue
		}
		at := slices.Index(w.s.fields, f)
		if at < 0 || !write[at] || values[at].Blank() || f.typ == core.TypeText && strings.TrimSpace(values[at].Canonical()) == "" {
			return f
		}
	}
	return nil
}
