package scan

import (
	"errors"
	"io"
)

// more reads at least one more byte into the window. What stands before pos is forgotten; indices move.
func (s *Scanner) more() error {
	if s.capturing {
		s.captured = append(s.captured, s.buf[s.capFrom:s.pos]...)
		s.capFrom = 0
		if len(s.captured) > MaxCell {
			return ErrTooLarge
		}
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.base += int64(s.pos)
		s.end -= s.pos
		s.pos = 0
	}
	if s.inRecord && s.base-s.recordAt > MaxRecord {
		return ErrTooLarge
	}
	if s.end == len(s.buf) {
		return ErrTooLarge // one name or number fills the window
	}
	if s.readErr != nil {
		return s.readErr
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.readErr = err
		switch {
		case n > 0:
			return nil
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}

// need is more where the body must go on.
func (s *Scanner) need() error {
	err := s.more()
	if errors.Is(err, io.EOF) {
		return s.bad("the answer ends too early")
	}
	return err
}

// bad is the error for a body that is no page.
func (s *Scanner) bad(what string) error {
	return &Malformed{Offset: s.base + int64(s.pos), What: what, HTML: s.html}
}

// peek skips white space and returns the byte at pos.
func (s *Scanner) peek() (byte, error) {
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; c {
			case ' ', '\n', '\r', '\t':
				s.pos++
			default:
				return c, nil
			}
		}
		if err := s.need(); err != nil {
			return 0, err
		}
	}
}

// expect skips white space and the byte c.
func (s *Scanner) expect(c byte, what string) error {
	got, err := s.peek()
	if err != nil {
		return err
	}
	if got != c {
		return s.bad(what)
	}
	s.pos++
	return nil
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// ensure makes sure that n bytes stand in the window from pos on.
func (s *Scanner) ensure(n int) error {
	for s.end-s.pos < n {
		if err := s.need(); err != nil {
			return err
		}
	}
	return nil
}

// number reads the number at pos and returns its literal, which is good until the next read.
func (s *Scanner) number() ([]byte, error) {
	n := 0
	for {
		for s.pos+n < s.end && numeric(s.buf[s.pos+n]) {
			n++
		}
		if s.pos+n < s.end {
			break
		}
		if err := s.need(); err != nil {
			return nil, err
		}
	}
	lit := s.buf[s.pos : s.pos+n]
	if !validNumber(lit) {
		return nil, s.bad("a number that is none")
	}
	s.pos += n
	return lit, nil
}

func numeric(c byte) bool {
	return '0' <= c && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'
}

// validNumber reports whether b is a number in JSON's grammar.
func validNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	n := digits(b)
	if n == 0 || n > 1 && b[0] == '0' {
		return false
	}
	b = b[n:]
	if len(b) > 0 && b[0] == '.' {
		n = digits(b[1:])
		if n == 0 {
			return false
		}
		b = b[1+n:]
	}
	if len(b) > 0 && b[0]|0x20 == 'e' {
		b = b[1:]
		if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		n = digits(b)
		if n == 0 {
			return false
		}
		b = b[n:]
	}
	return len(b) == 0
}

func digits(b []byte) int {
	n := 0
	for n < len(b) && '0' <= b[n] && b[n] <= '9' {
		n++
	}
	return n
}

// word reads one of the literals true, false and null at pos.
func (s *Scanner) word(w string) error {
	if err := s.ensure(len(w)); err != nil {
		return err
	}
	if string(s.buf[s.pos:s.pos+len(w)]) != w {
		return s.bad("a word that is none")
	}
	s.pos += len(w)
	return nil
}

// skipValue reads over the value at pos, which is nested depth deep.
func (s *Scanner) skipValue(depth int) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	switch {
	case c == '"':
		s.pos++
		return s.skipText()
	case c == '{' || c == '[':
		return s.skipNested(c, depth+1)
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case c == '-' || '0' <= c && c <= '9':
		_, err := s.number()
		return err
	default:
		return s.bad("a value that is none")
	}
}

// skipNested reads over an object or an array.
func (s *Scanner) skipNested(open byte, depth int) error {
	if depth > MaxDepth {
		return ErrDeep
	}
	s.pos++
	shut := open + 2 // '[' and ']', '{' and '}' lie two apart
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c == shut {
		s.pos++
		return nil
	}
	for {
		if open == '{' {
			if err := s.expect('"', "a member without a name"); err != nil {
				return err
			}
			if err := s.skipText(); err != nil {
				return err
			}
			if err := s.expect(':', "a member without a value"); err != nil {
				return err
			}
		}
		if err := s.skipValue(depth); err != nil {
			return err
		}
		c, err := s.peek()
		if err != nil {
			return err
		}
		s.pos++
		switch c {
		case ',':
		case shut:
			return nil
		default:
			s.pos--
			return s.bad("values that are not separated")
		}
	}
}
