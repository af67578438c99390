package postgres

import (
	"context"
	"strings"

	"ferry/core"
)

func (d *Destination) hasSchema(ctx context.Context) (bool, error) {
	rows, err := d.query(ctx, "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1::text", text(d.to.schema))
	return len(rows) > 0, err
}

// has reports whether the schema has something of that name.
func (d *Destination) has(ctx context.Context, name string) (bool, error) {
	rows, err := d.query(ctx, `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1::text AND c.relname = $2::text`, text(d.to.schema), text(cut(name)))
	return len(rows) > 0, err
}

// A table is what the database tells about one of its tables.
type table struct {
	name    string
	kind    string // r is a table, p one that is divided into others; views, sequences and more are something else
	key     string // its primary key, when it is one column
	late    bool   // the key is looked at when a transaction ends
	rules   bool   // it turns into something else what is written
	hooks   bool   // triggers or policies have a say in what is stored
	owned   bool   // its owner is who signed in
	columns []column
	ours    bool
	source  string // the Dynamics table it holds
	title   string
}

type column struct {
	name, kind string
	required   bool // not empty, and nothing fills it by itself
	computed   bool
}

func (t *table) column(name string) *column {
	for i := range t.columns {
		if t.columns[i].name == cut(name) {
			return &t.columns[i]
		}
	}
	return nil
}

// describe reads one table; nil when there is none.
func (d *Destination) describe(ctx context.Context, name string) (*table, error) {
	rows, err := d.query(ctx, `SELECT c.oid, c.relname, c.relkind, pg_catalog.pg_has_role(c.relowner, 'USAGE'),
		EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type IN ('2', '3')),
		EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND NOT i.indimmediate),
		c.relhastriggers OR c.relrowsecurity OR c.relkind = 'p'
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1::text AND c.relname = $2::text`, text(d.to.schema), text(cut(name)))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	oid, is := rows[0][0], func(at int) bool { return string(rows[0][at]) == "t" }
	t := &table{name: string(rows[0][1]), kind: string(rows[0][2]), owned: is(3), rules: is(4), late: is(5), hooks: is(6)}
	// attgenerated is there since PostgreSQL 12: a row as JSON has it or not.
	rows, err = d.query(ctx, `SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull AND NOT a.atthasdef AND coalesce(pg_catalog.row_to_json(a) ->> 'attidentity', '') = '',
		coalesce(pg_catalog.row_to_json(a) ->> 'attgenerated', '') <> '' OR coalesce(pg_catalog.row_to_json(a) ->> 'attidentity', '') = 'a',
		EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND i.indnatts = 1 AND i.indkey[0] = a.attnum)
		FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`, oid)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		c := column{name: string(row[0]), kind: string(row[1]), required: string(row[2]) == "t", computed: string(row[3]) == "t"}
		t.columns = append(t.columns, c)
		if string(row[4]) == "t" {
			t.key = c.name
		}
	}
	if there, err := d.has(ctx, "_ferry_table"); err != nil || !there {
		return t, err
	}
	rows, err = d.query(ctx, "SELECT source, title FROM "+d.own("_ferry_table")+" WHERE name = $1", text(t.name))
	if len(rows) > 0 {
		t.ours, t.source, t.title = true, string(rows[0][0]), string(rows[0][1])
	}
	return t, err
}

// Tables lists the schema's tables but Ferry's own.
func (d *Destination) Tables(ctx context.Context) ([]core.TableName, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []core.TableName
	err := d.transaction(ctx, reading, func() error {
		rows, err := d.query(ctx, `SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = $1::text AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE '\_ferry%' ORDER BY c.relname`, text(d.to.schema))
		for _, row := range rows {
			name := string(row[0])
			names = append(names, core.TableName{Logical: name, Display: name, Plural: name})
		}
		return err
	})
	return names, d.fault(ctx, err)
}

// Describe tells what a table of the schema looks like.
func (d *Destination) Describe(ctx context.Context, name string) (core.Table, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var t *table
	err := d.transaction(ctx, reading, func() (err error) {
		t, err = d.describe(ctx, name)
		return err
	})
	if err != nil {
		return core.Table{}, d.fault(ctx, err)
	}
	if t == nil || t.kind != "r" && t.kind != "p" {
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
		out.Fields = append(out.Fields, core.Field{
			Name: c.name, Display: c.name, Type: fieldType(c.kind), Readable: true, Writable: t.ours && !c.computed, Required: c.required, Derived: c.computed,
			Takes: holds(c.kind),
		})
	}
	return out, nil
}

func fieldType(kind string) core.FieldType {
	switch kind {
	case "bigint":
		return core.TypeBigInt
	case "integer", "smallint":
		return core.TypeInteger
	case "double precision", "real":
		return core.TypeDouble
	case "boolean":
		return core.TypeBoolean
	case "timestamp with time zone":
		return core.TypeDateTime
	case "date":
		return core.TypeDate
	case "uuid":
		return core.TypeID
	case "text":
		return core.TypeText
	}
	switch {
	case strings.HasPrefix(kind, "numeric"):
		return core.TypeDecimal
	case strings.HasPrefix(kind, "character"):
		return core.TypeText
	}
	return core.TypeOther
}
