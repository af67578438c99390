package world

import (
	"strconv"
	"unicode/utf8"
)

// pending marks a cell whose text still lies in the maker's buffer: N is where it begins and how long it is.
const pending Kind = 0x80

// A source works out one cell.
type source func(m *maker, p *plan) Cell

// A maker works out one row. Texts it makes gather in one buffer and become strings at the end, all at once.
type maker struct {
	w       *World
	s       *store
	i       int
	h       uint64 // of the row
	version int64
	buffer  []byte // begins with the row's own key
}

// rowHash is where all chance in a row comes from.
func (w *World) rowHash(s *store, i int) uint64 { return mix(w.seed ^ s.salt ^ mix(uint64(i))) }

// hash is the chance of one cell.
func (m *maker) hash(p *plan) uint64 { return mix(m.h ^ p.salt) }

// filled says whether a cell of this column has a value in this row.
func (m *maker) filled(p *plan) bool { return mix(m.h^p.salt+1)&1023 < p.fill }

// turn gives each row at most one of n special values of a column. Every column meets all of its special values
// within the first rows of a table, each column at another row.
func (m *maker) turn(p *plan, n int) (int, bool) {
	at := (m.i + int(p.salt%uint64(m.s.period))) % m.s.period
	return at, at < n && p.fill > 0
}

// cell works out one cell, or Null when the column has no source.
func (m *maker) cell(p *plan) Cell {
	if p == nil || p.source == nil {
		return Cell{}
	}
	return p.source(m, p)
}

// made is the text that was written to the buffer since off.
func (m *maker) made(kind Kind, off int) Cell {
	return Cell{Kind: kind | pending, N: int64(off)<<32 | int64(len(m.buffer)-off)}
}

// text is made for a column: it is cut to the column's length.
func (m *maker) text(p *plan, off int) Cell {
	m.cut(off, p.column.MaxLength)
	return m.made(Text, off)
}

// cut shortens the text written since off to so many UTF-16 units, which is how lengths are counted.
func (m *maker) cut(off, length int) {
	if length <= 0 || len(m.buffer)-off <= length {
		return
	}
	units := 0
	for at := off; at < len(m.buffer); {
		r, size := utf8.DecodeRune(m.buffer[at:])
		units++
		if r > 0xffff {
			units++
		}
		if units > length {
			m.buffer = m.buffer[:at]
			return
		}
		at += size
	}
}

// write puts the text of a cell behind what is in the buffer.
func (m *maker) write(c Cell) {
	if c.Kind&pending != 0 {
		off, n := int(c.N>>32), int(c.N&0xffffffff)
		m.buffer = append(m.buffer, m.buffer[off:off+n]...)
		return
	}
	m.buffer = append(m.buffer, c.S...)
}

// ref points at a position of another table.
func (m *maker) ref(s *store, i int) Cell {
	off := len(m.buffer)
	m.buffer = s.appendKey(m.buffer, i)
	c := m.made(Ref, off)
	c.Table = s.name
	return c
}

// any points at some row of another table; Null when it has none.
func (m *maker) any(s *store, h uint64) Cell {
	if s == nil || s.base == 0 {
		return Cell{}
	}
	return m.ref(s, below(h, s.base))
}

// finish gives a cell its own text.
func (c *Cell) finish(texts string) {
	if c.Kind&pending == 0 {
		return
	}
	off, n := int(c.N>>32), int(c.N&0xffffffff)
	c.Kind &^= pending
	c.N = 0
	c.S = texts[off : off+n]
}

func appendBase36(b []byte, n uint64) []byte { return strconv.AppendUint(b, n, 36) }

// appendDigits writes n with at least width digits.
func appendDigits(b []byte, n uint64, width int) []byte {
	var d [20]byte
	at := len(d)
	for n > 0 || width > 0 {
		at--
		d[at] = byte('0' + n%10)
		n /= 10
		width--
	}
	return append(b, d[at:]...)
}

// appendFixed writes n with so many decimals: 12345 with 4 is 1.2345.
func appendFixed(b []byte, n int64, decimals int) []byte {
	u := uint64(n)
	if n < 0 {
		b = append(b, '-')
		u = -u
	}
	scale := uint64(1)
	for range decimals {
		scale *= 10
	}
	b = strconv.AppendUint(b, u/scale, 10)
	if decimals == 0 {
		return b
	}
	b = append(b, '.')
	return appendDigits(b, u%scale, decimals)
}
