package sqlite

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"ferry/core"
)

// A cell says from which column of the plan a column is filled, how that is bound and what SQLite prefers there.
type cell struct {
	from           int // -1 for none
	kind, affinity string
	text           bool // a text stays one
}

// sum is the digest of a row as it stands there.
func (c *capture) sum(values []core.Value) string {
	c.scratch = c.scratch[:0]
	for _, v := range values {
		c.scratch = appendCell(c.scratch, v)
	}
	return shorten(c.scratch)
}

func shorten(cells []byte) string {
	s := sha256.Sum256(cells)
	return string(s[:16])
}

// appendCell writes a cell so that no two contents look the same. A whole number is the same whether it stands in a column of
// whole or of floating numbers.
func appendCell(to []byte, v core.Value) []byte {
	switch v.Kind() {
	case core.KindInt:
		return strconv.AppendInt(append(to, 'i'), v.AsInt(), 10)
	case core.KindDecimal:
		if f, err := strconv.ParseFloat(v.AsText(), 64); err == nil {
			return appendFloat(to, f)
		}
		return append(append(to, 'f'), v.AsText()...)
	case core.KindText:
		return appendText(append(to, 't'), v.AsText())
	case core.KindBytes:
		return appendText(append(to, 'b'), string(v.AsBytes()))
	}
	return append(to, 'n')
}

func appendFloat(to []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < exactFloat {
		return strconv.AppendInt(append(to, 'i'), int64(f), 10)
	}
	return strconv.AppendFloat(append(to, 'f'), f, 'g', -1, 64)
}

const exactFloat = 1 << 53

func appendLength(to []byte, n int) []byte { return binary.AppendUvarint(to, uint64(n)) }

func appendBytes(to, b []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(b))), b...)
}

func appendText(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// sent is the digest of a row that was made of these values; "" when SQLite may have made something else of them.
func (c *capture) sent(values []core.Value) string {
	c.scratch = c.scratch[:0]
	for i := range c.cells {
		at := &c.cells[i]
		if at.from < 0 {
			c.scratch = append(c.scratch, 'n')
			continue
		}
		next, ok := at.append(c.scratch, values[at.from])
		if !ok {
			return ""
		}
		c.scratch = next
	}
	return shorten(c.scratch)
}

// append writes what bind makes of a value and what SQLite stores of that; false when that is not sure.
func (at *cell) append(to []byte, v core.Value) ([]byte, bool) {
	switch v.Kind() {
	case core.KindText:
		return appendText(append(to, 't'), v.AsText()), at.text
	case core.KindAbsent, core.KindNull:
		return append(to, 'n'), true
	case core.KindBool, core.KindInt, core.KindChoice:
		n := v.AsInt()
		if at.kind == "TEXT" {
			var digits [20]byte
			return appendBytes(append(to, 't'), strconv.AppendInt(digits[:0], n, 10)), at.text
		}
		return strconv.AppendInt(append(to, 'i'), n, 10), at.affinity != "TEXT" && n < exactFloat && n > -exactFloat
	case core.KindDecimal:
		if at.kind == "TEXT" {
			return appendText(append(to, 't'), v.AsText()), at.text
		}
		f, err := strconv.ParseFloat(v.AsText(), 64)
		if err != nil || at.kind != "REAL" || at.affinity == "TEXT" {
			return to, false
		}
		return appendFloat(to, f), true
	case core.KindBytes:
		return appendText(append(to, 'b'), string(v.AsBytes())), true
	case core.KindRef:
		return appendText(append(to, 't'), v.Canonical()), at.text
	case core.KindTime:
		var when [40]byte
		return appendBytes(append(to, 't'), v.AsTime().AppendFormat(when[:0], time.RFC3339Nano)), at.text
	case core.KindDate:
		var day [20]byte
		return appendBytes(append(to, 't'), v.AsTime().AppendFormat(day[:0], time.DateOnly)), at.text
	case core.KindChoices:
		return appendText(append(to, 't'), "["+v.Canonical()+"]"), at.text
	}
	return to, false
}
