package importer_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/keychain"
)

// named finds the records that wait by a text, and tells what they are called.
func (d *desk) named(run, text string, seal importer.Seal) (names []string) {
	d.t.Helper()
	ctx := context.Background()
	places, err := d.journal().WaitingPlaces(ctx, importer.WaitSearch{Run: run, Text: text, Seal: seal})
	if err != nil {
		d.t.Fatal(err)
	}
	rows, err := d.journal().WaitingRows(ctx, run, places)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range rows {
		names = append(names, importer.NameOf(seal, r.Mapping, r.Key, r.Called))
	}
	return names
}

// lastingKeys is a keychain as computers have one.
type lastingKeys struct{ *keychain.Memory }

func (lastingKeys) Lasting() bool { return true }

func sealOf(t *testing.T) importer.Seal {
	t.Helper()
	box, err := keychain.OpenBox(context.Background(), lastingKeys{keychain.NewMemory()}, keychain.Name{Kind: "before-images"})
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestWhatWaitsIsFoundByItsNameHoweverItCameToWait(t *testing.T) {
	data := companies(20, 3) // the destination refuses one
	for i := range data.Records {
		if i == 7 { // the mapping another
			data.Records[i].Values[len(data.Records[i].Values)-1] = core.Null()
		}
	}
	people := contacts(20)
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad, AssignsIDs: true}, data, people)
	for i := range d.job.Mappings {
		for k := range d.job.Mappings[i].Columns {
			switch b := &d.job.Mappings[i].Columns[k]; b.Column {
			case "numberofemployees":
				b.NotNull = true
			case "parentcustomerid":
				b.Resolve, b.NotNull = true, true
			}
		}
	}
	seal := sealOf(t)
	path := filepath.Join(t.TempDir(), "journal.db")
	now := time.Now()
	d.job.Journal, d.job.Seal, d.job.Now = open(t, path), seal, func() time.Time { return now }
	first := d.run()
	wants(t, first, "account", importer.Counts{Created: 18, Refused: 2})
	wants(t, first, "contact", importer.Counts{Created: 18, Skipped: 2})
	for text, want := range map[string]string{
		"BAD company": "bad Company 00000003", "company 00000007": "Company 00000007", "contact 7": "Contact 7", "contact 3": "Contact 3", "contact 5": "",
		"the name is bad": "bad Company 00000003", key("account", 7): "Company 00000007",
	} {
		got := d.named(first.Run, text, seal)
		if want == "" && len(got) != 0 || want != "" && strings.Join(got, "|") != want {
			t.Errorf("%s: found %q, want %q", text, got, want)
		}
	}
	if !d.waiting(first.Run).Named || len(d.named(first.Run, "bad company", nil)) != 0 || len(d.named(first.Run, "bad company", sealOf(t))) != 0 {
		t.Error("what is sealed is told without its key")
	}
	d.silent(path, "Company 00000007", "Contact 7")

	if err := importer.Mend(context.Background(), d.job, "account", key("account", 3), "name", "Fabrikam Traders"); err != nil {
		t.Fatal(err)
	}
	if got := d.named(first.Run, "fabrikam", seal); strings.Join(got, "|") != "bad Company 00000003" {
		t.Errorf("by the mended value it finds %q", got)
	}
	d.silent(path, "Fabrikam")

	now = now.AddDate(0, 0, 31)
	d.run()
	if got := d.named(first.Run, "company 00000007", seal); len(got) != 0 {
		t.Errorf("after its time it finds %q", got)
	}
	if got := d.named(first.Run, key("account", 7), seal); strings.Join(got, "|") != "" {
		t.Errorf("by its id it finds %q", got)
	}
}

// silent looks for texts in the files of the journal.
func (d *desk) silent(path string, texts ...string) {
	d.t.Helper()
	files, _ := filepath.Glob(path + "*")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(raw, []byte(text)) {
				d.t.Errorf("%s tells of %s", filepath.Base(file), text)
			}
		}
	}
}

func TestWithoutKeyOrTimeNoNameIsKept(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad}, companies(5, 3))
	if r := d.run(); d.waiting(r.Run).Named {
		t.Error("there is no key, and a name is kept")
	}
	d.job.Seal, d.job.KeepFor = sealOf(t), -1
	if r := d.run(); d.waiting(r.Run).Named {
		t.Error("nothing is to be kept, and a name is")
	}
}

func TestAnUnsureRecordKeepsItsNameThroughARetry(t *testing.T) {
	o, lost := lostly(coretest.StoreOptions{NotFinder: true})
	d := newDesk(t, o, companies(5))
	d.job.Seal = sealOf(t)
	first := d.run()
	wants(t, first, "account", importer.Counts{Unsure: 5})
	*lost = false
	if got := d.named(first.Run, "company 00000002", d.job.Seal); strings.Join(got, "|") != "Company 00000002" {
		t.Errorf("it finds %q", got)
	}
	again := d.mustRetry(first.Run)
	wants(t, again, "account", importer.Counts{Unsure: 5})
	if got := d.named(first.Run, "company 00000002", d.job.Seal); strings.Join(got, "|") != "Company 00000002" {
		t.Errorf("after a retry it finds %q", got)
	}
}
