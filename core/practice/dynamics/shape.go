package dynamics

import (
	"strconv"
	"strings"

	"ferry/core/practice/world"
)

// A shape says how a row is written: which columns, with which annotations, with which expanded rows.
type shape struct {
	model    *model
	columns  []shaped
	expands  []*expansion
	selected string // for the context: "(name,revenue)" or ""
	etag     bool
	names    *nameCache // of the rows that lookups point at; nil when no formatted values are asked for
}

// shaped is one column, with the texts around its value ready to be copied.
type shaped struct {
	column     *world.Column
	key        bool   // its value is the row's key
	denied     bool   // column security: it reads as empty
	head       []byte // ,"name":
	formatted  []byte // ,"name@OData.Community.Display.V1.FormattedValue":
	logical    []byte // ,"name@Microsoft.Dynamics.CRM.lookuplogicalname":
	navigation []byte // ,"name@Microsoft.Dynamics.CRM.associatednavigationproperty":
	navs       map[string]string
	labels     map[int64]string
}

// The annotations on values.
const (
	annFormatted  = "OData.Community.Display.V1.FormattedValue"
	annLogical    = "Microsoft.Dynamics.CRM.lookuplogicalname"
	annNavigation = "Microsoft.Dynamics.CRM.associatednavigationproperty"
)

// shape works out what a query selects. The primary key always comes along, and the currency with money.
func (st *store) shape(m *model, selects []string, has bool, p prefer, c *caller) (*shape, error) {
	s := &shape{model: m, etag: true}
	var columns []*world.Column
	if !has || len(selects) == 1 && selects[0] == "*" {
		columns = m.properties
	} else {
		seen := map[string]bool{}
		add := func(col *world.Column) {
			if col != nil && !seen[col.Property] {
				seen[col.Property] = true
				columns = append(columns, col)
			}
		}
		for _, name := range selects {
			col := m.columns[name]
			if col == nil {
				if nav, ok := m.single[name]; ok && m.columns[nav.column.Property] != nil {
					add(nav.column) // selecting a lookup by its navigation name gives its value
					continue
				}
				return nil, noProperty(name, m.Logical)
			}
			add(col)
		}
		s.selected = "(" + strings.Join(selects, ",") + ")"
		for _, col := range columns {
			if col.Type == "MoneyType" {
				add(m.currency)
			}
		}
		add(m.key)
	}
	if p.wants(annFormatted) {
		s.names = &nameCache{store: st, names: map[string]string{}}
	}
	s.columns = make([]shaped, len(columns))
	for i, col := range columns {
		s.columns[i] = dress(m, col, p, c)
	}
	return s, nil
}

func dress(m *model, col *world.Column, p prefer, c *caller) shaped {
	o := shaped{column: col, key: col == m.key, denied: col.Secured && !c.readsSecured(m.Logical, col)}
	text := func(suffix string) []byte { return []byte(`,"` + col.Property + suffix + `":`) }
	o.head = text("")
	if p.wants(annFormatted) && formattable(col) {
		o.formatted = text("@" + annFormatted)
		if len(col.Options) > 0 {
			o.labels = map[int64]string{}
			for _, opt := range col.Options {
				o.labels[int64(opt.Value)] = opt.Label
			}
		}
	}
	if !lookup(col) {
		return o
	}
	if p.wants(annLogical) {
		o.logical = text("@" + annLogical)
	}
	if p.wants(annNavigation) && (col.ValidForCreate || col.ValidForUpdate) {
		o.navigation = text("@" + annNavigation)
		o.navs = map[string]string{}
		for _, t := range col.Targets {
			o.navs[t] = m.navigation(col, t)
		}
		if col.Type == "OwnerType" {
			o.navs["systemuser"], o.navs["team"] = m.navigation(col, "owner"), m.navigation(col, "owner")
		}
	}
	return o
}

func formattable(c *world.Column) bool {
	switch c.Type {
	case "StringType", "MemoType", "UniqueidentifierType", "ImageType", "FileType":
		return false
	}
	return true
}

// appendRow writes one row as a JSON object.
func (s *shape) appendRow(b []byte, r *world.Row) []byte {
	b = append(b, '{')
	start := len(b)
	if s.etag {
		b = append(b, `,"@odata.etag":"W/\"`...)
		b = strconv.AppendInt(b, r.Version, 10)
		b = append(b, `\""`...)
	}
	b = s.appendMembers(b, r)
	if len(b) > start {
		b = append(b[:start], b[start+1:]...) // the first comma
	}
	return append(b, '}')
}

// appendMembers writes the columns, each with a comma before it.
func (s *shape) appendMembers(b []byte, r *world.Row) []byte {
	for i := range s.columns {
		c := &s.columns[i]
		if c.key {
			b = append(b, c.head...)
			b = append(append(append(b, '"'), r.Key...), '"')
			continue
		}
		cell := &r.Cells[c.column.Index]
		if cell.Kind == world.Null || c.denied {
			b = append(b, c.head...)
			b = append(b, "null"...)
			continue
		}
		if c.formatted != nil || c.logical != nil || c.navigation != nil {
			b = s.annotate(b, c, cell)
		}
		b = append(b, c.head...)
		b = appendCell(b, cell)
	}
	for _, e := range s.expands {
		b = e.append(b, r)
	}
	return b
}

// annotate writes the annotations of a value, which stand before it.
func (s *shape) annotate(b []byte, c *shaped, cell *world.Cell) []byte {
	if c.formatted != nil {
		if text, ok := s.format(c, cell); ok {
			b = append(b, c.formatted...)
			b = appendText(b, text)
		}
	}
	if c.navigation != nil {
		if nav := c.navs[cell.Table]; nav != "" {
			b = append(b, c.navigation...)
			b = appendText(b, nav)
		}
	}
	if c.logical != nil && cell.Table != "" {
		b = append(b, c.logical...)
		b = appendText(b, cell.Table)
	}
	return b
}

// format is the text that a person of the practice organisation sees: English, dollars, UTC.
func (s *shape) format(c *shaped, cell *world.Cell) (string, bool) {
	switch cell.Kind {
	case world.Ref:
		name := s.names.of(cell.Table, cell.S)
		return name, name != ""
	case world.Choice, world.Bool:
		label, ok := c.labels[cell.N]
		return label, ok && label != ""
	case world.Choices:
		return s.formatChoices(c, cell.S)
	case world.Time:
		if c.column.Format == "DateOnly" {
			return cell.Time().Format("1/2/2006"), true
		}
		return cell.Time().Format("1/2/2006 3:04 PM"), true
	case world.Date:
		return cell.Time().Format("1/2/2006"), true
	case world.Int:
		if label, ok := c.labels[cell.N]; ok {
			return label, label != ""
		}
		return string(grouped(nil, strconv.FormatInt(cell.N, 10))), true
	case world.Decimal, world.Double:
		if c.column.Type == "MoneyType" {
			return money(cell.S), true
		}
		return string(grouped(nil, cell.S)), true
	case world.Text:
		return "", false
	}
	return "", false
}

func (s *shape) formatChoices(c *shaped, codes string) (string, bool) {
	var labels []string
	for _, code := range strings.Split(codes, ",") {
		n, err := strconv.ParseInt(code, 10, 64)
		if err != nil {
			continue
		}
		if l := c.labels[n]; l != "" {
			labels = append(labels, l)
		}
	}
	return strings.Join(labels, "; "), len(labels) > 0
}

func money(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	whole, frac, _ := strings.Cut(digits, ".")
	frac = (frac + "00")[:2]
	return sign + "$" + string(grouped(nil, whole+"."+frac))
}

// nameCache remembers the names of rows that lookups point at, for one answer.
type nameCache struct {
	store *store
	names map[string]string
}

const namesKept = 50000

func (n *nameCache) of(table, key string) string {
	if name, ok := n.names[key]; ok {
		return name
	}
	name := n.store.nameOf(table, key)
	if len(n.names) < namesKept {
		n.names[key] = name
	}
	return name
}
