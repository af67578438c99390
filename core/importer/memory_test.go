package importer_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
)

// highest is the most heap that was in use while f ran.
func highest(f func(look func())) uint64 {
	var most uint64
	f(func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse)
	})
	return most
}

func TestMemoryDoesNotGrowWithTheTable(t *testing.T) {
	use := func(rows int) uint64 {
		t.Helper()
		m := mill{rows: rows, wide: 20, page: 2000}
		folder := t.TempDir()
		runtime.GC()
		return highest(func(look func()) {
			n := 0
			if _, err := m.importInto(context.Background(), folder, func(importer.Progress) {
				if n++; n%3 == 0 {
					look()
				}
			}); err != nil {
				t.Fatal(err)
			}
			look()
		})
	}
	rows := 100_000 // of 20 fields are 64 MB as values alone
	if testing.Short() {
		rows = 10_000
	}
	if most := use(rows); most > 32<<20 {
		t.Errorf("%d MB of heap were in use", most>>20)
	}
}

// BenchmarkImport has 60 fields, a real database and a real journal.
func BenchmarkImport(b *testing.B) {
	m := mill{rows: 100_000, wide: 60, page: 2000}
	for b.Loop() {
		start := time.Now()
		if _, err := m.importInto(context.Background(), b.TempDir(), nil); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(m.rows)/time.Since(start).Seconds(), "rows/s")
	}
}

var _ core.Source = mill{}
var _ core.Source = (*coretest.Memory)(nil)
