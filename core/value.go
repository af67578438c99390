package core

import (
	"strconv"
	"strings"
	"time"
)

// Kind says what a Value holds.
type Kind uint8

const (
	KindAbsent  Kind = iota // nothing is known of this value; it is the zero Value
	KindNull                // the value is known to be empty
	KindBool                // true or false
	KindInt                 // a whole number of at most 64 bits
	KindDecimal             // a number, its digits exactly as sent
	KindText                // text; GUIDs are lower-case text
	KindTime                // an instant, UTC, nanosecond precision; or what a clock on the wall shows, see Clock
	KindDate                // a calendar day without a time zone
	KindChoice              // the code of one option
	KindChoices             // the codes of several options
	KindRef                 // a record of some table
	KindBytes               // raw bytes, such as an image
)

// A Value is one cell. It is at most 32 bytes and never changes once made, so it is passed by value.
// Null says "empty there"; Absent says "nothing known": only fill-blanks, deltas and partial writes need
// the difference, and all three do.
type Value struct {
	kind  Kind
	wall  bool // of a time: it belongs to no time zone
	nanos int32
	n     int64
	s     string
}

// Null is the value that is known to be empty.
func Null() Value { return Value{kind: KindNull} }

// Bool makes a two-option value.
func Bool(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.n = 1
	}
	return v
}

// Int makes a whole number.
func Int(n int64) Value { return Value{kind: KindInt, n: n} }

// Decimal makes a number from its digits, which are kept exactly as given ("20000.0000" stays so).
func Decimal(digits string) Value { return Value{kind: KindDecimal, s: digits} }

// Text makes a text value.
func Text(s string) Value { return Value{kind: KindText, s: s} }

// Time makes an instant. It is kept in UTC with nanosecond precision.
func Time(t time.Time) Value {
	return Value{kind: KindTime, n: t.Unix(), nanos: int32(t.Nanosecond())}
}

// Clock makes a time of no time zone: what the clock on the wall shows, wherever the wall is. t's own clock is taken. No
// time zone moves it.
func Clock(t time.Time) Value {
	y, m, d := t.Date()
	v := Time(time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC))
	v.wall = true
	return v
}

// Date makes a calendar day.
func Date(year int, month time.Month, day int) Value {
	return Value{kind: KindDate, n: time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()}
}

// Choice makes the code of one option.
func Choice(code int64) Value { return Value{kind: KindChoice, n: code} }

// Choices makes several options from their codes, in the given order.
func Choices(codes ...int64) Value {
	var b strings.Builder
	for i, c := range codes {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(c, 10))
	}
	return Value{kind: KindChoices, s: b.String()}
}

// Ref makes a reference to the record id of table. The table may be empty when it is not known.
func Ref(table, id string) Value { return Value{kind: KindRef, s: table + "/" + id} }

// Bytes makes raw bytes; b is copied.
func Bytes(b []byte) Value { return Value{kind: KindBytes, s: string(b)} }

// Kind tells what v holds.
func (v Value) Kind() Kind { return v.kind }

// Empty reports whether v is Null or Absent.
func (v Value) Empty() bool { return v.kind <= KindNull }

// AsBool returns the two-option value; false for every other kind.
func (v Value) AsBool() bool { return v.kind == KindBool && v.n != 0 }

// AsInt returns a whole number or the code of a choice; 0 for every other kind.
func (v Value) AsInt() int64 {
	if v.kind == KindInt || v.kind == KindChoice || v.kind == KindBool {
		return v.n
	}
	return 0
}

// AsText returns a text, or the exact digits of a decimal; "" for every other kind.
func (v Value) AsText() string {
	if v.kind == KindText || v.kind == KindDecimal {
		return v.s
	}
	return ""
}

// AsTime returns the instant, or midnight UTC of a date; the zero time for every other kind.
func (v Value) AsTime() time.Time {
	if v.kind == KindTime || v.kind == KindDate {
		return time.Unix(v.n, int64(v.nanos)).UTC()
	}
	return time.Time{}
}

// In returns what the clock in a time zone shows at an instant. A Clock and a Date stay as they are: no zone moves them.
func (v Value) In(zone *time.Location) time.Time {
	if v.kind != KindTime || v.wall {
		return v.AsTime()
	}
	return v.AsTime().In(zone)
}

// IsClock reports whether v is a time of no time zone.
func (v Value) IsClock() bool { return v.wall }

// AsRef returns the table and the id of a reference; "" and "" for every other kind.
func (v Value) AsRef() (table, id string) {
	if v.kind != KindRef {
		return "", ""
	}
	table, id, _ = strings.Cut(v.s, "/")
	return table, id
}

// AsChoices returns the codes of a choices value in their order; nil for every other kind.
func (v Value) AsChoices() []int64 {
	if v.kind != KindChoices || v.s == "" {
		return nil
	}
	parts := strings.Split(v.s, ",")
	codes := make([]int64, 0, len(parts))
	for _, p := range parts {
		n, err := strconv.ParseInt(p, 10, 64)
		if err == nil {
			codes = append(codes, n)
		}
	}
	return codes
}

// AsBytes returns a copy of the raw bytes; nil for every other kind.
func (v Value) AsBytes() []byte {
	if v.kind != KindBytes {
		return nil
	}
	return []byte(v.s)
}

// Size is about how many bytes v holds beyond itself.
func (v Value) Size() int { return len(v.s) }

// Canonical is one text for each distinct value: what digests, comparisons and databases without types use.
// Times are ISO 8601 UTC ending in Z, dates are YYYY-MM-DD, choices are "1,9", a reference is its id.
// Null and Absent give "".
func (v Value) Canonical() string {
	switch v.kind {
	case KindBool, KindInt, KindChoice:
		return strconv.FormatInt(v.n, 10)
	case KindTime:
		return v.AsTime().Format("2006-01-02T15:04:05.999999999Z07:00")
	case KindDate:
		return v.AsTime().Format("2006-01-02")
	case KindRef:
		_, id := v.AsRef()
		return id
	default:
		return v.s
	}
}
