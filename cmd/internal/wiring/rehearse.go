package wiring

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/rehearsal"
)

// A Rehearsed is a rehearsal with its records. Close forgets them.
type Rehearsed struct {
	importer.Rehearsal
	*rehearsal.Sketch
}

// sketches is where the records of rehearsals lie as long as somebody looks at them.
func (c *Computer) sketches() string { return filepath.Join(c.Data, "rehearsals") }

// Rehearse tells what a job would do and writes nothing of it. The journal notes that the mappings were rehearsed, and
// nothing else. What it returns holds also with an error, as far as it came, when it is not nil.
func (c *Computer) Rehearse(ctx context.Context, job importer.Job, memory *journal.Journal, progress func(importer.Progress)) (*Rehearsed, error) {
	rehearsal.Sweep(ctx, c.sketches())
	sketch, err := rehearsal.New(ctx, c.sketches())
	if err != nil {
		return nil, err
	}
	r := &Rehearsed{Sketch: sketch}
	if r.Rehearsal, err = importer.Rehearse(ctx, job, sketch, progress); err != nil {
		return r, err
	}
	return r, memory.NoteRehearsal(ctx, r.Rehearsal)
}

// SaveCSV writes the records that fit into a file, old and new values side by side.
func (r *Rehearsed) SaveCSV(ctx context.Context, path string, q rehearsal.Search) (records int64, err error) {
	if strings.ToLower(filepath.Ext(path)) != ".csv" {
		return 0, rowsEnding()
	}
	err = saveBy(path, func(w io.Writer) error {
		records, _, err = r.CSV(ctx, w, q)
		return err
	})
	return records, err
}

// shown is where the list of what a rehearsal of the window showed lies until its import is complete.
func (c *Computer) shown(id string) string {
	return filepath.Join(c.sketches(), filepath.Base(id)+".keys")
}

// KeepShown keeps which records a rehearsal showed, and returns the name of the list. Lists of imports that were never
// gone on with go after a month.
func (c *Computer) KeepShown(ctx context.Context, r *Rehearsed, q rehearsal.Search) (id string, records int64, err error) {
	c.sweepShown()
	fresh := c.shown("new")
	if id, records, err = r.SaveList(ctx, fresh, q); err != nil {
		return "", 0, err
	}
	return id, records, os.Rename(fresh, c.shown(id))
}

// Shown opens a list that was kept.
func (c *Computer) Shown(ctx context.Context, id string) (*rehearsal.List, error) {
	return rehearsal.OpenList(ctx, c.shown(id))
}

// ForgetShown removes a list: its import is complete.
func (c *Computer) ForgetShown(id string) { _ = os.Remove(c.shown(id)) } // one that stays goes after a month
