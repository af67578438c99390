package sqlite

import (
	"context"
	"log/slog"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// What a destination needs that keeps its rows in a file of this kind and writes other files of them: the rows read back,
// and notes that lie beside them.

// NewSpool is New for a file that nobody asked for: what a person has in it no more is in it no more, also in its free pages.
func NewSpool(path string, log *slog.Logger) (*Destination, error) {
	d, err := New(path, log)
	if err == nil {
		d.wipe = true
	}
	return d, err
}

// Rows calls row with every row of the plan's table, in the order of its keys: the key, and the values in the plan's column
// order. The values are good until row returns; row must not call d.
func (d *Destination) Rows(ctx context.Context, p core.Plan, row func(key string, values []core.Value) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, false); err != nil {
		return err
	}
	if things, err := missing(d.file, p); err != nil || len(things) > 0 {
		return orNotPrepared(err, p)
	}
	sql := "SELECT " + quote(p.Key)
	for _, c := range p.Columns {
		sql += ", " + quote(c.Name)
	}
	sql += " FROM " + quote(p.Table) + " ORDER BY " + quote(p.Key)
	values := make([]core.Value, len(p.Columns))
	return d.file.Read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.ExecuteTransient(conn, sql, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
			for i, c := range p.Columns {
				values[i] = read(s, i+1, c.Type)
			}
			return row(s.ColumnText(0), values)
		}})
	})
}

// Note returns a text that SetNote kept under a name; "" when there is none, or no file yet.
func (d *Destination) Note(ctx context.Context, name string) (text string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err = d.look(ctx, func(f *sqlitefile.File) error {
		there, err := f.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_ferry'")
		if err == nil && there > 0 {
			text, err = f.Text("SELECT value FROM _ferry WHERE name = ?1", "note "+name)
		}
		return f.Fault(err)
	})
	return text, err
}

// SetNote keeps a text under a name; it is on the disk when SetNote returns.
func (d *Destination) SetNote(ctx context.Context, name, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, false); err != nil {
		return err
	}
	return d.change(ctx, func() error { return d.note(name, text) })
}

func (d *Destination) note(name, text string) error {
	return d.execAll(statement{"INSERT INTO _ferry VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value", []any{"note " + name, text}})
}
