package sqlite

import (
	"context"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// A table is what the file tells about one of its tables.
type table struct {
	name    string
	view    bool
	key     string // its primary key, when it is one column
	rowless bool   // WITHOUT ROWID
	hooks   bool   // it has triggers
	columns []column
	ours    bool
	source  string // the Dynamics table it holds
	title   string
}

type column struct {
	name, declared string
	required       bool // not empty, and nothing fills it by itself
	hidden         bool // computed by SQLite
}

func (t *table) column(name string) *column {
	for i := range t.columns {
		if strings.EqualFold(t.columns[i].name, name) {
			return &t.columns[i]
		}
	}
	return nil
}

// describe reads one table; nil when there is none. Names are compared as SQLite does: without regard to case.
func describe(f *sqlitefile.File, name string) (*table, error) {
	t := &table{}
	err := sqlitex.Execute(f.Conn(), "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE",
		&sqlitex.ExecOptions{Args: []any{name}, ResultFunc: func(s *sqlite.Stmt) error {
			t.name, t.view = s.ColumnText(0), s.ColumnText(1) == "view"
			return nil
		}})
	if err != nil || t.name == "" {
		return nil, f.Fault(err)
	}
	keys := 0
	err = sqlitex.Execute(f.Conn(), `SELECT name, type, "notnull" AND dflt_value IS NULL, pk, hidden FROM pragma_table_xinfo(?1)`,
		&sqlitex.ExecOptions{Args: []any{t.name}, ResultFunc: func(s *sqlite.Stmt) error {
			t.columns = append(t.columns, column{s.ColumnText(0), s.ColumnText(1), s.ColumnBool(2), s.ColumnInt(4) != 0})
			if s.ColumnInt(3) > 0 {
				keys++
				t.key = s.ColumnText(0)
			}
			return nil
		}})
	if keys != 1 {
		t.key = ""
	}
	if err == nil {
		err = sqlitex.Execute(f.Conn(), `SELECT coalesce((SELECT wr FROM pragma_table_list(?1) WHERE schema = 'main'), 0),
			EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE)`,
			&sqlitex.ExecOptions{Args: []any{t.name}, ResultFunc: func(s *sqlite.Stmt) error {
				t.rowless, t.hooks = s.ColumnBool(0), s.ColumnBool(1)
				return nil
			}})
	}
	if err == nil {
		err = t.readOurs(f)
	}
	return t, f.Fault(err)
}

// readOurs finds out whether Ferry made the table.
func (t *table) readOurs(f *sqlitefile.File) error {
	n, err := f.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_ferry_table'")
	if err != nil || n == 0 {
		return err
	}
	return sqlitex.Execute(f.Conn(), "SELECT source, title FROM _ferry_table WHERE name = ?1",
		&sqlitex.ExecOptions{Args: []any{t.name}, ResultFunc: func(s *sqlite.Stmt) error {
			t.ours, t.source, t.title = true, s.ColumnText(0), s.ColumnText(1)
			return nil
		}})
}

// Tables lists the file's tables but Ferry's own.
func (d *Destination) Tables(ctx context.Context) ([]core.TableName, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []core.TableName
	_, err := d.look(ctx, func(f *sqlitefile.File) error {
		return f.Read(ctx, func(conn *sqlite.Conn) error {
			return sqlitex.Execute(conn, `SELECT name FROM sqlite_schema WHERE type = 'table'
				AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_ferry%' ESCAPE '\' ORDER BY name`,
				&sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
					names = append(names, core.TableName{Logical: s.ColumnText(0), Display: s.ColumnText(0), Plural: s.ColumnText(0)})
					return nil
				}})
		})
	})
	return names, err
}

// Describe tells what a table of the file looks like.
func (d *Destination) Describe(ctx context.Context, name string) (core.Table, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var t *table
	if _, err := d.look(ctx, func(f *sqlitefile.File) (err error) {
		t, err = describe(f, name)
		return err
	}); err != nil {
		return core.Table{}, err
	}
	if t == nil || t.view {
		return core.Table{}, noTable(name)
	}
	out := core.Table{
		Name: core.TableName{Logical: t.name, Display: t.name, Plural: t.name},
		Key:  t.key, Rights: core.Rights{Read: core.DepthGlobal, Known: true}, Holds: t.source,
	}
	if t.title != "" {
		out.Name.Plural = t.title
	}
	for _, c := range t.columns {
		f := core.Field{Name: c.name, Display: c.name, Readable: true, Writable: t.ours && !c.hidden, Required: c.required, Derived: c.hidden, Type: core.TypeOther}
		switch affinity(c.declared) {
		case "INTEGER":
			f.Type = core.TypeBigInt
		case "REAL":
			f.Type = core.TypeDouble
		case "TEXT":
			f.Type = core.TypeText
		case "NUMERIC":
			f.Type = core.TypeDecimal
		}
		f.Takes = holds(c.declared)
		out.Fields = append(out.Fields, f)
	}
	return out, nil
}
