package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ferry/core/importer"
	"ferry/core/practice"
	"ferry/core/practice/world"
)

// A load is one import of many accounts by ferryctl in a process of its own.
type load struct {
	took time.Duration
	peak int64 // bytes that the whole process had at most
}

// bring imports so many accounts of sixty fields into a new database, with its journal.
func bring(t testing.TB, rows int) load {
	t.Helper()
	s := open(t, practice.Options{Seed: 5, Rows: map[string]int{"account": rows}})
	keepFullest(t, s.env.World, "account", 60)
	p, out := s.process(s.args("import", "-tables", "account", "-to", "sqlite:"+s.file())...)
	began := time.Now()
	peak, err := runMeasured(p)
	took := time.Since(began)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r := receiptOf(t, out.String())
	if c := table(t, r, "account"); r.State != importer.Complete || c.Created != int64(rows) {
		t.Fatalf("%s: %+v", r.State, c)
	}
	if peak == 0 {
		t.Fatal("the memory of the process was not measured")
	}
	if err := os.Remove(s.file()); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "data")); err != nil {
		t.Error(err)
	}
	return load{took, peak}
}

// keepFullest leaves a table its key and the n-1 columns that its rows fill in most often.
func keepFullest(t testing.TB, w *world.World, name string, n int) {
	t.Helper()
	table := w.Table(name)
	filled := make(map[*world.Column]int)
	for i := range 500 {
		row, _ := w.Row(table, i)
		for c, cell := range row.Cells {
			if cell.Kind != world.Null {
				filled[table.Columns[c]]++
			}
		}
	}
	use := func(c *world.Column) int {
		switch {
		case c.Logical == table.Key:
			return 1000
		case !carried(table, c):
			return -1
		}
		return filled[c]
	}
	columns := slices.Clone(table.Columns)
	slices.SortStableFunc(columns, func(a, b *world.Column) int { return cmp.Compare(use(b), use(a)) })
	for _, c := range columns[n:] {
		if err := w.RemoveColumn(name, c.Logical); err != nil {
			t.Fatal(err)
		}
	}
}

const megabyte = 1 << 20

func TestMemoryOfFerryctlDoesNotGrowWithTheTable(t *testing.T) {
	few, many := bring(t, 50_000), bring(t, 150_000)
	t.Logf("%.1f MB for 50,000 accounts, %.1f MB for 150,000", float64(few.peak)/megabyte, float64(many.peak)/megabyte)
	if many.peak > 128*megabyte {
		t.Errorf("150,000 accounts needed %d MB", many.peak/megabyte)
	}
	if ratio := float64(many.peak) / float64(few.peak); ratio > 1.1 {
		t.Errorf("three times the accounts needed %.2f times the memory", ratio)
	}
}

// BenchmarkAMillionAccounts imports 200,000 and 1,000,000 accounts of sixty fields. It fails where memory grows.
func BenchmarkAMillionAccounts(b *testing.B) {
	for b.Loop() {
		few, many := bring(b, 200_000), bring(b, 1_000_000)
		ratio := float64(many.peak) / float64(few.peak)
		b.ReportMetric(float64(few.peak)/megabyte, "MB/200k")
		b.ReportMetric(float64(many.peak)/megabyte, "MB/1M")
		b.ReportMetric(ratio, "memory-ratio")
		b.ReportMetric(few.took.Seconds(), "s/200k")
		b.ReportMetric(many.took.Seconds(), "s/1M")
		b.ReportMetric(200_000/few.took.Seconds(), "rows/s-200k")
		b.ReportMetric(1_000_000/many.took.Seconds(), "rows/s-1M")
		if many.peak > 128*megabyte || ratio > 1.1 {
			b.Errorf("%.1f MB for 200,000 accounts, %.1f MB for 1,000,000", float64(few.peak)/megabyte, float64(many.peak)/megabyte)
		}
	}
}
