package journal

import (
	"context"
	"encoding/json"
	"time"

	"zombiezen.com/go/sqlite"

	"ferry/core"
	"ferry/core/importer"
)

// leaseFor is how long a part belongs to a worker that gives no sign of life. Every note renews it.
const leaseFor = 15 * time.Minute

const partColumns = `id, run, mapping, range, bookmark, done, batches, read, created, updated, unchanged, removed, skipped,
	refused, unsure, unresolved, before_created, before_updated`

func partsOf(c *sqlite.Conn, run string) (parts []importer.Part, err error) {
	err = query(c, `SELECT `+partColumns+` FROM parts WHERE run = ? ORDER BY id`, func(s *sqlite.Stmt) error {
		p := importer.Part{
			ID: s.ColumnInt64(0), Run: s.ColumnText(1), Mapping: s.ColumnText(2), Done: s.ColumnInt(5) != 0, Batches: s.ColumnInt64(6),
			Counts: importer.Counts{
				Read: s.ColumnInt64(7), Created: s.ColumnInt64(8), Updated: s.ColumnInt64(9), Unchanged: s.ColumnInt64(10),
				Removed: s.ColumnInt64(11), Skipped: s.ColumnInt64(12), Refused: s.ColumnInt64(13), Unsure: s.ColumnInt64(14),
			},
			Unresolved: s.ColumnInt64(15),
			Before:     importer.Counts{Created: s.ColumnInt64(16), Updated: s.ColumnInt64(17)},
		}
		if err := decode(s.ColumnText(3), &p.Range); err != nil {
			return err
		}
		if err := decode(s.ColumnText(4), &p.At); err != nil {
			return err
		}
		parts = append(parts, p)
		return nil
	}, run)
	return parts, err
}

func decode(text string, into any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

func encode(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

// Parts implements importer.Journal.
func (j *Journal) Parts(ctx context.Context, run string) (parts []importer.Part, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) (err error) {
		parts, err = partsOf(c, run)
		return err
	})
	return parts, err
}

// Split implements importer.Journal.
func (j *Journal) Split(ctx context.Context, run, mapping string, ranges []core.Range) (mine []importer.Part, err error) {
	err = j.change(ctx, func(c *sqlite.Conn) error {
		n, err := number(c, `SELECT count(*) FROM parts WHERE run = ? AND mapping = ?`, run, mapping)
		if err != nil {
			return err
		}
		for i, r := range ranges {
			if n > 0 {
				break // it was cut before
			}
			text, err := encode(r)
			if err != nil {
				return err
			}
			if err := exec(c, `INSERT INTO parts (run, mapping, position, range) VALUES (?, ?, ?, ?)`, run, mapping, i, text); err != nil {
				return err
			}
		}
		parts, err := partsOf(c, run)
		for _, p := range parts {
			if p.Mapping == mapping {
				mine = append(mine, p)
			}
		}
		return err
	})
	return mine, err
}

// ClaimPart implements importer.Journal.
func (j *Journal) ClaimPart(ctx context.Context, part int64) (mine bool, err error) {
	now := j.now()
	err = j.change(ctx, func(c *sqlite.Conn) error {
		err := exec(c, `UPDATE parts SET worker = ?1, until = ?2 WHERE id = ?3 AND (worker IN ('', ?1) OR until < ?4)`,
			j.worker, now.Add(leaseFor).Unix(), part, now.Unix())
		mine = c.Changes() > 0
		return err
	})
	return mine, err
}

// Rewind implements importer.Journal.
func (j *Journal) Rewind(ctx context.Context, part int64) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		for _, statement := range []string{
			`UPDATE parts SET before_created = before_created + created, before_updated = before_updated + updated,
				read = 0, created = 0, updated = 0, unchanged = 0, removed = 0, skipped = 0, refused = 0, unsure = 0,
				unresolved = 0, bookmark = '', done = 0 WHERE id = ?`,
			`DELETE FROM exceptions WHERE part = ?`,
			`DELETE FROM batches WHERE part = ? AND settled = 0`,
		} {
			if err := exec(c, statement, part); err != nil {
				return err
			}
		}
		return nil
	})
}

// FinishPart implements importer.Journal.
func (j *Journal) FinishPart(ctx context.Context, part int64, add importer.Counts) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		if err := addCounts(c, part, add, importer.Counts{}, 0); err != nil {
			return err
		}
		return exec(c, `UPDATE parts SET done = 1, before_created = 0, before_updated = 0, worker = '', until = 0 WHERE id = ?`, part)
	})
}

// addCounts adds to a part's counts, and takes what was met from those before.
func addCounts(c *sqlite.Conn, part int64, n, met importer.Counts, unresolved int64) error {
	return exec(c, `UPDATE parts SET read = read + ?, created = created + ?, updated = updated + ?, unchanged = unchanged + ?,
		removed = removed + ?, skipped = skipped + ?, refused = refused + ?, unsure = unsure + ?, unresolved = unresolved + ?,
		before_created = before_created - ?, before_updated = before_updated - ? WHERE id = ?`,
		n.Read, n.Created, n.Updated, n.Unchanged, n.Removed, n.Skipped, n.Refused, n.Unsure, unresolved,
		met.Created, met.Updated, part)
}
