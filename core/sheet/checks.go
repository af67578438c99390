package sheet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// Checks looks whether the place takes files, whether the files there are Ferry's, and whether its own memory can be
// written. It leaves nothing behind.
func (d *files) Checks(ctx context.Context, need core.Need, tell func(core.Check)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	core.TakeSteps(ctx, "testing the files", []core.Step{
		{Check: core.Check{ID: "place", Title: "Folder can be written"}, Do: d.checkPlace},
		{Check: core.Check{ID: "memory", Title: "Ferry's own copy of the rows"}, Do: d.checkMemory},
		{Check: core.Check{ID: "files", Title: "Files", DependsOn: []string{"place", "memory"}}, Do: func(ctx context.Context, c *core.Check) error {
			return d.checkFiles(ctx, need.Tables, c)
		}},
	}, tell)
}

// folder is where the files come to lie.
func (d *files) folder() string { return filepath.Dir(d.target(&tableMemory{Name: "a"})) }

// checkPlace looks whether the folder takes files. A folder that is not there yet
// is made by the import, when the one above it is there.
func (d *files) checkPlace(_ context.Context, c *core.Check) error {
	c.Detail = d.folder()
	folder, err := d.ground()
	if err != nil {
		return err
	}
	if folder != c.Detail {
		c.Detail += ", made by the first import"
	}
	return d.room(folder, c)
}

// ground is the folder in which the files come to lie, or the one above it where the import makes it.
func (d *files) ground() (string, error) {
	folder := d.folder()
	about, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist) && folder == d.place:
		folder = filepath.Dir(folder)
	case err == nil && !about.IsDir():
		return "", fileInTheWay(folder)
	}
	if about, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) || err == nil && !about.IsDir() {
		return "", noFolder(folder)
	}
	return folder, nil
}

// reachable looks before anything is read whether a table's file can be written in the end. One that is open elsewhere may be
// closed by then.
func (d *files) reachable(t *tableMemory) error {
	folder, err := d.ground()
	if err == nil {
		err = probe(folder)
	}
	if err != nil || d.changes {
		return err
	}
	if err := writable(d.target(t)); err != nil && core.AsFault(err).Code != inUse("", nil).Code {
		return err
	}
	return nil
}

// probe makes a file in a folder and takes it away again: nothing else tells for sure.
func probe(folder string) error {
	file, err := os.CreateTemp(folder, ".ferry-*")
	if err != nil {
		return fileFault(folder, err)
	}
	if err := errors.Join(file.Close(), os.Remove(file.Name())); err != nil {
		return fileFault(folder, err)
	}
	return nil
}

// room looks whether a folder takes files, and how much more.
func (d *files) room(folder string, c *core.Check) error {
	if err := probe(folder); err != nil {
		return err
	}
	if free, ok := d.free(folder); ok && free < sqlitefile.LittleSpace {
		c.State, c.Fault = core.CheckWarned, nearlyFull(folder, sqlitefile.Size(free))
	}
	return nil
}

// checkMemory says where the spool is, and that it can be read and written.
func (d *files) checkMemory(ctx context.Context, c *core.Check) error {
	folder := d.spools.Folder
	for up := filepath.Dir(folder); up != folder; folder, up = up, filepath.Dir(up) {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err := d.room(folder, c); err != nil {
		return err
	}
	id, err := d.Spool.Identity(ctx)
	if err != nil {
		return err
	}
	c.Detail = "made by the first import in " + d.spools.Folder
	if about, err := os.Stat(d.path); err == nil && id.ID != "" {
		c.Detail = fmt.Sprintf("%s, %s; it knows what is in the files, so that an import can go on or be taken back", d.path, sqlitefile.Size(uint64(about.Size())))
	}
	return nil
}

// checkFiles looks at the files of the tables that are wanted.
func (d *files) checkFiles(ctx context.Context, tables []string, c *core.Check) error {
	m, err := d.recall(ctx)
	if err != nil {
		return err
	}
	if d.elsewhere(m) {
		m = &memory{}
	}
	if d.changes {
		c.Detail = d.toldWords(m)
		if f := d.careful(ctx, c); f != nil {
			c.State, c.Fault = core.CheckWarned, f
		}
		return nil
	}
	warn := func(f *core.Fault) {
		if f != nil && c.Fault == nil {
			c.State, c.Fault = core.CheckWarned, f
		}
	}
	seen := map[string]bool{}
	for _, name := range tables {
		t := m.table(name)
		if t == nil {
			t = &tableMemory{Table: name}
			t.Name = d.name(m, t)
		}
		path := d.target(t)
		if seen[path] {
			continue
		}
		seen[path] = true
		if err := d.takes(t); err != nil {
			return err
		}
		if with := openedBy(path); with != "" {
			warn(openElsewhere(path, with))
		}
		was := d.ours(t)
		if was == nil {
			continue
		}
		if err := writable(path); err != nil {
			return err
		}
		switch now, err := d.state(ctx, path, was); {
		case err != nil:
			return err
		case now == changedSince:
			warn(changedByOthers(path))
		case now == gone:
			warn(goneSince(path))
		}
	}
	c.Detail = d.said(m, tables)
	warn(d.careful(ctx, c))
	return nil
}

// writable tells whether a file that is there can be replaced. On Windows one that is open elsewhere cannot.
func writable(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil && held(path, err):
		return inUse(path, err)
	case err != nil:
		return fileFault(path, err)
	}
	return file.Close()
}
