package importer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
)

var errCut = errors.New("cut")

// untold is a desk whose last run was complete and could not be shown.
func untold(t *testing.T) (d *desk, first importer.Receipt) {
	t.Helper()
	d = newDesk(t, coretest.StoreOptions{}, accounts(30))
	d.job.Show = func(importer.Receipt) error { return errCut }
	first, err := importer.Run(context.Background(), d.job, nil)
	if !errors.Is(err, errCut) || first.State != importer.Complete || first.Late {
		t.Fatalf("%v, %+v", err, first)
	}
	d.job.Show = func(importer.Receipt) error { return nil }
	return d, first
}

func TestAReceiptThatCouldNotBeShownIsShownOnceMoreAndThenNever(t *testing.T) {
	d, first := untold(t)
	var shown []importer.Receipt
	d.job.Show = func(r importer.Receipt) error { shown = append(shown, r); return nil }
	pages := d.source.Pages()
	r := d.run()
	if r.Run != first.Run || !r.Late || d.source.Pages() != pages || len(shown) != 1 || shown[0].Run != first.Run || !shown[0].Late {
		t.Errorf("late %v, %d pages were read, shown %+v", r.Late, d.source.Pages()-pages, shown)
	}
	wants(t, r, "account", importer.Counts{Created: 30})
	r = d.run()
	if r.Run == first.Run || r.Late {
		t.Error("a second time it did not import anew")
	}
	wants(t, r, "account", importer.Counts{Unchanged: 30})
}

func TestAnUntoldReceiptGivesWayToWhatIsNewer(t *testing.T) {
	for name, change := range map[string]func(d *desk){
		"everything is asked for anew": func(d *desk) { d.job.Full = true },
		"the history tells of it":      func(d *desk) { d.job.Show = nil },
		"a night has passed": func(d *desk) {
			d.job.Now = func() time.Time { return time.Now().Add(13 * time.Hour) }
		},
		"the mapping changed": func(d *desk) { d.job.Mappings[0].Columns = d.job.Mappings[0].Columns[:2] },
		"the destination was deleted": func(d *desk) {
			d.store = coretest.NewStore(coretest.StoreOptions{})
			d.job.Destination = d.store.Open()
		},
		"only some are wanted": func(d *desk) { d.job.Limit = 10 },
	} {
		t.Run(name, func(t *testing.T) {
			d, first := untold(t)
			change(d)
			if r := d.run(); r.Run == first.Run || r.Late {
				t.Errorf("the old receipt was shown again")
			}
		})
	}
}

func TestTheReceiptIsShownBehindTheLastProgressAndUnderTheClaim(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(30))
	shown, after := false, 0
	second := d.job
	d.job.Show = func(importer.Receipt) error {
		shown = true
		if _, err := importer.Run(context.Background(), second, nil); core.AsFault(err).Code != "importer.already-running" {
			t.Errorf("while it is shown another one gets %v", err)
		}
		return nil
	}
	if _, err := importer.Run(context.Background(), d.job, func(importer.Progress) {
		if shown {
			after++
		}
	}); err != nil || !shown || after > 0 {
		t.Errorf("shown %v, %d snapshots behind it, %v", shown, after, err)
	}
}

func TestAnImportThatStopsIsNotShownAsComplete(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	shown := 0
	d.job.Show = func(importer.Receipt) error { shown++; return nil }
	d.interrupt(3)
	if shown > 0 {
		t.Error("it was shown")
	}
	if r := d.run(); shown != 1 || r.Late {
		t.Errorf("shown %d times, late %v", shown, r.Late)
	}
}
