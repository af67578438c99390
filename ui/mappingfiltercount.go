package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// filterCount counts the records that a filter holds, at once after each change; the newest change wins.
type filterCount struct {
	m       *mappingFilter
	key     string // the query that is counted
	count   core.Count
	fault   *core.Fault
	task    *task.Task
	walking bool // counting all
	walked  int64
	live    *kit.Text
}

// keep takes a count that was asked for elsewhere.
func (c *filterCount) keep(filter string, n core.Count) {
	c.task.Cancel()
	c.key, c.count, c.fault, c.task, c.walking = c.queryKey(filter), n, nil, nil, false
}

func (c *filterCount) queryKey(filter string) string {
	return c.m.p.draft().Source().Name.Logical + "\n" + filter
}

func (c *filterCount) query(filter string) core.Query {
	t := c.m.p.draft().Source()
	return core.Query{Table: t.Name.Logical, Fields: []string{t.Key}, Filter: filter}
}

// follow counts anew when the query became another one.
func (c *filterCount) follow(filter string) {
	conn := c.m.p.w.connection()
	if key := c.queryKey(filter); key == c.key || conn == nil {
		return
	} else if c.task.Cancel(); true {
		c.key, c.count, c.fault, c.walking = key, core.Count{}, nil, false
	}
	at, q, key := *conn, c.query(filter), c.key
	c.task = task.Go(c.m.p.w.run, func(ctx context.Context, _ func(struct{})) (core.Count, error) {
		if err := rest(ctx); err != nil {
			return core.Count{}, err
		}
		return c.m.p.w.o.Engine.CountOf(ctx, at, q)
	}, nil, c.done(key))
}

// all counts by walking through every record.
func (c *filterCount) all(filter string) {
	conn := c.m.p.w.connection()
	if conn == nil {
		return
	}
	c.task.Cancel()
	at, q, key := *conn, c.query(filter), c.key
	c.walking, c.walked, c.fault = true, 0, nil
	c.task = task.Go(c.m.p.w.run, func(ctx context.Context, tell func(int64)) (core.Count, error) {
		return c.m.p.w.o.Engine.CountAll(ctx, at, q, tell)
	}, func(n int64) {
		if key == c.key && c.walking {
			if c.walked = n; c.live != nil {
				c.live.SetWords(c.progress())
			}
		}
	}, c.done(key))
	c.m.p.w.refresh()
}

func (c *filterCount) progress() string {
	return lang.L("Counting all: {{.N}} so far…", kit.M{"N": kit.Number(c.walked)})
}

func (c *filterCount) done(key string) func(core.Count, error) {
	return func(n core.Count, err error) {
		if key != c.key {
			return
		}
		walked := c.walking
		c.task, c.walking, c.live = nil, false, nil
		switch f := core.AsFault(err); {
		case err == nil:
			c.count = n
		case f.Kind == core.Stopped && walked: // what was known before still holds
		case f.Kind == core.Stopped:
			c.key = "" // to be counted again
			return
		default:
			c.fault = f
		}
		c.m.p.w.refresh()
	}
}

// words is the count, and how true it is.
func (c *filterCount) words() string {
	n := kit.Number(c.count.N)
	switch c.count.Truth {
	case core.Exact:
		return lang.N("Exactly {{.N}} records", int(c.count.N), kit.M{"N": n})
	case core.AtLeast:
		if kit.More(c.count) {
			return lang.N("More than {{.N}} records", int(c.count.N), kit.M{"N": n})
		}
		return lang.N("At least {{.N}} records", int(c.count.N), kit.M{"N": n})
	case core.About:
		return lang.N("About {{.N}} records", int(c.count.N), kit.M{"N": n})
	}
	return ""
}

// head is the count for the line under the page's title; it counts when that was not done yet.
func (c *filterCount) head() string {
	filter, err := c.m.p.filterText(c.m.p.draft().Saved())
	if err != nil || c.m.p.from.Why != nil {
		return ""
	}
	if c.follow(filter); c.task != nil || c.fault != nil {
		return ""
	}
	if c.count.Truth == core.Unknown {
		return ""
	}
	return kit.Records(c.count)
}

// how explains a count that is not exact.
func (c *filterCount) how() string {
	switch c.count.Truth {
	case core.AtLeast:
		return lang.L("Dynamics stops counting there. Counting all walks through the keys; that takes a while for large tables.")
	case core.About:
		return lang.L("As of Dynamics' own snapshot, which is up to a day old.")
	}
	return ""
}

// card is the head of the part: how many records the filter holds.
func (c *filterCount) card(open int) fyne.CanvasObject {
	m := c.m
	filter, err := m.p.filterText(m.p.draft().Saved())
	row := []fyne.CanvasObject{}
	note := ""
	switch {
	case err != nil:
		row = append(row, kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.NewText(lang.L("It cannot be counted: a condition is not in order."), kit.Style{Bold: true, Ink: look.Warned, Wrap: true})))
		note = core.AsFault(err).Cause
	case m.p.from.Why != nil:
		row = append(row, kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.NewText(lang.L("It cannot be counted now."), kit.Style{Bold: true, Ink: look.Warned, Wrap: true})))
		note = m.p.from.Why.Cause + " " + lang.L("The filter can be edited all the same.")
	default:
		row, note = c.state(filter)
	}
	parts := []fyne.CanvasObject{kit.Row(10, row...)}
	if note != "" {
		parts = append(parts, kit.CaptionPara(note))
	}
	if len(m.p.path) > 0 {
		parts = append(parts, kit.CaptionPara(lang.L("Counted are those whose parent is wanted too, as far as its conditions can be asked here.")))
	}
	if open > 0 {
		parts = append(parts, kit.Hint("warn", lang.N("{{.N}} conditions are not finished and do not count yet", open, kit.M{"N": open}), look.Warned))
	}
	return kit.Card(kit.Column(6, parts...))
}

// state is the line and the note while the environment can be asked.
func (c *filterCount) state(filter string) (row []fyne.CanvasObject, note string) {
	c.follow(filter)
	switch {
	case c.walking:
		c.live = kit.NewText(c.progress(), kit.Style{Bold: true, Size: look.HeadSize})
		return []fyne.CanvasObject{kit.NewSpinner(), kit.Grow(c.live), kit.Plain(lang.L("Cancel"), c.task.Cancel)}, ""
	case c.task != nil:
		return []fyne.CanvasObject{kit.NewSpinner(), kit.Grow(kit.NewText(lang.L("Counting…"), kit.Style{Size: look.HeadSize, Ink: look.Quiet}))}, ""
	case c.fault != nil:
		again := kit.Link(lang.L("Try again"), func() { c.key = ""; c.m.p.w.refresh() })
		return []fyne.CanvasObject{kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.NewText(lang.L("It cannot be counted now."), kit.Style{Bold: true, Ink: look.Warned, Wrap: true})), again}, c.fault.Cause + " " + c.fault.Remedy
	case c.count.Truth == core.Unknown:
		return []fyne.CanvasObject{kit.Grow(kit.NewText(lang.L("Not counted"), kit.Style{Bold: true, Size: look.HeadSize})), kit.Plain(lang.L("Count all"), func() { c.all(filter) })}, lang.L("Dynamics gives no number here.")
	}
	row = []fyne.CanvasObject{kit.Grow(kit.NewText(c.words(), kit.Style{Bold: true, Size: look.HeadSize, Wrap: true}))}
	if c.count.Truth != core.Exact {
		row = append(row, kit.Plain(lang.L("Count all"), func() { c.all(filter) }))
	}
	return row, c.how()
}
