package ui

import (
	"encoding/json"
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
)

// A filterNode is a group or a condition in the form. What is half filled stays in the form only.
type filterNode struct {
	above *filterNode
	group bool
	any   bool // of a group: one is enough
	kids  []*filterNode
	via   *mapping.Related // one table away; its Where is what the node itself says

	field   string
	op      mapping.Op
	values  []string
	saved   *mapping.Filter // as it came from the mapping; it counts until somebody touches it
	entries []*kit.Entry    // where values are typed
	kind    string          // what the entries are for
}

// filterForm is the builder: a tree of nodes beside the draft's filter.
type filterForm struct {
	p       *mappingPage
	root    *filterNode
	path    string
	applied string // the draft's filter as the form knows it
}

// sync makes the form anew when the draft's filter became another one by other hands: a step back, FetchXML, a child.
func (f *filterForm) sync() {
	where := f.p.draft().Saved().Where
	path, now := strings.Join(f.p.path, "/"), filterKey(where)
	if f.root != nil && f.path == path && f.applied == now {
		return
	}
	f.path, f.applied = path, now
	f.root = &filterNode{group: true}
	if where == nil {
		return
	}
	top := nodeOf(*where, nil)
	if top.group && top.via == nil {
		f.root = top
	} else {
		top.above = f.root
		f.root.kids = []*filterNode{top}
	}
}

func filterKey(f *mapping.Filter) string {
	if f == nil || f.IsZero() {
		return ""
	}
	text, err := json.Marshal(f)
	if err != nil {
		return "" // a filter is plain data: Marshal cannot fail on it
	}
	return string(text)
}

// nodeOf puts a saved filter into the form.
func nodeOf(f mapping.Filter, above *filterNode) *filterNode {
	pieces := []mapping.Filter{}
	if len(f.All) > 0 {
		pieces = append(pieces, mapping.Filter{All: f.All})
	}
	if len(f.Any) > 0 {
		pieces = append(pieces, mapping.Filter{Any: f.Any})
	}
	if f.Related != nil {
		pieces = append(pieces, mapping.Filter{Related: f.Related})
	}
	if f.Field != "" || f.Op != "" {
		pieces = append(pieces, mapping.Filter{Field: f.Field, Op: f.Op, Values: f.Values})
	}
	n := &filterNode{above: above}
	if len(pieces) != 1 {
		n.group = true
		for _, p := range pieces {
			n.kids = append(n.kids, nodeOf(p, n))
		}
		return n
	}
	switch {
	case len(f.All) > 0, len(f.Any) > 0:
		n.group, n.any = true, len(f.Any) > 0
		for _, p := range slices.Concat(f.All, f.Any) {
			n.kids = append(n.kids, nodeOf(p, n))
		}
	case f.Related != nil:
		step := *f.Related
		step.Where = mapping.Filter{}
		n = nodeOf(f.Related.Where, above)
		if n.via != nil || !n.group && (step.None || step.Lookup == "") { // two steps, or a question about the record itself
			inner := n
			n = &filterNode{above: above, group: true}
			if !f.Related.Where.IsZero() {
				inner.above, n.kids = n, []*filterNode{inner}
			}
		}
		n.via = &step
		if !n.group {
			own := f
			n.saved = &own
		}
	default:
		own := f
		n.field, n.op, n.values, n.saved = f.Field, f.Op, slices.Clone(f.Values), &own
	}
	return n
}

// around is the table in which a node stands; nil while it is not known.
func (f *filterForm) around(n *filterNode) *core.Table {
	if n.above == nil {
		return f.p.draft().Source()
	}
	return f.of(n.above)
}

// of is the table whose fields a node asks for; nil while it is not known.
func (f *filterForm) of(n *filterNode) *core.Table {
	t := f.around(n)
	if n.via == nil || t == nil {
		return t
	}
	name := relatedTo(*n.via, t)
	if name == "" {
		return nil
	}
	if known := f.p.tableOf(name); known != nil {
		return known
	}
	known, _ := f.p.know(name)
	return known
}

// filter is what the form says, half-filled conditions left out; open counts those.
func (f *filterForm) filter() (all mapping.Filter, open int) {
	all, open = f.say(f.root)
	return all, open
}

func (f *filterForm) say(n *filterNode) (mapping.Filter, int) {
	if !n.group {
		if why := f.lacks(n); why != nil {
			return mapping.Filter{}, 1
		}
		return n.condition(), 0
	}
	all, open := []mapping.Filter{}, 0
	for _, kid := range n.kids {
		one, half := f.say(kid)
		open += half
		if !one.IsZero() {
			all = append(all, one)
		}
	}
	out := mapping.Filter{}
	switch {
	case len(all) > 0 && n.any:
		out.Any = all
	case len(all) > 0:
		out.All = all
	}
	if n.via != nil && (len(all) > 0 || len(n.kids) == 0) {
		step := *n.via
		step.Where = out
		out = mapping.Filter{Related: &step}
	}
	return out, open
}

// condition is a node's condition as it stands.
func (n *filterNode) condition() mapping.Filter {
	if n.saved != nil {
		return *n.saved
	}
	own := mapping.Filter{Field: n.field, Op: n.op, Values: slices.Clone(n.values)}
	if n.via != nil {
		step := *n.via
		step.Where = own
		return mapping.Filter{Related: &step}
	}
	return own
}

// lacks says why a condition does not count yet; nil when it does. What came from the mapping counts as it is: what is
// wrong with it is one of the mapping's problems.
func (f *filterForm) lacks(n *filterNode) *core.Fault {
	if n.saved != nil {
		return nil
	}
	unfinished := &core.Fault{Code: "filter.unfinished"}
	info, known := n.op.Info()
	if n.field == "" || !known {
		return unfinished
	}
	given := 0
	for _, v := range n.values {
		if strings.TrimSpace(v) != "" {
			given++
		}
	}
	if info.Values > 0 && given < info.Values || info.Values < 0 && given == 0 {
		return unfinished
	}
	t := f.around(n)
	if t == nil {
		return unfinished
	}
	_, err := n.condition().OData(*t, mapping.Circumstances{Now: f.p.w.o.Now(), Tables: f.p.tableOf})
	if err != nil {
		return core.AsFault(err)
	}
	return nil
}

// touch notes that somebody changed a condition.
func (n *filterNode) touch() { n.saved = nil }

// choose takes a field; what stood there is kept where it still fits.
func (n *filterNode) choose(field *core.Field, before *core.Field) {
	n.touch()
	n.field = field.Name
	ops := mapping.Ops(field.Type)
	if !slices.ContainsFunc(ops, func(o mapping.OpInfo) bool { return o.Op == n.op }) {
		n.op, n.values = ops[0].Op, nil
	}
	if before == nil || before.Type != field.Type || len(before.Options) > 0 || field.Type.IsLookup() {
		n.values = nil
	}
	n.entries = nil
}

// ask takes an operator.
func (n *filterNode) ask(op mapping.Op) {
	n.touch()
	before, _ := n.op.Info()
	after, _ := op.Info()
	if before.Number != after.Number || after.Values == 0 {
		n.values = nil
	} else if after.Values > 0 && len(n.values) > after.Values {
		n.values = n.values[:after.Values]
	}
	n.op, n.entries = op, nil
}

// add puts a node into a group.
func (n *filterNode) add(kid *filterNode) {
	kid.above = n
	n.kids = append(n.kids, kid)
}

// drop takes a node out; a group that is empty afterwards goes too.
func (n *filterNode) drop() {
	up := n.above
	if up == nil {
		return
	}
	up.kids = slices.DeleteFunc(up.kids, func(k *filterNode) bool { return k == n })
	if len(up.kids) == 0 && up.above != nil && up.via == nil {
		up.drop()
	}
}

// wrap puts a node into a group of its own.
func (n *filterNode) wrap() {
	up := n.above
	g := &filterNode{above: up, group: true, any: !up.any, kids: []*filterNode{n}}
	up.kids[slices.Index(up.kids, n)] = g
	n.above = g
}

// unwrap puts what is in a group into the one around it.
func (n *filterNode) unwrap() {
	up := n.above
	at := slices.Index(up.kids, n)
	for _, k := range n.kids {
		k.above = up
	}
	up.kids = slices.Replace(up.kids, at, at+1, n.kids...)
}
