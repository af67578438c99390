package halo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// retire takes a record away that is gone at its source: it is set inactive. Ferry deletes nothing in an import.
func (w *writing) retire(ctx context.Context, j *job) error {
	if w.s.t.rows != nil {
		j.element = object{}
		return nil
	}
	if j.there.row.yes("inactive") {
		return nil
	}
	j.element = object{"id": j.there.id, "inactive": true}
	w.d.quiet(w.s.t, j.element, false)
	return nil
}

// replaced is what a job replaces, for whoever takes the import back. What it leaves is told by a digest of just the columns
// that it writes: somebody may change another one, and the rest is still put back.
func (w *writing) replaced(j *job) core.Replaced {
	r := core.Replaced{Key: j.r.Key, Made: j.there == nil || j.fresh}
	columns := new(big.Int)
	for i, v := range j.values {
		if j.write[i] && !(r.Made && v.Blank()) {
			columns.SetBit(columns, i, 1)
		}
	}
	var n int64
	if j.there != nil {
		n = j.there.id
	}
	if !r.Made {
		r.Was = make([]core.Value, len(w.s.plan.Columns))
		for i := range r.Was {
			if columns.Bit(i) == 1 {
				if r.Was[i] = j.was[i]; r.Was[i].Kind() == core.KindAbsent {
					r.Was[i] = core.Null()
				}
			}
		}
	}
	r.Left = strconv.FormatInt(n, 10) + ":" + columns.Text(16)
	for site := range 2 {
		r.Left += ":" + w.s.digestOf(columns, j.values, site)
	}
	return r
}

// inSite is 1 for a column that lies in the customer's main site, and so is written by a request of its own; else 0.
func (s *shape) inSite(i int) int {
	if f := s.fields[i]; s.t.name == customers && (f.at == onSite || f.at == address) {
		return 1
	}
	return 0
}

// digestOf is a digest of some columns of a row, of those in the customer's main site or of the others.
func (s *shape) digestOf(columns *big.Int, values []core.Value, site int) string {
	h := sha256.New()
	for i, f := range s.fields {
		if columns.Bit(i) == 1 && s.inSite(i) == site {
			fmt.Fprintf(h, "%s\x00%s\x00", f.name, f.plain(values[i]))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// plain is one text for all values that are equal in a field.
func (f *field) plain(v core.Value) string {
	switch {
	case f.typ == core.TypeBoolean:
		b, _ := readBool(v)
		return strconv.FormatBool(b)
	case v.Blank():
		return ""
	case f.typ == core.TypeChoices:
		codes := codesOf(v)
		slices.Sort(codes)
		return fmt.Sprint(codes)
	case f.typ == core.TypeDate:
		return v.AsTime().Format("2006-01-02")
	case f.typ == core.TypeDateTime:
		return v.AsTime().Format("2006-01-02T15:04:05")
	case f.name == "toplevel":
		return fold(v.Canonical())
	case f.numeric():
		return short(v.Canonical())
	}
	return v.Canonical()
}

// PutBack implements core.Rememberer. What the batch made is set inactive, or deleted where that is allowed; what it changed
// gets its former values.
func (d *Destination) PutBack(ctx context.Context, p core.Plan, columns []string, rows []core.Replaced, try bool) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	outcomes := make([]core.Outcome, len(rows))
	p.Columns, p.Match = nil, nil
	for _, name := range columns {
		p.Columns = append(p.Columns, core.Column{Name: name, Type: core.ColumnText, Pass: 1})
	}
	s, err := d.shape(ctx, p)
	if err != nil {
		return outcomes, err
	}
	ix, err := d.index(ctx, s.t)
	if err != nil {
		return outcomes, err
	}
	back := core.Batch{Pass: 2, Known: []core.Known{}}
	var at []int
	var away []taken
	for i, r := range rows {
		e, o, err := d.asLeft(ctx, s, ix, r)
		if err != nil {
			return outcomes, core.During("putting back what was in Halo", err)
		}
		switch outcomes[i] = o; {
		case o.Kind != core.Untried:
		case try && r.Made:
			outcomes[i].Kind = core.Removed
		case try:
			outcomes[i].Kind = core.Updated
		case r.Made:
			away = append(away, taken{i, e})
		default:
			at = append(at, i)
			back.Rows = append(back.Rows, core.Record{Key: r.Key, Values: r.Was})
			back.Known = append(back.Known, core.Known{ID: writeID(e.id, e.found)})
		}
	}
	if err := d.takeAway(ctx, s.t, ix, rows, away, outcomes); err != nil {
		return outcomes, core.During("putting back what was in Halo", err)
	}
	w := &writing{d: d, s: s, ix: ix, b: back, outcomes: make([]core.Outcome, len(back.Rows))}
	for _, wave := range waves(back.Rows) {
		if err = w.wave(ctx, wave); err != nil {
			break
		}
	}
	for n, i := range at {
		outcomes[i] = w.outcomes[n]
	}
	return outcomes, core.During("putting back what was in Halo", err)
}

// asLeft finds a row that is to be put back, and tells what becomes of one that is not as the batch left it. Untried is as left.
func (d *Destination) asLeft(ctx context.Context, s *shape, ix *index, r core.Replaced) (*there, core.Outcome, error) {
	refuse := func(f *core.Fault) (*there, core.Outcome, error) {
		return nil, core.Outcome{Kind: core.Refused, Fault: about(f, s.t.name, r.Key, "")}, nil
	}
	parts := strings.Split(r.Left, ":")
	columns, ok := new(big.Int), len(parts) == 4
	if ok {
		_, ok = columns.SetString(parts[1], 16)
	}
	if !ok {
		return refuse(changedSince())
	}
	if err := d.surely(ctx, ix, []string{r.Key}); err != nil {
		return nil, core.Outcome{}, err
	}
	e := ix.leftAs(s, r, parts, columns)
	switch {
	case e == nil && r.Made && d.way(s.t).proved:
		return nil, core.Outcome{Kind: core.Unchanged}, nil
	case e == nil:
		return refuse(notFoundAgain())
	case r.Made && !d.to.delete && e.row.yes("inactive"):
		return e, core.Outcome{Kind: core.Unchanged}, nil
	}
	values := make([]core.Value, len(s.fields))
	before := [2]bool{!r.Made, !r.Made}
	for i, f := range s.fields {
		if columns.Bit(i) == 0 {
			continue
		}
		v, _, err := d.presentOf(ctx, s.t, e, f)
		if answered(err) == 404 || core.AsFault(err).Code == "halo.not-found-again" {
			return refuse(notFoundAgain())
		}
		if err != nil {
			return nil, core.Outcome{}, err
		}
		values[i] = v
		before[s.inSite(i)] = before[s.inSite(i)] && f.equal(v, r.Was[i])
	}
	if before[0] && before[1] {
		return e, core.Outcome{Kind: core.Unchanged}, nil
	}
	for site := range 2 { // taking back may have broken off between the two
		if !before[site] && s.digestOf(columns, values, site) != parts[2+site] {
			return refuse(changedSince())
		}
	}
	return e, core.Outcome{}, nil
}

// leftAs finds a row that a batch left: by its id, else by its key. A row of a custom table has another id since it was moved; of
// two, where moving it back broke off, it is the one that is as the batch left it.
func (ix *index) leftAs(s *shape, r core.Replaced, parts []string, columns *big.Int) *there {
	hits := ix.byKey[strings.ToLower(r.Key)]
	if n, _, ok := readID(parts[0]); ok && (ix.rows[n] != nil || s.t.rows == nil) {
		hits = []int64{n}
	}
	if at := s.placing(); len(hits) > 1 && at >= 0 && columns.Bit(at) == 1 {
		hits = slices.DeleteFunc(slices.Clone(hits), func(n int64) bool {
			was := core.Value{}
			if at < len(r.Was) {
				was = r.Was[at]
			}
			return s.fields[at].equal(ix.rows[n].parent(), was)
		})
	}
	if len(hits) != 1 {
		return nil
	}
	return ix.rows[hits[0]]
}

// A taken is a row that an import made and that is taken away.
type taken struct {
	at int // place among the rows that are put back
	e  *there
}

// takeAway removes what an import made: many at once where Halo takes that, else one by one.
func (d *Destination) takeAway(ctx context.Context, t *table, ix *index, rows []core.Replaced, all []taken, outcomes []core.Outcome) error {
	if t.rows != nil {
		return d.takeRows(ctx, t, ix, rows, all, outcomes)
	}
	all, err := d.leaveMain(ctx, t, all, outcomes)
	if err != nil {
		return err
	}
	if !d.to.delete {
		for some := range slices.Chunk(all, d.to.batch) {
			if err := d.setInactive(ctx, t, rows, some, outcomes); err != nil {
				return err
			}
		}
		return nil
	}
	for _, x := range all {
		err := d.c.remove(ctx, "deleting a record in Halo", t.path, x.e.id)
		switch {
		case err == nil:
			ix.gone(x.e.id)
			outcomes[x.at] = core.Outcome{Kind: core.Removed}
		case refused(err) && answered(err) != 401:
			outcomes[x.at] = core.Outcome{Kind: core.Refused, Fault: recordFault(t, rows[x.at].Key, err)}
		default:
			return err
		}
	}
	return nil
}

// setInactive sets records inactive. What Halo refuses is sent in halves, until the culprit stands alone.
func (d *Destination) setInactive(ctx context.Context, t *table, rows []core.Replaced, all []taken, outcomes []core.Outcome) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	elements := make([]object, len(all))
	for i, x := range all {
		elements[i] = object{"id": x.e.id, "inactive": true}
		d.quiet(t, elements[i], false)
	}
	_, err := d.c.repost(ctx, "changing "+t.name+" in Halo", t.path, elements)
	switch {
	case err == nil:
		for _, x := range all {
			x.e.row["inactive"] = true
			outcomes[x.at] = core.Outcome{Kind: core.Removed}
		}
	case !refused(err) || answered(err) == 401:
		return err
	case len(all) == 1:
		outcomes[all[0].at] = core.Outcome{Kind: core.Refused, Fault: recordFault(t, rows[all[0].at].Key, err)}
	default:
		middle := len(all) / 2
		if err := d.setInactive(ctx, t, rows, all[:middle], outcomes); err != nil {
			return err
		}
		return d.setInactive(ctx, t, rows, all[middle:], outcomes)
	}
	return nil
}

// takeRows removes rows of a custom table. With rows below it that are not taken away one stays.
func (d *Destination) takeRows(ctx context.Context, t *table, ix *index, rows []core.Replaced, all []taken, outcomes []core.Outcome) error {
	if len(all) == 0 {
		return nil
	}
	alone, err := d.alone(ctx, t)
	if err != nil {
		return err
	}
	var ids []int64
	all = slices.DeleteFunc(all, func(x taken) bool {
		if alone(x.e.id) {
			ids = append(ids, x.e.id)
			return false
		}
		outcomes[x.at] = core.Outcome{Kind: core.Refused, Fault: about(rowsBelow(), t.name, rows[x.at].Key, "")}
		return true
	})
	failed, err := d.removeRows(ctx, t, ids)
	if err != nil {
		return err
	}
	for _, x := range all {
		switch why := failed[x.e.id]; {
		case why == nil:
			ix.gone(x.e.id)
			outcomes[x.at] = core.Outcome{Kind: core.Removed}
		case refused(why):
			outcomes[x.at] = core.Outcome{Kind: core.Refused, Fault: recordFault(t, rows[x.at].Key, why)}
		default:
			return why
		}
	}
	return nil
}
