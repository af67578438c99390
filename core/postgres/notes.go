package postgres

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"ferry/core"
)

// aKey is what a record's id in the key column looks like: a GUID in lower case. It is the mark that Ferry leaves on its
// rows.
const aKey = `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`

// begin makes ready what a plan needs to know about rows: an index for its matches, and notes of the rows that Ferry made
// before anybody had to know. Rows that somebody added by hand, under a key that is no record's id, stay unnoted.
func (d *Destination) begin(ctx context.Context, p core.Plan) error {
	if len(p.Match) == 0 && p.Run == "" {
		return nil
	}
	first, err := d.query(ctx, "INSERT INTO "+d.own("_ferry")+" VALUES ($1, '1') ON CONFLICT (name) DO NOTHING RETURNING name", text("noted "+cut(p.Table)))
	if err != nil {
		return err
	}
	if len(first) > 0 {
		if _, err := d.query(ctx, "INSERT INTO "+d.own("_ferry_row")+" SELECT $1::text, "+quote(p.Key)+", $2::text, '', false, NULL, '', '' FROM "+d.table(p)+
			" WHERE "+quote(p.Key)+" ~ $3::text ON CONFLICT (tbl, key) DO NOTHING", text(cut(p.Table)), text(p.ID), text(aKey)); err != nil {
			return err
		}
	}
	var names []string
	for _, name := range p.Match {
		names = append(names, quote(name))
	}
	if len(names) == 0 {
		return nil
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.Table + "\x00" + strings.Join(names, "\x00"))) // a hash takes every write
	index := fmt.Sprintf("_ferry_match_%x", h.Sum64())
	if there, err := d.has(ctx, index); err != nil || there {
		return err
	}
	if t, err := d.describe(ctx, p.Table); err != nil || t == nil || !t.owned { // it goes without one, slowly
		return err
	}
	return d.script(ctx, "CREATE INDEX "+quote(index)+" ON "+d.table(p)+" ("+strings.Join(names, ", ")+")")
}

// hasNotes reports whether the rows that Ferry made in the plan's table are noted.
func (d *Destination) hasNotes(ctx context.Context, p core.Plan) (bool, error) {
	rows, err := d.query(ctx, "SELECT 1 FROM "+d.own("_ferry")+" WHERE name = $1", text("noted "+cut(p.Table)))
	return len(rows) > 0, err
}

// rows is where the notes of a plan's rows are read: before the first run that has to know, rows that Ferry made are not
// noted yet.
func (d *Destination) rows(ctx context.Context, p core.Plan) (string, error) {
	own := d.own("_ferry_row")
	noted, err := d.hasNotes(ctx, p)
	if err != nil || noted {
		return own, err
	}
	return "(SELECT tbl, key, plan, run, fate, dealt FROM " + own + " WHERE tbl = $1 UNION ALL SELECT $1::text, t." + quote(p.Key) + ", $2::text, '', '', '' FROM " +
		d.table(p) + " AS t WHERE t." + quote(p.Key) + " ~ '" + aKey + "' AND NOT EXISTS (SELECT 1 FROM " + own + " AS n WHERE n.tbl = $1 AND n.key = t." + quote(p.Key) + "))", nil
}

// unseen are the rows of a plan that the run has not seen, as long as they are there.
func (d *Destination) unseen(from string, p core.Plan) string {
	return " FROM " + from + " AS m WHERE m.tbl = $1 AND m.plan = $2 AND m.run <> $3 AND m.fate = $4 AND ($5 = '' OR m.dealt <> $5) AND EXISTS (SELECT 1 FROM " +
		d.table(p) + " AS t WHERE t." + quote(p.Key) + " = m.key)"
}

// Unseen implements core.Keeper.
func (d *Destination) Unseen(ctx context.Context, p core.Plan, f core.Fate, dealt, after string, n int) (keys []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err = d.patiently(ctx, func() error {
		return d.transaction(ctx, reading, func() error {
			keys = nil
			from, err := d.rows(ctx, p)
			if err != nil {
				return err
			}
			rows, err := d.query(ctx, "SELECT m.key"+d.unseen(from, p)+` AND m.key > $6 ORDER BY m.key LIMIT `+strconv.Itoa(n),
				text(cut(p.Table)), text(p.ID), text(p.Run), text(string(f)), text(dealt), text(after))
			for _, row := range rows {
				keys = append(keys, string(row[0]))
			}
			return err
		})
	})
	return keys, d.fault(ctx, err)
}

// Standing implements core.Keeper.
func (d *Destination) Standing(ctx context.Context, p core.Plan, dealt map[core.Fate]string) (s core.Standing, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	number := func(sql string, args ...[]byte) (int64, error) {
		row, err := d.one(ctx, "SELECT count(*)"+sql, args...)
		if err != nil {
			return 0, err
		}
		return strconv.ParseInt(row[0], 10, 64)
	}
	err = d.patiently(ctx, func() error {
		return d.transaction(ctx, reading, func() error {
			from, err := d.rows(ctx, p)
			if err != nil {
				return err
			}
			if s.Rows, err = number(" FROM "+from+" AS m WHERE m.tbl = $1 AND m.plan = $2 AND EXISTS (SELECT 1 FROM "+d.table(p)+" AS t WHERE t."+
				quote(p.Key)+" = m.key)", text(cut(p.Table)), text(p.ID)); err != nil {
				return err
			}
			for fate, to := range map[core.Fate]*int64{core.Unjudged: &s.Unjudged, core.IsGone: &s.Gone, core.HasLeft: &s.Left} {
				if *to, err = number(d.unseen(from, p), text(cut(p.Table)), text(p.ID), text(p.Run), text(string(fate)), text(dealt[fate])); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return s, d.fault(ctx, err)
}

// Judge implements core.Keeper.
func (d *Destination) Judge(ctx context.Context, p core.Plan, fates map[string]core.Fate) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	byFate := map[core.Fate][]string{}
	for key, fate := range fates {
		byFate[fate] = append(byFate[fate], key)
	}
	err := d.patiently(ctx, func() error {
		return d.change(ctx, func() error {
			for fate, keys := range byFate {
				set, value := "fate = $3::text", string(fate)
				if fate == core.IsThere {
					set, value = "fate = '', run = $3::text", p.Run
				}
				if _, err := d.query(ctx, "UPDATE "+d.own("_ferry_row")+" SET "+set+" WHERE tbl = $1 AND key = ANY ($2::text[])", text(cut(p.Table)), array(keys), text(value)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return d.fault(ctx, err)
}

// Reconsider implements core.Keeper.
func (d *Destination) Reconsider(ctx context.Context, p core.Plan) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.patiently(ctx, func() error {
		return d.change(ctx, func() error {
			_, err := d.query(ctx, "UPDATE "+d.own("_ferry_row")+" SET fate = '' WHERE tbl = $1 AND plan = $2 AND run <> $3 AND fate <> ''", text(cut(p.Table)), text(p.ID), text(p.Run))
			return err
		})
	})
	return d.fault(ctx, err)
}
