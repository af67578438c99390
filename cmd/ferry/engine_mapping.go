package main

import (
	"context"
	"slices"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
)

// Describe tells what a table of the connection looks like.
func (e *Engine) Describe(ctx context.Context, c project.Connection, table string) (ui.Described, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return ui.Described{}, err
	}
	t, err := link.Source.Describe(ctx, table)
	return ui.Described{Table: t, When: time.Now()}, err
}

// DescribeDestination tells what the destination says about a table.
func (e *Engine) DescribeDestination(ctx context.Context, d project.Destination, table string) (*core.Table, error) {
	destination, err := wiring.Destination(e.drivers, d)
	if err != nil {
		return nil, err
	}
	defer destination.Close()
	// A database or file makes the tables and columns that a mapping asks for.
	return nil, ctx.Err()
}

// Sample reads some records.
func (e *Engine) Sample(ctx context.Context, c project.Connection, r ui.SampleRequest) (ui.Sampled, error) {
	var out ui.Sampled
	link, err := e.link(ctx, c)
	if err != nil {
		return out, err
	}
	for _, f := range r.Table.Fields {
		if f.Readable && f.Type != core.TypeImage && f.Type != core.TypeFile && f.Type != core.TypeParties && f.Type != core.TypeOther {
			out.Fields = append(out.Fields, f.Name)
		}
	}
	out.Records, err = collect(ctx, link.Source, core.Query{Table: r.Table.Name.Logical, Fields: out.Fields, Filter: r.Filter, Limit: r.Count})
	if err != nil {
		return out, err
	}
	out.Refs, err = refs(ctx, link.Source, out, r.Asks)
	return out, err
}

// collect reads the records of a small query.
func collect(ctx context.Context, source core.Source, q core.Query) ([]core.Record, error) {
	var all []core.Record
	for page, err := range source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return all, err
		}
		for _, r := range page.Records {
			all = append(all, core.Record{Key: r.Key, Values: slices.Clone(r.Values)})
		}
		page.Release()
	}
	return all, ctx.Err()
}

// refs reads the names of the records that the sample's lookups point at. One that cannot be read has none.
func refs(ctx context.Context, source core.Source, s ui.Sampled, asks []mapping.Ask) (mapping.RefValues, error) {
	ids := map[string][]string{}
	for _, r := range s.Records {
		for _, v := range r.Values {
			if table, id := v.AsRef(); id != "" && !slices.Contains(ids[table], id) {
				ids[table] = append(ids[table], id)
			}
		}
	}
	known := mapping.RefValues{}
	for table, keys := range ids {
		t, err := source.Describe(ctx, table)
		if err != nil || t.Title == "" {
			continue
		}
		fields := []string{t.Title}
		for _, a := range asks {
			if t.Field(a.Want) != nil && !slices.Contains(fields, a.Want) {
				fields = append(fields, a.Want)
			}
		}
		found, err := collect(ctx, source, core.Query{Table: table, Fields: fields, Keys: keys})
		if err != nil {
			continue
		}
		for _, r := range found {
			known[[3]string{table, r.Key, ""}] = r.Values[0]
			for i, f := range fields {
				known[[3]string{table, r.Key, f}] = r.Values[i]
			}
		}
	}
	return known, ctx.Err()
}

// CountOf tells how many records a query holds.
func (e *Engine) CountOf(ctx context.Context, c project.Connection, q core.Query) (core.Count, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return core.Count{}, err
	}
	return link.Source.Count(ctx, q)
}

// CountAll counts by walking through the keys.
func (e *Engine) CountAll(ctx context.Context, c project.Connection, q core.Query, tell func(int64)) (core.Count, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return core.Count{}, err
	}
	var n int64
	for page, err := range link.Source.Read(ctx, core.Query{Table: q.Table, Filter: q.Filter}, core.Bookmark{}) {
		if err != nil {
			return core.Count{N: n, Truth: core.AtLeast}, err
		}
		n += int64(len(page.Records))
		page.Release()
		tell(n)
	}
	return core.Count{N: n, Truth: core.Exact}, ctx.Err()
}

// OptionUse counts which codes records have.
func (e *Engine) OptionUse(ctx context.Context, c project.Connection, q core.Query, tell func(int64)) (map[string]map[int64]int, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return nil, err
	}
	used, n := map[string]map[int64]int{}, int64(0)
	for page, err := range link.Source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return nil, err
		}
		mapping.Use(used, q.Fields, page.Records)
		n += int64(len(page.Records))
		page.Release()
		tell(n)
	}
	return used, ctx.Err()
}

// ReadMappings reads the mappings of a file.
func (e *Engine) ReadMappings(_ context.Context, path string) ([]mapping.Mapping, error) {
	p, err := project.Read(path)
	if err != nil {
		return nil, err
	}
	return p.Mappings, nil
}

// WriteMappings exports mappings: a project file that holds nothing else.
func (e *Engine) WriteMappings(_ context.Context, path string, all []mapping.Mapping) error {
	p := project.New("Mappings")
	p.Tables, p.Mappings = nil, all
	return p.Write(path)
}
