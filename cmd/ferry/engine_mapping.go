package main

import (
	"context"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
)

// Describe tells what a table of the connection looks like, or looked like the last time.
func (e *Engine) Describe(ctx context.Context, c project.Connection, table string) (ui.Described, error) {
	d, err := e.descriptions(c).Describe(ctx, table, func(ctx context.Context) (core.Table, error) {
		link, err := e.link(ctx, c)
		if err != nil {
			return core.Table{}, err
		}
		return link.Source.Describe(ctx, table)
	})
	return ui.Described{Table: d.Table, When: d.When, Why: d.Why}, err
}

// descriptions are those of the connection's environment that this computer keeps.
func (e *Engine) descriptions(c project.Connection) *wiring.Descriptions {
	return e.machine().Descriptions(c, int(e.language.Load()))
}

// DescribeDestination tells what the destination says about a table. A database or file makes the tables and columns that
// a mapping asks for.
func (e *Engine) DescribeDestination(ctx context.Context, d project.Destination, table string) (*core.Table, error) {
	if !e.described(d) {
		destination, err := e.destination(ctx, d)
		if err != nil {
			return nil, err
		}
		_ = destination.Close() // nothing was opened
		return nil, ctx.Err()
	}
	destination, err := e.asked(ctx, d)
	if err != nil {
		return nil, err
	}
	t, err := destination.Describe(ctx, table)
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// There tells what a destination that makes its tables itself has under a name.
func (e *Engine) There(ctx context.Context, d project.Destination, table string) (*core.Table, error) {
	destination, err := e.destination(ctx, d)
	if err != nil {
		return nil, err
	}
	defer destination.Close()
	return wiring.There(ctx, destination, table)
}

// Sample reads some records.
func (e *Engine) Sample(ctx context.Context, c project.Connection, r ui.SampleRequest) (ui.Sampled, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return ui.Sampled{}, err
	}
	s, err := wiring.TakeSample(ctx, link.Source, r.Table, r.Filter, r.Count, r.Spread, r.Asks)
	return ui.Sampled{Fields: s.Fields, Records: s.Records, Refs: s.Refs}, err
}

// CountOf tells how many records a query holds.
func (e *Engine) CountOf(ctx context.Context, c project.Connection, q core.Query) (core.Count, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return core.Count{}, err
	}
	return wiring.CountOf(ctx, link.Source, q)
}

// CountAll counts by walking through the keys.
func (e *Engine) CountAll(ctx context.Context, c project.Connection, q core.Query, tell func(int64)) (core.Count, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return core.Count{}, err
	}
	return wiring.CountAll(ctx, link.Source, q, tell)
}

// OptionUse counts which codes records have.
func (e *Engine) OptionUse(ctx context.Context, c project.Connection, q core.Query, tell func(int64)) (map[string]map[int64]int, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return nil, err
	}
	return wiring.OptionUse(ctx, link.Source, q, tell)
}

// ReadMappings reads the mappings of a file.
func (e *Engine) ReadMappings(_ context.Context, path string) ([]mapping.Mapping, error) {
	return wiring.ReadMappings(path)
}

// WriteMappings exports mappings: a project file that holds nothing else.
func (e *Engine) WriteMappings(_ context.Context, path string, all []mapping.Mapping) error {
	return wiring.WriteMappings(path, all)
}
