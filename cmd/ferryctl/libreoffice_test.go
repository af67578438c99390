//go:build libreoffice && !windows

package main

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/csvtext"
	"ferry/core/practice"
	"ferry/core/practice/world"
	"ferry/core/sheet"
	"ferry/core/sheet/sheettest"
)

// oddTables have every type of column, and texts, numbers and dates that break programs.
func oddTables() (practice.Options, []string) {
	return practice.Options{Seed: 11, Rows: map[string]int{"account": 150, "contact": 200, "new_vessel": 250}}, []string{"account", "contact", "new_vessel"}
}

// What LibreOffice shows of a workbook is what the practice environment holds: every cell of every row, with its type.
func TestLibreOfficeReadsEveryCellOfAWorkbook(t *testing.T) {
	o, tables := oddTables()
	s := open(t, o)
	book := filepath.Join(s.dir, "book.xlsx")
	if code, _, text := s.run(s.args("import", "-to", "excel:"+book, "-tables", strings.Join(tables, ","))...); code != exitWell {
		t.Fatalf("exit %d: %s", code, text)
	}
	sheets := sheettest.Workbook(t, book)
	met := map[string]int{}
	for _, name := range tables {
		s.sheetsAreTrue(sheets, name, 1, met)
	}
	for _, what := range []string{"number", "boolean", "date", "text", "empty", "number as text", "date as text", "long text", "begins with =", "line end", "beyond 16 bits"} {
		if met[what] == 0 {
			t.Errorf("no cell was %q", what)
		}
	}

	// Once more with sheets that hold 120 rows, as a large table is more than one sheet. The workbook is gone, so that it is
	// written whole.
	if err := os.Remove(book); err != nil {
		t.Fatal(err)
	}
	spools := wiring.Spools(filepath.Join(s.dir, "data"), nil)
	spools.SheetRows = 120
	again, err := sheet.Excel(spools, nil).New(core.Settings{Values: map[string]string{"file": book}})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.Finish(t.Context(), core.Plan{Table: tables[0]}); err != nil {
		t.Fatal(err)
	}
	sheets = sheettest.Workbook(t, book)
	s.sheetsAreTrue(sheets, "account", 2, met)
	s.sheetsAreTrue(sheets, "contact", 2, met)
	s.sheetsAreTrue(sheets, "new_vessel", 3, met)
}

// sheetsAreTrue compares the sheets of a table with the truth, and counts what it met.
func (s *session) sheetsAreTrue(sheets []sheettest.Sheet, name string, want int, met map[string]int) {
	s.t.Helper()
	t, table := s.t, s.env.World.Table(name)
	var head []sheettest.Cell
	rows, long, found := map[string][]sheettest.Cell{}, map[string]string{}, 0
	for _, sh := range sheets {
		switch {
		case sh.Name == name+" (long texts)":
			for _, r := range sh.Rows[1:] {
				long[r[0].Str+" "+r[1].Str] += r[3].Str
			}
		case sh.Name == name || strings.HasPrefix(sh.Name, name+" ("):
			found++
			if head == nil {
				head = sh.Rows[0]
			} else if !slices.Equal(head, sh.Rows[0]) {
				t.Errorf("the sheet %q has another head", sh.Name)
			}
			for _, r := range sh.Rows[1:] {
				if _, twice := rows[r[0].Str]; twice {
					t.Errorf("%s: a row stands there twice", name)
				}
				rows[r[0].Str] = r
			}
		}
	}
	if found != want {
		t.Fatalf("%s has %d sheets, want %d", name, found, want)
	}
	s.compare(table, func(key string, truth map[string]string, kinds map[string]string) (wrong []string) {
		row, ok := rows[key]
		if !ok {
			return []string{"the row is not there"}
		}
		delete(rows, key)
		if len(head) != len(truth) {
			return []string{fmt.Sprintf("the head has %d columns, want %d", len(head), len(truth))}
		}
		for i, column := range head {
			have := sheettest.Cell{}
			if i < len(row) {
				have = row[i]
			}
			should := inSpreadsheet(kinds[column.Str], truth[column.Str])
			if whole, cut := long[key+" "+column.Str]; cut && have.Kind == sheettest.Text && strings.Contains(have.Str, "the whole text is in the sheet") {
				have.Str = whole
				met["long text"]++
			}
			note(met, kinds[column.Str], should)
			if !alike(have, should) {
				wrong = append(wrong, fmt.Sprintf("%s is %s %.90q, want %s %.90q", column.Str, have.Kind, have.Str, should.Kind, should.Str))
			}
		}
		return wrong
	})
	if len(rows) > 0 {
		t.Errorf("%s: %d rows are there that the environment does not have", name, len(rows))
	}
}

// note counts what kind of cell was compared.
func note(met map[string]int, kind string, c sheettest.Cell) {
	met[string(c.Kind)]++
	switch text := c.Kind == sheettest.Text; {
	case c.Kind == sheettest.Empty:
		met["empty"]++
	case text && (kind == "BigIntType" || kind == "MoneyType" || kind == "DecimalType"):
		met["number as text"]++
	case text && kind == "DateTimeType":
		met["date as text"]++
	case text && strings.HasPrefix(c.Str, "="):
		met["begins with ="]++
	case text && strings.Contains(c.Str, "\r\n"):
		met["line end"]++
	case text && strings.ContainsFunc(c.Str, func(r rune) bool { return r > 0xFFFF }):
		met["beyond 16 bits"]++
	}
}

// compare asks about every row of a table, with what the default mapping promises for it and the type of each column.
func (s *session) compare(table *world.Table, wrongOf func(key string, truth, kinds map[string]string) []string) {
	s.t.Helper()
	kinds := map[string]string{}
	for _, c := range table.Columns {
		kinds[c.Logical] = c.Type
	}
	rows, wrong := 0, 0
	for i := range s.env.World.Positions(table) {
		row, ok := s.env.World.Row(table, i)
		if !ok {
			continue
		}
		rows++
		for _, words := range wrongOf(row.Key, expected(table, row), kinds) {
			if wrong++; wrong <= 12 {
				s.t.Errorf("%s, row %d: %s", table.Logical, i, words)
			}
		}
	}
	if rows == 0 || wrong > 12 {
		s.t.Errorf("%s: %d rows compared, %d cells are wrong", table.Logical, rows, wrong)
	}
}

// inSpreadsheet is what README promises of a value in a workbook: numbers, dates and yes or no as such, and text for what
// Excel cannot hold exactly.
func inSpreadsheet(kind, value string) sheettest.Cell {
	sort, text, _ := strings.Cut(value, " ")
	switch {
	case sort == "null":
		return sheettest.Cell{}
	case sort == "real": // floating point: a spreadsheet shows 15 digits of it
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return sheettest.Cell{Kind: sheettest.Text, Str: text}
		}
		return sheettest.Cell{Kind: sheettest.Number, Str: strconv.FormatFloat(f, 'g', 15, 64)}
	case kind == "BooleanType":
		return sheettest.Cell{Kind: sheettest.Boolean, Str: strconv.FormatBool(text == "1")}
	case sort == "integer", kind == "MoneyType", kind == "DecimalType":
		if len(strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(trimmed(text)), "0")) <= 15 {
			return sheettest.Cell{Kind: sheettest.Number, Str: text}
		}
	case kind == "DateTimeType" && text >= "1900-03-01":
		return sheettest.Cell{Kind: sheettest.Moment, Str: strings.TrimSuffix(strings.TrimSuffix(text, "Z"), "T00:00:00")}
	}
	return sheettest.Cell{Kind: sheettest.Text, Str: text}
}

// trimmed is a number without the zeros that say nothing.
func trimmed(digits string) string {
	if strings.Contains(digits, ".") {
		return strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return digits
}

// alike compares numbers by what they are worth, to the last digit, and everything else sign by sign. LibreOffice knows one
// line end in a cell, and shows an empty text as an empty cell.
func alike(have, want sheettest.Cell) bool {
	if want.Kind == sheettest.Text {
		if want.Str = strings.ReplaceAll(want.Str, "\r\n", "\n"); want.Str == "" {
			want.Kind = sheettest.Empty
		}
	}
	if have.Kind != want.Kind {
		return false
	}
	if have.Kind == sheettest.Number {
		a, ok := new(big.Rat).SetString(have.Str)
		b, also := new(big.Rat).SetString(want.Str)
		return ok && also && a.Cmp(b) == 0
	}
	return have.Str == want.Str
}

// What LibreOffice reads from the CSV files is what the practice environment holds, however they are written.
func TestLibreOfficeReadsEveryFieldOfCSVFiles(t *testing.T) {
	o, tables := oddTables()
	s := open(t, o)
	for i, d := range []struct {
		sheettest.Dialect
		set string // of the destination
	}{
		{sheettest.Dialect{Delimiter: ','}, "delimiter=comma encoding=utf-8-bom apostrophe=true"},
		{sheettest.Dialect{Delimiter: ';'}, "delimiter=semicolon encoding=utf-8 apostrophe=false"},
		{sheettest.Dialect{Delimiter: '\t', UTF16: true}, "delimiter=tab encoding=utf-16 apostrophe=true"},
	} {
		folder := filepath.Join(s.dir, fmt.Sprint("csv", i))
		args := s.args("import", "-to", "csv:"+folder, "-tables", strings.Join(tables, ","))
		for _, set := range strings.Fields(d.set) {
			args = append(args, "-set", set)
		}
		if code, _, text := s.run(args...); code != exitWell {
			t.Fatalf("%s: exit %d: %s", d.set, code, text)
		}
		for _, name := range tables {
			table := s.env.World.Table(name)
			columns := len(expected(table, world.Row{Cells: make([]world.Cell, len(table.Columns))}))
			rows := sheettest.CSV(t, filepath.Join(folder, name+".csv"), d.Dialect, columns)
			s.fieldsAreTrue(table, rows, strings.Contains(d.set, "apostrophe=true"))
		}
	}
}

// mostOfField is how much of a field of CSV LibreOffice reads.
const mostOfField = 65_535

// fieldsAreTrue compares the fields of a CSV file, all read as text, with the truth.
func (s *session) fieldsAreTrue(table *world.Table, records [][]sheettest.Cell, guarded bool) {
	s.t.Helper()
	rows := map[string][]sheettest.Cell{}
	for _, r := range records[1:] {
		rows[r[0].Str] = r
	}
	if len(rows) != len(records)-1 {
		s.t.Errorf("%s: a row stands there twice", table.Logical)
	}
	s.compare(table, func(key string, truth, _ map[string]string) (wrong []string) {
		row, ok := rows[key]
		if !ok {
			return []string{"the row is not there"}
		}
		delete(rows, key)
		for i, column := range records[0] {
			have := sheettest.Cell{}
			if i < len(row) {
				have = row[i]
			}
			sort, want, _ := strings.Cut(truth[column.Str], " ")
			if guarded && sort == "text" {
				want, _ = csvtext.Safe(want)
			}
			want = strings.ReplaceAll(want, "\r\n", "\n")
			if have.Kind != sheettest.Text && have.Str != "" || have.Str != want && !(len(want) > mostOfField && len(have.Str) > 50_000 && strings.HasPrefix(want, have.Str)) {
				wrong = append(wrong, fmt.Sprintf("%s is %s %.90q, want %.90q", column.Str, have.Kind, have.Str, want))
			}
		}
		return wrong
	})
	if len(rows) > 0 || len(records[0]) < 20 {
		s.t.Errorf("%s: %d rows are there that the environment does not have; %d columns", table.Logical, len(rows), len(records[0]))
	}
}
