package mapping

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// deepest is how far groups may be nested, so that a hostile file cannot exhaust the stack. The Web API takes more.
const deepest = 30

// Circumstances are what a filter needs beyond itself.
type Circumstances struct {
	Now    time.Time                     // what "today" means; never read from a clock here
	Zone   *time.Location                // whose today; nil is UTC
	Tables func(name string) *core.Table // what is known of other tables; nil is nothing
}

// OData writes the filter as the $filter text of core.Query, for the records of t.
//
// Web API: "Filter rows": eq ne gt ge lt le, and or not, contains startswith endswith, any, and query functions. Texts
// are compared without regard to case there; %, _ and [ are wildcards in contains and its like, so they are escaped.
// A record in which the field is empty is not equal to anything: operators that say "not" say of it that they hold.
func (f Filter) OData(t core.Table, c Circumstances) (string, error) {
	w := newFilterWriter(t, c)
	text := w.filter(f, 0)
	if len(w.problems) > 0 {
		return "", w.problems[0].fault(t.Name.Logical)
	}
	return text, nil
}

// A filterWriter writes a filter, and notes what is wrong with it on the way.
type filterWriter struct {
	table    *core.Table
	now      time.Time
	zone     *time.Location
	tables   func(string) *core.Table
	prefix   string // "primarycontactid/", "x/"
	inside   string // a related table's name; "" in the table itself
	steps    int    // how many tables away
	problems []Problem
}

func newFilterWriter(t core.Table, c Circumstances) *filterWriter {
	w := &filterWriter{table: &t, now: c.Now.UTC(), zone: c.Zone, tables: c.Tables}
	if w.zone == nil {
		w.zone = time.UTC
	}
	if w.tables == nil {
		w.tables = func(string) *core.Table { return nil }
	}
	return w
}

// wrong notes a problem. Its text is a condition that would be refused, so that nobody can use it by mistake.
func (w *filterWriter) wrong(code problemCode, f Filter) string {
	value := ""
	if len(f.Values) > 0 {
		value = f.Values[0]
	}
	w.problems = append(w.problems, problem(code, Place{Part: PartFilter, Field: f.Field}, says{Field: fieldName(w.table, f.Field), Table: w.inside, Value: value, Op: opInfos[f.Op].Title}))
	return "false"
}

func (w *filterWriter) filter(f Filter, depth int) string {
	if depth > deepest {
		return w.wrong("filter-deep", f)
	}
	var parts []string
	if len(f.All) > 0 {
		parts = append(parts, w.group(f.All, " and ", depth))
	}
	if len(f.Any) > 0 {
		parts = append(parts, w.group(f.Any, " or ", depth))
	}
	if f.Related != nil {
		parts = append(parts, w.related(*f.Related, depth))
	}
	if f.Field != "" || f.Op != "" {
		parts = append(parts, w.condition(f))
	}
	return joined(parts, " and ")
}

func (w *filterWriter) group(all []Filter, op string, depth int) string {
	var parts []string
	for _, f := range all {
		if f.IsZero() {
			w.wrong("filter-unfinished", f)
			continue
		}
		parts = append(parts, w.filter(f, depth+1))
	}
	return joined(parts, op)
}

func joined(parts []string, op string) string {
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	if len(kept) < 2 {
		return strings.Join(kept, "")
	}
	return "(" + strings.Join(kept, op) + ")"
}

// related goes one step: along a lookup, or to the records that point here.
func (w *filterWriter) related(r Related, depth int) string {
	if w.steps >= 3 {
		return w.wrong("filter-deep", Filter{Field: r.Lookup})
	}
	if r.Lookup != "" {
		return w.along(r, depth)
	}
	for _, rel := range w.table.Relations {
		if rel.Name != r.Relation {
			continue
		}
		if w.prefix != "" {
			return w.wrong("filter-related-far", Filter{Field: r.Relation})
		}
		t := w.tables(rel.Table)
		if t == nil {
			return w.wrong("filter-related-unknown", Filter{Field: r.Relation})
		}
		inner := w.at(t, "x/")
		body := inner.filter(r.Where, depth+1)
		w.problems = append(w.problems, inner.problems...)
		nav := cmp.Or(rel.Nav, rel.Name)
		out := nav + "/any()"
		if body != "" {
			out = nav + "/any(x:" + body + ")"
		}
		if r.None {
			out = "not " + out
		}
		return out
	}
	return w.wrong("filter-related-unknown", Filter{Field: r.Relation})
}

func (w *filterWriter) along(r Related, depth int) string {
	f := w.table.Field(r.Lookup)
	if f == nil || !f.Type.IsLookup() || !f.Readable {
		return w.wrong("filter-field-gone", Filter{Field: r.Lookup})
	}
	target := r.Table
	if target == "" && len(f.Targets) == 1 {
		target = f.Targets[0]
	}
	t := w.tables(target)
	if t == nil {
		return w.wrong("filter-related-unknown", Filter{Field: r.Lookup})
	}
	nav := f.Nav[target]
	if nav == "" {
		nav = f.Name
	}
	inner := w.at(t, w.prefix+nav+"/")
	body := inner.filter(r.Where, depth+1)
	w.problems = append(w.problems, inner.problems...)
	set := w.prefix + property(f)
	if len(f.Targets) > 1 && t.Key != "" {
		set = inner.prefix + t.Key // the lookup may be filled, and point at another table
	}
	switch {
	case body == "" && r.None:
		return set + " eq null"
	case body == "":
		return set + " ne null"
	case holdsOfNothing(body):
		body = "(" + set + " ne null and " + body + ")"
	}
	if r.None {
		return "(" + set + " eq null or not (" + body + "))"
	}
	return body
}

// holdsOfNothing reports whether a condition may hold where there is no record at all: every field of it is empty then.
func holdsOfNothing(body string) bool {
	return strings.Contains(body, " eq null") || strings.Contains(body, "not ")
}

func (w *filterWriter) at(t *core.Table, prefix string) *filterWriter {
	inner := *w
	inner.table, inner.prefix, inner.problems, inner.inside, inner.steps = t, prefix, nil, tableTitle(*t), w.steps+1
	return &inner
}

func (w *filterWriter) condition(f Filter) string {
	field := w.table.Field(f.Field)
	if field == nil && f.Field == w.table.Key && f.Field != "" {
		field = &core.Field{Name: w.table.Key, Type: core.TypeID, Readable: true}
	}
	switch {
	case f.Field == "" || f.Op == "":
		return w.wrong("filter-unfinished", f)
	case field == nil:
		return w.wrong("filter-field-gone", f)
	case !field.Readable:
		return w.wrong("filter-field-hidden", f)
	}
	info, known := opInfos[f.Op]
	if !known || !offered(field.Type, f.Op) {
		return w.wrong("filter-operator", f)
	}
	if info.Values >= 0 && len(f.Values) != info.Values || info.Values < 0 && len(f.Values) == 0 {
		return w.wrong("filter-unfinished", f)
	}
	prop := w.prefix + property(field)
	switch f.Op {
	case IsEmpty:
		return prop + " eq null"
	case IsFilled:
		return prop + " ne null"
	case IsMe, IsNotMe, HasAny, HasAll, HasNone:
		return w.function(f, field)
	}
	fam := familyOf(field.Type)
	if fam == familyDate || fam == familyDateTime {
		inner := *w
		if field.Dates == core.TimeZoneIndependent { // compared with what the clock on the wall shows
			inner.now, inner.zone = core.Clock(w.now.In(w.zone)).AsTime(), time.UTC
		}
		text := inner.moment(f, fam, prop)
		w.problems = inner.problems
		return text
	}
	literals := make([]string, len(f.Values))
	for i, v := range f.Values {
		text, ok := literal(fam, v)
		if !ok {
			return w.wrong(badValue(fam), Filter{Field: f.Field, Op: f.Op, Values: f.Values[i:]})
		}
		literals[i] = text
	}
	return w.compare(f, prop, literals)
}

// offered reports whether an operator fits a type.
func offered(t core.FieldType, op Op) bool {
	for _, o := range Ops(t) {
		if o.Op == op {
			return true
		}
	}
	return false
}

func (w *filterWriter) compare(f Filter, prop string, v []string) string {
	switch f.Op {
	case Is:
		return prop + " eq " + v[0]
	case IsNot:
		return "(" + prop + " ne " + v[0] + " or " + prop + " eq null)"
	case IsAnyOf, IsNoneOf:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = prop + " eq " + v[i]
		}
		return w.negate(f.Op == IsNoneOf, joined(parts, " or "), prop)
	case Contains, NotContain:
		return w.negate(f.Op == NotContain, "contains("+prop+","+wild(v[0])+")", prop)
	case Begins, NotBegin:
		return w.negate(f.Op == NotBegin, "startswith("+prop+","+wild(v[0])+")", prop)
	case Ends, NotEnd:
		return w.negate(f.Op == NotEnd, "endswith("+prop+","+wild(v[0])+")", prop)
	case Greater:
		return prop + " gt " + v[0]
	case AtLeast:
		return prop + " ge " + v[0]
	case Less:
		return prop + " lt " + v[0]
	case AtMost:
		return prop + " le " + v[0]
	}
	return w.negate(f.Op == NotBetween, "("+prop+" ge "+v[0]+" and "+prop+" le "+v[1]+")", prop)
}

// negate says not, and that an empty field is not equal to anything.
func (w *filterWriter) negate(not bool, text, prop string) string {
	if !not {
		return text
	}
	return "(not (" + text + ") or " + prop + " eq null)"
}

// function writes what only a query function can say. Those take a column of the table itself.
func (w *filterWriter) function(f Filter, field *core.Field) string {
	if w.prefix != "" {
		return w.wrong("filter-operator-related", f)
	}
	const namespace = "Microsoft.Dynamics.CRM."
	name := "(PropertyName='" + field.Name + "'"
	switch f.Op {
	case IsMe:
		return namespace + "EqualUserId" + name + ")"
	case IsNotMe:
		return "(" + namespace + "NotEqualUserId" + name + ") or " + property(field) + " eq null)"
	}
	codes := make([]string, len(f.Values))
	for i, v := range f.Values {
		code, ok := literal(familyChoice, v)
		if !ok {
			return w.wrong("filter-option", Filter{Field: f.Field, Op: f.Op, Values: f.Values[i:]})
		}
		codes[i] = "'" + code + "'"
	}
	holds := func(codes ...string) string {
		return namespace + "ContainValues" + name + ",PropertyValues=[" + strings.Join(codes, ",") + "])"
	}
	switch f.Op {
	case HasAll:
		var all []string
		for _, c := range codes {
			all = append(all, holds(c))
		}
		return joined(all, " and ")
	case HasNone:
		return "(not " + holds(codes...) + " or " + property(field) + " eq null)"
	}
	return holds(codes...)
}

// property is the name of a field in the Web API.
func property(f *core.Field) string {
	if f.Type.IsLookup() {
		return "_" + f.Name + "_value"
	}
	return f.Name
}

var filterNumber = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{1,20})?$`)

// literal writes a value as the Web API reads it; false when it is none of that type.
func literal(fam family, text string) (string, bool) {
	trimmed := strings.TrimSpace(text)
	switch fam {
	case familyText:
		if text == "" || strings.ContainsRune(text, 0) {
			return "", false
		}
		return "'" + strings.ReplaceAll(text, "'", "''") + "'", true
	case familyWhole, familyChoice:
		n, err := strconv.ParseInt(trimmed, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	case familyNumber:
		return trimmed, filterNumber.MatchString(trimmed)
	case familyBoolean:
		v, ok := readYesNo(core.Text(trimmed))
		return strconv.FormatBool(v.AsBool()), ok && !v.Empty()
	case familyLookup, familyID:
		v, ok := readGUID(core.Text(trimmed))
		return v.AsText(), ok && !v.Empty()
	}
	return "", false
}

func badValue(fam family) problemCode {
	switch fam {
	case familyWhole, familyNumber:
		return "filter-number"
	case familyChoice, familyBoolean:
		return "filter-option"
	case familyLookup, familyID:
		return "filter-id"
	}
	return "filter-unfinished"
}

// wild takes the meaning from what the database would read as a wildcard.
func wild(quoted string) string {
	return strings.NewReplacer("[", "[[]", "%", "[%]", "_", "[_]").Replace(quoted)
}
