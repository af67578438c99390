package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ferry/core"
)

// What the user may do is asked before anything is read or written, so that what is missing can be named together with
// the statement that gives it.

// may looks whether the user may make things and write the plan's table.
func (d *Destination) may(ctx context.Context, p core.Plan, things []core.Thing) error {
	if err := d.speaksAll(ctx); err != nil {
		return err
	}
	if err := d.mayStage(ctx); err != nil {
		return err
	}
	is := func(kind string) bool {
		return slices.ContainsFunc(things, func(t core.Thing) bool { return t.Kind == kind })
	}
	switch {
	case is("schema"):
		return d.mayMakeSchema(ctx)
	case is("table"):
		return d.mayMakeTables(ctx)
	case is("column"):
		if err := d.mayWrite(ctx, p.Table); err != nil {
			return err
		}
		return d.mayAlter(ctx, p.Table)
	}
	return d.mayWrite(ctx, p.Table)
}

// asked is an error unless the one thing that a statement asks is true.
func (d *Destination) asked(ctx context.Context, otherwise *core.Fault, sql string, args ...[]byte) error {
	row, err := d.one(ctx, sql, args...)
	if err == nil && row[0] != "t" {
		return otherwise
	}
	return err
}

func (d *Destination) mayStage(ctx context.Context) error {
	return d.asked(ctx, noRight(d.to.user, "make temporary tables, through which rows are written",
		fmt.Sprintf("GRANT TEMPORARY ON DATABASE %s TO %s;", quote(d.to.database), quote(d.to.user))), "SELECT has_database_privilege(current_database(), 'TEMPORARY')")
}

func (d *Destination) mayMakeSchema(ctx context.Context) error {
	return d.asked(ctx, noRight(d.to.user, fmt.Sprintf("make the schema “%s”", d.to.schema),
		fmt.Sprintf("CREATE SCHEMA %s AUTHORIZATION %s;", quote(d.to.schema), quote(d.to.user))), "SELECT has_database_privilege(current_database(), 'CREATE')")
}

func (d *Destination) mayMakeTables(ctx context.Context) error {
	return d.asked(ctx, noRight(d.to.user, fmt.Sprintf("make tables in the schema “%s”", d.to.schema),
		fmt.Sprintf("GRANT USAGE, CREATE ON SCHEMA %s TO %s;", quote(d.to.schema), quote(d.to.user))), "SELECT has_schema_privilege($1::text, 'CREATE')", text(d.to.schema))
}

// mayUse looks whether the user may see into the schema, and write Ferry's own tables there.
func (d *Destination) mayUse(ctx context.Context) error {
	if err := d.asked(ctx, noRight(d.to.user, fmt.Sprintf("use the schema “%s”", d.to.schema),
		fmt.Sprintf("GRANT USAGE, CREATE ON SCHEMA %s TO %s;", quote(d.to.schema), quote(d.to.user))), "SELECT has_schema_privilege($1::text, 'USAGE')", text(d.to.schema)); err != nil {
		return err
	}
	var own []string
	for name := range d.ownTables() {
		own = append(own, name)
	}
	return d.mayWrite(ctx, own...)
}

// mayWrite looks at those of the tables that are there: another user may have made them.
func (d *Destination) mayWrite(ctx context.Context, tables ...string) error {
	for i, name := range tables {
		tables[i] = cut(name)
	}
	rows, err := d.query(ctx, `SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1::text AND c.relname = ANY ($2::text[]) AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
		AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')) ORDER BY c.relname`, text(d.to.schema), array(tables))
	if err != nil || len(rows) == 0 {
		return err
	}
	var names []string
	for _, row := range rows {
		names = append(names, d.own(string(row[0])))
	}
	return noRight(d.to.user, fmt.Sprintf("read and write the table “%s”, which another user made", rows[0][0]),
		fmt.Sprintf("GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %s;", strings.Join(names, ", "), quote(d.to.user)))
}

// mayAlter looks whether columns can be added to a table: only its owner may do that.
func (d *Destination) mayAlter(ctx context.Context, table string) error {
	t, err := d.describe(ctx, table)
	if err != nil || t == nil || t.owned {
		return err
	}
	return noRight(d.to.user, fmt.Sprintf("add columns to the table “%s”, which another user made", table),
		fmt.Sprintf("ALTER TABLE %s OWNER TO %s;", d.own(table), quote(d.to.user)))
}
