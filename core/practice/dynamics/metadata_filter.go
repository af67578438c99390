package dynamics

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
)

// stableID is a GUID that a name always has.
func stableID(name string) string {
	h := sha256.Sum256([]byte(name))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// metaKeep reports whether an object passes a $filter on metadata.
//
// Web API: only members that are primitive, an enumeration or the /Value of a managed property can be filtered on;
// functions cannot be used.
func metaKeep(o *object, filter string, aliases map[string]string) (bool, error) {
	if filter == "" {
		return true, nil
	}
	n, err := parseFilter(filter, aliases)
	if err != nil {
		return false, err
	}
	return metaTest(o, n)
}

func metaTest(o *object, n *node) (bool, error) {
	switch n.kind {
	case nodeLogic:
		for _, a := range n.args {
			ok, err := metaTest(o, a)
			if err != nil {
				return false, err
			}
			switch {
			case n.name == "not":
				return !ok, nil
			case n.name == "and" && !ok:
				return false, nil
			case n.name == "or" && ok:
				return true, nil
			}
		}
		return n.name == "and", nil
	case nodeCompare:
		return metaCompare(o, n)
	case nodeProperty:
		v, err := metaValue(o, n)
		b, ok := v.(bool)
		if err == nil && !ok {
			err = badURI("The $filter expression must evaluate to a single boolean value.")
		}
		return b, err
	}
	return false, badURI("Only property comparisons are supported in $filter on metadata entities.")
}

func metaValue(o *object, n *node) (any, error) {
	v, ok := o.get(n.path[0])
	if !ok {
		return nil, badURI("Could not find a property named '" + n.path[0] + "' on type 'Microsoft.Dynamics.CRM." + metaBase(o.kind) + "'.")
	}
	if inner, is := v.(object); is {
		if len(n.path) != 2 {
			return nil, badURI("The property '" + n.path[0] + "' cannot be used in $filter.")
		}
		if v, ok = inner.get(n.path[1]); !ok {
			return nil, badURI("Could not find a property named '" + n.path[1] + "'.")
		}
	} else if len(n.path) != 1 {
		return nil, badURI("Could not find a property named '" + strings.Join(n.path, "/") + "'.")
	}
	switch v.(type) {
	case object, []object, []string:
		return nil, badURI("The property '" + n.path[0] + "' cannot be used in $filter.")
	}
	return v, nil
}

func metaCompare(o *object, n *node) (bool, error) {
	left, right := n.args[0], n.args[1]
	if left.kind != nodeProperty || right.kind != nodeLiteral || n.name != "eq" && n.name != "ne" && right.value.kind != tokNumber {
		return false, badURI("Only property comparisons are supported in $filter on metadata entities.")
	}
	v, err := metaValue(o, left)
	if err != nil {
		return false, err
	}
	if i, ok := v.(int); ok && right.value.kind == tokNumber {
		want, err := strconv.Atoi(right.value.text)
		if err != nil {
			return false, badURI("Unrecognized literal '" + right.value.text + "'.")
		}
		return keeps(n.name)(i - want), nil
	}
	same, err := metaEqual(v, right.value)
	return same == (n.name == "eq"), err
}

func metaEqual(v any, t token) (bool, error) {
	if t.kind == tokName && t.text == "null" {
		return v == nil, nil
	}
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		if t.kind == tokName {
			return v == (t.text == "true"), nil
		}
	case string:
		if t.kind == tokString || t.kind == tokGUID {
			return strings.EqualFold(v, t.text), nil
		}
	case enum:
		kind, name, ok := strings.Cut(strings.TrimPrefix(t.text, queryNamespace), "'")
		if t.kind == tokEnum && ok && kind == v.of {
			return v.name == name, nil
		}
		if t.kind == tokString {
			return v.name == t.text, nil
		}
	}
	return false, badURI("A binary operator with incompatible types was detected.")
}
