package halo

import (
	"context"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"ferry/core"
)

// Halo has no member that hangs a row of a custom table on another record. A row that belongs elsewhere now is made there with
// all that it has, also the rows below it, is read back, and only then removed where it was: whatever breaks off in between
// leaves it twice and never not at all. The next import finds the row that the journal knows at the old place and the other one
// at the new, and goes on from there. Nothing is removed before what stays has been read and has all of it; where somebody wrote
// into one of the two meanwhile, both stay and the record is refused.

// placing is the column of a plan that says to which record a row belongs; -1 for none.
func (s *shape) placing() int {
	if s.t.rows == nil {
		return -1
	}
	return slices.IndexFunc(s.fields, func(f *field) bool { return f.name == parentColumn && f.at != custom })
}

// brings names what a plan brings into which custom table.
func (s *shape) brings() string { return strings.ToLower(s.plan.Source) + ">" + s.t.name }

// mayMove reports whether a plan may hang rows elsewhere: where two bring the same records, each with another parent, every run
// would hang them to and fro.
func (w *writing) mayMove() bool { return w.d.placers[w.s.brings()] == w.s.plan.ID }

// hangs is the record to which a row belongs; false when Halo does not tell.
func (e *there) hangs() (int64, bool) { return e.row.id("fkid") }

// halfMoved finds the row that an import made at the new place before it broke off, and goes on with that one: the other is
// removed when nothing else is left to do. Rows of one key that can be explained in no such way are nobody's to choose from.
func (w *writing) halfMoved(j *job, values []core.Value) *core.Fault {
	at := w.s.placing()
	if at < 0 || j.there == nil || j.known.ID == "" {
		return nil
	}
	n, _, ok := readID(values[at].Canonical())
	from, told := j.there.hangs()
	others := slices.DeleteFunc(slices.Clone(w.ix.byKey[strings.ToLower(j.r.Key)]), func(id int64) bool { return id == j.there.id })
	if !ok || !told || from == n || len(others) == 0 || !w.mayMove() {
		return nil
	}
	there := j.there.parent()
	if !w.s.plan.Columns[at].Rule.Writes(core.Meeting{Made: j.made, Later: j.later, Next: values[at], There: there, Left: w.left(j, at, there, values[at])}) {
		return nil
	}
	other := w.ix.rows[others[0]]
	if to, _ := other.hangs(); len(others) > 1 || to != n {
		return linkedTwice()
	}
	j.drop, j.there = j.there, other
	return nil
}

// parent is the record to which a row belongs, as a value.
func (e *there) parent() core.Value {
	n, ok := e.hangs()
	if !ok || n == 0 {
		return core.Null()
	}
	return core.Ref("", writeID(n, false))
}

// wholeRow is the element of a row that is made elsewhere: what it has, and over it what is written.
func wholeRow(e *there, written []object, parent int64) object {
	cells := slices.Clone(written)
	for _, c := range copied(e.row) {
		if !slices.ContainsFunc(cells, func(o object) bool { return o["id"] == c["id"] }) {
			cells = append(cells, c)
		}
	}
	return object{"fkid": parent, "customfields": cells}
}

// copied are the cells of a row as they are written into another one, with the rows below it.
func copied(row object) []object {
	cells := []object{}
	for _, c := range row.all("customfields") {
		n, ok := c.id("id")
		if !ok || c["value"] == nil || c["value"] == "" {
			continue
		}
		o := object{"id": n, "value": c["value"]}
		if below := rowsIn(c["value"]); below != nil {
			rows := []object{}
			for _, r := range below {
				rows = append(rows, object{"customfields": copied(r)})
			}
			o["type"], o["value"], o["add_rows"], o["dont_delete_rows"] = int64(7), rows, true, true
		} else if list, ok := c["value"].([]any); ok && len(list) == 0 {
			continue
		}
		cells = append(cells, o)
	}
	return cells
}

// rowsIn are the rows that a cell of a table field holds; nil for any other.
func rowsIn(v any) []object {
	rows := asObjects(v)
	if len(rows) == 0 || slices.ContainsFunc(rows, func(r object) bool { _, ok := r["customfields"].([]any); return !ok }) {
		return nil
	}
	return rows
}

// below reports whether rows hang below a row.
func (o object) below() bool {
	return slices.ContainsFunc(o.all("customfields"), func(c object) bool { return rowsIn(c["value"]) != nil })
}

// content is what stands in a row but for some fields, as one text that does not depend on ids of rows nor on their order.
func content(row object, but map[int64]bool) string {
	var parts []string
	for _, c := range row.all("customfields") {
		n, ok := c.id("id")
		if !ok || but[n] || c["value"] == nil || c["value"] == "" {
			continue
		}
		text, _ := json.Marshal(c["value"])
		if below := rowsIn(c["value"]); below != nil {
			var rows []string
			for _, r := range below {
				rows = append(rows, content(r, nil))
			}
			sort.Strings(rows)
			text = []byte(strings.Join(rows, "\x01"))
		} else if list, ok := c["value"].([]any); ok && len(list) == 0 {
			continue
		}
		parts = append(parts, strconv.FormatInt(n, 10)+"="+string(text))
	}
	sort.Strings(parts)
	return strings.Join(parts, "\x02")
}

// own are the fields of a plan: what stands in them is the import's.
func (s *shape) own() map[int64]bool {
	ids := map[int64]bool{}
	for _, f := range append(slices.Clone(s.fields), s.t.rows.key) {
		if f.def != nil {
			ids[f.def.id] = true
		}
	}
	return ids
}

// moveRows moves rows to the records to which they belong now. Where Halo matches rows by a field in all of the table, and so does
// not make the row at its new place, it is sent once more without that. Rows with rows below them are sent without from the
// start: those would be added to the old one.
func (w *writing) moveRows(ctx context.Context, jobs []*job) error {
	var plain, laden []*job
	for _, j := range jobs {
		if j.there.row.below() {
			laden = append(laden, j)
		} else {
			plain = append(plain, j)
		}
	}
	if err := w.place(ctx, plain, true); err != nil {
		return err
	}
	return w.place(ctx, laden, false)
}

// place makes rows at their new places, reads them back and removes them from the old. What Halo refuses is sent in halves, until
// the culprit stands alone; what surely did not arrive is sent again.
func (w *writing) place(ctx context.Context, jobs []*job, matching bool) error {
	if len(jobs) == 0 {
		return nil
	}
	_, err := w.d.c.post(ctx, "moving rows of a custom table in Halo", "CustomTable", w.rowElements(jobs, matching))
	switch {
	case err != nil && surelyNot(err):
		return err
	case err != nil && answered(err) == 500 && len(jobs) == 1 && jobs[0].tries == 0:
		jobs[0].tries++
		if left, err := w.placed(ctx, jobs, false); err != nil || len(left) == 0 {
			return err
		}
		return w.place(ctx, jobs, matching)
	case err != nil && refused(err) && len(jobs) == 1:
		w.outcomes[jobs[0].at] = core.Outcome{Kind: core.Refused, Fault: recordFault(w.s.t, jobs[0].r.Key, err)}
		return nil
	}
	lost := err != nil && !refused(err)
	left, lookErr := w.placed(ctx, jobs, lost)
	if lookErr != nil || len(left) == 0 {
		return lookErr
	}
	switch {
	case lost && left[0].tries == mostTries:
		w.unsure(left, err)
		return nil
	case lost && matching && left[0].tries == 2: // or it arrived, and Halo matched another row
		return w.place(ctx, left, false)
	case lost:
		for _, j := range left {
			j.tries++
		}
		return w.place(ctx, left, matching)
	case err != nil:
		middle := max(1, len(left)/2)
		if err := w.place(ctx, left[:middle], matching); err != nil {
			return err
		}
		return w.place(ctx, left[middle:], matching)
	case matching:
		return w.place(ctx, left, false)
	}
	for _, j := range left {
		w.outcomes[j.at] = core.Outcome{Kind: core.Refused, Fault: about(rowElsewhere(), w.s.t.name, j.r.Key, parentColumn)}
	}
	return nil
}

// placed reads back which rows stand at their new places, and removes them from the old. It returns the others.
func (w *writing) placed(ctx context.Context, jobs []*job, lost bool) ([]*job, error) {
	for attempt := 1; ; attempt++ {
		left := untried(w, jobs)
		fresh, err := w.d.latestRows(ctx, w.s.t, len(w.ix.rows)+len(left), func(ix *index) bool {
			return !slices.ContainsFunc(left, func(j *job) bool { return ix.rows[j.there.id] == nil || ix.elsewhere(j) == nil })
		})
		if err != nil {
			w.unsure(untried(w, jobs), err)
			return nil, err
		}
		var done []*job
		left = nil
		for _, j := range untried(w, jobs) {
			at := fresh.elsewhere(j)
			switch {
			case len(at) == 1:
				j.drop, j.there = j.there, at[0]
				done = append(done, j)
			case len(at) > 1:
				w.outcomes[j.at] = core.Outcome{Kind: core.Refused, Fault: about(linkedTwice(), w.s.t.name, j.r.Key, "")}
			default:
				left = append(left, j)
			}
		}
		if err := w.dropOld(ctx, done, fresh); err != nil || len(left) == 0 || !lost || attempt >= 3-left[0].tries%2 { // not always as many: who answers each fourth request wrongly is got past
			return left, err
		}
		if err := w.d.c.wait(ctx, settle); err != nil { // Halo may still be at work on what it did not answer
			w.unsure(left, err)
			return nil, err
		}
	}
}

// elsewhere are the rows of a record that stand at its new place.
func (ix *index) elsewhere(j *job) (at []*there) {
	for _, n := range ix.byKey[strings.ToLower(j.r.Key)] {
		if to, _ := ix.rows[n].hangs(); n != j.there.id && to == j.element["fkid"] {
			at = append(at, ix.rows[n])
		}
	}
	return at
}

func untried(w *writing, jobs []*job) (left []*job) {
	for _, j := range jobs {
		if w.outcomes[j.at].Kind == core.Untried {
			left = append(left, j)
		}
	}
	return left
}

// dropOld removes the rows that stand at their new places too, when those have all that the old ones have.
func (w *writing) dropOld(ctx context.Context, jobs []*job, fresh *index) error {
	if len(jobs) == 0 {
		return nil
	}
	own := w.s.own()
	var gone []int64
	var dropping []*job
	for _, j := range jobs {
		old, new := fresh.rows[j.drop.id], fresh.rows[j.there.id]
		switch {
		case new == nil:
			w.outcomes[j.at] = core.Outcome{Kind: core.Refused, Fault: about(notFoundAgain(), w.s.t.name, j.r.Key, "")}
			continue
		case old != nil && content(old.row, own) != content(new.row, own):
			w.outcomes[j.at] = core.Outcome{Kind: core.Refused, Fault: about(rowTwice(), w.s.t.name, j.r.Key, parentColumn)}
			continue
		case old != nil:
			gone = append(gone, old.id)
		}
		dropping = append(dropping, j)
	}
	failed, err := w.d.removeRows(ctx, w.s.t, gone)
	for _, j := range dropping {
		switch why := failed[j.drop.id]; {
		case why != nil && refused(why):
			w.outcomes[j.at] = core.Outcome{Kind: core.Refused, Fault: recordFault(w.s.t, j.r.Key, why)}
		case why != nil:
			w.unsure([]*job{j}, why)
		case err == nil:
			w.moved(j, fresh)
		}
	}
	return err
}

// moved notes that a row is at its new place, and at no other. Rows below it have other ids now.
func (w *writing) moved(j *job, fresh *index) {
	w.ix.gone(j.drop.id)
	e := fresh.rows[j.there.id]
	w.ix.rows[e.id] = e
	w.ix.mark(e.id, strings.ToLower(j.r.Key), false)
	j.there = e
	w.outcomes[j.at] = w.done(j, core.Updated)
	if !e.row.below() {
		return
	}
	for name, t := range w.d.tables {
		if t.rows != nil && t != w.s.t {
			delete(w.d.indexes, name)
			delete(w.d.indexes, t.name)
		}
	}
}

// freshRows reads the rows of a custom table as they are now.
func (d *Destination) freshRows(ctx context.Context, t *table) (*index, error) {
	ix := &index{t: t, rows: map[int64]*there{}, byKey: map[string][]int64{}}
	return ix, d.readRows(ctx, t, ix)
}

// removeRows removes rows of a custom table, and tells which it could not and why. One that is not there any more is removed:
// the answer to an earlier request may have been lost.
func (d *Destination) removeRows(ctx context.Context, t *table, ids []int64) (failed map[int64]error, err error) {
	failed = map[int64]error{}
	for some := range slices.Chunk(ids, d.to.batch) {
		if err := ctx.Err(); err != nil {
			return failed, err
		}
		if err := d.removeSome(ctx, t, some, failed); err != nil {
			return failed, err
		}
	}
	return failed, nil
}

func (d *Destination) removeSome(ctx context.Context, t *table, ids []int64, failed map[int64]error) error {
	_, err := d.c.repost(ctx, "removing rows of a custom table in Halo", "CustomTable", []object{{"id": t.rows.id, "_isimport": true, "delete_customfields": ids}})
	if err == nil || surelyNot(err) {
		return err
	}
	fresh, lookErr := d.freshRows(ctx, t)
	if lookErr != nil {
		return lookErr
	}
	left := slices.DeleteFunc(slices.Clone(ids), func(n int64) bool { return fresh.rows[n] == nil })
	switch {
	case len(left) == 0:
		return nil
	case !refused(err):
		for _, n := range left {
			failed[n] = err
		}
		return nil
	case len(left) < len(ids): // one of them was not there any more
		return d.removeSome(ctx, t, left, failed)
	case len(left) == 1:
		failed[left[0]] = err
		return nil
	}
	middle := len(left) / 2
	if err := d.removeSome(ctx, t, left[:middle], failed); err != nil {
		return err
	}
	return d.removeSome(ctx, t, left[middle:], failed)
}
