package sqlite

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

// Checks looks whether the folder takes files, whether the file is a database Ferry may write, and whether its tables
// are not in the way. It leaves nothing behind.
func (d *Destination) Checks(ctx context.Context, need core.Need, tell func(core.Check)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	core.TakeSteps(ctx, "testing the database file", []core.Step{
		{Check: core.Check{ID: "place", Title: "Folder can be written"}, Do: d.checkPlace},
		{Check: core.Check{ID: "file", Title: "Database file", DependsOn: []string{"place"}}, Do: d.checkFile},
		{Check: core.Check{ID: "tables", Title: "Tables", DependsOn: []string{"file"}}, Do: func(ctx context.Context, c *core.Check) error {
			return d.checkTables(ctx, need.Tables, c)
		}},
	}, tell)
}

// checkPlace makes a file in the folder and takes it away again: nothing else tells for sure.
func (d *Destination) checkPlace(_ context.Context, c *core.Check) error {
	folder := filepath.Dir(d.path)
	if d.file == nil {
		if err := sqlitefile.Writable(d.path); err != nil {
			return err
		}
	}
	c.Detail = folder
	if free, ok := sqlitefile.FreeSpace(folder); ok {
		c.Detail = fmt.Sprintf("%s, %s free", folder, sqlitefile.Size(free))
		if free < sqlitefile.LittleSpace {
			c.State, c.Fault = core.CheckWarned, nearlyFull(sqlitefile.Size(free))
		}
	}
	return nil
}

func (d *Destination) checkFile(ctx context.Context, c *core.Check) error {
	there, err := d.look(ctx, func(f *sqlitefile.File) error {
		id, err := identity(f)
		if err != nil {
			return err
		}
		c.Detail = "a database of another program; Ferry adds its own tables and leaves the others alone"
		if id.ID != "" {
			c.Detail = "made by Ferry"
		}
		info, err := os.Stat(d.path)
		if err == nil {
			c.Detail += ", " + sqlitefile.Size(uint64(info.Size()))
		} else if errors.Is(err, fs.ErrNotExist) {
			return sqlitefile.Moved(d.path)
		}
		return nil
	})
	if err == nil && !there {
		c.Detail = "new; the first import makes it"
	}
	return err
}

func (d *Destination) checkTables(ctx context.Context, tables []string, c *core.Check) error {
	made, others := 0, 0
	_, err := d.look(ctx, func(f *sqlitefile.File) error {
		for _, name := range tables {
			t, err := describe(f, name)
			if err != nil {
				return err
			}
			switch {
			case t == nil:
			case !t.ours || t.view:
				return notOurTable(name)
			default:
				if err := t.usable(); err != nil {
					return err
				}
				made++
			}
		}
		n, err := f.Number(`SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_ferry%' ESCAPE '\'`)
		others = int(n) - made
		return f.Fault(err)
	})
	c.Detail = fmt.Sprintf("%d of %d there already, the others are made by the import", made, len(tables))
	if len(tables) == 0 {
		c.Detail = fmt.Sprintf("%d in the file", others)
	}
	return err
}
