package uitest

import (
	"context"
	"slices"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
)

// Mappings is what the Mappings place is told.
type Mappings struct {
	Tables  map[string]ui.Described // by logical name; a table that is not here is no table
	Places  map[string]*core.Table  // what the destination describes; nil is one that makes its columns
	There   map[string]*core.Table  // what a destination that makes its tables has already
	Samples map[string]ui.Sampled   // by logical name
	Counted core.Count
	Walked  []int64 // what CountAll and OptionUse tell on their way
	Used    map[string]map[int64]int
	File    []mapping.Mapping // what ReadMappings reads

	Answers []mapping.ChoiceAnswer // what ReadChoices reads

	exported   []mapping.Mapping   // what WriteMappings wrote last
	asked      mapping.ChoiceSheet // what WriteChoices wrote last
	lastSample ui.SampleRequest
	lastQuery  core.Query
	lastUse    core.Query // of OptionUse
}

// Exported is what WriteMappings wrote last.
func (e *Engine) Exported() []mapping.Mapping { return locked(e, &e.Map.exported) }

// AskedSheet is what WriteChoices wrote last.
func (e *Engine) AskedSheet() mapping.ChoiceSheet { return locked(e, &e.Map.asked) }

// LastSample is what Sample was asked last, LastQuery what CountOf or CountAll, LastUse what OptionUse was.
func (e *Engine) LastSample() ui.SampleRequest { return locked(e, &e.Map.lastSample) }
func (e *Engine) LastQuery() core.Query        { return locked(e, &e.Map.lastQuery) }
func (e *Engine) LastUse() core.Query          { return locked(e, &e.Map.lastUse) }

func locked[T any](e *Engine, what *T) T {
	e.mu.Lock()
	defer e.mu.Unlock()
	return *what
}

// Describe implements ui.Engine.
func (e *Engine) Describe(ctx context.Context, _ project.Connection, table string) (ui.Described, error) {
	if err := e.called(ctx, "Describe"); err != nil {
		return ui.Described{}, err
	}
	d, ok := e.Map.Tables[table]
	if !ok {
		return d, &core.Fault{Kind: core.Wrong, Code: "test.no-such-table", Owner: core.You,
			Cause: "There is no such table in the environment any more.", Remedy: "Choose another table."}
	}
	return d, nil
}

// DescribeDestination implements ui.Engine.
func (e *Engine) DescribeDestination(ctx context.Context, _ project.Destination, table string) (*core.Table, error) {
	return e.Map.Places[table], e.called(ctx, "DescribeDestination")
}

// There implements ui.Engine.
func (e *Engine) There(ctx context.Context, _ project.Destination, table string) (*core.Table, error) {
	return e.Map.There[table], e.called(ctx, "There")
}

// Sample implements ui.Engine.
func (e *Engine) Sample(ctx context.Context, _ project.Connection, r ui.SampleRequest) (ui.Sampled, error) {
	e.mu.Lock()
	e.Map.lastSample = r
	e.mu.Unlock()
	return e.Map.Samples[r.Table.Name.Logical], e.called(ctx, "Sample")
}

// CountOf implements ui.Engine.
func (e *Engine) CountOf(ctx context.Context, _ project.Connection, q core.Query) (core.Count, error) {
	e.asked(q)
	return e.Map.Counted, e.called(ctx, "CountOf")
}

// CountAll implements ui.Engine.
func (e *Engine) CountAll(ctx context.Context, _ project.Connection, q core.Query, tell func(int64)) (core.Count, error) {
	e.asked(q)
	for _, n := range e.Map.Walked {
		tell(n)
	}
	return e.Map.Counted, e.called(ctx, "CountAll")
}

// OptionUse implements ui.Engine.
func (e *Engine) OptionUse(ctx context.Context, _ project.Connection, q core.Query, tell func(int64)) (map[string]map[int64]int, error) {
	e.mu.Lock()
	e.Map.lastUse = q
	e.mu.Unlock()
	for _, n := range e.Map.Walked {
		tell(n)
	}
	return e.Map.Used, e.called(ctx, "OptionUse")
}

func (e *Engine) asked(q core.Query) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Map.lastQuery = q
}

// ReadMappings implements ui.Engine.
func (e *Engine) ReadMappings(ctx context.Context, _ string) ([]mapping.Mapping, error) {
	return slices.Clone(e.Map.File), e.called(ctx, "ReadMappings")
}

// WriteMappings implements ui.Engine.
func (e *Engine) WriteMappings(ctx context.Context, path string, all []mapping.Mapping) error {
	e.mu.Lock()
	e.written, e.Map.exported = path, slices.Clone(all)
	e.mu.Unlock()
	return e.called(ctx, "WriteMappings")
}

// WriteChoices implements ui.Engine.
func (e *Engine) WriteChoices(ctx context.Context, path string, s mapping.ChoiceSheet) error {
	e.mu.Lock()
	e.written, e.Map.asked = path, s
	e.mu.Unlock()
	return e.called(ctx, "WriteChoices")
}

// ReadChoices implements ui.Engine.
func (e *Engine) ReadChoices(ctx context.Context, _ string) ([]mapping.ChoiceAnswer, error) {
	return slices.Clone(e.Map.Answers), e.called(ctx, "ReadChoices")
}
