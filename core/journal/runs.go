package journal

import (
	"context"
	"encoding/json"
	"time"

	"zombiezen.com/go/sqlite"

	"ferry/core"
	"ferry/core/importer"
)

// Destination implements importer.Journal.
func (j *Journal) Destination(ctx context.Context, id string) (d importer.KnownDestination, ok bool, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT id, place, confirmed, intended FROM destinations WHERE id = ?`, func(s *sqlite.Stmt) error {
			ok = true
			d = importer.KnownDestination{ID: s.ColumnText(0), Place: s.ColumnText(1), Confirmed: s.ColumnInt64(2), Intended: s.ColumnInt64(3)}
			return nil
		}, id)
	})
	return d, ok, err
}

// SaveDestination implements importer.Journal.
func (j *Journal) SaveDestination(ctx context.Context, d importer.KnownDestination) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		if d.Forget {
			if err := exec(c, `DELETE FROM pairs WHERE destination = ?`, d.ID); err != nil {
				return err
			}
			if err := exec(c, `UPDATE batches SET witness = '' WHERE witness <> '' AND run IN (SELECT id FROM runs WHERE destination = ?)`, d.ID); err != nil {
				return err
			}
		}
		return exec(c, `INSERT INTO destinations (id, place, confirmed, intended) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET place = excluded.place, confirmed = excluded.confirmed, intended = excluded.intended`,
			d.ID, d.Place, d.Confirmed, d.Intended)
	})
}

// Earlier implements importer.Journal.
func (j *Journal) Earlier(ctx context.Context, source, destination, place string) (entries []importer.Entry, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) (err error) {
		entries, err = entriesOf(c, `WHERE source = ? AND (destination = ? OR place = ?)`, []any{source, destination, place})
		return err
	})
	return entries, err
}

const entryColumns = `id, name, source, destination, place, digest, limited, state, reason, came_from, went_to, who, started, ended, begun, fault, tables, told, undoes, forgotten, retries`

func entriesOf(c *sqlite.Conn, where string, args []any) (entries []importer.Entry, err error) {
	err = query(c, `SELECT `+entryColumns+` FROM runs `+where+` ORDER BY seq DESC`, func(s *sqlite.Stmt) error {
		e := importer.Entry{
			ID: s.ColumnText(0), Name: s.ColumnText(1), Source: s.ColumnText(2), Destination: s.ColumnText(3),
			Place: s.ColumnText(4), Digest: s.ColumnText(5), Limit: s.ColumnInt(6), State: importer.RunState(s.ColumnText(7)),
			Reason: s.ColumnText(8), From: s.ColumnText(9), To: s.ColumnText(10), Who: s.ColumnText(11),
			Started: instant(s.ColumnText(12)), Ended: instant(s.ColumnText(13)), Begun: s.ColumnInt(14) != 0,
			Fault: faultOf(s.ColumnText(15), core.Subject{}), Told: s.ColumnInt(17) != 0, Undoes: s.ColumnText(18), Forgotten: s.ColumnInt(19) != 0, Retries: s.ColumnText(20),
		}
		if err := json.Unmarshal([]byte(s.ColumnText(16)), &e.Tables); err != nil {
			return err
		}
		entries = append(entries, e)
		return nil
	}, args...)
	return entries, err
}

// SaveRun implements importer.Journal.
func (j *Journal) SaveRun(ctx context.Context, e importer.Entry) error {
	tables, err := json.Marshal(e.Tables)
	if err != nil {
		return err
	}
	return j.change(ctx, func(c *sqlite.Conn) error {
		if e.State == importer.Complete || e.State == importer.Abandoned {
			if err := exec(c, `DELETE FROM listed WHERE run = ?`, e.ID); err != nil {
				return err
			}
		}
		if e.Undoes != "" && e.State == importer.Complete {
			if err := exec(c, `DELETE FROM returned WHERE run = ?`, e.ID); err != nil {
				return err
			}
			// What a retry had settled waits again.
			if err := exec(c, `UPDATE exceptions SET retried = '' WHERE retried = ? AND retried <> ''`, e.Undoes); err != nil {
				return err
			}
		}
		return exec(c, `INSERT INTO runs (`+entryColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, destination = excluded.destination, place = excluded.place,
				state = excluded.state, reason = excluded.reason, ended = excluded.ended, begun = excluded.begun,
				fault = excluded.fault, tables = excluded.tables, told = excluded.told`,
			e.ID, e.Name, e.Source, e.Destination, e.Place, e.Digest, e.Limit, string(e.State), e.Reason, e.From, e.To, e.Who,
			stamp(e.Started), stamp(e.Ended), e.Begun, faultText(e.Fault), string(tables), e.Told, e.Undoes, e.Forgotten, e.Retries)
	})
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// A keptFault is what of a Fault is kept: words and code, never a subject, a value or the error below.
type keptFault struct {
	Kind    core.FaultKind `json:"kind,omitempty"`
	Code    string         `json:"code,omitempty"`
	Op      string         `json:"op,omitempty"`
	Cause   string         `json:"cause,omitempty"`
	Remedy  string         `json:"remedy,omitempty"`
	Owner   core.Owner     `json:"owner,omitempty"`
	Link    string         `json:"link,omitempty"`
	Details string         `json:"details,omitempty"`
}

func faultText(f *core.Fault) string {
	if f == nil {
		return ""
	}
	text, err := json.Marshal(keptFault{f.Kind, f.Code, f.Op, f.Cause, f.Remedy, f.Owner, f.Link, f.Details})
	if err != nil {
		return ""
	}
	return string(text)
}

func faultOf(text string, about core.Subject) *core.Fault {
	var k keptFault
	if text == "" || json.Unmarshal([]byte(text), &k) != nil {
		return nil
	}
	return &core.Fault{
		Kind: k.Kind, Code: k.Code, Op: k.Op, Cause: k.Cause, Remedy: k.Remedy, Owner: k.Owner, Link: k.Link,
		Details: k.Details, Subject: about,
	}
}
