package ui

import (
	"context"
	"time"

	"ferry/core/importer"
	"ferry/core/project"
)

// CompareEngine is the part of Engine that holds source and destination against each other, and finishes a move.
type CompareEngine interface {
	// Compare tells how source and destination differ, and why; see importer.Compare. Its records can be asked for until the
	// next comparison. What it returns holds also with an error, as far as it came. The counts of a whole one are remembered
	// for the receipt of the move.
	Compare(ctx context.Context, p *project.Project, r ImportRequest, progress func(importer.Progress)) (importer.Comparison, error)
	// ComparedPlaces tells where the records are that fit; ComparedRows reads some by their places.
	ComparedPlaces(ctx context.Context, q RehearsedSearch) ([]int64, error)
	ComparedRows(ctx context.Context, places []int64) ([]importer.RehearsedRow, error)
	// SaveDifferences writes the records that fit as CSV, both sides beside each other; SaveComparison writes the report of the
	// comparison. Both tell how many records are named.
	SaveDifferences(ctx context.Context, path string, q RehearsedSearch) (int64, error)
	SaveComparison(ctx context.Context, p *project.Project, path string, values bool) (int64, error)
	// EndComparison forgets the records.
	EndComparison()

	// Handover is what is remembered of the end of a move; Tick changes one line of its list. KeepReceipt writes the receipt
	// to sign.
	Handover(ctx context.Context, p *project.Project) (Handover, error)
	Tick(ctx context.Context, p *project.Project, line string, done bool) error
	KeepReceipt(ctx context.Context, p *project.Project, path string, done, open []string) error
}

// A Handover is what is remembered of the end of a move. It holds no value of any record.
type Handover struct {
	Ticks      map[string]time.Time // when each line of the list was ticked
	Comparison *importer.Comparison // the last one that came to its end; nil when there was none
	Saved      time.Time            // when the receipt was written last
}
