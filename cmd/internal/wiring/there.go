package wiring

import (
	"context"

	"ferry/core"
)

// There tells what a destination that makes its tables itself has under a name; nil when it has no such table.
func There(ctx context.Context, d core.Destination, name string) (*core.Table, error) {
	names, err := d.Tables(ctx)
	if err != nil || len(names) == 0 { // nothing is there yet: no file, an empty schema
		return nil, err
	}
	t, err := d.Describe(ctx, name)
	switch f := core.AsFault(err); {
	case err == nil:
		return &t, nil
	case f.Kind == core.Wrong: // no such table
		return nil, nil
	default:
		return nil, err
	}
}
