package world

import "math/bits"

// half is as many bits as each half of a key has beside its version and variant.
const (
	halfBits = 61
	halfMask = 1<<halfBits - 1
)

// mix is the finaliser of splitmix64: every bit of x moves about half the bits of the result.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hashText hashes a name; it is used when a World is made, not for rows.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

// A keyring turns positions of one table into keys and back: a permutation of 122 bits in four Feistel rounds. One
// half holds the position, the other a tag of the table, so that a foreign key is told from our own.
type keyring struct {
	tag   uint64
	round [4]uint64
}

func newKeyring(seed uint64, table string) keyring {
	h := hashText(table)
	k := keyring{tag: mix(h^0x7461626c65) & halfMask}
	for i := range k.round {
		k.round[i] = mix(seed ^ h + uint64(i)*0x632be59bd9b4e019)
	}
	return k
}

// bits returns the two halves of the key at position i.
func (k *keyring) bits(i uint64) (left, right uint64) {
	left, right = i&halfMask, k.tag
	for _, r := range k.round {
		left, right = right, left^(mix(right^r)&halfMask)
	}
	return left, right
}

// position undoes bits; false when the halves are no key of this table.
func (k *keyring) position(left, right uint64) (uint64, bool) {
	for i := len(k.round) - 1; i >= 0; i-- {
		left, right = right^(mix(left^k.round[i])&halfMask), left
	}
	return left, right == k.tag
}

const hexDigits = "0123456789abcdef"

// appendGUID writes 122 bits as a GUID of version 4 and the usual variant.
func appendGUID(b []byte, left, right uint64) []byte {
	hi := left>>13<<16 | 4<<12 | (left>>1)&0xfff // 48 bits, version, 12 bits
	lo := 2<<62 | (left&1)<<61 | right           // variant, 1 bit, 61 bits
	var g [36]byte
	put := func(at int, v uint64, n int) {
		for j := n - 1; j >= 0; j-- {
			g[at+j] = hexDigits[v&15]
			v >>= 4
		}
	}
	put(0, hi>>32, 8)
	g[8] = '-'
	put(9, hi>>16&0xffff, 4)
	g[13] = '-'
	put(14, hi&0xffff, 4)
	g[18] = '-'
	put(19, lo>>48, 4)
	g[23] = '-'
	put(24, lo&0xffffffffffff, 12)
	return append(b, g[:]...)
}

// parseGUID undoes appendGUID; false when s is no such GUID.
func parseGUID(s string) (left, right uint64, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return 0, 0, false
	}
	var w [2]uint64
	n := 0
	for i := 0; i < 36; i++ {
		c := s[i]
		var d byte
		switch {
		case c == '-' && (i == 8 || i == 13 || i == 18 || i == 23):
			continue
		case c >= '0' && c <= '9':
			d = c - '0'
		case c >= 'a' && c <= 'f':
			d = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			d = c - 'A' + 10
		default:
			return 0, 0, false
		}
		w[n/16] = w[n/16]<<4 | uint64(d)
		n++
	}
	if w[0]>>12&15 != 4 || w[1]>>62 != 2 {
		return 0, 0, false
	}
	left = w[0]>>16<<13 | (w[0]&0xfff)<<1 | w[1]>>61&1
	return left, w[1] & halfMask, true
}

// guidFrom makes a GUID that is a function of h alone.
func guidFrom(h uint64) string {
	return string(appendGUID(nil, mix(h)&halfMask, mix(h+1)&halfMask))
}

// below returns a number from 0 to n-1 from the high bits of h.
func below(h uint64, n int) int {
	hi, _ := bits.Mul64(h, uint64(n))
	return int(hi)
}
