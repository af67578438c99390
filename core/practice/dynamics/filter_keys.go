package dynamics

import (
	"slices"
	"strings"
)

// among are the positions of the only rows that a filter can hold, where it names their keys; nil when it names none. They are
// found by their key instead of being looked for among all.
func (st *store) among(text string, aliases map[string]string, m *model) []int {
	n, err := parseFilter(text, aliases)
	if err != nil {
		return nil
	}
	keys, ok := keysIn(n, m.key.Property)
	if !ok {
		return nil
	}
	at := make([]int, 0, len(keys))
	for _, key := range keys {
		if i, ok := st.world.Find(m.Table, key); ok {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// keysIn are the keys outside of which a filter holds no row.
func keysIn(n *node, key string) (keys []string, ok bool) {
	switch {
	case n.kind == nodeCompare && n.name == "eq":
		left, right := n.args[0], n.args[1]
		ok = left.kind == nodeProperty && slices.Equal(left.path, []string{key}) && right.kind == nodeLiteral && right.value.kind == tokGUID
		if ok {
			keys = []string{strings.ToLower(right.value.text)}
		}
		return keys, ok
	case n.kind == nodeLogic && n.name == "and":
		for _, a := range n.args {
			if keys, ok := keysIn(a, key); ok {
				return keys, true
			}
		}
	case n.kind == nodeLogic && n.name == "or":
		for _, a := range n.args {
			some, ok := keysIn(a, key)
			if !ok {
				return nil, false
			}
			keys = append(keys, some...)
		}
		return keys, true
	}
	return nil, false
}
