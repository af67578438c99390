package ui

import (
	"context"

	"ferry/core/importer"
	"ferry/core/project"
)

// MendEngine is the part of Engine that shows what an import refused, is unsure of or let wait, and mends it. All of it is
// about the open project.
type MendEngine interface {
	// Waiting is the list to which a run belongs; "" is the newest run into the project's destination of which something waits.
	// The zero WaitList says that there is none.
	Waiting(ctx context.Context, p *project.Project, run string) (importer.WaitList, error)
	// WaitingPlaces tells where the records are that fit; WaitingRows reads some of a run's list by their places.
	WaitingPlaces(ctx context.Context, p *project.Project, q importer.WaitSearch) ([]int64, error)
	WaitingRows(ctx context.Context, p *project.Project, run string, places []int64) ([]importer.WaitRow, error)
	// RecordNames reads what people call some records of a table, by their keys. Those that are not known are left out.
	RecordNames(ctx context.Context, p *project.Project, table string, keys []string) (map[string]string, error)

	// Examine looks at one record of a mapping now; see importer.Examine.
	Examine(ctx context.Context, p *project.Project, mapping, key string, find bool) (importer.Examined, error)
	// Mend gives a value for a column of a record; see importer.Mend. Withdraw forgets it.
	Mend(ctx context.Context, p *project.Project, mapping, key, column, text string) error
	Withdraw(ctx context.Context, p *project.Project, mapping, key, column string) error
	// Judge keeps what a person says of a record that is unsure, for the next retry of that run's list; nil withdraws it.
	Judge(ctx context.Context, p *project.Project, run, mapping, key string, v *importer.Verdict) error
}
