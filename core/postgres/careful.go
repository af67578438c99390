package postgres

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// A careful writer is what a plan needs beyond storing what comes: rules for columns, rows that were found there, and
// notes of which rows a run has seen. Plans that need none of it have none, and cost nothing.
type careful struct {
	rules  bool  // some column does not simply take what comes
	all    bool  // rows of this table are noted, whoever writes them: a later plan has to know all that Ferry made
	match  []int // columns of Plan.Match
	unless []int // columns that may keep what somebody changed
}

// Rules implements core.Ruler.
func (d *Destination) Rules() bool { return true }

// careful makes what the plan needs beyond storing what comes; nil when that is nothing.
func (d *Destination) careful(ctx context.Context, p core.Plan) (*careful, error) {
	c := &careful{}
	for i, column := range p.Columns {
		r := column.Rule
		c.rules = c.rules || !r.Plain()
		if r.Made == core.UnlessChanged || r.Found == core.UnlessChanged || r.StandIn != "" {
			c.unless = append(c.unless, i)
		}
	}
	for _, name := range p.Match {
		i := slices.IndexFunc(p.Columns, func(c core.Column) bool { return c.Name == name })
		if i < 0 {
			return nil, noMatchColumn(p.Table, name)
		}
		c.match = append(c.match, i)
	}
	c.rules = c.rules || len(c.match) > 0 || p.Dealt != ""
	there, err := d.has(ctx, "_ferry_row")
	if err != nil {
		return nil, err
	}
	if there && !c.rules {
		rows, err := d.query(ctx, "SELECT 1 FROM "+d.own("_ferry_row")+" WHERE tbl = $1 AND found LIMIT 1", text(cut(p.Table)))
		if err != nil {
			return nil, err
		}
		c.rules = len(rows) > 0
	}
	if there {
		if c.all, err = d.hasNotes(ctx, p); err != nil {
			return nil, err
		}
	}
	if !c.rules && !c.all && p.Run == "" {
		return nil, nil
	}
	if !there {
		return nil, notPrepared(p.Table)
	}
	return c, nil
}

// A meeting is one record and what is there of it.
type meeting struct {
	at      int // place of the record in the batch
	there   bool
	found   bool   // the row was found, not made
	old     string // its key before it was found
	now     []core.Value
	left    map[string]string // column to digest of what Ferry left there
	written []bool
	line    *line
}

// carefully stores the rows of a batch as rules, matches and notes say.
func (d *Destination) carefully(ctx context.Context, w *writer, b core.Batch, outcomes []core.Outcome) error {
	seen := map[string]int{}
	var all [][]int
	for i, r := range b.Rows {
		n := seen[r.Key]
		seen[r.Key] = n + 1
		if n == len(all) {
			all = append(all, nil)
		}
		all[n] = append(all[n], i)
	}
	for _, places := range all {
		if err := d.wave(ctx, w, b, places, outcomes); err != nil {
			return err
		}
	}
	return nil
}

// wave stores rows of which no two have the same key.
func (d *Destination) wave(ctx context.Context, w *writer, b core.Batch, places []int, outcomes []core.Outcome) error {
	met, err := d.meet(ctx, w, b, places)
	if err != nil {
		return err
	}
	var lines []line
	var forget []string
	taken := map[string]bool{}
	for _, m := range met {
		r := b.Rows[m.at]
		switch {
		case r.Gone && w.plan.Dealt == "": // the note of a row that a policy removes stays: the import may be taken back
			forget = append(forget, r.Key)
		case r.Gone:
		case !m.there && w.plan.Dealt != "": // somebody removed it there
			outcomes[m.at] = core.Outcome{Kind: core.Unchanged}
			forget = append(forget, r.Key)
			continue
		case !m.there && b.Pass <= 1 && len(w.care.match) > 0 && r.Key != "":
			f, err := d.adopt(ctx, w, m, r, taken)
			if err != nil {
				return err
			}
			if f != nil {
				f.Subject = core.Subject{Table: w.plan.Table, Key: r.Key}
				outcomes[m.at] = core.Outcome{Kind: core.Refused, Fault: f}
				continue
			}
		}
		if !r.Gone {
			r.Values = w.allowed(m, r.Values, b.Pass)
		}
		l, f := encode(w.plan, m.at, &r)
		if f != nil {
			outcomes[m.at] = core.Outcome{Kind: core.Refused, Fault: f}
		} else {
			m.line = &l
			lines = append(lines, l)
		}
	}
	for _, wave := range waves(lines) {
		if err := d.store(ctx, w, wave, outcomes); err != nil {
			return err
		}
	}
	for _, m := range met {
		switch o := &outcomes[m.at]; {
		case m.old == "":
		case o.Kind == core.Refused: // the row stays as it was found
			if err := d.rename(ctx, w, b.Rows[m.at].Key, m.old); err != nil {
				return err
			}
			w.notAdopted(b.Rows[m.at].Key)
		case o.Kind == core.Unchanged:
			o.Kind = core.Updated // it has its key now
		}
	}
	if len(forget) > 0 {
		if _, err := d.query(ctx, "DELETE FROM "+d.own("_ferry_row")+" WHERE tbl = $1 AND key = ANY ($2::text[])", text(cut(w.plan.Table)), array(forget)); err != nil {
			return err
		}
	}
	return d.note(ctx, w, b, met, outcomes)
}

// meet looks what is there of the records at places.
func (d *Destination) meet(ctx context.Context, w *writer, b core.Batch, places []int) ([]*meeting, error) {
	met := make([]*meeting, len(places))
	byKey := make(map[string]*meeting, len(places))
	var keys []string
	for i, at := range places {
		met[i] = &meeting{at: at}
		byKey[b.Rows[at].Key] = met[i]
		if strings.IndexByte(b.Rows[at].Key, 0) < 0 {
			keys = append(keys, b.Rows[at].Key)
		}
	}
	if !w.care.rules {
		return met, nil
	}
	rows, err := d.query(ctx, "SELECT key, found, kept FROM "+d.own("_ferry_row")+" WHERE tbl = $1 AND key = ANY ($2::text[])", text(cut(w.plan.Table)), array(keys))
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		m := byKey[string(row[0])]
		m.found = string(row[1]) == "t"
		if row[2] != nil && json.Unmarshal(row[2], &m.left) != nil {
			return nil, notesDamaged(nil)
		}
	}
	now, err := d.present(ctx, w, keys)
	for key, values := range now {
		byKey[key].there, byKey[key].now = true, values
	}
	return met, err
}

// present are the values that stand in the rows of keys.
func (d *Destination) present(ctx context.Context, w *writer, keys []string) (map[string][]core.Value, error) {
	rows, err := d.query(ctx, "SELECT "+wanted(w.plan, true)+" FROM "+d.table(w.plan)+" WHERE "+quote(w.plan.Key)+" = ANY ($1::text[])", array(keys))
	now := make(map[string][]core.Value, len(rows))
	for _, row := range rows {
		values := make([]core.Value, len(w.plan.Columns))
		for i, c := range w.plan.Columns {
			values[i] = read(row[i+1], c.Type)
		}
		now[string(row[0])] = values
	}
	return now, err
}

// adopt finds the row that a record means, where Ferry left no mark: it gets the record's key. Nothing is guessed: the
// Fault refuses the record.
func (d *Destination) adopt(ctx context.Context, w *writer, m *meeting, r core.Record, taken map[string]bool) (*core.Fault, error) {
	if len(r.Values) != len(w.plan.Columns) {
		return nil, otherPlan(w.plan.Table)
	}
	args := [][]byte{text(cut(w.plan.Table))}
	equal := []string{"(m.key IS NULL OR m.found)"}
	for _, i := range w.care.match {
		if r.Values[i].Blank() {
			return nil, nil // what is empty is the same as nothing
		}
		value, f := appendValue(nil, w.plan.Columns[i].Type, r.Values[i])
		if f != nil {
			return f, nil
		}
		args = append(args, value)
		equal = append(equal, "t."+quote(w.plan.Columns[i].Name)+" = $"+strconv.Itoa(len(args))+"::"+sqlType(w.plan.Columns[i].Type))
	}
	key := quote(w.plan.Key)
	var rows [][][]byte
	f, err := d.guarded(ctx, func() (err error) {
		rows, err = d.query(ctx, "SELECT t."+key+", m.key IS NOT NULL FROM "+d.table(w.plan)+" AS t LEFT JOIN "+d.own("_ferry_row")+
			" AS m ON m.tbl = $1 AND m.key = t."+key+" WHERE "+strings.Join(equal, " AND ")+" LIMIT 2", args...)
		return err
	})
	switch {
	case err != nil || f != nil:
		return f, err
	case len(rows) == 0:
		return nil, nil
	case len(rows) > 1:
		return severalMatch(w.plan.Table, w.plan.Match), nil
	case string(rows[0][1]) == "t" || taken[string(rows[0][0])]:
		return matchTaken(w.plan.Table, w.plan.Match), nil
	}
	old := string(rows[0][0])
	if f, err := d.guarded(ctx, func() error { return d.rename(ctx, w, old, r.Key) }); err != nil || f != nil {
		return f, err
	}
	taken[r.Key] = true
	w.adopted(r.Key, old)
	now, err := d.present(ctx, w, []string{r.Key})
	m.there, m.found, m.old, m.now = true, true, old, now[r.Key]
	return nil, err
}

// guarded calls do so that a record which the server does not take, the Fault, leaves the transaction as it was.
func (d *Destination) guarded(ctx context.Context, do func() error) (*core.Fault, error) {
	if err := d.script(ctx, "SAVEPOINT ferry"); err != nil {
		return nil, err
	}
	err := do()
	if err == nil {
		return nil, d.script(ctx, "RELEASE SAVEPOINT ferry")
	}
	f, about := aboutRow(err)
	if !about {
		return nil, err
	}
	return f, d.undo(ctx)
}

func (d *Destination) rename(ctx context.Context, w *writer, from, to string) error {
	key := quote(w.plan.Key)
	_, err := d.query(ctx, "UPDATE "+d.table(w.plan)+" SET "+key+" = $1::text WHERE "+key+" = $2::text", text(to), text(from))
	return err
}

// allowed are the values that the rules let through; the others are absent.
func (w *writer) allowed(m *meeting, values []core.Value, pass int) []core.Value {
	if !w.care.rules || len(values) != len(w.plan.Columns) {
		return values
	}
	all := slices.Clone(values)
	m.written = make([]bool, len(values))
	for i, column := range w.plan.Columns {
		with := core.Meeting{New: true, Made: true, Next: values[i]}
		if m.there {
			with = core.Meeting{Made: !m.found, Later: pass > 1, Next: values[i], There: m.now[i], Left: w.leftIn(m, i)}
		}
		if m.written[i] = column.Rule.Writes(with); !m.written[i] {
			all[i] = core.Value{}
		}
	}
	return all
}

// leftIn is what Ferry left in a column: the value that stands there when it is still the same, another one when somebody
// changed it, Absent when Ferry does not know.
func (w *writer) leftIn(m *meeting, column int) core.Value {
	rule := w.plan.Columns[column].Rule
	was, ok := m.left[cut(w.plan.Columns[column].Name)]
	switch {
	case !ok || !slices.Contains(w.care.unless, column):
		return core.Value{}
	case was == digest(m.now[column]):
		return m.now[column]
	case rule.StandIn != "" && was == digest(core.Text(rule.StandIn)):
		return core.Text(rule.StandIn)
	case m.now[column].Canonical() == "":
		return core.Text("another")
	}
	return core.Null()
}

// digest stands for a value in notes, which hold none.
func digest(v core.Value) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(v.Canonical())) // a hash takes every write
	if v.Empty() {
		_, _ = h.Write([]byte{0})
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// note notes that the run has seen the rows, and what they were left as.
func (d *Destination) note(ctx context.Context, w *writer, b core.Batch, met []*meeting, outcomes []core.Outcome) error {
	p := w.plan
	var keys, found, kept []string
	var noted []*meeting
	for _, m := range met {
		r := b.Rows[m.at]
		if m.line == nil || r.Gone || outcomes[m.at].Kind == core.Refused ||
			!w.care.all && p.Run == "" && p.Dealt == "" && !m.found && len(w.care.unless) == 0 && len(w.care.match) == 0 {
			continue
		}
		noted = append(noted, m)
		keys = append(keys, r.Key)
		found = append(found, strconv.FormatBool(m.found))
	}
	if len(keys) == 0 {
		return nil
	}
	if err := d.remember(ctx, w, b, noted, keys); err != nil {
		return err
	}
	for _, m := range noted {
		words, err := json.Marshal(m.left)
		if err != nil {
			return err
		}
		kept = append(kept, string(words))
	}
	_, err := d.query(ctx, "INSERT INTO "+d.own("_ferry_row")+` AS m (tbl, key, plan, run, found, kept, fate, dealt)
		SELECT $1::text, k, $2::text, $3::text, f, x, '', $4::text FROM unnest($5::text[], $6::boolean[], $7::text[]) AS n (k, f, x)
		ON CONFLICT (tbl, key) DO UPDATE SET plan = excluded.plan, run = CASE WHEN $3::text = '' THEN m.run ELSE excluded.run END, found = excluded.found,
		kept = CASE WHEN $8::boolean THEN excluded.kept ELSE m.kept END, fate = CASE WHEN $4::text = '' THEN '' ELSE m.fate END, dealt = excluded.dealt`,
		text(cut(p.Table)), text(p.ID), text(p.Run), text(p.Dealt), array(keys), array(found), array(kept), text(strconv.FormatBool(len(w.care.unless) > 0)))
	return err
}

// remember notes what stands in the columns of unless now, where Ferry wrote it or it is what Ferry would have written.
func (d *Destination) remember(ctx context.Context, w *writer, b core.Batch, noted []*meeting, keys []string) error {
	if len(w.care.unless) == 0 {
		return nil
	}
	now, err := d.present(ctx, w, keys)
	if err != nil {
		return err
	}
	for _, m := range noted {
		r := b.Rows[m.at]
		values, there := now[r.Key]
		if !there {
			continue
		}
		if m.left == nil {
			m.left = map[string]string{}
		}
		for _, i := range w.care.unless {
			if r.Values[i].Kind() == core.KindAbsent {
				continue
			}
			if !m.there || m.written[i] || values[i].Canonical() == r.Values[i].Canonical() {
				m.left[cut(w.plan.Columns[i].Name)] = digest(values[i])
			}
		}
	}
	return nil
}
