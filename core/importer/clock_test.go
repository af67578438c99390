package importer_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/journal"
)

// TestAClockThatIsSetWhileAnImportRunsBreaksNothing sets the computer's clock back by ten hours and forward by a year, as when it
// wakes with another time or somebody corrects it: leases, marks and progress go by the same clock.
func TestAClockThatIsSetWhileAnImportRunsBreaksNothing(t *testing.T) {
	for name, jump := range map[string]time.Duration{"back": -10 * time.Hour, "forward": 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, coretest.StoreOptions{}, accounts(200), contacts(100))
			d.source.Server, d.source.Ranges, d.job.Parts = 5, true, 3
			var mu sync.Mutex
			now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
			clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
			j, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"), journal.Options{Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { j.Close() })
			d.job.Journal, d.job.Now = j, clock
			jumped := time.Time{}
			fails := true
			d.source.BeforePage = func(_ context.Context, n int, _ core.Page) error {
				mu.Lock()
				defer mu.Unlock()
				now = now.Add(50 * time.Millisecond)
				switch {
				case n == 12:
					now = now.Add(jump)
					jumped = now
				case n == 25 && fails: // it stops, and the clock is set once more
					fails = false
					now = now.Add(jump)
					return &core.Fault{Kind: core.Offline, Code: "test.gone", Cause: "The source is gone.", Remedy: "Wait.", Owner: core.You}
				}
				return nil
			}
			told := 0
			look := func(p importer.Progress) {
				mu.Lock()
				defer mu.Unlock()
				if p.Rate < 0 || p.Left < 0 {
					t.Errorf("rate %f, %s left", p.Rate, p.Left)
				}
				if !jumped.IsZero() {
					told++
				}
			}
			first, err := importer.Run(context.Background(), d.job, look)
			if err == nil || first.State != importer.Interrupted {
				t.Fatalf("%s, %v", first.State, err)
			}
			if told < 3 {
				t.Errorf("%d snapshots after the clock was set", told)
			}
			r, err := importer.Run(context.Background(), d.job, look)
			if err != nil || r.Run != first.Run {
				t.Fatalf("%v, another run: %t", err, r.Run != first.Run)
			}
			wants(t, r, "account", importer.Counts{Created: 200})
			wants(t, r, "contact", importer.Counts{Created: 100})
			once(t, name, d.store, "account", 200)
		})
	}
}
