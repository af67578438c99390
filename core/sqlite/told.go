package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// What a destination needs that tells others only of the rows that changed: a digest of each row as it was told last. It is
// kept in a table of its own, which other files of this kind do not have.
const toldTable = `CREATE TABLE IF NOT EXISTS _ferry_told (
	tbl TEXT NOT NULL COLLATE NOCASE, key TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (tbl, key)) WITHOUT ROWID`

// Untold calls row with every row of the plan's table that is new, changed or gone since Tell: Created, Updated or Removed.
// Those that are there come first, in the order of their keys; a row that is gone has no values but its key. The values are
// good until row returns; row must not call d.
func (d *Destination) Untold(ctx context.Context, p core.Plan, row func(key string, values []core.Value, change core.OutcomeKind) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, false); err != nil {
		return err
	}
	if things, err := missing(d.file, p); err != nil || len(things) > 0 {
		return orNotPrepared(err, p)
	}
	values := make([]core.Value, len(p.Columns))
	return d.file.Read(ctx, func(*sqlite.Conn) error {
		return d.differing(p, func(s *sqlite.Stmt, _ []byte, change core.OutcomeKind) error {
			for i, c := range p.Columns {
				values[i] = core.Null()
				if change != core.Removed {
					values[i] = read(s, i+2, c.Type)
				}
			}
			return row(s.ColumnText(0), values, change)
		})
	})
}

// Tell notes that the rows of the plan's table were told as they are, and keeps a text under a name: both or neither.
func (d *Destination) Tell(ctx context.Context, p core.Plan, name, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, false); err != nil {
		return err
	}
	return d.change(ctx, func() error {
		if err := d.execAll(statement{toldTable, nil}); err != nil {
			return err
		}
		err := d.differing(p, func(s *sqlite.Stmt, digest []byte, change core.OutcomeKind) error {
			if key := s.ColumnText(0); change == core.Removed {
				return d.execAll(statement{"DELETE FROM _ferry_told WHERE tbl = ?1 AND key = ?2", []any{p.Table, key}})
			} else {
				return d.execAll(statement{"INSERT OR REPLACE INTO _ferry_told VALUES (?1, ?2, ?3)", []any{p.Table, key, digest}})
			}
		})
		if err != nil {
			return err
		}
		return d.note(name, text)
	})
}

// Untell forgets what was told of a table: every row of it is new.
func (d *Destination) Untell(ctx context.Context, table string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, false); err != nil {
		return err
	}
	return d.change(ctx, func() error {
		return d.execAll(statement{toldTable, nil}, statement{"DELETE FROM _ferry_told WHERE tbl = ?1", []any{table}})
	})
}

// differing calls row with each row of a plan's table that is not as it was told: its key, the digest told then, and its
// columns; and with the digest it has now.
func (d *Destination) differing(p core.Plan, row func(s *sqlite.Stmt, digest []byte, change core.OutcomeKind) error) error {
	told, err := hasTold(d.file)
	if err != nil {
		return err
	}
	sql, from := "SELECT t."+quote(p.Key)+", NULL", " FROM "+quote(p.Table)+" t"
	if told {
		sql, from = "SELECT t."+quote(p.Key)+", m.digest", from+" LEFT JOIN _ferry_told m ON m.tbl = ?1 AND m.key = t."+quote(p.Key)
	}
	for _, c := range p.Columns {
		sql += ", t." + quote(c.Name)
	}
	o := &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		digest := digestOf(p, s)
		change := core.Updated
		if s.ColumnType(1) == sqlite.TypeNull {
			change = core.Created
		} else if was := make([]byte, s.ColumnLen(1)); s.ColumnBytes(1, was) == len(digest) && string(was) == string(digest) {
			return nil
		}
		return row(s, digest, change)
	}}
	if told {
		o.Args = []any{p.Table}
	}
	if err := sqlitex.ExecuteTransient(d.file.Conn(), sql+from+" ORDER BY t."+quote(p.Key), o); err != nil || !told {
		return err
	}
	return sqlitex.ExecuteTransient(d.file.Conn(), "SELECT m.key FROM _ferry_told m WHERE m.tbl = ?1 AND NOT EXISTS (SELECT 1 FROM "+
		quote(p.Table)+" t WHERE t."+quote(p.Key)+" = m.key) ORDER BY m.key", &sqlitex.ExecOptions{Args: []any{p.Table}, ResultFunc: func(s *sqlite.Stmt) error {
		return row(s, nil, core.Removed)
	}})
}

func hasTold(f *sqlitefile.File) (bool, error) {
	n, err := f.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_ferry_told'")
	return n > 0, f.Fault(err)
}

// digestOf sums up the values of a row under the names of their columns. A value that is not there says nothing, so that a
// new column changes the rows that have a value in it, and no others.
func digestOf(p core.Plan, s *sqlite.Stmt) []byte {
	sum := sha256.New()
	b := make([]byte, 0, 256)
	for i, c := range p.Columns {
		at := i + 2
		kind := s.ColumnType(at)
		if kind == sqlite.TypeNull {
			continue
		}
		b = append(append(b[:0], c.Name...), 0, byte(kind))
		switch kind {
		case sqlite.TypeInteger:
			b = binary.BigEndian.AppendUint64(b, uint64(s.ColumnInt64(at)))
		case sqlite.TypeFloat:
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(s.ColumnFloat(at)))
		default:
			n := s.ColumnLen(at)
			b = binary.BigEndian.AppendUint64(b, uint64(n))
			from := len(b)
			b = append(b, make([]byte, n)...)
			s.ColumnBytes(at, b[from:])
		}
		_, _ = sum.Write(b) // a hash takes every write
	}
	return sum.Sum(nil)[:16]
}
