package journal

import (
	"context"

	"zombiezen.com/go/sqlite"

	"ferry/core/importer"
)

// A Rehearsed says that somebody saw what a mapping would do at a place.
type Rehearsed struct {
	Mapping string // ID
	Digest  string // of the mapping as it was then
}

// NoteRehearsal notes that a rehearsal came to its end. Of each mapping and place the newest one is kept; nothing of what
// it showed is.
func (j *Journal) NoteRehearsal(ctx context.Context, r importer.Rehearsal) error {
	if !r.Whole {
		return nil
	}
	return j.change(ctx, func(c *sqlite.Conn) error {
		for _, t := range r.Tables {
			if err := exec(c, `INSERT OR REPLACE INTO rehearsals (mapping, place, digest, source, ended) VALUES (?, ?, ?, ?, ?)`,
				t.Mapping, r.Place, t.Digest, r.Source, stamp(r.Ended)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Rehearsals are those of a place.
func (j *Journal) Rehearsals(ctx context.Context, place string) (all []Rehearsed, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT mapping, digest FROM rehearsals WHERE place = ? ORDER BY mapping`, func(s *sqlite.Stmt) error {
			all = append(all, Rehearsed{s.ColumnText(0), s.ColumnText(1)})
			return nil
		}, place)
	})
	return all, err
}
