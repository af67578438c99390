package core

import "context"

// A Lister is a Destination that tells which rows are there, whoever made them.
type Lister interface {
	// Keys tells at most n keys behind after, in the destination's own order, of the rows of a plan's table. "" is before the
	// first. A table that is not there has none.
	Keys(ctx context.Context, p Plan, after string, n int) ([]string, error)
}

// A Copier is a Destination that looks at its own copy of what it wrote, not at what people see.
type Copier interface {
	// Touched reports whether what people see of a plan's table is still as it was left: changed by somebody, or gone.
	Touched(ctx context.Context, p Plan) (changed, gone bool, err error)
}
