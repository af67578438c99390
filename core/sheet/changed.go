package sheet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ferry/core"
)

// Where only the changed rows are wanted, Finish writes a file with the date in its name, and never a second time into one
// that is there: the rows that are new, changed or gone since the file before. The spool knows which they are, whatever
// changed them: an import that was stopped and went on, one that was taken back. A file is on the disk, under a name of its
// own, before its rows count as told; from then on it gets its name, also after a kill.

// changeColumn says of each row in such a file what became of it.
const changeColumn = "_change"

// onlyChanges is the setting of both destinations.
func onlyChanges() core.Setting {
	return core.Setting{Name: "only-changes", Title: "Only the changed rows, in a new file each time", Kind: core.SettingSwitch, Default: "false",
		Help: "Each import writes a file with the date in its name: the rows that are new, changed or gone since the file before. The first one holds every row. The column _change says which they are."}
}

// A dated is what the run at hand wrote last.
type dated struct {
	Run    int64         `json:"run"`            // the spool's generation
	At     string        `json:"at"`             // in the names of all files of the run
	Name   string        `json:"name,omitempty"` // of its workbook
	Left   *left         `json:"left,omitempty"`
	Sheets []sheetMemory `json:"sheets,omitempty"`
	Tables []string      `json:"tables,omitempty"`
}

// A telling is the newest file of a table's changed rows.
type telling struct {
	Run     int64  `json:"run"`
	Name    string `json:"name"`
	Rows    int64  `json:"rows"`
	Guarded int64  `json:"guarded,omitempty"`
	Long    int64  `json:"long,omitempty"`
}

// A pending is a file that is complete and has not got its name yet.
type pending struct {
	Table string `json:"table"`
	Part  string `json:"part"`
	Name  string `json:"name"`
	Left  *left  `json:"left"`
	Over  *left  `json:"over,omitempty"` // the run's own workbook, whose place it takes
}

// rowsOf gives the rows that a file is written of: the key and the values of each.
type rowsOf func(row func(key string, values []core.Value) error) error

var errEnough = errors.New("enough")

// finishChanged writes the file of a table's changed rows; where nothing changed there is none.
func (d *files) finishChanged(ctx context.Context, t *tableMemory) error {
	err := d.Spool.Untold(ctx, t.plan(), func(string, []core.Value, core.OutcomeKind) error { return errEnough })
	if !errors.Is(err, errEnough) {
		return err
	}
	m := d.memory
	if m.Dated == nil || m.Dated.Run != d.run {
		m.Dated = &dated{Run: d.run, At: d.now().Format("2006-01-02 15.04.05")}
	}
	path, over, err := d.fresh(ctx, t)
	if err != nil {
		return err
	}
	r, err := d.begin(path, d.beside(d.target(t))) // the next one finds what a kill left there
	if err != nil {
		return err
	}
	defer r.abandon()
	next := *t
	next.Columns = append(slices.Clone(t.Columns), columnMemory{changeColumn, core.ColumnText})
	var values []core.Value
	rows := func(row func(key string, values []core.Value) error) error {
		return d.Spool.Untold(ctx, t.plan(), func(key string, was []core.Value, change core.OutcomeKind) error {
			values = append(append(values[:0], was...), core.Text(changeWord(change)))
			return row(key, values)
		})
	}
	next.Rows, next.Guarded, next.Long = 0, 0, 0
	if err := d.tell(ctx, &next, rows, over != nil, r); err != nil {
		return r.fault(err)
	}
	now, err := r.complete()
	if err != nil {
		return err
	}
	m.Pending = &pending{Table: t.Table, Part: r.part, Name: filepath.Base(path), Left: now, Over: over}
	m.Dated.Name, m.Dated.Left = m.Pending.Name, now
	m.Dated.Tables = append(m.Dated.Tables, t.Table)
	t.Told = &telling{Run: d.run, Name: m.Pending.Name, Rows: next.Rows, Guarded: next.Guarded, Long: next.Long}
	r.done = true // whatever comes of the note: where it is on the disk, the file is needed
	if err := d.keepTold(ctx, t); err != nil {
		d.memory = nil
		return err
	}
	return d.settlePending(ctx)
}

// keepTold writes the memory down together with what was told.
func (d *files) keepTold(ctx context.Context, t *tableMemory) error {
	d.memory.Place = placeName(d.place)
	text, err := json.Marshal(d.memory)
	if err != nil {
		return memoryDamaged(err)
	}
	return d.Spool.Tell(ctx, t.plan(), filesNote, string(text))
}

// settlePending gives a complete file its name. One that is gone before it had one is made up for: every row of the table is
// told anew.
func (d *files) settlePending(ctx context.Context) error {
	m := d.memory
	p := m.Pending
	if p == nil {
		return nil
	}
	path := filepath.Join(d.folder(), p.Name)
	part, err := d.state(ctx, p.Part, p.Left)
	if err != nil {
		return err
	}
	there, err := d.state(ctx, path, p.Left)
	if err != nil {
		return err
	}
	switch {
	case there == asLeft: // it has its name
	case part != asLeft:
		if err := d.Spool.Untell(ctx, p.Table); err != nil {
			return err
		}
	default:
		over := gone
		if p.Over != nil {
			if over, err = d.state(ctx, path, p.Over); err != nil {
				return err
			}
		}
		if over != asLeft { // somebody's file lies there by now
			path = free(path)
		}
		if err := d.rename(ctx, p.Part, path); err != nil {
			return err
		}
		m.Dated.Name = filepath.Base(path)
		if t := m.table(p.Table); t != nil && t.Told != nil {
			t.Told.Name = m.Dated.Name
		}
	}
	m.Pending = nil
	return d.keep(ctx)
}

// free is a name that no file has yet.
func free(path string) string {
	end := filepath.Ext(path)
	for n, try := 2, path; ; n++ {
		if _, err := os.Lstat(try); errors.Is(err, fs.ErrNotExist) {
			return try
		}
		try = fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(path, end), n, end)
	}
}

func changeWord(k core.OutcomeKind) string {
	switch k {
	case core.Created:
		return "new"
	case core.Updated:
		return "changed"
	}
	return "gone"
}

// toldRemark says in which file the changed rows of a table are.
func (d *files) toldRemark(t *tableMemory) string {
	if t.Told == nil || t.Told.Run != d.run {
		return "Nothing changed, so no file was written."
	}
	path := quoted(filepath.Join(d.folder(), t.Told.Name))
	if t.Told.Rows == 1 {
		return "The row that changed is in " + path + "."
	}
	return fmt.Sprintf("The %d rows that changed are in %s.", t.Told.Rows, path)
}

// toldWords are for the check.
func (d *files) toldWords(m *memory) string {
	words := "each import writes a new file with the rows that changed"
	if m.Dated != nil && m.Dated.Name != "" {
		words += "; the newest is " + m.Dated.Name
	}
	return words
}

// freshText is where the changed rows of a table come to lie as CSV.
func (d *csvFolder) freshText(_ context.Context, t *tableMemory) (string, *left, error) {
	if err := os.Mkdir(d.place, 0o700); err != nil && !os.IsExist(err) {
		return "", nil, fileFault(d.place, err)
	}
	return free(filepath.Join(d.place, t.Name+" "+d.memory.Dated.At+".csv")), nil, nil
}

// tellText writes changed rows as CSV.
func (d *csvFolder) tellText(_ context.Context, t *tableMemory, rows rowsOf, _ bool, out io.Writer) error {
	w := csvWriter{delimiter: d.delimiter, guard: d.guard}
	err := w.table(d.encoding, t, rows, out)
	t.Rows, t.Guarded = w.rows, w.guarded
	return err
}

// freshWorkbook is where the changed rows of a table come to lie in Excel: in the run's workbook, which all its tables share
// as long as nobody touches it.
func (d *excelFile) freshWorkbook(ctx context.Context, t *tableMemory) (string, *left, error) {
	end := filepath.Ext(d.place)
	m := d.memory.Dated
	if m.Name != "" && !slices.Contains(m.Tables, t.Table) {
		path := filepath.Join(filepath.Dir(d.place), m.Name)
		now, err := d.state(ctx, path, m.Left)
		if err != nil || now == asLeft {
			return path, m.Left, err
		}
	}
	m.Name, m.Sheets, m.Tables = "", nil, nil
	return free(strings.TrimSuffix(d.place, end) + " " + m.At + end), nil, nil
}

// tellWorkbook writes changed rows as a sheet, behind those of the run's other tables.
func (d *excelFile) tellWorkbook(ctx context.Context, t *tableMemory, rows rowsOf, over bool, out io.Writer) error {
	w, m := newWorkbook(out), d.memory.Dated
	if over {
		old, err := openParts(filepath.Join(filepath.Dir(d.place), m.Name))
		if err != nil {
			return err
		}
		defer old.Close()
		for _, s := range m.Sheets {
			if err := w.reuse(old.parts[s.Part], s); err != nil {
				return err
			}
		}
	}
	if err := d.table(w, t, rows); err != nil {
		return err
	}
	m.Sheets = w.sheets
	return w.end()
}
