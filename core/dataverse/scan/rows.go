package scan

import (
	"unsafe"

	"ferry/core"
)

const (
	chunk     = 256 << 10 // texts are put into blocks of this size
	blockSize = 512 << 10 // values too, in bytes
	valueSize = int(unsafe.Sizeof(core.Value{}))
)

// Rows is the memory of one page: records, their values and their texts. It may be used again after Reset.
type Rows struct {
	Records []core.Record

	width  int
	blocks [][]core.Value
	block  int // index of the block in use
	used   int // values of it that are taken
	tail   []byte
	size   int
}

// Reset makes r empty for records of width values. What was read into it before must not be used any more.
func (r *Rows) Reset(width int) {
	clear(r.Records)
	r.Records = r.Records[:0]
	for _, b := range r.blocks {
		clear(b) // so that no old text is kept alive
	}
	if r.width != width {
		r.width, r.blocks = width, nil
	}
	r.block, r.used, r.size, r.tail = 0, 0, 0, nil
}

// Size is about how many bytes the records take, decoded.
func (r *Rows) Size() int { return r.size }

// row returns room for the values of one record, which start as nulls.
func (r *Rows) row(nulls []core.Value) []core.Value {
	if r.width == 0 {
		return nil
	}
	if r.block < len(r.blocks) && r.used+r.width > len(r.blocks[r.block]) {
		r.block, r.used = r.block+1, 0
	}
	if r.block == len(r.blocks) {
		size := blockSize >> max(0, 3-len(r.blocks)) // a small page needs little
		n := max(1, size/valueSize/r.width)
		r.blocks = append(r.blocks, make([]core.Value, n*r.width))
	}
	v := r.blocks[r.block][r.used : r.used+r.width : r.used+r.width]
	copy(v, nulls)
	return v
}

// add keeps the record whose values are the last that row returned.
func (r *Rows) add(rec core.Record, size int) {
	r.used += len(rec.Values)
	r.size += size + len(rec.Values)*valueSize + int(unsafe.Sizeof(rec)) + len(rec.Key)
	r.Records = append(r.Records, rec)
}

// Drop takes the last record away again.
func (r *Rows) Drop() {
	last := len(r.Records) - 1
	n := len(r.Records[last].Values)
	r.used -= n
	r.size -= n*valueSize + int(unsafe.Sizeof(core.Record{})) + len(r.Records[last].Key)
	for _, v := range r.Records[last].Values {
		r.size -= v.Size()
	}
	r.size = max(r.size, 0)
	r.Records[last] = core.Record{}
	r.Records = r.Records[:last]
}

// room returns an empty slice to which a text can be appended.
func (r *Rows) room() []byte {
	if cap(r.tail) < 4<<10 {
		r.tail = make([]byte, 0, chunk)
	}
	return r.tail[:0]
}

// keep turns what was appended to room into a text. What outgrew the block stands for itself.
func (r *Rows) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	s := unsafe.String(&b[0], len(b))
	if cap(b) == cap(r.tail) && &b[0] == &r.tail[:1][0] {
		r.tail = r.tail[len(b):cap(r.tail)][: 0 : cap(r.tail)-len(b)]
	}
	return s
}
