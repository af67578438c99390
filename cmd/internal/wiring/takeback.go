package wiring

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/keychain"
)

// SealName is where the key lies that seals what a project's imports replace.
func (c *Computer) SealName(projectID string) keychain.Name {
	folder := c.Data
	if whole, err := filepath.Abs(folder); err == nil {
		folder = whole
	}
	return keychain.Name{Kind: "before-images", ClientID: projectID, Environment: folder}
}

// Seal opens what seals the things that a project's imports replace. nil when there is no keychain at all, or the Fault that
// says why the keychain cannot be used: imports cannot be taken back then. Without a lasting keychain they can until the
// process ends.
func (c *Computer) Seal(ctx context.Context, projectID string) (importer.Seal, *core.Fault) {
	if c.Store == nil {
		return nil, nil
	}
	box, err := keychain.OpenBox(ctx, c.Store, c.SealName(projectID))
	if err != nil {
		return nil, core.AsFault(err)
	}
	return box, nil
}

// TakeBack makes the job of taking an import back. Nothing is asked of the source.
func (c *Computer) TakeBack(to core.Destination, place string, j importer.Journal, seal importer.Seal) importer.Job {
	return importer.Job{Place: place, Destination: to, Journal: j, Seal: seal, Wait: c.wait(), Now: time.Now, Log: c.Log}
}

// A Deletion says what became of what this computer knew of a project.
type Deletion struct {
	Runs  int      // imports that the history told
	Spool []string // files and folders whose rows were kept here so that they could be written again
}

// DeleteKnown deletes all that this computer knows of a project: its journal with the history, refused records and what is
// needed to take imports back, the key that seals it, and the rows of files that it wrote. Nothing at a destination is
// touched. It is refused while an import is running.
func (c *Computer) DeleteKnown(ctx context.Context, projectID string) (d Deletion, err error) {
	if c.HasJournal(projectID) {
		if d, err = c.deleteRuns(ctx, projectID); err != nil {
			return d, err
		}
	}
	var paths []string
	if projectID == "" {
		if paths, err = filepath.Glob(c.journalFile("") + "*"); err != nil {
			return d, err
		}
	} else {
		paths = []string{filepath.Dir(c.journalFile(projectID))}
	}
	for _, path := range paths {
		if err := os.RemoveAll(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return d, notDeleted(path, err)
		}
	}
	if c.Store != nil {
		return d, c.Store.Delete(ctx, c.SealName(projectID))
	}
	return d, nil
}

// deleteRuns looks what there is, and deletes the rows of files.
func (c *Computer) deleteRuns(ctx context.Context, projectID string) (d Deletion, err error) {
	memory, err := c.Journal(ctx, projectID)
	if err != nil {
		if f := core.AsFault(err); f.Code == "journal.damaged" {
			return d, nil // it is deleted all the same
		}
		return d, err
	}
	defer memory.Close()
	runs, err := memory.Receipts(ctx)
	if err != nil {
		return d, err
	}
	d.Runs = len(runs)
	for _, r := range runs {
		if r.State == importer.Running {
			return d, importer.AlreadyRunning()
		}
	}
	places, err := memory.Places(ctx)
	if err != nil {
		return d, err
	}
	for _, place := range places {
		kind, where, _ := strings.Cut(place, ":")
		if kind != "csv" && kind != "excel" {
			continue
		}
		spool := Spools(c.Data, c.Log).Path(kind, where)
		if _, err := os.Stat(spool); err != nil {
			continue
		}
		for _, companion := range []string{"", "-wal", "-shm", "-journal"} {
			if err := os.Remove(spool + companion); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return d, notDeleted(spool, err)
			}
		}
		d.Spool = append(d.Spool, where)
	}
	return d, nil
}

func notDeleted(path string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.not-deleted", Owner: core.You, Err: err,
		Cause:   "A file in Ferry's data folder cannot be deleted.",
		Remedy:  "Close other Ferrys and whatever has the file open, then try again.",
		Subject: core.Subject{Value: path},
	}
}
