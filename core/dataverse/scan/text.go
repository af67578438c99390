package scan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// plain returns how many bytes at the start of b are neither quote, backslash, control character nor part of a
// character beyond ASCII.
func plain(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		// The lowest flag is always a true one: a borrow only reaches upwards.
		m := (w | (w - ones*0x20) | ((quote - ones) &^ quote) | ((slash - ones) &^ slash)) & highs
		if m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return i
		}
	}
	return i
}

// text appends the string whose opening quote was just read, up to and without its closing quote. Bytes that are
// no UTF-8 and halves of surrogate pairs become U+FFFD.
func (s *Scanner) text(dst []byte, limit int) ([]byte, error) {
	for {
		w := s.buf[s.pos:s.end]
		n := plain(w)
		if n > 0 {
			if len(dst)+n > limit {
				return nil, ErrTooLarge
			}
			dst = append(grow(dst, n), w[:n]...)
			s.pos += n
		}
		if n == len(w) {
			if err := s.need(); err != nil {
				return nil, err
			}
			continue
		}
		var err error
		switch c := w[n]; {
		case c == '"':
			s.pos++
			return dst, nil
		case c == '\\':
			dst, err = s.escape(grow(dst, 4))
		case c < 0x20:
			err = s.bad("a control character in a text")
		default:
			dst, err = s.beyondASCII(dst)
		}
		if err != nil {
			return nil, err
		}
		if len(dst) > limit {
			return nil, ErrTooLarge
		}
	}
}

// grow makes room for n more bytes, doubling, so that a large text is copied a few times only.
func grow(dst []byte, n int) []byte {
	if len(dst)+n <= cap(dst) {
		return dst
	}
	bigger := make([]byte, len(dst), max(2*cap(dst), len(dst)+n, 64))
	copy(bigger, dst)
	return bigger
}

// beyondASCII appends the characters at pos that are not ASCII.
func (s *Scanner) beyondASCII(dst []byte) ([]byte, error) {
	for s.pos < s.end && s.buf[s.pos] >= utf8.RuneSelf {
		if !utf8.FullRune(s.buf[s.pos:s.end]) {
			if err := s.need(); err != nil {
				return nil, err
			}
			continue
		}
		r, size := utf8.DecodeRune(s.buf[s.pos:s.end])
		dst = utf8.AppendRune(grow(dst, 4), r)
		s.pos += size
	}
	return dst, nil
}

// escape appends what the backslash at pos stands for.
func (s *Scanner) escape(dst []byte) ([]byte, error) {
	if err := s.ensure(2); err != nil {
		return nil, err
	}
	c := s.buf[s.pos+1]
	if c == 'u' {
		return s.unicode(dst)
	}
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	default:
		return nil, s.bad("an unknown escape")
	}
	s.pos += 2
	return append(dst, c), nil
}

// unicode appends the \u escape at pos, or the two that make one character.
func (s *Scanner) unicode(dst []byte) ([]byte, error) {
	r, err := s.hex4()
	if err != nil {
		return nil, err
	}
	if r < 0xD800 || r > 0xDFFF {
		return utf8.AppendRune(dst, r), nil
	}
	if r <= 0xDBFF {
		if err := s.ensure(2); err != nil {
			return nil, err
		}
		if s.buf[s.pos] == '\\' && s.buf[s.pos+1] == 'u' {
			low, err := s.hex4()
			if err != nil {
				return nil, err
			}
			if low >= 0xDC00 && low <= 0xDFFF {
				return utf8.AppendRune(dst, (r-0xD800)<<10+(low-0xDC00)+0x10000), nil
			}
			s.pos -= 6 // no second half: it stands for itself
		}
	}
	return utf8.AppendRune(dst, utf8.RuneError), nil
}

// hex4 reads the \u escape at pos.
func (s *Scanner) hex4() (rune, error) {
	if err := s.ensure(6); err != nil {
		return 0, err
	}
	var r rune
	for _, c := range s.buf[s.pos+2 : s.pos+6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, s.bad("an unknown escape")
		}
	}
	s.pos += 6
	return r, nil
}

// skipText reads over the string whose opening quote was just read.
func (s *Scanner) skipText() error {
	from := s.base + int64(s.pos)
	var scratch [16]byte
	for {
		w := s.buf[s.pos:s.end]
		n := plain(w)
		s.pos += n
		if s.base+int64(s.pos)-from > MaxCell {
			return ErrTooLarge
		}
		if n == len(w) {
			if err := s.need(); err != nil {
				return err
			}
			continue
		}
		var err error
		switch c := w[n]; {
		case c == '"':
			s.pos++
			return nil
		case c == '\\':
			_, err = s.escape(scratch[:0])
		case c < 0x20:
			err = s.bad("a control character in a text")
		default:
			s.pos++ // bytes that are no UTF-8 are no error
		}
		if err != nil {
			return err
		}
	}
}
