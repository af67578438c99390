package importer

import (
	"context"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
)

// everyRow is a run that has seen no row: all that Ferry made or matched for a plan is unseen by it.
const everyRow = "rehearsal"

// policies tells what would be removed or marked, children before their parents, as policies of an import do it.
func (r *rehearsing) policies(ctx context.Context) error {
	if r.e.Limit > 0 {
		return nil
	}
	for i := len(r.e.tables) - 1; i >= 0; i-- {
		t := r.e.tables[i]
		if len(t.fatings()) == 0 || t.lacks[""] {
			continue
		}
		if err := r.policiesOf(ctx, t, &r.out.Tables[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *rehearsing) policiesOf(ctx context.Context, t *table, out *RehearsedTable) error {
	keeper, ok := r.e.Destination.(core.Keeper)
	if !ok {
		return nil
	}
	r.t = t
	r.e.setState(t, Finishing)
	defer r.e.setState(t, Done)
	plan := t.plan
	plan.Run = everyRow
	standing, err := keeper.Standing(ctx, plan, nil)
	if err != nil {
		return err
	}
	fates, asked := map[core.Fate]int64{}, false
	plans := map[core.Fate]fating{}
	for _, f := range t.fatings() {
		plans[f.fate] = f
	}
	for _, known := range []core.Fate{core.Unjudged, core.IsGone, core.HasLeft} {
		for after := ""; ; {
			keys, err := keeper.Unseen(ctx, plan, known, plans[known].dealtOrNone(), after, policyAtOnce)
			if err != nil {
				return err
			}
			if len(keys) == 0 {
				break
			}
			after = keys[len(keys)-1]
			if keys, err = r.unread(ctx, t, keys); err != nil {
				return err
			}
			if len(keys) == 0 {
				continue
			}
			if asked = true; !t.rightsHold {
				break
			}
			if err := r.judge(ctx, t, out, plans, keys, fates); err != nil {
				return err
			}
		}
	}
	n := fates[core.IsGone] + fates[core.HasLeft]
	switch {
	case asked && !t.rightsHold:
		r.remark(remarkRights(t.run.Title))
	case n > brakeRows && n*brakeShare > standing.Rows && !r.e.mayRetire(t, n):
		out.Held = n
		r.remark(remarkBrake(t.run.Title, n, standing.Rows))
	}
	return nil
}

// dealtOrNone is dealt of a policy that there is.
func (f fating) dealtOrNone() string {
	if f.fate == core.Unjudged {
		return ""
	}
	return f.dealt()
}

// unread are the keys that the source did not give in this rehearsal.
func (r *rehearsing) unread(ctx context.Context, t *table, keys []string) ([]string, error) {
	became, err := r.sketch.Became(ctx, t.plan.Source, t.plan.ID, keys)
	if err != nil {
		return nil, err
	}
	var left []string
	for _, key := range keys {
		if _, ok := became[key]; !ok {
			left = append(left, key)
		}
	}
	return left, nil
}

// judge asks the source what became of rows that it did not give, and notes what a policy would do about them.
func (r *rehearsing) judge(ctx context.Context, t *table, out *RehearsedTable, plans map[core.Fate]fating, keys []string, fates map[core.Fate]int64) error {
	there, err := r.e.which(ctx, t, "", keys)
	if err != nil {
		return err
	}
	holds := there
	if t.query.Filter != "" && len(there) > 0 {
		if holds, err = r.e.which(ctx, t, t.query.Filter, keys); err != nil {
			return err
		}
	}
	r.rows = r.rows[:0]
	for _, key := range keys {
		fate := core.IsGone
		switch {
		case holds[key]:
			continue
		case there[key]:
			fate = core.HasLeft
		}
		f, ok := plans[fate]
		if !ok {
			continue
		}
		fates[fate]++
		x := RehearsedRow{Mapping: t.plan.ID, Table: t.plan.Source, Key: strings.Clone(key), Kind: core.Removed}
		if f.policy.Do != mapping.Remove {
			x.Kind = core.Updated
			x.Changes = []Change{{Column: f.policy.Column, Becomes: f.policy.Value}}
		}
		r.rows = append(r.rows, x)
	}
	if err := r.describeRows(ctx, t); err != nil {
		return err
	}
	return r.add(ctx, out, &t.parts[0])
}

// describeRows adds to rows that a policy is about how they are called and what stands there now.
func (r *rehearsing) describeRows(ctx context.Context, t *table) error {
	finder, ok := r.e.Destination.(core.Finder)
	if !ok || len(r.rows) == 0 {
		return nil
	}
	p := t.plan
	p.Columns = nil
	name := nameColumn(t, r.e.known.table(t.plan.Source))
	for i, c := range t.plan.Columns {
		if i == name && !t.lacks[c.Name] {
			p.Columns = append(p.Columns, c)
		}
	}
	if len(p.Columns) == 0 {
		return nil
	}
	match := make([]core.Match, len(r.rows))
	for i, x := range r.rows {
		match[i] = core.Match{Key: x.Key, Values: true}
	}
	found, err := finder.Find(ctx, p, match)
	if err != nil {
		return core.During("looking for records of "+p.Table, err)
	}
	for i := range r.rows {
		if i < len(found) && len(found[i]) == 1 && len(found[i][0].Values) == 1 {
			r.rows[i].Name = cut(found[i][0].Values[0].Canonical(), 200)
		}
	}
	return nil
}
