package importer

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
)

// What became of records that the source did not give: each that the destination has and the run has not seen is gone, has left the
// filter, or is judged by nobody, because the source did not say.

// judge asks the source what became of the rows that the run has not seen.
func (e *engine) judge(ctx context.Context, t *table, keeper core.Keeper) error {
	for after := ""; ; {
		keys, err := keeper.Unseen(ctx, t.plan, core.Unjudged, "", after, policyAtOnce)
		if err != nil || len(keys) == 0 {
			return err
		}
		after = keys[len(keys)-1]
		there, holds, err := e.whichHold(ctx, t, keys)
		if err != nil {
			return err
		}
		fates := make(map[string]core.Fate, len(keys))
		for _, key := range keys {
			switch {
			case holds[key]:
				fates[key] = core.IsThere
			case there[key]:
				fates[key] = core.HasLeft
			default:
				fates[key] = core.IsGone
			}
		}
		if err := keeper.Judge(ctx, t.plan, fates); err != nil {
			return err
		}
	}
}

// whichHold tells which of some records the source has, and which of those the mapping's filter holds.
func (e *engine) whichHold(ctx context.Context, t *table, keys []string) (there, holds map[string]bool, err error) {
	if there, err = e.which(ctx, t, "", keys); err != nil {
		return nil, nil, err
	}
	if t.query.Filter == "" || len(there) == 0 {
		return there, there, nil
	}
	holds, err = e.which(ctx, t, t.query.Filter, keys)
	return there, holds, err
}

// which of some records the source has under a filter.
func (e *engine) which(ctx context.Context, t *table, filter string, keys []string) (map[string]bool, error) {
	have := make(map[string]bool, len(keys))
	for page, err := range e.Source.Read(ctx, core.Query{Table: t.plan.Source, Filter: filter, Keys: keys}, core.Bookmark{}) {
		if err != nil {
			return nil, core.During("reading "+t.plan.Source, err)
		}
		for _, r := range page.Records {
			if !r.Gone {
				have[strings.Clone(r.Key)] = true
			}
		}
		page.Release()
	}
	return have, nil
}

// judgeChanges finds out what became of the listed records that did not come back: those that the source told were deleted
// are gone, and those that are there and not in the filter have left it. Nothing is said of a record that nobody can see.
func (e *engine) judgeChanges(ctx context.Context, t *table, keeper core.Keeper) error {
	for after := ""; ; {
		some, err := e.Journal.Listed(ctx, e.current.ID, t.plan.ID, changedList, after, policyAtOnce)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
		}
		after = some[len(some)-1].Key
		keys := make([]string, len(some))
		for i, k := range some {
			keys[i] = k.Key
		}
		there, holds, err := e.whichHold(ctx, t, keys)
		if err != nil {
			return err
		}
		fates := map[string]core.Fate{}
		for _, k := range some {
			switch {
			case k.Gone && !there[k.Key]:
				fates[k.Key] = core.IsGone
			case there[k.Key] && !holds[k.Key]:
				fates[k.Key] = core.HasLeft
			}
		}
		if err := keeper.Judge(ctx, t.plan, fates); err != nil {
			return err
		}
	}
	if t.run.Changes.Since[t.plan.Source].Mark != "" || t.mapping.Gone.Do == mapping.Leave {
		return nil
	}
	return e.judgeVanished(ctx, t, keeper)
}

// judgeVanished finds what was deleted where the source does not tell: it walks over the keys of all records, and asks for
// those that it did not meet once more, by their keys.
func (e *engine) judgeVanished(ctx context.Context, t *table, keeper core.Keeper) error {
	if !t.rightsHold {
		return e.remark(ctx, t, reasonRights(t.run.Title))
	}
	if err := e.listKeys(ctx, t, thereList, core.Query{Table: t.plan.Source}, "reading which records of "+t.plan.Source+" there are"); err != nil {
		return err
	}
	for _, fate := range []core.Fate{core.Unjudged, core.HasLeft} {
		for after := ""; ; {
			keys, err := keeper.Unseen(ctx, t.plan, fate, "", after, policyAtOnce)
			if err != nil {
				return err
			}
			if len(keys) == 0 {
				break
			}
			after = keys[len(keys)-1]
			met, err := e.Journal.OnList(ctx, e.current.ID, t.plan.ID, thereList, keys)
			if err != nil {
				return err
			}
			lacking := slices.DeleteFunc(keys, func(key string) bool { _, ok := met[key]; return ok })
			if len(lacking) == 0 {
				continue
			}
			there, err := e.which(ctx, t, "", lacking)
			if err != nil {
				return err
			}
			fates := map[string]core.Fate{}
			for _, key := range slices.DeleteFunc(lacking, func(key string) bool { return there[key] }) {
				fates[key] = core.IsGone
			}
			if err := keeper.Judge(ctx, t.plan, fates); err != nil {
				return err
			}
		}
	}
	return nil
}

// leaving tells which of some records of a table that was read will be removed at the end of the run: they changed, and did
// not come back.
func (e *engine) leaving(ctx context.Context, t *table, keys []string) (map[string]bool, error) {
	if e.Retry != nil || t.run.Changes == nil || len(t.parts) == 0 || slices.ContainsFunc(t.parts, func(p Part) bool { return !p.Done }) ||
		t.mapping.Gone.Do != mapping.Remove && t.mapping.Left.Do != mapping.Remove {
		return nil, nil
	}
	listed, err := e.Journal.OnList(ctx, e.current.ID, t.plan.ID, changedList, keys)
	leaving := make(map[string]bool, len(listed))
	for key, gone := range listed {
		leaving[key] = gone && t.mapping.Gone.Do == mapping.Remove || !gone && t.mapping.Left.Do == mapping.Remove
	}
	return leaving, err
}

// noteRemoved notes that rows are removed which others may have been written to in this run: whoever points at this table is
// read whole the next time. Where only changes were read it was known before; see leaving.
func (e *engine) noteRemoved(ctx context.Context, t *table, n int64) error {
	itself := slices.ContainsFunc(t.leans, func(l mapping.Leaning) bool { return l.Table == t.plan.Source })
	marks := t.run.Changes != nil && t.run.Changes.Since[t.plan.Source].Mark != ""
	if n == 0 || marks && !itself || t.mapping.Gone.Do != mapping.Remove && t.mapping.Left.Do != mapping.Remove {
		return nil
	}
	t.run.Removed = true
	return e.saveTables(ctx)
}
