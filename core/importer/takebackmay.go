package importer

import (
	"context"
	"time"

	"ferry/core"
)

// MayTakeBack tells why a run cannot be taken back; nil where nothing stands in the way, and then until when. With look the
// destination is asked whether it is still the one that the run went into; without, nothing but the journal and the key is.
// It claims nothing and changes nothing.
func MayTakeBack(ctx context.Context, j Job, run string, look bool) (time.Time, error) {
	b, err := newBack(j, nil)
	if err != nil {
		return time.Time{}, err
	}
	defer b.e.teller.stop()
	if look {
		if err := b.look(ctx); err != nil {
			return time.Time{}, err
		}
	}
	entries, err := b.known(ctx, run, look)
	if err != nil {
		return time.Time{}, core.During("looking what can be taken back", err)
	}
	if err := b.openable(ctx, entries); err != nil {
		return time.Time{}, core.During("looking what can be taken back", err)
	}
	return until(b.target.Started, j.KeepFor), nil
}
