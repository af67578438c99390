package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/sqlitefile"
)

var _ core.Lister = (*Destination)(nil)

// Keys implements core.Lister.
func (d *Destination) Keys(ctx context.Context, p core.Plan, after string, n int) (keys []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err = d.look(ctx, func(f *sqlitefile.File) error {
		t, err := describe(f, p.Table)
		if err != nil || t == nil {
			return err
		}
		if t.column(p.Key) == nil {
			return notPrepared(p.Table)
		}
		key := quote(p.Key)
		return f.Read(ctx, func(conn *sqlite.Conn) error {
			return sqlitex.Execute(conn, "SELECT "+key+" FROM "+quote(p.Table)+" WHERE "+key+" > ?1 ORDER BY "+key+" LIMIT ?2",
				&sqlitex.ExecOptions{Args: []any{after, n}, ResultFunc: func(s *sqlite.Stmt) error {
					keys = append(keys, s.ColumnText(0))
					return nil
				}})
		})
	})
	return keys, core.During("looking which rows "+p.Table+" has", err)
}
