package importer_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/journal"
)

// openSeal is a Seal that anybody can open, and that knows what belongs together.
type openSeal struct{}

func (openSeal) Close(about string, plain []byte) []byte { return []byte(about + "\x01" + rot(plain)) }
func (openSeal) Open(about string, sealed []byte) ([]byte, bool) {
	text, ok := strings.CutPrefix(string(sealed), about+"\x01")
	return []byte(rot([]byte(text))), ok
}
func (openSeal) Lasting() bool { return true }

func rot(in []byte) string {
	out := make([]byte, len(in))
	for i, b := range in {
		out[i] = b ^ 0x55
	}
	return string(out)
}

// noBad refuses records whose name is bad.
func noBad(p core.Plan, r core.Record) *core.Fault {
	for i, c := range p.Columns {
		if c.Name == "name" && strings.HasPrefix(r.Values[i].AsText(), "bad") {
			return &core.Fault{Kind: core.BadRecord, Code: "memory.bad-name", Owner: core.You, Cause: "The name is bad.", Remedy: "Mend it.",
				Subject: core.Subject{Table: p.Source, Key: r.Key, Field: c.Name}}
		}
	}
	return nil
}

// companies are accounts without parents; some have a bad name.
func companies(n int, bad ...int) coretest.Data {
	d := coretest.NewData("account", field("accountid", core.TypeID), field("name", core.TypeText), field("numberofemployees", core.TypeInteger))
	for i := range n {
		name := "Company " + key("account", i)[28:]
		for _, b := range bad {
			if b == i {
				name = "bad " + name
			}
		}
		d.Add(key("account", i), core.Text(name), core.Int(int64(i)))
	}
	return d
}

func (d *desk) retry(run string, only importer.Selection) (importer.Receipt, error) {
	d.t.Helper()
	j := d.job
	j.Retry = &importer.Retry{Run: run, Only: only}
	return importer.Run(context.Background(), j, nil)
}

func (d *desk) mustRetry(run string) importer.Receipt {
	d.t.Helper()
	r, err := d.retry(run, importer.Selection{})
	if err != nil || r.State != importer.Complete {
		d.t.Fatalf("the retry is %s: %v", r.State, err)
	}
	return r
}

func (d *desk) journal() *journal.Journal { return d.job.Journal.(*journal.Journal) }

func (d *desk) waiting(run string) importer.WaitList {
	d.t.Helper()
	w, ok, err := d.journal().Waiting(context.Background(), run)
	if err != nil || !ok {
		d.t.Fatal("nothing is known of the run", err)
	}
	return w
}

func code(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || core.AsFault(err).Code != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestWhatWasRefusedIsMendedRetriedAndCountedOnce(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad}, companies(50, 3, 7))
	d.job.Seal = openSeal{}
	path := filepath.Join(t.TempDir(), "journal.db")
	d.job.Journal = open(t, path)
	first := d.run()
	wants(t, first, "account", importer.Counts{Created: 48, Refused: 2})
	w := d.waiting(first.Run)
	if len(w.Groups) != 1 || w.Groups[0].Records != 2 || w.Groups[0].Code != "memory.bad-name" || w.Groups[0].Field != "name" || w.Groups[0].Fault.Remedy != "Mend it." {
		t.Fatalf("the two of one cause are %+v", w.Groups)
	}
	mend := func(n int, text string) error {
		return importer.Mend(context.Background(), d.job, "account", key("account", n), "name", text)
	}
	if err := mend(3, "Mended"); err != nil {
		t.Fatal(err)
	}
	code(t, importer.Mend(context.Background(), d.job, "account", key("account", 3), "numberofemployees", "many"), "importer.mended-not-taken")
	code(t, importer.Mend(context.Background(), d.job, "account", key("account", 3), "colour", "red"), "importer.mended-no-field")
	x, err := importer.Examine(context.Background(), d.job, "account", key("account", 3), true)
	if err != nil || !x.Fields[0].Given || x.Fields[0].Result.AsText() != "Mended" || !strings.HasPrefix(x.Fields[0].From[0].Value.AsText(), "bad") || !x.Looks || len(x.Hits) != 0 {
		t.Errorf("%v, it is shown as %+v", err, x)
	}

	d.job.Journal = open(t, path) // Ferry was started anew
	reads := len(d.source.Reads())
	again := d.mustRetry(first.Run)
	wants(t, again, "account", importer.Counts{Created: 1, Refused: 1})
	if again.Retries != first.Run || again.Run == first.Run {
		t.Errorf("it is no retry of the run: %+v", again)
	}
	for _, q := range d.source.Reads()[reads:] {
		if q.Table == "account" && len(q.Keys) == 0 {
			t.Error("the retry reads more than its records")
		}
	}
	if w := d.waiting(first.Run); len(w.Groups) != 1 || w.Groups[0].Records != 1 || w.Run.ID != first.Run {
		t.Errorf("what was created is still on the list: %+v", w.Groups)
	}
	for _, row := range d.store.Rows("account") {
		if row.Key == key("account", 3) && row.Values["name"].AsText() != "Mended" {
			t.Errorf("the name is %q", row.Values["name"].AsText())
		}
	}

	if err := mend(7, "Mended too"); err != nil {
		t.Fatal(err)
	}
	last := d.mustRetry(again.Run) // of the retry, which is the same list
	wants(t, last, "account", importer.Counts{Created: 1})
	if last.Retries != first.Run {
		t.Errorf("it hangs on %s", last.Retries)
	}
	_, err = d.retry(first.Run, importer.Selection{})
	code(t, err, "importer.retry-nothing")

	full := d.run()
	wants(t, full, "account", importer.Counts{Unchanged: 50})
	if notes := strings.Join(sum(t, full, "account").Notes, " "); !strings.Contains(notes, "For 2 records") {
		t.Errorf("the import does not say that it used mended values: %q", notes)
	}
	_, err = d.retry(first.Run, importer.Selection{})
	code(t, err, "importer.retry-nothing")
}

func TestAMendedValueDoesNotHideACorrectionAndEnds(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad}, companies(3, 1))
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	d.job.Seal, d.job.Now = openSeal{}, func() time.Time { return now }
	first := d.run()
	if err := importer.Mend(context.Background(), d.job, "account", key("account", 1), "name", "Mended"); err != nil {
		t.Fatal(err)
	}
	d.mustRetry(first.Run)
	name := func() string { return d.store.Rows("account")[2].Values["name"].AsText() }
	if name() != "Mended" {
		t.Fatalf("the name is %q", name())
	}
	better := companies(3)
	d.source.Set(better)
	wants(t, d.run(), "account", importer.Counts{Updated: 1, Unchanged: 2})
	if name() != "Company 00000001" {
		t.Errorf("the correction in Dynamics is hidden: %q", name())
	}
	x, err := importer.Examine(context.Background(), d.job, "account", key("account", 1), false)
	if err != nil || !x.Fields[0].Stale || x.Fields[0].Result.AsText() != "Company 00000001" {
		t.Errorf("%v, what was given holds on: %+v", err, x.Fields)
	}
	d.source.Set(companies(3, 1))
	wants(t, d.run(), "account", importer.Counts{Updated: 1, Unchanged: 2})
	now = now.AddDate(0, 0, 31)
	r := d.run()
	wants(t, r, "account", importer.Counts{Unchanged: 2, Refused: 1})
	kept, err := d.journal().MendedValues(context.Background(), "account")
	if err != nil || len(kept) != 0 || strings.Contains(strings.Join(sum(t, r, "account").Notes, " "), "mended") {
		t.Errorf("%v, kept are %d", err, len(kept))
	}
}

func TestAMendedValueIsOnlyKeptSealed(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad}, companies(3, 1))
	first := d.run()
	code(t, importer.Mend(context.Background(), d.job, "account", key("account", 1), "name", "Mended"), "importer.mended-not-kept")
	d.job.Seal = openSeal{}
	if err := importer.Mend(context.Background(), d.job, "account", key("account", 1), "name", "Mended"); err != nil {
		t.Fatal(err)
	}
	d.job.Seal = nil // the key is gone
	r := d.mustRetry(first.Run)
	wants(t, r, "account", importer.Counts{Refused: 1})
	if notes := sum(t, r, "account").Notes; len(notes) != 1 || !strings.Contains(notes[0], "the key for them") {
		t.Errorf("it does not say that the values could not be opened: %q", notes)
	}
	if err := d.journal().ForgetMended(context.Background(), "account", key("account", 1), "name"); err != nil {
		t.Fatal(err)
	}
	d.job.Seal = openSeal{}
	wants(t, d.mustRetry(first.Run), "account", importer.Counts{Refused: 1})
}

func TestARetryOfSomeLeavesTheOthers(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad}, companies(20, 3, 7, 9))
	d.store.Spoil(key("account", 5))
	first := d.run()
	wants(t, first, "account", importer.Counts{Created: 16, Refused: 4})
	d.source.Set(companies(20, 9))
	r, err := d.retry(first.Run, importer.Selection{Records: []importer.WaitsFor{{Mapping: "account", Key: key("account", 3)}}})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, r, "account", importer.Counts{Created: 1})
	groups := d.waiting(first.Run).Groups
	if len(groups) != 2 || groups[0].Records != 2 {
		t.Fatalf("what waits: %+v", groups)
	}
	r, err = d.retry(first.Run, importer.Selection{Causes: []importer.Cause{groups[0].Cause}})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, r, "account", importer.Counts{Created: 1, Refused: 1})
	places, err := d.journal().WaitingPlaces(context.Background(), importer.WaitSearch{Run: first.Run})
	if err != nil || len(places) != 2 {
		t.Fatalf("%v, %d wait", err, len(places))
	}
	if places, err = d.journal().WaitingPlaces(context.Background(), importer.WaitSearch{Run: first.Run, Text: "does not take"}); err != nil || len(places) != 1 {
		t.Fatalf("%v, found %d by its reason", err, len(places))
	}
	rows, err := d.journal().WaitingRows(context.Background(), first.Run, places)
	if err != nil || rows[0].Key != key("account", 5) || rows[0].Mapping != "account" {
		t.Errorf("%v, %+v", err, rows)
	}
}

func TestWhatIsGoneOrLeftTheFilterLeavesTheList(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad}, companies(20, 3, 7))
	first := d.run()
	gone := companies(20, 3, 7)
	gone.Records = append(gone.Records[:3], gone.Records[4:]...)
	d.source.Set(gone)
	r := d.mustRetry(first.Run)
	wants(t, r, "account", importer.Counts{Skipped: 1, Refused: 1})
	if r.Refusals[1].Fault.Code != "importer.gone-since" {
		t.Errorf("the reason is %+v", r.Refusals[1].Fault)
	}
	if groups := d.waiting(first.Run).Groups; len(groups) != 1 || groups[0].Records != 1 {
		t.Errorf("what waits: %+v", groups)
	}
}

func TestChildrenWaitAndComeWithTheirParent(t *testing.T) {
	a, c := accounts(10), contacts(10)
	for i := range a.Records { // no circle
		a.Records[i].Values[2], a.Records[i].Values[3] = core.Null(), core.Null()
	}
	d := newDesk(t, coretest.StoreOptions{AssignsIDs: true}, a, c)
	for i := range d.job.Mappings {
		for k := range d.job.Mappings[i].Columns {
			if b := &d.job.Mappings[i].Columns[k]; b.Column == "parentcustomerid" {
				b.Resolve, b.NotNull = true, true
			}
		}
	}
	d.store.Spoil(key("account", 4))
	first := d.run()
	wants(t, first, "account", importer.Counts{Created: 9, Refused: 1})
	wants(t, first, "contact", importer.Counts{Created: 9, Skipped: 1})
	child := importer.Selection{Records: []importer.WaitsFor{{Mapping: "contact", Key: key("contact", 4)}}}
	r, err := d.retry(first.Run, child)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, r, "contact", importer.Counts{Skipped: 1})
	d.store.Heal(key("account", 4))
	r = d.mustRetry(first.Run)
	wants(t, r, "account", importer.Counts{Created: 1})
	wants(t, r, "contact", importer.Counts{Created: 1})
	if groups := d.waiting(first.Run).Groups; len(groups) != 0 {
		t.Errorf("what waits: %+v", groups)
	}
}

func TestANewerImportTakesTheListOver(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad}, companies(20, 3))
	first := d.run()
	second := d.run()
	wants(t, second, "account", importer.Counts{Unchanged: 19, Refused: 1})
	_, err := d.retry(first.Run, importer.Selection{})
	code(t, err, "importer.retry-overtaken")
	if groups := d.waiting(first.Run).Groups; len(groups) != 1 || groups[0].Overtaken != second.Run {
		t.Errorf("it is not said that another list counts: %+v", groups)
	}
	d.source.Set(companies(20))
	wants(t, d.mustRetry(second.Run), "account", importer.Counts{Created: 1})
	_, err = d.retry("nobody", importer.Selection{})
	code(t, err, "importer.retry-no-run")
	d.store.SetIdentity(core.Identity{ID: "another"})
	_, err = d.retry(second.Run, importer.Selection{})
	code(t, err, "importer.retry-elsewhere")
}

// lostly loses the answer of every write until it is told otherwise.
func lostly(o coretest.StoreOptions) (coretest.StoreOptions, *bool) {
	lost := true
	o.AssignsIDs, o.Doubles, o.NotSettler = true, true, true
	o.Answer = func(_ int, outcomes []core.Outcome) ([]core.Outcome, error) {
		if lost {
			for i := range outcomes {
				outcomes[i] = core.Outcome{Kind: core.Unsure}
			}
		}
		return outcomes, nil
	}
	return o, &lost
}

func TestWhatIsUnsureIsLookedUpBeforeARetrySendsIt(t *testing.T) {
	o, lost := lostly(coretest.StoreOptions{NotFinder: true})
	d := newDesk(t, o, companies(5))
	first := d.run()
	wants(t, first, "account", importer.Counts{Unsure: 5})
	*lost = false
	d.store.Finds() // from here on it can be asked
	d.job.Destination = d.store.Open()
	d.store.Remove("account", key("account", 2))
	d.store.Edit("account", key("account", 3), map[string]core.Value{"name": core.Text("Ada wrote this")})
	x, err := importer.Examine(context.Background(), d.job, "account", key("account", 3), true)
	if err != nil || len(x.Hits) != 1 || !x.Hits[0].ByKey || x.Hits[0].Values[0].AsText() != "Ada wrote this" {
		t.Errorf("%v, found %+v", err, x.Hits)
	}
	writes := d.store.Writes()
	if _, err := d.retry(first.Run, importer.Selection{Records: []importer.WaitsFor{{Mapping: "account", Key: key("account", 0)}, {Mapping: "account", Key: key("account", 1)}, {Mapping: "account", Key: key("account", 2)}}}); err != nil {
		t.Fatal(err)
	}
	if d.store.Writes() != writes {
		t.Error("what was found was sent, or what was not")
	}
	groups := d.waiting(first.Run).Groups
	if len(groups) != 2 || groups[0].Records+groups[1].Records != 3 {
		t.Fatalf("what waits: %+v", groups)
	}
}

func TestAPersonSaysWhatBecameOfWhatIsUnsure(t *testing.T) {
	o, lost := lostly(coretest.StoreOptions{NotFinder: true})
	d := newDesk(t, o, companies(4))
	first := d.run()
	*lost = false
	d.store.Remove("account", key("account", 1))
	r := d.mustRetry(first.Run)
	wants(t, r, "account", importer.Counts{Unsure: 4})
	if r.Refusals[0].Fault.Code != "importer.not-found" {
		t.Errorf("the reason is %+v", r.Refusals[0].Fault)
	}
	said := func(n int, v *importer.Verdict) {
		if err := d.journal().KeepVerdict(context.Background(), first.Run, "account", key("account", n), v); err != nil {
			t.Fatal(err)
		}
	}
	said(0, &importer.Verdict{There: true, ID: "id-1"})
	said(1, &importer.Verdict{})
	said(2, &importer.Verdict{})
	said(2, nil) // withdrawn
	r = d.mustRetry(first.Run)
	wants(t, r, "account", importer.Counts{Created: 1, Unchanged: 1, Unsure: 2})
	if n := len(d.store.Rows("account")); n != 4 {
		t.Errorf("%d rows are there", n)
	}
	id, err := d.job.Destination.Identity(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	pairs, err := d.journal().Pairs(context.Background(), id.ID, "account", []string{key("account", 0)})
	if err != nil || pairs[key("account", 0)] != "id-1" {
		t.Errorf("%v, the one that was picked is not known: %v", err, pairs)
	}
	if groups := d.waiting(first.Run).Groups; len(groups) != 1 || groups[0].Records != 2 {
		t.Errorf("what waits: %+v", groups)
	}
}
