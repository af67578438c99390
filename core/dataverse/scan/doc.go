// Package scan reads one page of a Dataverse table while it arrives.
//
// It is a streaming JSON reader for one shape: an object with an array "value" of flat objects, as the Web API
// answers a query. It keeps a window of 256 KB, never a page; it converts only the members that a Plan names and
// skips the others, checking their grammar all the same; number literals stay exactly as sent. Where a member
// does not hold what its field should hold, it is kept as text rather than lost.
//
// It accepts what encoding/json accepts (the fuzz test holds it against that), except for what no page has:
// nesting deeper than MaxDepth, a cell above MaxCell, a record above MaxRecord, and "value" twice.
//
// Texts of a page lie in a few large blocks. Blocks of texts are never used again, so a text that somebody kept stays
// what it was; Rows reuses the memory of values and records once the page was released.
package scan

// Limits of what one answer may hold. What is beyond them is refused at once, without reading the rest.
const (
	MaxDepth  = 64
	MaxCell   = 16 << 20
	MaxRecord = 64 << 20
	maxLink   = 128 << 10
	window    = 256 << 10
)
