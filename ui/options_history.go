package ui

import (
	"context"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
)

// HistoryEngine is the part of Engine that the History place asks.
type HistoryEngine interface {
	// AllRuns are the runs of every project of this computer, those of p first. The runs of each are newest first and come
	// without their refused records, so that long lists are quick.
	AllRuns(ctx context.Context, p *project.Project) ([]ProjectRuns, error)
	// Run is one run with its first thousand refused records. id is the project's.
	Run(ctx context.Context, id, run string) (importer.Receipt, error)
	// SaveRunReport writes the report of a run, or the list of its refused records, and tells how many records it names.
	SaveRunReport(ctx context.Context, r RunReport) (int64, error)
}

// ProjectRuns are the runs of one project.
type ProjectRuns struct {
	ID    string // "" are the imports of the terminal that were given no project
	Name  string // "" is not known
	Runs  []importer.Receipt
	Fault *core.Fault // why they could not be read
}

// RunReport says which report is wanted.
type RunReport struct {
	Project string // ID
	Name    string // of the project, for the report's head
	Run     string
	Path    string // ends in .html or .csv
	Refused bool   // only the records that were not written as they should, with the reason beside each
	Values  bool   // with what may hold people's data, as far as it is kept
	// Waits are, with Refused, only those of them that still wait and fit; nil is all that the run left. Of is set then too.
	Waits *importer.WaitSearch
	// Of is the open project, where the run is its own: with Refused and Values the records' fields are read from Dynamics now.
	Of *project.Project
}
