package halo

import (
	"context"
	"slices"
	"strings"
)

// remark leaves the mark of the way in use by now in the element of a new record, and takes away that of another.
func (w *writing) remark(j *job) {
	now := w.d.way(w.s.t)
	if j.way == now {
		return
	}
	if j.way != nil && j.way.kind == byField {
		setMember(j.element, j.way.f, "")
	}
	delete(j.element, "new_external_link")
	w.d.put(w.s.t, j.element, w.s.plan.Source, strings.ToLower(j.r.Key), w.print(j), false)
	j.way = now
}

// mark leaves Ferry's mark on a record that was found, and tells whether it stands in a custom field. What somebody else keeps
// in that field stays.
func (w *writing) mark(ctx context.Context, j *job, o object) (inCustom bool, err error) {
	f := w.d.way(w.s.t).f
	if f != nil {
		if inCustom = f.at == custom; inCustom {
			if err := w.d.whole(ctx, w.s.t, j.there); err != nil {
				return false, err
			}
		}
		if text, _ := j.there.told(f); text != "" && !strings.EqualFold(text, j.r.Key) {
			return false, nil
		}
	}
	w.d.put(w.s.t, o, w.s.plan.Source, strings.ToLower(j.r.Key), w.print(j), j.found())
	return inCustom, nil
}

// markLate leaves the mark of the way in use by now on a record that was found, where another way was in use when its element
// was made.
func (w *writing) markLate(ctx context.Context, j *job) error {
	delete(j.element, "new_external_link")
	inCustom, err := w.mark(ctx, j, j.element)
	if err != nil || !inCustom {
		return err
	}
	return w.d.merge(ctx, w.s.t, j.there, j.element)
}

// merge adds the custom fields that stand there to those that are written: an array that leaves some out may empty them.
func (d *Destination) merge(ctx context.Context, t *table, e *there, o object) error {
	if err := d.whole(ctx, t, e); err != nil {
		return err
	}
	list, _ := o["customfields"].([]object)
	for _, have := range e.row.all("customfields") {
		one, kind := d.standingField(t, have)
		written := slices.ContainsFunc(list, func(l object) bool { return one["id"] != nil && l["id"] == one["id"] })
		if one != nil && !written && kind != kindTable { // rows of a table stay when nobody names the field
			list = append(list, one)
		}
	}
	o["customfields"] = list
	return nil
}

// standingField is a custom field of a record as it is sent again, and what it holds. Halo tells by id or by name which it is,
// and numbers as 3.0, which it does not take.
func (d *Destination) standingField(t *table, have object) (one object, kind fieldKind) {
	n, ok := have.id("id")
	number, _ := have.id("type")
	kind = d.to.types[number]
	at := slices.IndexFunc(t.fields, func(f field) bool { return f.def != nil && have.is(&f) })
	switch {
	case at >= 0:
		n, kind = t.fields[at].def.id, t.fields[at].def.kind
	case !ok:
		return nil, kind
	}
	v := have["value"]
	switch id, whole := asID(v); {
	case whole && (kind == kindChoice || kind == kindDynamic):
		v = id
	case v != nil && kind == kindChoices:
		chosen := []object{}
		for _, id := range idsOf(v) {
			chosen = append(chosen, object{"id": id})
		}
		v = chosen
	}
	return object{"id": n, "value": v}, kind
}
