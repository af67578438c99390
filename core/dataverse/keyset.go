package dataverse

// maxKeys is how many hashes a keySet takes before the reader begins a new one.
const maxKeys = 256 << 10

// A keySet is a set of hashes of keys, with open addressing. Zero is kept apart.
type keySet struct {
	slots []uint64
	n     int
	zero  bool
}

func (k *keySet) clear() {
	clear(k.slots)
	k.n, k.zero = 0, false
}

// add puts a hash into the set; false when it was there.
func (k *keySet) add(h uint64) bool {
	if h == 0 {
		was := k.zero
		k.zero = true
		return !was
	}
	if 2*(k.n+1) > len(k.slots) {
		old := k.slots
		k.slots = make([]uint64, max(1024, 2*len(old)))
		for _, o := range old {
			if o != 0 {
				k.slots[k.find(o)] = o
			}
		}
	}
	at := k.find(h)
	if k.slots[at] == h {
		return false
	}
	k.slots[at] = h
	k.n++
	return true
}

func (k *keySet) has(h uint64) bool {
	if h == 0 {
		return k.zero
	}
	return len(k.slots) > 0 && k.slots[k.find(h)] == h
}

// find returns the slot that holds h, or the empty one where it belongs.
func (k *keySet) find(h uint64) int {
	mask := len(k.slots) - 1
	at := int((h*0x9E3779B97F4A7C15)>>32) & mask
	for k.slots[at] != 0 && k.slots[at] != h {
		at = (at + 1) & mask
	}
	return at
}
