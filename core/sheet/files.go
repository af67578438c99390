package sheet

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// files is what the two destinations of this package share: a spool that holds the rows, and files written of it. Every
// call but these is the spool's own.
type files struct {
	Spool
	kind   string
	place  string // the folder or the file, absolute
	path   string // of the spool
	spools Spools
	log    *slog.Logger
	now    func() time.Time
	wait   func(context.Context, time.Duration) error
	free   func(folder string) (bytes uint64, known bool)

	target  func(t *tableMemory) string                          // the file in which a table comes to lie
	ours    func(t *tableMemory) *left                           // what Ferry left there
	foreign func(path string) error                              // a Fault for a file that Ferry did not make
	suits   func(t *tableMemory) bool                            // it was written the way it would be now
	produce func(ctx context.Context, t *tableMemory) error      // writes the file
	name    func(m *memory, t *tableMemory) string               // of a new table's file or sheet
	words   func(guarded, long int64) string                     // what is said of so many texts, without a full stop; "" is nothing
	careful func(ctx context.Context, c *core.Check) *core.Fault // warnings of the kind's own

	changes bool  // only the changed rows, in new files (changed.go)
	run     int64 // the spool's generation in the run at hand
	fresh   func(ctx context.Context, t *tableMemory) (path string, over *left, err error)
	tell    func(ctx context.Context, t *tableMemory, rows rowsOf, over bool, out io.Writer) error

	mu      sync.Mutex
	memory  *memory         // nil until it is needed
	aside   string          // the name that the file got which was written last, where it stayed
	clean   map[string]bool // tables whose file was up to date when this process began to write them
	changed map[string]bool // tables that this process changed
}

// fill completes a files of a place.
func (d *files) fill(kind, place string, spools Spools, log *slog.Logger) error {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	d.kind, d.place, d.spools, d.log = kind, absolute(place), spools, log
	d.path = spools.Path(kind, place)
	d.now, d.wait, d.free = time.Now, core.Wait, sqlitefile.FreeSpace
	d.clean, d.changed = map[string]bool{}, map[string]bool{}
	s, err := spools.Open(d.path)
	d.Spool = s
	return err
}

// Identity is the spool's: without it nothing is known of the rows. A spool of another place is none.
func (d *files) Identity(ctx context.Context) (core.Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, err := d.Spool.Identity(ctx)
	if err == nil && id.ID != "" {
		var m *memory
		if m, err = d.recall(ctx); err == nil && d.elsewhere(m) {
			id = core.Identity{}
		}
	}
	id.Name = filepath.Base(d.place)
	return id, err
}

// Start stores the identity in the spool, and makes the spool when there is none.
func (d *files) Start(ctx context.Context, next core.Identity) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.spoolFolder(); err != nil {
		return err
	}
	m, err := d.recall(ctx)
	if err != nil {
		return err
	}
	if d.elsewhere(m) {
		if err := d.drop(); err != nil {
			return err
		}
		m = &memory{}
	}
	if err := d.Spool.Start(ctx, next); err != nil {
		return err
	}
	if err := os.Chmod(d.path, 0o600); err != nil && !os.IsPermission(err) { // its folder is private; this is the second lock
		return fileFault(d.path, err)
	}
	d.memory = m
	if m.Place == "" || m.Emptied {
		m.Emptied = false
		return d.keep(ctx)
	}
	return nil
}

// spoolFolder makes the folder of spools, which is private.
func (d *files) spoolFolder() error {
	if err := os.MkdirAll(d.spools.Folder, 0o700); err != nil {
		return fileFault(d.spools.Folder, err)
	}
	return nil
}

// Missing tells what the plan needs. A file in the way that Ferry did not make is a Fault before anything is read.
func (d *files) Missing(ctx context.Context, p core.Plan) ([]core.Thing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, err := d.recall(ctx)
	if err != nil {
		return nil, err
	}
	if d.elsewhere(m) {
		m = &memory{}
	}
	t := m.table(p.Table)
	if t == nil {
		t = d.newTable(m, p)
	}
	if err := d.takes(t); err != nil {
		return nil, err
	}
	things, err := d.Spool.Missing(ctx, p)
	for i := range things {
		if things[i].Kind == "file" {
			things[i].Name = d.target(t)
		}
	}
	return things, err
}

// takes refuses a place where a file stands that Ferry did not make, or where a folder has the file's name.
func (d *files) takes(t *tableMemory) error {
	if d.changes { // every file is a new one
		return nil
	}
	path := d.target(t)
	about, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return nil
	case errors.Is(err, syscall.ENOTDIR):
		return fileInTheWay(d.folder())
	case err != nil:
		return fileFault(path, err)
	case about.IsDir():
		return folderInTheWay(path)
	case d.ours(t) != nil:
		return nil
	}
	return d.foreign(path)
}

func (d *files) newTable(m *memory, p core.Plan) *tableMemory {
	t := &tableMemory{Table: p.Table, Source: p.Source, Key: p.Key, Dirty: true}
	for _, c := range p.Columns {
		t.Columns = append(t.Columns, columnMemory{c.Name, c.Type})
	}
	t.Name = d.name(m, t)
	return t
}

// Prepare makes the spool's table, and remembers it.
func (d *files) Prepare(ctx context.Context, p core.Plan, things []core.Thing) (core.Plan, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.spoolFolder(); err != nil {
		return p, err
	}
	m, err := d.known(ctx)
	if err != nil {
		return p, err
	}
	t := m.table(p.Table)
	if t == nil {
		t = d.newTable(m, p)
	}
	if err := d.reachable(t); err != nil {
		return p, err
	}
	prepared, err := d.Spool.Prepare(ctx, p, things)
	if err != nil {
		return prepared, err
	}
	if m.table(p.Table) != nil {
		return prepared, nil
	}
	m.Tables = append(m.Tables, t)
	return prepared, d.keep(ctx)
}

// Write stores a batch in the spool. The file counts as out of date from before the first row.
func (d *files) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.touch(ctx, p.Table); err != nil {
		return make([]core.Outcome, len(b.Rows)), core.During("writing "+p.Table, err) // untried
	}
	outcomes, err := d.Spool.Write(ctx, p, b)
	d.notice(p.Table, outcomes, err)
	return outcomes, err
}

// PutBack puts rows of the spool back as they were before a batch.
func (d *files) PutBack(ctx context.Context, p core.Plan, columns []string, rows []core.Replaced, try bool) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if try {
		return d.Spool.PutBack(ctx, p, columns, rows, true)
	}
	if err := d.touch(ctx, p.Table); err != nil {
		return make([]core.Outcome, len(rows)), core.During("taking back what was written into "+p.Table, err)
	}
	outcomes, err := d.Spool.PutBack(ctx, p, columns, rows, false)
	d.notice(p.Table, outcomes, err)
	return outcomes, err
}

// touch notes that a table's file may be out of date, before it is.
func (d *files) touch(ctx context.Context, table string) error {
	m, err := d.known(ctx)
	if err != nil {
		return err
	}
	t := m.table(table)
	if t == nil || t.Dirty {
		return nil
	}
	t.Dirty = true
	if err := d.keep(ctx); err != nil {
		t.Dirty = false
		return err
	}
	d.clean[t.Table] = true
	return nil
}

// notice remembers whether anything changed. What is not known for sure counts as changed.
func (d *files) notice(table string, outcomes []core.Outcome, err error) {
	t := d.memory.table(table)
	if t == nil {
		return
	}
	for _, o := range outcomes {
		switch o.Kind {
		case core.Unchanged, core.Refused, core.Skipped:
		default:
			d.changed[t.Table] = true
		}
	}
	d.changed[t.Table] = d.changed[t.Table] || err != nil
}

// Finish writes the file whole, unless it is there as it would be written.
func (d *files) Finish(ctx context.Context, p core.Plan) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.Spool.Finish(ctx, p); err != nil {
		return err
	}
	m, err := d.known(ctx)
	if err != nil {
		return err
	}
	if err := d.settlePending(ctx); err != nil {
		return err
	}
	t := m.table(p.Table)
	if len(p.Columns) == 0 { // taking back names the table alone: the file keeps its columns
		if t == nil {
			return nil
		}
		p = t.plan()
	}
	if t == nil {
		t = d.newTable(m, p)
		m.Tables = append(m.Tables, t)
	}
	same := d.sameColumns(t, p)
	stale := t.Dirty && !(d.clean[t.Table] && !d.changed[t.Table])
	if d.changes {
		if !same || stale {
			t.Form = "" // the whole file, which is not looked at here, would be another one
		}
		id, err := d.Spool.Identity(ctx)
		if err != nil {
			return err
		}
		d.run = id.Generation
		if err := d.finishChanged(ctx, t); err != nil {
			return err
		}
		t.Dirty = false
		return d.written(ctx, t)
	}
	if same && !stale && t.Written && d.suits(t) {
		if now, err := d.state(ctx, d.target(t), d.ours(t)); err != nil {
			return err
		} else if now == asLeft {
			t.Dirty = false
			return d.written(ctx, t)
		}
	}
	d.aside = ""
	unknown := d.ours(t) != nil && d.ours(t).Size == lost
	if err := d.produce(ctx, t); err != nil {
		return err
	}
	t.aside, t.lost = d.aside, unknown
	t.Dirty, t.Written = false, true
	return d.written(ctx, t)
}

// rows are all rows of a table.
func (d *files) rows(ctx context.Context, t *tableMemory) rowsOf {
	return func(row func(key string, values []core.Value) error) error { return d.Spool.Rows(ctx, t.plan(), row) }
}

func (d *files) written(ctx context.Context, t *tableMemory) error {
	delete(d.clean, t.Table)
	delete(d.changed, t.Table)
	return d.keep(context.WithoutCancel(ctx))
}

// sameColumns brings the memory of a table's columns up to date, and reports whether it was.
func (d *files) sameColumns(t *tableMemory, p core.Plan) bool {
	fresh := (&files{name: func(*memory, *tableMemory) string { return t.Name }}).newTable(nil, p)
	for i, c := range t.Columns {
		if slices.Contains(p.Stay, c.Name) && !slices.ContainsFunc(fresh.Columns, func(f columnMemory) bool { return f.Name == c.Name }) {
			fresh.Columns = slices.Insert(fresh.Columns, min(i, len(fresh.Columns)), c)
		}
	}
	same := t.Key == fresh.Key && slices.Equal(t.Columns, fresh.Columns)
	t.Key, t.Columns, t.Source = fresh.Key, fresh.Columns, fresh.Source
	return same
}

// Close gives the spool free.
func (d *files) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.memory = nil
	clear(d.clean)
	clear(d.changed)
	return d.Spool.Close()
}

// on reads a switch. A word that is neither on nor off leaves it as it is without one.
func on(s core.Settings, name string, otherwise bool) bool {
	switch strings.ToLower(strings.TrimSpace(s.Get(name))) {
	case "true", "yes", "on", "1":
		return true
	case "false", "no", "off", "0":
		return false
	}
	return otherwise
}
