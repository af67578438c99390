package sqlite

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// Find tells which rows are there, by the record's key or by columns that must all be equal.
func (d *Destination) Find(ctx context.Context, p core.Plan, match []core.Match) ([][]core.Found, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := make([][]core.Found, len(match))
	_, err := d.look(ctx, func(f *sqlitefile.File) error {
		t, err := describe(f, p.Table)
		if err != nil || t == nil {
			return err
		}
		if things, err := missing(f, p); err != nil || len(things) > 0 {
			return orNotPrepared(err, p)
		}
		return f.Read(ctx, func(conn *sqlite.Conn) error {
			byKey := map[bool]string{} // with values or not: the same statement for every key
			for i, m := range match {
				sql := ""
				if m.Key != "" {
					if sql = byKey[m.Values]; sql == "" {
						sql, _ = selecting(p, m)
						byKey[m.Values] = sql
					}
				}
				if found[i], err = find(conn, p, m, sql); err != nil {
					return err
				}
				if m.Traces && len(found[i]) > 0 {
					if err := trace(conn, p, found[i]); err != nil {
						return err
					}
				}
			}
			return nil
		})
	})
	return found, err
}

func orNotPrepared(err error, p core.Plan) error {
	if err != nil {
		return err
	}
	return notPrepared(p.Table)
}

// selecting is the statement of a match, and the columns by which it is looked for; "" finds nothing.
func selecting(p core.Plan, m core.Match) (sql string, columns []string) {
	names := []string{quote(p.Key)}
	if m.Values {
		for _, c := range p.Columns {
			names = append(names, quote(c.Name))
		}
	}
	sql = "SELECT " + strings.Join(names, ", ") + " FROM " + quote(p.Table) + " WHERE "
	columns = slices.Sorted(maps.Keys(m.Fields))
	switch {
	case m.Key != "":
		sql += quote(p.Key) + " = ?1"
	case len(columns) == 0:
		return "", nil
	default:
		var equal []string
		for i, name := range columns {
			equal = append(equal, quote(name)+" IS ?"+strconv.Itoa(i+1))
		}
		sql += tree(equal, " AND ")
	}
	return sql, columns
}

// find finds by a statement that was made before; "" makes it.
func find(conn *sqlite.Conn, p core.Plan, m core.Match, sql string) (found []core.Found, err error) {
	var columns []string
	if sql == "" {
		if sql, columns = selecting(p, m); sql == "" {
			return nil, nil
		}
	}
	s, err := conn.Prepare(sql)
	if err != nil {
		return nil, err
	}
	if m.Key != "" {
		s.BindText(1, m.Key)
	} else {
		var b binder
		for i, name := range columns {
			b.bind(s, i+1, columnType(p, name), m.Fields[name])
		}
	}
	for {
		row, err := s.Step()
		if err != nil || !row {
			return found, err
		}
		hit := core.Found{ID: s.ColumnText(0)}
		if m.Values {
			hit.Values = make([]core.Value, len(p.Columns))
			for i, c := range p.Columns {
				hit.Values[i] = read(s, i+1, c.Type)
			}
		}
		found = append(found, hit)
	}
}

func columnType(p core.Plan, name string) core.ColumnType {
	for _, c := range p.Columns {
		if strings.EqualFold(c.Name, name) {
			return c.Type
		}
	}
	return core.ColumnText
}
