package scan

import (
	"bytes"
	"encoding/json"
	"slices"
)

// TailSize is how much of a page's end LinkAtEnd should be given: more than any link takes.
const TailSize = 64 << 10

// LinkAtEnd finds the address of the next page in the last bytes of one, before the page is read. It says so only where the
// page, if it is sound, cannot say otherwise: the link is the last member that counts, and behind it stand texts, numbers and
// words alone. Read from its end, a sound page shows its outermost object first, so that a text which looks like a link, or a
// member of a record, is never taken for one.
func LinkAtEnd(tail []byte) (link string, ok bool) {
	t := backwards(tail)
	if !t.take('}') {
		return "", false
	}
	for {
		value, name, ok := t.member()
		if !ok {
			return "", false
		}
		if name == "@odata.nextLink" || name == "@nextLink" {
			if value[0] != '"' || json.Unmarshal(value, &link) != nil {
				return "", false
			}
			return link, link != ""
		}
		if !t.take(',') {
			return "", false // its first member, or no page at all
		}
	}
}

// backwards is text that is read from its end.
type backwards []byte

// take drops white space and the byte c at the end; false when something else stands there.
func (t *backwards) take(c byte) bool {
	*t = bytes.TrimRight(*t, " \t\r\n")
	n := len(*t)
	if n == 0 || (*t)[n-1] != c {
		return false
	}
	*t = (*t)[:n-1]
	return true
}

// member takes a member of an object: its value as it was sent, and its name.
func (t *backwards) member() (value []byte, name string, ok bool) {
	if value, ok = t.scalar(); !ok || !t.take(':') {
		return nil, "", false
	}
	quoted, ok := t.text()
	if !ok || json.Unmarshal(quoted, &name) != nil {
		return nil, "", false
	}
	return value, name, true
}

// scalar takes a text, a number or a word.
func (t *backwards) scalar() (value []byte, ok bool) {
	if value, ok = t.text(); ok {
		return value, true
	}
	*t = bytes.TrimRight(*t, " \t\r\n")
	at := bytes.LastIndexFunc(*t, func(r rune) bool {
		return !('a' <= r && r <= 'z' || r == 'E' || r == '+' || r == '-' || r == '.' || '0' <= r && r <= '9')
	})
	value = (*t)[at+1:]
	if at < 0 || len(value) == 0 {
		return nil, false
	}
	*t = (*t)[:at+1]
	return value, true
}

// text takes a text with its quotes. Within one every quote stands behind an odd number of backslashes.
func (t *backwards) text() (quoted []byte, ok bool) {
	all := bytes.TrimRight(*t, " \t\r\n")
	end := len(all) - 1
	if end < 0 || all[end] != '"' {
		return nil, false
	}
	for at := end; ; {
		at = bytes.LastIndexByte(all[:at], '"')
		if at <= 0 {
			return nil, false // it begins before the tail does
		}
		slashes := at
		for slashes > 0 && all[slashes-1] == '\\' {
			slashes--
		}
		switch {
		case slashes == 0:
			return nil, false
		case (at-slashes)%2 == 0:
			*t = all[:at]
			return slices.Clip(all[at:]), true
		}
	}
}
