package sheet

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ferry/core"
)

// A spool holds the rows of files, and so people's data, as long as somebody imports into them. After that it is emptied: what
// stays is which files are Ferry's own, and no row. The next import reads everything once more; the file as it was is kept
// under another name, because rows that Dynamics has no more stand in it alone.

// lost is how a file was left whose rows are not known any more: no file is like it.
const lost = -1

// Expire empties the spools into which nothing was written since before, and tells how many. One that is damaged is deleted. One whose import has not come to
// its end is left alone until unfinished is past, and so is one that another Ferry works with.
func (s Spools) Expire(ctx context.Context, before, unfinished time.Time) (n int, err error) {
	files, err := filepath.Glob(filepath.Join(s.Folder, "*-*.db"))
	if err != nil {
		return 0, err
	}
	for _, path := range files {
		used, there := lastUse(path)
		if !there || !used.Before(before) {
			continue
		}
		emptied, failed := s.empty(ctx, path, used.Before(unfinished))
		if emptied {
			n++
		}
		if failed != nil && !strings.HasSuffix(core.AsFault(failed).Code, "in-use") {
			err = errors.Join(err, failed)
		}
	}
	return n, err
}

// lastUse is when a spool was written last.
func lastUse(path string) (used time.Time, there bool) {
	for _, end := range []string{"", "-wal"} {
		about, err := os.Stat(path + end)
		if err == nil && about.ModTime().After(used) {
			used, there = about.ModTime(), true
		}
	}
	return used, there
}

// empty puts a spool without rows into a spool's place.
func (s Spools) empty(ctx context.Context, path string, begun bool) (bool, error) {
	old, err := s.Open(path)
	if err != nil {
		return false, err
	}
	defer old.Close()
	text, err := old.Note(ctx, filesNote)
	if err != nil && broken(err) { // nobody can go on with it, and people's data may still be in it
		return true, errors.Join(old.Close(), s.remove(path))
	}
	if err != nil {
		return false, err
	}
	m := &memory{}
	if text != "" && json.Unmarshal([]byte(text), m) != nil {
		m = &memory{} // nobody could go on with it either
	}
	if m.Emptied || !begun && m.unfinished() {
		return false, nil
	}
	m.forget()
	kept, err := json.Marshal(m)
	if err != nil {
		return false, err
	}
	if err := old.SetNote(ctx, filesNote, string(kept)); err != nil { // and nobody else has it open
		return false, err
	}
	if err := s.sweep(path, m.Place); err != nil {
		return false, err
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !os.IsNotExist(err) { // of a process that was killed
		return false, fileFault(fresh, err)
	}
	next, err := s.Open(fresh)
	if err != nil {
		return false, err
	}
	if err = next.Start(ctx, core.Identity{}); err == nil {
		err = next.SetNote(ctx, filesNote, string(kept))
	}
	if err = errors.Join(err, next.Close(), old.Close()); err != nil {
		return false, errors.Join(err, os.Remove(fresh))
	}
	if err := errors.Join(os.Chmod(fresh, 0o600), os.Rename(fresh, path)); err != nil {
		return false, fileFault(path, err)
	}
	return true, nil
}

// broken reports whether a spool cannot be read at all.
func broken(err error) bool {
	code := core.AsFault(err).Code
	return strings.HasSuffix(code, ".damaged") || strings.HasSuffix(code, ".not-a-database")
}

// remove deletes a spool with all that lies beside it.
func (s Spools) remove(path string) error {
	for _, end := range []string{"", "-wal", "-shm", "-journal", ".new"} {
		if err := os.Remove(path + end); err != nil && !os.IsNotExist(err) {
			return fileFault(path, err)
		}
	}
	return nil
}

// Sweep removes what a process that was killed left of a file or folder, beside it, before it was complete. Nobody may be
// working with it.
func (s Spools) Sweep(kind, where string) error { return s.sweep(s.Path(kind, where), absolute(where)) }

func (s Spools) sweep(path, place string) error {
	if place == "" {
		return nil
	}
	folder := place
	if strings.HasPrefix(filepath.Base(path), "excel-") {
		folder = filepath.Dir(place)
	}
	all, err := os.ReadDir(folder)
	if err != nil { // the folder is not there any more, or not now
		return nil
	}
	for _, e := range all {
		if strings.HasPrefix(e.Name(), partBegin) && strings.HasSuffix(e.Name(), partEnd(path)) {
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil && !os.IsNotExist(err) {
				return fileFault(e.Name(), err)
			}
		}
	}
	return nil
}

// unfinished reports whether an import into the files has not come to its end.
func (m *memory) unfinished() bool {
	for _, t := range m.Tables {
		if t.Dirty {
			return true
		}
	}
	return false
}

// forget leaves of a memory which files are Ferry's own.
func (m *memory) forget() {
	m.Emptied = true
	if first(m.Left, m.Next) != nil {
		m.Left, m.Next = &left{Size: lost}, nil
	}
	for _, t := range m.Tables {
		t.Dirty, t.Written, t.Sheets = true, false, nil
		if first(t.Left, t.Next) != nil {
			t.Left, t.Next = &left{Size: lost}, nil
		}
	}
}

// keptWords say that a file which Ferry did not overwrite has another name now.
func (t *tableMemory) keptWords() string {
	switch {
	case t.aside == "":
		return ""
	case t.lost:
		return "The file as it was is kept as " + t.aside + ": the rows that Ferry had kept of it were deleted after their time."
	}
	return "Somebody had changed the file. It is kept as " + t.aside + "."
}
