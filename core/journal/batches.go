package journal

import (
	"context"

	"zombiezen.com/go/sqlite"

	"ferry/core"
	"ferry/core/importer"
)

// Note implements importer.Journal.
func (j *Journal) Note(ctx context.Context, b importer.Batch) error {
	after, err := encode(b.After)
	if err != nil {
		return err
	}
	return j.change(ctx, func(c *sqlite.Conn) error {
		same, err := number(c, `SELECT count(*) FROM batches WHERE run = ? AND part = ? AND pass = ? AND settled = 0 AND id = ?`,
			b.Run, b.Part, b.Pass, b.ID)
		if err != nil {
			return err
		}
		// Another batch takes the place of one that did not arrive.
		if err := exec(c, `DELETE FROM exceptions WHERE run = ?1 AND pending <> '' AND pending IN
			(SELECT id FROM batches WHERE run = ?1 AND part = ?2 AND pass = ?3 AND settled = 0)`, b.Run, b.Part, b.Pass); err != nil {
			return err
		}
		if err := exec(c, `DELETE FROM images WHERE run = ?1 AND batch IN
			(SELECT id FROM batches WHERE run = ?1 AND part = ?2 AND pass = ?3 AND settled = 0 AND id <> ?4)`, b.Run, b.Part, b.Pass, b.ID); err != nil {
			return err
		}
		if err := exec(c, `DELETE FROM batches WHERE run = ? AND part = ? AND pass = ? AND settled = 0`, b.Run, b.Part, b.Pass); err != nil {
			return err
		}
		if err := exec(c, `INSERT INTO batches (id, run, mapping, part, pass, after, size, rows, returned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			b.ID, b.Run, b.Mapping, b.Part, b.Pass, after, len(b.Rows), pack(b.Rows), b.Returned); err != nil {
			return err
		}
		if err := j.exceptions(c, b, b.Refused, b.ID); err != nil {
			return err
		}
		return exec(c, `UPDATE parts SET batches = batches + ?, worker = ?, until = ? WHERE id = ?`,
			1-same, j.worker, j.now().Add(leaseFor).Unix(), b.Part)
	})
}

// Settle implements importer.Journal.
func (j *Journal) Settle(ctx context.Context, s importer.Settlement) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		b := s.Batch
		if err := addCounts(c, b.Part, s.Counts, s.Met, s.Unresolved); err != nil {
			return err
		}
		if err := j.exceptions(c, b, s.Exceptions, ""); err != nil {
			return err
		}
		if err := settleRows(c, s); err != nil {
			return err
		}
		if err := settleImage(c, s); err != nil {
			return err
		}
		if s.Stays {
			if b.ID == "" {
				return nil
			}
			return exec(c, `UPDATE batches SET rows = ?, returned = ? WHERE run = ? AND id = ?`, pack(b.Rows), b.Returned, b.Run, b.ID)
		}
		if b.ID != "" {
			if err := exec(c, `UPDATE batches SET settled = 1, rows = NULL, witness = ? WHERE run = ? AND id = ?`, s.Witness, b.Run, b.ID); err != nil {
				return err
			}
			if err := exec(c, `UPDATE exceptions SET pending = '' WHERE run = ? AND pending = ? AND pending <> ''`, b.Run, b.ID); err != nil {
				return err
			}
		}
		if b.Pass != 1 {
			return nil
		}
		if s.Listed {
			if err := unlist(c, b); err != nil {
				return err
			}
		}
		if s.Retries != "" {
			if err := retried(c, s); err != nil {
				return err
			}
		}
		after, err := encode(b.After)
		if err != nil {
			return err
		}
		return exec(c, `UPDATE parts SET bookmark = ? WHERE id = ?`, after, b.Part)
	})
}

// settleRows stores what a settlement says of single rows: pairs, and what is owed or paid.
func settleRows(c *sqlite.Conn, s importer.Settlement) error {
	b := s.Batch
	for _, p := range s.Pairs {
		if err := exec(c, `INSERT INTO pairs (destination, source, key, id, written) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET id = excluded.id, written = excluded.written WHERE id <> excluded.id OR written <> excluded.written`,
			p.Destination, p.Table, p.Key, p.ID, p.Left); err != nil {
			return err
		}
	}
	for _, o := range s.Owed {
		if err := exec(c, `INSERT INTO owed (run, mapping, pass, key, kind) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET kind = excluded.kind`, b.Run, b.Mapping, o.Pass, o.Key, int(o.Kind)); err != nil {
			return err
		}
	}
	for _, o := range s.Paid {
		if err := exec(c, `DELETE FROM owed WHERE run = ? AND mapping = ? AND pass = ? AND key = ?`, b.Run, b.Mapping, o.Pass, o.Key); err != nil {
			return err
		}
		if err := exec(c, `UPDATE owed SET kind = ? WHERE run = ? AND mapping = ? AND pass > ? AND key = ?`,
			int(o.Kind), b.Run, b.Mapping, o.Pass, o.Key); err != nil {
			return err
		}
	}
	return nil
}

// exceptions stores records that were not written as they should. pending is the batch whose settling makes them true;
// "" when they are true now.
func (j *Journal) exceptions(c *sqlite.Conn, b importer.Batch, all []importer.Refusal, pending string) error {
	for _, r := range all {
		fault, field, err := j.fault(c, r.Fault)
		if err != nil {
			return err
		}
		if err := exec(c, `INSERT INTO exceptions (run, part, source, key, kind, field, fault, pending, called) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			b.Run, b.Part, r.Table, r.Key, int(r.Kind), field, fault, pending, blob(r.Called)); err != nil {
			return err
		}
	}
	return nil
}

// blob is NULL for nothing.
func blob(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// manyFaults is how many texts are remembered, so that memory stays flat when every record is refused in its own words.
const manyFaults = 256

// fault stores a Fault's words once and returns their id; 0 for no Fault.
func (j *Journal) fault(c *sqlite.Conn, f *core.Fault) (id int64, field string, err error) {
	if f == nil {
		return 0, "", nil
	}
	text := faultText(f)
	if id, ok := j.faults[text]; ok {
		return id, f.Subject.Field, nil
	}
	if err := exec(c, `INSERT INTO faults (text) VALUES (?) ON CONFLICT DO NOTHING`, text); err != nil {
		return 0, "", err
	}
	id, err = number(c, `SELECT id FROM faults WHERE text = ?`, text)
	if len(j.faults) >= manyFaults {
		clear(j.faults)
	}
	j.faults[text] = id
	return id, f.Subject.Field, err
}

// Open implements importer.Journal.
func (j *Journal) Open(ctx context.Context, run string) (open []importer.Batch, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		err := query(c, `SELECT id, mapping, part, pass, after, rows, returned FROM batches WHERE run = ? AND settled = 0 ORDER BY seq`,
			func(s *sqlite.Stmt) error {
				b := importer.Batch{
					ID: s.ColumnText(0), Run: run, Mapping: s.ColumnText(1), Part: s.ColumnInt64(2), Pass: s.ColumnInt(3),
					Returned: s.ColumnInt(6) != 0,
				}
				packed := make([]byte, s.ColumnLen(5))
				s.ColumnBytes(5, packed)
				var err error
				if b.Rows, err = unpack(packed); err != nil {
					return err
				}
				open = append(open, b)
				return decode(s.ColumnText(4), &open[len(open)-1].After)
			}, run)
		for i := range open {
			if err == nil {
				open[i].Refused, err = exceptionsOf(c, run, open[i].ID, -1)
			}
		}
		return err
	})
	return open, err
}

// Witness implements importer.Journal.
func (j *Journal) Witness(ctx context.Context, destination string) (batch, mapping string, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT b.witness, b.mapping FROM runs r JOIN batches b ON b.seq =
			(SELECT max(seq) FROM batches WHERE run = r.id AND witness <> '') WHERE r.destination = ? ORDER BY b.seq DESC LIMIT 1`,
			func(s *sqlite.Stmt) error {
				batch, mapping = s.ColumnText(0), s.ColumnText(1)
				return nil
			}, destination)
	})
	return batch, mapping, err
}

// Owed implements importer.Journal.
func (j *Journal) Owed(ctx context.Context, run, mapping string, pass, limit int) (owed []importer.Owed, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT key, kind FROM owed WHERE run = ? AND mapping = ? AND pass = ? ORDER BY key LIMIT ?`,
			func(s *sqlite.Stmt) error {
				owed = append(owed, importer.Owed{Key: s.ColumnText(0), Pass: pass, Kind: core.OutcomeKind(s.ColumnInt(1))})
				return nil
			}, run, mapping, pass, limit)
	})
	return owed, err
}

// Pairs implements importer.Journal.
func (j *Journal) Pairs(ctx context.Context, destination, table string, keys []string) (map[string]string, error) {
	pairs := make(map[string]string, len(keys))
	err := j.read(ctx, func(c *sqlite.Conn) error {
		for _, key := range keys {
			err := query(c, `SELECT id FROM pairs WHERE destination = ? AND source = ? AND key = ?`, func(s *sqlite.Stmt) error {
				pairs[key] = s.ColumnText(0)
				return nil
			}, destination, table, key)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return pairs, err
}

// Known implements importer.Journal.
func (j *Journal) Known(ctx context.Context, destination, table string, keys []string) (map[string]importer.Pair, error) {
	pairs := make(map[string]importer.Pair, len(keys))
	err := j.read(ctx, func(c *sqlite.Conn) error {
		for _, key := range keys {
			err := query(c, `SELECT id, written FROM pairs WHERE destination = ? AND source = ? AND key = ?`, func(s *sqlite.Stmt) error {
				pairs[key] = importer.Pair{Destination: destination, Table: table, Key: key, ID: s.ColumnText(0), Left: s.ColumnText(1)}
				return nil
			}, destination, table, key)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return pairs, err
}

// Excepted implements importer.Journal.
func (j *Journal) Excepted(ctx context.Context, run, table string, keys []string) (map[string]core.OutcomeKind, error) {
	kinds := map[string]core.OutcomeKind{}
	err := j.read(ctx, func(c *sqlite.Conn) error {
		for _, key := range keys {
			err := query(c, `SELECT kind FROM exceptions WHERE run = ? AND source = ? AND key = ? AND pending = '' AND retried = ''`, func(s *sqlite.Stmt) error {
				switch kind := core.OutcomeKind(s.ColumnInt(0)); kind {
				case core.Refused, core.Skipped, core.Unsure:
					kinds[key] = kind
				}
				return nil
			}, run, table, key)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return kinds, err
}

// Exceptions implements importer.Journal.
func (j *Journal) Exceptions(ctx context.Context, run string, limit int) (refusals []importer.Refusal, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) (err error) {
		refusals, err = exceptionsOf(c, run, "", limit)
		return err
	})
	return refusals, err
}

func exceptionsOf(c *sqlite.Conn, run, pending string, limit int) (refusals []importer.Refusal, err error) {
	var known kept
	err = query(c, `SELECT e.source, e.key, e.kind, e.field, ifnull(f.id, 0), f.text FROM exceptions e LEFT JOIN faults f ON f.id = e.fault
		WHERE e.run = ? AND e.pending = ? ORDER BY e.seq LIMIT ?`, func(s *sqlite.Stmt) error {
		about := core.Subject{Table: s.ColumnText(0), Key: s.ColumnText(1), Field: s.ColumnText(3)}
		refusals = append(refusals, importer.Refusal{
			Table: about.Table, Key: about.Key, Kind: core.OutcomeKind(s.ColumnInt(2)), Fault: known.fault(s, 4, about),
		})
		return nil
	}, run, pending, limit)
	return refusals, err
}
