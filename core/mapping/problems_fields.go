package mapping

import (
	"strconv"
	"strings"

	"ferry/core"
)

// bindings looks at each column of the mapping.
func (l *lister) bindings() {
	if len(l.m.Columns) == 0 {
		l.add("nothing-mapped", Place{Part: PartFields}, says{})
		return
	}
	byColumn := make(map[string]int, len(l.m.Columns))
	for i := range l.m.Columns {
		byColumn[strings.ToLower(l.m.Columns[i].Column)]++
	}
	zone := true
	if _, err := l.m.location(); err != nil {
		l.add("zone-unknown", Place{Part: PartFields}, says{})
		zone = false
	}
	for i := range l.m.Columns {
		b := &l.m.Columns[i]
		at := Place{Part: PartFields, Column: b.Column, Field: b.Field}
		s := says{Field: l.name(b.Field), Column: l.column(b.Column)}
		key := strings.ToLower(b.Column)
		switch n := byColumn[key]; {
		case strings.TrimSpace(b.Column) == "":
			l.add("column-unnamed", at, s)
		case n > 1:
			s.N = n
			l.add("column-twice", at, s)
			byColumn[key] = 0 // said once
		case l.dest == nil && core.Disguised(b.Column):
			l.add("column-disguised", at, s)
		case l.dest == nil && strings.EqualFold(b.Column, l.m.Key):
			l.add("column-is-key", at, s)
		}
		to, ok := l.toField(b, at, s)
		if ok && l.fromField(b, at, s) {
			l.fit(b, to, at, s, zone)
			l.steps(b, to, at, s)
		}
	}
}

// toField looks at the destination's side; false when there is no such field.
func (l *lister) toField(b *Binding, at Place, s says) (*core.Field, bool) {
	if l.dest == nil {
		return nil, true
	}
	to := l.there[b.Column]
	switch {
	case to == nil:
		l.add("column-gone", at, s)
		return nil, false
	case !to.Writable:
		l.add("column-read-only", at, s)
	case b.To != "" && familyOf(b.To) != familyOf(to.Type):
		s.Was, s.Now = TypeTitle(b.To), TypeTitle(to.Type)
		l.add("column-type-changed", at, s)
	}
	return to, true
}

// fromField looks at the source's side; false when nothing can come from it.
func (l *lister) fromField(b *Binding, at Place, s says) bool {
	names := []string{b.Field}
	switch b.From {
	case FromConstant:
		return true
	case FromTemplate:
		if _, ok := parseTemplate(b.Text); !ok {
			l.add("template-wrong", at, s)
			return false
		}
		names = templateFields(b.Text)
	case FromSeveral:
		names = b.Fields
		if len(names) == 0 {
			l.add("nothing-several", at, s)
			return false
		}
	}
	good := true
	for _, name := range names {
		at.Field, s.Field = name, l.name(name)
		f := l.fields[name]
		switch {
		case f == nil:
			l.add("field-gone", at, s)
		case !f.Readable && f.Secured:
			l.add("field-hidden", at, s)
		case !f.Readable:
			l.add("field-unreadable", at, s)
		default:
			if f.Secured {
				l.add("field-secured", at, s)
			}
			if b.From == FromField && b.Was != "" && familyOf(b.Was) != familyOf(f.Type) {
				s.Was, s.Now = TypeTitle(b.Was), TypeTitle(f.Type)
				l.add("field-type-changed", at, s)
			}
			continue
		}
		good = false
	}
	return good
}

// fit looks whether what comes fits into where it goes.
func (l *lister) fit(b *Binding, to *core.Field, at Place, s says, zone bool) {
	if b.From == FromConstant {
		l.constant(b, to, at, s)
		return
	}
	from := l.fields[b.input()]
	if from == nil || len(b.Steps) > 0 || b.From == FromTemplate { // what a step gives is only known when it runs
		return
	}
	var fit Fit
	var into family
	switch {
	case b.Part != Whole:
		return
	case to != nil:
		fit, into = fitTypes(*from, *to), familyOf(to.Type)
	case l.dest == nil && b.Choices == nil:
		fit = FitsColumn(from.Type, b.Type)
		into, _ = columnFamily(b.Type)
		if own, ok := columnType(from.Type); ok && own == b.Type || b.Type == core.ColumnText {
			fit.OK = true
		}
	default:
		return
	}
	if !fit.OK {
		s.Why = fit.Why
		l.add("type-unfit", at, s)
		return
	}
	if familyOf(from.Type) == familyDateTime && from.Dates != core.TimeZoneIndependent && into == familyDate && zone {
		s.Value = "UTC"
		if l.m.Zone != "" {
			s.Value = l.m.Zone
		}
		l.add("day-by-zone", at, s)
	}
	if to != nil && familyOf(from.Type) == familyText && into == familyText && to.Length > 0 && from.Length > to.Length {
		s.N, s.Of = from.Length, to.Length
		l.add("text-longer", at, s)
	}
	if to != nil && to.Required && !from.Required && b.From == FromField {
		l.add("required-empty", at, s)
	}
	if b.MayEmpty && l.dest != nil { // a table that Ferry makes is a copy: what is empty here is empty there
		l.add("may-empty", at, s)
	}
}

func (l *lister) constant(b *Binding, to *core.Field, at Place, s says) {
	if len(b.Steps) > 0 {
		return
	}
	d := destination{natural: to == nil}
	known := true
	if to != nil {
		d.family, d.labels = familyOf(to.Type), codesOf(to.Options)
	} else {
		d.family, known = columnFamily(b.Type)
	}
	if _, ok := d.fixed(b.Text); known && !ok {
		s.Why = familyTitles[d.family]
		l.add("constant-unfit", at, s)
	}
}

// required looks for fields that the destination needs and nothing is mapped to.
func (l *lister) required() {
	if l.dest == nil {
		return
	}
	bound := make(map[string]bool, len(l.m.Columns))
	for i := range l.m.Columns {
		bound[strings.ToLower(l.m.Columns[i].Column)] = true
	}
	for i := range l.dest.Fields {
		f := &l.dest.Fields[i]
		if f.Required && f.Writable && !bound[strings.ToLower(f.Name)] && f.Name != l.dest.Key {
			l.add("required-unmapped", Place{Part: PartFields, Column: f.Name}, says{Column: l.column(f.Name)})
		}
	}
}

// labels looks at the options of each field that is mapped by them.
func (l *lister) labels() {
	for i := range l.m.Columns {
		b := &l.m.Columns[i]
		f := l.fields[b.input()]
		if f == nil || !f.Readable || b.From == FromConstant || b.From == FromTemplate {
			continue
		}
		byLabel := b.Part == Label || b.Choices != nil || l.there[b.Column] != nil && fitName(f, l.there[b.Column]) == conversionTitles[toLabel]
		if byLabel {
			l.options(b, f)
		}
		if b.Choices != nil {
			l.pairs(b, f)
		} else if to := l.there[b.Column]; to != nil && needsChoices(f.Type, to.Type) && len(b.Steps) == 0 {
			at := Place{Part: PartChoices, Column: b.Column, Field: f.Name}
			l.add("choices-unmapped", at, says{Field: l.name(f.Name), Column: l.column(b.Column)})
		}
	}
}

func fitName(from, to *core.Field) string { return fitTypes(*from, *to).Conversion }

// options looks at the labels of a field's options.
func (l *lister) options(b *Binding, f *core.Field) {
	at := Place{Part: PartChoices, Column: b.Column, Field: f.Name}
	s := says{Field: l.name(f.Name), Column: l.column(b.Column), Of: len(f.Options)}
	for _, o := range f.Options {
		if o.Label == "" {
			s.N++
		}
	}
	if s.N > 0 {
		l.add("labels-missing", at, s)
	}
	s.N = 0
	for _, o := range f.Options {
		if o.Other {
			s.N++
		}
	}
	if s.N > 0 {
		l.add("labels-other", at, s)
	}
	if s.N = len(f.Options); s.N >= 1000 {
		l.add("options-many", at, s)
	}
	for _, twice := range labelsTwice(f.Options) {
		s.Value = twice
		l.add("labels-twice", at, s)
	}
	if to := l.there[b.Column]; to != nil {
		for _, twice := range labelsTwice(to.Options) {
			s.Value = twice
			l.add("labels-there-twice", at, s)
		}
	}
}

// labelsTwice are the labels that more than one option has.
func labelsTwice(options []core.Option) (out []string) {
	seen := make(map[string]int, len(options))
	for _, o := range options {
		key := fold(o.Label)
		if seen[key]++; key != "" && seen[key] == 2 {
			out = append(out, o.Label)
		}
	}
	return out
}

// pairs looks at the table of choices.
func (l *lister) pairs(b *Binding, f *core.Field) {
	at := Place{Part: PartChoices, Column: b.Column, Field: f.Name}
	s := says{Field: l.name(f.Name), Column: l.column(b.Column)}
	rows := choiceRows(b, f, l.there[b.Column], l.draft.facts.Used[f.Name])
	if l.m != &l.draft.m {
		rows = choiceRows(b, f, nil, nil)
	}
	open, changed := 0, 0
	for _, r := range rows {
		if r.Known && r.How == ChoiceOpen {
			open++
		}
		if r.Renamed {
			changed++
		}
	}
	if changed > 0 {
		l.add("labels-changed", at, says{Field: s.Field, N: changed, Of: len(b.Choices.Values)})
	}
	if b.Choices.Else == UseDefault && strings.TrimSpace(b.Choices.Default) == "" {
		l.add("default-unset", at, s)
	}
	refuses := b.Choices.Else == Refuse
	if refuses && open == len(f.Options) && open > 0 {
		l.add("choices-unmapped", at, s)
		refuses = false
	}
	for _, r := range rows {
		at.Code, at.Option = r.Code, true
		s.Value, s.N = r.Label, r.Rows
		if s.Value == "" {
			s.Value = strconv.FormatInt(r.Code, 10)
		}
		switch {
		case r.Gone:
			l.add("option-to-gone", at, s)
		case r.How != ChoiceOpen || !refuses:
		case !r.Known:
			l.add("option-unknown", at, s)
		case r.Rows > 0:
			l.add("option-used", at, s)
		default:
			l.add("option-unmatched", at, s)
		}
	}
}

// steps looks at what changes a value on its way.
func (l *lister) steps(b *Binding, to *core.Field, at Place, s says) {
	if len(b.Steps) == 0 {
		return
	}
	problems, gives := stepProblems(b, l.fields, l.m)
	for _, p := range problems {
		at.Step, s.Why, s.Value = p.step+1, p.fault.Cause, p.fault.Remedy
		l.add("step-wrong", at, s)
	}
	if len(problems) > 0 || b.Choices != nil {
		return
	}
	into, known := columnFamily(b.Type)
	if to != nil {
		into, known = familyOf(to.Type), true
	}
	if known && !arrives(gives, into) {
		s.Why = "Behind its changes it is " + gives.String() + "."
		l.add("type-unfit", at, s)
	}
}
