package importer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	zombie "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
	"ferry/core/sqlite"
)

// A world is what outlives a process: a source, a place for the destination and the journal's file.
type world struct {
	source   core.Source
	mappings []mapping.Mapping
	journal  func() *journal.Journal // as each process opens it
	place    string
	open     func() core.Destination
	parts    int
	told     *[]importer.Receipt // what the processes showed, oldest first
}

// process runs one process that is killed at a step; 0 lets it live.
func (w world) process(t *testing.T, at int) (importer.Receipt, *killer, error) {
	t.Helper()
	k := &killer{at: at}
	j := w.journal()
	d := w.open()
	defer d.Close()
	r, err := importer.Run(context.Background(), importer.Job{
		Source: mortalSource{w.source, k}, Destination: mortal(d, k), Mappings: w.mappings,
		Journal: mortalJournal{j, k}, To: w.place, Parts: w.parts,
		Show: func(r importer.Receipt) error {
			return do0(k, "Show", func() error { *w.told = append(*w.told, r); return nil })
		},
	}, nil)
	return r, k, err
}

// story checks what was told: first of all that one run created everything, and that again as long as nobody noted that
// it was told; another run that found everything there comes behind that only.
func (w world) story(t *testing.T, name string, want map[string]importer.Counts) {
	t.Helper()
	runs := w.runs(t)
	first := runs[len(runs)-1]
	for _, r := range runs {
		if r.State != importer.Complete {
			t.Errorf("%s: a run stays %s", name, r.State)
		}
		if r.Reason != "" {
			t.Errorf("%s: a reason without need: %s", name, r.Reason)
		}
	}
	for table, c := range want {
		c.Read = c.Created + c.Updated + c.Unchanged + c.Removed + c.Skipped + c.Refused + c.Unsure
		if got := sum(t, first, table).Counts; got != c {
			t.Errorf("%s: %s: got %+v, want %+v", name, table, got, c)
		}
	}
	if len(*w.told) == 0 {
		t.Fatalf("%s: nothing was told", name)
	}
	for i, r := range *w.told {
		if r.Late && i > 0 && r.Run != (*w.told)[i-1].Run {
			t.Errorf("%s: the receipt of another run came late", name)
		}
		if r.Run != first.Run && i == 0 || r.State != importer.Complete {
			t.Errorf("%s: told of a run that is %s", name, r.State)
		}
		if r.Run != first.Run {
			continue
		}
		for table, c := range want {
			c.Read = c.Created + c.Updated + c.Unchanged + c.Removed + c.Skipped + c.Refused + c.Unsure
			if got := sum(t, r, table).Counts; got != c {
				t.Errorf("%s: %s: told %+v, want %+v", name, table, got, c)
			}
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// runs are the world's runs, newest first.
func (w world) runs(t *testing.T) (mine []importer.Receipt) {
	t.Helper()
	runs, err := w.journal().Runs(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if r.To == w.place {
			mine = append(mine, r)
		}
	}
	return mine
}

// everyStep kills a run after every single step, or as many as coretest.Steps says, continues it, kills it once more, and lets
// it end.
func everyStep(t *testing.T, fresh func(t *testing.T) world, check func(t *testing.T, name string, w world)) {
	t.Helper()
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for at := range coretest.Steps() {
		w := fresh(t)
		_, k, err := w.process(t, at)
		if !k.dead() {
			if err != nil {
				t.Fatal(err)
			}
			if at < 20 {
				t.Fatalf("only %d steps were counted", at)
			}
			return
		}
		if err == nil {
			// The last step had its effect already; only its echo was lost.
			t.Logf("killed without noticing at %s", k.last())
		} else if !errors.Is(err, errKilled) {
			t.Fatalf("%s: %v", k.last(), err)
		}
		name := k.last()
		_, again, err := w.process(t, 1+random.IntN(k.steps+4))
		if again.dead() {
			name += ", then " + again.last()
			_, _, err = w.process(t, 0)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		check(t, name, w)
		if t.Failed() {
			return
		}
	}
}

// memoryWorld makes worlds that share one journal, each with a place of its own in it.
func memoryWorld(t *testing.T, o coretest.StoreOptions, store **coretest.Store) func(t *testing.T) world {
	var shared *journal.Journal
	n := 0
	return func(t *testing.T) world {
		if n%25 == 0 {
			shared = open(t, filepath.Join(t.TempDir(), "journal.db"))
		}
		n++
		mine := shared
		a, c := accounts(25), contacts(12)
		source := coretest.MemorySource(a, c)
		source.Server, source.Part = 10, 7
		*store = coretest.NewStore(o)
		s := *store
		return world{source, defaults(c, a), func() *journal.Journal { return mine }, fmt.Sprint("place ", n), s.Open, 0, &[]importer.Receipt{}}
	}
}

func once(t *testing.T, name string, s *coretest.Store, table string, n int) {
	t.Helper()
	seen := map[string]int{}
	for _, r := range s.Rows(table) {
		seen[r.Key]++
	}
	for i := range n {
		if seen[key(table, i)] != 1 {
			t.Errorf("%s: record %d of %s is there %d times", name, i, table, seen[key(table, i)])
		}
	}
	if len(seen) != n {
		t.Errorf("%s: %d records in %s", name, len(seen), table)
	}
}

func TestAKillAfterAnyStepLosesAndDoublesNothingInATransactionalDestination(t *testing.T) {
	var store *coretest.Store
	everyStep(t, memoryWorld(t, coretest.StoreOptions{}, &store), func(t *testing.T, name string, w world) {
		once(t, name, store, "account", 25)
		once(t, name, store, "contact", 12)
		w.story(t, name, map[string]importer.Counts{"account": {Created: 25}, "contact": {Created: 12}})
	})
}

func TestAKillAfterAnyStepLosesAndDoublesNothingInSeveralParts(t *testing.T) {
	var store *coretest.Store
	plain := memoryWorld(t, coretest.StoreOptions{}, &store)
	fresh := func(t *testing.T) world {
		w := plain(t)
		w.source.(*coretest.Memory).Ranges, w.parts = true, 2
		return w
	}
	everyStep(t, fresh, func(t *testing.T, name string, w world) {
		once(t, name, store, "account", 25)
		once(t, name, store, "contact", 12)
		w.story(t, name, map[string]importer.Counts{"account": {Created: 25}, "contact": {Created: 12}})
	})
}

func TestAKillAfterAnyStepDoublesNothingWhereWritingTwiceWouldDouble(t *testing.T) {
	var store *coretest.Store
	o := coretest.StoreOptions{AssignsIDs: true, Doubles: true, NotSettler: true}
	everyStep(t, memoryWorld(t, o, &store), func(t *testing.T, name string, w world) {
		if len(w.runs(t)) > 1 {
			return // the kill came after the end, and another import followed, which this destination takes for new records
		}
		once(t, name, store, "account", 25)
		once(t, name, store, "contact", 12)
		w.story(t, name, map[string]importer.Counts{"account": {Created: 25}, "contact": {Created: 12}})
	})
}

func TestAKillAfterAnyStepNeverSendsAgainWhatNobodyCanLookFor(t *testing.T) {
	var store *coretest.Store
	o := coretest.StoreOptions{NotSettler: true, NotFinder: true, AssignsIDs: true, Doubles: true}
	everyStep(t, memoryWorld(t, o, &store), func(t *testing.T, name string, w world) {
		runs := w.runs(t)
		first := runs[len(runs)-1]
		for table, n := range map[string]int64{"account": 25, "contact": 12} {
			c := sum(t, first, table)
			if c.Read != n || c.Created+c.Unsure != n {
				t.Errorf("%s: %s: %+v", name, table, c.Counts)
			}
			if len(runs) > 1 {
				continue
			}
			seen := map[string]int{}
			for _, r := range store.Rows(table) {
				seen[r.Key]++
				if seen[r.Key] > 1 {
					t.Errorf("%s: %s was sent twice", name, r.Key)
				}
			}
			if int64(len(seen)) < c.Created {
				t.Errorf("%s: %d of %d created records are there", name, len(seen), c.Created)
			}
		}
	})
}

func TestAKillAfterAnyStepWhileABatchIsSplit(t *testing.T) {
	var store *coretest.Store
	bad := map[string]bool{key("account", 3): true, key("account", 21): true}
	plain := memoryWorld(t, coretest.StoreOptions{}, &store)
	fresh := func(t *testing.T) world {
		w := plain(t)
		s := store
		w.open = func() core.Destination {
			d := s.Open()
			return wholly{d, d.(core.Starter), d.(core.Settler), bad}
		}
		return w
	}
	everyStep(t, fresh, func(t *testing.T, name string, w world) {
		if n := len(store.Rows("account")); n != 23 {
			t.Errorf("%s: %d accounts", name, n)
		}
		w.story(t, name, map[string]importer.Counts{"account": {Created: 23, Refused: 2}, "contact": {Created: 12}})
	})
}

func TestAKillAfterAnyStepWithARealDatabase(t *testing.T) {
	var path string
	fresh := func(t *testing.T) world {
		a, c := accounts(25), contacts(12)
		a.Add("", core.Text("nameless"), core.Null(), core.Null()) // refused: it has no key
		source := coretest.MemorySource(a, c)
		source.Server, source.Part = 20, 15
		folder := t.TempDir()
		path = databaseIn(folder)
		return fileWorld(t, folder, source, defaults(c, a))
	}
	everyStep(t, fresh, func(t *testing.T, name string, w world) {
		for table, want := range map[string]int64{"account": 25, "contact": 12} {
			if n := rowsIn(t, path, table); n != want {
				t.Errorf("%s: %d rows in %s", name, n, table)
			}
		}
		w.story(t, name, map[string]importer.Counts{"account": {Created: 25, Refused: 1}, "contact": {Created: 12}})
	})
}

// fileWorld is a world whose database and journal are files in a folder.
func fileWorld(t *testing.T, folder string, source core.Source, mappings []mapping.Mapping) world {
	var last *journal.Journal
	reopen := func() *journal.Journal {
		if last != nil {
			last.Close()
		}
		last = open(t, filepath.Join(folder, "journal.db"))
		return last
	}
	return world{source, mappings, reopen, "there", func() core.Destination {
		d, err := sqlite.New(databaseIn(folder), nil)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}, 0, &[]importer.Receipt{}}
}

func databaseIn(folder string) string { return filepath.Join(folder, "contoso.db") }

// copyOf is a copy of a folder whose files nobody has open.
func copyOf(t *testing.T, folder string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return to
}

func rowsIn(t *testing.T, path, table string) (n int64) {
	t.Helper()
	c, err := zombie.OpenConn(path, zombie.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = sqlitex.Execute(c, `SELECT count(*) FROM "`+table+`"`, &sqlitex.ExecOptions{ResultFunc: func(s *zombie.Stmt) error {
		n = s.ColumnInt64(0)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
