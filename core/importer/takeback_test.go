package importer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	zombie "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/keychain"
	"ferry/core/mapping"
	"ferry/core/sqlite"
)

// A ledger is a source, a database file and a journal, with a key that seals what imports replace.
type ledger struct {
	t        *testing.T
	source   *coretest.Memory
	mappings []mapping.Mapping
	folder   string
	path     string
	now      time.Time
	keys     keychain.Store
	journal  *journal.Journal
	at       shore // nil is the database file at path
}

func newLedger(t *testing.T, mappings []mapping.Mapping, tables ...coretest.Data) *ledger {
	t.Helper()
	l := &ledger{t: t, mappings: mappings, folder: t.TempDir(), keys: keychain.NewMemory(), now: time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)}
	l.path = databaseIn(l.folder)
	l.source = coretest.MemorySource(tables...)
	l.source.Server, l.source.Part = 20, 15
	l.source.Accept = func(q core.Query) (func(core.Record) bool, bool) { return nil, strings.Contains(q.Filter, "ne null") }
	l.reopen()
	return l
}

// twin is a copy of a ledger whose journal is closed.
func (l *ledger) twin() *ledger {
	l.t.Helper()
	twin := *l
	twin.folder, twin.journal = copyOf(l.t, l.folder), nil
	twin.path = databaseIn(twin.folder)
	twin.reopen()
	return &twin
}

// reopen opens the journal as a new process does.
func (l *ledger) reopen() {
	if l.journal != nil {
		l.journal.Close()
	}
	l.journal = open(l.t, filepath.Join(l.folder, "journal.db"))
}

func (l *ledger) job(d core.Destination, j importer.Journal) importer.Job {
	box, err := keychain.OpenBox(context.Background(), l.keys, keychain.Name{Kind: "images"})
	if err != nil {
		l.t.Fatal(err)
	}
	return importer.Job{
		Source: l.source, Destination: d, Mappings: l.mappings, Journal: j, From: "Contoso", To: "there", Seal: box,
		Now: func() time.Time { l.now = l.now.Add(time.Second); return l.now },
	}
}

func (l *ledger) open() core.Destination {
	if l.at != nil {
		return l.at.open(l.t)
	}
	d, err := sqlite.New(l.path, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return d
}

func (l *ledger) run() importer.Receipt {
	l.t.Helper()
	d := l.open()
	defer d.Close()
	r, err := importer.Run(context.Background(), l.job(d, l.journal), nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *ledger) rehearse(run string) (importer.TakeBackPlan, error) {
	d := l.open()
	defer d.Close()
	return importer.RehearseTakeBack(context.Background(), l.job(d, l.journal), run, nil)
}

func (l *ledger) takeBack(run string) (importer.Receipt, error) {
	d := l.open()
	defer d.Close()
	return importer.TakeBack(context.Background(), l.job(d, l.journal), run, nil)
}

// everything is all rows of all tables but Ferry's own, and of Ferry's notes of rows what an import goes by.
func everything(t *testing.T, path string) (rows []string) {
	t.Helper()
	c, err := zombie.OpenConn(path, zombie.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var tables []string
	collect := func(sql string, row func(s *zombie.Stmt)) {
		if err := sqlitex.Execute(c, sql, &sqlitex.ExecOptions{ResultFunc: func(s *zombie.Stmt) error { row(s); return nil }}); err != nil {
			t.Fatal(err)
		}
	}
	collect(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\_ferry%' ESCAPE '\' AND name NOT LIKE 'sqlite%' ORDER BY name`, func(s *zombie.Stmt) { tables = append(tables, s.ColumnText(0)) })
	for _, table := range tables {
		var quoted []string
		collect(`SELECT name FROM pragma_table_xinfo('`+table+`')`, func(s *zombie.Stmt) { quoted = append(quoted, `quote("`+s.ColumnText(0)+`")`) })
		collect(`SELECT `+strings.Join(quoted, " || ',' || ")+` FROM "`+table+`" ORDER BY 1`, func(s *zombie.Stmt) { rows = append(rows, table+": "+s.ColumnText(0)) })
	}
	return rows
}

func wantContents(t *testing.T, name, path string, want []string) {
	t.Helper()
	got := everything(t, path)
	if slices.Equal(got, want) {
		return
	}
	for _, r := range want {
		if !slices.Contains(got, r) {
			t.Errorf("%s: missing  %s", name, r)
		}
	}
	for _, r := range got {
		if !slices.Contains(want, r) {
			t.Errorf("%s: too much %s", name, r)
		}
	}
}

// move is a household that was imported, then changed on both sides, and imported again: rows were made, updated, matched,
// marked and removed. before is what the database held before the second import.
func move(t *testing.T) (l *ledger, second importer.Receipt, before []string) {
	t.Helper()
	a, c := accounts(25), contacts(14)
	c.Records = c.Records[:12]
	l = newLedger(t, household(a, c), a, c)
	l.run()
	sqlOf(t, l.path, "UPDATE firm SET name = 'theirs' WHERE accountid = '"+key("account", 2)+"'")
	sqlOf(t, l.path, "INSERT INTO person (contactid, fullname) VALUES ('by hand', 'Contact 13')")
	sqlOf(t, l.path, "ALTER TABLE firm ADD COLUMN remark")
	sqlOf(t, l.path, "UPDATE firm SET remark = 3.5 WHERE accountid = '"+key("account", 24)+"'")
	a, c = accounts(27), contacts(14)
	a.Records = append(a.Records[:22:22], a.Records[24:]...) // 22, 23 go; 25, 26 come
	a.Records[1].Values[1], a.Records[2].Values[1] = core.Text("New 1"), core.Text("New 2")
	c.Records = append(c.Records[:11:11], c.Records[13])
	l.source.Set(a)
	l.source.Set(c)
	before = everything(t, l.path)
	second = l.run()
	if slices.Equal(before, everything(t, l.path)) {
		t.Fatal("the second import changed nothing")
	}
	return l, second, before
}

func TestAnImportThatIsTakenBackLeavesEveryValueAsItWasBefore(t *testing.T) {
	l, second, before := move(t)
	was := everything(t, l.path)
	plan, err := l.rehearse(second.Run)
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, "rehearsed", l.path, was)
	l.reopen()
	got, err := l.takeBack(second.Run)
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, "taken back", l.path, before)
	for i, table := range got.Tables {
		if !table.Balanced() || table.Refused != 0 {
			t.Errorf("%s: %+v", table.Title, table.Counts)
		}
		if plan.Receipt.Tables[i].Counts != table.Counts {
			t.Errorf("%s: rehearsed %+v, done %+v", table.Title, plan.Receipt.Tables[i].Counts, table.Counts)
		}
		s := second.Tables[i]
		if table.Removed != s.Created || table.Created != s.Removed {
			t.Errorf("%s: the import said %+v, taking it back %+v", table.Title, s.Counts, table.Counts)
		}
	}
	if got.Undoes != second.Run || got.State != importer.Complete {
		t.Errorf("the receipt is %+v", got)
	}
	if _, err := l.takeBack(second.Run); core.AsFault(err).Code != "importer.taken-back-already" {
		t.Errorf("taken back twice: %v", err)
	}
	// The next import brings all of it again, and says why.
	again := l.run()
	if !strings.Contains(again.Reason, "taken back") {
		t.Errorf("the next import says %q", again.Reason)
	}
	for i, table := range again.Tables {
		if table.Counts != second.Tables[i].Counts {
			t.Errorf("%s: the next import did %+v, the first time %+v", table.Title, table.Counts, second.Tables[i].Counts)
		}
	}
	wantContents(t, "imported again", l.path, was)
}

func TestTheFirstImportTakenBackLeavesEmptyTables(t *testing.T) {
	a, c := accounts(60), contacts(20)
	l := newLedger(t, defaults(c, a), a, c)
	first := l.run()
	plan, err := l.rehearse(first.Run)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(plan.Made, "account") || !slices.Contains(plan.Made, "contact") {
		t.Errorf("what it made is %v", plan.Made)
	}
	r, err := l.takeBack(first.Run)
	if err != nil {
		t.Fatal(err)
	}
	for i, table := range r.Tables {
		if table.Removed != first.Tables[i].Created || table.Read != table.Removed || table.Counts != plan.Receipt.Tables[i].Counts {
			t.Errorf("%s: %+v, rehearsed %+v", table.Title, table.Counts, plan.Receipt.Tables[i].Counts)
		}
	}
	wantContents(t, "first", l.path, nil)
}

func TestTakingBackTellsOfEachTableHowMuchOfItThereIs(t *testing.T) {
	l, second, _ := move(t)
	d := l.open()
	defer d.Close()
	var last importer.Progress
	if _, err := importer.TakeBack(t.Context(), l.job(d, l.journal), second.Run, func(p importer.Progress) { last = p }); err != nil {
		t.Fatal(err)
	}
	if len(last.Tables) != len(second.Tables) {
		t.Fatalf("%+v", last)
	}
	for i, have := range last.Tables {
		wrote := second.Tables[i]
		if want := wrote.Created + wrote.Updated + wrote.Removed; have.Total.N != want || have.Total.Truth != core.About || have.Counts.Read > want {
			t.Errorf("%s: %d of %v, and the import changed %d", have.Table, have.Counts.Read, have.Total, want)
		}
	}
}

func TestWhatSomebodyChangedSinceStays(t *testing.T) {
	l, second, before := move(t)
	sqlOf(t, l.path, "UPDATE firm SET name = 'edited' WHERE accountid = '"+key("account", 1)+"'")             // an updated row
	sqlOf(t, l.path, "UPDATE firm SET remark = 'mine' WHERE accountid = '"+key("account", 25)+"'")            // a row that was made
	sqlOf(t, l.path, "DELETE FROM person WHERE contactid = '"+key("contact", 11)+"'")                         // a marked row
	sqlOf(t, l.path, "INSERT INTO firm (accountid, name) VALUES ('"+key("account", 22)+"', 'somebody else')") // a removed row
	edited := everything(t, l.path)
	r, err := l.takeBack(second.Run)
	if err != nil {
		t.Fatal(err)
	}
	refused := int64(0)
	for _, table := range r.Tables {
		refused += table.Refused
		if !table.Balanced() {
			t.Errorf("%s: %+v", table.Title, table.Counts)
		}
	}
	if refused != 4 || len(r.Refusals) != 4 {
		t.Errorf("%d rows were left, %d with a reason", refused, len(r.Refusals))
	}
	after := everything(t, l.path)
	hand := []string{key("account", 1), key("account", 25), key("contact", 11), key("account", 22)}
	for _, row := range after {
		touched := slices.ContainsFunc(hand, func(k string) bool { return strings.Contains(row, "'"+k+"',") && strings.Index(row, k) < 12 })
		if touched && !slices.Contains(edited, row) {
			t.Errorf("a row that somebody had changed was touched: %s", row)
		}
		if !touched && !slices.Contains(before, row) {
			t.Errorf("a row is not as it was: %s", row)
		}
	}
}

func TestNewerImportsAreTakenBackFirst(t *testing.T) {
	a := accounts(30)
	l := newLedger(t, defaults(a), a)
	first := l.run()
	a = accounts(30)
	a.Records[3].Values[1] = core.Text("changed")
	l.source.Set(a)
	second := l.run()
	if _, err := l.takeBack(first.Run); core.AsFault(err).Code != "importer.newer-first" {
		t.Fatalf("an older import was taken back first: %v", err)
	}
	for _, run := range []string{second.Run, first.Run} {
		if _, err := l.takeBack(run); err != nil {
			t.Fatal(err)
		}
	}
	wantContents(t, "both", l.path, nil)
}

func TestAfterItsTimeWhatWasThereIsForgottenAndNowhereInTheFolder(t *testing.T) {
	a := accounts(40)
	for i := range a.Records {
		a.Records[i].Values[1] = core.Text(fmt.Sprintf("Seeded Name %d", i))
	}
	l := newLedger(t, defaults(a), a)
	l.path = filepath.Join(t.TempDir(), "elsewhere.db")
	l.run()
	b := accounts(40)
	l.source.Set(b)
	second := l.run()
	plain := func(when string) {
		t.Helper()
		entries, err := os.ReadDir(l.folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			text, err := os.ReadFile(filepath.Join(l.folder, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "Seeded Name") {
				t.Errorf("%s: %s holds a name", when, e.Name())
			}
		}
	}
	plain("sealed")
	if images, _, _ := l.journal.Remembered(context.Background(), second.Run); images == 0 {
		t.Fatal("nothing was kept")
	}
	l.now = l.now.Add(29 * 24 * time.Hour)
	l.run()
	if images, _, _ := l.journal.Remembered(context.Background(), second.Run); images == 0 {
		t.Fatal("it was forgotten before its time")
	}
	l.now = l.now.Add(2 * 24 * time.Hour)
	l.run()
	if images, _, _ := l.journal.Remembered(context.Background(), second.Run); images != 0 {
		t.Errorf("%d images are kept after their time", images)
	}
	plain("forgotten")
	if _, err := l.takeBack(second.Run); core.AsFault(err).Code != "importer.forgotten" {
		t.Errorf("it is taken back all the same: %v", err)
	}
}

func TestWithoutTheKeyNothingIsTakenBack(t *testing.T) {
	a := accounts(20)
	l := newLedger(t, defaults(a), a)
	first := l.run()
	was := everything(t, l.path)
	l.keys = keychain.NewMemory() // another process without a keychain
	if _, err := l.takeBack(first.Run); core.AsFault(err).Code != "importer.image-key-lost" {
		t.Errorf("%v", err)
	}
	wantContents(t, "without key", l.path, was)
	if r := l.run(); r.Reason != "" {
		t.Errorf("the next import says %q", r.Reason)
	}
}

// mortalBack is a destination whose rows are put back in a process that may be killed.
type mortalBack struct {
	mortalDestination
	mortalSettler
	mortalFinder
	mortalKeeper
}

func (m mortalBack) PutBack(ctx context.Context, p core.Plan, columns []string, rows []core.Replaced, try bool) ([]core.Outcome, error) {
	return do(m.mortalDestination.k, "PutBack", func() ([]core.Outcome, error) {
		return m.mortalDestination.Destination.(core.Rememberer).PutBack(ctx, p, columns, rows, try)
	})
}

// mortalMemory is a journal with images in a process that may be killed.
type mortalMemory struct {
	mortalJournal
	importer.Memory
}

func (m mortalMemory) Remember(ctx context.Context, i importer.Image) error {
	return do0(m.k, "Remember", func() error { return m.Memory.Remember(ctx, i) })
}

func mortalBackOf(d core.Destination, k *killer) mortalBack {
	return mortalBack{mortalDestination{d, k}, mortalSettler{d, k}, mortalFinder{d, k}, mortalKeeper{d, k}}
}

func TestAKillAfterAnyStepOfTakingBackLosesNothingAndCountsOnce(t *testing.T) {
	t.Parallel()
	moved, second, before := move(t)
	plan, err := moved.rehearse(second.Run)
	if err != nil {
		t.Fatal(err)
	}
	moved.journal.Close()
	for at := range coretest.Steps() {
		l := moved.twin()
		process := func(at int) (importer.Receipt, *killer, error) {
			l.reopen()
			k := &killer{at: at}
			d := l.open()
			defer d.Close()
			r, err := importer.TakeBack(context.Background(), l.job(mortalBackOf(d, k), mortalMemory{mortalJournal{l.journal, k}, l.journal}), second.Run, nil)
			return r, k, err
		}
		r, k, err := process(at)
		if !k.dead() {
			if err != nil || at < 15 {
				t.Fatalf("%d steps: %v", at, err)
			}
			return
		}
		name := k.last()
		if err != nil {
			if !errors.Is(err, errKilled) {
				t.Fatalf("%s: %v", name, err)
			}
			if r, _, err = process(0); err != nil && core.AsFault(err).Code == "importer.taken-back-already" {
				r = l.entries()[0] // only its echo was lost
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		wantContents(t, name, l.path, before)
		for i, table := range r.Tables {
			if table.Counts != plan.Receipt.Tables[i].Counts {
				t.Errorf("%s: %s: %+v, want %+v", name, table.Title, table.Counts, plan.Receipt.Tables[i].Counts)
			}
		}
		if t.Failed() {
			return
		}
	}
}

func TestAnImportThatWasKilledAtAnyStepIsTakenBackWhole(t *testing.T) {
	t.Parallel()
	a, c := accounts(25), contacts(14)
	c.Records = c.Records[:12]
	imported := newLedger(t, household(a, c), a, c)
	imported.run()
	sqlOf(t, imported.path, "INSERT INTO person (contactid, fullname) VALUES ('by hand', 'Contact 13')")
	a, c = accounts(27), contacts(14)
	a.Records = append(a.Records[:22:22], a.Records[24:]...)
	a.Records[1].Values[1] = core.Text("New 1")
	c.Records = append(c.Records[:11:11], c.Records[13])
	imported.source.Set(a)
	imported.source.Set(c)
	before := everything(t, imported.path)
	imported.journal.Close()
	random := rand.New(rand.NewPCG(5, 6))
	for at := range coretest.Steps() {
		l := imported.twin()
		process := func(at int) (importer.Receipt, *killer, error) {
			l.reopen()
			k := &killer{at: at}
			d := l.open()
			defer d.Close()
			r, err := importer.Run(context.Background(), l.job(mortalBackOf(d, k), mortalMemory{mortalJournal{l.journal, k}, l.journal}), nil)
			return r, k, err
		}
		r, k, err := process(at)
		if !k.dead() {
			if err != nil || at < 30 {
				t.Fatalf("%d steps: %v", at, err)
			}
			return
		}
		name := k.last()
		if random.IntN(3) == 0 && err != nil { // it goes on before it is taken back
			if r, _, err = process(0); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			name += ", gone on"
		}
		l.reopen()
		if r.Run == "" || len(l.entries()) < 2 {
			wantContents(t, name, l.path, before)
			continue
		}
		// Where only the echo of the last note was lost, another import followed: it is taken back first.
		runs := l.entries()
		for _, newer := range runs[:len(runs)-1] {
			if _, err := l.takeBack(newer.Run); err != nil && core.AsFault(err).Code != "importer.newer-first" {
				t.Fatalf("%s: %v", name, err)
			}
		}
		wantContents(t, name, l.path, before)
		if t.Failed() {
			return
		}
	}
}

func (l *ledger) entries() []importer.Receipt {
	all, err := l.journal.Receipts(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	return all
}
