package sqlite

import (
	"context"
	"slices"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// maxColumns is SQLite's own limit.
const maxColumns = 2000

// The tables in which Ferry keeps what it must know about the file.
const ownTables = `
CREATE TABLE IF NOT EXISTS _ferry (name TEXT NOT NULL PRIMARY KEY, value);
CREATE TABLE IF NOT EXISTS _ferry_table (
	name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE, -- of the table
	source TEXT NOT NULL,                          -- the Dynamics table it holds
	title TEXT NOT NULL,
	key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _ferry_batch (
	plan TEXT NOT NULL, batch TEXT NOT NULL,
	start INTEGER NOT NULL,                        -- in which start of an import
	outcomes BLOB NOT NULL, faults TEXT,
	PRIMARY KEY (plan, batch));
CREATE TABLE IF NOT EXISTS _ferry_row (
	tbl TEXT NOT NULL COLLATE NOCASE, key TEXT NOT NULL, -- a row that Ferry made or matched, where a mapping has to know
	plan TEXT NOT NULL, run TEXT NOT NULL,         -- what saw it last at the source
	found INTEGER NOT NULL,                        -- Ferry did not make it
	kept BLOB,                                     -- digests of what Ferry left in columns that others may change
	fate TEXT NOT NULL, dealt TEXT NOT NULL,       -- gone or left the filter, and what was done about it
	PRIMARY KEY (tbl, key)) WITHOUT ROWID;
INSERT OR IGNORE INTO _ferry VALUES ('format', 1), ('made by', 'Ferry');
`

// A statement is SQL with its arguments.
type statement struct {
	sql  string
	args []any
}

func (d *Destination) execAll(statements ...statement) error {
	for _, s := range statements {
		if err := sqlitex.Execute(d.file.Conn(), s.sql, &sqlitex.ExecOptions{Args: s.args}); err != nil {
			return err
		}
	}
	return nil
}

// change runs do in a transaction that has Ferry's own tables.
func (d *Destination) change(ctx context.Context, do func() error) error {
	return d.file.Transaction(ctx, func(conn *sqlite.Conn) error {
		if err := sqlitex.ExecuteScript(conn, ownTables, nil); err != nil {
			return err
		}
		return do()
	})
}

// Missing tells what the plan needs. A table or column that is in the way is a Fault.
func (d *Destination) Missing(ctx context.Context, p core.Plan) ([]core.Thing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := possible(p); err != nil {
		return nil, err
	}
	var things []core.Thing
	there, err := d.look(ctx, func(f *sqlitefile.File) (err error) {
		things, err = missing(f, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !there {
		things = []core.Thing{{Kind: "file", Name: d.path, Plan: p.ID}, {Kind: "table", Name: p.Table, Plan: p.ID}}
	}
	return things, nil
}

func missing(f *sqlitefile.File, p core.Plan) ([]core.Thing, error) {
	t, err := describe(f, p.Table)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return []core.Thing{{Kind: "table", Name: p.Table, Plan: p.ID}}, nil
	}
	if err := fits(t, p); err != nil {
		return nil, err
	}
	var things []core.Thing
	for _, c := range p.Columns {
		if t.column(c.Name) == nil {
			things = append(things, core.Thing{Kind: "column", Name: p.Table + "." + c.Name, Plan: p.ID})
		}
	}
	if len(t.columns)+len(things) > maxColumns {
		return nil, tooManyColumns(p.Table, len(t.columns)+len(things))
	}
	return things, nil
}

// possible refuses a plan that no SQLite file can hold.
func possible(p core.Plan) error {
	for _, reserved := range []string{"sqlite_", "_ferry"} {
		if len(p.Table) >= len(reserved) && strings.EqualFold(p.Table[:len(reserved)], reserved) {
			return reservedName(p.Table)
		}
	}
	if len(p.Columns)+1 > maxColumns {
		return tooManyColumns(p.Table, len(p.Columns)+1)
	}
	seen := map[string]bool{strings.ToLower(p.Key): true}
	for _, name := range []string{p.Table, p.Key} {
		if name == "" || strings.ContainsRune(name, 0) {
			return badName(p.Table)
		}
	}
	for _, c := range p.Columns {
		switch lower := strings.ToLower(c.Name); {
		case c.Name == "" || strings.ContainsRune(c.Name, 0):
			return badName(p.Table)
		case seen[lower]:
			return sameColumn(p.Table, c.Name)
		default:
			seen[lower] = true
		}
	}
	return nil
}

// fits refuses a table that is there but cannot or must not take the plan's rows.
func fits(t *table, p core.Plan) error {
	switch {
	case !t.ours || t.view:
		return notOurTable(p.Table)
	case t.source != p.Source:
		return otherTable(p.Table, t.source)
	case !strings.EqualFold(t.key, p.Key):
		return otherKey(p.Table, p.Key)
	}
	if err := t.usable(); err != nil {
		return err
	}
	for _, have := range t.columns {
		if have.required && have.name != t.key && !slices.ContainsFunc(p.Columns, func(c core.Column) bool { return strings.EqualFold(c.Name, have.name) }) {
			return notFilled(p.Table, have.name)
		}
	}
	for _, c := range p.Columns {
		have := t.column(c.Name)
		if have == nil {
			continue
		}
		if have.hidden || !takes(have.declared, c.Type) {
			return otherType(p.Table, c.Name, affinity(have.declared), sqlType(c.Type))
		}
	}
	return nil
}

// usable refuses a table that was made in such a way since that rows cannot be stored, or counted, as Ferry does it.
func (t *table) usable() error {
	switch key := t.column(t.key); {
	case t.rowless:
		return tableChanged(t.name, "it has no row ids (WITHOUT ROWID)")
	case key != nil && !takes(key.declared, core.ColumnText):
		return tableChanged(t.name, "its key “"+key.name+"” is made for "+kinds(affinity(key.declared)))
	}
	return nil
}

// takes reports whether a column keeps every value of a type as it is.
func takes(declared string, t core.ColumnType) bool {
	a := affinity(declared)
	return a == "BLOB" || a == sqlType(t)
}

// holds are the types that a column which is there can take.
func holds(declared string) []core.ColumnType {
	all := []core.ColumnType{}
	for _, t := range []core.ColumnType{
		core.ColumnText, core.ColumnInteger, core.ColumnDecimal, core.ColumnDouble, core.ColumnBoolean, core.ColumnDateTime, core.ColumnDate, core.ColumnJSON, core.ColumnBytes,
	} {
		if takes(declared, t) {
			all = append(all, t)
		}
	}
	return all
}

// sqlType is the declared type of a column. Exact numbers, times and lists are text: every digit stays.
func sqlType(t core.ColumnType) string {
	switch t {
	case core.ColumnInteger, core.ColumnBoolean:
		return "INTEGER"
	case core.ColumnDouble:
		return "REAL"
	case core.ColumnBytes:
		return "BLOB"
	default:
		return "TEXT"
	}
}

// affinity is what SQLite makes of a declared type (SQLite: "Determination Of Column Affinity").
func affinity(declared string) string {
	up := strings.ToUpper(declared)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(up, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("INT"):
		return "INTEGER"
	case has("CHAR", "CLOB", "TEXT"):
		return "TEXT"
	case up == "" || has("BLOB"):
		return "BLOB"
	case has("REAL", "FLOA", "DOUB"):
		return "REAL"
	default:
		return "NUMERIC"
	}
}

// quote makes any name safe in SQL.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Prepare makes the file, the table or the columns that things name; what is there already is left alone.
func (d *Destination) Prepare(ctx context.Context, p core.Plan, things []core.Thing) (core.Plan, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := possible(p); err != nil {
		return p, err
	}
	create := false
	for _, thing := range things {
		create = create || thing.Kind == "file"
	}
	if err := d.hold(ctx, create); err != nil {
		return p, err
	}
	return p, d.change(ctx, func() error {
		for _, thing := range things {
			if err := d.make(p, thing); err != nil {
				return err
			}
		}
		return d.begin(p)
	})
}

func (d *Destination) make(p core.Plan, thing core.Thing) error {
	t, err := describe(d.file, p.Table)
	if err != nil {
		return err
	}
	if t != nil {
		if err := fits(t, p); err != nil {
			return err
		}
	}
	switch {
	case thing.Kind == "table" && thing.Name == p.Table && t == nil:
		var sql strings.Builder
		sql.WriteString("CREATE TABLE " + quote(p.Table) + " (" + quote(p.Key) + " TEXT NOT NULL PRIMARY KEY")
		for _, c := range p.Columns {
			sql.WriteString(", " + quote(c.Name) + " " + sqlType(c.Type))
		}
		sql.WriteString(")")
		return d.execAll(statement{sql.String(), nil}, statement{"DELETE FROM _ferry_row WHERE tbl = ?1", []any{p.Table}}, statement{
			"INSERT OR REPLACE INTO _ferry_table VALUES (?1, ?2, ?3, ?4)", []any{p.Table, p.Source, p.Title, p.Key}})
	case thing.Kind == "column" && t != nil:
		for _, c := range p.Columns {
			if thing.Name == p.Table+"."+c.Name && t.column(c.Name) == nil {
				if len(t.columns) == maxColumns {
					return tooManyColumns(p.Table, maxColumns+1)
				}
				return d.execAll(statement{"ALTER TABLE " + quote(t.name) + " ADD COLUMN " + quote(c.Name) + " " + sqlType(c.Type), nil})
			}
		}
	}
	return nil
}
