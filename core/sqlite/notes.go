package sqlite

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// aKey is what a record's id in the key column looks like: a GUID in lower case. It is the mark that Ferry leaves on its
// rows.
var aKey = strings.Repeat("[0-9a-f]", 8) + strings.Repeat("-"+strings.Repeat("[0-9a-f]", 4), 3) + "-" + strings.Repeat("[0-9a-f]", 12)

// begin makes ready what a plan needs to know about rows: an index for its matches, and notes of the rows that Ferry made
// before anybody had to know. Rows that somebody added by hand, under a key that is no record's id, stay unnoted.
func (d *Destination) begin(p core.Plan) error {
	if len(p.Match) == 0 && p.Run == "" {
		return nil
	}
	noted := "noted " + strings.ToLower(p.Table)
	n, err := d.file.Number("SELECT count(*) FROM _ferry WHERE name = ?1", noted)
	if err != nil {
		return err
	}
	if n == 0 {
		if err := d.execAll(
			statement{"INSERT OR IGNORE INTO _ferry_row SELECT ?1, " + quote(p.Key) + ", ?2, '', 0, NULL, '', '' FROM " + quote(p.Table) + " WHERE " + quote(p.Key) + " GLOB ?3",
				[]any{p.Table, p.ID, aKey}},
			statement{"INSERT INTO _ferry VALUES (?1, 1)", []any{noted}},
		); err != nil {
			return err
		}
	}
	return d.index(p)
}

// index makes matching quick.
func (d *Destination) index(p core.Plan) error {
	var names []string
	for _, name := range p.Match {
		if slices.ContainsFunc(p.Columns, func(c core.Column) bool { return strings.EqualFold(c.Name, name) }) {
			names = append(names, quote(name))
		}
	}
	if len(names) == 0 {
		return nil
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(p.Table + "\x00" + strings.Join(names, "\x00")))) // a hash takes every write
	name := fmt.Sprintf("_ferry_match_%x", h.Sum64())
	return d.execAll(statement{"CREATE INDEX IF NOT EXISTS " + quote(name) + " ON " + quote(p.Table) + " (" + strings.Join(names, ", ") + ")", nil})
}

// noted runs see on the file when it has notes.
func (d *Destination) noted(ctx context.Context, p core.Plan, see func(f *sqlitefile.File) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	there, err := d.look(ctx, func(f *sqlitefile.File) error {
		t, err := describe(f, p.Table)
		if err != nil {
			return err
		}
		if t == nil {
			return notPrepared(p.Table)
		}
		return f.Read(ctx, func(conn *sqlite.Conn) error { return see(f) })
	})
	if err == nil && !there {
		err = notPrepared(p.Table)
	}
	return err
}

// rows is where the notes of a plan's rows are read: before the first run that has to know, rows that Ferry made are not
// noted yet.
func rows(f *sqlitefile.File, p core.Plan) (string, error) {
	notes, noted, err := hasNotes(f.Conn(), p)
	if err != nil || notes && noted {
		return "_ferry_row", err
	}
	made := "SELECT ?1 AS tbl, t." + quote(p.Key) + " AS key, ?2 AS plan, '' AS run, '' AS fate, '' AS dealt FROM " + quote(p.Table) +
		" t WHERE t." + quote(p.Key) + " GLOB '" + aKey + "'"
	if !notes {
		return "(" + made + ")", nil
	}
	return "(SELECT tbl, key, plan, run, fate, dealt FROM _ferry_row WHERE tbl = ?1 UNION ALL " + made +
		" AND NOT EXISTS (SELECT 1 FROM _ferry_row n WHERE n.tbl = ?1 AND n.key = t." + quote(p.Key) + "))", nil
}

// unseen are the rows of a plan that the run has not seen, as long as they are there.
func unseen(from string, p core.Plan) string {
	return " FROM " + from + " m WHERE m.tbl = ?1 AND m.plan = ?2 AND m.run <> ?3 AND EXISTS (SELECT 1 FROM " +
		quote(p.Table) + " t WHERE t." + quote(p.Key) + " = m.key)"
}

// Unseen implements core.Keeper.
func (d *Destination) Unseen(ctx context.Context, p core.Plan, f core.Fate, dealt, after string, n int) (keys []string, err error) {
	err = d.noted(ctx, p, func(file *sqlitefile.File) error {
		from, err := rows(file, p)
		if err != nil {
			return err
		}
		return sqlitex.Execute(file.Conn(), "SELECT m.key"+unseen(from, p)+" AND m.fate = ?4 AND (?5 = '' OR m.dealt <> ?5) AND m.key > ?6 ORDER BY m.key LIMIT ?7",
			&sqlitex.ExecOptions{Args: []any{p.Table, p.ID, p.Run, string(f), dealt, after, n}, ResultFunc: func(s *sqlite.Stmt) error {
				keys = append(keys, s.ColumnText(0))
				return nil
			}})
	})
	return keys, err
}

// Standing implements core.Keeper.
func (d *Destination) Standing(ctx context.Context, p core.Plan, dealt map[core.Fate]string) (s core.Standing, err error) {
	err = d.noted(ctx, p, func(file *sqlitefile.File) error {
		from, err := rows(file, p)
		if err != nil {
			return err
		}
		if s.Rows, err = file.Number("SELECT count(*) FROM "+from+" m WHERE m.tbl = ?1 AND m.plan = ?2 AND EXISTS (SELECT 1 FROM "+
			quote(p.Table)+" t WHERE t."+quote(p.Key)+" = m.key)", p.Table, p.ID); err != nil {
			return err
		}
		for fate, to := range map[core.Fate]*int64{core.Unjudged: &s.Unjudged, core.IsGone: &s.Gone, core.HasLeft: &s.Left} {
			how := dealt[fate]
			if *to, err = file.Number("SELECT count(*)"+unseen(from, p)+" AND m.fate = ?4 AND (?5 = '' OR m.dealt <> ?5)", p.Table, p.ID, p.Run, string(fate), how); err != nil {
				return err
			}
		}
		return nil
	})
	return s, err
}

// Judge implements core.Keeper.
func (d *Destination) Judge(ctx context.Context, p core.Plan, fates map[string]core.Fate) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, false); err != nil {
		return err
	}
	return d.change(ctx, func() error {
		for key, fate := range fates {
			s := statement{"UPDATE _ferry_row SET fate = ?3 WHERE tbl = ?1 AND key = ?2", []any{p.Table, key, string(fate)}}
			if fate == core.IsThere {
				s = statement{"UPDATE _ferry_row SET fate = '', run = ?3 WHERE tbl = ?1 AND key = ?2", []any{p.Table, key, p.Run}}
			}
			if err := d.execAll(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// Reconsider implements core.Keeper.
func (d *Destination) Reconsider(ctx context.Context, p core.Plan) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, false); err != nil {
		return err
	}
	return d.change(ctx, func() error {
		return d.execAll(statement{"UPDATE _ferry_row SET fate = '' WHERE tbl = ?1 AND plan = ?2 AND run <> ?3 AND fate <> ''", []any{p.Table, p.ID, p.Run}})
	})
}
