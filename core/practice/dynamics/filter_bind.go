package dynamics

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"ferry/core/practice/world"
)

// A test says whether the rows of a scope meet a filter.
type test func(s *scope) bool

// A scope holds the row that is tested, and behind it the rows of the lambdas that are open.
type scope struct {
	store *store
	rows  []*world.Row
}

// A frame is a name under which a row can be meant: "" is the row that is asked for.
type frame struct {
	name  string
	model *model
}

// A binder turns a parsed filter into a test against the tables of one environment.
type binder struct {
	store  *store
	caller *caller
	now    time.Time
	frames []frame
	reads  []int // the columns of the first frame's row that are read
}

// operand is one side of a comparison, once its names are known.
type operand struct {
	class   string // Edm type; "" of null
	value   func(s *scope) world.Cell
	literal *world.Cell
	null    bool
}

// filter parses and binds a $filter for the rows of m. It also tells which columns the test reads.
func (st *store) filter(text string, aliases map[string]string, m *model, c *caller) (test, []int, error) {
	n, err := parseFilter(text, aliases)
	if err != nil {
		return nil, nil, err
	}
	b := &binder{store: st, caller: c, now: st.now().UTC(), frames: []frame{{model: m}}, reads: []int{}}
	t, err := b.test(n)
	return t, b.reads, err
}

// read notes that a column of the first frame's row is read.
func (b *binder) read(at int, hops []single, c *world.Column) {
	switch {
	case at != 0:
	case len(hops) > 0:
		b.reads = append(b.reads, hops[0].column.Index)
	case c != nil:
		b.reads = append(b.reads, c.Index)
	}
}

func (b *binder) test(n *node) (test, error) {
	switch n.kind {
	case nodeLogic:
		return b.logic(n)
	case nodeCompare:
		return b.compare(n)
	case nodeText:
		return b.text(n)
	case nodeQuery:
		return b.query(n)
	case nodeLambda:
		return b.lambda(n)
	}
	o, err := b.operand(n)
	if err != nil {
		return nil, err
	}
	if o.class != "Edm.Boolean" {
		return nil, badURI("The $filter expression must evaluate to a single boolean value.")
	}
	return func(s *scope) bool { c := o.value(s); return c.Kind == world.Bool && c.N != 0 }, nil
}

func (b *binder) logic(n *node) (test, error) {
	tests := make([]test, len(n.args))
	for i, a := range n.args {
		t, err := b.test(a)
		if err != nil {
			return nil, err
		}
		tests[i] = t
	}
	switch n.name {
	case "not":
		return func(s *scope) bool { return !tests[0](s) }, nil
	case "and":
		return func(s *scope) bool {
			for _, t := range tests {
				if !t(s) {
					return false
				}
			}
			return true
		}, nil
	}
	return func(s *scope) bool {
		for _, t := range tests {
			if t(s) {
				return true
			}
		}
		return false
	}, nil
}

func (b *binder) operand(n *node) (operand, error) {
	switch n.kind {
	case nodeProperty:
		return b.property(n.path)
	case nodeLiteral:
		return literal(n.value)
	}
	return operand{}, badURI("The query node is not supported.")
}

// property finds what a path means: a lambda's variable or none, lookups one after the other, a property.
func (b *binder) property(path []string) (operand, error) {
	at, m, path := b.start(path)
	var hops []single
	for len(path) > 1 {
		nav, ok := m.single[path[0]]
		if !ok {
			return operand{}, noProperty(path[0], m.Logical)
		}
		target := b.store.models.table(nav.target)
		if abstract(nav.target) {
			if len(path) != 2 || path[1] != "ownerid" {
				return operand{}, noProperty(path[1], "principal")
			}
			return operand{class: "Edm.Guid", value: b.reader(at, hops, m, nav.column)}, nil
		}
		if target == nil {
			return operand{}, unknown("the table behind " + nav.name)
		}
		hops = append(hops, nav)
		m, path = target, path[1:]
	}
	c := m.columns[path[0]]
	if c == nil {
		return operand{}, noProperty(path[0], m.Logical)
	}
	return operand{class: edm(c), value: b.reader(at, hops, m, c)}, nil
}

// start tells which frame a path begins in.
func (b *binder) start(path []string) (at int, m *model, rest []string) {
	for i := len(b.frames) - 1; i > 0; i-- {
		if b.frames[i].name == path[0] && len(path) > 1 {
			return i, b.frames[i].model, path[1:]
		}
	}
	return 0, b.frames[0].model, path
}

// reader reads a column behind any number of lookups.
func (b *binder) reader(at int, hops []single, m *model, c *world.Column) func(*scope) world.Cell {
	denied := c.Secured && !b.caller.readsSecured(m.Logical, c)
	if denied {
		return func(*scope) world.Cell { return world.Cell{} }
	}
	b.read(at, hops, c)
	isKey := c == m.key
	return func(s *scope) world.Cell {
		row := s.rows[at]
		for _, h := range hops {
			ref := row.Cells[h.column.Index]
			if ref.Kind != world.Ref || ref.Table != h.target {
				return world.Cell{}
			}
			if row = s.store.row(ref.Table, ref.S); row == nil {
				return world.Cell{}
			}
		}
		if isKey {
			return world.TextCell(row.Key)
		}
		return row.Cells[c.Index]
	}
}

// literal reads a value as it is written in an address.
func literal(t token) (operand, error) {
	var c world.Cell
	class := ""
	switch t.kind {
	case tokName:
		if t.text == "null" {
			return operand{null: true, value: func(*scope) world.Cell { return world.Cell{} }}, nil
		}
		class, c = "Edm.Boolean", world.BoolCell(t.text == "true")
	case tokString:
		class, c = "Edm.String", world.TextCell(t.text)
	case tokGUID:
		class, c = "Edm.Guid", world.TextCell(strings.ToLower(t.text))
	case tokNumber:
		if t.text == "INF" || t.text == "-INF" {
			return operand{}, badURI(fmt.Sprintf("Unrecognized '%s' literal.", t.text))
		}
		class, c = "Edm.Decimal", world.DecimalCell(t.text)
	case tokDate:
		d, err := time.Parse("2006-01-02", t.text)
		if err != nil {
			return operand{}, badURI(fmt.Sprintf("Unrecognized 'Edm.Date' literal '%s'.", t.text))
		}
		class, c = "Edm.Date", world.Cell{Kind: world.Date, N: d.Unix()}
	case tokInstant:
		d, err := parseInstant(t.text)
		if err != nil {
			return operand{}, badURI(fmt.Sprintf("Unrecognized 'Edm.DateTimeOffset' literal '%s'.", t.text))
		}
		class, c = "Edm.DateTimeOffset", world.TimeCell(d)
	default:
		return operand{}, badURI(fmt.Sprintf("The literal '%s' is not supported here.", t.text))
	}
	return operand{class: class, literal: &c, value: func(*scope) world.Cell { return c }}, nil
}

func parseInstant(s string) (time.Time, error) {
	s = strings.ToUpper(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"} {
		if d, err := time.Parse(layout, s); err == nil {
			return d, nil
		}
	}
	return time.Time{}, fmt.Errorf("no instant")
}

// family groups the types that can be compared with each other.
func family(class string) string {
	switch class {
	case "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double":
		return "number"
	}
	return class
}

var operatorNames = map[string]string{
	"eq": "Equal", "ne": "NotEqual", "gt": "GreaterThan", "ge": "GreaterThanOrEqual", "lt": "LessThan", "le": "LessThanOrEqual",
}

var wholeGUID = regexp.MustCompile(guidShape.String() + `$`)

// compare binds eq, ne, gt, ge, lt and le.
func (b *binder) compare(n *node) (test, error) {
	left, err := b.operand(n.args[0])
	if err != nil {
		return nil, err
	}
	right, err := b.operand(n.args[1])
	if err != nil {
		return nil, err
	}
	if left.null && !right.null {
		left, right, n.name = right, left, mirrored(n.name)
	}
	if right.null {
		return againstNull(n.name, left)
	}
	if err := agree(n.name, &left, &right); err != nil {
		return nil, err
	}
	keep := keeps(n.name)
	ne := n.name == "ne"
	x, y := left.value, right.value
	return func(s *scope) bool {
		p, q := x(s), y(s)
		if p.Kind == world.Null || q.Kind == world.Null {
			return ne && p.Kind != q.Kind // a row without a value is unequal to every value
		}
		return keep(compareCells(&p, &q))
	}, nil
}

func againstNull(op string, o operand) (test, error) {
	v := o.value
	switch op {
	case "eq":
		return func(s *scope) bool { return v(s).Kind == world.Null }, nil
	case "ne":
		return func(s *scope) bool { return v(s).Kind != world.Null }, nil
	}
	return func(*scope) bool { return false }, nil
}

func mirrored(op string) string {
	switch op {
	case "gt":
		return "lt"
	case "ge":
		return "le"
	case "lt":
		return "gt"
	case "le":
		return "ge"
	}
	return op
}

func keeps(op string) func(int) bool {
	switch op {
	case "eq":
		return func(d int) bool { return d == 0 }
	case "ne":
		return func(d int) bool { return d != 0 }
	case "gt":
		return func(d int) bool { return d > 0 }
	case "ge":
		return func(d int) bool { return d >= 0 }
	case "lt":
		return func(d int) bool { return d < 0 }
	}
	return func(d int) bool { return d <= 0 }
}

// agree makes the two sides comparable or refuses.
func agree(op string, a, b *operand) error {
	for range 2 {
		switch {
		case a.class == "Edm.Guid" && b.class == "Edm.String" && b.literal != nil && wholeGUID.MatchString(b.literal.S):
			*b = *constant("Edm.Guid", world.TextCell(strings.ToLower(b.literal.S)))
		case a.class == "Edm.DateTimeOffset" && b.class == "Edm.Date" && b.literal != nil:
			*b = *constant("Edm.DateTimeOffset", world.Cell{Kind: world.Time, N: b.literal.N})
		}
		a, b = b, a
	}
	if family(a.class) != family(b.class) || a.class == "Edm.Binary" {
		return badURI(fmt.Sprintf("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.", a.class, b.class, operatorNames[op]))
	}
	return nil
}

func constant(class string, c world.Cell) *operand {
	return &operand{class: class, literal: &c, value: func(*scope) world.Cell { return c }}
}
