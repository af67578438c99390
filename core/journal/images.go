package journal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/importer"
)

var _ importer.Memory = (*Journal)(nil)

// Remember implements importer.Memory.
func (j *Journal) Remember(ctx context.Context, i importer.Image) error {
	return j.change(ctx, func(c *sqlite.Conn) error {
		if err := exec(c, `INSERT INTO image_abouts (text) VALUES (?) ON CONFLICT DO NOTHING`, i.About); err != nil {
			return err
		}
		if err := exec(c, `DELETE FROM images WHERE run = ? AND batch = ?`, i.Run, i.Batch); err != nil {
			return err
		}
		return exec(c, `INSERT INTO images (run, batch, pass, mapping, size, about, sealed, made)
			VALUES (?, ?, ?, ?, ?, (SELECT id FROM image_abouts WHERE text = ?), ?, ?)`,
			i.Run, i.Batch, i.Pass, i.Mapping, i.Rows, i.About, i.Sealed, i.Made.Unix())
	})
}

// Images implements importer.Memory.
func (j *Journal) Images(ctx context.Context, run string, before int64, n int) (images []importer.Image, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT i.seq, i.batch, i.pass, i.mapping, i.size, a.text, i.made, i.sealed FROM images i JOIN image_abouts a ON a.id = i.about
			WHERE i.run = ?1 AND (?2 = 0 OR i.seq < ?2) ORDER BY i.seq DESC LIMIT ?3`, func(s *sqlite.Stmt) error {
			i := importer.Image{
				Seq: s.ColumnInt64(0), Run: run, Batch: s.ColumnText(1), Pass: s.ColumnInt(2), Mapping: s.ColumnText(3), Rows: s.ColumnInt(4),
				About: s.ColumnText(5), Made: time.Unix(s.ColumnInt64(6), 0).UTC(), Sealed: make([]byte, s.ColumnLen(7)),
			}
			s.ColumnBytes(7, i.Sealed)
			images = append(images, i)
			return nil
		}, run, before, n)
	})
	return images, err
}

// Remembered implements importer.Memory.
func (j *Journal) Remembered(ctx context.Context, run string) (images, rows int64, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT count(*), ifnull(sum(size), 0) FROM images WHERE run = ?`, func(s *sqlite.Stmt) error {
			images, rows = s.ColumnInt64(0), s.ColumnInt64(1)
			return nil
		}, run)
	})
	return images, rows, err
}

// Expire implements importer.Memory. What is deleted is overwritten in the file too.
func (j *Journal) Expire(ctx context.Context, before time.Time) (n int64, err error) {
	back, err := j.goingBack(ctx)
	if err != nil {
		return 0, err
	}
	err = j.read(ctx, func(c *sqlite.Conn) (err error) {
		n, err = number(c, `SELECT count(*) FROM images WHERE run IN (`+expired+`)`, before.Unix(), back)
		return err
	})
	if err != nil || n == 0 {
		return n, err
	}
	return n, j.wiped(ctx, func(c *sqlite.Conn) error {
		for _, statement := range []string{
			`DELETE FROM returned WHERE run IN (SELECT id FROM runs WHERE undoes IN (` + expired + `))`,
			`UPDATE runs SET forgotten = 1 WHERE id IN (` + expired + `)`,
			`DELETE FROM images WHERE run IN (` + expired + `)`,
		} {
			if err := exec(c, statement, before.Unix(), back); err != nil {
				return err
			}
		}
		return nil
	})
}

// expired are the runs that have an image from before a time, without those of a list.
const expired = `SELECT DISTINCT run FROM images WHERE made < ?1 AND run NOT IN (SELECT value FROM json_each(?2))`

// goingBack are the runs that somebody takes back just now, as a list in JSON: what that needs goes with it, not before.
func (j *Journal) goingBack(ctx context.Context) (string, error) {
	names := map[string]string{}
	err := j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT undoes, name FROM runs WHERE undoes <> '' AND state = ?`, func(s *sqlite.Stmt) error {
			names[s.ColumnText(0)] = s.ColumnText(1)
			return nil
		}, string(importer.Running))
	})
	runs := []string{}
	for run, name := range names {
		if j.alive(name) {
			runs = append(runs, run)
		}
	}
	text, failed := json.Marshal(runs)
	return string(text), errors.Join(err, failed)
}

// wiped changes the file so that what is deleted is overwritten.
func (j *Journal) wiped(ctx context.Context, do func(c *sqlite.Conn) error) error {
	set := func(on string) error {
		return j.read(ctx, func(c *sqlite.Conn) error { return sqlitex.ExecuteTransient(c, "PRAGMA secure_delete = "+on, nil) })
	}
	if err := set("ON"); err != nil {
		return err
	}
	err := j.change(ctx, do)
	if off := set("OFF"); err == nil {
		err = off
	}
	if err != nil {
		return err
	}
	return j.read(ctx, func(*sqlite.Conn) error { return j.file.Checkpoint() }) // the log held it too
}

// Returned implements importer.Memory.
func (j *Journal) Returned(ctx context.Context, run, mapping string, keys []string) (map[string]core.OutcomeKind, error) {
	kinds := map[string]core.OutcomeKind{}
	err := j.read(ctx, func(c *sqlite.Conn) error {
		for _, key := range keys {
			if err := query(c, `SELECT kind FROM returned WHERE run = ? AND mapping = ? AND key = ?`, func(s *sqlite.Stmt) error {
				kinds[key] = core.OutcomeKind(s.ColumnInt(0))
				return nil
			}, run, mapping, key); err != nil {
				return err
			}
		}
		return nil
	})
	return kinds, err
}

// Into implements importer.Memory.
func (j *Journal) Into(ctx context.Context, destination, place string) (entries []importer.Entry, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) (err error) {
		entries, err = entriesOf(c, `WHERE destination = ? OR place = ?`, []any{destination, place})
		return err
	})
	return entries, err
}

// settleImage forgets an image that was put back, and notes what became of its rows.
func settleImage(c *sqlite.Conn, s importer.Settlement) error {
	for _, r := range s.Returned {
		if err := exec(c, `INSERT INTO returned (run, mapping, key, kind) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET kind = excluded.kind`,
			s.Batch.Run, s.Batch.Mapping, r.Key, int(r.Kind)); err != nil {
			return err
		}
	}
	if s.Spent == 0 {
		return nil
	}
	return exec(c, `DELETE FROM images WHERE seq = ?`, s.Spent)
}

// Places are where the runs went, each once.
func (j *Journal) Places(ctx context.Context) (places []string, err error) {
	err = j.read(ctx, func(c *sqlite.Conn) error {
		return query(c, `SELECT DISTINCT place FROM runs ORDER BY place`, func(s *sqlite.Stmt) error {
			places = append(places, s.ColumnText(0))
			return nil
		})
	})
	return places, err
}
