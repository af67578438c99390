package importer_test

import (
	"context"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/journal"
)

// mortalMender is a journal in a process that may be killed, and that knows what waits.
type mortalMender struct {
	mortalJournal
	importer.Mender
}

func (j mortalMender) ListWaiting(ctx context.Context, run, mapping, earlier string, of importer.Selection) error {
	return do0(j.k, "ListWaiting", func() error { return j.Mender.ListWaiting(ctx, run, mapping, earlier, of) })
}

// afterARun kills a retry after each of coretest.Steps, retries on, and kills it once more.
func afterARun(t *testing.T, o coretest.StoreOptions, check func(t *testing.T, name string, store *coretest.Store, sum importer.Counts, left []importer.Group)) {
	t.Helper()
	t.Parallel()
	ctx := context.Background()
	for at := range coretest.Steps() {
		store := coretest.NewStore(o)
		bad := []int{1, 4, 9, 12, 13, 20, 24}
		source := coretest.MemorySource(companies(25, bad...))
		source.Server, source.Part = 10, 7
		j := open(t, t.TempDir()+"/journal.db")
		job := importer.Job{Source: source, Destination: store.Open(), Mappings: defaults(companies(0)), Journal: j, To: "Memory"}
		first, err := importer.Run(ctx, job, nil)
		if err != nil {
			t.Fatal(err)
		}
		better := companies(25, 20)
		better.Records = better.Records[:24] // one is gone
		source.Set(better)
		process := func(at int) (importer.Receipt, *killer, error) {
			k := &killer{at: at}
			d := store.Open()
			job := job
			job.Source, job.Destination, job.Journal = mortalSource{source, k}, mortal(d, k), mortalMender{mortalJournal{j, k}, j}
			job.Retry = &importer.Retry{Run: first.Run}
			job.Show = func(importer.Receipt) error { return do0(k, "Show", func() error { return nil }) }
			r, err := importer.Run(ctx, job, nil)
			return r, k, err
		}
		_, k, err := process(at)
		if !k.dead() {
			if err != nil {
				t.Fatal(err)
			}
			if at < 20 {
				t.Fatalf("only %d steps were counted", at)
			}
			return
		}
		name := k.last()
		if _, again, err := process(1 + at/2); again.dead() {
			name += ", then " + again.last()
			_, _, err = process(0)
			if err != nil && core.AsFault(err).Code != "importer.retry-nothing" {
				t.Fatalf("%s: %v", name, err)
			}
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		check(t, name, store, retriesOf(t, j, first.Run), waitingOf(t, j, first.Run))
		if t.Failed() {
			return
		}
	}
}

// retriesOf adds up the retries of a run; one that refused the same again is counted by the last one only.
func retriesOf(t *testing.T, j *journal.Journal, run string) (sum importer.Counts) {
	t.Helper()
	all, err := j.Receipts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Retries != run {
			continue
		}
		for _, x := range r.Tables {
			if !x.Balanced() {
				t.Errorf("the counts do not add up: %+v", x.Counts)
			}
			sum.Created += x.Created
			sum.Skipped += x.Skipped
			sum.Updated += x.Updated + x.Unchanged
		}
		if r.State != importer.Complete {
			t.Errorf("a retry stays %s", r.State)
		}
	}
	return sum
}

func waitingOf(t *testing.T, j *journal.Journal, run string) []importer.Group {
	t.Helper()
	w, ok, err := j.Waiting(context.Background(), run)
	if err != nil || !ok {
		t.Fatal(err)
	}
	return w.Groups
}

func TestAKillAfterAnyStepOfARetryLosesAndDoublesNothing(t *testing.T) {
	for name, o := range map[string]coretest.StoreOptions{
		"where batches are known":          {Refuse: noBad},
		"where writing twice would double": {Refuse: noBad, AssignsIDs: true, Doubles: true, NotSettler: true},
	} {
		t.Run(name, func(t *testing.T) {
			afterARun(t, o, func(t *testing.T, name string, store *coretest.Store, sum importer.Counts, left []importer.Group) {
				seen := map[string]int{}
				for _, r := range store.Rows("account") {
					seen[r.Key]++
					if seen[r.Key] > 1 {
						t.Errorf("%s: %s is there twice", name, r.Key)
					}
				}
				if len(seen) != 23 {
					t.Errorf("%s: %d records are there", name, len(seen))
				}
				if sum.Created != 5 || sum.Skipped != 1 || sum.Updated != 0 {
					t.Errorf("%s: the retries counted %+v", name, sum)
				}
				if len(left) != 1 || left[0].Records != 1 || left[0].Kind != core.Refused {
					t.Errorf("%s: what waits: %+v", name, left)
				}
			})
		})
	}
}
