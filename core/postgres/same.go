package postgres

import (
	"math/big"
	"strings"

	"ferry/core"
)

// Same implements core.Comparer: numbers are equal whatever their zeros, and moments to the microsecond.
func (d *Destination) Same(t core.ColumnType, there, next core.Value) bool {
	if there.Empty() || next.Empty() {
		return there.Empty() && next.Empty()
	}
	a, f := appendValue(nil, t, there)
	b, g := appendValue(nil, t, next)
	if f != nil || g != nil {
		return false
	}
	x, y := string(a), string(b)
	if x == y {
		return true
	}
	switch t {
	case core.ColumnInteger, core.ColumnDecimal, core.ColumnDouble, core.ColumnBoolean:
		if strings.ContainsAny(x+y, "eE/xX_") && t == core.ColumnDecimal {
			return false
		}
		p, ok := new(big.Rat).SetString(x)
		q, also := new(big.Rat).SetString(y)
		if !ok || !also {
			return false
		}
		if t == core.ColumnDouble {
			m, _ := p.Float64()
			n, _ := q.Float64()
			return m == n
		}
		return p.Cmp(q) == 0
	}
	return false
}
