package scan

import (
	"encoding/base64"
	"math/bits"
	"strings"
	"time"
	"unicode/utf8"

	"ferry/core"
)

const guidSize = 36

// A ref is what is known of one lookup field: its table in this record, and its value in the last record that had
// one, because neighbours often point at the same owner or currency.
type ref struct {
	record int    // the record that table belongs to
	table  string // from the annotation
	set    int    // the record in which the value was set
	id     [guidSize]byte
	of     string // the table of last
	last   core.Value
}

// value reads the value at pos into a field.
func (s *Scanner) value(field int, rec *one) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	var v core.Value
	switch {
	case c == '"':
		s.pos++
		v, err = s.fromText(field, rec)
	case c == 'n':
		if s.plan.fields[field].Type == Ref {
			s.refs[field].set = 0
		}
		v, err = core.Null(), s.word("null")
	case c == 't' || c == 'f':
		v, err = s.fromBool(field, c)
	case c == '-' || '0' <= c && c <= '9':
		v, err = s.fromNumber(field, rec)
	case c == '{' || c == '[':
		v, err = s.fromNested(c)
	default:
		err = s.bad("a value that is none")
	}
	if err != nil {
		return err
	}
	rec.values[field] = v
	rec.size += v.Size()
	return nil
}

// key reads the record's key.
func (s *Scanner) key(field int, rec *one) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != '"' {
		return ErrKey
	}
	s.pos++
	b, err := s.text(s.scratch[:0], maxLink)
	if err != nil {
		return err
	}
	s.scratch = b
	var g [guidSize]byte
	if !guid(&g, b) {
		return ErrKey
	}
	rec.key = string(g[:])
	if field >= 0 {
		rec.values[field] = core.Text(rec.key)
	}
	return nil
}

// lookupTable reads the annotation that names a lookup's table.
func (s *Scanner) lookupTable(field int, rec *one) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != '"' {
		return s.skipValue(3)
	}
	s.pos++
	b, err := s.text(s.scratch[:0], maxLink)
	if err != nil {
		return err
	}
	s.scratch = b
	name, ok := s.names[string(b)]
	if !ok {
		name = string(b)
		if len(s.names) < maxMembers && len(b) <= maxName {
			s.names[name] = name
		}
	}
	f := &s.refs[field]
	f.record, f.table = s.record, name
	if f.set == s.record { // it came after its value
		rec.values[field] = core.Ref(name, string(f.id[:]))
		f.of, f.last = name, rec.values[field]
	}
	return nil
}

// fromText turns the string at pos into what the field wants.
func (s *Scanner) fromText(field int, rec *one) (core.Value, error) {
	f := &s.plan.fields[field]
	if f.Type == Text || f.Type == Integer || f.Type == Number || f.Type == Boolean {
		b, err := s.text(rec.rows.room(), MaxCell)
		if err != nil {
			return core.Value{}, err
		}
		return core.Text(rec.rows.keep(b)), nil
	}
	limit := MaxCell
	if f.Type == Bytes {
		limit = MaxCell / 3 * 4 // what counts is the size decoded
	}
	b, err := s.text(s.scratch[:0], limit)
	if err != nil {
		return core.Value{}, err
	}
	if cap(b) <= 4*window {
		s.scratch = b
	}
	var (
		v  core.Value
		ok bool
	)
	switch f.Type {
	case Time, Date:
		v, ok = instant(b, f.Type == Date)
	case Clock:
		v, ok = clock(b)
	case Choices:
		v, ok = codes(b)
	case Ref:
		v, ok = s.reference(field, b)
	case ID:
		var g [guidSize]byte
		if ok = guid(&g, b); ok {
			v = core.Text(rec.rows.keep(append(rec.rows.room(), g[:]...)))
		}
	case Bytes:
		v, ok = raw(b)
	}
	if ok {
		return v, nil
	}
	return core.Text(string(b)), nil
}

// fromBool turns the literal at pos into what the field wants.
func (s *Scanner) fromBool(field int, c byte) (core.Value, error) {
	word := "true"
	if c == 'f' {
		word = "false"
	}
	err := s.word(word)
	if s.plan.fields[field].Type == Boolean {
		return core.Bool(c == 't'), err
	}
	return core.Text(word), err
}

// fromNumber turns the number at pos into what the field wants.
func (s *Scanner) fromNumber(field int, rec *one) (core.Value, error) {
	lit, err := s.number()
	if err != nil {
		return core.Value{}, err
	}
	t := s.plan.fields[field].Type
	switch t {
	case Integer, Choice, Choices:
		n, ok := atoi(lit)
		switch {
		case ok && t == Choice:
			return core.Choice(n), nil
		case ok && t == Choices:
			return core.Choices(n), nil
		case ok:
			return core.Int(n), nil
		case t == Integer:
			return core.Decimal(rec.rows.keep(append(rec.rows.room(), lit...))), nil
		}
	case Number:
		return core.Decimal(rec.rows.keep(append(rec.rows.room(), lit...))), nil
	}
	return core.Text(string(lit)), nil
}

// fromNested keeps an object or array as the text it was sent as.
func (s *Scanner) fromNested(c byte) (core.Value, error) {
	s.capturing, s.capFrom, s.captured = true, s.pos, nil
	err := s.skipNested(c, 4)
	if err != nil {
		return core.Value{}, err
	}
	b := append(s.captured, s.buf[s.capFrom:s.pos]...)
	s.capturing, s.captured = false, nil
	if len(b) > MaxCell {
		return core.Value{}, ErrTooLarge
	}
	if !utf8.Valid(b) {
		return core.Text(strings.ToValidUTF8(string(b), "\uFFFD")), nil
	}
	return core.Text(string(b)), nil
}

// reference makes a Ref from a GUID.
func (s *Scanner) reference(field int, b []byte) (core.Value, bool) {
	f := &s.refs[field]
	var g [guidSize]byte
	if !guid(&g, b) {
		return core.Value{}, false
	}
	of := s.plan.fields[field].Table
	if f.record == s.record {
		of = f.table
	}
	f.set = s.record
	if f.last.Kind() != core.KindRef || f.id != g || f.of != of {
		f.id, f.of, f.last = g, of, core.Ref(of, string(g[:]))
	}
	return f.last, true
}

// atoi reads a whole number of 64 bits.
func atoi(b []byte) (int64, bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 19 || neg && string(b) == "0" { // -0 is no whole number that could be kept
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	switch {
	case neg && n <= 1<<63:
		return -int64(n), true
	case !neg && n < 1<<63:
		return int64(n), true
	}
	return 0, false
}

// guid writes the GUID in b to g, in lower case. Braces around it are dropped.
func guid(g *[guidSize]byte, b []byte) bool {
	if len(b) == guidSize+2 && b[0] == '{' && b[guidSize+1] == '}' {
		b = b[1 : guidSize+1]
	}
	if len(b) != guidSize {
		return false
	}
	for i, c := range b {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'f':
		case 'A' <= c && c <= 'F':
			c |= 0x20
		default:
			return false
		}
		g[i] = c
	}
	return true
}

// GUID returns the GUID in text in lower case, without braces; false when there is none.
func GUID(text string) (string, bool) {
	var g [guidSize]byte
	if !guid(&g, []byte(text)) {
		return "", false
	}
	return string(g[:]), true
}

// codes reads "1,9". Spaces are tolerated; an empty text is no choice at all.
func codes(b []byte) (core.Value, bool) {
	var list [32]int64
	out := list[:0]
	for part := range strings.SplitSeq(string(b), ",") {
		n, ok := atoi([]byte(strings.TrimSpace(part)))
		if !ok {
			return core.Value{}, false
		}
		out = append(out, n)
	}
	return core.Choices(out...), true
}

// raw reads base64.
func raw(b []byte) (core.Value, bool) {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if out, err := enc.DecodeString(string(b)); err == nil {
			return core.Bytes(out), true
		}
	}
	return core.Value{}, false
}

// instant reads a date-time with zone, or a calendar day. A date-time at midnight UTC is a day where day is wanted.
func instant(b []byte, day bool) (core.Value, bool) {
	if len(b) < 10 || b[4] != '-' || b[7] != '-' {
		return core.Value{}, false
	}
	year, ok1 := two(b[0:2])
	low, ok2 := two(b[2:4])
	month, ok3 := two(b[5:7])
	dom, ok4 := two(b[8:10])
	year = year*100 + low
	if !(ok1 && ok2 && ok3 && ok4) || year == 0 || month < 1 || month > 12 || dom < 1 || dom > daysIn(year, month) {
		return core.Value{}, false
	}
	if len(b) == 10 {
		return core.Date(year, time.Month(month), dom), true
	}
	var t time.Time
	if len(b) == 20 && b[10] == 'T' && b[13] == ':' && b[16] == ':' && b[19] == 'Z' {
		h, ok1 := two(b[11:13])
		m, ok2 := two(b[14:16])
		s, ok3 := two(b[17:19])
		if !(ok1 && ok2 && ok3) || h > 23 || m > 59 || s > 59 {
			return core.Value{}, false
		}
		t = time.Date(year, time.Month(month), dom, h, m, s, 0, time.UTC)
	} else {
		var err error
		if len(b) > len("2006-01-02T15:04:05.999999999+00:00") {
			return core.Value{}, false
		}
		if t, err = time.Parse(time.RFC3339Nano, string(b)); err != nil {
			return core.Value{}, false
		}
		t = t.UTC()
	}
	if day && t.Equal(t.Truncate(24*time.Hour)) {
		return core.Date(t.Year(), t.Month(), t.Day()), true
	}
	return core.Time(t), true
}

func two(b []byte) (int, bool) {
	h, l := b[0]-'0', b[1]-'0'
	return int(h)*10 + int(l), h <= 9 && l <= 9
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// Hash is a 64-bit hash (FNV-1a) of a key; it is the same in every run.
func Hash(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return h
}

// Chain adds a key's hash to the hash of the keys before it: order counts.
func Chain(before, hash uint64) uint64 {
	return (bits.RotateLeft64(before, 7) ^ hash) * 1099511628211
}

// clock reads a time of no time zone: what it says of a zone, if anything, means nothing.
func clock(b []byte) (core.Value, bool) {
	if v, ok := instant(b, false); ok && (v.Kind() == core.KindDate || b[len(b)-1] == 'Z') {
		if v.Kind() == core.KindTime {
			v = core.Clock(v.AsTime())
		}
		return v, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, string(b)); err == nil && len(b) <= len("2006-01-02T15:04:05.999999999+00:00") {
			return core.Clock(t), true
		}
	}
	return core.Value{}, false
}
