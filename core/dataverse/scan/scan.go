package scan

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"ferry/core"
)

// A Scanner reads one page after the other: Reset, then Next until it says that nothing is left.
type Scanner struct {
	NextLink  string // where the page after this one is; "" when it is the last. Good once Next said false
	DeltaLink string // where changes can be asked for
	Count     int64  // what the server counted; -1 when it did not say

	plan     *Plan
	r        io.Reader
	readErr  error
	buf      []byte
	pos, end int   // of what is unread in buf
	base     int64 // offset of buf in the body

	state    state
	html     bool
	inRecord bool
	recordAt int64
	seen     bool // "value" was there

	members []member
	index   map[string]int
	scratch []byte
	names   map[string]string // names of tables, each kept once
	refs    []ref             // what is known of the lookups, by field
	record  int               // number of the record, so that refs need no clearing

	capturing bool
	capFrom   int
	captured  []byte
}

type state uint8

const (
	atStart state = iota
	inArray
	atEnd
)

// New makes a Scanner for a plan. It needs Reset before the first Next.
func New(p *Plan) *Scanner {
	return &Scanner{
		plan: p, buf: make([]byte, window), index: make(map[string]int),
		members: make([]member, 1, 2*len(p.slots)+16), names: make(map[string]string), refs: make([]ref, len(p.fields)),
	}
}

// Reset begins a new page.
func (s *Scanner) Reset(r io.Reader) {
	s.NextLink, s.DeltaLink, s.Count = "", "", -1
	s.r, s.readErr, s.pos, s.end, s.base = r, nil, 0, 0, 0
	s.state, s.html, s.inRecord, s.seen = atStart, false, false, false
	s.capturing, s.captured = false, nil
}

// Next appends the next record to rows. It returns false when the page was read to its end and is sound; what was
// appended before an error stays.
func (s *Scanner) Next(rows *Rows) (bool, error) {
	ok, err := s.next(rows)
	s.inRecord, s.capturing = false, false
	return ok, err
}

func (s *Scanner) next(rows *Rows) (bool, error) {
	if s.state == atStart {
		if err := s.start(); err != nil {
			return false, err
		}
		if err := s.envelope(true); err != nil {
			return false, err
		}
		if s.state == inArray {
			c, err := s.peek()
			if err != nil {
				return false, err
			}
			if c == ']' {
				s.pos++
				return false, s.finish()
			}
			return true, s.object(rows)
		}
	}
	switch s.state {
	case inArray:
		c, err := s.peek()
		if err != nil {
			return false, err
		}
		s.pos++
		switch c {
		case ',':
			return true, s.object(rows)
		case ']':
			return false, s.finish()
		}
		s.pos--
		return false, s.bad("records that are not separated")
	default:
		return false, nil
	}
}

// start reads the opening brace of the page.
func (s *Scanner) start() error {
	for s.end-s.pos < 3 { // a byte order mark is tolerated
		if err := s.more(); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return err
		}
	}
	if bytes.HasPrefix(s.buf[s.pos:s.end], []byte("\xef\xbb\xbf")) {
		s.pos += 3
	}
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != '{' {
		s.html = c == '<'
		return s.bad("the answer is no page of records")
	}
	s.pos++
	return nil
}

// object reads one record and appends it to rows.
func (s *Scanner) object(rows *Rows) error {
	if err := s.expect('{', "a record that is none"); err != nil {
		return err
	}
	s.inRecord, s.recordAt = true, s.base+int64(s.pos)
	s.record++
	rec := one{values: rows.row(s.plan.nulls), rows: rows}
	prev := 0
	for first := true; ; first = false {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == '}' {
			s.pos++
			return s.complete(&rec)
		}
		if !first {
			if c != ',' {
				return s.bad("members that are not separated")
			}
			s.pos++
			if c, err = s.peek(); err != nil {
				return err
			}
		}
		if c != '"' {
			return s.bad("a member without a name")
		}
		var slot slot
		if prev, slot, err = s.follows(prev); err != nil {
			return err
		}
		if err := s.member(slot, &rec); err != nil {
			return err
		}
	}
}

// one is the record that is being read.
type one struct {
	rows   *Rows
	values []core.Value
	key    string
	goneID string
	gone   bool
	size   int
}

// member reads the value of one member of a record.
func (s *Scanner) member(sl slot, rec *one) error {
	switch sl.job {
	case convert:
		return s.value(sl.field, rec)
	case key:
		return s.key(sl.field, rec)
	case table:
		return s.lookupTable(sl.field, rec)
	case removed:
		rec.gone = true
	case context, id:
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == '"' {
			text, err := s.link()
			switch {
			case err != nil:
				return err
			case sl.job == id:
				rec.goneID = text
			case strings.HasSuffix(text, "/$deletedEntity"):
				rec.gone = true
			}
			return nil
		}
	}
	return s.skipValue(3)
}

// complete appends the record that was read to its end.
func (s *Scanner) complete(rec *one) error {
	r := core.Record{Key: rec.key, Values: rec.values}
	if rec.gone {
		r = core.Record{Key: keyIn(rec.goneID), Gone: true}
		if r.Key == "" {
			r.Key = rec.key
		}
	}
	if r.Key == "" {
		return ErrKey
	}
	for _, c := range s.plan.copies {
		if !r.Gone {
			r.Values[c[1]] = r.Values[c[0]]
		}
	}
	rec.rows.add(r, rec.size)
	return nil
}

// keyIn returns the GUID in the id of a deleted record: the id itself, or an address that ends in (guid).
func keyIn(id string) string {
	if open := strings.LastIndexByte(id, '('); open >= 0 && strings.HasSuffix(id, ")") {
		id = id[open+1 : len(id)-1]
		if eq := strings.LastIndexByte(id, '='); eq >= 0 {
			id = id[eq+1:]
		}
	}
	var g [guidSize]byte
	if !guid(&g, []byte(id)) {
		return ""
	}
	return string(g[:])
}

// nameAt reads the name whose opening quote was just read.
func (s *Scanner) nameAt() (string, error) {
	b, err := s.text(s.scratch[:0], maxLink)
	if err != nil {
		return "", err
	}
	s.scratch = b
	return string(b), nil
}
