package sheet

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"ferry/core/mapping"
)

// The sheets of the workbook, and where things stand.
const (
	sheetChoices = "Choices"
	sheetLists   = "Ferry lists"
	headRow      = 6
	firstRow     = headRow + 1
)

// The columns as they are written; their order may be changed by people.
const (
	colFrom = iota + 1
	colTo
	colCode
	colLabel
	colUsed
	colGoes
	colMark
)

// WriteChoices makes the workbook that asks what options become.
func WriteChoices(ctx context.Context, s mapping.ChoiceSheet) ([]byte, error) {
	rows := 0
	for _, c := range s.Columns {
		rows += len(c.Rows)
		if len(c.Answers) > mostRows {
			return nil, tooMany()
		}
	}
	switch {
	case rows == 0:
		return nil, nothingToAsk()
	case rows > mostRows:
		return nil, tooMany()
	}
	f := excelize.NewFile()
	defer f.Close()
	w := &writer{file: f, sheet: s, next: firstRow}
	w.begin()
	for i, c := range s.Columns {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		w.column(i+1, c)
	}
	w.end()
	if w.err != nil {
		return nil, notMade(w.err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, notMade(err)
	}
	return out.Bytes(), nil
}

// A writer writes one workbook. The first error stays; what follows does nothing.
type writer struct {
	file   *excelize.File
	sheet  mapping.ChoiceSheet
	next   int
	err    error
	fixed  int // styles
	number int
	answer int
}

func (w *writer) do(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) style(s excelize.Style) int {
	id, err := w.file.NewStyle(&s)
	w.do(err)
	return id
}

// text writes text, which stays text whatever it begins with.
func (w *writer) text(sheet string, column, row int, text string, style int) {
	cell, err := excelize.CoordinatesToCellName(column, row)
	w.do(err)
	w.do(w.file.SetCellStr(sheet, cell, shown(text)))
	if style != 0 {
		w.do(w.file.SetCellStyle(sheet, cell, cell, style))
	}
}

func (w *writer) whole(column, row int, n int64, style int) {
	if n > 1<<53 || n < -1<<53 { // Excel's numbers are not that long
		w.text(sheetChoices, column, row, fmt.Sprint(n), style)
		return
	}
	cell, err := excelize.CoordinatesToCellName(column, row)
	w.do(err)
	w.do(w.file.SetCellInt(sheetChoices, cell, n))
	w.do(w.file.SetCellStyle(sheetChoices, cell, cell, style))
}

// mostOfCell is how many characters a cell takes.
const mostOfCell = 32_000

// shown takes out what a cell cannot hold.
func shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if utf8.RuneCountInString(text) > mostOfCell {
		text = string([]rune(text)[:mostOfCell])
	}
	return text
}

const line = "E1E7EA"

// begin writes what stands above the options.
func (w *writer) begin() {
	f := w.file
	w.do(f.SetSheetName("Sheet1", sheetChoices))
	_, err := f.NewSheet(sheetLists)
	w.do(err)
	border := []excelize.Border{{Type: "bottom", Color: line, Style: 1}}
	top := excelize.Alignment{Vertical: "top", WrapText: true}
	w.fixed = w.style(excelize.Style{Border: border, Alignment: &top})
	w.number = w.style(excelize.Style{Border: border, NumFmt: 1, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "right"}})
	w.answer = w.style(excelize.Style{
		NumFmt: 49, Alignment: &top, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF9E5"}},
		Border:     []excelize.Border{{Type: "bottom", Color: line, Style: 1}, {Type: "left", Color: line, Style: 1}, {Type: "right", Color: line, Style: 1}},
		Protection: &excelize.Protection{Locked: false},
	})
	title := w.style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}})
	words := w.style(excelize.Style{Alignment: &top})
	w.text(sheetChoices, 1, 1, "What does each option become? "+w.sheet.Title, title)
	for i, say := range []string{
		"Please fill in the yellow column “" + headGoes + "”. Where a list opens in the cell, choose from it; elsewhere type the value.",
		"Choose “" + mapping.LeaveEmptyWords + "” for what should be left empty. What you do not know can stay blank. Nothing else has to be changed.",
		"Then save the file and send it back. Sorting, filtering and leaving out rows does no harm.",
	} {
		w.text(sheetChoices, 1, 2+i, say, words)
		w.do(f.MergeCell(sheetChoices, fmt.Sprintf("A%d", 2+i), fmt.Sprintf("F%d", 2+i)))
		w.do(f.SetRowHeight(sheetChoices, 2+i, 18))
	}
	head := w.style(excelize.Style{
		Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"0B6E6E"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
	})
	for i, h := range []string{headFrom, headTo, headCode, headLabel, headUsed, headGoes, headMark} {
		w.text(sheetChoices, i+1, headRow, h, head)
	}
	w.do(f.SetRowHeight(sheetChoices, headRow, 22))
	for column, width := range map[string]float64{"A": 30, "B": 30, "C": 13, "D": 38, "E": 11, "F": 42} {
		w.do(f.SetColWidth(sheetChoices, column, column, width))
	}
}

// column writes one column's options, and the list of what can be chosen.
func (w *writer) column(n int, c mapping.SheetColumn) {
	from := w.next
	for _, r := range c.Rows {
		w.text(sheetChoices, colFrom, w.next, c.From, w.fixed)
		w.text(sheetChoices, colTo, w.next, c.To, w.fixed)
		w.whole(colCode, w.next, r.Code, w.number)
		w.text(sheetChoices, colLabel, w.next, r.Label, w.fixed)
		if w.sheet.Counted {
			w.whole(colUsed, w.next, int64(r.Used), w.number)
		} else {
			w.text(sheetChoices, colUsed, w.next, "", w.number)
		}
		w.text(sheetChoices, colGoes, w.next, r.Answer, w.answer)
		w.text(sheetChoices, colMark, w.next, mark{w.sheet.Mapping, c.Column, r.Code}.text(), 0)
		w.next++
	}
	w.text(sheetLists, n, 1, mapping.LeaveEmptyWords, 0)
	for i, a := range c.Answers {
		w.text(sheetLists, n, 2+i, a, 0)
	}
	name, err := excelize.ColumnNumberToName(n)
	w.do(err)
	choose := excelize.NewDataValidation(true)
	choose.Sqref = fmt.Sprintf("F%d:F%d", from, w.next-1)
	choose.SetSqrefDropList(fmt.Sprintf("'%s'!$%s$1:$%s$%d", sheetLists, name, name, 1+len(c.Answers)))
	if len(c.Answers) > 0 {
		choose.SetError(excelize.DataValidationErrorStyleStop, "Not in the list", "Please choose a value from the list.")
	} else {
		choose.SetInput("Goes to", "Type the value, or choose "+mapping.LeaveEmptyWords+".")
	}
	w.do(w.file.AddDataValidation(sheetChoices, choose))
}

// end freezes, hides and locks.
func (w *writer) end() {
	f := w.file
	w.do(f.SetColVisible(sheetChoices, "G", false))
	if !w.sheet.Counted {
		w.do(f.SetColVisible(sheetChoices, "E", false))
	}
	w.do(f.AutoFilter(sheetChoices, fmt.Sprintf("A%d:G%d", headRow, w.next-1), nil))
	w.do(f.SetPanes(sheetChoices, &excelize.Panes{Freeze: true, YSplit: headRow, TopLeftCell: fmt.Sprintf("A%d", firstRow), ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: fmt.Sprintf("F%d", firstRow), ActiveCell: fmt.Sprintf("F%d", firstRow), Pane: "bottomLeft"}}}))
	w.do(f.SetSheetVisible(sheetLists, false))
	open := excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true, AutoFilter: true, Sort: true}
	w.do(f.ProtectSheet(sheetChoices, &open))
	fit, landscape := 0, "landscape"
	w.do(f.SetPageLayout(sheetChoices, &excelize.PageLayoutOptions{Orientation: &landscape, FitToHeight: &fit}))
	w.do(f.SetDocProps(&excelize.DocProperties{Creator: "Ferry", Title: "Choices"}))
}
