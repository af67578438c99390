//go:build unix

package importer_test

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/keychain"
	"ferry/core/sqlite"
	"ferry/core/sqlitefile"
)

// A forgetful journal notes nothing of batches: what is left of an import without its journal.
type forgetful struct{ importer.Journal }

func (forgetful) Note(context.Context, importer.Batch) error        { return nil }
func (forgetful) Settle(context.Context, importer.Settlement) error { return nil }

// spent is the processor time of this process.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkJournal compares the same import with its journal, without, and with what it replaces sealed: a first load and one
// that changes a field of every record. The ways take turns, and each ratio is one of medians of processor time: others may use
// the machine too.
func BenchmarkJournal(b *testing.B) {
	sqlitefile.OneBlock() // as the programs do
	box, err := keychain.OpenBox(context.Background(), keychain.NewMemory(), keychain.Name{Kind: "images"})
	if err != nil {
		b.Fatal(err)
	}
	m := mill{rows: 60_000, wide: 20, page: 5000}
	ways := []string{"off", "on", "sealed"}
	took := map[string][]float64{}
	run := func(b *testing.B, way, folder string, m mill) float64 {
		j, err := journal.Open(context.Background(), filepath.Join(folder, "journal.db"), journal.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer j.Close()
		file := filepath.Join(folder, "contoso.db")
		d, err := sqlite.New(file, nil)
		if err != nil {
			b.Fatal(err)
		}
		defer d.Close()
		job := m.job(j, d, file)
		job.Full = true
		switch way {
		case "off":
			job.Journal = forgetful{j}
		case "sealed":
			job.Seal = box
		}
		runtime.GC()
		began := spent(b)
		if _, err := importer.Run(context.Background(), job, nil); err != nil {
			b.Fatal(err)
		}
		return (spent(b) - began).Seconds()
	}
	for b.Loop() {
		for range 5 {
			for _, way := range ways {
				folder := b.TempDir()
				took["first "+way] = append(took["first "+way], run(b, way, folder, m))
				took["again "+way] = append(took["again "+way], run(b, way, folder, m))
				changed := m
				changed.shift = 1
				took["changed "+way] = append(took["changed "+way], run(b, way, folder, changed))
			}
		}
	}
	middle := func(name string) float64 {
		all := slices.Sorted(slices.Values(took[name]))
		return all[len(all)/2]
	}
	for _, phase := range []string{"first", "again", "changed"} {
		for _, way := range ways[1:] {
			b.ReportMetric(middle(phase+" "+way)/middle(phase+" off"), phase+"-"+way+"/off")
		}
	}
}
