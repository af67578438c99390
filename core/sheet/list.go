package sheet

import "io"

// WriteList writes a workbook that holds a list: one sheet, and more of them where one is not long enough. Every cell is text
// and stays text, whatever it begins with; one that is too long for a cell is cut. Memory does not grow with the list.
func WriteList(out io.Writer, name string, head []string, rows func(row func(cells ...string) error) error) error {
	w := newWorkbook(out)
	w.list = true
	columns := make([]column, len(head))
	for i, h := range head {
		columns[i] = columnOf(h, "")
	}
	taken := map[string]bool{}
	begin := func() (*sheetWriter, error) {
		next := apart(safeSheet(name), taken, mostOfSheet, "")
		taken[foldedName(next)] = true
		return w.sheet(next, columns)
	}
	s, err := begin()
	if err != nil {
		return err
	}
	line := make([]cell, len(head))
	err = rows(func(cells ...string) error {
		if s.row == mostRowsOfSheet {
			if err := s.end(); err != nil {
				return err
			}
			if s, err = begin(); err != nil {
				return err
			}
		}
		clear(line)
		for i := range min(len(line), len(cells)) {
			if cells[i] == "" {
				continue
			}
			if line[i] = text(cells[i]); tooLong(line[i]) {
				line[i].text = cutUnits(line[i].text, mostOfText-1) + "…"
			}
		}
		return s.cells(line)
	})
	if err == nil {
		err = s.end()
	}
	if err != nil {
		return err
	}
	return w.end()
}
