package world_test

import (
	"testing"

	"ferry/core/practice/world"
)

func BenchmarkAccount(b *testing.B) {
	w := world.New(world.Options{Seed: 1, Rows: map[string]int{"account": 1_000_000}})
	t := w.Table("account")
	var want []int
	for _, c := range t.Columns {
		if c.Property != "" && c.ValidForRead {
			want = append(want, c.Index)
		}
	}
	var r world.Row
	b.ReportAllocs()
	i, filled := 0, 0
	for b.Loop() {
		if !w.RowInto(t, i%1_000_000, want, &r) {
			b.Fatal("no row")
		}
		if i < 1000 {
			for _, c := range r.Cells {
				if c.Kind != world.Null {
					filled++
				}
			}
		}
		i++
	}
	b.ReportMetric(float64(filled)/float64(min(i, 1000)), "filled/row")
	b.ReportMetric(float64(len(want)), "columns")
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		world.New(world.Options{Seed: 1})
	}
}
