package wiring_test

import (
	"context"
	"iter"
	"os"
	"sync"
	"testing"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/core/rehearsal"
)

// A disturbed source lets somebody do something else when the first page is read.
type disturbed struct {
	core.Source
	meet func()
}

func (d disturbed) Read(ctx context.Context, q core.Query, from core.Bookmark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		for p, err := range d.Source.Read(ctx, q, from) {
			d.meet()
			if !yield(p, err) {
				return
			}
		}
	}
}

func TestNothingIsDeletedWhileSomebodyWorksWithIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	csv := o.places()["csv"]
	o.carry("csv", csv)
	job, done := o.job("csv", csv)
	sketch, err := rehearsal.New(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	refused := func(who, want string) func() {
		var once sync.Once
		return func() {
			once.Do(func() {
				_, err := o.c.DeleteKnown(t.Context(), o.project)
				if err == nil || core.AsFault(err).Code != want {
					t.Errorf("%s: %v, want %s", who, err, want)
				}
			})
		}
	}
	source := job.Source
	job.Source = disturbed{source, refused("a comparison", "importer.looked-at")}
	if c, err := importer.Compare(t.Context(), job, sketch, nil); err != nil || !c.Whole || c.Records().Total() != 0 {
		t.Errorf("the comparison says %v, %+v", err, c.Records())
	}
	sketch.Close()
	job.Source = disturbed{source, refused("an import", "importer.already-running")}
	if r, err := importer.Run(t.Context(), job, nil); err != nil || r.State != importer.Complete {
		t.Errorf("the import says %v, %s", err, r.State)
	}
	done()

	// Another project goes into the same folder: its rows are kept at the same place.
	mine := o.project
	o.project = project.New("Other")
	job, done = o.job("csv", csv)
	other := o.project
	o.project = mine
	job.Source = disturbed{source, refused("another project", "importer.already-running")}
	if r, err := importer.Run(t.Context(), job, nil); err != nil || r.State != importer.Complete || r.Tables[1].Read != 140 {
		t.Errorf("the import of another project says %v, %s", err, r.State)
	}
	done()
	if _, err := o.c.DeleteKnown(t.Context(), o.project); err != nil {
		t.Errorf("nobody is at work any more: %v", err)
	}
	if o.c.HasJournal(o.project.ID) || !o.c.HasJournal(other.ID) {
		t.Error("what was deleted is not what was meant")
	}
	if _, err := os.Stat(csv["folder"]); err != nil {
		t.Errorf("the destination is gone: %v", err)
	}
}
