package importer_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
	"ferry/core/sqlite"
)

// A mill is a source that makes its records while it is read, so that a table of any size needs no memory.
type mill struct {
	rows, wide, page int
	shift            int           // another one gives other values
	delay            time.Duration // of each page
}

func (m mill) table() core.Table {
	t := core.Table{Name: core.TableName{Logical: "account", Plural: "Accounts"}, Key: "accountid"}
	t.Fields = append(t.Fields, field("accountid", core.TypeID))
	for i := 1; i < m.wide; i++ {
		t.Fields = append(t.Fields, field(fmt.Sprint("field", i), core.TypeText))
	}
	return t
}

func (m mill) Checks(context.Context, core.Need, func(core.Check))  {}
func (m mill) Tables(context.Context) ([]core.TableName, error)     { return nil, nil }
func (m mill) Describe(context.Context, string) (core.Table, error) { return m.table(), nil }
func (m mill) Identity(context.Context) (core.Identity, error)      { return core.Identity{ID: "mill"}, nil }
func (m mill) Close() error                                         { return nil }
func (m mill) Count(context.Context, core.Query) (core.Count, error) {
	return core.Count{N: int64(m.rows), Truth: core.Exact}, nil
}

func (m mill) Read(ctx context.Context, q core.Query, from core.Bookmark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		if from.Done {
			return
		}
		next, _ := strconv.Atoi(from.Address) // "" is the beginning
		text := []core.Value{core.Text("Contoso"), core.Text("A longer text, as people write them into a field"), core.Null(), core.Text("x")}
		for next < m.rows {
			end := min(next+m.page, m.rows)
			values := make([]core.Value, (end-next)*len(q.Fields))
			p := core.Page{Records: make([]core.Record, 0, end-next)}
			for i := next; i < end; i++ {
				row := values[:len(q.Fields):len(q.Fields)]
				values = values[len(q.Fields):]
				for c := range row {
					row[c] = text[(i+c+m.shift)%len(text)]
				}
				p.Records = append(p.Records, core.Record{Key: millKey(i), Values: row})
			}
			next = end
			p.After = core.Bookmark{Address: strconv.Itoa(next), Done: next == m.rows}
			if core.Wait(ctx, m.delay) != nil {
				yield(core.Page{}, core.AsFault(ctx.Err()))
				return
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// millKey is a key without any order, as GUIDs are.
func millKey(i int) string {
	h := uint64(i+1) * 0x9e3779b97f4a7c15
	return fmt.Sprintf("%08x-%04x-4000-8000-%012x", uint32(h), uint16(h>>32), i)
}

func (m mill) job(j importer.Journal, d core.Destination, file string) importer.Job {
	return importer.Job{
		Source: m, Destination: d, Mappings: []mapping.Mapping{mapping.Default(m.table())}, Journal: j, Place: "sqlite:" + file,
	}
}

// importInto runs one import with everything real.
func (m mill) importInto(ctx context.Context, folder string, progress func(importer.Progress)) (importer.Receipt, error) {
	file := filepath.Join(folder, "contoso.db")
	j, err := journal.Open(ctx, filepath.Join(folder, "journal.db"), journal.Options{})
	if err != nil {
		return importer.Receipt{}, err
	}
	defer j.Close()
	d, err := sqlite.New(file, nil)
	if err != nil {
		return importer.Receipt{}, err
	}
	defer d.Close()
	job := m.job(j, d, file)
	job.Show = func(importer.Receipt) error { return os.WriteFile(toldIn(folder), nil, 0o600) }
	return importer.Run(ctx, job, progress)
}

// toldIn is there when a receipt was shown.
func toldIn(folder string) string { return filepath.Join(folder, "told") }

func told(folder string) bool {
	_, err := os.Stat(toldIn(folder))
	return err == nil
}

const childFolder = "FERRY_TEST_IMPORT_INTO"

func killedMill() mill { return mill{rows: 25_000, wide: 8, page: 250, delay: 15 * time.Millisecond} }

// TestChild is the process that the next test kills; by itself it does nothing.
func TestChild(t *testing.T) {
	folder := os.Getenv(childFolder)
	if folder == "" {
		return
	}
	if _, err := killedMill().importInto(context.Background(), folder, nil); err != nil {
		t.Fatal(err)
	}
}

func TestAProcessThatIsKilledAtAnyMomentIsContinued(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(3, 4))
	killed := 0
	for round := range 15 {
		child := exec.Command(os.Args[0], "-test.run=^TestChild$")
		child.Env = append(os.Environ(), childFolder+"="+folder)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("round %d ended by itself: %v", round, err)
			}
		case <-time.After(time.Duration(20+random.IntN(250)) * time.Millisecond):
			killed++
			_ = child.Process.Kill() // it may have ended in this very moment
			<-ended
			if !told(folder) {
				continue
			}
		}
		break
	}
	if killed < 3 {
		t.Errorf("it was killed only %d times", killed)
	}
	m := killedMill()
	ended := told(folder)
	r, err := m.importInto(context.Background(), folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := rowsIn(t, filepath.Join(folder, "contoso.db"), "account"); n != int64(m.rows) {
		t.Errorf("%d rows", n)
	}
	j := open(t, filepath.Join(folder, "journal.db"))
	runs, err := j.Runs(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	first := runs[len(runs)-1]
	wants(t, first, "account", importer.Counts{Created: int64(m.rows)})
	if first.State != importer.Complete || first.Reason != "" || len(runs) > 2 || len(runs) == 2 && !ended {
		t.Errorf("%d runs; the first is %s, %q", len(runs), first.State, first.Reason)
	}
	if len(runs) == 2 { // a child came to the end and was heard
		wants(t, r, "account", importer.Counts{Unchanged: int64(m.rows)})
	} else {
		wants(t, r, "account", importer.Counts{Created: int64(m.rows)})
	}
}
