package dataverse

import (
	"strconv"
	"strings"
)

// A place is where a page of the server is: its link, or the beginning when there is none. A query by keys is asked in
// pieces, and says in which; a query with a limit says how many records it has delivered before.
type place struct {
	delivered int
	keys      int
	link      string
}

// String is what a bookmark keeps: the link alone whenever that is enough.
func (p place) String() string {
	var b strings.Builder
	if p.delivered > 0 {
		b.WriteString("after:" + strconv.Itoa(p.delivered) + " ")
	}
	if p.keys > 0 {
		b.WriteString("keys:" + strconv.Itoa(p.keys) + " ")
	}
	return b.String() + p.link
}

func parsePlace(text string) (p place) {
	number := func(prefix string) (n int) {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			if digits, behind, ok := strings.Cut(rest, " "); ok {
				n, _ = strconv.Atoi(digits)
				text = behind
			}
		}
		return max(n, 0)
	}
	p.delivered, p.keys = number("after:"), number("keys:")
	p.link = text
	return p
}
