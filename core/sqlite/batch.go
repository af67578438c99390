package sqlite

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// keptStarts is for how many starts the outcomes of batches are kept. A run starts twice, at its beginning and at its end,
// so that an interrupted one still finds its last batch after 64 others.
const keptStarts = 2*64 + 1

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
			var faults []rowFault
			if text := s.ColumnText(1); text != "" {
				if err := json.Unmarshal([]byte(text), &faults); err != nil {
					return batchUnreadable(err)
				}
			}
			outcomes, ok = unpack(packed, faults), true
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
	packed, faults := pack(outcomes)
	var text any
	if len(faults) > 0 {
		encoded, err := json.Marshal(faults)
		if err != nil {
			return err
		}
		text = string(encoded)
	}
	return d.execAll(statement{
		"INSERT OR REPLACE INTO _ferry_batch VALUES (?1, ?2, coalesce((SELECT value FROM _ferry WHERE name = 'starts'), 0), ?3, ?4)",
		[]any{p.ID, batch, packed, text},
	})
}

// A rowFault is why one row of a batch was refused. It holds no value: the record is known by its key.
type rowFault struct {
	Row     int            `json:"row"`
	Kind    core.FaultKind `json:"kind"`
	Code    string         `json:"code"`
	Cause   string         `json:"cause"`
	Remedy  string         `json:"remedy"`
	Owner   core.Owner     `json:"owner"`
	Details string         `json:"details,omitempty"`
	Table   string         `json:"table"`
	Key     string         `json:"key"`
	Field   string         `json:"field,omitempty"`
}

// pack writes outcomes as runs: how many rows, and what became of them. A batch that was all created takes five
// bytes or fewer.
func pack(outcomes []core.Outcome) (packed []byte, faults []rowFault) {
	packed = []byte{}
	for i := 0; i < len(outcomes); {
		n := i
		for n < len(outcomes) && outcomes[n].Kind == outcomes[i].Kind {
			n++
		}
		packed = binary.AppendUvarint(packed, uint64(n-i))
		packed = append(packed, byte(outcomes[i].Kind))
		i = n
	}
	for i, o := range outcomes {
		if f := o.Fault; f != nil {
			faults = append(faults, rowFault{i, f.Kind, f.Code, f.Cause, f.Remedy, f.Owner, f.Details, f.Subject.Table, f.Subject.Key, f.Subject.Field})
		}
	}
	return packed, faults
}

func unpack(packed []byte, faults []rowFault) []core.Outcome {
	outcomes := []core.Outcome{}
	for len(packed) > 0 {
		n, size := binary.Uvarint(packed)
		if size <= 0 || size >= len(packed) {
			break
		}
		for range n {
			outcomes = append(outcomes, core.Outcome{Kind: core.OutcomeKind(packed[size])})
		}
		packed = packed[size+1:]
	}
	for _, f := range faults {
		if f.Row >= 0 && f.Row < len(outcomes) {
			outcomes[f.Row].Fault = &core.Fault{
				Kind: f.Kind, Code: f.Code, Cause: f.Cause, Remedy: f.Remedy, Owner: f.Owner, Details: f.Details,
				Subject: core.Subject{Table: f.Table, Key: f.Key, Field: f.Field},
			}
		}
	}
	return outcomes
}
