package sqlite

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"

	"zombiezen.com/go/sqlite"

	"ferry/core"
)

// leftIn is what Ferry left in a column: the value that stands there when it is still the same, another one when somebody
// changed it, Absent when Ferry does not know.
func (w *writer) leftIn(column int) core.Value {
	c := w.care
	at := slices.Index(c.unless, column)
	if at < 0 {
		return core.Value{}
	}
	rule := w.plan.Columns[column].Rule
	was, ok := c.left[nameDigest(w.plan.Columns[column].Name)]
	switch {
	case !ok:
		return core.Value{}
	case was == digest(c.now[at]):
		return c.there[column]
	case rule.StandIn != "" && (was == digest("'"+strings.ReplaceAll(rule.StandIn, "'", "''")+"'") || was == digest(rule.StandIn)):
		return core.Text(rule.StandIn)
	case c.there[column].Canonical() == "":
		return core.Text("another")
	}
	return core.Null()
}

// remember notes what stands in the columns of unless now, where Ferry wrote it or it is what Ferry would have written.
func (w *writer) remember(key string, values []core.Value) error {
	c := w.care
	written := slices.Clone(c.mask)
	left := c.left
	found := c.found
	there, err := w.look(key)
	if err != nil || !there {
		return err
	}
	c.found = found
	if left == nil {
		left = map[uint32]uint64{}
	}
	for n, i := range c.unless {
		mine := len(written) == 0 || written[i] == '1' // a new row has no mask
		if values[i].Kind() == core.KindAbsent {
			continue
		}
		if mine || c.there[i].Canonical() == values[i].Canonical() {
			left[nameDigest(w.plan.Columns[i].Name)] = digest(c.now[n])
		}
	}
	c.left = left
	return nil
}

func nameDigest(name string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(name))) // a hash takes every write
	return h.Sum32()
}

func digest(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash takes every write
	return h.Sum64()
}

// packLeft writes digests as pairs of column and value.
func packLeft(left map[uint32]uint64) []byte {
	out := []byte{}
	for name, sum := range left {
		out = binary.BigEndian.AppendUint32(out, name)
		out = binary.BigEndian.AppendUint64(out, sum)
	}
	return out
}

func unpackLeft(s *sqlite.Stmt) map[uint32]uint64 {
	n := s.ColumnLen(1)
	if n == 0 {
		return nil
	}
	packed := make([]byte, n)
	s.ColumnBytes(1, packed)
	left := make(map[uint32]uint64, n/12)
	for ; len(packed) >= 12; packed = packed[12:] {
		left[binary.BigEndian.Uint32(packed)] = binary.BigEndian.Uint64(packed[4:])
	}
	return left
}
