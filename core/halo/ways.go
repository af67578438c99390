package halo

import (
	"context"
	"net/url"
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

// foundHere says in a link that Ferry found the record and did not make it.
const foundHere = "found by Ferry"

// way is the way of a table, the best that is not known to fail.
func (d *Destination) way(t *table) *way {
	if w := d.ways[t.name]; w != nil {
		return w
	}
	w := &way{kind: byLink}
	if d.to.module == 0 || t.rows != nil {
		w = d.other(t)
	}
	d.ways[t.name] = w
	return w
}

// other is the way of a table without external links.
func (d *Destination) other(t *table) *way {
	for _, name := range d.to.idFields {
		if f := t.field(name); f != nil && f.writable() && (f.at == own || f.at == custom) && (f.typ == core.TypeText || f.typ == core.TypeMemo) {
			return &way{kind: byField, f: f}
		}
	}
	return &way{kind: byNothing}
}

// next takes the way that is left when one has failed.
func (d *Destination) next(t *table, failed *way) *way {
	w := &way{kind: byNothing}
	if failed.kind == byLink {
		w = d.other(t)
	}
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
func (d *Destination) put(t *table, o object, key string, found bool) {
	switch w := d.way(t); w.kind {
	case byLink:
		o["new_external_link"] = d.link(t, 0, key, found)
	case byField:
		setMember(o, w.f, key)
	}
}

func (d *Destination) link(t *table, id int64, key string, found bool) object {
	o := object{"table_id": t.number, "module_id": d.to.module, "third_party_id": key}
	if id != 0 {
		o["halo_id"] = id
	}
	if found {
		o["third_party_desc"] = foundHere
	}
	return o
}

// readMarks reads whose record each row of an index is.
func (d *Destination) readMarks(ctx context.Context, ix *index) error {
	w := d.way(ix.t)
	if w.kind == byLink {
		err := d.links(ctx, ix, "")
		if err == nil {
			w.proved = w.proved || len(ix.byKey) > 0
			return nil
		}
		if !unavailable(err) {
			return err
		}
		w = d.next(ix.t, w)
	}
	if w.kind != byField {
		return nil
	}
	lacks := false
	for n, e := range ix.rows {
		key, told := e.told(w.f)
		lacks = lacks || !told
		if looksLikeKey(key) {
			ix.mark(n, strings.ToLower(key), false)
			w.proved = true
		}
	}
	if lacks && !w.proved { // Halo's lists do not tell the field: nobody would find a record by it
		d.next(ix.t, w)
	}
	return nil
}

// links reads external links: of one record, or all of the table.
func (d *Destination) links(ctx context.Context, ix *index, key string) error {
	q := url.Values{"table_id": {strconv.FormatInt(ix.t.number, 10)}, "module_id": {strconv.FormatInt(d.to.module, 10)}}
	each := func(o object) error {
		n, _ := o.id("halo_id")
		if table, ok := o.id("table_id"); ok && table != ix.t.number {
			return nil
		}
		if module, ok := o.id("module_id"); ok && module != d.to.module {
			return nil
		}
		ix.mark(n, strings.ToLower(o.text("third_party_id")), o.text("third_party_desc") == foundHere)
		return nil
	}
	if key == "" {
		return d.c.list(ctx, "reading the external links of Halo", "ExternalLink", "links", q, each)
	}
	q.Set("third_party_id", key)
	var answer objects
	answer.key = "links"
	if err := d.c.get(ctx, "looking for an external link in Halo", "ExternalLink", q, &answer); err != nil {
		return err
	}
	for _, o := range answer.rows {
		n, _ := o.id("halo_id")
		if n > 0 && strings.EqualFold(o.text("third_party_id"), key) {
			if ix.rows[n] == nil {
				ix.rows[n] = &there{id: n, row: object{}}
			}
			if err := each(o); err != nil {
				return err
			}
		}
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
	d.next(ix.t, w)
	return nil
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
			if key, _ := ix.rows[n].told(w.f); looksLikeKey(key) {
				ix.mark(n, strings.ToLower(key), false)
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
	return "Records are found again by " + d.way(t).title() + ". " + strconv.FormatInt(d.c.pace.count(), 10) + " requests so far."
}
