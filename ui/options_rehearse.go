package ui

import (
	"context"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
)

// RehearseEngine is the part of Engine that shows what an import would do.
type RehearseEngine interface {
	// Rehearse tells what Import would do and writes nothing of it; see importer.Rehearse. Its records can be asked for until
	// the next rehearsal or EndRehearsal. What it returns holds also with an error, as far as it came.
	Rehearse(ctx context.Context, p *project.Project, r ImportRequest, progress func(importer.Progress)) (importer.Rehearsal, error)
	// Rehearsals are the mappings that were rehearsed into the project's present destination: digests by mapping ID.
	Rehearsals(ctx context.Context, p *project.Project) (map[string]string, error)
	// RehearsedPlaces tells where the records are that fit; RehearsedRows reads some by their places.
	RehearsedPlaces(ctx context.Context, q RehearsedSearch) ([]int64, error)
	RehearsedRows(ctx context.Context, places []int64) ([]importer.RehearsedRow, error)
	// SaveRehearsed writes the records that fit as CSV, old and new values side by side, and tells how many they are.
	SaveRehearsed(ctx context.Context, path string, q RehearsedSearch) (int64, error)
	// KeepShown keeps which records the rehearsal showed, for ImportRequest.Only.
	KeepShown(ctx context.Context) (id string, err error)
	// EndRehearsal forgets the records.
	EndRehearsal()
}

// RehearsedSearch says which records of a rehearsal are wanted.
type RehearsedSearch struct {
	Mapping string // ID; "" is all
	Kinds   []core.OutcomeKind
	Differs []importer.Difference // of a comparison
	Text    string
}
