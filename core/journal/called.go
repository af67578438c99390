package journal

import (
	"context"
	"strings"

	"zombiezen.com/go/sqlite"

	"ferry/core/importer"
)

// calledPlaces are the places of the records that fit and have a text in their id, field or reason, in what people call them,
// or in a value that was mended for them. and and args narrow the search already. Each name is opened and forgotten.
func (j *Journal) calledPlaces(ctx context.Context, q importer.WaitSearch, text, and string, args []any) (places []int64, err error) {
	mended, err := j.mendedWith(ctx, q.Seal, text)
	if err != nil {
		return nil, err
	}
	fold := strings.ToLower(text)
	with := func(s string) bool { return strings.Contains(strings.ToLower(s), fold) }
	causes := map[int64]bool{} // by Fault: whether its words have the text
	err = j.read(ctx, func(c *sqlite.Conn) error {
		called := make([]byte, 0, 256)
		return query(c, `SELECT e.seq, p.mapping, e.key, e.field, ifnull(f.id, 0), e.called`+waiting()+and+` ORDER BY e.seq`, func(s *sqlite.Stmt) error {
			mapping, key, fault := s.ColumnText(1), s.ColumnText(2), s.ColumnInt64(4)
			fits, known := causes[fault]
			if !known {
				words, err := causeOf(c, fault)
				if err != nil {
					return err
				}
				fits = with(words)
				if len(causes) < manyCauses {
					causes[fault] = fits
				}
			}
			if !fits && !with(key) && !with(s.ColumnText(3)) && !mended[recordOf{mapping, key}] {
				if n := s.ColumnLen(5); n > cap(called) {
					called = make([]byte, n)
				}
				called = called[:s.ColumnLen(5)]
				s.ColumnBytes(5, called)
				if !with(importer.NameOf(q.Seal, mapping, key, called)) {
					return nil
				}
			}
			places = append(places, s.ColumnInt64(0))
			return nil
		}, args...)
	})
	return places, err
}

// manyCauses is of how many causes it is remembered whether they fit.
const manyCauses = 10_000

type recordOf struct{ mapping, key string }

// causeOf are the words of a Fault that was stored; "" for none.
func causeOf(c *sqlite.Conn, id int64) (words string, err error) {
	if id == 0 {
		return "", nil
	}
	err = query(c, `SELECT json_extract(text, '$.cause') FROM faults WHERE id = ?`, func(s *sqlite.Stmt) error {
		words = s.ColumnText(0)
		return nil
	}, id)
	return words, err
}

// mendedWith are the records for which somebody gave a value with a text in it.
func (j *Journal) mendedWith(ctx context.Context, seal importer.Seal, text string) (map[recordOf]bool, error) {
	records, fold := map[recordOf]bool{}, strings.ToLower(text)
	err := j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT mapping, key, name, sealed FROM mended`, func(s *sqlite.Stmt) error {
			m := importer.MendedValue{Mapping: s.ColumnText(0), Key: s.ColumnText(1), Column: s.ColumnText(2), Sealed: blobOf(s, 3)}
			if given, ok := importer.TextOf(seal, m); ok && strings.Contains(strings.ToLower(given), fold) {
				records[recordOf{m.Mapping, m.Key}] = true
			}
			return nil
		})
	})
	return records, err
}

// blobOf is a column's bytes; nil where it is NULL.
func blobOf(s *sqlite.Stmt, column int) []byte {
	if s.ColumnType(column) == sqlite.TypeNull {
		return nil
	}
	b := make([]byte, s.ColumnLen(column))
	s.ColumnBytes(column, b)
	return b
}
