package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"ferry/core"
	"ferry/core/importer"
)

var _ importer.Mender = (*Journal)(nil)

// family are the run that is the parameter and its retries, without those that were taken back.
func family(parameter string) string {
	return `SELECT ` + parameter + ` UNION SELECT id FROM runs WHERE retries = ` + parameter + ` AND retries <> '' AND id NOT IN
		(SELECT undoes FROM runs WHERE undoes <> '' AND state = 'complete')`
}

// code is that of the Fault f of an exception.
const code = `ifnull(json_extract(f.text, '$.code'), '')`

// waiting are the exceptions e, with the words f and the part p, that wait on the list of the run that is the first parameter;
// see importer.Waits. A record without a key cannot be asked for: it stands in the receipt, and comes with the next import.
func waiting() string {
	return fmt.Sprintf(` FROM exceptions e JOIN parts p ON p.id = e.part LEFT JOIN faults f ON f.id = e.fault WHERE e.run IN (%s)
		AND e.pending = '' AND e.retried = '' AND e.key <> '' AND (e.kind IN (%d, %d) OR e.kind = %d AND %s = '%s')`,
		family("?1"), core.Refused, core.Unsure, core.Skipped, code, importer.WaitsCode)
}

// A picked condition narrows waiting to a selection.
func picked(of importer.Selection, args []any) (string, []any) {
	if of.All() {
		return "", args
	}
	var or []string
	for _, c := range of.Causes {
		or = append(or, `p.mapping = ? AND e.source = ? AND e.kind = ? AND e.field = ? AND `+code+` = ?`)
		args = append(args, c.Mapping, c.Table, int(c.Kind), c.Field, c.Code)
	}
	for some := range slices.Chunk(of.Records, 500) {
		marks := strings.TrimSuffix(strings.Repeat("(?, ?), ", len(some)), ", ")
		or = append(or, `(p.mapping, e.key) IN (VALUES `+marks+`)`)
		for _, r := range some {
			args = append(args, r.Mapping, r.Key)
		}
	}
	return ` AND (` + strings.Join(or, " OR ") + `)`, args
}

// ListWaiting implements importer.Mender.
func (j *Journal) ListWaiting(ctx context.Context, run, mapping, earlier string, of importer.Selection) error {
	and, args := picked(of, []any{earlier, run, mapping})
	return j.change(ctx, func(c *sqlite.Conn) error {
		return exec(c, `INSERT OR IGNORE INTO listed (run, mapping, list, key, gone) SELECT ?2, ?3, '', e.key, 0`+
			waiting()+` AND p.mapping = ?3`+and, args...)
	})
}

// CountWaiting implements importer.Mender.
func (j *Journal) CountWaiting(ctx context.Context, earlier, mapping string, of importer.Selection) (n int64, err error) {
	and, args := picked(of, []any{earlier, mapping})
	err = j.read(ctx, func(c *sqlite.Conn) error {
		n, err = number(c, `SELECT count(DISTINCT p.mapping || char(0) || e.key)`+waiting()+` AND (?2 = '' OR p.mapping = ?2)`+and, args...)
		return err
	})
	return n, err
}

// StillWaiting implements importer.Mender.
func (j *Journal) StillWaiting(ctx context.Context, earlier, run, mapping, table string, keys []string) (map[string]core.OutcomeKind, error) {
	kinds := map[string]core.OutcomeKind{}
	err := j.read(ctx, func(c *sqlite.Conn) error {
		var runs []string
		err := query(c, family("?1"), func(s *sqlite.Stmt) error {
			if id := s.ColumnText(0); id != run {
				runs = append(runs, id)
			}
			return nil
		}, earlier)
		for _, key := range keys {
			for _, id := range runs {
				if err == nil {
					err = query(c, `SELECT e.kind, `+code+` FROM exceptions e JOIN parts p ON p.id = e.part LEFT JOIN faults f ON f.id = e.fault
						WHERE e.run = ?1 AND e.source = ?3 AND e.key = ?2 AND (?4 = '' OR p.mapping = ?4) AND e.pending = '' AND e.retried = ''`,
						func(s *sqlite.Stmt) error {
							if kind := core.OutcomeKind(s.ColumnInt(0)); importer.Waits(kind, s.ColumnText(1)) {
								kinds[key] = kind
							}
							return nil
						}, id, key, table, mapping)
				}
			}
		}
		return err
	})
	return kinds, err
}

// retried notes that a retry has settled what stood on the list of the run that it retries. What it refused again stands there
// as its own.
func retried(c *sqlite.Conn, s importer.Settlement) error {
	var runs []string
	err := query(c, family("?1"), func(row *sqlite.Stmt) error {
		if id := row.ColumnText(0); id != s.Batch.Run {
			runs = append(runs, id)
		}
		return nil
	}, s.Retries)
	if err != nil {
		return err
	}
	settle := func(key string) error {
		for _, run := range runs {
			if err := exec(c, `UPDATE exceptions SET retried = ?1 WHERE run = ?2 AND source = ?3 AND key = ?4 AND pending = '' AND retried = ''
				AND part IN (SELECT id FROM parts WHERE run = ?2 AND mapping = ?5)`, s.Batch.Run, run, s.Source, key, s.Batch.Mapping); err != nil {
				return err
			}
		}
		return exec(c, `DELETE FROM verdicts WHERE run = ? AND mapping = ? AND key = ?`, s.Retries, s.Batch.Mapping, key)
	}
	for _, r := range s.Batch.Rows {
		if err := settle(r.Key); err != nil {
			return err
		}
	}
	for _, r := range s.Batch.Refused {
		if err := settle(r.Key); err != nil {
			return err
		}
	}
	return nil
}

// mostGroups is how many causes are told apart; what comes behind them is left out of the groups, not of the list.
const mostGroups = 1000

// Waiting tells what waits on the list to which a run belongs, by cause: refused first, then unsure, then what waits for
// another record; of these the most frequent first. false when the journal has no such run.
func (j *Journal) Waiting(ctx context.Context, run string) (w importer.WaitList, ok bool, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		entries, err := entriesOf(c, `WHERE (source, destination) IN (SELECT source, destination FROM runs WHERE id = ?)`, []any{run})
		if err != nil {
			return err
		}
		if w.Run, ok = importer.RootOf(entries, run); !ok {
			return nil
		}
		w.Back = slices.ContainsFunc(entries, func(r importer.Entry) bool { return r.Undoes == w.Run.ID && r.State == importer.Complete })
		if w.Back {
			return nil
		}
		over := importer.Overtaken(entries, w.Run)
		if w.Groups, err = groupsOf(c, w.Run.ID); err != nil {
			return err
		}
		named, err := number(c, `SELECT EXISTS (SELECT 1`+waiting()+` AND e.called IS NOT NULL)`, w.Run.ID)
		w.Named = named != 0
		for i := range w.Groups {
			w.Groups[i].Overtaken = over[w.Groups[i].Mapping]
		}
		return err
	})
	return w, ok, err
}

func groupsOf(c *sqlite.Conn, root string) (groups []importer.Group, err error) {
	at := map[importer.Cause]int{}
	err = query(c, `SELECT p.mapping, e.source, e.kind, e.field, ifnull(f.text, ''), count(*)`+waiting()+` GROUP BY p.mapping, e.source, e.kind, e.field, e.fault`,
		func(s *sqlite.Stmt) error {
			f := faultOf(s.ColumnText(4), core.Subject{})
			cause := importer.Cause{Mapping: s.ColumnText(0), Table: s.ColumnText(1), Kind: core.OutcomeKind(s.ColumnInt(2)), Field: s.ColumnText(3)}
			if f != nil {
				cause.Code = f.Code
			}
			i, known := at[cause]
			if !known {
				if len(groups) >= mostGroups {
					return nil
				}
				i = len(groups)
				at[cause], groups = i, append(groups, importer.Group{Cause: cause, Fault: f})
			}
			groups[i].Records += s.ColumnInt64(5)
			return nil
		}, root)
	rank := map[core.OutcomeKind]int{core.Refused: 0, core.Unsure: 1, core.Skipped: 2}
	slices.SortStableFunc(groups, func(a, b importer.Group) int {
		return cmp.Or(cmp.Compare(rank[a.Kind], rank[b.Kind]), cmp.Compare(b.Records, a.Records), cmp.Compare(a.Code, b.Code))
	})
	return groups, err
}

// WaitingPlaces tells the places of the records that fit, in the order in which they were noted; a place is what WaitingRows
// takes. Only places are held in memory.
func (j *Journal) WaitingPlaces(ctx context.Context, q importer.WaitSearch) (places []int64, err error) {
	and, args := picked(q.Of, []any{q.Run})
	if text := strings.TrimSpace(q.Text); text != "" {
		if q.Seal != nil {
			return j.calledPlaces(ctx, q, text, and, args)
		}
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
		and += ` AND (e.key LIKE ? ESCAPE '\' OR e.field LIKE ? ESCAPE '\' OR json_extract(f.text, '$.cause') LIKE ? ESCAPE '\')`
		args = append(args, like, like, like)
	}
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT e.seq`+waiting()+and+` ORDER BY e.seq`, func(s *sqlite.Stmt) error {
			places = append(places, s.ColumnInt64(0))
			return nil
		}, args...)
	})
	return places, err
}

// WaitingRows reads some records by their places, in the order of the places. One that does not wait any more is left empty.
// Names stay sealed.
func (j *Journal) WaitingRows(ctx context.Context, run string, places []int64) ([]importer.WaitRow, error) {
	rows := make([]importer.WaitRow, len(places))
	err := j.read(ctx, func(c *sqlite.Conn) error {
		var known kept
		for i, place := range places {
			err := query(c, `SELECT e.source, e.key, e.kind, e.field, ifnull(f.id, 0), f.text, p.mapping, v.there, v.id,
				(SELECT count(*) FROM mended m WHERE m.mapping = p.mapping AND m.key = e.key), e.called
				FROM exceptions e JOIN parts p ON p.id = e.part LEFT JOIN faults f ON f.id = e.fault
				LEFT JOIN verdicts v ON v.run = ? AND v.mapping = p.mapping AND v.key = e.key
				WHERE e.seq = ? AND e.pending = '' AND e.retried = ''`, func(s *sqlite.Stmt) error {
				about := core.Subject{Table: s.ColumnText(0), Key: s.ColumnText(1), Field: s.ColumnText(3)}
				rows[i] = importer.WaitRow{Mapping: s.ColumnText(6), Mended: s.ColumnInt(9), Refusal: importer.Refusal{
					Table: about.Table, Key: about.Key, Kind: core.OutcomeKind(s.ColumnInt(2)), Fault: known.fault(s, 4, about), Called: blobOf(s, 10),
				}}
				if s.ColumnType(7) != sqlite.TypeNull {
					rows[i].Verdict = &importer.Verdict{There: s.ColumnInt(7) != 0, ID: s.ColumnText(8)}
				}
				return nil
			}, run, place)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return rows, err
}

// EachWaiting tells all records that wait, as EachException does those of one run.
func (j *Journal) EachWaiting(ctx context.Context, q importer.WaitSearch, each func(importer.WaitRow) error) error {
	places, err := j.WaitingPlaces(ctx, q)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(places, refusedPage) {
		rows, err := j.WaitingRows(ctx, q.Run, some)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Table == "" {
				continue
			}
			if err := each(r); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// KeepVerdict keeps what somebody said of a record that is unsure; nil withdraws it.
func (j *Journal) KeepVerdict(ctx context.Context, earlier, mapping, key string, v *importer.Verdict) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		if v == nil {
			return exec(c, `DELETE FROM verdicts WHERE run = ? AND mapping = ? AND key = ?`, earlier, mapping, key)
		}
		return exec(c, `INSERT OR REPLACE INTO verdicts (run, mapping, key, there, id) VALUES (?, ?, ?, ?, ?)`, earlier, mapping, key, v.There, v.ID)
	})
}

// Verdicts implements importer.Mender.
func (j *Journal) Verdicts(ctx context.Context, earlier, mapping string, keys []string) (map[string]importer.Verdict, error) {
	said := map[string]importer.Verdict{}
	err := j.read(ctx, func(c *sqlite.Conn) error {
		for _, key := range keys {
			if err := query(c, `SELECT there, id FROM verdicts WHERE run = ? AND mapping = ? AND key = ?`, func(s *sqlite.Stmt) error {
				said[key] = importer.Verdict{There: s.ColumnInt(0) != 0, ID: s.ColumnText(1)}
				return nil
			}, earlier, mapping, key); err != nil {
				return err
			}
		}
		return nil
	})
	return said, err
}

// MendedValues implements importer.Mender.
func (j *Journal) MendedValues(ctx context.Context, mapping string) (all []importer.MendedValue, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT key, name, sealed, made FROM mended WHERE mapping = ? ORDER BY key, name`, func(s *sqlite.Stmt) error {
			m := importer.MendedValue{Mapping: mapping, Key: s.ColumnText(0), Column: s.ColumnText(1), Sealed: make([]byte, s.ColumnLen(2)), Made: time.Unix(s.ColumnInt64(3), 0).UTC()}
			s.ColumnBytes(2, m.Sealed)
			all = append(all, m)
			return nil
		}, mapping)
	})
	return all, err
}

// KeepMended implements importer.Mender.
func (j *Journal) KeepMended(ctx context.Context, m importer.MendedValue) error {
	return j.wiped(ctx, func(c *sqlite.Conn) error {
		return exec(c, `INSERT OR REPLACE INTO mended (mapping, key, name, sealed, made) VALUES (?, ?, ?, ?, ?)`, m.Mapping, m.Key, m.Column, m.Sealed, m.Made.Unix())
	})
}

// ForgetMended withdraws a mended value. Nothing of it stays in the file.
func (j *Journal) ForgetMended(ctx context.Context, mapping, key, column string) error {
	return j.wiped(ctx, func(c *sqlite.Conn) error {
		return exec(c, `DELETE FROM mended WHERE mapping = ? AND key = ? AND name = ?`, mapping, key, column)
	})
}

// ExpireMended implements importer.Mender.
func (j *Journal) ExpireMended(ctx context.Context, before time.Time) (n int64, err error) {
	const old = `called IS NOT NULL AND run IN (SELECT id FROM runs WHERE started < ?)`
	err = j.read(ctx, func(c *sqlite.Conn) (err error) {
		if n, err = number(c, `SELECT count(*) FROM mended WHERE made < ?`, before.Unix()); err != nil {
			return err
		}
		names, err := number(c, `SELECT count(*) FROM exceptions WHERE `+old, stamp(before))
		n += names
		return err
	})
	if err != nil || n == 0 {
		return n, err
	}
	return n, j.wiped(ctx, func(c *sqlite.Conn) error {
		if err := exec(c, `UPDATE exceptions SET called = NULL WHERE `+old, stamp(before)); err != nil {
			return err
		}
		return exec(c, `DELETE FROM mended WHERE made < ?`, before.Unix())
	})
}

// LeftOver is the list of the newest run into a place, whole or not, of which something waits that no later import has read
// anew; false when there is none. place may be "" for any.
func (j *Journal) LeftOver(ctx context.Context, place string) (w importer.WaitList, ok bool, err error) {
	var entries []importer.Entry
	err = j.read(ctx, func(c *sqlite.Conn) (err error) {
		entries, err = entriesOf(c, `WHERE state = ? AND undoes = '' AND retries = '' AND (?2 = '' OR place = ?2)`, []any{string(importer.Complete), place})
		return err
	})
	seen := map[string]bool{}
	for _, r := range entries {
		if err != nil {
			return w, false, err
		}
		fresh := false // a mapping whose newest run this is
		for _, t := range r.Tables {
			id := r.Destination + "\x00" + t.Mapping
			fresh, seen[id] = fresh || !seen[id], seen[id] || !r.Partial()
		}
		if !fresh {
			continue
		}
		if w, ok, err = j.Waiting(ctx, r.ID); ok && slices.ContainsFunc(w.Groups, func(g importer.Group) bool { return g.Overtaken == "" }) {
			return w, true, err
		}
	}
	return importer.WaitList{}, false, err
}
