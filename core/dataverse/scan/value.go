package scan

import (
	"strings"
	"unicode/utf8"

	"ferry/core"
)

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
