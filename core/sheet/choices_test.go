package sheet

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ferry/core/mapping"
)

// asked is a sheet with everything that is hard about labels.
func asked() mapping.ChoiceSheet {
	return mapping.ChoiceSheet{Mapping: "account: 1", Title: "Accounts", Counted: true, Columns: []mapping.SheetColumn{
		{Column: "CFSector", From: "Industry (industrycode)", To: "Sector (CFSector)", Answers: []string{"Trade, retail", "Consulting", "Other (5)", "Other (6)"}, Rows: []mapping.SheetRow{
			{Code: 1, Label: "=1+1", Used: 1234}, {Code: 2, Label: "+49 351"}, {Code: 3, Label: "-"}, {Code: 100000001, Label: "@sum", Answer: "Consulting"}, {Code: 7, Label: "Same"}, {Code: 8, Label: "Same"},
		}},
		{Column: "note", From: "Rating (new_rating)", To: "note", Rows: []mapping.SheetRow{{Code: -1, Label: "Öl & <Gas>\x01\n"}, {Code: 0, Label: ""}}},
	}}
}

func save(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "choices.xlsx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func written(t *testing.T, s mapping.ChoiceSheet) []byte {
	t.Helper()
	data, err := WriteChoices(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// edited is the sheet after somebody worked on it with another program.
func edited(t *testing.T, s mapping.ChoiceSheet, change func(f *excelize.File)) []mapping.ChoiceAnswer {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(written(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	change(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	answers, err := ReadChoices(t.Context(), save(t, out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func told(all []mapping.ChoiceAnswer) string {
	var b strings.Builder
	for _, a := range all {
		fmt.Fprintf(&b, "%d %s/%s %d %q %q %s\n", a.Line, a.Mapping, a.Column, a.Code, a.Label, a.Text, a.Why)
	}
	return b.String()
}

func TestASheetComesBackAsItWasSent(t *testing.T) {
	want := `7 account: 1/CFSector 1 "=1+1" "" 
8 account: 1/CFSector 2 "+49 351" "" 
9 account: 1/CFSector 3 "-" "" 
10 account: 1/CFSector 100000001 "@sum" "Consulting" 
11 account: 1/CFSector 7 "Same" "" 
12 account: 1/CFSector 8 "Same" "" 
13 account: 1/note -1 "Öl & <Gas>" "" 
14 account: 1/note 0 "" "" 
`
	if got := told(edited(t, asked(), func(*excelize.File) {})); got != want {
		t.Errorf("it came back as\n%s", got)
	}
}

func TestTheSheetIsSafeAndGuides(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(written(t, asked())))
	must(t, err)
	defer f.Close()
	for row := 1; row <= 14; row++ {
		for col := 1; col <= 7; col++ {
			cell, _ := excelize.CoordinatesToCellName(col, row)
			if formula, _ := f.GetCellFormula(sheetChoices, cell); formula != "" {
				t.Errorf("%s is the formula %q", cell, formula)
			}
		}
	}
	if kind, _ := f.GetCellType(sheetChoices, "D7"); kind != excelize.CellTypeSharedString {
		t.Errorf("a label that begins with = has the type %v", kind)
	}
	if visible, _ := f.GetSheetVisible(sheetLists); visible {
		t.Error("the lists can be seen")
	}
	if visible, _ := f.GetColVisible(sheetChoices, "G"); visible {
		t.Error("the marks can be seen")
	}
	lists, err := f.GetDataValidations(sheetChoices)
	must(t, err)
	if len(lists) != 2 || lists[0].Sqref != "F7:F12" || lists[0].Formula1 != "'Ferry lists'!$A$1:$A$5" || !lists[0].ShowErrorMessage || lists[1].ShowErrorMessage {
		t.Errorf("what can be chosen is %+v", lists)
	}
	panes, err := f.GetPanes(sheetChoices)
	must(t, err)
	if !panes.Freeze || panes.YSplit != headRow {
		t.Errorf("the head does not stay: %+v", panes)
	}
	part, _ := f.Pkg.Load("xl/worksheets/sheet1.xml")
	if text := string(part.([]byte)); !strings.Contains(text, "<sheetProtection") || strings.Contains(text, "password") || strings.Contains(text, "hashValue") {
		t.Error("the sheet is not protected without a password")
	}
	for cell, locked := range map[string]bool{"D7": true, "F7": false} {
		id, err := f.GetCellStyle(sheetChoices, cell)
		must(t, err)
		style, err := f.GetStyle(id)
		must(t, err)
		if is := style.Protection == nil || style.Protection.Locked; is != locked {
			t.Errorf("%s is locked: %v", cell, is)
		}
	}
}

func TestWhatPeopleDoToSheetsIsUnderstood(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *excelize.File)
		want   string // what must stand among the answers
	}{
		"answers with blanks around": {func(f *excelize.File) { must(t, f.SetCellValue(sheetChoices, "F7", "  trade, RETAIL\u00a0")) }, `CFSector 1 "=1+1" "trade, RETAIL"`},
		"a number typed":             {func(f *excelize.File) { must(t, f.SetCellValue(sheetChoices, "F13", 12)) }, `note -1 "Öl & <Gas>" "12" ` + "\n"},
		"a head in other letters": {func(f *excelize.File) {
			must(t, f.SetCellStr(sheetChoices, "F6", "  GOES   to "))
			must(t, f.SetCellStr(sheetChoices, "F7", "x"))
		}, `1 "=1+1" "x"`},
		"rows above": {func(f *excelize.File) {
			must(t, f.SetCellStr(sheetChoices, "F7", "x"))
			must(t, f.InsertRows(sheetChoices, 1, 3))
		}, `10 account: 1/CFSector 1 "=1+1" "x"`},
		"a column in between": {func(f *excelize.File) {
			must(t, f.SetCellStr(sheetChoices, "F7", "x"))
			must(t, f.InsertCols(sheetChoices, "C", 2))
		}, `7 account: 1/CFSector 1 "=1+1" "x"`},
		"a sheet renamed": {func(f *excelize.File) {
			must(t, f.SetCellStr(sheetChoices, "F7", "x"))
			must(t, f.SetSheetName(sheetChoices, "Tabelle1"))
		}, `1 "=1+1" "x"`},
		"rows taken out": {func(f *excelize.File) {
			must(t, f.SetCellStr(sheetChoices, "F14", "x"))
			must(t, f.RemoveRow(sheetChoices, 8))
		}, `13 account: 1/note 0 "" "x"`},
		"a row added with both names": {func(f *excelize.File) {
			must(t, f.SetSheetRow(sheetChoices, "A16", &[]any{"industry (INDUSTRYCODE)", "Sector (CFSector)", "55", "New", nil, "Consulting"}))
		}, `16 account: 1/CFSector 55 "New" "Consulting" ` + "\n"},
		"a row added without names": {func(f *excelize.File) {
			must(t, f.SetSheetRow(sheetChoices, "C16", &[]any{55, "New", nil, "Consulting"}))
		}, "does not say which field"},
		"a row added without a code": {func(f *excelize.File) {
			must(t, f.SetSheetRow(sheetChoices, "A16", &[]any{"Industry (industrycode)", "Sector (CFSector)", "", "New", nil, "Consulting"}))
		}, "does not say which code"},
		"only some columns sorted": {func(f *excelize.File) {
			must(t, f.SetCellValue(sheetChoices, "C7", 2))
			must(t, f.SetCellStr(sheetChoices, "F7", "Consulting"))
		}, "only some of the columns were sorted"},
		"a date made of 3-4": {func(f *excelize.File) {
			id, err := f.NewStyle(&excelize.Style{NumFmt: 14})
			must(t, err)
			must(t, f.SetCellValue(sheetChoices, "F13", 45000))
			must(t, f.SetCellStyle(sheetChoices, "F13", "F13", id))
		}, "Excel made a date"},
		"a number with thousands apart": {func(f *excelize.File) {
			id, err := f.NewStyle(&excelize.Style{NumFmt: 3})
			must(t, err)
			must(t, f.SetCellValue(sheetChoices, "F13", 45000))
			must(t, f.SetCellStyle(sheetChoices, "F13", "F13", id))
		}, `"45000" ` + "\n"},
		"a broken formula": {func(f *excelize.File) { must(t, f.SetCellStr(sheetChoices, "F13", "#REF!")) }, "A formula failed"},
		"another sheet before": {func(f *excelize.File) {
			must(t, f.SetCellStr(sheetChoices, "F7", "x"))
			_, err := f.NewSheet("Notes")
			must(t, err)
			must(t, f.SetCellStr("Notes", "A1", "Goes to"))
			must(t, f.MoveSheet("Notes", sheetChoices))
		}, `1 "=1+1" "x"`},
		"without the lists": {func(f *excelize.File) {
			must(t, f.SetCellStr(sheetChoices, "F7", "x"))
			must(t, f.DeleteSheet(sheetLists))
		}, `1 "=1+1" "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := told(edited(t, asked(), c.change)); !strings.Contains(got, c.want) {
				t.Errorf("wanted %s in\n%s", c.want, got)
			}
		})
	}
}

func TestTwoThousandOptionsInEachOfTwoListsComeBack(t *testing.T) {
	s := mapping.ChoiceSheet{Mapping: "m", Title: "Many"}
	for c := range 2 {
		col := mapping.SheetColumn{Column: fmt.Sprint("c", c), From: "Field", To: "There"}
		for i := range 2000 {
			col.Rows = append(col.Rows, mapping.SheetRow{Code: int64(i), Label: fmt.Sprint("Option ", i)})
			col.Answers = append(col.Answers, fmt.Sprint("Value ", i))
		}
		s.Columns = append(s.Columns, col)
	}
	answers := edited(t, s, func(f *excelize.File) { must(t, f.SetCellStr(sheetChoices, "F4006", "Value 7")) })
	if len(answers) != 4000 || answers[3999].Text != "Value 7" {
		t.Errorf("%d rows came back, the last is %+v", len(answers), answers[len(answers)-1])
	}
}

func TestNothingToAskIsSaid(t *testing.T) {
	_, err := WriteChoices(t.Context(), mapping.ChoiceSheet{})
	fails(t, err, "sheet.nothing")
	_, err = WriteChoices(t.Context(), mapping.ChoiceSheet{Columns: []mapping.SheetColumn{{Rows: make([]mapping.SheetRow, mostRows+1)}}})
	fails(t, err, "sheet.too-many")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = WriteChoices(ctx, asked()); err == nil {
		t.Error("it did not stop")
	}
}
