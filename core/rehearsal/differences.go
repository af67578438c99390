package rehearsal

import (
	"context"
	"fmt"
	"io"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/csvtext"
	"ferry/core/importer"
	"ferry/core/sqlitefile"
)

var _ importer.Findings = (*Sketch)(nil)

// differs is where the kinds of difference begin among the numbers of kinds.
const differs = 100

func kindNumber(r importer.RehearsedRow) int64 {
	if r.Differs != importer.NoDifference {
		return differs + int64(r.Differs)
	}
	return int64(r.Kind)
}

func kindOf(n int64) (core.OutcomeKind, importer.Difference) {
	if n >= differs {
		return core.Untried, importer.Difference(n - differs)
	}
	return core.OutcomeKind(n), importer.NoDifference
}

// Note implements importer.Findings.
func (s *Sketch) Note(ctx context.Context, list string, notes []importer.Noted) error {
	if len(notes) == 0 {
		return nil
	}
	return s.do(func(f *sqlitefile.File) error {
		return f.Transaction(ctx, func(c *sqlite.Conn) error {
			for _, n := range notes {
				var sealed any
				if n.Text != "" {
					sealed = s.sealed([]byte(n.Text))
				}
				if err := sqlitex.Execute(c, "INSERT OR IGNORE INTO notes VALUES (?, ?, ?)", &sqlitex.ExecOptions{Args: []any{list, n.Key, sealed}}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// Noted implements importer.Findings.
func (s *Sketch) Noted(ctx context.Context, list string, keys []string) (map[string]string, error) {
	out := map[string]string{}
	var failed error
	err := s.each(ctx, "SELECT sealed FROM notes WHERE list = ?1 AND key = ?2", []any{list}, keys, func(key string, row *sqlite.Stmt) {
		sealed := make([]byte, row.ColumnLen(0))
		if row.ColumnBytes(0, sealed); len(sealed) == 0 {
			out[key] = ""
			return
		}
		text, err := s.unsealed(sealed)
		if err != nil {
			failed = err
		}
		out[key] = string(text)
	})
	if err == nil {
		err = failed
	}
	return out, err
}

// DifferencesCSV writes the differences that fit: one line for each value, and one for each record without any. It returns
// how many records there were.
func (s *Sketch) DifferencesCSV(ctx context.Context, w io.Writer, q Search) (records int64, err error) {
	out := csvtext.NewWriter(w)
	out.Begin()
	out.Write("mapping", "table", "key", "record", "difference", "column", "why", "there", "dynamics", "reason", "what to do")
	safe := func(text string) string {
		text, _ = csvtext.Safe(text)
		return text
	}
	err = s.Each(ctx, q, func(r importer.RehearsedRow) error {
		records++
		cause, remedy := "", ""
		if r.Fault != nil {
			cause, remedy = r.Fault.Cause, r.Fault.Remedy
		}
		line := func(c importer.Change) {
			why := ""
			if c.Why != importer.NoDifference {
				why = c.Why.String()
			}
			out.Write(safe(r.Mapping), safe(r.Table), safe(r.Key), safe(r.Name), r.Differs.String(), safe(c.Column), why, safe(c.Was), safe(c.Becomes), safe(cause), safe(remedy))
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
		return records, err
	}
	if err := out.Flush(); err != nil {
		return records, fmt.Errorf("writing the comparison: %w", err)
	}
	return records, nil
}
