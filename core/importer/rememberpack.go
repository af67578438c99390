package importer

import (
	"encoding/binary"
	"errors"

	"ferry/core"
)

// An image's rows are packed: a byte of flags, key, digest, and of each known value its place, kind and text.
const (
	packedMade = 1 << iota
	packedGone
	packedOld
)

var errImage = errors.New("importer: an image cannot be read")

func packReplaced(rows []core.Replaced) []byte {
	out := binary.AppendUvarint(make([]byte, 0, packedSize(rows)), uint64(len(rows)))
	for _, r := range rows {
		flags := byte(0)
		for _, f := range []struct {
			set bool
			bit byte
		}{{r.Made, packedMade}, {r.Gone, packedGone}, {r.Old != "", packedOld}} {
			if f.set {
				flags |= f.bit
			}
		}
		out = appendPart(append(out, flags), r.Key)
		if r.Old != "" {
			out = appendPart(out, r.Old)
		}
		out = appendPart(out, r.Left)
		known := 0
		for _, v := range r.Was {
			if v.Kind() != core.KindAbsent {
				known++
			}
		}
		out = binary.AppendUvarint(out, uint64(len(r.Was)))
		out = binary.AppendUvarint(out, uint64(known))
		for i, v := range r.Was {
			if v.Kind() == core.KindAbsent {
				continue
			}
			out = appendValue(binary.AppendUvarint(out, uint64(i)), v)
		}
	}
	return out
}

// packedSize is about how many bytes rows are when they are packed.
func packedSize(rows []core.Replaced) int {
	n := binary.MaxVarintLen64
	for _, r := range rows {
		n += len(r.Key) + len(r.Old) + len(r.Left) + 10
		for i := range r.Was {
			if r.Was[i].Kind() != core.KindAbsent {
				n += r.Was[i].Size() + 5
			}
		}
	}
	return n
}

func appendPart(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// An unpacker reads what packReplaced wrote. After something that cannot be, bad stays set.
type unpacker struct {
	in  []byte
	bad bool
}

func (u *unpacker) number() int {
	n, size := binary.Uvarint(u.in)
	if size <= 0 || n > 1<<31 {
		u.in, u.bad = nil, true
		return 0
	}
	u.in = u.in[size:]
	return int(n)
}

func (u *unpacker) signed() int64 {
	n, size := binary.Varint(u.in)
	if size <= 0 {
		u.in, u.bad = nil, true
		return 0
	}
	u.in = u.in[size:]
	return n
}

func (u *unpacker) byte() byte {
	if len(u.in) == 0 {
		u.bad = true
		return 0
	}
	b := u.in[0]
	u.in = u.in[1:]
	return b
}

func (u *unpacker) text() string {
	n := u.number()
	if n > len(u.in) {
		u.in, u.bad = nil, true
		return ""
	}
	s := string(u.in[:n])
	u.in = u.in[n:]
	return s
}

func unpackReplaced(in []byte) ([]core.Replaced, error) {
	u := &unpacker{in: in}
	n := u.number()
	if n > len(in) {
		return nil, errImage
	}
	rows := make([]core.Replaced, 0, n)
	for range n {
		flags := u.byte()
		r := core.Replaced{Made: flags&packedMade != 0, Gone: flags&packedGone != 0, Key: u.text()}
		if flags&packedOld != 0 {
			r.Old = u.text()
		}
		r.Left = u.text()
		columns, known := u.number(), u.number()
		if u.bad || columns > 1<<16 || known > columns {
			return nil, errImage
		}
		if columns > 0 {
			r.Was = make([]core.Value, columns)
		}
		for range known {
			i := u.number()
			if u.bad || i >= columns {
				return nil, errImage
			}
			r.Was[i] = u.value()
		}
		rows = append(rows, r)
	}
	if u.bad || len(u.in) > 0 {
		return nil, errImage
	}
	return rows, nil
}
