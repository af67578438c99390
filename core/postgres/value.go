package postgres

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ferry/core"
)

// maxValue and maxRow are the most bytes of a value and of a row that Ferry sends. PostgreSQL's own limit is 1 GB for
// a row while it is on its way.
const (
	maxValue = 250_000_000
	maxRow   = 800_000_000
)

// micro is a time of day as PostgreSQL keeps it.
const micro = "2006-01-02T15:04:05.999999Z07:00"

// appendValue appends v as PostgreSQL reads it in a column of type t. Null and Absent must not come here. The Fault says
// why a value cannot be held; it does not know which.
func appendValue(b []byte, t core.ColumnType, v core.Value) ([]byte, *core.Fault) {
	switch v.Kind() {
	case core.KindTime, core.KindDate:
		when := v.AsTime()
		if y := when.Year(); y < 1 || y > 9999 {
			return b, dateOutOfRange()
		}
		switch {
		case v.Kind() == core.KindDate:
			return when.AppendFormat(b, time.DateOnly), nil
		case t == core.ColumnDateTime:
			return when.AppendFormat(b, micro), nil
		}
		return when.AppendFormat(b, time.RFC3339Nano), nil
	case core.KindBool, core.KindInt, core.KindChoice:
		return strconv.AppendInt(b, v.AsInt(), 10), nil
	case core.KindChoices:
		b = append(b, '[')
		b = append(b, v.Canonical()...)
		return append(b, ']'), nil
	case core.KindBytes:
		if v.Size() > maxValue/2 {
			return b, tooBig()
		}
		if t == core.ColumnBytes {
			return hex.AppendEncode(append(b, `\x`...), v.AsBytes()), nil
		}
	}
	words := v.Canonical()
	switch {
	case len(words) > maxValue:
		return b, tooBig()
	case strings.IndexByte(words, 0) >= 0:
		return b, noZeroByte()
	case !utf8.ValidString(words):
		return b, notText()
	}
	return append(b, words...), nil
}

// read gives the value of a column of type t from its text.
func read(raw []byte, t core.ColumnType) core.Value {
	if raw == nil {
		return core.Null()
	}
	words := string(raw)
	switch t {
	case core.ColumnBoolean:
		return core.Bool(words == "t" || words == "true")
	case core.ColumnInteger:
		if n, err := strconv.ParseInt(words, 10, 64); err == nil {
			return core.Int(n)
		}
	case core.ColumnDecimal, core.ColumnDouble:
		return core.Decimal(words)
	case core.ColumnDateTime:
		if when, err := time.Parse("2006-01-02 15:04:05.999999-07", words); err == nil {
			return core.Time(when)
		}
	case core.ColumnDate:
		if day, err := time.Parse(time.DateOnly, words); err == nil {
			return core.Date(day.Date())
		}
	case core.ColumnBytes:
		if b, err := hex.DecodeString(strings.TrimPrefix(words, `\x`)); err == nil {
			return core.Bytes(b)
		}
	case core.ColumnJSON:
		// A list of labels may have a null for an option without one; that is no code.
		var codes []int64
		if strings.HasPrefix(words, "[") && !strings.Contains(words, "null") && json.Unmarshal(raw, &codes) == nil {
			return core.Choices(codes...)
		}
	}
	return core.Text(words)
}

// A line is a row as COPY reads it, and which of its columns are absent.
type line struct {
	row  int // its place in the batch
	key  string
	gone bool
	part bool // some columns are absent
	text []byte
	from int // where the key begins in text, behind what only the stage needs
}

// encode makes the line of a row. The Fault says why the row cannot be held, and of which column.
func encode(p core.Plan, row int, r *core.Record) (line, *core.Fault) {
	l := line{row: row, key: r.Key, gone: r.Gone}
	refuse := func(f *core.Fault, field string) (line, *core.Fault) {
		f.Subject = core.Subject{Table: p.Table, Key: r.Key, Field: field}
		return l, f
	}
	switch {
	case r.Key == "":
		return refuse(noKey(), "")
	case strings.IndexByte(r.Key, 0) >= 0:
		return refuse(noZeroByte(), p.Key)
	case !utf8.ValidString(r.Key):
		return refuse(notText(), p.Key)
	case r.Gone:
		return l, nil
	}
	b := strconv.AppendInt(make([]byte, 0, 32+16*len(r.Values)), int64(row), 10)
	b = append(b, '\t')
	for _, v := range r.Values {
		l.part = l.part || v.Kind() == core.KindAbsent
	}
	if l.part {
		for _, v := range r.Values {
			bit := byte('0')
			if v.Kind() == core.KindAbsent {
				bit = '1'
			}
			b = append(b, bit)
		}
	} else {
		b = append(b, `\N`...)
	}
	b = append(b, '\t')
	l.from = len(b)
	b = escape(b, append([]byte(nil), r.Key...))
	var scratch []byte
	for i, v := range r.Values {
		b = append(b, '\t')
		if v.Empty() {
			b = append(b, `\N`...)
			continue
		}
		var f *core.Fault
		if scratch, f = appendValue(scratch[:0], p.Columns[i].Type, v); f != nil {
			return refuse(f, p.Columns[i].Name)
		}
		if b = escape(b, scratch); len(b) > maxRow {
			return refuse(tooBig(), p.Columns[i].Name)
		}
	}
	l.text = append(b, '\n')
	return l, nil
}

// escape appends text as COPY reads it (PostgreSQL: "COPY", text format).
func escape(b, text []byte) []byte {
	from := 0
	for i, c := range text {
		var short byte
		switch c {
		case '\\':
			short = '\\'
		case '\n':
			short = 'n'
		case '\r':
			short = 'r'
		case '\t':
			short = 't'
		default:
			continue
		}
		b = append(b, text[from:i]...)
		b = append(b, '\\', short)
		from = i + 1
	}
	return append(b, text[from:]...)
}
