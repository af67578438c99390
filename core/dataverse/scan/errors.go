package scan

import (
	"errors"
	"strconv"
)

// ErrTooLarge says that a cell or a record is larger than anything Dataverse holds.
var ErrTooLarge = errors.New("scan: a cell or record is too large")

// ErrDeep says that values are nested deeper than MaxDepth.
var ErrDeep = errors.New("scan: nested too deep")

// ErrKey says that a record has no key, or one that is no GUID.
var ErrKey = errors.New("scan: a record without a usable key")

// Malformed says that a body is no page: cut off, bad JSON, or another kind of document. The same request may be
// answered properly the next time.
type Malformed struct {
	Offset int64
	What   string
	HTML   bool // it looks like a web page
}

func (e *Malformed) Error() string {
	return "scan: " + e.What + " at byte " + strconv.FormatInt(e.Offset, 10)
}

// Refused is an error object where a page should be: the server gave up after it had begun to answer.
type Refused struct {
	Code    string
	Message string
}

func (e *Refused) Error() string { return "scan: the server answered with error " + e.Code }
