package halo

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// A way is how Ferry leaves its mark on a record, so that any Ferry finds it again: as an external link, in a field that the
// person named, or not at all. Which works is not written down anywhere, so it is proved: the first record of a table that is
// made goes alone, and is looked for by its mark. Without a proof no array of new records is sent.
type way struct {
	kind   wayKind
	f      *field // of byField
	proved bool
}

type wayKind uint8

const (
	byLink wayKind = iota
	byField
	byNothing
)

// way is the way of a table, the best that is not known to fail.
func (d *Destination) way(t *table) *way {
	if w := d.ways[t.name]; w != nil {
		return w
	}
	w := &way{kind: byLink}
	switch {
	case t.rows != nil:
		return &way{kind: byField, f: t.rows.key, proved: true}
	case d.to.module == 0:
		w = d.other(t)
	}
	d.ways[t.name] = w
	return w
}

// other is the way of a table without external links: the first that is not known to fail.
func (d *Destination) other(t *table) *way {
	for _, w := range d.others(t) {
		if !d.failed[t.name+"."+w.f.name] {
			return w
		}
	}
	return &way{kind: byNothing}
}

// others are the fields of a table that the person named for the mark.
func (d *Destination) others(t *table) (all []*way) {
	for _, name := range d.to.idFields {
		if f := t.field(name); f.holdsMark() {
			all = append(all, &way{kind: byField, f: f})
		}
	}
	return all
}

// next takes the way that is left when one has failed.
func (d *Destination) next(t *table, failed *way) *way {
	if failed.kind == byField {
		d.failed[t.name+"."+failed.f.name] = true
	}
	w := d.other(t)
	d.ways[t.name] = w
	return w
}

// title says a way to a person.
func (w *way) title() string {
	switch w.kind {
	case byLink:
		return "external links"
	case byField:
		return "the field “" + w.f.display + "”"
	}
	return "the journal alone, one record at a time"
}

// put leaves the mark in an element that is to be written.
func (d *Destination) put(t *table, o object, source, key, print string, found bool) {
	switch w := d.way(t); w.kind {
	case byLink:
		o["new_external_link"] = d.link(t, source, key, print, found)
	case byField:
		setMember(o, w.f, fieldMark(t, key, found))
	}
}

// fieldMark is a mark as it stands in a field: in capitals where Ferry found the record, so that another computer's Ferry does
// not take what people wrote there for its own.
func fieldMark(t *table, key string, found bool) string {
	if found && t.rows == nil {
		return strings.ToUpper(key)
	}
	return key
}

// readFieldMark reads a mark that stands in a field; "" for what is somebody's own.
func readFieldMark(text string) (key string, found bool) {
	if !looksLikeKey(text) {
		return "", false
	}
	key = strings.ToLower(text)
	return key, key != text
}

func (d *Destination) link(t *table, source, key, print string, found bool) object {
	return object{
		"table_id": t.number, "module_id": d.to.module, "third_party_id": key, "third_party_type": source,
		"third_party_desc": describeLink(found, print),
	}
}

// readMarks reads whose record each row of an index is.
func (d *Destination) readMarks(ctx context.Context, ix *index) error {
	w := d.way(ix.t)
	if w.kind == byLink {
		err := d.links(ctx, ix, "")
		switch {
		case err == nil && len(ix.byKey) > 0:
			w.proved = true
			return nil
		case err == nil:
			d.earlier(ix)
			return nil
		case !unavailable(err):
			return err
		}
		w = d.next(ix.t, w)
	}
	if w.kind == byField && !d.earlier(ix) {
		for w.kind == byField && ix.lacks(w.f) { // Halo's lists do not tell the field: nobody would find a record by it
			w = d.next(ix.t, w)
		}
	}
	return nil
}

// earlier takes the field in which an earlier import left its marks, and tells whether there is one.
func (d *Destination) earlier(ix *index) bool {
	for _, w := range d.others(ix.t) {
		if d.fieldMarks(ix, w) {
			d.ways[ix.t.name] = w
			return true
		}
	}
	return false
}

// fieldMarks reads the marks that stand in a field, and tells whether there are any.
func (d *Destination) fieldMarks(ix *index, w *way) bool {
	for n, e := range ix.rows {
		text, _ := e.told(w.f)
		if key, found := readFieldMark(text); key != "" {
			ix.mark(n, key, found)
			w.proved = true
		}
	}
	return w.proved
}

// lacks reports whether a list leaves a field out.
func (ix *index) lacks(f *field) bool {
	for _, e := range ix.rows {
		if _, told := e.told(f); !told {
			return true
		}
	}
	return false
}

// links reads external links: of one record, or all of the table.
func (d *Destination) links(ctx context.Context, ix *index, key string) error {
	q := url.Values{}
	if key != "" {
		q.Set("third_party_id", key)
	}
	rows, err := d.askLinks(ctx, ix.t, q)
	for _, o := range rows {
		n, _ := o.id("halo_id")
		if key != "" && n > 0 && strings.EqualFold(o.text("third_party_id"), key) && ix.rows[n] == nil {
			ix.rows[n] = &there{id: n, row: object{}}
		}
		found, print := readLink(o.text("third_party_desc"))
		ix.mark(n, strings.ToLower(o.text("third_party_id")), found)
		if e := ix.rows[n]; e != nil {
			e.source, e.print = o.text("third_party_type"), print
		}
	}
	if err == nil && key == "" && len(rows) > 0 {
		ix.capped, err = d.cappedLinks(ctx, ix)
	}
	return err
}

// askLinks reads external links of a table that fit a query. Whether Halo gives them in pages nobody has written down: those of
// a whole table are asked for page by page.
func (d *Destination) askLinks(ctx context.Context, t *table, q url.Values) ([]object, error) {
	q.Set("table_id", strconv.FormatInt(t.number, 10))
	q.Set("module_id", strconv.FormatInt(d.to.module, 10))
	const op, path, key = "reading the external links of Halo", "ExternalLink", "externallinks"
	answer := objects{key: key}
	var err error
	if q.Has("third_party_id") || q.Has("halo_id") {
		err = d.c.get(ctx, op, path, q, &answer)
	} else {
		err = d.c.list(ctx, op, path, key, q, func(o object) error { answer.rows = append(answer.rows, o); return nil })
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(answer.rows, func(o object) bool {
		table, told := o.id("table_id")
		module, toldModule := o.id("module_id")
		return told && table != t.number || toldModule && module != d.to.module
	}), nil
}

// cappedLinks finds out whether the list of links leaves some out: rows that it does not name, the newest, the oldest and one
// between, are asked for one by one.
func (d *Destination) cappedLinks(ctx context.Context, ix *index) (bool, error) {
	var without []int64
	for n, e := range ix.rows {
		if e.key == "" && !e.general() {
			without = append(without, n)
		}
	}
	slices.Sort(without)
	if len(without) == 0 {
		return false, nil
	}
	for _, n := range slices.Compact([]int64{without[0], without[len(without)/2], without[len(without)-1]}) {
		rows, err := d.askLinks(ctx, ix.t, url.Values{"halo_id": {strconv.FormatInt(n, 10)}})
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(rows, func(o object) bool { id, _ := o.id("halo_id"); return id == n }) {
			return true, nil
		}
	}
	return false, nil
}

// surely looks for the links of records one by one, where the list of links leaves some out.
func (d *Destination) surely(ctx context.Context, ix *index, keys []string) error {
	if !ix.capped {
		return nil
	}
	for _, key := range keys {
		if key = strings.ToLower(key); len(ix.byKey[key]) > 0 || ix.asked[key] {
			continue
		}
		if err := d.links(ctx, ix, key); err != nil {
			return err
		}
		if ix.asked == nil {
			ix.asked = map[string]bool{}
		}
		ix.asked[key] = true
	}
	return nil
}

// looksLikeKey reports whether a text is a record's id in Dynamics: a GUID. What else stands in a field is somebody's own.
func looksLikeKey(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}

// prove looks for the record that was just made, by its mark alone. Where it is not found the next way is taken.
func (d *Destination) prove(ctx context.Context, ix *index, n int64, key string) error {
	w := d.way(ix.t)
	if w.proved || w.kind == byNothing {
		return nil
	}
	fresh := &index{t: ix.t, rows: map[int64]*there{}, byKey: map[string][]int64{}}
	err := d.look(ctx, fresh, key, n)
	if err != nil && !unavailable(err) {
		return err
	}
	if hits := fresh.byKey[key]; err == nil && len(hits) == 1 && hits[0] == n {
		w.proved = true
		return nil
	}
	d.log.Info("Halo does not find records by the mark that was left", "table", ix.t.name, "way", int(w.kind))
	if w = d.next(ix.t, w); w.kind == byNothing {
		return nil
	}
	o := object{"id": n} // it gets the mark of the next way, which is proved in turn
	setMember(o, w.f, key)
	if e := ix.rows[n]; w.f.at == custom && e != nil {
		if err := d.merge(ctx, ix.t, e, o); err != nil {
			return err
		}
	}
	d.quiet(ix.t, o, false)
	if _, err := d.c.repost(ctx, "changing "+ix.t.name+" in Halo", ix.t.path, []object{o}); err != nil {
		if !surelyNot(err) {
			d.next(ix.t, w)
			return nil
		}
		return err
	}
	return d.prove(ctx, ix, n, key)
}

// look reads whether a record is there under its mark. newest is the lowest id that is of interest.
func (d *Destination) look(ctx context.Context, ix *index, key string, newest int64) error {
	w := d.way(ix.t)
	if w.kind == byLink {
		return d.links(ctx, ix, key)
	}
	return d.newest(ctx, ix, newest)
}

// newest reads the rows of a table with the highest ids, down to one.
func (d *Destination) newest(ctx context.Context, ix *index, down int64) error {
	q := url.Values{"includeinactive": {"true"}, "orderdesc": {"true"}, "page_size": {"100"}}
	if ids := customIDs(ix.t); ids != "" {
		q.Set("include_custom_fields", ids)
	}
	w := d.way(ix.t)
	err := d.c.list(ctx, "looking for new records in Halo", ix.t.path, ix.t.key, q, func(o object) error {
		n, ok := o.id("id")
		if !ok || n < down {
			return errEnough
		}
		if ix.rows[n] == nil {
			ix.rows[n] = &there{id: n, row: o}
		}
		if w.kind == byField {
			text, _ := ix.rows[n].told(w.f)
			if key, found := readFieldMark(text); key != "" {
				ix.mark(n, key, found)
			}
		}
		return nil
	})
	if err == errEnough {
		return nil
	}
	return err
}

// Remark implements core.Remarker.
func (d *Destination) Remark(p core.Plan) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.tables[strings.ToLower(p.Table)]
	if t == nil || t.rows != nil {
		return ""
	}
	return "Records are found again by " + d.way(t).title() + ". " + strconv.FormatInt(d.c.pace.count(), 10) + " requests in this import up to here."
}
