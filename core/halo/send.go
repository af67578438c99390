package halo

import (
	"context"
	"errors"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/rest"
)

// send writes the jobs of a wave: new records first, then changes, then the main sites of customers.
func (w *writing) send(ctx context.Context, jobs []*job) error {
	var made, changed, moved []*job
	for _, j := range jobs {
		switch {
		case j.there == nil:
			made = append(made, j)
		case j.element != nil || j.drop != nil:
			changed = append(changed, j)
		}
	}
	if w.s.t.rows != nil {
		if err := w.makeRows(ctx, made); err != nil {
			return err
		}
		return w.changeRows(ctx, changed)
	}
	before := w.d.way(w.s.t)
	if err := w.make(ctx, made); err != nil {
		return err
	}
	if w.d.way(w.s.t) != before {
		for _, j := range changed {
			if j.marks {
				if err := w.markLate(ctx, j); err != nil {
					return err
				}
			}
		}
	}
	if err := w.each(ctx, changed, w.update); err != nil {
		return err
	}
	for _, j := range jobs {
		if j.there != nil && j.site != nil && (j.element == nil || w.outcomes[j.at].Kind == core.Updated) {
			moved = append(moved, j)
		}
	}
	return w.each(ctx, moved, w.updateSites)
}

// each sends jobs in arrays.
func (w *writing) each(ctx context.Context, jobs []*job, send func(context.Context, []*job) error) error {
	for len(jobs) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(jobs), w.d.to.batch)
		w.split(n)
		if err := send(ctx, jobs[:n]); err != nil {
			return err
		}
		jobs = jobs[n:]
	}
	return nil
}

// make makes new records. Until it is proved that Ferry finds what it made by its mark, they go one by one; without any mark
// they always do.
func (w *writing) make(ctx context.Context, jobs []*job) error {
	for len(jobs) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(jobs), w.d.to.batch)
		if !w.d.way(w.s.t).proved {
			n = 1
		}
		w.split(n)
		if err := w.create1(ctx, jobs[:n]); err != nil {
			return err
		}
		jobs = jobs[n:]
	}
	return nil
}

// create1 sends one array of new records. When it is refused, or no answer comes, what arrived all the same is looked for by
// its mark; the rest goes in pieces, until the culprit stands alone.
func (w *writing) create1(ctx context.Context, jobs []*job) error {
	elements := make([]object, len(jobs))
	for i, j := range jobs {
		w.remark(j)
		elements[i] = j.element
	}
	saved, err := w.d.c.post(ctx, "making "+w.s.t.name+" in Halo", w.s.t.path, elements)
	if err == nil && w.took(jobs, saved) {
		if len(jobs) == 1 && !w.d.way(w.s.t).proved {
			if j := jobs[0]; j.there != nil {
				return w.d.prove(ctx, w.ix, j.there.id, strings.ToLower(j.r.Key))
			}
		}
		return nil
	}
	if err != nil && surelyNot(err) {
		return err
	}
	// An error of Halo's own is tried once more, where it can be told whether the record arrived all the same.
	once := len(jobs) == 1 && answered(err) == 500 && !jobs[0].sent && w.d.way(w.s.t).proved
	if once {
		jobs[0].sent = true
	}
	if len(jobs) == 1 && refused(err) && !once {
		w.outcomes[jobs[0].at] = core.Outcome{Kind: core.Refused, Fault: recordFault(w.s.t, jobs[0].r.Key, err)}
		return nil
	}
	return w.afterLoss(ctx, jobs, err)
}

// took notes what Halo answered to an array of new records: one entity for each, in their order. False when the answer is not
// of that kind, so that the ids cannot be told from it.
func (w *writing) took(jobs []*job, saved []object) bool {
	if len(saved) != len(jobs) {
		return false
	}
	seen := map[int64]bool{}
	for i, o := range saved {
		n, ok := o.id("id")
		if !ok || n <= 0 || seen[n] || w.ix.rows[n] != nil {
			return false
		}
		seen[n] = true
		if name, sent := o.text("name"), asText(jobs[i].element["name"]); name != "" && sent != "" && len(jobs) > 1 && fold(name) != fold(sent) {
			return false
		}
	}
	for i, o := range saved {
		n, _ := o.id("id")
		w.arrived(jobs[i], w.ix.saved(n, o, strings.ToLower(jobs[i].r.Key), false))
	}
	return true
}

func (w *writing) arrived(j *job, e *there) {
	j.there, j.made = e, true
	if w.s.t.name == customers {
		w.d.fresher[e.id] = true
	}
	w.outcomes[j.at] = w.done(j, core.Created)
}

// afterLoss finds out what became of an array of new records that was refused, or got no answer.
func (w *writing) afterLoss(ctx context.Context, jobs []*job, err error) error {
	way := w.d.way(w.s.t)
	if way.kind == byNothing {
		return w.unproved(ctx, jobs, err, 3-jobs[0].tries)
	}
	var left []*job
	before := w.d.c.pace.count() - 1 // the array itself
	looks := 3 - jobs[0].tries%2     // not always as many: who answers each fourth request wrongly is got past
	for attempt := 1; ; attempt++ {
		found, lookErr := w.lookFor(ctx, jobs)
		if lookErr != nil {
			w.unsure(jobs, err)
			return lookErr
		}
		left = nil
		for _, j := range jobs {
			if e := found[j]; e != nil {
				w.arrived(j, e)
				way.proved = true
			} else {
				left = append(left, j)
			}
		}
		if len(left) == 0 || refused(err) || attempt == looks {
			break
		}
		// Halo may still be at work on what it did not answer.
		if waitErr := w.d.c.wait(ctx, settle); waitErr != nil {
			w.unsure(left, err)
			return waitErr
		}
		jobs = left
	}
	switch {
	case len(left) == 0:
		return nil
	case !refused(err) && !way.proved:
		return w.unproved(ctx, left, err, 1)
	case len(left) == 1 && left[0].tries == mostTries:
		w.unsure(left, err) // whatever is sent of it, no answer comes
		return nil
	case len(left) == 1:
		left[0].tries++
		return w.create1(ctx, left)
	}
	return w.inPieces(left, w.d.c.pace.count()-before, func(some []*job) error { return w.create1(ctx, some) })
}

// settle is how long Halo is given to end what it did not answer.
const settle = 5 * time.Second

func (w *writing) unsure(jobs []*job, err error) {
	for _, j := range jobs {
		f := lostAnswer()
		if err != nil {
			f.Err, f.Details = err, core.AsFault(err).Details
		}
		w.outcomes[j.at] = core.Outcome{Kind: core.Unsure, Fault: about(f, w.s.t.name, j.r.Key, "")}
	}
}

// lookFor looks for records by their marks.
func (w *writing) lookFor(ctx context.Context, jobs []*job) (map[*job]*there, error) {
	down := int64(1)
	for n := range w.ix.rows {
		down = max(down, n+1)
	}
	fresh := &index{t: w.s.t, rows: map[int64]*there{}, byKey: map[string][]int64{}}
	way := w.d.way(w.s.t)
	switch {
	case w.s.t.rows != nil:
		if err := w.d.readRows(ctx, w.s.t, fresh); err != nil {
			return nil, err
		}
	case way.kind == byField || len(jobs) > fewKeys:
		if err := w.d.newest(ctx, fresh, down); err != nil {
			return nil, err
		}
		if way.kind == byLink {
			var keys []string
			for _, j := range jobs {
				keys = append(keys, j.r.Key)
			}
			if err := w.d.links(ctx, fresh, ""); err != nil {
				return nil, err
			}
			if fresh.capped = fresh.capped || w.ix.capped; fresh.capped {
				w.ix.capped = true
			}
			if err := w.d.surely(ctx, fresh, keys); err != nil {
				return nil, err
			}
		}
	default:
		for _, j := range jobs {
			if err := w.d.links(ctx, fresh, strings.ToLower(j.r.Key)); err != nil {
				return nil, err
			}
		}
	}
	found := map[*job]*there{}
	for _, j := range jobs {
		if hits := fresh.byKey[strings.ToLower(j.r.Key)]; len(hits) == 1 {
			found[j] = w.ix.saved(hits[0], fresh.rows[hits[0]].row, strings.ToLower(j.r.Key), false)
		}
	}
	return found, nil
}

// fewKeys is for how many records it is cheaper to ask one by one than to read lists.
const fewKeys = 5

// update sends one array of changes. They may be sent again without harm: each names its record.
func (w *writing) update(ctx context.Context, jobs []*job) error {
	return w.changes(ctx, jobs, w.s.t.path, func(j *job) object { return j.element }, func(j *job, o object) {
		if o != nil {
			w.ix.saved(j.there.id, o, strings.ToLower(j.r.Key), j.there.found || j.found())
			j.there.whole = false
		}
	})
}

// updateSites sends what changes in the main sites of customers.
func (w *writing) updateSites(ctx context.Context, jobs []*job) error {
	return w.changes(ctx, jobs, "Site", func(j *job) object { return j.site }, func(j *job, o object) {
		ix := w.d.indexes[sites]
		n, ok := o.id("id")
		if ix != nil && ok {
			ix.saved(n, o, "", false)
		}
	})
}

func (w *writing) changes(ctx context.Context, jobs []*job, path string, element func(*job) object, note func(*job, object)) error {
	elements := make([]object, len(jobs))
	for i, j := range jobs {
		elements[i] = element(j)
	}
	saved, err := w.d.c.repost(ctx, "changing "+w.s.t.name+" in Halo", path, elements)
	switch {
	case err == nil:
		for i, j := range jobs {
			var o object
			if len(saved) == len(jobs) {
				o = saved[i]
			}
			note(j, o)
			w.changed(j)
		}
		return nil
	case surelyNot(err):
		return err
	case refused(err) && len(jobs) > 1:
		return w.inPieces(jobs, 1, func(some []*job) error { return w.changes(ctx, some, path, element, note) })
	case refused(err):
		w.outcomes[jobs[0].at] = core.Outcome{Kind: core.Refused, Fault: recordFault(w.s.t, jobs[0].r.Key, err)}
		return nil
	}
	w.unsure(jobs, err)
	return nil
}

// repost is post for elements that name their record: where no answer comes they are sent again, which does no harm.
func (c *client) repost(ctx context.Context, op, path string, elements []object) (saved []object, err error) {
	for attempt := 0; ; attempt++ {
		saved, err = c.post(ctx, op, path, elements)
		once := attempt == 0 && len(elements) == 1 && answered(err) == 500 // an error of Halo's own may be gone the next time
		if err == nil || surelyNot(err) || refused(err) && !once || attempt == 3 {
			return saved, err
		}
		if waitErr := c.wait(ctx, settle); waitErr != nil {
			return saved, err
		}
	}
}

// changed notes that a change arrived.
func (w *writing) changed(j *job) {
	if j.marks {
		w.ix.mark(j.there.id, strings.ToLower(j.r.Key), j.found())
	}
	w.outcomes[j.at] = w.done(j, core.Updated)
}

// refused reports whether Halo said no to what was sent, so that sending less may help.
func refused(err error) bool {
	status := answered(err)
	return status >= 400 && status < 500 && status != 408 && status != 429 || status == 500
}

// surelyNot reports whether a request surely had no effect, and no other would have one: nobody is signed in, Halo asks for
// patience, it was stopped before, or it cannot be reached.
func surelyNot(err error) bool {
	var a *rest.Answer
	if errors.As(err, &a) {
		return a.Status == 401 || a.Status == 403 || throttled(a)
	}
	switch f := core.AsFault(err); f.Kind {
	case core.SignIn, core.Permission, core.Wrong:
		return true
	case core.Offline:
		return strings.HasPrefix(f.Code, "rest.no-") || f.Code == "rest.unreachable"
	}
	return false
}
