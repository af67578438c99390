package journal

import (
	"context"

	"zombiezen.com/go/sqlite"

	"ferry/core"
	"ferry/core/importer"
)

// refusedPage is how many exceptions are read at once.
const refusedPage = 2000

// EachException tells all records of a run that were not written as they should, in the order in which they were noted.
// Of each there is its table, key and field and the words of its Fault, for as long as the journal is there; values are
// never kept. Memory does not grow with their number. An error of each ends it and is returned.
func (j *Journal) EachException(ctx context.Context, run string, each func(importer.Refusal) error) error {
	var known kept
	for last := int64(0); ; {
		var page []importer.Refusal
		err := j.read(ctx, func(c *sqlite.Conn) error {
			return query(c, `SELECT e.seq, e.source, e.key, e.kind, e.field, ifnull(f.id, 0), f.text FROM exceptions e LEFT JOIN faults f ON f.id = e.fault
				WHERE e.run = ? AND e.seq > ? AND e.pending = '' ORDER BY e.seq LIMIT ?`, func(s *sqlite.Stmt) error {
				last = s.ColumnInt64(0)
				about := core.Subject{Table: s.ColumnText(1), Key: s.ColumnText(2), Field: s.ColumnText(4)}
				page = append(page, importer.Refusal{
					Table: about.Table, Key: about.Key, Kind: core.OutcomeKind(s.ColumnInt(3)), Fault: known.fault(s, 5, about),
				})
				return nil
			}, run, last, refusedPage)
		})
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := each(r); err != nil {
				return err
			}
		}
		if len(page) < refusedPage {
			return ctx.Err()
		}
	}
}

// kept are Faults that were read lately, so that the words that many records share are read once.
type kept struct{ byID map[int64]*core.Fault }

// fault is the Fault whose id and words stand in two columns, from column at on; nil for none.
func (k *kept) fault(s *sqlite.Stmt, at int, about core.Subject) *core.Fault {
	id := s.ColumnInt64(at)
	if id == 0 {
		return nil
	}
	f, ok := k.byID[id]
	if !ok {
		if k.byID == nil || len(k.byID) >= manyFaults {
			k.byID = map[int64]*core.Fault{}
		}
		f = faultOf(s.ColumnText(at+1), core.Subject{})
		k.byID[id] = f
	}
	if f == nil {
		return nil
	}
	of := *f
	of.Subject = about
	return &of
}
