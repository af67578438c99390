package dynamics

import (
	"ferry/core/practice/world"
)

// lambda binds any and all over the rows of a collection.
func (b *binder) lambda(n *node) (test, error) {
	at, m, path := b.start(n.path)
	var hops []single
	for len(path) > 1 {
		nav, ok := m.single[path[0]]
		if !ok {
			return nil, noProperty(path[0], m.Logical)
		}
		hops = append(hops, nav)
		if m = b.store.models.table(nav.target); m == nil {
			return nil, unknown("the table behind " + nav.name)
		}
		path = path[1:]
	}
	coll, ok := m.many[path[0]]
	if !ok {
		return nil, noProperty(path[0], m.Logical)
	}
	child := b.store.models.table(coll.table)
	if child == nil {
		return nil, unknown("the table behind " + coll.name)
	}
	b.read(at, hops, nil)
	body := func(*scope) bool { return true }
	if len(n.args) > 0 {
		b.frames = append(b.frames, frame{name: n.list[0], model: child})
		t, err := b.test(n.args[0])
		b.frames = b.frames[:len(b.frames)-1]
		if err != nil {
			return nil, err
		}
		body = t
	}
	return lambdaTest(at, hops, coll, m, child, len(b.frames), n.name == "all", body), nil
}

func lambdaTest(at int, hops []single, coll collection, m, child *model, depth int, all bool, body test) test {
	return func(s *scope) bool {
		row := s.rows[at]
		for _, h := range hops {
			ref := row.Cells[h.column.Index]
			if ref.Kind != world.Ref || ref.Table != h.target {
				return all
			}
			if row = s.store.row(ref.Table, ref.S); row == nil {
				return all
			}
		}
		inner := &scope{store: s.store, rows: append(append([]*world.Row(nil), s.rows[:depth]...), nil)}
		for _, pos := range s.store.children(m, coll, row.Key) {
			r := s.store.at(child, pos)
			if r == nil {
				continue
			}
			inner.rows[depth] = r
			if body(inner) != all {
				return !all
			}
		}
		return all
	}
}
