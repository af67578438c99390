package wiring

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"ferry/core/importer"
	"ferry/core/rehearsal"
)

// What holds people's data on this computer: what imports replaced and the values that people mended, sealed, in the journals; the rows of CSV files and
// workbooks that Ferry writes, in spools; what rehearsals show, sealed with a key that is nowhere but in memory. It is kept
// for as many days as the settings of this computer say. Everything else that is kept knows records by their ids alone.

// KeepFor is how long what holds people's data is kept, as importer.Job wants it.
func (c *Computer) KeepFor() time.Duration {
	if days := c.Settings.Keeps(); days > 0 {
		return time.Duration(days) * 24 * time.Hour
	}
	return -1
}

// unfinishedFor is how long an import that has not come to its end can go on although nothing is to be kept.
const unfinishedFor = 24 * time.Hour

// Expire deletes what is older than it may be, of every project of this computer. The mains call it when they start, before
// an import, and after one where nothing is to be kept. What cannot be deleted now is logged and goes the next time.
func (c *Computer) Expire(ctx context.Context) error {
	before := importer.Forgets(c.now(), c.KeepFor())
	ids, err := c.projects()
	for _, id := range ids {
		err = errors.Join(err, c.expire(ctx, id, before))
	}
	if _, there := os.Stat(c.sketches()); there == nil {
		rehearsal.Sweep(ctx, c.sketches())
		c.sweepShown()
	}
	unfinished := before
	if day := c.now().Add(-unfinishedFor); day.Before(before) {
		unfinished = day
	}
	n, failed := Spools(c.Data, c.Log).Expire(ctx, before, unfinished)
	if err = errors.Join(err, failed); c.Log != nil && (n > 0 || err != nil) {
		c.Log.Info("what is too old was deleted", "spools", n, "failed", err != nil)
	}
	return err
}

func (c *Computer) expire(ctx context.Context, projectID string, before time.Time) error {
	memory, err := c.Journal(ctx, projectID)
	if err != nil {
		return err
	}
	defer memory.Close()
	if _, err := memory.ExpireMended(ctx, before); err != nil {
		return err
	}
	_, mended := memory.ExpireMended(ctx, before)
	_, err = memory.Expire(ctx, before)
	return errors.Join(err, mended)
}

// sweepShown removes lists of records of imports that were never gone on with. They hold no values.
func (c *Computer) sweepShown() {
	old, _ := filepath.Glob(filepath.Join(c.sketches(), "*.keys")) // the pattern is a good one
	for _, path := range old {
		if info, err := os.Stat(path); err == nil && c.now().Sub(info.ModTime()) > 30*24*time.Hour {
			_ = os.Remove(path) // it goes the next time
		}
	}
}
