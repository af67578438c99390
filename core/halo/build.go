package halo

import (
	"context"
	"strings"

	"ferry/core"
)

// resolved are a record's values as they can be compared with what stands there: references to customers of users are sites,
// labels of choices are values.
func (w *writing) resolved(ctx context.Context, j *job) ([]core.Value, *core.Fault, error) {
	values := append([]core.Value{}, j.r.Values...)
	for i, f := range w.s.fields {
		v := values[i]
		if v.Kind() == core.KindAbsent {
			continue
		}
		var fault *core.Fault
		var err error
		switch {
		case f.typ == core.TypeLookup:
			values[i], fault, err = w.reference(ctx, f, v)
		case f.typ == core.TypeChoice && (v.Kind() == core.KindText || v.Kind() == core.KindChoice || v.Kind() == core.KindInt):
			values[i], fault, err = w.choice(ctx, f, v)
		case f.typ == core.TypeChoices:
			values[i], fault, err = w.choices(ctx, f, v)
		default:
			if _, ok := f.encode(v); !ok {
				fault = notLike(f.display)
			}
		}
		if fault != nil {
			fault.Subject.Field = f.name
		}
		if fault != nil || err != nil {
			return nil, fault, err
		}
	}
	return values, nil, nil
}

// reference turns a customer into its main site for users, and a text that a person wrote into an id.
func (w *writing) reference(ctx context.Context, f *field, v core.Value) (core.Value, *core.Fault, error) {
	if v.Blank() {
		return core.Null(), nil, nil
	}
	text := v.Canonical()
	inner, isSite := strings.CutPrefix(text, sitePrefix)
	n, _, ok := readID(inner)
	switch {
	case !ok:
		return v, notLike(f.display), nil
	case w.s.t.name != users:
		return core.Ref("", writeID(n, false)), nil, nil
	case isSite || f.target == sites:
		return siteRef(n), nil, nil
	}
	site, err := w.d.mainSite(ctx, n)
	if err != nil {
		if fault := core.AsFault(err); fault.Kind == core.BadRecord || answered(err) == 404 {
			return v, noSite(), nil
		}
		return v, nil, err
	}
	if site == 0 {
		return v, noSite(), nil
	}
	return siteRef(site), nil, nil
}

// choice is the value of a list that an id or a label means. One that is missing is made, where that is switched on.
func (w *writing) choice(ctx context.Context, f *field, v core.Value) (core.Value, *core.Fault, error) {
	if v.Blank() || f.def == nil {
		return v, nil, nil
	}
	if n, ok := whole(v.Canonical()); ok && v.Kind() != core.KindText {
		if !f.def.has(n) {
			return v, noValue(f.display), nil
		}
		return core.Choice(n), nil, nil
	}
	found := f.def.byLabel(v.AsText())
	switch {
	case len(found) > 0:
		return core.Choice(found[0].id), nil, nil
	case !w.d.to.make:
		return v, noValue(f.display), nil
	}
	label := strings.TrimSpace(v.AsText())
	one, err := w.d.c.makeValue(ctx, f, label, dynamicsOf(w.s.plan.Choices[f.name], label))
	if err != nil {
		return v, nil, err
	}
	return core.Choice(one.id), nil, nil
}

// choices are the values of a list that codes or labels mean.
func (w *writing) choices(ctx context.Context, f *field, v core.Value) (core.Value, *core.Fault, error) {
	if v.Blank() || f.def == nil {
		return v, nil, nil
	}
	var codes []int64
	for _, n := range codesOf(v) {
		if !f.def.has(n) {
			return v, noValue(f.display), nil
		}
		codes = append(codes, n)
	}
	if len(codes) > 0 {
		return core.Choices(codes...), nil, nil
	}
	for _, label := range labelsOf(v.Canonical()) {
		one, fault, err := w.choice(ctx, f, core.Text(label))
		if fault != nil || err != nil {
			return v, fault, err
		}
		codes = append(codes, one.AsInt())
	}
	return core.Choices(codes...), nil, nil
}

// create makes the element of a new record.
func (w *writing) create(ctx context.Context, j *job, values []core.Value, write []bool) (*core.Fault, error) {
	if f := w.lacks(values, write); f != nil {
		fault := fieldMissing(f.display)
		fault.Subject.Field = f.name
		return fault, nil
	}
	o := object{}
	w.d.quiet(w.s.t, o, true)
	for i, f := range w.s.fields {
		if !write[i] || values[i].Blank() && f.typ != core.TypeBoolean {
			continue
		}
		if fault, err := w.set(ctx, o, f, values[i], true); fault != nil || err != nil {
			return fault, err
		}
	}
	if w.s.t.name == users && o["site_id"] == nil {
		if w.d.to.defaultSite == "" {
			return noSite(), nil
		}
		home, err := w.d.defaultSite(ctx)
		if err != nil {
			return nil, err
		}
		o["site_id"] = home
	}
	j.element = o
	w.remark(j)
	return nil, nil
}

// change makes the element of a record that is there, of just what changes.
func (w *writing) change(ctx context.Context, j *job, values []core.Value, write []bool) (*core.Fault, error) {
	o, site := object{}, object{}
	customs := false
	for i, f := range w.s.fields {
		if !write[i] {
			continue
		}
		if w.s.t.rows != nil && f.at != custom && j.drop != nil { // it hangs there already
			continue
		}
		into := o
		if w.s.t.name == customers && (f.at == onSite || f.at == address) {
			into = site
		}
		customs = customs || f.at == custom
		if fault, err := w.set(ctx, into, f, values[i], false); fault != nil || err != nil {
			return fault, err
		}
	}
	if j.marks {
		custom, err := w.mark(ctx, j, o)
		if err != nil {
			return nil, err
		}
		customs = customs || custom
	}
	if customs {
		if err := w.d.merge(ctx, w.s.t, j.there, o); err != nil {
			return nil, err
		}
	}
	if len(site) > 0 {
		n, err := w.d.mainSite(ctx, j.there.id)
		if err != nil {
			return nil, err
		}
		site["id"] = n
		w.d.quiet(&table{name: sites}, site, false)
		j.site = site
	}
	if to, ok := o["fkid"].(int64); ok {
		if _, told := j.there.hangs(); !told {
			delete(o, "fkid") // Halo does not tell where the row hangs: it stays there
		} else if !w.mayMove() {
			return rowOfTwo(), nil
		} else {
			list, _ := o["customfields"].([]object)
			j.element = wholeRow(j.there, list, to)
			return nil, nil
		}
	}
	if len(o) > 0 {
		o["id"] = j.there.id
		w.d.quiet(w.s.t, o, false)
		j.element = o
	}
	return nil, nil
}

// set puts a value into an element.
func (w *writing) set(ctx context.Context, o object, f *field, v core.Value, isNew bool) (*core.Fault, error) {
	switch {
	case f.name == "toplevel" && f.at == own:
		if v.Blank() {
			return nil, nil // a customer always has one
		}
		n, err := w.d.topLevel(ctx, v.AsText())
		if err != nil {
			return nil, err
		}
		o[f.member] = n
		return nil, nil
	case f.typ == core.TypeLookup:
		n, _, ok := readID(strings.TrimPrefix(v.Canonical(), sitePrefix))
		if ok && (f.name != "customer" || w.s.t.name != users || o[f.member] == nil) { // a site that is named counts more than the main one
			o[f.member] = n
		}
		return nil, nil
	}
	raw, ok := f.encode(v)
	if !ok {
		fault := notLike(f.display)
		fault.Subject.Field = f.name
		return fault, nil
	}
	switch {
	case isNew && w.s.t.name == customers && f.at == onSite:
		o[f.once] = raw
	case isNew && w.s.t.name == customers && f.at == address:
		a, _ := o["newclient_delivery_address"].(object)
		if a == nil {
			a = object{}
			o["newclient_delivery_address"] = a
		}
		a[f.member] = raw
	default:
		setMember(o, f, raw)
	}
	return nil, nil
}

// quiet tells Halo to write to nobody because of an element, unless the person wants it.
//
// Halo: OpenAPI description: _isimport, _dont_fire_automations, newclient_sendwelcomeemail, newsite_sendwelcomeemail,
// sendwelcomeemail.
func (d *Destination) quiet(t *table, o object, isNew bool) {
	if t.rows != nil {
		return // the element of the table says it
	}
	o["_isimport"] = true
	if d.to.notify {
		if t.name == users && isNew {
			o["sendwelcomeemail"] = true
		}
		return
	}
	o["_dont_fire_automations"] = true
	switch {
	case t.name == users:
		o["sendwelcomeemail"] = false
	case t.name == customers && isNew:
		o["newclient_sendwelcomeemail"] = false
	case t.name == sites && isNew:
		o["newsite_sendwelcomeemail"] = false
	}
}
