package wiring

import (
	"context"
	"slices"
	"sync"
	"time"

	"ferry/core"
	"ferry/core/mapping"
)

const (
	sampleParts = 5                // pieces of a table that a sample is taken from
	spreadTime  = 20 * time.Second // how long the pieces may take
	namesTime   = 20 * time.Second // how long the names of other records may take
	namesAtOnce = 4                // tables whose names are read at once
	mostNames   = 1000             // records of one table whose names are read
)

// A Spreader is a source that can cut a table into pieces of time, however small it is.
type Spreader interface {
	Spread(ctx context.Context, q core.Query, n int) ([]core.Query, error)
}

// A Sample is some records, with their values in the order of Fields.
type Sample struct {
	Fields  []string
	Records []core.Record
	Refs    mapping.RefValues
}

// TakeSample reads at most n records with every field of t that can be read and carried. t may be an older description:
// what is gone since is left out. spread takes them from all over the table, as far as that is quick.
func TakeSample(ctx context.Context, source core.Source, t core.Table, filter string, n int, spread bool, asks []mapping.Ask) (Sample, error) {
	var s Sample
	now, err := source.Describe(ctx, t.Name.Logical)
	if err != nil {
		return s, err
	}
	s.Fields = carried(&t, &now)
	q := core.Query{Table: t.Name.Logical, Fields: s.Fields, Filter: filter, Limit: max(n, 1)}
	var parts chan []core.Record
	if spread {
		parts = make(chan []core.Record, 1)
		go func() { parts <- piecewise(ctx, source, q) }()
	}
	first, err := collect(ctx, source, q)
	if spread {
		s.Records = <-parts
	}
	if err != nil {
		return Sample{}, err
	}
	s.Records = merge(s.Records, first, q.Limit)
	s.Refs, err = Names(ctx, source, s, asks)
	return s, err
}

// carried are the fields of t that can be read now and whose values can be shown.
func carried(t, now *core.Table) []string {
	var out []string
	for i := range t.Fields {
		f := now.Field(t.Fields[i].Name)
		if f == nil || !f.Readable {
			continue
		}
		switch f.Type {
		case core.TypeImage, core.TypeFile, core.TypeParties, core.TypeOther:
		default:
			out = append(out, f.Name)
		}
	}
	return out
}

// piecewise reads some records of each piece of a table at once. What does not come in time is left out: it is an extra.
func piecewise(ctx context.Context, source core.Source, q core.Query) []core.Record {
	cutter, ok := source.(Spreader)
	if !ok || q.Limit < sampleParts {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, spreadTime)
	defer cancel()
	pieces, err := cutter.Spread(ctx, q, sampleParts)
	if err != nil || len(pieces) < 2 {
		return nil
	}
	found := make([][]core.Record, len(pieces))
	var wg sync.WaitGroup
	for i, piece := range pieces {
		piece.Limit = (q.Limit + len(pieces) - 1) / len(pieces)
		wg.Go(func() { found[i], _ = collect(ctx, source, piece) })
	}
	wg.Wait()
	var out []core.Record
	for i := 0; ; i++ { // in turns, so that each piece is among the first
		before := len(out)
		for _, records := range found {
			if i < len(records) {
				out = append(out, records[i])
			}
		}
		if len(out) == before {
			return out
		}
	}
}

// merge adds records that are not there yet, up to n.
func merge(to, more []core.Record, n int) []core.Record {
	seen := make(map[string]bool, n)
	for _, r := range to {
		seen[r.Key] = true
	}
	for _, r := range more {
		if !seen[r.Key] {
			seen[r.Key] = true
			to = append(to, r)
		}
	}
	return to[:min(n, len(to))]
}

// collect reads the records of a small query. Its pages are not released: what is in them is kept.
func collect(ctx context.Context, source core.Source, q core.Query) ([]core.Record, error) {
	var all []core.Record
	for page, err := range source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return all, err
		}
		all = append(all, page.Records...)
	}
	return all, ctx.Err()
}

// Names reads the names of the records that a sample's lookups point at, and what asks wants of them, in bulk. A record
// that cannot be read has none; that is no error.
func Names(ctx context.Context, source core.Source, s Sample, asks []mapping.Ask) (mapping.RefValues, error) {
	ids, wants := pointed(s, asks)
	known := mapping.RefValues{}
	inner, cancel := context.WithTimeout(ctx, namesTime)
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	turn := make(chan struct{}, namesAtOnce)
	for table, keys := range ids {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			names(inner, source, table, keys, wants[table], func(key, field string, v core.Value) {
				mu.Lock()
				defer mu.Unlock()
				known[[3]string{table, key, field}] = v
			})
		})
	}
	wg.Wait()
	return known, ctx.Err()
}

// pointed gathers the ids that the lookups of a sample hold by table, and the fields that are wanted of each table.
func pointed(s Sample, asks []mapping.Ask) (ids, wants map[string][]string) {
	ids, wants = map[string][]string{}, map[string][]string{}
	seen := map[[2]string]bool{}
	for _, r := range s.Records {
		for i, v := range r.Values {
			table, id := v.AsRef()
			if table == "" || id == "" || i >= len(s.Fields) {
				continue
			}
			if at := [2]string{table, id}; !seen[at] && len(ids[table]) < mostNames {
				seen[at] = true
				ids[table] = append(ids[table], id)
			}
			for _, a := range asks {
				if a.Field == s.Fields[i] && a.Want != "" && !slices.Contains(wants[table], a.Want) {
					wants[table] = append(wants[table], a.Want)
				}
			}
		}
	}
	return ids, wants
}

// names reads the name of each key's record, under the field "" too, and its wanted fields.
func names(ctx context.Context, source core.Source, table string, keys, wants []string, tell func(key, field string, v core.Value)) {
	t, err := source.Describe(ctx, table)
	if err != nil {
		return
	}
	var fields []string
	for _, name := range append([]string{t.Title}, wants...) {
		if f := t.Field(name); f != nil && f.Readable && !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	if len(fields) == 0 {
		return
	}
	found, _ := collect(ctx, source, core.Query{Table: table, Fields: fields, Keys: keys}) // some are better than none
	for _, r := range found {
		for i, f := range fields {
			if tell(r.Key, f, r.Values[i]); f == t.Title {
				tell(r.Key, "", r.Values[i])
			}
		}
	}
}
