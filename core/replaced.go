package core

import "context"

// A Rememberer is a Destination whose Write tells Batch.Before what it replaces, in its transaction and before that is safe,
// and which can put it back.
type Rememberer interface {
	// PutBack puts rows back as they were before a batch, all or none of them. columns are those that Batch.Before told. With
	// try it changes nothing and tells what it would do. A row that is not as the batch left it is not touched and comes back
	// Refused; one that is already as it was is Unchanged.
	PutBack(ctx context.Context, p Plan, columns []string, rows []Replaced, try bool) ([]Outcome, error)
}

// A Replaced row is what one row was before a batch changed, made or removed it, as the destination itself tells it. It holds
// people's data.
type Replaced struct {
	Key  string
	Old  string  // its key before, when the batch gave it another one; "" when it kept its key
	Made bool    // there was no row
	Gone bool    // there is none any more
	Was  []Value // every column where Gone; otherwise those that changed, the others are Absent; none where Made
	Left string  // digest of the row as the batch left it, in the destination's own terms; "" where Gone
}
