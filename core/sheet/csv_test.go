package sheet

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
)

// accounts has a column of every type, among them raw data.
func accounts() core.Plan {
	p := core.Plan{ID: "m1", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1}
	for _, c := range []columnMemory{{"name", core.ColumnText}, {"revenue", core.ColumnDecimal}, {"employees", core.ColumnInteger}, {"score", core.ColumnDouble},
		{"donotemail", core.ColumnBoolean}, {"createdon", core.ColumnDateTime}, {"founded", core.ColumnDate}, {"colours", core.ColumnJSON}, {"logo", core.ColumnBytes}} {
		p.Columns = append(p.Columns, core.Column{Name: c.Name, Type: c.Type, Field: c.Name, Pass: 1})
	}
	return p
}

func account(i int, name string) core.Record {
	return core.Record{Key: coretest.Key(i), Values: []core.Value{
		core.Text(name), core.Decimal("1234.5600"), core.Int(42), core.Decimal("0.1"), core.Bool(i%2 == 0),
		core.Time(time.Date(2024, 2, 29, 23, 59, 58, 0, time.UTC)), core.Date(2024, 2, 29), core.Choices(1, 9), core.Null(),
	}}
}

// brought writes records and finishes the table.
func brought(t *testing.T, d core.Destination, p core.Plan, batch string, records ...core.Record) {
	t.Helper()
	prepared(t, d, p)
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: batch, Pass: 1, Rows: records})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if o.Kind == core.Refused {
			t.Errorf("a row is refused: %v", o.Fault)
		}
	}
	if err := d.Finish(t.Context(), p); err != nil {
		t.Fatalf("Finish: %v", err)
	}
}

func prepared(t *testing.T, d core.Destination, p core.Plan) {
	t.Helper()
	if err := d.(core.Starter).Start(t.Context(), core.Identity{ID: "one", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	things, err := d.Missing(t.Context(), p)
	if err != nil {
		t.Fatalf("Missing: %v", err)
	}
	if _, err := d.Prepare(t.Context(), p, things); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// namesIn are the files of a folder.
func namesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		names = append(names, f.Name())
	}
	return names
}

func TestACSVFileReadsAsItIsWritten(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, `Say "hi", Ltd`), account(2, "=1+1"))
	if said := d.Remark(accounts()); said != "One text has an apostrophe in front, so that Excel does not run it." {
		t.Errorf("the receipt would say %q", said)
	}
	text := content(t, at.folder, "account.csv")
	want := "\ufeffaccountid,name,revenue,employees,score,donotemail,createdon,founded,colours,logo\r\n"
	rows := []string{
		coretest.Key(1) + `,"Say ""hi"", Ltd",1234.5600,42,0.1,0,2024-02-29T23:59:58Z,2024-02-29,"[1,9]",` + "\r\n",
		coretest.Key(2) + `,'=1+1,1234.5600,42,0.1,1,2024-02-29T23:59:58Z,2024-02-29,"[1,9]",` + "\r\n",
	}
	slices.Sort(rows)
	if want += strings.Join(rows, ""); text != want {
		t.Errorf("the file is\n%s\nwant\n%s", text, want)
	}
}

// The standard library's reader is a second opinion. It makes one line end of two, so that those stay out here.
func TestAnotherReaderReadsTheSameTexts(t *testing.T) {
	for _, delimiter := range []string{"comma", "semicolon", "tab"} {
		for _, encoding := range []string{"utf-8-bom", "utf-8", "utf-16"} {
			for _, apostrophe := range []string{"true", "false"} {
				at := placeOf(t)
				d := at.csv(t, "delimiter", delimiter, "encoding", encoding, "apostrophe", apostrophe)
				want := map[string]string{}
				var all []core.Record
				for i, text := range coretest.Texts() {
					if len(text) > 10_000 {
						text = text[:10_000]
					}
					all = append(all, account(i, text))
					want[coretest.Key(i)] = strings.ReplaceAll(text, "\r\n", "\n")
				}
				brought(t, d, accounts(), "b1", all...)
				r := csv.NewReader(strings.NewReader(plainText(t, []byte(content(t, at.folder, "account.csv")), encoding)))
				r.Comma = rune(d.delimiter)
				records, err := r.ReadAll()
				if err != nil || len(records) != len(all)+1 {
					t.Fatalf("%d records, %v", len(records), err)
				}
				for _, got := range records[1:] {
					name := got[1]
					if risky := name != "" && strings.ContainsAny(name[:1], "=@\t\r"); risky && apostrophe == "true" {
						t.Errorf("%.20q would run", name)
					}
					if strings.HasPrefix(name, "'") && apostrophe == "true" && !strings.HasPrefix(want[got[0]], "'") {
						name = name[1:]
					}
					if name != want[got[0]] {
						t.Errorf("%s, %s: %.80q came back as %.80q", delimiter, encoding, want[got[0]], name)
					}
				}
			}
		}
	}
}

func TestEmptyTextAndNothingStayApart(t *testing.T) {
	at := placeOf(t)
	p := accounts()
	p.Columns = p.Columns[:1]
	brought(t, at.csv(t), p, "b1", core.Record{Key: "a", Values: []core.Value{core.Text("")}}, core.Record{Key: "b", Values: []core.Value{core.Null()}})
	if text := content(t, at.folder, "account.csv"); text != "\ufeffaccountid,name\r\na,\"\"\r\nb,\r\n" {
		t.Errorf("%q", text)
	}
}

func TestOtherSettingsWriteTheFileAnew(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "-x"))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	brought(t, at.csv(t, "delimiter", "semicolon", "encoding", "utf-8", "apostrophe", "false"), accounts(), "b2", account(1, "-x"))
	if text := content(t, at.folder, "account.csv"); !strings.Contains(text, ";-x;1234.5600;") || !strings.HasPrefix(text, "accountid;name") {
		t.Errorf("the file is %q", text)
	}
	if names := namesIn(t, at.folder); len(names) != 1 {
		t.Errorf("the folder has %v", names)
	}
}

func TestAColumnThatLeavesTheMappingLeavesTheFile(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "Contoso"))
	p, r := accounts(), account(1, "Contoso")
	p.Columns, r.Values = p.Columns[:2], r.Values[:2]
	brought(t, d, p, "b2", r)
	if text := content(t, at.folder, "account.csv"); text != "\ufeffaccountid,name,revenue\r\n"+coretest.Key(1)+",Contoso,1234.5600\r\n" {
		t.Errorf("the file is %q", text)
	}
}

func TestAColumnThatTheSourceHidesStaysInTheFile(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "Contoso"), account(2, "Fabrikam"))
	whole := content(t, at.folder, "account.csv")
	p, r := accounts(), account(1, "Contoso")
	p.Stay = []string{p.Columns[1].Name}
	p.Columns = append(p.Columns[:1:1], p.Columns[2:]...)
	r.Values = append(r.Values[:1:1], r.Values[2:]...)
	brought(t, d, p, "b2", r)
	if text := content(t, at.folder, "account.csv"); text != whole {
		t.Errorf("the file is\n%s\nand was\n%s", text, whole)
	}
}

func TestTablesWhoseNamesNoFileCanHaveGetAnother(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	p := accounts()
	p.Columns = p.Columns[:1]
	for i, name := range []string{"con", "a/b", "a:b", strings.Repeat("ä", 300), "Größe", "GRÖSSE", "GRÖßE", "tail. ", "com1.x", "..", "~$x", "LPT¹"} {
		p.ID, p.Table = name, name
		brought(t, d, p, "b"+name, core.Record{Key: "k", Values: []core.Value{core.Int(int64(i))}})
	}
	names := namesIn(t, at.folder)
	if len(names) != 12 {
		t.Errorf("12 tables made %d files: %q", len(names), names)
	}
	seen := map[string]bool{}
	for _, n := range names {
		if seen[foldedName(n)] || len(n) > 200 || strings.ContainsAny(n, `<>:"/\|?*`) || reserved(strings.ToLower(strings.SplitN(n, ".", 2)[0])) || strings.HasPrefix(n, ".") {
			t.Errorf("a file is called %q", n)
		}
		seen[foldedName(n)] = true
	}
}

func TestWrongSettingsAreSaidBeforeAnythingIsDone(t *testing.T) {
	at := placeOf(t)
	for _, more := range [][]string{{"folder", " "}, {"delimiter", "pipe"}, {"encoding", "latin-1"}} {
		if _, err := newCSV(settings("folder", at.folder, more...), spoolsIn(at.data), nil); err == nil || core.AsFault(err).Remedy == "" {
			t.Errorf("%v: %v", more, err)
		}
	}
	for word, guards := range map[string]bool{"": true, "ja": true, "true": true, "no": false, "Off": false, "false": false} {
		d, err := newCSV(settings("folder", at.folder, "apostrophe", word), spoolsIn(at.data), nil)
		if err != nil || d.guard != guards {
			t.Errorf("apostrophe=%s: %v, %v", word, d.guard, err)
		}
	}
	for _, file := range []string{"", "book.xls", "book"} {
		if _, err := newExcel(settings("file", file), spoolsIn(at.data), nil); err == nil || core.AsFault(err).Remedy == "" {
			t.Errorf("%q: %v", file, err)
		}
	}
	if _, err := os.Stat(at.data); !os.IsNotExist(err) {
		t.Error("something was made")
	}
}
