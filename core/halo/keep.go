package halo

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// Which rows a run has seen is kept in memory alone: what an earlier process has seen is unseen to the next, and the source is
// asked about it, so that nothing is taken for gone that is not. Only rows whose link names the source table are asked about:
// other tables may feed the same one.

// A keep is what is known of the rows of one plan in one run.
type keep struct {
	run   string
	seen  map[string]bool
	fates map[string]core.Fate
	dealt map[string]string
}

func (d *Destination) keep(p core.Plan) *keep {
	k := d.keeps[p.ID]
	if k == nil || p.Run != "" && k.run != p.Run {
		k = &keep{run: p.Run, seen: map[string]bool{}, fates: map[string]core.Fate{}, dealt: map[string]string{}}
		d.keeps[p.ID] = k
	}
	return k
}

// Reconsider implements core.Keeper.
func (d *Destination) Reconsider(_ context.Context, p core.Plan) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.keep(p).fates)
	return nil
}

// Judge implements core.Keeper.
func (d *Destination) Judge(_ context.Context, p core.Plan, fates map[string]core.Fate) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := d.keep(p)
	for key, f := range fates {
		if f == core.IsThere {
			k.seen[strings.ToLower(key)] = true
		}
		k.fates[strings.ToLower(key)] = f
	}
	return nil
}

// Unseen implements core.Keeper.
func (d *Destination) Unseen(ctx context.Context, p core.Plan, f core.Fate, dealt, after string, n int) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := d.unseen(ctx, p, f, dealt)
	slices.Sort(all)
	at, found := slices.BinarySearch(all, after)
	if found {
		at++
	}
	return all[at:min(len(all), at+n)], err
}

// Standing implements core.Keeper.
func (d *Destination) Standing(ctx context.Context, p core.Plan, dealt map[core.Fate]string) (s core.Standing, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(ctx, p.Table)
	if err != nil {
		return s, err
	}
	ix, err := d.index(ctx, t)
	if err != nil {
		return s, err
	}
	for _, e := range ix.rows {
		if e.key != "" {
			s.Rows++
		}
	}
	for f, n := range map[core.Fate]*int64{core.Unjudged: &s.Unjudged, core.IsGone: &s.Gone, core.HasLeft: &s.Left} {
		keys, err := d.unseen(ctx, p, f, dealt[f])
		if err != nil {
			return s, err
		}
		*n = int64(len(keys))
	}
	return s, nil
}

// unseen are the keys of rows that the run has not seen and that have a fate.
func (d *Destination) unseen(ctx context.Context, p core.Plan, f core.Fate, dealt string) ([]string, error) {
	t, err := d.table(ctx, p.Table)
	if err != nil {
		return nil, err
	}
	ix, err := d.index(ctx, t)
	if err != nil {
		return nil, err
	}
	k := d.keep(p)
	var keys []string
	for key, ids := range ix.byKey {
		if len(ids) != 1 || k.seen[key] || k.fates[key] != f || dealt != "" && k.dealt[key] == dealt {
			continue
		}
		e := ix.rows[ids[0]]
		if e == nil || e.general() || e.row.yes("inactive") || f == core.Unjudged && e.source != p.Source {
			continue
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// note notes the rows of a batch as seen by its run, or as dealt with.
func (w *writing) note() {
	k := w.d.keep(w.s.plan)
	for i, o := range w.outcomes {
		key := strings.ToLower(w.b.Rows[i].Key)
		switch {
		case w.s.plan.Dealt != "":
			if o.Kind == core.Updated || o.Kind == core.Unchanged || o.Kind == core.Removed {
				k.dealt[key] = w.s.plan.Dealt
			}
		case w.s.plan.Run == "" || w.b.Rows[i].Gone:
		case o.Kind == core.Created || o.Kind == core.Updated || o.Kind == core.Unchanged:
			k.seen[key] = true
		}
	}
}
