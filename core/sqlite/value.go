package sqlite

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"ferry/core"
)

// maxText is the most bytes SQLite takes in one value.
const maxText = 1_000_000_000

// A binder gives values to a statement. It owns scratch memory, so that no cell allocates.
type binder struct{ scratch []byte }

// bind gives v to the n-th parameter of s, as a column of type t holds it. Null and Absent are NULL.
func (b *binder) bind(s *sqlite.Stmt, n int, t core.ColumnType, v core.Value) {
	switch v.Kind() {
	case core.KindAbsent, core.KindNull:
		s.BindNull(n)
	case core.KindText:
		s.BindText(n, v.AsText())
	case core.KindBool, core.KindInt, core.KindChoice:
		if sqlType(t) == "TEXT" {
			b.text(s, n, strconv.AppendInt(b.scratch[:0], v.AsInt(), 10))
		} else {
			s.BindInt64(n, v.AsInt())
		}
	case core.KindDecimal:
		b.number(s, n, t, v.AsText())
	case core.KindTime:
		b.text(s, n, v.AsTime().AppendFormat(b.scratch[:0], time.RFC3339Nano))
	case core.KindDate:
		b.text(s, n, v.AsTime().AppendFormat(b.scratch[:0], time.DateOnly))
	case core.KindChoices:
		b.scratch = append(b.scratch[:0], '[')
		b.scratch = append(b.scratch, v.Canonical()...)
		b.text(s, n, append(b.scratch, ']'))
	case core.KindBytes:
		s.BindBytes(n, v.AsBytes())
	default:
		s.BindText(n, v.Canonical())
	}
}

// number binds digits: as text where every digit counts, as the nearest float64 or as an integer where the column is
// of that type and the digits are such a number.
func (b *binder) number(s *sqlite.Stmt, n int, t core.ColumnType, digits string) {
	switch sqlType(t) {
	case "REAL":
		if f, err := strconv.ParseFloat(digits, 64); err == nil {
			s.BindFloat(n, f)
			return
		}
	case "INTEGER":
		if i, err := strconv.ParseInt(digits, 10, 64); err == nil {
			s.BindInt64(n, i)
			return
		}
	}
	s.BindText(n, digits)
}

func (b *binder) text(s *sqlite.Stmt, n int, text []byte) {
	b.scratch = text
	s.BindText(n, string(text))
}

// read gives the value of a result column, as a column of type t holds it.
func read(s *sqlite.Stmt, at int, t core.ColumnType) core.Value {
	switch s.ColumnType(at) {
	case sqlite.TypeNull:
		return core.Null()
	case sqlite.TypeInteger:
		if t == core.ColumnBoolean {
			return core.Bool(s.ColumnInt64(at) != 0)
		}
		return core.Int(s.ColumnInt64(at))
	case sqlite.TypeFloat:
		return core.Decimal(strconv.FormatFloat(s.ColumnFloat(at), 'g', -1, 64))
	case sqlite.TypeBlob:
		raw := make([]byte, s.ColumnLen(at))
		s.ColumnBytes(at, raw)
		return core.Bytes(raw)
	}
	text := s.ColumnText(at)
	switch t {
	case core.ColumnDecimal, core.ColumnDouble:
		return core.Decimal(text)
	case core.ColumnDateTime:
		if when, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return core.Time(when)
		}
	case core.ColumnDate:
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return core.Date(day.Date())
		}
	case core.ColumnJSON:
		var codes []int64
		if strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &codes) == nil {
			if v := core.Choices(codes...); "["+v.Canonical()+"]" == text { // [null] is a list of labels
				return v
			}
		}
	}
	return core.Text(text)
}
