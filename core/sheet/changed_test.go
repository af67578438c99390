package sheet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// at9 is a clock of which each run takes the next minute.
func at9(minute int) func() time.Time {
	return func() time.Time { return time.Date(2026, 11, 21, 9, minute, 5, 0, time.UTC) }
}

// run is one import into files of changed rows: it begins, writes and finishes.
func run(t *testing.T, d core.Destination, n int, p core.Plan, records ...core.Record) {
	t.Helper()
	filesOf(d).now = at9(n)
	if err := d.(core.Starter).Start(t.Context(), core.Identity{ID: "one", Generation: int64(n)}); err != nil {
		t.Fatal(err)
	}
	batch := strconv.Itoa(n)
	for _, r := range records {
		batch += fmt.Sprint(r.Key, r.Gone, r.Values)
	}
	brought(t, d, p, batch, records...)
}

func named(i int, name string) core.Record {
	return core.Record{Key: key(i), Values: []core.Value{core.Text(name)}}
}

func key(i int) string { return "k" + strconv.Itoa(i) }

func names(table string) core.Plan {
	p := accounts()
	p.ID, p.Source, p.Table, p.Key, p.Columns = table, table, table, table+"id", p.Columns[:1]
	return p
}

func TestOnlyTheChangedRowsComeIntoANewFileEachTime(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t, "only-changes", "true", "encoding", "utf-8")
	p := names("account")
	run(t, d, 1, p, named(1, "Contoso"), named(2, "Fabrikam"), named(3, "Northwind"))
	if said := d.Remark(p); said != "The 3 rows that changed are in “"+filepath.Join(d.place, "account 2026-11-21 09.01.05.csv")+"”." {
		t.Errorf("the receipt would say %q", said)
	}
	run(t, d, 2, p, named(1, "Contoso"), named(2, "=Fabrikam"), named(4, "Tailspin"), core.Record{Key: key(3), Gone: true})
	if said := d.Remark(p); !strings.Contains(said, "The 3 rows that changed are in") || !strings.Contains(said, "One text has an apostrophe in front") {
		t.Errorf("the receipt would say %q", said)
	}
	run(t, d, 3, p, named(1, "Contoso"))
	if said := d.Remark(p); said != "Nothing changed, so no file was written." {
		t.Errorf("the receipt would say %q", said)
	}
	run(t, d, 4, p, named(1, ""))
	for name, want := range map[string]string{
		"account 2026-11-21 09.01.05.csv": key(1) + ",Contoso,new\r\n" + key(2) + ",Fabrikam,new\r\n" + key(3) + ",Northwind,new\r\n",
		"account 2026-11-21 09.02.05.csv": key(2) + ",'=Fabrikam,changed\r\n" + key(4) + ",Tailspin,new\r\n" + key(3) + ",,gone\r\n",
		"account 2026-11-21 09.04.05.csv": key(1) + ",\"\",changed\r\n",
	} {
		if text := content(t, at.folder, name); text != "accountid,name,_change\r\n"+want {
			t.Errorf("%s is\n%s", name, text)
		}
	}
	if all := namesIn(t, at.folder); len(all) != 3 {
		t.Errorf("the folder has %q", all)
	}
	if c := states(t, d)["files"]; c.State != core.CheckPassed || !strings.Contains(c.Detail, "account 2026-11-21 09.04.05.csv") {
		t.Errorf("the check says %+v", c)
	}
}

func TestAFileOfChangedRowsNeverTakesThePlaceOfAnother(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t, "only-changes", "true")
	p := names("account")
	if err := os.MkdirAll(at.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, theirs := range []string{"account.csv", "account 2026-11-21 09.01.05.csv"} {
		if err := os.WriteFile(filepath.Join(at.folder, theirs), []byte("theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, d, 1, p, named(1, "Contoso"))
	run(t, d, 1, p, named(1, "Fabrikam")) // the same second
	want := []string{"account 2026-11-21 09.01.05 (2).csv", "account 2026-11-21 09.01.05 (3).csv", "account 2026-11-21 09.01.05.csv", "account.csv"}
	if all := namesIn(t, at.folder); !slices.Equal(all, want) {
		t.Errorf("the folder has %q", all)
	}
	if content(t, at.folder, want[2]) != "theirs" || content(t, at.folder, want[3]) != "theirs" || !strings.Contains(content(t, at.folder, want[1]), "Fabrikam,changed") {
		t.Error("a file was written over")
	}
}

func TestTheTablesOfARunShareAWorkbookOfChangedRows(t *testing.T) {
	at := placeOf(t)
	e := at.excel(t, "only-changes", "true")
	account, contact := names("account"), names("contact")
	long := strings.Repeat("long ", 10_000)
	run(t, e, 1, account, named(1, "Contoso"), named(2, long))
	run(t, e, 1, contact, named(1, "Ada"))
	first := filepath.Join(at.folder, "out 2026-11-21 09.01.05.xlsx")
	if list := workbookAt(t, first).GetSheetList(); !slices.Equal(list, []string{"account", "account (long texts)", "contact"}) {
		t.Errorf("the sheets are %q", list)
	}
	was := content(t, first)
	run(t, e, 2, account, named(1, "Contoso"), named(2, long))
	run(t, e, 2, contact, named(1, "Grace"))
	second := filepath.Join(at.folder, "out 2026-11-21 09.02.05.xlsx")
	if list := workbookAt(t, second).GetSheetList(); !slices.Equal(list, []string{"contact"}) {
		t.Errorf("the sheets are %q", list)
	}
	if rows := sheetRows(t, second, "contact"); len(rows) != 2 || !slices.Equal(rows[1][1:], []string{"Grace", "changed"}) || content(t, first) != was {
		t.Errorf("the second workbook has %q", rows)
	}
	if said := e.Remark(account); said != "Nothing changed, so no file was written." {
		t.Errorf("the receipt would say %q", said)
	}
	// Somebody who saves the workbook while the run goes on keeps it; so does a table that changes twice in a run.
	run(t, e, 3, account, named(1, "Fabrikam"))
	third := filepath.Join(at.folder, "out 2026-11-21 09.03.05.xlsx")
	if err := os.WriteFile(third, []byte("saved"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, e, 3, contact, named(1, "Edsger"))
	if content(t, third) != "saved" || len(sheetRows(t, filepath.Join(at.folder, "out 2026-11-21 09.03.05 (2).xlsx"), "contact")) != 2 {
		t.Error("a workbook that somebody saved was written over")
	}
	run(t, e, 3, contact, named(1, "Barbara"))
	if rows := sheetRows(t, filepath.Join(at.folder, "out 2026-11-21 09.03.05 (3).xlsx"), "contact"); len(rows) != 2 || rows[1][1] != "Barbara" {
		t.Errorf("the rows are %q", rows)
	}
}

// Who turns the setting off again has the whole table, with what came meanwhile.
func TestTheWholeFileComesBackWhenTheSettingIsTurnedOff(t *testing.T) {
	at := placeOf(t)
	p := names("account")
	d := at.csv(t, "encoding", "utf-8")
	run(t, d, 1, p, named(1, "Contoso"))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = at.csv(t, "encoding", "utf-8", "only-changes", "true")
	run(t, d, 2, p, named(2, "Fabrikam"))
	if text := content(t, at.folder, "account.csv"); strings.Contains(text, "Fabrikam") {
		t.Errorf("the whole file was written: %q", text)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = at.csv(t, "encoding", "utf-8")
	run(t, d, 3, p)
	if text := content(t, at.folder, "account.csv"); text != "accountid,name\r\nk1,Contoso\r\nk2,Fabrikam\r\n" {
		t.Errorf("the file is %q", text)
	}
	if all := namesIn(t, at.folder); len(all) != 2 {
		t.Errorf("the folder has %q", all)
	}
}

func TestWhatIsTakenBackIsAChange(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t, "only-changes", "true", "encoding", "utf-8")
	p := names("account")
	run(t, d, 1, p, named(1, "Contoso"))
	if err := d.Start(t.Context(), core.Identity{ID: "one", Generation: 2}); err != nil {
		t.Fatal(err)
	}
	var columns []string
	var replaced []core.Replaced
	_, err := d.Write(t.Context(), p, core.Batch{ID: "b2", Pass: 1, Rows: []core.Record{named(1, "Fabrikam"), named(2, "Northwind")},
		Before: func(c []string, r []core.Replaced) error { columns, replaced = c, r; return nil }})
	if err != nil {
		t.Fatal(err)
	}
	d.now = at9(2)
	if err := d.Finish(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context(), core.Identity{ID: "one", Generation: 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.PutBack(t.Context(), p, columns, replaced, false); err != nil {
		t.Fatal(err)
	}
	d.now = at9(3)
	if err := d.Finish(t.Context(), core.Plan{ID: "m1", Source: "account", Table: "account"}); err != nil {
		t.Fatal(err)
	}
	want := "accountid,name,_change\r\n" + key(1) + ",Contoso,changed\r\n" + key(2) + ",,gone\r\n"
	if text := content(t, at.folder, "account 2026-11-21 09.03.05.csv"); text != want {
		t.Errorf("the file is %q", text)
	}
}

// Wherever a kill meets Finish, the next one ends with each change told once.
func TestAKillTellsNoChangeTwiceAndNoneNever(t *testing.T) {
	for when := range 4 {
		at := placeOf(t)
		p := names("account")
		d := at.csv(t, "only-changes", "true", "encoding", "utf-8")
		run(t, d, 1, p, named(1, "Contoso"))
		d.now = at9(2)
		if err := d.Start(t.Context(), core.Identity{ID: "one", Generation: 2}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Write(t.Context(), p, core.Batch{ID: "b2", Pass: 1, Rows: []core.Record{named(1, "Fabrikam"), named(2, "Northwind")}}); err != nil {
			t.Fatal(err)
		}
		d.Spool = &powerless{Spool: d.Spool, when: when}
		if err := d.Finish(t.Context(), p); err == nil {
			t.Fatalf("at %d: nothing happened", when)
		}
		if when == 3 { // and somebody cleans up what looks like nobody's
			parts, err := filepath.Glob(filepath.Join(at.folder, ".ferry-*"))
			if err != nil || len(parts) != 1 {
				t.Fatalf("%v, %v", parts, err)
			}
			if err := os.Remove(parts[0]); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		d = at.csv(t, "only-changes", "true", "encoding", "utf-8")
		run(t, d, 2, p)
		run(t, d, 3, p)
		want := key(1) + ",Fabrikam,changed\r\n" + key(2) + ",Northwind,new\r\n"
		if when == 3 { // the file is lost: every row is told
			want = strings.Replace(want, "changed", "new", 1)
		}
		all := namesIn(t, at.folder)
		if len(all) != 2 || content(t, at.folder, all[1]) != "accountid,name,_change\r\n"+want {
			t.Errorf("at %d the folder has %q, the last is %q", when, all, content(t, at.folder, all[len(all)-1]))
		}
	}
}

// powerless is a spool of a process that ends: before it knows what changed, while the file is written, before its rows count
// as told, behind that.
type powerless struct {
	Spool
	when, looked int
}

var errPower = errors.New("the power went")

func (s *powerless) Untold(ctx context.Context, p core.Plan, row func(string, []core.Value, core.OutcomeKind) error) error {
	if s.looked++; s.looked == 1 && s.when == 0 || s.looked == 2 && s.when == 1 {
		return errPower
	}
	return s.Spool.Untold(ctx, p, row)
}

func (s *powerless) Tell(ctx context.Context, p core.Plan, name, text string) error {
	if s.when == 2 {
		return errPower
	}
	return errors.Join(s.Spool.Tell(ctx, p, name, text), errPower)
}
