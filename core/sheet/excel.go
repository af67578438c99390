package sheet

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"

	"ferry/core"
)

// excelForm is how workbooks are written; another one makes every sheet anew.
const excelForm = "excel 1"

// Excel describes the destination "Look at it in Excel". log may be nil.
func Excel(spools Spools, log *slog.Logger) core.Driver[core.Destination] {
	return core.Driver[core.Destination]{
		Name:    "excel",
		Title:   "Look at it in Excel",
		Summary: "One workbook with a sheet for each table; dates are dates, numbers are numbers.",
		Settings: []core.Setting{
			{Name: "file", Title: "Workbook", Kind: core.SettingFile, Ending: ".xlsx", Required: true, Main: true,
				Help: "Where the workbook lies; its name ends in .xlsx. Ferry makes it when there is none, and never writes over one it did not make."},
			onlyChanges(),
			{Name: "replace", Title: "Replace a workbook of the same name", Kind: core.SettingSwitch, Default: "false",
				Help: "A workbook that is there already and that Ferry did not make, or that somebody saved since, is written over."},
		},
		New: func(s core.Settings) (core.Destination, error) { return newExcel(s, spools, log) },
	}
}

// excelFile is the destination "Look at it in Excel".
type excelFile struct {
	files
	replaces bool
	most     int // rows of a sheet, its head among them
}

func newExcel(s core.Settings, spools Spools, log *slog.Logger) (*excelFile, error) {
	file := strings.TrimSpace(s.Get("file"))
	switch {
	case file == "":
		return nil, noPlace("workbook", "Choose where the workbook should lie, such as ferry.xlsx in your Documents.")
	case !strings.EqualFold(filepath.Ext(file), ".xlsx"):
		return nil, notXLSX(file)
	}
	d := &excelFile{replaces: on(s, "replace", false), most: mostRowsOfSheet}
	if spools.SheetRows > 0 {
		d.most = spools.SheetRows
	}
	d.changes = on(s, "only-changes", false)
	if err := d.fill("excel", file, spools, log); err != nil {
		return nil, err
	}
	d.target = func(*tableMemory) string { return d.place }
	d.ours = func(*tableMemory) *left {
		m := d.memory
		if m == nil { // only looked at
			var err error
			if m, err = d.recall(context.Background()); err != nil || d.elsewhere(m) {
				return nil
			}
		}
		return first(m.Left, m.Next)
	}
	d.foreign = func(path string) error {
		if d.replaces || writtenByFerry(path) {
			return nil
		}
		return notOurFile(path)
	}
	d.suits = func(t *tableMemory) bool { return t.Form == excelForm }
	d.produce = d.write
	d.fresh, d.tell = d.freshWorkbook, d.tellWorkbook
	d.name = func(m *memory, t *tableMemory) string {
		return apart(safeSheet(t.Table), sheetNames(m), mostOfSheet, "")
	}
	d.words = d.counted
	d.careful = func(context.Context, *core.Check) *core.Fault {
		if dated := units(" 2006-01-02 15.04.05"); units(d.place) > 218 || d.changes && units(d.place)+dated > 218 {
			return longPath(d.place)
		}
		return nil
	}
	return d, nil
}

// sheetNames are the names that are taken.
func sheetNames(m *memory) map[string]bool {
	taken := map[string]bool{}
	for _, t := range m.Tables {
		taken[foldedName(t.Name)] = true
		for _, s := range t.Sheets {
			taken[foldedName(s.Name)] = true
		}
	}
	return taken
}

// writtenByFerry reports whether a workbook is one that Ferry wrote and nobody saved since.
func writtenByFerry(path string) bool {
	z, err := zip.OpenReader(path)
	if err != nil {
		return false
	}
	defer z.Close()
	part, err := z.Open("docProps/app.xml")
	if err != nil {
		return false
	}
	defer part.Close()
	text, err := io.ReadAll(io.LimitReader(part, 1<<16))
	return err == nil && strings.Contains(string(text), application)
}

// counted tells how many texts are longer than a cell.
func (d *excelFile) counted(_, long int64) string {
	switch long {
	case 0:
		return ""
	case 1:
		return "one text is too long for a cell and stands whole in a sheet of its own"
	}
	return fmt.Sprintf("%d texts are too long for a cell and stand whole in a sheet of their own", long)
}

// Missing refuses a table that Excel cannot hold.
func (d *excelFile) Missing(ctx context.Context, p core.Plan) ([]core.Thing, error) {
	if len(p.Columns)+1 > mostColumns {
		return nil, tooWide(p.Table, len(p.Columns)+1)
	}
	return d.files.Missing(ctx, p)
}

// write writes the workbook: this table's sheets anew, those of the other tables as they are in the old one, or anew where
// that is gone or was changed.
func (d *excelFile) write(ctx context.Context, t *tableMemory) error {
	if err := d.takes(t); err != nil {
		return err
	}
	m := d.memory
	old := &workbookParts{}
	if now, err := d.state(ctx, d.place, m.Left); err != nil {
		return err
	} else if now == asLeft {
		if old, err = openParts(d.place); err != nil {
			old = &workbookParts{} // every sheet is written anew
		}
		defer old.Close()
	}
	fresh := map[*tableMemory]*tableMemory{}
	now, err := d.replace(ctx, d.place, first(m.Left, m.Next), m.Next, func(out io.Writer) error {
		w := newWorkbook(out)
		for _, each := range m.Tables {
			if each != t && !each.Written {
				continue // its first import has not come to its end
			}
			begun := len(w.sheets)
			next := *each
			if each == t || each.Form != excelForm || !reusable(each, old.parts) {
				if err := d.table(w, &next, d.rows(ctx, &next)); err != nil {
					return err
				}
			} else {
				for _, s := range each.Sheets {
					if err := w.reuse(old.parts[s.Part], s); err != nil {
						return err
					}
				}
			}
			next.Sheets = append([]sheetMemory(nil), w.sheets[begun:]...)
			fresh[each] = &next
		}
		if err := w.end(); err != nil {
			return err
		}
		return old.Close() // Windows replaces no file that is open
	}, func(next *left) error {
		m.Next = next
		return d.keep(ctx)
	})
	if err != nil {
		return err
	}
	m.Left, m.Next = now, nil
	for each, next := range fresh {
		each.Sheets, each.Form, each.Rows, each.Long = next.Sheets, excelForm, next.Rows, next.Long
	}
	return nil
}

// workbookParts are the parts of a workbook that is there.
type workbookParts struct {
	file  *zip.ReadCloser
	parts map[string]*zip.File
}

func openParts(path string) (*workbookParts, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	w := &workbookParts{z, map[string]*zip.File{}}
	for _, f := range z.File {
		w.parts[f.Name] = f
	}
	return w, nil
}

// Close may be called twice.
func (w *workbookParts) Close() error {
	if w.file == nil {
		return nil
	}
	file := w.file
	w.file = nil
	return file.Close()
}

// reusable reports whether all sheets of a table are there.
func reusable(t *tableMemory, parts map[string]*zip.File) bool {
	for _, s := range t.Sheets {
		if parts[s.Part] == nil {
			return false
		}
	}
	return len(t.Sheets) > 0
}

// table writes the sheets of one table.
func (d *excelFile) table(w *workbook, t *tableMemory, rows rowsOf) error {
	taken := map[string]bool{}
	for _, other := range d.memory.Tables {
		if other.Table == t.Table {
			continue
		}
		taken[foldedName(other.Name)] = true
		for _, s := range other.Sheets {
			taken[foldedName(s.Name)] = true
		}
	}
	for _, s := range w.sheets {
		taken[foldedName(s.Name)] = true
	}
	columns := []column{{name: t.Key, width: 38}}
	for _, c := range t.Columns {
		columns = append(columns, columnOf(c.Name, c.Type))
	}
	taken[foldedName(t.Name)] = true
	aside := apart(t.Name, taken, mostOfSheet, " (long texts)")
	taken[foldedName(aside)] = true
	mark := " … (cut here; the whole text is in the sheet “" + aside + "”)"
	row := make([]cell, len(columns))
	var s *sheetWriter
	t.Rows, t.Long = 0, 0
	name := t.Name
	var err error
	if s, err = w.sheet(name, columns); err != nil {
		return err
	}
	err = rows(func(key string, values []core.Value) error {
		if s.row == d.most {
			if err := s.end(); err != nil {
				return err
			}
			name = apart(t.Name, taken, mostOfSheet, "")
			taken[foldedName(name)] = true
			var err error
			if s, err = w.sheet(name, columns); err != nil {
				return err
			}
		}
		row[0] = text(key)
		for i, v := range values {
			row[i+1] = cellOf(t.Columns[i].Type, v)
		}
		for i := range row {
			if tooLong(row[i]) {
				t.Long++
				row[i].text = cutUnits(row[i].text, mostOfText-units(mark)) + mark
			}
		}
		t.Rows++
		return s.cells(row)
	})
	if err != nil {
		return err
	}
	if err := s.end(); err != nil || t.Long == 0 {
		return err
	}
	return d.aside(w, t, rows, aside)
}

// tooLong reports whether a cell has more text than Excel takes.
func tooLong(c cell) bool {
	return c.kind == 't' && len(c.text) > mostOfText && units(c.text) > mostOfText
}

// aside writes the sheet in which the texts of a table stand whole that are too long for a cell: in parts, one below the
// other.
func (d *excelFile) aside(w *workbook, t *tableMemory, rows rowsOf, name string) error {
	columns := []column{{name: t.Key, width: 38}, {name: "column", width: 28}, {name: "part", width: 8}, {name: "text", width: 60}}
	s, err := w.sheet(name, columns)
	if err != nil {
		return err
	}
	names := []string{t.Key}
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	err = rows(func(key string, values []core.Value) error {
		for i := range names {
			c := text(key)
			if i > 0 {
				c = cellOf(t.Columns[i-1].Type, values[i-1])
			}
			if !tooLong(c) {
				continue
			}
			for part, rest := 1, c.text; rest != ""; part++ {
				piece := cutUnits(rest, mostOfText)
				rest = rest[len(piece):]
				if s.row == d.most {
					return tooManyLong(t.Table)
				}
				if err := s.cells([]cell{text(cutUnits(key, mostOfText)), text(names[i]), {'n', styleWhole, strconv.Itoa(part)}, text(piece)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.end()
}
