package wiring

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/project"
	"ferry/core/rehearsal"
	"ferry/core/sqlitefile"
)

// Known is what this computer knows of a project, besides the project file.
type Known struct {
	Runs    int      // of the history
	Refused int64    // records that the history names because they were not written as they should
	Back    int      // imports that can be taken back, as far as the journal knows
	Spools  []string // files and folders whose rows are kept here so that they can be written again
	Tables  int      // descriptions of tables of its environments, without any value
	Sealed  bool     // the keychain is asked to forget the key

	paths []string    // what is deleted
	files [][2]string // kind and place of files of which rows are kept, or may be
	lists []string    // of records that rehearsals showed

	damaged bool // the journal cannot be read
}

func idOf(p *project.Project) string {
	if p == nil {
		return ""
	}
	return p.ID
}

// Known tells what DeleteKnown would delete. nil means the commands that were given no project file.
func (c *Computer) Known(ctx context.Context, p *project.Project) (k Known, err error) {
	id := idOf(p)
	if c.HasJournal(id) {
		if err := c.knownRuns(ctx, id, &k); err != nil {
			return k, err
		}
	}
	if p == nil {
		journals, err := filepath.Glob(c.journalFile("") + "*")
		if err != nil {
			return k, err
		}
		k.paths = append(k.paths, journals...)
	} else {
		if d := p.Destination; d != nil && k.damaged && !filepath.IsLocal(fileOrFolder(*d)) { // the journal does not say it
			c.knownFile(d.Driver, fileOrFolder(*d), &k)
		}
		k.paths = append(k.paths, filepath.Dir(c.journalFile(id)))
		for _, of := range p.Connections {
			folder := c.Descriptions(of, 0).folder
			if folder == "" || slices.Contains(k.paths, folder) {
				continue
			}
			if all, err := os.ReadDir(folder); err == nil {
				k.Tables += len(all)
				k.paths = append(k.paths, folder)
			}
		}
	}
	k.Sealed = c.Store != nil
	return k, nil
}

// knownRuns is what the journal knows. One that is damaged knows nothing, and is deleted all the same.
func (c *Computer) knownRuns(ctx context.Context, id string, k *Known) error {
	memory, err := c.Journal(ctx, id)
	if err != nil {
		if core.AsFault(err).Code == "journal.damaged" {
			k.damaged = true
			return nil
		}
		return err
	}
	defer memory.Close()
	runs, err := memory.Receipts(ctx)
	if err != nil {
		return err
	}
	k.Runs = len(runs)
	for _, r := range runs {
		if r.State == importer.Running {
			return importer.AlreadyRunning()
		}
		if images, _, err := memory.Remembered(ctx, r.Run); err != nil {
			return err
		} else if images > 0 {
			k.Back++
		}
		for _, t := range r.Tables {
			k.Refused += t.Refused + t.Unsure + t.Skipped
			if t.Only != "" {
				k.lists = append(k.lists, t.Only)
			}
		}
	}
	places, err := memory.Places(ctx)
	for _, place := range places {
		kind, where, _ := strings.Cut(place, ":")
		c.knownFile(kind, where, k)
	}
	return err
}

// knownFile is what is kept of a file that Ferry writes.
func (c *Computer) knownFile(kind, where string, k *Known) {
	of := [2]string{kind, where}
	if kind != "csv" && kind != "excel" || where == "" || slices.Contains(k.files, of) {
		return
	}
	k.files = append(k.files, of)
	spool := Spools(c.Data, c.Log).Path(kind, where)
	if _, err := os.Stat(spool); err != nil {
		return
	}
	k.Spools = append(k.Spools, where)
	for _, companion := range []string{"", "-wal", "-shm", "-journal", ".new"} {
		k.paths = append(k.paths, spool+companion)
	}
}

// DeleteKnown deletes all that this computer knows of a project: its journal with the history, refused records and what is
// needed to take imports back, the key that seals it, the rows of files that it wrote, what was told about the tables of its
// environments, and that its destination was chosen here. Nothing at a destination is touched, and the project file stays. It
// is refused while somebody imports, rehearses or compares.
func (c *Computer) DeleteKnown(ctx context.Context, p *project.Project) (k Known, err error) {
	if k, err = c.Known(ctx, p); err != nil {
		return k, err
	}
	release, err := c.holdAll(ctx, p, k)
	if err != nil {
		return k, err
	}
	defer release()
	for _, end := range []string{"", "-wal", "-shm"} { // while the locks are held; where they lie in a folder they go with it
		if err := os.Remove(c.journalFile(idOf(p)) + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return k, notDeleted(c.journalFile(idOf(p))+end, err)
		}
	}
	release() // Windows deletes no file that is open
	for _, path := range k.paths {
		if err := os.RemoveAll(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return k, notDeleted(path, err)
		}
	}
	for _, of := range k.files { // what a kill left beside them
		if err := Spools(c.Data, c.Log).Sweep(of[0], of[1]); err != nil {
			return k, err
		}
	}
	for _, list := range k.lists {
		c.ForgetShown(list)
	}
	if _, err := os.Stat(c.sketches()); err == nil {
		rehearsal.Sweep(ctx, c.sketches()) // of processes that were killed; nobody can open them
	}
	if err := c.unchoose(p); err != nil {
		return k, err
	}
	if c.Store != nil {
		return k, c.Store.Delete(ctx, c.SealName(idOf(p)))
	}
	return k, nil
}

// holdAll makes sure that nobody works with what is going to be deleted: no import, no rehearsal, no comparison of the project,
// and no import of another project into the same files.
func (c *Computer) holdAll(ctx context.Context, p *project.Project, k Known) (release func(), err error) {
	locks, err := journal.HoldAll(ctx, c.journalFile(idOf(p)))
	if err != nil {
		return nil, err
	}
	for _, path := range k.paths {
		if filepath.Dir(path) != filepath.Join(c.Data, "spools") || filepath.Ext(path) != ".db" {
			continue
		}
		f, err := sqlitefile.Open(ctx, path, sqlitefile.Options{Exclusive: true})
		if err != nil && strings.HasSuffix(core.AsFault(err).Code, "in-use") {
			locks()
			return nil, importer.AlreadyRunning()
		}
		if f != nil {
			_ = f.Close() // it is deleted; one that is damaged is too
		}
	}
	var once sync.Once
	return func() { once.Do(locks) }, nil
}

// unchoose forgets that the person of this computer chose the project's destination.
func (c *Computer) unchoose(p *project.Project) error {
	if p == nil || !c.chosen(p) {
		return nil
	}
	digest, all := choice(p), c.allChosen()
	text, err := json.Marshal(slices.DeleteFunc(all, func(d string) bool { return d == digest }))
	if err != nil {
		return err
	}
	return SaveFile(c.chosenFile(), text)
}

func notDeleted(path string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.not-deleted", Owner: core.You, Err: err,
		Cause:   "A file in Ferry's data folder cannot be deleted.",
		Remedy:  "Close other Ferrys and whatever has the file open, then try again.",
		Subject: core.Subject{Value: path},
	}
}
