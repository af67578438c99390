package halo

import (
	"context"

	"ferry/core"
)

// Checks is Test connection.
func (d *Destination) Checks(ctx context.Context, need core.Need, tell func(core.Check)) {
	_, _ = ctx, need
	tell(core.Check{})
}
