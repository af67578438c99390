package halo

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// An index is what stands in one table of Halo: its list, read once, and whose Dynamics record each row is.
type index struct {
	t     *table
	rows  map[int64]*there
	byKey map[string][]int64

	capped bool            // the list of links leaves some out
	asked  map[string]bool // then: keys that were asked for one by one
	before int             // how many customers had been made when it was read
	mains  map[int64]int64 // of sites: the main site of each customer, as far as known
}

// A there is one row.
type there struct {
	id     int64
	key    string // of the record that it is; "" is not known
	found  bool   // Ferry found it, and did not make it
	source string // the table that key is of, where a link tells it
	print  string // of what was written when the link was left; see asleft.go
	row    object // what the list says, or all of it when whole
	whole  bool
}

// index reads what is there, once for each table and run.
func (d *Destination) index(ctx context.Context, t *table) (*index, error) {
	if ix := d.indexes[t.name]; ix != nil {
		return ix, nil
	}
	ix := &index{t: t, rows: map[int64]*there{}, byKey: map[string][]int64{}, before: len(d.fresher)}
	if t.rows != nil {
		if err := d.readRows(ctx, t, ix); err != nil {
			return nil, err
		}
		d.indexes[t.name] = ix
		return ix, nil
	}
	q := url.Values{"includeinactive": {"true"}}
	if t.name == sites {
		q.Set("includeaddress", "true")
	}
	if ids := customIDs(t); ids != "" {
		q.Set("include_custom_fields", ids)
	}
	if err := d.c.list(ctx, "reading the "+t.name+" of Halo", t.path, t.key, q, func(o object) error {
		if n, ok := o.id("id"); ok && n > 0 {
			ix.rows[n] = &there{id: n, row: o}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := d.readMarks(ctx, ix); err != nil {
		return nil, err
	}
	d.indexes[t.name] = ix
	return ix, nil
}

func customIDs(t *table) string {
	var ids []string
	for i := range t.fields {
		if d := t.fields[i].def; d != nil {
			ids = append(ids, strconv.FormatInt(d.id, 10))
		}
	}
	return strings.Join(ids, ",")
}

// mark notes whose record a row is.
func (ix *index) mark(n int64, key string, found bool) {
	e := ix.rows[n]
	if e == nil || key == "" {
		return
	}
	e.key, e.found = key, found
	if !slices.Contains(ix.byKey[key], n) {
		ix.byKey[key] = append(ix.byKey[key], n)
	}
}

// saved notes a row as Halo answered it after a write.
func (ix *index) saved(n int64, answer object, key string, found bool) *there {
	e := ix.rows[n]
	if e == nil {
		e = &there{id: n, row: object{}}
		ix.rows[n] = e
	}
	merged := object{}
	for name, v := range e.row {
		merged[name] = v
	}
	for name, v := range answer {
		merged[name] = v
	}
	e.row = merged
	ix.mark(n, key, found)
	return e
}

func (ix *index) gone(n int64) {
	e := ix.rows[n]
	delete(ix.rows, n)
	if e != nil {
		ix.byKey[e.key] = slices.DeleteFunc(ix.byKey[e.key], func(id int64) bool { return id == n })
	}
}

// whole reads all of a row, once.
func (d *Destination) whole(ctx context.Context, t *table, e *there) error {
	if e.whole || t.rows != nil {
		return nil
	}
	var o object
	if err := d.c.get(ctx, "reading a record of Halo", t.path+"/"+strconv.FormatInt(e.id, 10), url.Values{"includedetails": {"true"}}, &o); err != nil {
		return err
	}
	if n, ok := o.id("id"); !ok || n != e.id {
		return notFoundAgain() // null is what some versions say of what is not there
	}
	for name, v := range e.row { // members that only lists have
		if _, ok := o[name]; !ok {
			o[name] = v
		}
	}
	e.row, e.whole = o, true
	return nil
}

// mainSite is the main site of a customer: the one that is marked so, else the only one, else what Halo says.
func (d *Destination) mainSite(ctx context.Context, customer int64) (int64, error) {
	t, err := d.table(ctx, customers)
	if err != nil {
		return 0, err
	}
	if ix := d.indexes[customers]; ix != nil {
		if e := ix.rows[customer]; e != nil {
			if n, ok := e.row.id("main_site_id"); ok && n > 0 {
				return n, nil
			}
		}
	}
	st, err := d.table(ctx, sites)
	if err != nil {
		return 0, err
	}
	ix, err := d.index(ctx, st)
	if err != nil {
		return 0, err
	}
	if ix.mains == nil {
		ix.findMains()
	}
	if n := ix.mains[customer]; n > 0 {
		return n, nil
	}
	e := &there{id: customer, row: object{}}
	if err := d.whole(ctx, t, e); err != nil {
		return 0, err
	}
	n, _ := e.row.id("main_site_id")
	ix.mains[customer] = n
	return n, nil
}

// findMains finds the main site of each customer that has one site only, or one that is marked.
func (ix *index) findMains() {
	ix.mains = map[int64]int64{}
	several := map[int64]bool{}
	marked := map[int64]bool{}
	for n, e := range ix.rows {
		customer, _ := e.row.id("client_id")
		switch {
		case e.row.yes("isinvoicesite"):
			ix.mains[customer], marked[customer] = n, true
		case marked[customer]:
		case ix.mains[customer] != 0:
			several[customer] = true
		default:
			ix.mains[customer] = n
		}
	}
	for customer := range several {
		if !marked[customer] {
			delete(ix.mains, customer)
		}
	}
}

// Still implements core.Forgetful. What cannot be told from the list counts as there.
func (d *Destination) Still(ctx context.Context, p core.Plan, ids []string) ([]bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(ctx, p.Table)
	if err != nil {
		return nil, err
	}
	ix, err := d.index(ctx, t)
	if err != nil {
		return nil, err
	}
	still := make([]bool, len(ids))
	for i, text := range ids {
		n, _, ok := readID(text)
		if still[i] = ok && ix.rows[n] != nil; still[i] && p.Run != "" {
			d.keep(p).seen[ix.rows[n].key] = true
		}
	}
	return still, nil
}

// Remembered implements core.Forgetful. References to a record of the source mean its customer or its user; sites and rows of
// custom tables are remembered beside.
func (d *Destination) Remembered(p core.Plan) (under, terms string) {
	under = p.Source
	if p.Table != customers && p.Table != users {
		under += ">" + strings.ToLower(p.Table)
	}
	return under, "1"
}

// found marks the ID of a row that Ferry found and did not make, so that the journal keeps that.
const foundMark = "~"

func writeID(n int64, found bool) string {
	if found {
		return foundMark + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

func readID(text string) (n int64, found, ok bool) {
	text, found = strings.CutPrefix(text, foundMark)
	n, err := strconv.ParseInt(text, 10, 64)
	return n, found, err == nil && n > 0
}
