package ui_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/uitest"
)

// BenchmarkMappingPage tells what a mapping's page costs with 300 fields against 30: opening it, typing in its search,
// Suggest. Both are measured in turn, and the quickest of each counts, so that other work on the machine does not.
func BenchmarkMappingPage(b *testing.B) {
	for _, kind := range []struct {
		name string
		to   *core.Table
		of   func() *project.Project
	}{
		{"free", nil, uitest.Contoso},
		{"described", uitest.CustomerTable(), func() *project.Project { return mappedInto(uitest.CustomerTable()) }},
	} {
		for _, c := range []struct {
			what string
			from func(s *uitest.Stage) // on the list; not measured
			run  func(s *uitest.Stage)
		}{
			{"opening", func(*uitest.Stage) {}, func(s *uitest.Stage) { s.TapRow("Accounts"); s.Field("Search") }},
			{"searching", func(s *uitest.Stage) { s.TapRow("Accounts"); s.Field("Search") }, func(s *uitest.Stage) {
				field := s.Field("Search")
				for _, text := range []string{"p", "ph", "pho", "phon", "phone"} {
					field.SetText(text)
					s.Drain()
				}
			}},
			{"Suggest", func(s *uitest.Stage) { s.TapRow("Accounts"); s.Field("Search") }, func(s *uitest.Stage) { s.Tap("Suggest") }},
		} {
			b.Run(kind.name+"/"+c.what, func(b *testing.B) {
				e := uitest.MapsInto(kind.to)
				s := open(b, e, kind.of())
				s.Win.Resize(fyne.NewSize(1120, 740))
				described := e.Map.Tables["account"]
				once := func(fields int) time.Duration {
					described.Table = uitest.LargeTable(fields)
					e.Map.Tables["account"] = described
					s.Press(fyne.KeyEscape)
					s.Tap("Mappings")
					c.from(s)
					began := time.Now()
					c.run(s)
					return time.Since(began)
				}
				short, long := time.Hour, time.Hour
				for b.Loop() {
					for range 5 {
						short, long = min(short, once(30)), min(long, once(300))
					}
				}
				b.ReportMetric(long.Seconds()/short.Seconds(), "times-for-10×-fields")
				b.ReportMetric(float64(long.Microseconds())/1000, "ms-with-300")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
