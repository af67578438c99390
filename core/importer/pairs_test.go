package importer_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/journal"
)

// A nosy journal lets somebody else work in the middle of what goes on.
type nosy struct {
	*journal.Journal
	meet func()
}

func (n nosy) Images(ctx context.Context, run string, before int64, most int) ([]importer.Image, error) {
	n.meet()
	return n.Journal.Images(ctx, run, before, most)
}

type together struct {
	name   string
	writes bool
	do     func(t *testing.T, j importer.Job, run string) error
}

func allWorks() []together {
	return []together{
		{"import", true, func(_ *testing.T, j importer.Job, _ string) error {
			_, err := importer.Run(context.Background(), j, nil)
			return err
		}},
		{"retry", true, func(_ *testing.T, j importer.Job, run string) error {
			j.Retry = &importer.Retry{Run: run}
			_, err := importer.Run(context.Background(), j, nil)
			return err
		}},
		{"take back", true, func(_ *testing.T, j importer.Job, run string) error {
			_, err := importer.TakeBack(context.Background(), j, run, nil)
			return err
		}},
		{"rehearse taking back", false, func(t *testing.T, j importer.Job, run string) error {
			plan, err := importer.RehearseTakeBack(context.Background(), j, run, nil)
			if err == nil && plan.Receipt.Tables[0].Removed != 29 {
				t.Errorf("it would remove %+v", plan.Receipt.Tables[0].Counts)
			}
			return err
		}},
		{"rehearse", false, func(t *testing.T, j importer.Job, _ string) error {
			r, err := importer.Rehearse(context.Background(), j, newSketch(t), nil)
			if err == nil && (r.Tables[0].Unchanged != 29 || len(r.Remarks) > 0) {
				t.Errorf("it shows %+v %q", r.Tables[0].Counts, r.Remarks)
			}
			return err
		}},
		{"compare", false, func(t *testing.T, j importer.Job, _ string) error {
			c, err := importer.Compare(context.Background(), j, newSketch(t), nil)
			if err == nil && (c.Tables[0].Equal != 29 || len(c.Remarks) > 0) {
				t.Errorf("it finds %+v %q", c.Tables[0], c.Remarks)
			}
			return err
		}},
	}
}

// A bench is a place at which an import left 29 rows and refused one, with a clock that several may look at.
func pairBench(t *testing.T) (l *ledger, run string, job func(j importer.Journal) importer.Job) {
	t.Helper()
	data := companies(30)
	data.Records[4].Values[1] = core.Null()
	maps := defaults(data)
	for i := range maps[0].Columns {
		maps[0].Columns[i].NotNull = maps[0].Columns[i].Column == "name"
	}
	l = newLedger(t, maps, data)
	var clock atomic.Int64
	job = func(j importer.Journal) importer.Job {
		d := l.open()
		t.Cleanup(func() { d.Close() })
		of := l.job(d, j)
		of.Now = func() time.Time { return time.Date(2024, 5, 1, 8, 0, int(clock.Add(1)), 0, time.UTC) }
		return of
	}
	first := job(l.journal)
	r, err := importer.Run(context.Background(), first, nil)
	first.Destination.Close()
	if err != nil || r.Tables[0].Created != 29 || r.Tables[0].Refused != 1 {
		t.Fatalf("%v, %+v", err, r.Tables)
	}
	return l, r.Run, job
}

func TestTwoWorksAtOnePlaceRunTogetherOrTheSecondIsRefused(t *testing.T) {
	t.Parallel()
	for _, one := range allWorks() {
		for _, two := range allWorks() {
			t.Run(one.name+" and "+two.name, func(t *testing.T) {
				t.Parallel()
				l, run, job := pairBench(t)
				second := open(t, filepath.Join(l.folder, "journal.db"))
				met := atomic.Bool{}
				meet := func() {
					if !met.CompareAndSwap(false, true) {
						return
					}
					of := job(second)
					err := two.do(t, of, run)
					of.Destination.Close()
					switch {
					case one.writes:
						code(t, err, "importer.already-running")
					case two.writes:
						code(t, err, "importer.looked-at")
					case err != nil:
						t.Errorf("both only look, and the second says: %v", err)
					}
				}
				l.source.BeforePage = func(context.Context, int, core.Page) error { meet(); return nil }
				if err := one.do(t, job(nosy{l.journal, meet}), run); err != nil {
					t.Errorf("the first says: %v", err)
				}
				if !met.Load() {
					t.Error("they did not meet")
				}
				if release, err := journal.HoldAll(context.Background(), filepath.Join(l.folder, "journal.db")); err != nil {
					t.Errorf("something is claimed still: %v", err)
				} else {
					release()
				}
			})
		}
	}
}

func TestWhatIsAtWorkIsNotDeletedAndWhatIsTakenBackIsNotForgotten(t *testing.T) {
	t.Parallel()
	for _, one := range allWorks() {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			l, run, job := pairBench(t)
			path := filepath.Join(l.folder, "journal.db")
			second := open(t, path)
			calls, at := atomic.Int32{}, int32(1)
			if one.name == "take back" {
				at = 2 // the first image is looked at before it is begun
			}
			meet := func() {
				if calls.Add(1) != at {
					return
				}
				_, err := journal.HoldAll(context.Background(), path)
				want := "importer.looked-at"
				if one.writes {
					want = "importer.already-running"
				}
				code(t, err, want)
				if _, err := second.Expire(context.Background(), time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
					t.Error(err)
				}
			}
			l.source.BeforePage = func(context.Context, int, core.Page) error { meet(); return nil }
			j := job(nosy{l.journal, meet})
			err := one.do(t, j, run)
			j.Destination.Close()
			switch one.name {
			case "take back":
				if rows := everything(t, l.path); err != nil || len(rows) != 0 {
					t.Errorf("%v, %d rows stay", err, len(rows))
				}
			case "rehearse taking back":
				code(t, err, "importer.forgotten")
				if err != nil && core.AsFault(err).Op != "looking what can be taken back" {
					t.Errorf("it says that it was %s", core.AsFault(err).Op)
				}
			default:
				if err != nil {
					t.Errorf("it says: %v", err)
				}
			}
		})
	}
}

// Somebody with another journal is not kept away, and what is told says so.
func TestAComparisonSaysThatSomebodyElseImportedMeanwhile(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, companies(30))
	d.run()
	other := d.job
	other.Journal = open(t, filepath.Join(t.TempDir(), "journal.db"))
	met := atomic.Bool{}
	meet := func(context.Context, int, core.Page) error {
		if met.CompareAndSwap(false, true) {
			if _, err := importer.Run(context.Background(), other, nil); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	d.source.BeforePage = meet
	c, err := importer.Compare(context.Background(), d.job, newSketch(t), nil)
	if err != nil || !met.Load() || !strings.Contains(strings.Join(c.Remarks, " "), "Meanwhile another Ferry") {
		t.Errorf("%v, %q", err, c.Remarks)
	}
	met.Store(false)
	r, err := importer.Rehearse(context.Background(), d.job, newSketch(t), nil)
	if err != nil || !met.Load() || !strings.Contains(strings.Join(r.Remarks, " "), "Meanwhile another Ferry") {
		t.Errorf("%v, %q", err, r.Remarks)
	}
}
