package sheet

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"ferry/core/mapping"
)

// ReadChoices reads the sheet that came back. Nothing is followed, calculated or changed. Rows that cannot be understood
// are among the answers, with the reason.
func ReadChoices(ctx context.Context, path string) (all []mapping.ChoiceAnswer, err error) {
	data, err := open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { // a file of other people's hands must not end Ferry
		if p := recover(); p != nil {
			all, err = nil, damaged(errPanic)
		}
	}()
	limits := excelize.Options{UnzipSizeLimit: mostBytes, UnzipXMLSizeLimit: mostBytes}
	f, err := excelize.OpenReader(bytes.NewReader(data), limits)
	if err != nil {
		return nil, damaged(err)
	}
	defer f.Close()
	missing := notOurs()
	for _, name := range f.GetSheetList() {
		if name == sheetLists {
			continue
		}
		found, fault := readSheet(ctx, f, name)
		if fault != nil {
			return nil, fault
		}
		if found.marks == 0 {
			continue
		}
		if !found.head {
			missing = noHead()
			continue
		}
		all = append(all, found.answers...)
	}
	if len(all) == 0 {
		return nil, missing
	}
	return all, nil
}

type marker string

func (m marker) Error() string { return string(m) }

const errPanic = marker("the workbook could not be read")

// A found is what one sheet of the workbook holds.
type found struct {
	marks   int
	head    bool
	answers []mapping.ChoiceAnswer
}

// A head is where things stand in a sheet; -1 is nowhere.
type head struct{ from, to, code, label, goes int }

func readSheet(ctx context.Context, f *excelize.File, name string) (found, error) {
	var out found
	lines, err := readLines(ctx, f, name)
	if err != nil {
		return out, err
	}
	reader := rowReader{marks: map[string]mark{}}
	for _, l := range lines { // marks first: a row without one is known by its neighbours
		for _, cell := range l.raw {
			if m, ok := readMark(cell); ok {
				out.marks++
				reader.known(m)
			}
		}
	}
	if out.marks == 0 {
		return out, nil
	}
	for i, l := range lines {
		if h, ok := readHead(l.raw); ok {
			out.head, reader.head = true, h
			for _, l := range lines[i+1:] {
				reader.names(l)
			}
			for _, l := range lines[i+1:] {
				if a, ok := reader.row(l); ok {
					out.answers = append(out.answers, a)
				}
			}
			return out, nil
		}
	}
	return out, nil
}

// A rowLine is one row, as it is kept and as it is shown.
type rowLine struct {
	number     int
	raw, shown []string
}

// mostLines is how many rows are looked at, empty ones included.
const mostLines = 200_000

func readLines(ctx context.Context, f *excelize.File, name string) ([]rowLine, error) {
	var out []rowLine
	for _, raw := range []bool{true, false} {
		rows, err := f.Rows(name)
		if err != nil {
			return nil, nil // a chart has no rows
		}
		at := 0
		for number := 1; rows.Next(); number++ {
			if number > mostLines {
				break
			}
			if number%1000 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			cells, err := rows.Columns(excelize.Options{RawCellValue: raw})
			if err != nil {
				return nil, damaged(err)
			}
			if len(cells) > 200 {
				cells = cells[:200]
			}
			if empty(cells) {
				continue
			}
			if raw {
				if len(out) >= 2*mostRows {
					return nil, tooLarge()
				}
				out = append(out, rowLine{number: number, raw: cells})
				continue
			}
			for at < len(out) && out[at].number < number {
				at++
			}
			if at < len(out) && out[at].number == number {
				out[at].shown = cells
			}
		}
		if err := rows.Close(); err != nil {
			return nil, damaged(err)
		}
	}
	return out, nil
}

func empty(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// readHead finds the heading row by its words.
func readHead(cells []string) (head, bool) {
	h := head{-1, -1, -1, -1, -1}
	for i, c := range cells {
		switch folded(c) {
		case folded(headFrom):
			h.from = i
		case folded(headTo):
			h.to = i
		case folded(headCode):
			h.code = i
		case folded(headLabel):
			h.label = i
		case folded(headGoes):
			h.goes = i
		}
	}
	return h, h.goes >= 0 && (h.code >= 0 || h.label >= 0)
}

func at(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(cells[i], "\u00a0", " "))
}

// A rowReader reads rows below a heading row.
type rowReader struct {
	head  head
	only  *mark           // of the one mapping in the sheet
	mixed bool            // there are several mappings
	marks map[string]mark // by the names of both fields
}

func (r *rowReader) known(m mark) {
	if r.only == nil {
		r.only = &mark{mapping: m.mapping}
	}
	r.mixed = r.mixed || r.only.mapping != m.mapping
}

// names notes which fields a mark stands beside, for rows that somebody added.
func (r *rowReader) names(l rowLine) {
	if m, ok := markIn(l.raw); ok {
		if key, ok := r.key(l); ok {
			if old, is := r.marks[key]; is && old.column != m.column {
				m.column = ""
			}
			r.marks[key] = m
		}
	}
}

func (r *rowReader) key(l rowLine) (string, bool) {
	from, to := folded(at(l.raw, r.head.from)), folded(at(l.raw, r.head.to))
	return from + "\n" + to, from != "" || to != ""
}

func markIn(cells []string) (mark, bool) {
	for _, c := range cells {
		if m, ok := readMark(c); ok {
			return m, true
		}
	}
	return mark{}, false
}

// row reads one row; false when it says nothing.
func (r *rowReader) row(l rowLine) (mapping.ChoiceAnswer, bool) {
	a := mapping.ChoiceAnswer{Line: l.number, Label: at(l.raw, r.head.label)}
	a.Text, a.Why = answer(at(l.raw, r.head.goes), at(l.shown, r.head.goes))
	m, marked := markIn(l.raw)
	code, hasCode := readCode(at(l.raw, r.head.code))
	if !marked {
		if a.Text == "" {
			return a, false
		}
		key, named := r.key(l)
		m, marked = r.marks[key]
		switch {
		case !named || !marked || m.column == "" || r.mixed:
			a.Why = "The row was added by hand, and it does not say which field it is about."
		case !hasCode:
			a.Why = "The row was added by hand, and it does not say which code it is about."
		}
		if r.only != nil {
			a.Mapping = r.only.mapping
		}
		a.Column, a.Code = m.column, code
		return a, true
	}
	a.Mapping, a.Column, a.Code = m.mapping, m.column, m.code
	if at(l.raw, r.head.code) != "" && (!hasCode || code != m.code) && a.Text != "" {
		a.Why = "The code of this row was changed, or only some of the columns were sorted."
	}
	return a, true
}

// readCode reads a code as spreadsheets keep it: 100000001, "100000001", 1E+8.
func readCode(text string) (int64, bool) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "'"))
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if n := int64(f); err == nil && f > -1<<53 && f < 1<<53 && float64(n) == f {
		return n, true
	}
	return 0, false
}

// answer is what a person wrote. What the program made of it (a date out of 3-4) is not what they wrote.
func answer(raw, shown string) (text, why string) {
	switch raw {
	case "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!":
		return raw, "A formula failed in this cell."
	}
	if raw == shown || shown == "" {
		return raw, ""
	}
	if _, err := strconv.ParseFloat(raw, 64); err == nil {
		if n, ok := readCode(raw); ok && readsAs(shown, n) {
			return strconv.FormatInt(n, 10), ""
		}
		return shown, "Excel made a date or another number of this answer. Write it as text: with ' before it."
	}
	return raw, ""
}

func readsAs(shown string, n int64) bool {
	m, ok := readCode(strings.NewReplacer(",", "", ".", "", " ", "", "\u00a0", "").Replace(shown))
	return ok && m == n
}
