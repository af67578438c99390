package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
)

// wide is a plan of n columns of the kinds that Dynamics has most of.
func wide(n int) core.Plan {
	p := core.Plan{ID: "account", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1}
	types := []core.ColumnType{core.ColumnText, core.ColumnText, core.ColumnInteger, core.ColumnText, core.ColumnDecimal, core.ColumnDateTime, core.ColumnBoolean, core.ColumnText, core.ColumnText, core.ColumnDouble}
	for i := range n {
		p.Columns = append(p.Columns, core.Column{Name: fmt.Sprintf("field_%02d", i), Type: types[i%len(types)], Pass: 1})
	}
	return p
}

func wideRow(p core.Plan, i int, values []core.Value) core.Record {
	for k := range p.Columns {
		switch n := (i*31 + k) % 97; {
		case k%10 == 7, k%3 == 2 && n%2 == 0:
			values[k] = core.Null()
		case p.Columns[k].Type == core.ColumnInteger:
			values[k] = core.Choice(int64(n))
		case p.Columns[k].Type == core.ColumnDecimal:
			values[k] = core.Decimal("12345.6700")
		case p.Columns[k].Type == core.ColumnDouble:
			values[k] = core.Decimal("48.137154")
		case p.Columns[k].Type == core.ColumnBoolean:
			values[k] = core.Bool(n%2 == 0)
		case p.Columns[k].Type == core.ColumnDateTime:
			values[k] = core.Time(time.Unix(1_700_000_000+int64(i), 0))
		case k%10 == 3:
			values[k] = core.Ref("contact", coretest.Key(i))
		default:
			values[k] = core.Text("Fabrikam Trading and Sons, " + coretest.Key(i)[:8])
		}
	}
	return core.Record{Key: coretest.Key(i), Values: values}
}

// load writes n rows. Making them is not timed, and nothing is where timed is false.
func load(b *testing.B, d *Destination, p core.Plan, run string, n int, timed bool, before func([]string, []core.Replaced) error) {
	const batch = 5000
	rows := make([]core.Record, batch)
	values := make([]core.Value, batch*len(p.Columns))
	for from := 0; from < n; from += batch {
		b.StopTimer()
		for i := range rows {
			rows[i] = wideRow(p, from+i, values[i*len(p.Columns):(i+1)*len(p.Columns)])
		}
		if timed {
			b.StartTimer()
		}
		outcomes, err := d.Write(b.Context(), p, core.Batch{ID: fmt.Sprint(run, from), Pass: 1, Rows: rows, Before: before})
		if err != nil || len(outcomes) != batch {
			b.Fatal(err)
		}
	}
	if err := d.Finish(b.Context(), p); err != nil {
		b.Fatal(err)
	}
}

func benchmark(b *testing.B, n, columns int, reload bool, before func([]string, []core.Replaced) error) {
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		p := wide(columns)
		d, err := New(filepath.Join(b.TempDir(), "bench.db"), nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := d.Start(b.Context(), core.Identity{ID: "bench", Generation: 1}); err != nil {
			b.Fatal(err)
		}
		things, err := d.Missing(b.Context(), p)
		if err != nil {
			b.Fatal(err)
		}
		if p, err = d.Prepare(b.Context(), p, things); err != nil {
			b.Fatal(err)
		}
		if reload {
			load(b, d, p, "first", n, false, nil)
		}
		b.StartTimer()
		load(b, d, p, "second", n, true, before)
		b.StopTimer()
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkFirstLoad20(b *testing.B) { benchmark(b, 200_000, 20, false, nil) }
func BenchmarkReload20(b *testing.B)    { benchmark(b, 200_000, 20, true, nil) }
func BenchmarkFirstLoad60(b *testing.B) { benchmark(b, 100_000, 60, false, nil) }
func BenchmarkReload60(b *testing.B)    { benchmark(b, 100_000, 60, true, nil) }

// What is remembered of the rows that a batch replaces, so that an import can be taken back, costs this much.
func BenchmarkFirstLoad60Remembered(b *testing.B) { benchmark(b, 100_000, 60, false, remember) }
func BenchmarkReload60Remembered(b *testing.B)    { benchmark(b, 100_000, 60, true, remember) }

func remember([]string, []core.Replaced) error { return nil }
