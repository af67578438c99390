package ui

import (
	"context"
	"time"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
)

// MappingEngine is the part of Engine that the Mappings place asks. Like all of it, each method may take long.
type MappingEngine interface {
	// Describe tells what a table of the connection looks like. Where the environment cannot be asked, it tells what it
	// looked like the last time, and why it could not be asked; without a last time the error is that reason.
	Describe(ctx context.Context, c project.Connection, table string) (Described, error)
	// DescribeDestination tells what the destination says about a table that records may go to; nil where the destination
	// makes what a mapping asks for.
	DescribeDestination(ctx context.Context, d project.Destination, table string) (*core.Table, error)
	// There tells what a destination that makes its tables itself has already under a name; nil when there is no such table.
	There(ctx context.Context, d project.Destination, table string) (*core.Table, error)
	// Sample reads some records with every readable field of the table. Spread takes them from all over the table, as far
	// as that is quick; else they are the first.
	Sample(ctx context.Context, c project.Connection, r SampleRequest) (Sampled, error)
	// CountOf tells how many records a query holds, as well as the environment says quickly. A filter that the environment
	// does not understand is a Fault: this is also the check of a filter by hand.
	CountOf(ctx context.Context, c project.Connection, q core.Query) (core.Count, error)
	// CountAll counts by walking through the keys; tell says how far it is, about ten times a second. It is exact when it ends;
	// when it is stopped, the count so far comes with the error.
	CountAll(ctx context.Context, c project.Connection, q core.Query, tell func(int64)) (core.Count, error)
	// OptionUse counts which codes of the query's fields, choices all of them, its records have, by walking through them.
	OptionUse(ctx context.Context, c project.Connection, q core.Query, tell func(int64)) (map[string]map[int64]int, error)
	// ReadMappings reads the mappings of a file: one that was exported, or a whole project.
	ReadMappings(ctx context.Context, path string) ([]mapping.Mapping, error)
	// WriteMappings exports mappings to a file that ReadMappings reads.
	WriteMappings(ctx context.Context, path string, all []mapping.Mapping) error
	// WriteChoices writes the Excel sheet by which somebody who knows is asked what options become.
	WriteChoices(ctx context.Context, path string, s mapping.ChoiceSheet) error
	// ReadChoices reads what came back of it. Rows that cannot be understood are among the answers, with the reason.
	ReadChoices(ctx context.Context, path string) ([]mapping.ChoiceAnswer, error)
}

// Described is a table of a connection.
type Described struct {
	Table core.Table
	When  time.Time   // when it was asked
	Why   *core.Fault // why it could not be asked now; nil when it was
}

// SampleRequest says which records.
type SampleRequest struct {
	Table  core.Table
	Filter string // OData; "" is all
	Count  int
	Spread bool
	Asks   []mapping.Ask // what is wanted of the records that lookups point at, beside their names
}

// Sampled are records, with their values in the order of Fields.
type Sampled struct {
	Fields  []string
	Records []core.Record
	Refs    mapping.RefValues // names, and what was asked for, of the records that they point at
}
