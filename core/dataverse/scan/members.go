package scan

import "bytes"

// maxMembers bounds how many different names of members are remembered: a table has about a thousand at most.
const maxMembers = 8192

// maxName bounds how long a name may be to be remembered.
const maxName = 256

// A member is a name that was seen, with the names that followed it. Records of a page nearly always have the same
// members in the same order, so that one comparison of bytes finds what would else be a look-up.
type member struct {
	quoted []byte // with both quotes
	slot   slot
	next   [2]int // the names that followed it last; the first is the more recent
}

// follows returns the slot of the member whose name starts at pos, and reads over name and colon. prev is the
// member before it; 0 is the start of a record.
func (s *Scanner) follows(prev int) (int, slot, error) {
	at := s.guess(prev)
	if at < 0 {
		s.pos++
		name, err := s.text(s.scratch[:0], maxLink)
		if err != nil {
			return 0, slot{}, err
		}
		s.scratch = name
		at = s.learn(name)
		if at < 0 {
			return prev, s.plan.slots[string(name)], s.expect(':', "a member without a value")
		}
	}
	if p := &s.members[prev]; p.next[0] != at {
		p.next[0], p.next[1] = at, p.next[0]
	}
	if s.pos < s.end && s.buf[s.pos] == ':' {
		s.pos++
		return at, s.members[at].slot, nil
	}
	return at, s.members[at].slot, s.expect(':', "a member without a value")
}

// guess compares the bytes at pos with the names that came after prev before. An annotation that a null value lacks
// is stepped over. It returns -1 when none fits.
func (s *Scanner) guess(prev int) int {
	w := s.buf[s.pos:s.end]
	first := s.members[prev].next[0]
	for _, at := range [3]int{first, s.members[prev].next[1], s.members[first].next[0]} {
		if q := s.members[at].quoted; at > 0 && q != nil && bytes.HasPrefix(w, q) {
			s.pos += len(s.members[at].quoted)
			return at
		}
	}
	return -1
}

// learn remembers a name and returns its place; -1 when there are too many.
func (s *Scanner) learn(name []byte) int {
	if at, ok := s.index[string(name)]; ok {
		return at
	}
	if len(s.members) >= maxMembers || len(name) > maxName {
		return -1
	}
	quoted := make([]byte, 0, len(name)+2)
	quoted = append(append(append(quoted, '"'), name...), '"')
	if plain(name) != len(name) { // it may be written in several ways: look it up each time
		quoted = nil
	}
	s.members = append(s.members, member{quoted: quoted, slot: s.plan.slots[string(name)]})
	s.index[string(name)] = len(s.members) - 1
	return len(s.members) - 1
}
