package sheet

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
)

// What 200,000 rows of 20 columns cost to write as a file, when they are in the spool.
func BenchmarkFinish(b *testing.B) {
	p := core.Plan{ID: "m1", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1}
	kinds := []core.ColumnType{core.ColumnText, core.ColumnText, core.ColumnDecimal, core.ColumnInteger, core.ColumnDateTime}
	for i := range 20 {
		p.Columns = append(p.Columns, core.Column{Name: fmt.Sprint("column", i), Type: kinds[i%5], Pass: 1})
	}
	const n = 200_000
	for _, kind := range []string{"csv", "excel"} {
		b.Run(kind, func(b *testing.B) {
			folder := b.TempDir()
			var d core.Destination
			var f *files
			if kind == "csv" {
				c, err := newCSV(settings("folder", folder), spoolsIn(filepath.Join(folder, "data")), nil)
				if err != nil {
					b.Fatal(err)
				}
				d, f = c, &c.files
			} else {
				e, err := newExcel(settings("file", filepath.Join(folder, "out.xlsx")), spoolsIn(filepath.Join(folder, "data")), nil)
				if err != nil {
					b.Fatal(err)
				}
				d, f = e, &e.files
			}
			defer d.Close()
			fill(b, d, p, n)
			var most uint64
			done := make(chan bool)
			go func() {
				var m runtime.MemStats
				for tick := time.NewTicker(50 * time.Millisecond); ; {
					select {
					case <-done:
						return
					case <-tick.C:
						runtime.ReadMemStats(&m)
						most = max(most, m.HeapAlloc)
					}
				}
			}()
			for b.Loop() {
				f.memory.table("account").Dirty = true
				clear(f.clean)
				if err := d.Finish(b.Context(), p); err != nil {
					b.Fatal(err)
				}
			}
			done <- true
			about, err := os.Stat(f.target(f.memory.table("account")))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(about.Size())/1e6, "MB/file")
			b.ReportMetric(float64(most)/1e6, "MB/heap")
		})
	}
}

func fill(b *testing.B, d core.Destination, p core.Plan, n int) {
	b.Helper()
	if err := d.(core.Starter).Start(b.Context(), core.Identity{ID: "one", Generation: 1}); err != nil {
		b.Fatal(err)
	}
	things, err := d.Missing(b.Context(), p)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.Prepare(b.Context(), p, things); err != nil {
		b.Fatal(err)
	}
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	for from := 0; from < n; from += 5000 {
		var rows []core.Record
		for i := from; i < from+5000; i++ {
			r := core.Record{Key: coretest.Key(i)}
			for c := range p.Columns {
				switch c % 5 {
				case 2:
					r.Values = append(r.Values, core.Decimal(fmt.Sprintf("%d.2500", i)))
				case 3:
					r.Values = append(r.Values, core.Int(int64(i)))
				case 4:
					r.Values = append(r.Values, core.Time(at.Add(time.Duration(i)*time.Second)))
				default:
					r.Values = append(r.Values, core.Text(fmt.Sprintf("Value %d of “%d” & Sons", c, i)))
				}
			}
			rows = append(rows, r)
		}
		if _, err := d.Write(b.Context(), p, core.Batch{ID: fmt.Sprint(from), Pass: 1, Rows: rows}); err != nil {
			b.Fatal(err)
		}
	}
}
