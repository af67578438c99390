package core

import (
	"context"
	"iter"
)

// A Record is one row as it was read. Key names it at its source and never changes; Values stand in the
// order of the query's fields. Gone says that the source reports the row as deleted: Values is empty then.
type Record struct {
	Key    string
	Gone   bool
	Values []Value
}

// A Page is as many records as fit about 4 MB decoded, not the server's page. The receiver owns it until
// Release; at most three exist per range.
type Page struct {
	Records []Record
	After   Bookmark // reading can go on behind these records
	Last    Mark     // on the final page only: from where a later run may ask for changes
	Free    func()   // gives the page's memory back; nil when there is nothing to give back
}

// Release gives the page's memory back to its source. Its records must not be used afterwards.
func (p Page) Release() {
	if p.Free != nil {
		p.Free()
	}
}

// A Bookmark says where reading goes on. The zero Bookmark is the beginning.
type Bookmark struct {
	Address string `json:"address,omitempty"` // the server's page that holds the next record; "" is the first
	Taken   int    `json:"taken,omitempty"`   // how many of that page's records were delivered already
	Hash    uint64 `json:"hash,omitempty"`    // of the keys of those records: a page that changed is noticed
	Done    bool   `json:"done,omitempty"`    // nothing is left to read
}

// A Mark is a source's own bookmark in time: changes since then can be asked for. "" is none.
type Mark string

// A Query says which records of a table are wanted and which fields of each.
type Query struct {
	Table  string   // logical name
	Fields []string // logical names; a Record's Values stand in this order
	Filter string   // OData $filter text; "" is all
	Keys   []string // when not nil: only these records, Filter still applies
	Range  Range    // the zero Range is all
	Limit  int      // at most so many records; 0 is all
}

// A Range is a part of a table that shares no record with its neighbours: values of Field from From
// (included) to To (not included). An empty end is open; the range with an empty From also holds the rows
// in which Field is empty.
type Range struct {
	Field string `json:"field,omitempty"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// A Truth says how far a count can be trusted.
type Truth string

const (
	Unknown Truth = ""         // there is no count
	Exact   Truth = "exact"    // counted just now
	AtLeast Truth = "at least" // the source stops counting there
	About   Truth = "about"    // an older count, or one that does not see what the reader sees
)

// A Count is a number and how true it is.
type Count struct {
	N     int64
	Truth Truth
}

// A Source yields every record of a query once, a page at a time; the error is the last thing it yields.
type Source interface {
	System

	// Count tells how many records q has, as well as the source can tell without reading them.
	Count(ctx context.Context, q Query) (Count, error)

	// Read yields the records of q behind from. It waits and repeats where the source asks for patience, and
	// tells so by Tell(ctx, Notice); an error it yields is a Fault and ends the sequence. The same bookmark
	// gives the same remaining records as long as the source did not change.
	Read(ctx context.Context, q Query, from Bookmark) iter.Seq2[Page, error]
}

// A Splitter is a Source that can cut a query into at most n ranges which share no record and together
// hold all of them. One query comes back when the table is too small or cannot be cut.
type Splitter interface {
	Split(ctx context.Context, q Query, n int) ([]Query, error)
}

// Changes is a Source that can tell what changed since a mark, deletions included.
type Changes interface {
	// Mark returns the present bookmark in time of a table.
	Mark(ctx context.Context, table string) (Mark, error)
	// Changed yields the keys that changed since the mark: Records without Values, Gone where deleted. The
	// last page carries the next mark.
	Changed(ctx context.Context, table string, since Mark) iter.Seq2[Page, error]
}
