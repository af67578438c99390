package halo

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"ferry/core"
)

// A customTable is a table that people made in Halo.
//
// Halo: rows are written by a POST of their table: new ones as the value of the table's own field, changed ones as
// edit_customfields, removed ones as delete_customfields. Rows that are not named may go when Halo is not told otherwise: each
// write says that rows are added and none is removed.
type customTable struct {
	id    int64
	field int64  // of the table's own field
	link  int64  // the number of the table on whose records it hangs; 0 for none
	above *table // the custom table in whose rows its rows are nested
	in    *field // that table's field
	key   *field // holds the record's id in Dynamics
	page  int    // how many rows Halo gives at once; 0: all, or nobody has seen it yet
}

// parentColumn is the column that says to which record a row belongs.
const parentColumn = "parent"

// customTables reads the custom tables, once, without their fields.
func (d *Destination) customTables(ctx context.Context) ([]*table, error) {
	if d.custom != nil {
		return d.custom, nil
	}
	var answer objects
	answer.key = "customtables"
	if err := d.c.get(ctx, "reading the custom tables of Halo", "CustomTable", nil, &answer); err != nil {
		return nil, err
	}
	all := []*table{}
	for _, o := range answer.rows {
		n, ok := o.id("id")
		name := o.text("db_name")
		if name == "" {
			name = "CT" + strings.ReplaceAll(o.text("name"), " ", "")
		}
		if !ok || name == "CT" {
			continue
		}
		link, _ := o.id("linkto_table_id")
		all = append(all, &table{name: name, display: o.text("name"), path: "CustomTable", number: n, rows: &customTable{id: n, field: n, link: link}})
	}
	d.custom = all
	return all, nil
}

// fillCustomTable reads the fields of a custom table, and on what its rows hang.
func (d *Destination) fillCustomTable(ctx context.Context, t *table) error {
	if len(t.fields) > 0 {
		return nil
	}
	fields, err := d.c.customFields(ctx, t.number)
	if err != nil {
		return err
	}
	t.fields = fields
	t.rows.key = d.keyField(t)
	target := map[int64]string{tableClient: customers, tableSite: sites, tableUsers: users}[t.rows.link]
	if target == "" {
		if err := d.findAbove(ctx, t); err != nil {
			return err
		}
		if t.rows.above != nil {
			target = t.rows.above.name
		}
	}
	if target != "" {
		t.fields = append(t.fields, field{name: parentColumn, display: "Belongs to", member: "fkid", typ: core.TypeLookup, target: target, must: true})
	}
	return nil
}

// findAbove finds the custom table one of whose fields holds rows of this one.
func (d *Destination) findAbove(ctx context.Context, t *table) error {
	for _, other := range d.custom {
		if other == t {
			continue
		}
		fields, err := d.c.customFields(ctx, other.number)
		if err != nil {
			return err
		}
		for i := range fields {
			if f := &fields[i]; f.def.kind == kindTable && f.def.table == t.number {
				above, err := d.table(ctx, other.name)
				if err == nil {
					t.rows.above, t.rows.in = above, f
				}
				return err
			}
		}
	}
	return nil
}

var idName = regexp.MustCompile(`(?i)dynamics|guid|(Id|ID)$`)

// keyField is the field that holds a row's id in Dynamics: one that the settings name, else one that is called so.
func (d *Destination) keyField(t *table) *field {
	if w := d.other(t); w.kind == byField {
		return w.f
	}
	for i := range t.fields {
		if f := &t.fields[i]; f.typ == core.TypeText && idName.MatchString(f.name) {
			return f
		}
	}
	return nil
}

// makeRows makes rows. Halo does not tell their ids: they are read back by the field that holds the record's id.
func (w *writing) makeRows(ctx context.Context, jobs []*job) error {
	for attempt := 1; ; attempt++ {
		lost := false
		err := w.each(ctx, jobs, func(ctx context.Context, some []*job) error { return w.addRows(ctx, some, &lost) })
		left, lookErr := w.arrivedRows(ctx, slices.DeleteFunc(untried(w, jobs), func(j *job) bool { return !j.sent }), lost)
		switch {
		case lookErr != nil:
			w.unsure(left, lookErr)
			if err == nil {
				err = lookErr
			}
			return err
		case err != nil || len(left) == 0:
			w.unsure(left, nil)
			return err
		case !lost || attempt == mostTries:
			w.unsure(left, nil)
			return nil
		}
		for _, j := range left {
			j.tries++ // not always as many looks: who answers each fourth request wrongly is got past
		}
		jobs = left
	}
}

// addRows sends some new rows, those of one parent together. They are not sent again before it is known that they did not
// arrive: whether Halo matches rows by a field nobody has proved.
func (w *writing) addRows(ctx context.Context, jobs []*job, lost *bool) error {
	for _, j := range jobs {
		j.sent = true
	}
	elements, before := w.rowElements(jobs, true), w.d.c.pace.count()
	_, err := w.d.c.post(ctx, "making rows of a custom table in Halo", "CustomTable", elements)
	switch {
	case err == nil:
		return nil // they are read back
	case surelyNot(err):
		return err
	case !refused(err):
		*lost = true
		return nil
	case len(jobs) == 1 && answered(err) == 500 && jobs[0].tries == 0: // once more, if it did not arrive
		*lost = true
		return nil
	case len(jobs) == 1:
		w.outcomes[jobs[0].at] = core.Outcome{Kind: core.Refused, Fault: recordFault(w.s.t, jobs[0].r.Key, err)}
		return nil
	}
	if len(elements) > 1 { // those before the culprit may have been stored
		if jobs, err = w.arrivedRows(ctx, jobs, false); err != nil || len(jobs) == 0 {
			return err
		}
	}
	return w.inPieces(jobs, w.d.c.pace.count()-before, func(some []*job) error { return w.addRows(ctx, some, lost) })
}

// arrivedRows reads back which rows are there, and returns the others. Where an answer was lost Halo may still be at work.
func (w *writing) arrivedRows(ctx context.Context, jobs []*job, lost bool) ([]*job, error) {
	for attempt := 1; len(jobs) > 0; attempt++ {
		fresh, err := w.d.latestRows(ctx, w.s.t, len(w.ix.rows)+len(jobs), func(ix *index) bool {
			return !slices.ContainsFunc(jobs, func(j *job) bool { return len(ix.byKey[strings.ToLower(j.r.Key)]) == 0 })
		})
		if err != nil {
			return jobs, err
		}
		var left []*job
		for _, j := range jobs {
			switch hits := fresh.byKey[strings.ToLower(j.r.Key)]; len(hits) {
			case 0:
				left = append(left, j)
			case 1:
				w.arrived(j, w.ix.saved(hits[0], fresh.rows[hits[0]].row, strings.ToLower(j.r.Key), false))
				j.there.whole = true
			default:
				w.outcomes[j.at] = core.Outcome{Kind: core.Refused, Fault: about(linkedTwice(), w.s.t.name, j.r.Key, "")}
			}
		}
		if jobs = left; !lost || len(jobs) == 0 || attempt >= 3-jobs[0].tries%2 {
			return jobs, nil
		}
		if err := w.d.c.wait(ctx, settle); err != nil {
			return jobs, err
		}
	}
	return nil, nil
}

// rowElements add rows, those of one parent together, and say that no other goes. With matching, a row of the same id in
// Dynamics is not made a second time.
func (w *writing) rowElements(jobs []*job, matching bool) []object {
	t := w.s.t.rows
	byParent := map[int64][]object{}
	var parents []int64
	for _, j := range jobs {
		parent, _ := j.element["fkid"].(int64)
		if byParent[parent] == nil {
			parents = append(parents, parent)
		}
		byParent[parent] = append(byParent[parent], object{"customfields": j.element["customfields"]})
	}
	var elements []object
	for _, parent := range parents {
		added := object{"id": t.field, "type": int64(7), "usage": t.id, "value": byParent[parent], "add_rows": true, "dont_delete_rows": true}
		if matching {
			added["table_matching_field"] = t.key.def.id
		}
		o := object{"id": t.id, "_isimport": true, "customfields": []object{added}}
		if t.above != nil {
			above := t.above.rows
			added["id"], added["usage"] = t.in.def.id, above.id
			row := object{"id": parent, "customfields": []object{added}}
			o["id"] = above.id
			delete(o, "customfields")
			o["edit_customfields"] = []object{{"id": above.field, "value": []object{row}}}
		} else if t.link != 0 {
			o["key"] = parent
		}
		elements = append(elements, o)
	}
	return elements
}

// changeRows changes rows, removes those that are gone, and moves those that belong elsewhere.
func (w *writing) changeRows(ctx context.Context, jobs []*job) error {
	var edited, gone, moving, twice []*job
	for _, j := range jobs {
		switch {
		case j.r.Gone:
			gone = append(gone, j)
		case j.element["fkid"] != nil:
			moving = append(moving, j)
		case j.element != nil:
			edited = append(edited, j)
		}
		if j.drop != nil {
			twice = append(twice, j)
		}
	}
	if err := w.each(ctx, edited, w.editRows); err != nil {
		return err
	}
	if err := w.retireRows(ctx, gone); err != nil {
		return err
	}
	if err := w.each(ctx, moving, w.moveRows); err != nil {
		return err
	}
	twice = slices.DeleteFunc(twice, func(j *job) bool { k := w.outcomes[j.at].Kind; return k == core.Refused || k == core.Unsure })
	if len(twice) == 0 {
		return nil
	}
	fresh, err := w.d.freshRows(ctx, w.s.t)
	if err != nil {
		w.unsure(twice, err)
		return err
	}
	return w.dropOld(ctx, twice, fresh)
}

// retireRows removes rows that are gone at their source. Rows below them would go with them: with rows that nobody brought in a
// row stays.
func (w *writing) retireRows(ctx context.Context, jobs []*job) error {
	if len(jobs) == 0 {
		return nil
	}
	alone, err := w.d.alone(ctx, w.s.t)
	if err != nil {
		return err
	}
	var ids []int64
	for _, j := range jobs {
		if !alone(j.there.id) {
			w.outcomes[j.at] = core.Outcome{Kind: core.Refused, Fault: about(rowsBelow(), w.s.t.name, j.r.Key, "")}
			continue
		}
		ids = append(ids, j.there.id)
	}
	failed, err := w.d.removeRows(ctx, w.s.t, ids)
	for _, j := range untried(w, jobs) {
		switch why := failed[j.there.id]; {
		case why != nil && refused(why):
			w.outcomes[j.at] = core.Outcome{Kind: core.Refused, Fault: recordFault(w.s.t, j.r.Key, why)}
		case why != nil:
			w.unsure([]*job{j}, why)
		case err == nil:
			w.ix.gone(j.there.id)
			w.outcomes[j.at] = core.Outcome{Kind: core.Removed}
		}
	}
	return err
}

// alone tells of rows whether no others hang below them, as they are now.
func (d *Destination) alone(ctx context.Context, t *table) (func(int64) bool, error) {
	if !slices.ContainsFunc(t.fields, func(f field) bool { return f.def != nil && f.def.kind == kindTable }) {
		return func(int64) bool { return true }, nil
	}
	fresh, err := d.freshRows(ctx, t)
	return func(n int64) bool { e := fresh.rows[n]; return e == nil || !e.row.below() }, err
}

// editRows changes rows.
func (w *writing) editRows(ctx context.Context, jobs []*job) error {
	t := w.s.t.rows
	var rows []object
	for _, j := range jobs {
		rows = append(rows, object{"id": j.there.id, "customfields": j.element["customfields"]})
	}
	o := object{"id": t.id, "_isimport": true, "edit_customfields": []object{{"id": t.field, "type": int64(7), "usage": t.id, "value": rows, "dont_delete_rows": true}}}
	_, err := w.d.c.repost(ctx, "changing rows of a custom table in Halo", "CustomTable", []object{o})
	switch {
	case err == nil:
		for _, j := range jobs {
			w.noteRow(j)
			w.changed(j)
		}
	case surelyNot(err):
		return err
	case refused(err) && len(jobs) > 1:
		middle := len(jobs) / 2
		if err := w.editRows(ctx, jobs[:middle]); err != nil {
			return err
		}
		return w.editRows(ctx, jobs[middle:])
	case refused(err):
		w.outcomes[jobs[0].at] = core.Outcome{Kind: core.Refused, Fault: recordFault(w.s.t, jobs[0].r.Key, err)}
	default:
		w.unsure(jobs, err)
	}
	return nil
}

// noteRow notes what was written into a row.
func (w *writing) noteRow(j *job) {
	list, _ := j.element["customfields"].([]object)
	have, _ := j.there.row["customfields"].([]any)
	for _, one := range list {
		at := slices.IndexFunc(have, func(v any) bool {
			m, _ := v.(map[string]any)
			n, ok := asID(m["id"])
			return ok && n == one["id"]
		})
		if at >= 0 {
			have[at] = map[string]any{"id": one["id"], "value": wire(one["value"])}
		} else {
			have = append(have, map[string]any{"id": one["id"], "value": wire(one["value"])})
		}
	}
	j.there.row["customfields"] = have
}

// wire is a value as it would be read.
func wire(v any) any {
	list, ok := v.([]object)
	if !ok {
		return v
	}
	out := make([]any, len(list))
	for i, o := range list {
		out[i] = map[string]any(o)
	}
	return out
}
