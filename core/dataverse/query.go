package dataverse

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"ferry/core"
	"ferry/core/dataverse/scan"
)

const (
	// maxAddress is how long an address may be. Dataverse takes twice as much, but not what stands in front of it.
	maxAddress = 16000
	// keysAtOnce is how many records are asked for by key in one request.
	keysAtOnce = 50
)

// A question is a query in the Web API's words.
type question struct {
	table   core.Table
	query   core.Query
	plan    *scan.Plan
	selects string // "" leaves $select out
	filter  string // without the keys
	prefer  http.Header
	top     int
}

// ask turns a query into a question, or says what of it does not exist.
func (s *Source) ask(t core.Table, q core.Query) (*question, error) {
	a := &question{table: t, query: q}
	selected := []string{t.Key}
	known := map[string]bool{t.Key: true}
	fields := make([]scan.Field, 0, len(q.Fields))
	for _, name := range q.Fields {
		f := t.Field(name)
		switch {
		case f != nil && f.Secured && !f.Readable:
			return nil, hiddenField(t.Name.Logical, name)
		case f == nil || !f.Readable:
			return nil, noSuchField(t.Name.Logical, name)
		}
		p := property(f)
		if !known[p] {
			known[p] = true
			selected = append(selected, p)
		}
		out := scan.Field{Name: p, Type: scanType(f.Type)}
		if f.Dates == core.TimeZoneIndependent && out.Type == scan.Time {
			out.Type = scan.Clock
		}
		if len(f.Targets) == 1 {
			out.Table = f.Targets[0]
		}
		fields = append(fields, out)
	}
	a.plan = scan.NewPlan(t.Key, fields, false)
	a.selects = strings.Join(selected, ",")
	part, err := rangeFilter(&t, q.Range)
	if err != nil {
		return nil, err
	}
	a.filter = both(q.Filter, part)
	prefer := []string{`odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"`}
	if q.Limit > 0 && q.Limit <= s.c.PageSize && q.Keys == nil {
		a.top = q.Limit // with a page size it would be ignored
	} else {
		prefer = append([]string{"odata.maxpagesize=" + strconv.Itoa(s.c.PageSize)}, prefer...)
	}
	a.prefer = http.Header{"Prefer": {strings.Join(prefer, ",")}}
	return a, nil
}

// address is where the records are asked for; those of some keys when there are any.
func (a *question) address(root string, keys []string) string {
	filter := a.filter
	if keys != nil {
		filter = both(filter, anyKey(a.table.Key, keys))
	}
	var options []string
	if a.selects != "" {
		options = append(options, "$select="+escape(a.selects))
	}
	if filter != "" {
		options = append(options, "$filter="+escape(filter))
	}
	if a.top > 0 {
		options = append(options, "$top="+strconv.Itoa(a.top))
	}
	out := root + a.table.Set
	if len(options) > 0 {
		out += "?" + strings.Join(options, "&")
	}
	if len(out) > maxAddress && a.selects != "" {
		short := *a
		short.selects = ""
		return short.address(root, keys)
	}
	return out
}

// property is the name of a field in the Web API.
func property(f *core.Field) string {
	if f.Type.IsLookup() {
		return "_" + f.Name + "_value"
	}
	return f.Name
}

func scanType(t core.FieldType) scan.Type {
	switch t {
	case core.TypeInteger, core.TypeBigInt:
		return scan.Integer
	case core.TypeDecimal, core.TypeDouble, core.TypeMoney:
		return scan.Number
	case core.TypeBoolean:
		return scan.Boolean
	case core.TypeChoice, core.TypeState, core.TypeStatus:
		return scan.Choice
	case core.TypeChoices:
		return scan.Choices
	case core.TypeDateTime:
		return scan.Time
	case core.TypeDate:
		return scan.Date
	case core.TypeLookup, core.TypeOwner, core.TypeCustomer:
		return scan.Ref
	case core.TypeID, core.TypeFile:
		return scan.ID
	case core.TypeImage:
		return scan.Bytes
	}
	return scan.Text
}

// both is one filter of two; either may be empty.
func both(a, b string) string {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return "(" + a + ") and (" + b + ")"
}

func anyKey(key string, keys []string) string {
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteString(" or ")
		}
		b.WriteString(key + " eq " + k)
	}
	return b.String()
}

// rangeEnd is what an end of a range may look like: an instant, a day, a number, a GUID.
var rangeEnd = regexp.MustCompile(`^[0-9A-Za-z:.+-]{1,64}$`)

// rangeFilter is the filter of a range. The range that is open at its start holds the rows without a value too.
func rangeFilter(t *core.Table, r core.Range) (string, error) {
	if r.Field == "" || r.From == "" && r.To == "" {
		return "", nil
	}
	f := t.Field(r.Field)
	if f == nil || !f.Readable {
		return "", noSuchField(t.Name.Logical, r.Field)
	}
	for _, end := range []string{r.From, r.To} {
		if end != "" && !rangeEnd.MatchString(end) {
			return "", badRange(t.Name.Logical)
		}
	}
	p := property(f)
	switch {
	case r.From == "":
		return p + " lt " + r.To + " or " + p + " eq null", nil
	case r.To == "":
		return p + " ge " + r.From, nil
	}
	return p + " ge " + r.From + " and " + p + " lt " + r.To, nil
}

// escape makes a text fit into a query. A space becomes %20, because a plus is not a space everywhere.
func escape(text string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~,()':/@$*", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
