package sqlite

import (
	"context"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/settled"
	"ferry/core/sqlitefile"
)

// keptStarts is for how many starts the outcomes of batches are kept. A run starts twice, at its beginning and at its end,
// so that an interrupted one still finds its last batch after 64 others.
const keptStarts = 2*64 + 1

// maxBatch is the most rows a batch has, for notes that another program changed.
const maxBatch = 1_000_000

// Settled tells what became of a batch; false when it was never committed here.
func (d *Destination) Settled(ctx context.Context, p core.Plan, batch string) (outcomes []core.Outcome, ok bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err = d.look(ctx, func(f *sqlitefile.File) (err error) {
		outcomes, ok, err = settledIn(f, p, batch)
		if isMissingTable(err) {
			return nil
		}
		return f.Fault(err)
	})
	return outcomes, ok, err
}

// settled is Settled on the open file. Its error is SQLite's own.
func (d *Destination) settled(p core.Plan, batch string) ([]core.Outcome, bool, error) {
	return settledIn(d.file, p, batch)
}

func settledIn(f *sqlitefile.File, p core.Plan, batch string) (outcomes []core.Outcome, ok bool, err error) {
	err = sqlitex.Execute(f.Conn(), "SELECT outcomes, faults FROM _ferry_batch WHERE plan = ?1 AND batch = ?2",
		&sqlitex.ExecOptions{Args: []any{p.ID, batch}, ResultFunc: func(s *sqlite.Stmt) error {
			packed := make([]byte, s.ColumnLen(0))
			s.ColumnBytes(0, packed)
			var err error
			if outcomes, err = settled.Unpack(packed, []byte(s.ColumnText(1)), maxBatch); err != nil {
				return batchUnreadable(err)
			}
			ok = true
			return nil
		}})
	return outcomes, ok, err
}

// isMissingTable reports whether a file has no memory of batches yet.
func isMissingTable(err error) bool {
	return err != nil && strings.Contains(err.Error(), "no such table: _ferry_batch")
}

// settle notes the outcomes of a batch, in the transaction of its rows.
func (d *Destination) settle(p core.Plan, batch string, outcomes []core.Outcome) error {
	packed, faults, err := settled.Pack(outcomes)
	if err != nil {
		return err
	}
	var text any
	if len(faults) > 0 {
		text = string(faults)
	}
	return d.execAll(statement{
		"INSERT OR REPLACE INTO _ferry_batch VALUES (?1, ?2, coalesce((SELECT value FROM _ferry WHERE name = 'starts'), 0), ?3, ?4)",
		[]any{p.ID, batch, packed, text},
	})
}
