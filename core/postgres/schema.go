package postgres

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"ferry/core"
)

// PostgreSQL's own limits.
const (
	maxColumns = 1600
	maxName    = 63 // bytes
)

// cut is a name as PostgreSQL keeps it: it cuts long ones and says so to nobody.
func cut(name string) string {
	if len(name) <= maxName {
		return name
	}
	n := maxName
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n]
}

// change calls do in a transaction of a schema that has Ferry's own tables. Names are looked for first: IF NOT EXISTS
// asks for the right to make even what is there.
func (d *Destination) change(ctx context.Context, do func() error) error {
	return d.transaction(ctx, writing, func() error {
		if there, err := d.hasSchema(ctx); err != nil {
			return err
		} else if !there {
			if err := d.script(ctx, "CREATE SCHEMA "+quote(d.to.schema)); err != nil {
				return err
			}
		}
		for name, columns := range d.ownTables() {
			there, err := d.has(ctx, name)
			if err == nil && !there {
				err = d.script(ctx, "CREATE TABLE "+d.own(name)+" "+columns)
			}
			if err != nil {
				return err
			}
		}
		if _, err := d.query(ctx, "INSERT INTO "+d.own("_ferry")+" VALUES ('format', '1'), ('made by', 'Ferry') ON CONFLICT (name) DO NOTHING"); err != nil {
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
	err := d.patiently(ctx, func() error {
		return d.transaction(ctx, reading, func() error {
			there, err := d.hasSchema(ctx)
			if err != nil {
				return err
			}
			if there {
				if err := d.mayUse(ctx); err != nil {
					return err
				}
			}
			if things, err = d.missing(ctx, p); err != nil {
				return err
			}
			if !there {
				things = append([]core.Thing{{Kind: "schema", Name: d.to.schema, Plan: p.ID}}, things...)
			}
			return d.may(ctx, p, things)
		})
	})
	if err != nil {
		return nil, d.fault(ctx, err)
	}
	return things, nil
}

func (d *Destination) missing(ctx context.Context, p core.Plan) ([]core.Thing, error) {
	t, err := d.describe(ctx, p.Table)
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

// possible refuses a plan that no PostgreSQL database can hold.
func possible(p core.Plan) error {
	if strings.HasPrefix(p.Table, "_ferry") {
		return reservedName(p.Table)
	}
	if len(p.Columns)+1 > maxColumns {
		return tooManyColumns(p.Table, len(p.Columns)+1)
	}
	names := []string{p.Key}
	for _, c := range p.Columns {
		names = append(names, c.Name)
	}
	seen := map[string]string{}
	for i, name := range append(names, p.Table) {
		if name == "" || strings.ContainsRune(name, 0) || !utf8.ValidString(name) {
			return badName(p.Table)
		}
		if i == len(names) {
			continue
		}
		other, taken := seen[cut(name)]
		switch {
		case taken && other == name:
			return sameColumn(p.Table, name)
		case taken:
			return sameBeginning(p.Table, other, name)
		case systemColumns(name):
			return reservedColumn(p.Table, name)
		}
		seen[cut(name)] = name
	}
	return nil
}

// systemColumns are names that every table has already.
func systemColumns(name string) bool {
	switch name {
	case "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid":
		return true
	}
	return false
}

// fits refuses a table that is there but cannot or must not take the plan's rows.
func fits(t *table, p core.Plan) error {
	switch {
	case !t.ours || t.kind != "r" && t.kind != "p":
		return notOurTable(p.Table)
	case t.source != p.Source:
		return otherTable(p.Table, t.source)
	case t.key != cut(p.Key):
		return otherKey(p.Table, p.Key)
	}
	if err := t.usable(); err != nil {
		return err
	}
	for _, have := range t.columns {
		if have.required && have.name != t.key && !slices.ContainsFunc(p.Columns, func(c core.Column) bool { return cut(c.Name) == have.name }) {
			return notFilled(p.Table, have.name)
		}
	}
	for _, c := range p.Columns {
		have := t.column(c.Name)
		if have == nil {
			continue
		}
		if have.computed {
			return computed(p.Table, c.Name)
		}
		if !takes(have.kind, c.Type) {
			return otherType(p.Table, c.Name, have.kind, sqlType(c.Type))
		}
	}
	return nil
}

// usable refuses a table that was made in such a way since that no row can be stored in it as Ferry does it.
func (t *table) usable() error {
	switch key := t.column(t.key); {
	case t.rules:
		return tableChanged(t.name, "it has a rule (CREATE RULE) for what is written into it")
	case t.late:
		return tableChanged(t.name, "its key is checked only when a transaction ends (DEFERRABLE)")
	case key != nil && !takes(key.kind, core.ColumnText):
		return tableChanged(t.name, "its key “"+key.name+"” is of the type "+key.kind+", and a text is needed")
	}
	return nil
}

// sqlType is the declared type of a column.
func sqlType(t core.ColumnType) string {
	switch t {
	case core.ColumnInteger:
		return "bigint"
	case core.ColumnDecimal:
		return "numeric"
	case core.ColumnDouble:
		return "double precision"
	case core.ColumnBoolean:
		return "boolean"
	case core.ColumnDateTime:
		return "timestamp with time zone"
	case core.ColumnDate:
		return "date"
	case core.ColumnBytes:
		return "bytea"
	default:
		return "text"
	}
}

// takes reports whether a column that somebody may have changed still takes every value as it is, or refuses the record.
func takes(have string, t core.ColumnType) bool {
	switch want := sqlType(t); {
	case have == want:
		return true
	case want == "text":
		return strings.HasPrefix(have, "character varying")
	case want == "bigint":
		return have == "integer" || have == "numeric"
	}
	return false
}

// holds are the types of columns that a column which is there can take.
func holds(have string) []core.ColumnType {
	all := []core.ColumnType{}
	for _, t := range []core.ColumnType{
		core.ColumnText, core.ColumnInteger, core.ColumnDecimal, core.ColumnDouble, core.ColumnBoolean, core.ColumnDateTime, core.ColumnDate, core.ColumnJSON, core.ColumnBytes,
	} {
		if takes(have, t) {
			all = append(all, t)
		}
	}
	return all
}

// Prepare makes the schema, the table or the columns that things name; what is there already is left alone.
func (d *Destination) Prepare(ctx context.Context, p core.Plan, things []core.Thing) (core.Plan, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := possible(p); err != nil {
		return p, err
	}
	err := d.patiently(ctx, func() error {
		return d.change(ctx, func() error {
			for _, thing := range things {
				if err := d.make(ctx, p, thing); err != nil {
					return err
				}
			}
			if missing, err := d.missing(ctx, p); err != nil || len(missing) > 0 {
				return err
			}
			return d.begin(ctx, p)
		})
	})
	return p, d.fault(ctx, err)
}

func (d *Destination) make(ctx context.Context, p core.Plan, thing core.Thing) error {
	t, err := d.describe(ctx, p.Table)
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
		sql.WriteString("CREATE TABLE " + d.table(p) + " (" + quote(p.Key) + ` text COLLATE "C" PRIMARY KEY`)
		for _, c := range p.Columns {
			sql.WriteString(", " + quote(c.Name) + " " + sqlType(c.Type))
		}
		sql.WriteString(")")
		if err := d.script(ctx, sql.String()); err != nil {
			return err
		}
		if _, err := d.query(ctx, "DELETE FROM "+d.own("_ferry_row")+" WHERE tbl = $1", text(cut(p.Table))); err != nil {
			return err
		}
		_, err := d.query(ctx, "INSERT INTO "+d.own("_ferry_table")+` VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET source = excluded.source, title = excluded.title, key = excluded.key`,
			text(cut(p.Table)), text(p.Source), text(p.Title), text(p.Key))
		return err
	case thing.Kind == "column" && t != nil:
		for _, c := range p.Columns {
			if thing.Name == p.Table+"."+c.Name && t.column(c.Name) == nil {
				if len(t.columns) == maxColumns {
					return tooManyColumns(p.Table, maxColumns+1)
				}
				return d.script(ctx, "ALTER TABLE "+d.table(p)+" ADD COLUMN "+quote(c.Name)+" "+sqlType(c.Type))
			}
		}
	}
	return nil
}

// ownTables are the tables in which Ferry keeps what it must know about the schema.
func (d *Destination) ownTables() map[string]string {
	return map[string]string{
		"_ferry": "(name text PRIMARY KEY, value text NOT NULL)",
		// name of the table, the Dynamics table it holds
		"_ferry_table": "(name text PRIMARY KEY, source text NOT NULL, title text NOT NULL, key text NOT NULL)",
		// found: the row was found there, not made; kept: digests of what Ferry left, by column
		"_ferry_row": `(tbl text NOT NULL, key text COLLATE "C" NOT NULL, plan text NOT NULL, run text NOT NULL, found boolean NOT NULL, kept text, fate text NOT NULL, dealt text NOT NULL, PRIMARY KEY (tbl, key))`,
		// start: in which start of an import
		"_ferry_batch": "(plan text NOT NULL, batch text NOT NULL, start bigint NOT NULL, outcomes bytea NOT NULL, faults text, PRIMARY KEY (plan, batch))",
	}
}
