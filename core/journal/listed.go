package journal

import (
	"context"

	"zombiezen.com/go/sqlite"

	"ferry/core/importer"
)

// toldBoth stands for a record of which both was told: that it was deleted, and that it changed.
const toldBoth = 2

// List implements importer.Journal.
func (j *Journal) List(ctx context.Context, run, mapping, list string, keys []importer.ListedKey) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		for _, k := range keys {
			if err := exec(c, `INSERT INTO listed (run, mapping, list, key, gone) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET gone = ? WHERE gone <> excluded.gone`, run, mapping, list, k.Key, k.Gone, toldBoth); err != nil {
				return err
			}
		}
		return nil
	})
}

// ListExceptions implements importer.Journal.
func (j *Journal) ListExceptions(ctx context.Context, run, mapping, earlier string) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		return exec(c, `INSERT OR IGNORE INTO listed (run, mapping, list, key, gone)
			SELECT ?1, ?2, '', e.key, 0 FROM exceptions e JOIN parts p ON p.id = e.part
			WHERE e.run IN (`+family("?3")+`) AND e.pending = '' AND e.retried = '' AND e.key <> '' AND p.mapping = ?2`, run, mapping, earlier)
	})
}

// Listed implements importer.Journal.
func (j *Journal) Listed(ctx context.Context, run, mapping, list, after string, limit int) (keys []importer.ListedKey, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT key, gone FROM listed WHERE run = ? AND mapping = ? AND list = ? AND key > ? ORDER BY key LIMIT ?`,
			func(s *sqlite.Stmt) error {
				keys = append(keys, importer.ListedKey{Key: s.ColumnText(0), Gone: s.ColumnInt(1) != 0, Both: s.ColumnInt(1) == toldBoth})
				return nil
			}, run, mapping, list, after, limit)
	})
	return keys, err
}

// CountListed implements importer.Journal.
func (j *Journal) CountListed(ctx context.Context, run, mapping, list string) (keys, gone int64, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT count(*), ifnull(sum(gone <> 0), 0) FROM listed WHERE run = ? AND mapping = ? AND list = ?`,
			func(s *sqlite.Stmt) error {
				keys, gone = s.ColumnInt64(0), s.ColumnInt64(1)
				return nil
			}, run, mapping, list)
	})
	return keys, gone, err
}

// OnList implements importer.Journal.
func (j *Journal) OnList(ctx context.Context, run, mapping, list string, keys []string) (map[string]bool, error) {
	on := map[string]bool{}
	err := j.read(ctx, func(c *sqlite.Conn) error {
		for _, key := range keys {
			err := query(c, `SELECT gone FROM listed WHERE run = ? AND mapping = ? AND list = ? AND key = ?`, func(s *sqlite.Stmt) error {
				on[key] = s.ColumnInt(0) != 0
				return nil
			}, run, mapping, list, key)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return on, err
}

// Unlist implements importer.Journal.
func (j *Journal) Unlist(ctx context.Context, run, mapping string) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		return exec(c, `DELETE FROM listed WHERE run = ? AND mapping = ?`, run, mapping)
	})
}

// unlist takes from the list of what changed what a batch has settled.
func unlist(c *sqlite.Conn, b importer.Batch) error {
	const take = `DELETE FROM listed WHERE run = ? AND mapping = ? AND list = '' AND key = ?`
	for _, r := range b.Rows {
		if err := exec(c, take, b.Run, b.Mapping, r.Key); err != nil {
			return err
		}
	}
	for _, r := range b.Refused {
		if err := exec(c, take, b.Run, b.Mapping, r.Key); err != nil {
			return err
		}
	}
	return nil
}
