package importer_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
)

func field(name string, t core.FieldType, targets ...string) core.Field {
	return core.Field{Name: name, Display: name, Type: t, Targets: targets, Readable: true, Writable: true}
}

func key(table string, n int) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012d", table[0], n)
}

// accounts makes n accounts; each points at the one before it as its parent, and at the contact of its number.
func accounts(n int) coretest.Data {
	d := coretest.NewData("account", field("accountid", core.TypeID), field("name", core.TypeText),
		field("parentaccountid", core.TypeLookup, "account"), field("primarycontactid", core.TypeLookup, "contact"))
	for i := range n {
		parent := core.Null()
		if i > 0 {
			parent = core.Ref("account", key("account", i-1))
		}
		d.Add(key("account", i), core.Text(fmt.Sprint("Account ", i)), parent, core.Ref("contact", key("contact", i)))
	}
	return d
}

// contacts makes n contacts; each belongs to the account of its number.
func contacts(n int) coretest.Data {
	d := coretest.NewData("contact", field("contactid", core.TypeID), field("fullname", core.TypeText),
		field("parentcustomerid", core.TypeCustomer, "account", "contact"))
	for i := range n {
		d.Add(key("contact", i), core.Text(fmt.Sprint("Contact ", i)), core.Ref("account", key("account", i)))
	}
	return d
}

func open(t *testing.T, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(context.Background(), path, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func defaults(data ...coretest.Data) (all []mapping.Mapping) {
	for _, d := range data {
		all = append(all, mapping.Default(d.Table))
	}
	return all
}

func sum(t *testing.T, r importer.Receipt, table string) importer.TableReceipt {
	t.Helper()
	for _, x := range r.Tables {
		if x.Table == table {
			if !x.Balanced() {
				t.Errorf("the counts of %s do not add up: %+v", table, x.Counts)
			}
			return x
		}
	}
	t.Fatalf("the receipt has no table %s", table)
	return importer.TableReceipt{}
}

// wants compares the counts of a table that was read to its end.
func wants(t *testing.T, r importer.Receipt, table string, want importer.Counts) {
	t.Helper()
	want.Read = want.Created + want.Updated + want.Unchanged + want.Removed + want.Skipped + want.Refused + want.Unsure
	if got := sum(t, r, table).Counts; got != want {
		t.Errorf("%s: got %+v, want %+v", table, got, want)
	}
}

func TestTwoTablesArriveWholeAndASecondRunFindsThemUnchanged(t *testing.T) {
	source := coretest.MemorySource(accounts(250), contacts(120))
	store := coretest.NewStore(coretest.StoreOptions{})
	job := importer.Job{
		Source: source, Destination: store.Open(), Mappings: defaults(contacts(0), accounts(0)),
		Journal: open(t, filepath.Join(t.TempDir(), "journal.db")), From: "Contoso", To: "Memory", Who: "Ada",
	}
	r, err := importer.Run(context.Background(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.State != importer.Complete || r.Reason != "" {
		t.Errorf("state %q, reason %q", r.State, r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 250})
	wants(t, r, "contact", importer.Counts{Created: 120})
	if n := len(store.Rows("account")); n != 250 {
		t.Errorf("%d accounts arrived", n)
	}

	again, err := importer.Run(context.Background(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	if again.Run == r.Run || again.Reason != "" {
		t.Errorf("a finished run was continued, or a reason was made up: %q", again.Reason)
	}
	wants(t, again, "account", importer.Counts{Unchanged: 250})
	wants(t, again, "contact", importer.Counts{Unchanged: 120})
}
