package importer

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"ferry/core"
)

const keysAtOnce = 1000

// recordID is what the id of a record looks like. What a row is called otherwise, somebody else has called so.
var recordID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// extras goes through the rows of the destination for those that no record stands for. Mappings that fill one table share
// its rows: they are told with the first.
func (c *comparing) extras(ctx context.Context) error {
	lister, ok := c.e.Destination.(core.Lister)
	if !ok {
		c.remark(remarkUnlisted)
		return nil
	}
	var seen []string
	for _, s := range c.sides {
		name := strings.ToLower(s.t.plan.Table)
		if slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		share := slices.DeleteFunc(slices.Clone(c.sides), func(o *side) bool { return strings.ToLower(o.t.plan.Table) != name })
		if err := c.extrasOf(ctx, lister, s, share); err != nil {
			return err
		}
		s.out.Counted = len(share) == 1
	}
	return nil
}

func (c *comparing) extrasOf(ctx context.Context, lister core.Lister, s *side, share []*side) error {
	c.e.setState(s.t, Finishing)
	defer c.e.setState(s.t, Done)
	for after := ""; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		keys, err := lister.Keys(ctx, s.t.plan, after, keysAtOnce)
		if err != nil || len(keys) == 0 {
			return err
		}
		after = keys[len(keys)-1]
		s.out.Destination += int64(len(keys))
		read, err := c.findings.Noted(ctx, listOf("read", s.t.plan.Table), keys)
		if err != nil {
			return err
		}
		keys = slices.DeleteFunc(keys, func(key string) bool { _, ok := read[key]; return ok })
		for some := range slices.Chunk(keys, policyAtOnce) {
			if err := c.extra(ctx, s, share, some); err != nil {
				return err
			}
		}
	}
}

// extra says of some rows why no record stands for them.
func (c *comparing) extra(ctx context.Context, s *side, share []*side, keys []string) error {
	var ids []string
	for _, key := range keys {
		if recordID.MatchString(key) {
			ids = append(ids, key)
		}
	}
	there, holds := map[string]bool{}, map[string]bool{}
	for _, o := range share {
		if len(ids) == 0 {
			break
		}
		have, hold, err := c.e.whichHold(ctx, o.t, ids)
		if err != nil {
			return err
		}
		for key := range have {
			there[key] = true
		}
		for key := range hold {
			holds[key] = true
		}
	}
	about, err := c.lookAt(ctx, s, keys)
	if err != nil {
		return err
	}
	wrote, err := c.findings.Noted(ctx, listOf("left", s.t.plan.Table), keys)
	if err != nil {
		return err
	}
	rows := make([]RehearsedRow, len(keys))
	for i, key := range keys {
		x := RehearsedRow{Mapping: s.t.plan.ID, Table: s.t.plan.Source, Key: strings.Clone(key), Name: about[key].name, Differs: GoneHere}
		_, ours := wrote[key]
		switch {
		case holds[key]:
			x.Differs = ChangedHere // it came while the rest was compared
		case there[key]:
			x.Differs = LeftFilter
		case !ours && (!recordID.MatchString(key) || about[key].trace == core.Unmarked):
			x.Differs = AddedThere
		case !s.t.rightsHold && s.run.ID != "":
			c.remark(remarkUnseen(s.t.run.Title))
		}
		s.out.Extra++
		s.count(x.Differs, nil)
		rows[i] = x
	}
	return c.findings.Add(ctx, rows)
}

// A looked row is how it is called, and whose it is.
type looked struct {
	name  string
	trace core.Trace
}

func (c *comparing) lookAt(ctx context.Context, s *side, keys []string) (map[string]looked, error) {
	out := map[string]looked{}
	p := s.t.plan
	p.Columns = nil
	if n := s.r.names; n >= 0 && !s.t.lacks[s.t.plan.Columns[n].Name] {
		p.Columns = []core.Column{s.t.plan.Columns[n]}
	}
	match := make([]core.Match, len(keys))
	for i, key := range keys {
		match[i] = core.Match{Key: key, Values: true, Traces: true}
	}
	found, err := c.finder.Find(ctx, p, match)
	if err != nil {
		return nil, core.During("looking for records of "+p.Table, err)
	}
	for i, key := range keys {
		if i >= len(found) || len(found[i]) != 1 {
			continue
		}
		x := looked{trace: found[i][0].Trace}
		if len(found[i][0].Values) == 1 {
			x.name = cut(found[i][0].Values[0].Canonical(), 200)
		}
		out[key] = x
	}
	return out, nil
}
