package ui

import (
	"context"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
)

// DestinationEngine is the part of Engine that asks destinations before anything is imported: those of the practice
// environment, and those with tables of their own. Like all of it, each method may take long.
type DestinationEngine interface {
	// PracticeDestination tells how a kind of destination of the practice environment is reached; Destination is nil where it
	// has none of that kind.
	PracticeDestination(ctx context.Context, driver string) (PracticeDestination, error)
	// KnowsDestination tells which secrets of a destination are kept, by the name of their setting.
	KnowsDestination(ctx context.Context, d project.Destination) map[string]bool
	// DestinationOffers tells what a setting of a destination could be; see core.Offerer.
	DestinationOffers(ctx context.Context, d project.Destination, setting string) ([]string, error)
	// DestinationTables lists the tables of a destination that has its own.
	DestinationTables(ctx context.Context, d project.Destination) ([]core.TableName, error)
	// BeginMapping is the mapping of a table of the connection into a destination with tables of its own, before anybody made
	// one. into is one of the destination's tables; "" leaves it to the destination, and a Fault says that it has no idea.
	BeginMapping(ctx context.Context, c project.Connection, d project.Destination, table, into string) (mapping.Mapping, error)
	// ForecastImport says how long so many records of each of a destination's own tables take, where it takes only so much in
	// a time. Nobody is asked.
	ForecastImport(ctx context.Context, d project.Destination, records map[string]int64) (core.Forecast, error)
	// MakeField and MakeValues make what a mapping lacks at a destination with tables of its own; see core.Maker.
	MakeField(ctx context.Context, d project.Destination, table string, f core.Field) error
	MakeValues(ctx context.Context, d project.Destination, table, field string, values []core.Option) error
}

// PracticeDestination is a destination of the practice environment.
type PracticeDestination struct {
	Destination *project.Destination
	Secrets     map[string]core.Secret // by the name of their setting
}
