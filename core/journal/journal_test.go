package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
)

func opened(t *testing.T, path string, o Options) *Journal {
	t.Helper()
	j, err := Open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func codeOf(err error) string {
	var f *core.Fault
	if !errors.As(err, &f) {
		return fmt.Sprint(err)
	}
	return f.Code
}

func people() coretest.Data {
	text := func(name string) core.Field { return core.Field{Name: name, Type: core.TypeText, Readable: true} }
	d := coretest.NewData("contact", text("contactid"), text("fullname"))
	for i := range 60 {
		d.Add(fmt.Sprintf("00000000-0000-4000-8000-%012d", i), core.Text("hunter2"))
	}
	return d
}

func job(j *Journal, source core.Source, store *coretest.Store) importer.Job {
	return importer.Job{
		Source: source, Destination: store.Open(), Journal: j, To: "Memory", From: "Contoso", Who: "Ada",
		Mappings: []mapping.Mapping{mapping.Default(people().Table)},
	}
}

func TestAJournalIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := opened(t, path, Options{})
	if _, err := j.Claim(context.Background(), "name"); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
			t.Errorf("%s: %v, %v", filepath.Base(f), info.Mode(), err)
		}
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestTheHistoryIsReadWhileAnotherImports(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	importing, watching := opened(t, path, Options{}), opened(t, path, Options{})
	source := coretest.MemorySource(people())
	source.Server = 10
	var seen []importer.RunState
	source.BeforePage = func(ctx context.Context, n int, _ core.Page) error {
		runs, err := watching.Runs(ctx)
		if err != nil {
			return err
		}
		seen = append(seen, runs[0].State)
		if n == 5 {
			return errors.New("gone")
		}
		return nil
	}
	r, err := importer.Run(context.Background(), job(importing, source, coretest.NewStore(coretest.StoreOptions{})), nil)
	if err == nil || len(seen) != 5 {
		t.Fatalf("%v, seen %v", err, seen)
	}
	for _, s := range seen {
		if s != importer.Running {
			t.Errorf("seen as %s", s)
		}
	}
	runs, err := watching.Runs(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 1 || runs[0].State != importer.Interrupted || runs[0].Fault == nil || runs[0].Who != "Ada" || runs[0].From != "Contoso" {
		t.Errorf("the history tells %+v", runs)
	}
	if !reflect.DeepEqual(runs[0].Tables, r.Tables) || !runs[0].Tables[0].Balanced() {
		t.Errorf("the history counts %+v, the receipt %+v", runs[0].Tables, r.Tables)
	}
}

func TestARunThatNobodyWorksOnIsShownAsInterrupted(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	ctx := context.Background()
	e := importer.Entry{ID: "r", Name: "n", State: importer.Running, Started: time.Now()}
	if err := j.SaveRun(ctx, e); err != nil {
		t.Fatal(err)
	}
	if runs, err := j.Runs(ctx); err != nil || runs[0].State != importer.Interrupted {
		t.Errorf("%v, %v", runs, err)
	}
}

func TestRunsComeNewestFirst(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	ctx := context.Background()
	for _, id := range []string{"first", "second", "third"} {
		if err := j.SaveRun(ctx, importer.Entry{ID: id, Name: "n", State: importer.Complete, Started: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.SaveRun(ctx, importer.Entry{ID: "first", Name: "n", State: importer.Abandoned}); err != nil {
		t.Fatal(err)
	}
	runs, err := j.Runs(ctx)
	if err != nil || len(runs) != 3 || runs[0].Run != "third" || runs[2].Run != "first" || runs[2].State != importer.Abandoned || runs[2].Started.IsZero() {
		t.Errorf("%+v, %v", runs, err)
	}
}

func TestNoValueIsEverInTheJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := opened(t, path, Options{})
	source := coretest.MemorySource(people())
	source.Server = 10
	store := coretest.NewStore(coretest.StoreOptions{Refuse: func(_ core.Plan, r core.Record) *core.Fault {
		return &core.Fault{Kind: core.BadRecord, Code: "test.no", Cause: "No.", Remedy: "Mend it.", Owner: core.You,
			Subject: core.Subject{Key: r.Key, Value: "hunter2"}, Err: errors.New("hunter2")}
	}})
	if _, err := importer.Run(context.Background(), job(j, source, store), nil); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(path + "*") // the pattern is good
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("hunter2")) {
			t.Errorf("%s holds a value", filepath.Base(f))
		}
	}
}

func TestAJournalOfANewerFerryIsRefusedAndStaysAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := opened(t, path, Options{})
	if err := sqlitex.ExecuteTransient(j.file.Conn(), "PRAGMA user_version = 99", nil); err != nil {
		t.Fatal(err)
	}
	j.Close()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), path, Options{}); codeOf(err) != "journal.too-new" {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

func TestADamagedJournalSaysWhatToDo(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database at all\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), text, Options{}); codeOf(err) != "journal.damaged" {
		t.Errorf("text: %v", err)
	}

	other := filepath.Join(folder, "other.db")
	c, err := sqlite.OpenConn(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := sqlitex.ExecuteScript(c, "PRAGMA application_id = 7; CREATE TABLE t (x);", nil); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := Open(context.Background(), other, Options{}); codeOf(err) != "journal.damaged" {
		t.Errorf("another program's: %v", err)
	}

	broken := filepath.Join(folder, "broken.db")
	opened(t, broken, Options{}).Close()
	b, err := os.ReadFile(broken)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(b); i++ {
		b[i] = 0xee
	}
	if err := os.WriteFile(broken, b, 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := Open(context.Background(), broken, Options{})
	if err == nil {
		_, err = j.Runs(context.Background())
		j.Close()
	}
	if codeOf(err) != "journal.damaged" {
		t.Errorf("broken: %v", err)
	}
}

func TestAPartIsLeasedToOneWorker(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	clock := Options{Now: func() time.Time { return now }}
	a, b := opened(t, path, clock), opened(t, path, clock)
	ctx := context.Background()
	if err := a.SaveRun(ctx, importer.Entry{ID: "r", Name: "n", State: importer.Running}); err != nil {
		t.Fatal(err)
	}
	parts, err := a.Split(ctx, "r", "account", []core.Range{{Field: "id", To: "5"}, {Field: "id", From: "5"}})
	if err != nil || len(parts) != 2 || parts[1].Range.From != "5" {
		t.Fatal(parts, err)
	}
	claim := func(j *Journal, want bool) {
		t.Helper()
		if mine, err := j.ClaimPart(ctx, parts[0].ID); err != nil || mine != want {
			t.Errorf("got %t, %v", mine, err)
		}
	}
	claim(a, true)
	claim(a, true)
	claim(b, false)
	now = now.Add(leaseFor + time.Minute)
	claim(b, true) // a gave no sign of life
	claim(a, false)
	release, err := a.Claim(ctx, "n") // whoever has the run knows that the others are gone
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	claim(a, true)
	if again, err := b.Split(ctx, "r", "account", []core.Range{{}}); err != nil || len(again) != 2 {
		t.Errorf("it was cut anew: %v, %v", again, err)
	}
	if _, err := b.Claim(ctx, "n"); codeOf(err) != "importer.already-running" {
		t.Errorf("claimed twice: %v", err)
	}
}

func TestANoteTakesThePlaceOfOneThatDidNotArrive(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	ctx := context.Background()
	parts, err := j.Split(ctx, "r", "account", []core.Range{{}})
	if err != nil {
		t.Fatal(err)
	}
	refused := importer.Refusal{Table: "account", Key: "bad", Kind: core.Refused, Fault: importer.AlreadyRunning()}
	note := func(id string) importer.Batch {
		t.Helper()
		b := importer.Batch{
			ID: id, Run: "r", Mapping: "account", Part: parts[0].ID, Pass: 1, After: core.Bookmark{Address: "2"},
			Rows: []importer.BatchRow{{Key: "x"}, {Key: "y", Owed: 4, Known: true}}, Refused: []importer.Refusal{refused},
		}
		if err := j.Note(ctx, b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	note("1")
	b := note("2")
	open, err := j.Open(ctx, "r")
	if err != nil || len(open) != 1 || open[0].ID != "2" || !reflect.DeepEqual(open[0].Rows, b.Rows) || len(open[0].Refused) != 1 || open[0].After != b.After {
		t.Fatalf("open: %+v, %v", open, err)
	}
	if list, err := j.Exceptions(ctx, "r", 10); err != nil || len(list) != 0 {
		t.Errorf("a refusal is told before its batch is settled: %v, %v", list, err)
	}
	if err := j.Settle(ctx, importer.Settlement{Batch: b, Witness: "2", Counts: importer.Counts{Read: 3, Created: 2, Refused: 1}}); err != nil {
		t.Fatal(err)
	}
	list, err := j.Exceptions(ctx, "r", 10)
	if err != nil || len(list) != 1 || list[0].Key != "bad" || list[0].Fault.Code != "importer.already-running" || list[0].Fault.Subject.Key != "bad" {
		t.Errorf("exceptions %+v, %v", list, err)
	}
	now, err := j.Parts(ctx, "r")
	if err != nil || now[0].Batches != 2 || now[0].At != b.After || now[0].Counts.Read != 3 {
		t.Errorf("part %+v, %v", now, err)
	}
	if open, err := j.Open(ctx, "r"); err != nil || len(open) != 0 {
		t.Errorf("open: %v, %v", open, err)
	}
}

func TestRowsOfABatchComeBackAsTheyWere(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var rows []importer.BatchRow
	for i := range 500 {
		key := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", random.Uint32(), uint16(i), 0x4abc, 0x8def, random.Uint64()>>16)
		switch i % 5 {
		case 1:
			key = strings.ToUpper(key)
		case 2:
			key = strings.Repeat("ä", i)
		case 3:
			key = key[:35]
		}
		rows = append(rows, importer.BatchRow{Key: key, Owed: uint8(i), Known: i%3 == 0, Kind: core.OutcomeKind(i % 8), Was: core.OutcomeKind(i % 3)})
	}
	got, err := unpack(pack(rows))
	if err != nil || !reflect.DeepEqual(got, rows) {
		t.Errorf("they differ: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(pack([]importer.BatchRow{{Key: "a"}, {Key: "00000000-0000-4000-8000-000000000000", Known: true}}))
	f.Add([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		rows, err := unpack(in)
		if err != nil {
			return
		}
		again, err := unpack(pack(rows))
		if err != nil || !reflect.DeepEqual(rows, again) {
			t.Errorf("%v: %v is not %v", err, rows, again)
		}
	})
}

func TestTheNewestWholeRehearsalOfAMappingIsRemembered(t *testing.T) {
	ctx := context.Background()
	j, err := Open(ctx, filepath.Join(t.TempDir(), "journal.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for i, whole := range []bool{true, true, false} {
		r := importer.Rehearsal{Place: "sqlite:a", Source: "org", Whole: whole, Tables: []importer.RehearsedTable{{Mapping: "account", Digest: string(rune('a' + i))}}}
		if err := j.NoteRehearsal(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	all, err := j.Rehearsals(ctx, "sqlite:a")
	if err != nil || len(all) != 1 || all[0].Digest != "b" {
		t.Errorf("%+v, %v", all, err)
	}
	if other, err := j.Rehearsals(ctx, "sqlite:b"); err != nil || len(other) != 0 {
		t.Errorf("%+v, %v", other, err)
	}
}
