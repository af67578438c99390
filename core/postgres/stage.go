package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// stage is the temporary table a batch is copied into. It lives as long as the transaction that made it.
const stage = "pg_temp._ferry_stage"

// A writer holds the statements of one plan.
type writer struct {
	plan    core.Plan
	care    *careful // what the plan needs beyond storing what comes; nil for nothing
	create  string   // makes the stage
	whole   string   // merges rows in which nothing is absent; returns key and whether the row is new
	some    string   // the same of those that have some numbers
	direct  string   // copies rows straight into the table; "" where that is not the same as merging them
	alone   bool     // nothing that comes was found to be there so far
	known   string   // which staged rows are there already; "" where the merge itself tells what it made
	hooks   bool     // triggers or policies have a say in what is stored
	change  string   // changes rows of which something is absent; returns the key
	insert  string   // makes rows of which something is absent; returns the key
	remove  string
	differs string   // the staged rows that are not equal to what is there
	capture *capture // what a batch replaces; nil when nobody wants to know
	matches string   // the numbers of the staged rows that are equal to what is there
}

func (d *Destination) newWriter(p core.Plan, t *table) *writer {
	w := &writer{plan: p, hooks: t.hooks}
	key, table := quote(p.Key), d.table(p)
	created := []string{"n integer", "part bit varying", `k text COLLATE "C"`}
	names, staged := []string{key}, []string{"k"}
	var sets, partSets, differs, partDiffers, equals []string
	for i, c := range p.Columns {
		name, from := quote(c.Name), "c"+strconv.Itoa(i)
		created = append(created, from+" "+sqlType(c.Type))
		names, staged = append(names, name), append(staged, from)
		absent := fmt.Sprintf("pg_catalog.get_bit(s.part, %d) = 1", i)
		// Numbers may be equal and have other digits; money is kept as it was sent.
		exact := func(what string) string {
			if sqlType(c.Type) == "numeric" {
				return "CAST(" + what + " AS text)"
			}
			return what
		}
		sets = append(sets, name+" = excluded."+name)
		differs = append(differs, exact("t."+name)+" IS DISTINCT FROM "+exact("excluded."+name))
		partSets = append(partSets, fmt.Sprintf("%s = CASE WHEN %s THEN t.%s ELSE s.%s END", name, absent, name, from))
		partDiffers = append(partDiffers, fmt.Sprintf("NOT %s AND %s IS DISTINCT FROM %s", absent, exact("t."+name), exact("s."+from)))
		equals = append(equals, fmt.Sprintf("(coalesce(%s, false) OR %s IS NOT DISTINCT FROM %s)", absent, exact("t."+name), exact("s."+from)))
	}
	w.create = "CREATE TEMPORARY TABLE _ferry_stage (" + strings.Join(created, ", ") + ") ON COMMIT DROP"
	into := "INSERT INTO " + table + " AS t (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(staged, ", ") + " FROM " + stage + " AS s"
	conflict := " ON CONFLICT (" + key + ") DO NOTHING"
	if len(sets) > 0 {
		conflict = " ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(sets, ", ") + " WHERE " + strings.Join(differs, " OR ")
		w.change = "UPDATE " + table + " AS t SET " + strings.Join(partSets, ", ") + " FROM " + stage + " AS s WHERE s.part IS NOT NULL AND t." + key + " = s.k AND (" +
			strings.Join(partDiffers, " OR ") + ") RETURNING t." + key
	}
	// xmax is 0 in a row that was made, and names who locked it in one that was there (PostgreSQL: "System Columns").
	// What is divided into other tables has none.
	made := ", t.xmax = 0"
	if t.kind == "p" {
		made = ""
		w.known = "SELECT s.k FROM " + stage + " AS s WHERE EXISTS (SELECT 1 FROM " + table + " AS t WHERE t." + key + " = s.k)"
	}
	conflict += " RETURNING t." + key + made
	w.whole = into + " WHERE s.part IS NULL" + conflict
	w.some = into + " WHERE s.part IS NULL AND s.n = ANY ($1::integer[])" + conflict
	w.insert = into + " WHERE part IS NOT NULL ON CONFLICT (" + key + ") DO NOTHING RETURNING t." + key
	w.remove = "DELETE FROM " + table + " WHERE " + key + " = ANY ($1::text[]) RETURNING " + key
	w.matches = "SELECT s.n FROM " + stage + " AS s JOIN " + table + " AS t ON t." + key + " = s.k"
	w.differs = " FROM " + stage + " AS s LEFT JOIN " + table + " AS t ON t." + key + " = s.k WHERE t." + key + " IS NULL"
	if len(equals) > 0 {
		w.matches += " WHERE " + strings.Join(equals, " AND ")
		w.differs += " OR NOT (" + strings.Join(equals, " AND ") + ")"
	}
	return w
}

// copy makes the stage and fills it.
func (d *Destination) copy(ctx context.Context, w *writer, lines []line) error {
	if err := d.script(ctx, "SAVEPOINT ferry; "+w.create); err != nil {
		return err
	}
	texts := make(feed, 0, len(lines))
	for _, l := range lines {
		if !l.gone {
			texts = append(texts, l.text)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	_, err := d.conn.CopyFrom(ctx, &texts, "COPY "+stage+" FROM STDIN")
	return err
}

// keep ends what copy began: what was merged since stays.
func (d *Destination) keep(ctx context.Context) error {
	return d.script(ctx, "DROP TABLE "+stage+"; RELEASE SAVEPOINT ferry")
}

// undo ends what copy began: all since is taken back.
func (d *Destination) undo(ctx context.Context) error {
	return d.script(ctx, "ROLLBACK TO SAVEPOINT ferry; RELEASE SAVEPOINT ferry")
}

// merge stores lines, no two of which have the same key, and notes what became of them. On an error nothing of them is
// stored.
func (d *Destination) merge(ctx context.Context, w *writer, lines []line, outcomes []core.Outcome) error {
	if done, err := d.straight(ctx, w, lines, outcomes); done || err != nil {
		return err
	}
	if err := d.copy(ctx, w, lines); err != nil {
		return err
	}
	byKey := make(map[string]int, len(lines))
	var gone []string
	whole, part := false, false
	for _, l := range lines {
		byKey[l.key] = l.row
		outcomes[l.row] = core.Outcome{Kind: core.Unchanged}
		switch {
		case l.gone:
			gone = append(gone, l.key)
		case l.part:
			part = true
		default:
			whole = true
		}
	}
	// A row that conflicts is locked, which is written down, also when nothing of it changes. So equal rows are kept away.
	unequal, caught, err := d.changing(ctx, w, gone, whole || part)
	if err != nil {
		return err
	}
	known, err := d.keysOf(ctx, w.known)
	if err != nil {
		return err
	}
	var made []string
	note := func(sql string, kind core.OutcomeKind, args ...[]byte) error {
		rows, err := d.query(ctx, sql, args...)
		for _, row := range rows {
			k := kind
			if len(row) > 1 && string(row[1]) == "t" || known != nil && kind == core.Updated && !known[string(row[0])] {
				k = core.Created
			}
			if k == core.Created && w.capture != nil {
				made = append(made, string(row[0]))
			}
			if at, ok := byKey[string(row[0])]; ok {
				outcomes[at] = core.Outcome{Kind: k}
			}
		}
		return err
	}
	switch {
	case !whole || len(unequal) == 0:
	case len(unequal) < len(lines)/2:
		err = note(w.some, core.Updated, array(unequal))
	default:
		err = note(w.whole, core.Updated)
	}
	if whole {
		w.alone = !slices.ContainsFunc(lines, func(l line) bool { return !l.part && !l.gone && outcomes[l.row].Kind != core.Created })
	}
	if part = part && len(unequal) > 0; part && err == nil && w.change != "" {
		err = note(w.change, core.Updated)
	}
	if part && err == nil {
		err = note(w.insert, core.Created)
	}
	if len(gone) > 0 && err == nil {
		err = note(w.remove, core.Removed, array(gone))
	}
	if err == nil && w.hooks {
		err = d.looked(ctx, w, lines, gone, outcomes)
	}
	if err == nil {
		err = d.keep(ctx)
	}
	if err == nil {
		w.caught(caught, made)
	}
	return err
}

// keysOf are the keys that a statement gives; nil without one.
func (d *Destination) keysOf(ctx context.Context, sql string, args ...[]byte) (map[string]bool, error) {
	if sql == "" {
		return nil, nil
	}
	rows, err := d.query(ctx, sql, args...)
	keys := make(map[string]bool, len(rows))
	for _, row := range rows {
		keys[string(row[0])] = true
	}
	return keys, err
}

// looked refuses rows of which a merge said nothing and that are not there as they came: a trigger can drop what is written
// without a word, and a row that is not stored must not count as one that was there already.
func (d *Destination) looked(ctx context.Context, w *writer, lines []line, gone []string, outcomes []core.Outcome) error {
	same, err := d.keysOf(ctx, w.matches)
	if err != nil {
		return err
	}
	still, err := d.keysOf(ctx, "SELECT "+quote(w.plan.Key)+" FROM "+d.table(w.plan)+" WHERE "+quote(w.plan.Key)+" = ANY ($1::text[])", array(gone))
	if err != nil {
		return err
	}
	for _, l := range lines {
		if o := &outcomes[l.row]; o.Kind == core.Unchanged && (l.gone && still[l.key] || !l.gone && !same[strconv.Itoa(l.row)]) {
			f := dropped()
			f.Subject = core.Subject{Table: w.plan.Table, Key: l.key}
			*o = core.Outcome{Kind: core.Refused, Fault: f}
		}
	}
	return nil
}
