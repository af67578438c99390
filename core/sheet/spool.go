package sheet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"ferry/core"
)

// A Spool keeps the rows of which files are written. It does the work of a destination, so what it can beyond writing is
// named here and handed through: a file can then be updated, gone on with and taken back as the spool can.
type Spool interface {
	core.Destination
	core.Starter
	core.Settler
	core.Finder
	core.Lister
	core.Ruler
	core.Keeper
	core.Rememberer
	core.Comparer

	// Rows calls row with every row of a plan's table, in the order of its keys. The values are good until row returns.
	Rows(ctx context.Context, p core.Plan, row func(key string, values []core.Value) error) error
	// Untold calls row with every row of a plan's table that is new, changed or gone since Tell, which notes that all of it was
	// told as it is, and keeps a note as SetNote does, both or neither. Untell forgets it.
	Untold(ctx context.Context, p core.Plan, row func(key string, values []core.Value, change core.OutcomeKind) error) error
	Tell(ctx context.Context, p core.Plan, name, text string) error
	Untell(ctx context.Context, table string) error
	// Note returns what SetNote kept under a name; "" when there is nothing.
	Note(ctx context.Context, name string) (string, error)
	SetNote(ctx context.Context, name, text string) error
}

// Spools say where spools lie and what makes one.
type Spools struct {
	Folder string // private; made when the first spool is
	Open   func(path string) (Spool, error)

	SheetRows int // of a sheet in Excel, its head among them; 0 is as many as Excel holds
}

// Path is where the spool of a file or folder lies: kind is the driver's name. It holds the rows, and so people's data.
func (s Spools) Path(kind, where string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + placeName(absolute(where))))
	return filepath.Join(s.Folder, kind+"-"+hex.EncodeToString(sum[:12])+".db")
}

// absolute is the one name of a file or folder, whatever folder Ferry was started in and whatever links lead there.
func absolute(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		whole = filepath.Clean(path)
	}
	// What is not there yet has no links; the folders above it may.
	for rest, above := "", whole; ; {
		if real, err := filepath.EvalSymlinks(above); err == nil {
			return filepath.Join(real, rest)
		}
		up := filepath.Dir(above)
		if up == above {
			return whole
		}
		rest, above = filepath.Join(filepath.Base(above), rest), up
	}
}

// placeName is absolute as it is compared: Windows and macOS do not tell capital letters apart.
func placeName(path string) string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return strings.ToLower(path)
	}
	return path
}

// A memory is what a spool remembers of the files written of it.
type memory struct {
	Place  string         `json:"place"`
	Tables []*tableMemory `json:"tables,omitempty"` // in the order in which they came
	Left   *left          `json:"left,omitempty"`   // the workbook
	Next   *left          `json:"next,omitempty"`   // what is about to take its place

	Emptied bool `json:"emptied,omitempty"` // its rows were deleted after their time, and none came since

	Dated   *dated   `json:"dated,omitempty"` // where only the changed rows are wanted
	Pending *pending `json:"pending,omitempty"`
}

// A tableMemory is what is remembered of one table.
type tableMemory struct {
	Table   string         `json:"table"`
	Source  string         `json:"source"`
	Key     string         `json:"key"`
	Columns []columnMemory `json:"columns"`
	Name    string         `json:"name"`            // of its file without ending, or of its first sheet
	Dirty   bool           `json:"dirty,omitempty"` // rows may have changed since it was written
	Form    string         `json:"form,omitempty"`  // how it was written
	Written bool           `json:"written,omitempty"`
	Rows    int64          `json:"rows,omitempty"`
	Guarded int64          `json:"guarded,omitempty"` // texts with an apostrophe in front
	Long    int64          `json:"long,omitempty"`    // texts longer than a cell
	Left    *left          `json:"left,omitempty"`    // its CSV file
	Next    *left          `json:"next,omitempty"`
	Sheets  []sheetMemory  `json:"sheets,omitempty"`
	Told    *telling       `json:"told,omitempty"`

	aside string // the name under which the file that stood there is kept since this process wrote it
	lost  bool   // because the rows of that file were not known any more
}

type columnMemory struct {
	Name string          `json:"name"`
	Type core.ColumnType `json:"type"`
}

// A sheetMemory is one sheet of a workbook: its name, the part of the file that holds it, and the cells it has.
type sheetMemory struct {
	Name  string `json:"name"`
	Part  string `json:"part"`
	Cells string `json:"cells"`
}

// plan is what the spool needs to read the table's rows.
func (t *tableMemory) plan() core.Plan {
	p := core.Plan{Source: t.Source, Table: t.Table, Key: t.Key}
	for _, c := range t.Columns {
		p.Columns = append(p.Columns, core.Column{Name: c.Name, Type: c.Type})
	}
	return p
}

// table finds a table as SQLite does: capital letters of ASCII are not told apart.
func (m *memory) table(name string) *tableMemory {
	for _, t := range m.Tables {
		if asSQLite(t.Table) == asSQLite(name) {
			return t
		}
	}
	return nil
}

// asSQLite is a name as SQLite compares names.
func asSQLite(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

const filesNote = "files"

// recall reads the memory afresh.
func (d *files) recall(ctx context.Context) (*memory, error) {
	text, err := d.Spool.Note(ctx, filesNote)
	if err != nil {
		return nil, err
	}
	m := &memory{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), m); err != nil {
			return nil, memoryDamaged(err)
		}
	}
	return m, nil
}

// keep writes the memory down.
func (d *files) keep(ctx context.Context) error {
	d.memory.Place = placeName(d.place)
	text, err := json.Marshal(d.memory)
	if err != nil {
		return memoryDamaged(err)
	}
	return d.Spool.SetNote(ctx, filesNote, string(text))
}

// known is the memory of a spool that this destination holds.
func (d *files) known(ctx context.Context) (*memory, error) {
	if d.memory == nil {
		m, err := d.recall(ctx)
		if err != nil {
			return nil, err
		}
		d.memory = m
	}
	return d.memory, nil
}

// elsewhere reports whether a spool belongs to another place: somebody copied it.
func (d *files) elsewhere(m *memory) bool { return m.Place != "" && m.Place != placeName(d.place) }

// drop takes away a spool that belongs to another place, and begins with none.
func (d *files) drop() error {
	if err := d.Spool.Close(); err != nil {
		return err
	}
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(d.path + end); err != nil && !os.IsNotExist(err) {
			return fileFault(d.path, err)
		}
	}
	s, err := d.spools.Open(d.path)
	if err == nil {
		d.Spool, d.memory = s, nil
	}
	return err
}
