package wiring

import (
	"context"
	"time"

	"ferry/core"
	"ferry/core/mapping"
)

// fewEnough is below what Dataverse counts at once: up to there a count is exact for one more request.
const fewEnough = 5000

// telling is how often a count says how far it is.
const telling = 100 * time.Millisecond

// CountOf tells how many records a query has. A kept number is up to a day old and knows nothing of what the reader may see;
// where it is small, the records are counted.
func CountOf(ctx context.Context, source core.Source, q core.Query) (core.Count, error) {
	c, err := source.Count(ctx, q)
	if err != nil || c.Truth != core.About || c.N >= fewEnough || q.Filter != "" || q.Keys != nil || q.Range != (core.Range{}) {
		return c, err
	}
	t, err := source.Describe(ctx, q.Table)
	if err != nil {
		return c, err
	}
	asked := q
	asked.Filter = t.Key + " ne null" // holds of every record, and has to be counted
	if counted, err := source.Count(ctx, asked); err == nil && counted.Truth == core.Exact {
		return counted, nil
	}
	return c, ctx.Err()
}

// CountWhich tells how many records a mapping holds by what it says of which records. Tables behind its conditions are
// described as they are met.
func CountWhich(ctx context.Context, source core.Source, m mapping.Mapping, now time.Time) (core.Count, error) {
	if m.Filter == "" && (m.Where == nil || m.Where.IsZero()) && !m.ActiveOnly {
		return CountOf(ctx, source, core.Query{Table: m.Source})
	}
	t, err := source.Describe(ctx, m.Source)
	if err != nil {
		return core.Count{}, err
	}
	var failed error
	filter, err := mapping.FilterText(m, t, mapping.About{Tables: func(name string) *core.Table {
		related, err := source.Describe(ctx, name)
		if err != nil {
			failed = err
			return nil
		}
		return &related
	}}, now)
	if failed != nil {
		return core.Count{}, failed
	}
	if err != nil {
		return core.Count{}, err
	}
	return CountOf(ctx, source, core.Query{Table: m.Source, Fields: []string{t.Key}, Filter: filter})
}

// CountAll counts by walking through the keys of a query. It tells how far it is about ten times a second, and at its end.
// One that was stopped knows that there are at least as many as it saw.
func CountAll(ctx context.Context, source core.Source, q core.Query, tell func(int64)) (core.Count, error) {
	q.Fields = nil
	n, err := walk(ctx, source, q, tell, func([]core.Record) {})
	if err != nil {
		return core.Count{N: n, Truth: core.AtLeast}, err
	}
	return core.Count{N: n, Truth: core.Exact}, nil
}

// OptionUse counts in one walk which codes the choices among a query's fields have. A field that is not there any more, or
// cannot be read, has no counts.
func OptionUse(ctx context.Context, source core.Source, q core.Query, tell func(int64)) (map[string]map[int64]int, error) {
	t, err := source.Describe(ctx, q.Table)
	if err != nil {
		return nil, err
	}
	var fields []string
	for _, name := range q.Fields {
		if f := t.Field(name); f != nil && f.Readable && (f.Type.IsChoice() || f.Type == core.TypeChoices || f.Type == core.TypeBoolean) {
			fields = append(fields, name)
		}
	}
	used := map[string]map[int64]int{}
	if q.Fields = fields; len(fields) == 0 {
		return used, nil
	}
	_, err = walk(ctx, source, q, tell, func(records []core.Record) { mapping.Use(used, fields, records) })
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		if used[f] == nil {
			used[f] = map[int64]int{} // counted: none
		}
	}
	return used, nil
}

// walk reads a query to its end.
func walk(ctx context.Context, source core.Source, q core.Query, tell func(int64), see func([]core.Record)) (n int64, err error) {
	var told time.Time
	for page, err := range source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return n, err
		}
		see(page.Records)
		n += int64(len(page.Records))
		page.Release()
		if now := time.Now(); now.Sub(told) >= telling {
			told = now
			tell(n)
		}
	}
	if err := ctx.Err(); err != nil {
		return n, err
	}
	tell(n)
	return n, nil
}
