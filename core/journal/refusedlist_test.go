package journal

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/keychain"
)

// refusedMany is a run of which so many records wait.
func refusedMany(t testing.TB, j *Journal, id string, n int, called ...func(key string) []byte) {
	t.Helper()
	ctx := context.Background()
	run := importer.Entry{ID: id, Name: "n", Source: "s", Destination: "d", Place: "p", Digest: "x", State: importer.Complete, Started: time.Unix(int64(n), 0), Begun: true,
		Tables: []importer.RunTable{{Mapping: "account", Table: "account", To: "account"}}}
	if err := j.SaveRun(ctx, run); err != nil {
		t.Fatal(err)
	}
	parts, err := j.Split(ctx, id, "account", []core.Range{{}})
	if err != nil {
		t.Fatal(err)
	}
	words := []*core.Fault{
		{Kind: core.BadRecord, Code: "a.long", Cause: "The text is too long.", Remedy: "Shorten it.", Owner: core.You, Subject: core.Subject{Field: "name"}},
		{Kind: core.BadRecord, Code: "a.long", Cause: "The text of 300 signs is too long.", Remedy: "Shorten it.", Owner: core.You, Subject: core.Subject{Field: "name"}},
		{Kind: core.BadRecord, Code: "a.rule", Cause: "A rule refuses it.", Remedy: "Look at the rule.", Owner: core.You},
	}
	for at := 0; at < n; at += 5000 {
		s := importer.Settlement{Batch: importer.Batch{Run: id, Mapping: "account", Part: parts[0].ID, Pass: 1}}
		for i := at; i < min(n, at+5000); i++ {
			s.Counts.Read++
			s.Counts.Refused++
			r := importer.Refusal{Table: "account", Key: fmt.Sprintf("5f0c1a7e-0000-4000-8000-%012d", i), Kind: core.Refused, Fault: words[i%3]}
			for _, f := range called {
				r.Called = f(r.Key)
			}
			s.Exceptions = append(s.Exceptions, r)
		}
		if err := j.Settle(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAHundredThousandRefusedRecordsAreReadAFewAtATime(t *testing.T) {
	j := opened(t, t.TempDir()+"/journal.db", Options{})
	ctx := context.Background()
	refusedMany(t, j, "small", 1000)
	w, ok, err := j.LeftOver(ctx, "")
	if err != nil || !ok || w.Run.ID != "small" {
		t.Fatalf("%v %v: %+v", err, ok, w.Run)
	}
	cost := func(run string) float64 {
		places, err := j.WaitingPlaces(ctx, importer.WaitSearch{Run: run})
		if err != nil {
			t.Fatal(err)
		}
		last := places[len(places)-60:]
		return testing.AllocsPerRun(3, func() {
			if rows, err := j.WaitingRows(ctx, run, last); err != nil || rows[59].Key == "" {
				t.Fatal(err)
			}
		})
	}
	few := cost("small")
	many := 100_000
	if testing.Short() {
		many = 3000
	}
	refusedMany(t, j, "large", many)
	if w, _, err = j.Waiting(ctx, "large"); err != nil || len(w.Groups) != 2 || int(w.Groups[0].Records+w.Groups[1].Records) != many || w.Groups[0].Code != "a.long" {
		t.Fatalf("%v: %+v", err, w.Groups)
	}
	places, err := j.WaitingPlaces(ctx, importer.WaitSearch{Run: "large"})
	if err != nil || len(places) != many {
		t.Fatalf("%v: %d places", err, len(places))
	}
	if lot := cost("large"); lot > 1.2*few {
		t.Errorf("sixty records of %d cost %.0f allocations, of 1000 %.0f", many, lot, few)
	}
	found, err := j.WaitingPlaces(ctx, importer.WaitSearch{Run: "large", Text: fmt.Sprintf("%012d", many-1)})
	if err != nil || len(found) != 1 || found[0] != places[many-1] {
		t.Errorf("%v: found %d", err, len(found))
	}
	found, err = j.WaitingPlaces(ctx, importer.WaitSearch{Run: "large", Of: importer.Selection{Causes: []importer.Cause{w.Groups[1].Cause}}, Text: "RULE"})
	if err != nil || len(found) != many/3 {
		t.Errorf("%v: %d of one cause", err, len(found))
	}
	if w, ok, err = j.LeftOver(ctx, "p"); err != nil || !ok || w.Run.ID != "large" {
		t.Errorf("%v: %+v", err, w.Run)
	}
	if _, ok, err = j.LeftOver(ctx, "elsewhere"); err != nil || ok {
		t.Errorf("something waits elsewhere: %v", err)
	}
}

func TestAMendedValueLeavesNothingInTheFile(t *testing.T) {
	path := t.TempDir() + "/journal.db"
	j := opened(t, path, Options{})
	ctx := context.Background()
	at := time.Unix(1000, 0)
	for i := range 3 {
		if err := j.KeepMended(ctx, importer.MendedValue{Mapping: "account", Key: fmt.Sprint(i), Column: "name", Sealed: []byte("sealed-for-the-test"), Made: at}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.ForgetMended(ctx, "account", "0", "name"); err != nil {
		t.Fatal(err)
	}
	kept, err := j.MendedValues(ctx, "account")
	if err != nil || len(kept) != 2 || string(kept[0].Sealed) != "sealed-for-the-test" || !kept[0].Made.Equal(at) {
		t.Fatalf("%v: %+v", err, kept)
	}
	if n, err := j.ExpireMended(ctx, at); err != nil || n != 0 {
		t.Errorf("%v: %d forgotten too soon", err, n)
	}
	if n, err := j.ExpireMended(ctx, at.Add(time.Second)); err != nil || n != 2 {
		t.Errorf("%v: %d forgotten", err, n)
	}
	if kept, err = j.MendedValues(ctx, "account"); err != nil || len(kept) != 0 {
		t.Errorf("%v: %+v", err, kept)
	}
}

func TestWhatARetryHadSettledWaitsAgainWhenItIsTakenBack(t *testing.T) {
	j := opened(t, t.TempDir()+"/journal.db", Options{})
	ctx := context.Background()
	refusedMany(t, j, "first", 6)
	tables := []importer.RunTable{{Mapping: "account", Table: "account", To: "account"}}
	run := func(e importer.Entry) {
		t.Helper()
		e.Name, e.Source, e.Destination, e.Place, e.State, e.Begun, e.Tables = "n", "s", "d", "p", importer.Complete, true, tables
		if err := j.SaveRun(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	waiting := func() (n int64) {
		t.Helper()
		w, ok, err := j.Waiting(ctx, "first")
		if err != nil || !ok {
			t.Fatal(err)
		}
		for _, g := range w.Groups {
			n += g.Records
		}
		return n
	}
	run(importer.Entry{ID: "retry", Digest: "r", Retries: "first"})
	parts, err := j.Split(ctx, "retry", "account", []core.Range{{}})
	if err != nil {
		t.Fatal(err)
	}
	key := func(i int) string { return fmt.Sprintf("5f0c1a7e-0000-4000-8000-%012d", i) }
	again := importer.Refusal{Table: "account", Key: key(1), Kind: core.Refused, Fault: &core.Fault{Kind: core.BadRecord, Code: "a.other", Cause: "Another reason.", Remedy: "Look."}}
	b := importer.Batch{Run: "retry", Mapping: "account", Part: parts[0].ID, Pass: 1, Rows: []importer.BatchRow{{Key: key(0)}, {Key: key(1)}}}
	if err := j.Settle(ctx, importer.Settlement{Batch: b, Retries: "first", Source: "account", Exceptions: []importer.Refusal{again}, Counts: importer.Counts{Read: 2, Created: 1, Refused: 1}}); err != nil {
		t.Fatal(err)
	}
	if n := waiting(); n != 5 {
		t.Errorf("%d wait behind the retry", n)
	}
	out, err := j.Excepted(ctx, "first", "account", []string{key(0), key(2)})
	if err != nil || len(out) != 1 || out[key(2)] != core.Refused {
		t.Errorf("%v: still excepted: %v", err, out)
	}
	run(importer.Entry{ID: "back", Digest: "b", Undoes: "retry"})
	if n := waiting(); n != 6 {
		t.Errorf("%d wait when the retry was taken back", n)
	}
	run(importer.Entry{ID: "further back", Digest: "c", Undoes: "first"})
	if w, _, err := j.Waiting(ctx, "first"); err != nil || !w.Back || len(w.Groups) != 0 {
		t.Errorf("%v: %+v waits of an import that was taken back", err, w)
	}
}

// plainly is a Seal that counts what it opens, and keeps nobody out.
type plainly struct{ opened int }

func (*plainly) Close(about string, plain []byte) []byte {
	return append([]byte(about+"\x01"), plain...)
}
func (p *plainly) Open(about string, sealed []byte) ([]byte, bool) {
	p.opened++
	return bytes.CutPrefix(sealed, []byte(about+"\x01"))
}
func (*plainly) Lasting() bool { return true }

func TestRefusedRecordsAreSearchedByNameThoughNamesAreSealed(t *testing.T) {
	j := opened(t, t.TempDir()+"/journal.db", Options{})
	ctx := context.Background()
	const many = 18_000
	search := func(text string, seal importer.Seal) (int, time.Duration) {
		began := time.Now()
		found, err := j.WaitingPlaces(ctx, importer.WaitSearch{Run: "large", Text: text, Seal: seal})
		if err != nil {
			t.Fatal(err)
		}
		return len(found), time.Since(began)
	}
	box, err := keychain.OpenBox(ctx, keychain.NewMemory(), keychain.Name{Kind: "before-images"})
	if err != nil {
		t.Fatal(err)
	}
	refusedMany(t, j, "large", many, func(key string) []byte {
		return box.Close("called\x00account\x00"+key, []byte("Ünder "+key[len(key)-5:]+" Traders"))
	})
	if n, _ := search("ünder 17777 tr", nil); n != 0 {
		t.Errorf("what is sealed was found without the key: %d", n)
	}
	plain, plainTook := search("nobody has this", nil)
	named, namedTook := search("ünder 17777 tr", box)
	if plain != 0 || named != 1 {
		t.Errorf("found %d by name, and %d of nobody", named, plain)
	}
	t.Logf("of %d records, searching what is plain took %v, and names too %v", many, plainTook, namedTook) // of 100,000: 0.3 and 0.8 s
	for text, want := range map[string]int{"ÜNDER": many, "a rule refuses": many / 3, "000000009999": 1, "nobody has this": 0} {
		if n, _ := search(text, box); n != want {
			t.Errorf("%s: found %d, want %d", text, n, want)
		}
	}
	counts := &plainly{}
	if _, err := j.WaitingPlaces(ctx, importer.WaitSearch{Run: "large", Text: "is too long", Seal: counts}); err != nil || counts.opened > many/3+1 {
		t.Errorf("%v: %d names were opened that did not have to be", err, counts.opened)
	}
	if w, _, err := j.Waiting(ctx, "large"); err != nil || !w.Named {
		t.Errorf("%v: it is not said that names are kept", err)
	}
	if n, err := j.ExpireMended(ctx, time.Unix(many+1, 0)); err != nil || n != many {
		t.Errorf("%v: %d expired", err, n)
	}
	if n, _ := search("ünder", box); n != 0 {
		t.Errorf("after their time %d names are found", n)
	}
	if w, _, err := j.Waiting(ctx, "large"); err != nil || w.Named {
		t.Errorf("%v: it is said that names are kept", err)
	}
}
