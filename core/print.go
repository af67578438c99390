package core

import "hash/fnv"

// PrintBits is how long a Print is.
const PrintBits = 48

// Print is a short number that is the same for equal values, and nearly never for others. It tells nothing of the value. That
// of Absent is 0.
func Print(v Value) uint64 {
	if v.kind == KindAbsent {
		return 0
	}
	h := fnv.New64a()
	kind := v.kind
	if kind == KindInt {
		kind = KindDecimal // a whole number is the same however it came
	}
	_, _ = h.Write([]byte{byte(kind)}) // a hash takes every write
	_, _ = h.Write([]byte(v.Canonical()))
	n := h.Sum64()
	return max((n^n>>PrintBits)&(1<<PrintBits-1), 1)
}
