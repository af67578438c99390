package ui

import (
	"context"
	"time"

	"ferry/core/importer"
	"ferry/core/project"
)

// TrustEngine is the part of Engine that takes imports back, and deletes what this computer knows.
type TrustEngine interface {
	// MayTakeBack tells how long a run of the project can be taken back; the error says why it cannot. Nothing is changed, and
	// nothing is asked over a network.
	MayTakeBack(ctx context.Context, p *project.Project, run string) (BackTerms, error)
	// RehearseTakeBack tells what TakeBack would do; see importer.RehearseTakeBack.
	RehearseTakeBack(ctx context.Context, p *project.Project, run string, progress func(importer.Progress)) (importer.TakeBackPlan, error)
	// TakeBack takes a run back, or goes on with it; see importer.TakeBack.
	TakeBack(ctx context.Context, p *project.Project, run string, progress func(importer.Progress)) (importer.Receipt, error)

	// Keeps tells whether what an import of the project replaces will be kept, and how.
	Keeps(ctx context.Context, p *project.Project) BackTerms
	// KnownOf tells what this computer knows of a project, DeleteKnown deletes it. What is at a destination stays.
	KnownOf(ctx context.Context, p *project.Project) (Known, error)
	DeleteKnown(ctx context.Context, p *project.Project) (Known, error)
}

// BackTerms say how an import can be taken back.
type BackTerms struct {
	Until   time.Time // zero where it is not an import yet
	Days    int       // for which what is needed is kept; 0 is not at all
	Lasting bool      // also after Ferry was closed: the keychain keeps the key
}

// Known is what this computer knows of a project.
type Known struct {
	Runs    int      // of the history
	Refused int64    // records that it names, because they were not written as they should
	Back    int      // imports that could be taken back
	Files   []string // files and folders whose rows are kept here
	Tables  int      // descriptions of tables
}
