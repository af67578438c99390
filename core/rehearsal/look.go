package rehearsal

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/csvtext"
	"ferry/core/importer"
	"ferry/core/sqlitefile"
)

// A Search says which rows are wanted.
type Search struct {
	Mapping string                // "" is all
	Kinds   []core.OutcomeKind    // none is all
	Differs []importer.Difference // of a comparison; none is all
	Text    string                // in key, name, values or reason, whatever the case; "" is all
	Column  string                // only rows in which this column changes
}

func (q Search) where() (sql string, args []any) {
	var and []string
	if q.Mapping != "" {
		and, args = append(and, "mapping = ?"), append(args, q.Mapping)
	}
	var marks []string
	for _, k := range q.Kinds {
		marks, args = append(marks, "?"), append(args, int64(k))
	}
	for _, k := range q.Differs {
		marks, args = append(marks, "?"), append(args, differs+int64(k))
	}
	if len(marks) > 0 {
		and = append(and, "kind IN ("+strings.Join(marks, ", ")+")")
	}
	if len(and) > 0 {
		sql = " WHERE " + strings.Join(and, " AND ")
	}
	return sql, args
}

// Find tells the places of the rows that fit, in their order; a place is what Rows takes. Only places are held in memory.
func (s *Sketch) Find(ctx context.Context, q Search) (places []int64, err error) {
	where, args := q.where()
	if q.Text == "" && q.Column == "" {
		err = s.query(ctx, "SELECT n FROM rows"+where+" ORDER BY n", args, func(row *sqlite.Stmt) error {
			places = append(places, row.ColumnInt64(0))
			return nil
		})
		return places, err
	}
	text := strings.ToLower(q.Text)
	err = s.scan(ctx, where, args, func(n int64, r *importer.RehearsedRow) error {
		if q.fits(text, r) {
			places = append(places, n)
		}
		return nil
	})
	return places, err
}

func (q Search) fits(text string, r *importer.RehearsedRow) bool {
	if q.Column != "" && !slices.ContainsFunc(r.Changes, func(c importer.Change) bool { return c.Column == q.Column }) {
		return false
	}
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	if text == "" || has(r.Key) || has(r.Name) || r.Fault != nil && has(r.Fault.Cause) {
		return true
	}
	return slices.ContainsFunc(r.Changes, func(c importer.Change) bool { return has(c.Was) || has(c.Becomes) })
}

// Rows reads some rows by their places, in the order of the places.
func (s *Sketch) Rows(ctx context.Context, places []int64) ([]importer.RehearsedRow, error) {
	rows := make([]importer.RehearsedRow, 0, len(places))
	for _, n := range places {
		err := s.scan(ctx, " WHERE n = ?", []any{n}, func(_ int64, r *importer.RehearsedRow) error {
			rows = append(rows, *r)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// Each tells all rows that fit, one after the other. The sketch takes no other call meanwhile.
func (s *Sketch) Each(ctx context.Context, q Search, row func(importer.RehearsedRow) error) error {
	where, args := q.where()
	text := strings.ToLower(q.Text)
	return s.scan(ctx, where, args, func(_ int64, r *importer.RehearsedRow) error {
		if !q.fits(text, r) {
			return nil
		}
		return row(*r)
	})
}

func (s *Sketch) scan(ctx context.Context, where string, args []any, each func(n int64, r *importer.RehearsedRow) error) error {
	var sealed []byte
	return s.query(ctx, "SELECT n, mapping, source, key, kind, digest, coalesce(matches, ''), sealed FROM rows"+where+" ORDER BY n", args, func(row *sqlite.Stmt) error {
		r := importer.RehearsedRow{
			Mapping: row.ColumnText(1), Table: row.ColumnText(2), Key: row.ColumnText(3),
			Digest: uint64(row.ColumnInt64(5)), Matches: row.ColumnText(6),
		}
		r.Kind, r.Differs = kindOf(row.ColumnInt64(4))
		sealed = slices.Grow(sealed[:0], row.ColumnLen(7))[:row.ColumnLen(7)]
		row.ColumnBytes(7, sealed)
		if err := s.open(&r, sealed); err != nil {
			return err
		}
		return each(row.ColumnInt64(0), &r)
	})
}

func (s *Sketch) query(ctx context.Context, sql string, args []any, row func(*sqlite.Stmt) error) error {
	return s.do(func(f *sqlitefile.File) error {
		return f.Read(ctx, func(c *sqlite.Conn) error {
			return sqlitex.Execute(c, sql, &sqlitex.ExecOptions{Args: args, ResultFunc: row})
		})
	})
}

// CSV writes the rows that fit: one line for each value that would change, and one for each record without any. It returns
// how many records there were. apostrophes counts texts that a spreadsheet would have run.
func (s *Sketch) CSV(ctx context.Context, w io.Writer, q Search) (records, apostrophes int64, err error) {
	out := csvtext.NewWriter(w)
	out.Begin()
	out.Write("mapping", "table", "key", "record", "becomes", "column", "was", "new", "reason", "what to do")
	safe := func(text string) string {
		text, changed := csvtext.Safe(text)
		if changed {
			apostrophes++
		}
		return text
	}
	err = s.Each(ctx, q, func(r importer.RehearsedRow) error {
		records++
		cause, remedy := "", ""
		if r.Fault != nil {
			cause, remedy = r.Fault.Cause, r.Fault.Remedy
		}
		line := func(c importer.Change) {
			out.Write(safe(r.Mapping), safe(r.Table), safe(r.Key), safe(r.Name), r.Kind.String(), safe(c.Column), safe(c.Was), safe(c.Becomes), safe(cause), safe(remedy))
		}
		if len(r.Changes) == 0 {
			line(importer.Change{})
		}
		for _, c := range r.Changes {
			line(c)
		}
		return nil
	})
	if err != nil {
		return records, apostrophes, err
	}
	if err := out.Flush(); err != nil {
		return records, apostrophes, fmt.Errorf("writing the rehearsal: %w", err)
	}
	return records, apostrophes, nil
}
