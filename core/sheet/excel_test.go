package sheet

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"ferry/core"
	"ferry/core/coretest"
)

func workbookAt(t *testing.T, path string) *excelize.File {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// sheetRows are the raw cells of a sheet.
func sheetRows(t *testing.T, path, sheet string) [][]string {
	t.Helper()
	rows, err := workbookAt(t, path).GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAWorkbookHasTypedCells(t *testing.T) {
	at := placeOf(t)
	p := accounts()
	r := account(1, "=1+1")
	r.Values[8] = core.Bytes([]byte{0, 255})
	brought(t, at.excel(t), p, "b1", r)
	f := workbookAt(t, filepath.Join(at.folder, "out.xlsx"))
	if list := f.GetSheetList(); !slices.Equal(list, []string{"account"}) {
		t.Fatalf("the sheets are %q", list)
	}
	text, number, yes := excelize.CellTypeInlineString, excelize.CellTypeUnset, excelize.CellTypeBool
	for i, want := range []struct {
		raw, shown string
		kind       excelize.CellType
	}{
		{coretest.Key(1), coretest.Key(1), text}, {"=1+1", "=1+1", text}, {"1234.56", "1234.56", number}, {"42", "42", number}, {"0.1", "0.1", number},
		{"0", "FALSE", yes}, {"45351.99997685185", "2024-02-29 23:59:58", number}, {"45351", "2024-02-29", number}, {"[1,9]", "[1,9]", text}, {"AP8=", "AP8=", text},
	} {
		cell := columnName(i) + "2"
		raw, err := f.GetCellValue("account", cell, excelize.Options{RawCellValue: true})
		if err != nil || raw != want.raw {
			t.Errorf("%s is %q, want %q (%v)", cell, raw, want.raw, err)
		}
		if shown, err := f.GetCellValue("account", cell); err != nil || shown != want.shown {
			t.Errorf("%s shows %q, want %q (%v)", cell, shown, want.shown, err)
		}
		if kind, err := f.GetCellType("account", cell); err != nil || kind != want.kind {
			t.Errorf("%s is of type %v, want %v (%v)", cell, kind, want.kind, err)
		}
		if formula, err := f.GetCellFormula("account", cell); err != nil || formula != "" {
			t.Errorf("%s has a formula (%v)", cell, err)
		}
	}
	panes, err := f.GetPanes("account")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the head is not frozen: %+v, %v", panes, err)
	}
	if names := f.GetDefinedName(); len(names) != 1 || names[0].RefersTo != "'account'!$A$1:$J$2" {
		t.Errorf("the filter is %+v", names)
	}
	if notes, err := f.GetDataValidations("account"); err != nil || len(notes) != 1 || notes[0].Sqref != "G1" || *notes[0].Prompt != "Dates and times are in UTC." {
		t.Errorf("the head does not say the time zone: %+v, %v", notes, err)
	}
}

func TestTextsComeBackFromAWorkbook(t *testing.T) {
	at := placeOf(t)
	p := accounts()
	p.Columns = p.Columns[:1]
	want := map[string]string{}
	var all []core.Record
	for i, text := range append(coretest.Texts(), "_x0041_", "_x005F_", "a_x000D_b", "_x00zz_", "\ufffe\uffff", strings.Repeat("😀", 16_383)) {
		if len(text) > 500_000 {
			continue
		}
		want[coretest.Key(i)] = text
		all = append(all, core.Record{Key: coretest.Key(i), Values: []core.Value{core.Text(text)}})
	}
	brought(t, at.excel(t), p, "b1", all...)
	path := filepath.Join(at.folder, "out.xlsx")
	got := map[string]string{}
	for _, r := range readSheet1(t, path) {
		got[r[0]] = r[1]
	}
	for key, text := range want {
		if have, ok := got[key]; !ok || have != text {
			t.Errorf("%.60q came back as %.60q", text, have)
		}
	}
	if _, err := workbookAt(t, path).GetRows("account"); err != nil {
		t.Error(err)
	}
}

func TestWhatExcelCannotHoldExactlyIsText(t *testing.T) {
	date := func(y, m, d int) core.Value { return core.Date(y, time.Month(m), d) }
	at := func(s string) core.Value {
		when, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return core.Time(when)
	}
	for _, c := range []struct {
		t    core.ColumnType
		v    core.Value
		kind byte
		text string
	}{
		{core.ColumnInteger, core.Int(999_999_999_999_999), 'n', "999999999999999"},
		{core.ColumnInteger, core.Int(-1_000_000_000_000_000), 't', "-1000000000000000"},
		{core.ColumnInteger, core.Int(math.MinInt64), 't', "-9223372036854775808"},
		{core.ColumnInteger, core.Text("abc"), 't', "abc"},
		{core.ColumnDecimal, core.Decimal("20000.0000"), 'n', "20000"},
		{core.ColumnDecimal, core.Decimal("-0.0001"), 'n', "-0.0001"},
		{core.ColumnDecimal, core.Decimal("-0.00"), 'n', "0"},
		{core.ColumnDecimal, core.Decimal("007.10"), 'n', "7.1"},
		{core.ColumnDecimal, core.Decimal("123456789012345.0"), 'n', "123456789012345"},
		{core.ColumnDecimal, core.Decimal("123456789012345.6"), 't', "123456789012345.6"},
		{core.ColumnDecimal, core.Decimal("922337203685477.5807"), 't', "922337203685477.5807"},
		{core.ColumnDecimal, core.Decimal("1e5"), 't', "1e5"},
		{core.ColumnDecimal, core.Decimal("1."), 't', "1."},
		{core.ColumnDecimal, core.Decimal(""), 't', ""},
		{core.ColumnDouble, core.Decimal("0.1234567890123456"), 'n', "0.1234567890123456"},
		{core.ColumnDouble, core.Decimal("1e-320"), 't', "1e-320"},
		{core.ColumnDouble, core.Decimal("1.7976931348623157e+308"), 't', "1.7976931348623157e+308"},
		{core.ColumnDouble, core.Decimal("NaN"), 't', "NaN"},
		{core.ColumnDate, date(1900, 2, 28), 't', "1900-02-28"},
		{core.ColumnDate, date(1900, 3, 1), 'n', "61"},
		{core.ColumnDate, date(9999, 12, 31), 'n', "2958465"},
		{core.ColumnDate, date(1753, 1, 1), 't', "1753-01-01"},
		{core.ColumnDateTime, at("1900-02-28T23:59:59Z"), 't', "1900-02-28T23:59:59Z"},
		{core.ColumnDateTime, at("2024-02-29T12:00:00Z"), 'n', "45351.5"},
		{core.ColumnDateTime, at("2024-02-29T12:00:00.000001Z"), 't', "2024-02-29T12:00:00.000001Z"},
		{core.ColumnBoolean, core.Bool(true), 'b', "1"},
		{core.ColumnText, core.Null(), 0, ""},
		{core.ColumnText, core.Text("007"), 't', "007"},
	} {
		if got := cellOf(c.t, c.v); got.kind != c.kind || got.text != c.text {
			t.Errorf("%v as %s is %c %q, want %c %q", c.v, c.t, got.kind, got.text, c.kind, c.text)
		}
	}
	// Every second of a day, and thousandths, come out as they went in.
	day := time.Date(2038, 1, 19, 0, 0, 0, 0, time.UTC)
	for ms := 0; ms < 86_400_000; ms += 997 {
		when := day.Add(time.Duration(ms) * time.Millisecond)
		serial, err := strconv.ParseFloat(moment(core.Time(when)).text, 64)
		if err != nil || int64(math.Round((serial-dayOfUnix)*86_400_000)) != when.UnixMilli() {
			t.Fatalf("%v became %v (%v)", when, serial, err)
		}
	}
}

func TestATextLongerThanACellStandsWholeInASheetOfItsOwn(t *testing.T) {
	at := placeOf(t)
	p := accounts()
	p.Columns = p.Columns[:1]
	long := strings.Repeat("é😀", 30_000)
	e := at.excel(t)
	brought(t, e, p, "b1", core.Record{Key: "a", Values: []core.Value{core.Text(long)}}, core.Record{Key: "b", Values: []core.Value{core.Text("short")}})
	path := filepath.Join(at.folder, "out.xlsx")
	rows := sheetRows(t, path, "account")
	if cut := rows[1][1]; units(cut) > mostOfText || !strings.HasSuffix(cut, "the whole text is in the sheet “account (long texts)”)") || !strings.HasPrefix(cut, long[:50_000]) {
		t.Errorf("the cell ends with %q", cut[len(cut)-100:])
	}
	whole := ""
	for i, r := range sheetRows(t, path, "account (long texts)")[1:] {
		if r[0] != "a" || r[1] != "name" || r[2] != strconv.Itoa(i+1) || units(r[3]) > mostOfText {
			t.Errorf("part %d is of %q", i+1, r[:3])
		}
		whole += r[3]
	}
	if whole != long {
		t.Error("the parts are not the text")
	}
	if c := states(t, e)["files"]; !strings.Contains(c.Detail, "one text is too long for a cell") {
		t.Errorf("the check says %q", c.Detail)
	}
}

func TestMoreRowsThanASheetHoldsGoOnInTheNextOne(t *testing.T) {
	at := placeOf(t)
	e := at.excel(t)
	e.most = 11
	var all []core.Record
	for i := range 35 {
		all = append(all, account(i, fmt.Sprint("Account ", i)))
	}
	second := accounts()
	second.ID, second.Table = "m2", "account (2)"
	brought(t, e, second, "b0", account(1, "other"))
	brought(t, e, accounts(), "b1", all...)
	path := filepath.Join(at.folder, "out.xlsx")
	f := workbookAt(t, path)
	if list := f.GetSheetList(); !slices.Equal(list, []string{"account (2)", "account", "account (3)", "account (4)", "account (5)"}) {
		t.Fatalf("the sheets are %q", list)
	}
	seen := map[string]bool{}
	for _, s := range []string{"account", "account (3)", "account (4)", "account (5)"} {
		rows := sheetRows(t, path, s)
		if len(rows) > 11 || rows[0][1] != "name" {
			t.Errorf("%s has %d rows, and %q as its head", s, len(rows), rows[0])
		}
		for _, r := range rows[1:] {
			seen[r[0]] = true
		}
	}
	if len(seen) != 35 {
		t.Errorf("%d records are there", len(seen))
	}
	// Fewer rows: the sheets that are not needed any more are gone, the others stay.
	var most []core.Record
	for i := range 30 {
		most = append(most, core.Record{Key: coretest.Key(i), Gone: true})
	}
	brought(t, e, accounts(), "b2", most...)
	if list := workbookAt(t, path).GetSheetList(); !slices.Equal(list, []string{"account (2)", "account"}) {
		t.Errorf("the sheets are %q", list)
	}
}

func TestAWorkbookKeepsTheTablesOfEarlierRuns(t *testing.T) {
	at := placeOf(t)
	path := filepath.Join(at.folder, "out.xlsx")
	contacts := accounts()
	contacts.ID, contacts.Source, contacts.Table = "m2", "contact", "contact"
	e := at.excel(t)
	brought(t, e, accounts(), "b1", account(1, "Contoso"))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = at.excel(t)
	want := func(accountName, contactName string) {
		t.Helper()
		if a, c := sheetRows(t, path, "account"), sheetRows(t, path, "contact"); len(a) != 2 || len(c) != 2 || a[1][1] != accountName || c[1][1] != contactName {
			t.Errorf("the workbook has %q and %q", a, c)
		}
	}
	brought(t, e, contacts, "b1", account(2, "Ada"))
	want("Contoso", "Ada")
	brought(t, e, accounts(), "b2", account(1, "Fabrikam"))
	want("Fabrikam", "Ada")
	// A table that is just being written stays as it was until it is whole.
	if _, err := e.Write(t.Context(), contacts, core.Batch{ID: "b2", Pass: 1, Rows: []core.Record{account(2, "Grace")}}); err != nil {
		t.Fatal(err)
	}
	brought(t, e, accounts(), "b3", account(1, "Northwind"))
	want("Northwind", "Ada")
	if err := e.Finish(t.Context(), contacts); err != nil {
		t.Fatal(err)
	}
	want("Northwind", "Grace")
	// Without the workbook every table is written anew.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	brought(t, e, accounts(), "b4", account(1, "Northwind"))
	want("Northwind", "Grace")
}

func TestAWorkbookOfAnotherComputerIsKnownUntilSomebodySavesIt(t *testing.T) {
	at := placeOf(t)
	path := filepath.Join(at.folder, "out.xlsx")
	brought(t, at.excel(t), accounts(), "b1", account(1, "Contoso"))
	other := place{filepath.Join(t.TempDir(), "spools"), at.folder}
	brought(t, other.excel(t), accounts(), "b1", account(2, "Fabrikam"))
	if rows := sheetRows(t, path, "account"); len(rows) != 2 || rows[1][1] != "Fabrikam" {
		t.Errorf("the workbook has %q", rows)
	}
	f := workbookAt(t, path)
	if err := f.SetAppProps(&excelize.AppProperties{Application: "Microsoft Excel"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	third := place{filepath.Join(t.TempDir(), "spools"), at.folder}
	_, err := third.excel(t).Missing(t.Context(), accounts())
	wantFault(t, err, "sheet.not-our-file")
}

func TestSheetsGetNamesThatExcelTakes(t *testing.T) {
	taken := map[string]bool{}
	for _, table := range []string{"account", "Account ", "ACCOUNT", "a:b/c?d*e[f]g\\h", "'quoted'", "History", "", strings.Repeat("😀", 40), strings.Repeat("x", 31), strings.Repeat("x", 40), "\x00\x1f"} {
		name := apart(safeSheet(table), taken, mostOfSheet, "")
		if name == "" || units(name) > 31 || strings.ContainsAny(name, `:\/?*[]`) || strings.HasPrefix(name, "'") || strings.HasSuffix(name, "'") ||
			strings.EqualFold(name, "history") || taken[foldedName(name)] {
			t.Errorf("%q becomes %q", table, name)
		}
		taken[foldedName(name)] = true
	}
}

// readSheet1 reads the first sheet by the standard library alone, as ECMA-376 says: the library that writes the sheet of choices
// shortens what it reads.
func readSheet1(t *testing.T, path string) (rows [][]string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	part, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	var sheet struct {
		Rows []struct {
			Cells []struct {
				Text string `xml:"is>t"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	if err := xml.NewDecoder(part).Decode(&sheet); err != nil {
		t.Fatal(err)
	}
	escape := regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)
	for _, r := range sheet.Rows {
		var row []string
		for _, c := range r.Cells {
			row = append(row, escape.ReplaceAllStringFunc(c.Text, func(s string) string {
				n, err := strconv.ParseUint(s[2:6], 16, 16)
				if err != nil {
					t.Fatal(err)
				}
				return string(rune(n))
			}))
		}
		rows = append(rows, row)
	}
	return rows
}
