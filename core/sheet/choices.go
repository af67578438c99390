package sheet

import (
	"net/url"
	"strconv"
	"strings"
)

// Limits of a sheet of choices. Far more than people fill in, and far less than hurts.
const (
	mostRows  = 20_000
	mostBytes = 16 << 20 // of the file, and of what it holds when unpacked
	mostTags  = 1_500_000
	mostParts = 500
)

// What stands in the heading row. A column is found by its words, wherever it was moved.
const (
	headFrom  = "Field in Dynamics"
	headTo    = "Field there"
	headCode  = "Code"
	headLabel = "Option"
	headUsed  = "Records"
	headGoes  = "Goes to"
	headMark  = "Ferry's mark"
)

// A mark says what a row is about.
type mark struct {
	mapping, column string
	code            int64
}

const markBegins = "ferry-choice-1"

func (m mark) text() string {
	return strings.Join([]string{markBegins, url.QueryEscape(m.mapping), url.QueryEscape(m.column), strconv.FormatInt(m.code, 10)}, ":")
}

// readMark reads a mark; false when a text is none.
func readMark(text string) (m mark, ok bool) {
	parts := strings.Split(strings.TrimSpace(text), ":")
	if len(parts) != 4 || parts[0] != markBegins {
		return m, false
	}
	mapping, err1 := url.QueryUnescape(parts[1])
	column, err2 := url.QueryUnescape(parts[2])
	code, err3 := strconv.ParseInt(parts[3], 10, 64)
	return mark{mapping, column, code}, err1 == nil && err2 == nil && err3 == nil
}

// folded is a text as it is compared: without case and with single spaces.
func folded(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
