package mapping

import (
	"slices"
	"strings"
	"time"

	"ferry/core"
)

// A compiler makes a Program's columns.
type compiler struct {
	p     *Program
	about About
	at    map[string]int // where a field's value stands
	byKey map[string]*core.Field
	there map[string]*core.Field // of the destination
}

func newCompiler(p *Program, a About) *compiler {
	c := &compiler{p: p, about: a, at: map[string]int{}, byKey: a.fields}
	if c.byKey == nil {
		c.byKey = fieldsByName(&p.table)
	}
	if a.Destination != nil {
		c.there = fieldsByName(a.Destination)
	}
	return c
}

// fieldsByName makes finding a field quick: there may be hundreds.
func fieldsByName(t *core.Table) map[string]*core.Field {
	out := make(map[string]*core.Field, len(t.Fields))
	for i := range t.Fields {
		if _, ok := out[t.Fields[i].Name]; !ok {
			out[t.Fields[i].Name] = &t.Fields[i]
		}
	}
	return out
}

// use makes sure that a field is read, and tells where its value stands.
func (c *compiler) use(name string) (int, *core.Field, error) {
	f := c.byKey[name]
	if f == nil || !f.Readable {
		return 0, nil, fieldGone(c.p.m, name)
	}
	i, ok := c.at[name]
	if !ok {
		i = len(c.p.fields)
		c.at[name] = i
		c.p.fields = append(c.p.fields, name)
	}
	return i, f, nil
}

func (c *compiler) add(b *Binding) error {
	col := column{binding: b, field: -1, part: b.Part}
	input, err := c.source(b, &col)
	if err != nil {
		return err
	}
	if b.Part == Label {
		col.labels = labelsOf(input.Options)
	}
	to := b.To
	if f := c.there[b.Column]; f != nil {
		to = f.Type
	}
	b.To = to
	byRecord := b.Resolve
	if b.Lookup != nil {
		col.target = b.Lookup.Target
		byRecord = byRecord || b.Lookup.By != KeepID
	}
	if err := c.steps(b, &col, input); err != nil {
		return err
	}
	if err := c.ending(b, &col, input, byRecord); err != nil {
		return err
	}
	col.plain = col.field >= 0 && col.part == Whole && col.target == "" && col.chain == nil && col.choices == nil && col.convert == nil && !b.NotNull
	pass := max(b.Pass, 1)
	p := c.p
	p.plan.Passes = max(p.plan.Passes, pass)
	p.columns = append(p.columns, col)
	plan := core.Column{Name: b.Column, Type: b.Type, Field: b.Field, Ref: byRecord, Pass: pass, Rule: b.Rule().Plan(), Holds: heldBy(b, input)}
	if choices := choosing(b, input); choices != nil {
		if p.plan.Choices == nil {
			p.plan.Choices = map[string][]core.Choosing{}
		}
		p.plan.Choices[b.Column] = choices
	}
	if f := c.there[b.Column]; f != nil && byRecord && len(f.Targets) == 1 {
		plan.Into = f.Targets[0]
	}
	if l := b.Lookup; l != nil && byRecord {
		plan.Rule.StandIn = l.Default
		if l.By == ByKey || l.By == ByField {
			plan.Find = l.Field
		}
	}
	p.plan.Columns = append(p.plan.Columns, plan)
	return nil
}

// heldBy is what the field holds from which a column is made as it is.
func heldBy(b *Binding, input core.Field) core.FieldType {
	if b.From != FromField || b.Part != Whole || len(b.Steps) > 0 {
		return ""
	}
	return input.Type
}

// choosing is what becomes of each option that does not stay empty, where a column is one of the destination's own lists.
func choosing(b *Binding, input core.Field) (out []core.Choosing) {
	if b.Choices == nil || familyOf(b.To) != familyChoice && familyOf(b.To) != familyChoices || len(b.Steps) > 0 {
		return nil
	}
	for _, o := range input.Options {
		c := core.Choosing{Code: o.Code, Label: o.Label}
		i := slices.IndexFunc(b.Choices.Values, func(pair ChoicePair) bool { return pair.Code == o.Code })
		switch {
		case i >= 0 && b.Choices.Values[i].Empty, i < 0 && b.Choices.Else != Create:
			continue
		case i >= 0:
			c.To = b.Choices.Values[i].To
		}
		out = append(out, c)
	}
	return out
}

// source compiles what a column is made from. It returns the field whose value goes in, with no name when there is none.
func (c *compiler) source(b *Binding, col *column) (core.Field, error) {
	switch b.From {
	case FromConstant:
		col.fixed = core.Text(b.Text)
		return core.Field{Type: core.TypeText}, nil
	case FromTemplate:
		pieces, ok := parseTemplate(b.Text)
		if !ok {
			return core.Field{}, badTemplate(&c.p.m, b)
		}
		for i := range pieces {
			if pieces[i].field == "" {
				continue
			}
			at, f, err := c.use(pieces[i].field)
			if err != nil {
				return core.Field{}, err
			}
			pieces[i].at, pieces[i].labels = at, labelsOf(f.Options)
		}
		col.piece = pieces
		return core.Field{Type: core.TypeText}, nil
	case FromSeveral:
		var input core.Field
		for i, name := range b.Fields {
			at, f, err := c.use(name)
			if err != nil {
				return core.Field{}, err
			}
			if i == 0 {
				input = *f
			}
			col.several = append(col.several, at)
		}
		if len(col.several) == 0 {
			return core.Field{}, incomplete(c.p.m)
		}
		return input, nil
	}
	at, f, err := c.use(b.Field)
	if err != nil {
		return core.Field{}, err
	}
	col.field = at
	return *f, nil
}

// ending compiles what makes a value one of its column.
func (c *compiler) ending(b *Binding, col *column, input core.Field, refs bool) error {
	d := destination{zone: c.p.zone, refs: refs, options: labelsOf(input.Options)}
	known := true
	if b.To != "" {
		d.family = familyOf(b.To)
	} else {
		d.natural = true
		d.family, known = columnFamily(b.Type)
	}
	if f := c.there[b.Column]; f != nil {
		d.labels = codesOf(f.Options)
	}
	col.takes, col.targets = d, input.Targets
	if refs && d.family != familyLookup {
		d.natural = true // the importer turns the reference into what the column holds
	}
	if b.Choices != nil {
		ch, err := newChooser(b, d)
		if err != nil {
			return badText(&c.p.m, b, err.Error())
		}
		col.choices = ch
	}
	if b.From == FromConstant && col.chain == nil && col.choices == nil && known {
		v, ok := d.fixed(b.Text)
		if !ok {
			return badText(&c.p.m, b, b.Text)
		}
		if col.fixed = v; b.Text == "" {
			col.fixed = core.Null()
		}
		return nil
	}
	if !known || b.Part != Whole && d.natural {
		return nil
	}
	all := convertersFor(d)
	if d.natural {
		c.leaveNatural(&all, d, input)
	}
	if d.family == familyLookup && itself(input) {
		all[core.KindText] = func(v core.Value) (core.Value, bool) { return core.Ref(input.Targets[0], v.AsText()), true }
	}
	if slices.ContainsFunc(all[:], func(f converter) bool { return f != nil }) && c.needed(&all, b, input, col) {
		col.convert = &all
	}
	return nil
}

// leaveNatural takes out conversions that a column made by Ferry does not need: codes, ids and yes or no lie there as
// they are.
func (c *compiler) leaveNatural(all *converters, d destination, input core.Field) {
	for _, k := range []core.Kind{core.KindChoice, core.KindChoices, core.KindRef, core.KindBool} {
		all[k] = nil
	}
	if own, ok := columnType(input.Type); ok {
		if f, _ := columnFamily(own); f == d.family { // the column is what the field would get by itself
			*all = converters{}
		}
	}
}

// needed reports whether a value of this column can meet a conversion at all.
func (c *compiler) needed(all *converters, b *Binding, input core.Field, col *column) bool {
	if col.chain != nil || b.From != FromField || b.Part != Whole {
		return true
	}
	for k := core.KindBool; k <= core.KindBytes; k++ {
		if all[k] != nil && mayBe(input.Type, k) {
			return true
		}
	}
	return false
}

// mayBe reports whether a field of a type gives values of a kind. What is not known may be anything.
func mayBe(t core.FieldType, k core.Kind) bool {
	switch fam := familyOf(t); fam {
	case familyOther, familyFile, familyParties:
		return true
	case familyID:
		return k == core.KindText
	case familyNumber:
		return k == core.KindDecimal || k == core.KindInt
	case familyChoice:
		return k == core.KindChoice || k == core.KindInt
	default:
		return kindFamily(k) == fam
	}
}

func labelsOf(options []core.Option) map[int64]string {
	byCode := make(map[int64]string, len(options))
	for _, o := range options {
		if o.Label != "" {
			byCode[o.Code] = o.Label
		}
	}
	return byCode
}

// codesOf are the codes of folded labels. Labels that two options have are in it no more: nothing is guessed.
func codesOf(options []core.Option) map[string]int64 {
	out := make(map[string]int64, len(options))
	twice := map[string]bool{}
	for _, o := range options {
		key := fold(o.Label)
		if _, ok := out[key]; ok {
			twice[key] = true
		}
		out[key] = o.Code
	}
	for key := range twice {
		delete(out, key)
	}
	delete(out, "")
	return out
}

// fold makes two texts equal that a person calls the same.
func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// filterAt joins what the person built, what was written by hand, and active only.
func (p *Program) filterAt(now time.Time) (string, error) {
	c := Circumstances{Now: now, Zone: p.zone, Tables: p.tables}
	built, err := p.m.built(p.table).OData(p.table, c)
	if err != nil {
		return "", err
	}
	if f := hiddenByHand(p.m.Filter, &p.table); f != nil {
		hidden := problem("filter-field-hidden", Place{Part: PartFilter, Field: f.Name}, says{Field: fieldName(&p.table, f.Name)})
		return "", hidden.fault(p.table.Name.Logical)
	}
	return bothTexts(p.m.Filter, built), nil
}

// built is the filter of a mapping without what is written by hand.
func (m *Mapping) built(t core.Table) Filter {
	var f Filter
	if m.ActiveOnly {
		if active, ok := activeFilter(t); ok {
			f = active
		}
	}
	if m.Where != nil {
		f = m.Where.And(f)
	}
	return f
}

// activeFilter holds of records whose state is the active one: Dataverse gives it the code 0 in every table.
func activeFilter(t core.Table) (Filter, bool) {
	for _, f := range t.Fields {
		if f.Type == core.TypeState && f.Readable {
			return Filter{Field: f.Name, Op: Is, Values: []string{"0"}}, true
		}
	}
	return Filter{}, false
}

func bothTexts(a, b string) string {
	a = strings.TrimSpace(a)
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return "(" + a + ") and " + b
}
