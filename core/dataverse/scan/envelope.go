package scan

import (
	"errors"
	"io"
)

// envelope reads the members of the page around "value". It stops behind the opening bracket of "value", or behind
// the page's end.
func (s *Scanner) envelope(first bool) error {
	for {
		c, err := s.peek()
		if err != nil {
			return err
		}
		switch {
		case c == '}':
			s.pos++
			return s.trailer()
		case c == ',' && !first:
			s.pos++
			if c, err = s.peek(); err != nil {
				return err
			}
		case !first:
			return s.bad("members that are not separated")
		}
		first = false
		if c != '"' {
			return s.bad("a member without a name")
		}
		s.pos++
		name, err := s.text(s.scratch[:0], maxLink)
		if err != nil {
			return err
		}
		s.scratch = name
		stop, err := s.pageMember(string(name))
		if stop || err != nil {
			return err
		}
	}
}

// pageMember reads one member of the page. It stops behind the bracket that opens the records.
func (s *Scanner) pageMember(name string) (stop bool, err error) {
	if err := s.expect(':', "a member without a value"); err != nil {
		return true, err
	}
	c, err := s.peek()
	if err != nil {
		return true, err
	}
	switch {
	case name == "value":
		if s.seen || c != '[' {
			return true, s.bad("the answer is no page of records")
		}
		s.seen = true
		s.pos++
		s.state = inArray
		return true, nil
	case name == "error" && c == '{':
		return true, s.refused()
	case name == "@odata.count" && numeric(c):
		lit, err := s.number()
		if err == nil {
			if n, ok := atoi(lit); ok {
				s.Count = n
			}
		}
		return false, err
	case c == '"' && (name == "@odata.nextLink" || name == "@nextLink"):
		s.NextLink, err = s.link()
		return false, err
	case c == '"' && (name == "@odata.deltaLink" || name == "@deltaLink"):
		s.DeltaLink, err = s.link()
		return false, err
	}
	return false, s.skipValue(1)
}

func (s *Scanner) link() (string, error) {
	s.pos++
	b, err := s.text(s.scratch[:0], maxLink)
	if err != nil {
		return "", err
	}
	s.scratch = b
	return string(b), nil
}

// finish reads what stands behind the records.
func (s *Scanner) finish() error { return s.envelope(false) }

// trailer makes sure that nothing stands behind the page.
func (s *Scanner) trailer() error {
	s.state = atEnd
	for {
		for ; s.pos < s.end; s.pos++ {
			switch s.buf[s.pos] {
			case ' ', '\n', '\r', '\t':
			default:
				return s.bad("something behind the page's end")
			}
		}
		switch err := s.more(); {
		case errors.Is(err, io.EOF) && !s.seen:
			return s.bad("the answer is no page of records")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// refused reads the error object at pos.
func (s *Scanner) refused() error {
	e := &Refused{}
	s.pos++
	for first := true; ; first = false {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == '}' {
			return e
		}
		if c == ',' && !first {
			s.pos++
		}
		if err := s.expect('"', "a member without a name"); err != nil {
			return err
		}
		name, err := s.nameAt()
		if err != nil {
			return err
		}
		if err := s.expect(':', "a member without a value"); err != nil {
			return err
		}
		if c, err = s.peek(); err != nil {
			return err
		}
		switch {
		case c == '"' && (name == "code" || name == "message"):
			value, err := s.link()
			if err != nil {
				return err
			}
			if name == "code" {
				e.Code = value
			} else {
				e.Message = value
			}
		default:
			if err := s.skipValue(2); err != nil {
				return err
			}
		}
	}
}
