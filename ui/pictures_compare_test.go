package ui_test

import (
	"strings"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

// compareScenes are the states of a comparison and of the end of a move.
func compareScenes() []scene {
	with := func(c uitest.Comparison) func(e *uitest.Engine, o *ui.Options) {
		return func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.Comparison, e.History = c, []importer.Receipt{uitest.Done()}
			e.History[0].Started = uitest.Now().Add(-time.Hour)
		}
	}
	show := func(s *uitest.Stage) {
		s.Tap("Import")
		s.Sees("Import everything anew")
		s.Tap("Compare")
		s.Sees("Compare again")
	}
	finish := func(s *uitest.Stage) { s.Tap("History"); s.Tap("Finish the move"); s.Sees("3. Take down") }
	every := uitest.Compared(234, importer.EachDifference()...)
	every.Found.Remarks = []string{"The destination is an older copy. What Ferry knows of earlier imports does not count for it."}
	every.Found.Tables[1].Touched = "changed"
	every.Found.Tables[0].Fields[0].Column = strings.Repeat("a_very_long_column_name_", 6)
	every.Rows[0].Name = strings.Repeat("A very long name 生産 🚢 ", 12)
	equal, benign := uitest.Compared(0), uitest.Compared(3, importer.NewHere, importer.ChangedHere)
	secret := func(c uitest.Comparison, h ui.Handover) func(e *uitest.Engine, o *ui.Options) {
		return func(e *uitest.Engine, o *ui.Options) {
			with(c)(e, o)
			o.Project.Connections[0].Auth = project.Secret
			e.Comparison.Handover = h
		}
	}
	return []scene{
		{"compare-every", with(every), show},
		{"compare-equal", with(equal), func(s *uitest.Stage) { show(s); s.Sees("Everything is equal") }},
		{"compare-benign", with(benign), show},
		{"compare-running", func(e *uitest.Engine, o *ui.Options) {
			with(every)(e, o)
			e.News, e.Block = []importer.Progress{uitest.Midway()}, map[string]bool{"Compare": true}
		}, func(s *uitest.Stage) {
			s.Tap("Import")
			s.Sees("Import everything anew")
			s.Tap("Compare")
			s.Sees("comparing")
		}},
		{"compare-kind", with(every), func(s *uitest.Stage) { show(s); s.TapRow("Changed there since"); s.Sees("Fabrikam 1") }},
		{"compare-all", with(every), func(s *uitest.Stage) { show(s); s.Tap("List all of them"); s.Sees("Fabrikam 1") }},
		{"compare-record", with(every), func(s *uitest.Stage) {
			show(s)
			s.TapRow("Changed there since")
			s.TapRow("Fabrikam 1  ·  account")
			s.Sees("At the destination")
		}},
		{"compare-report", with(every), func(s *uitest.Stage) { show(s); s.Tap("Save report…") }},
		{"compare-fails", func(e *uitest.Engine, o *ui.Options) {
			with(uitest.Comparison{})(e, o)
			e.Fail = map[string]error{"Compare": &core.Fault{Kind: core.Wrong, Code: "importer.cannot-compare", Owner: core.You,
				Cause: "This kind of destination does not tell what it has, so it cannot be compared.", Remedy: "Look at the receipts in History instead."}}
		}, show},
		{"finish-first", secret(every, ui.Handover{}), finish},
		{"finish-compared", secret(every, ui.Handover{Comparison: &benign.Found}), finish},
		{"finish-done", secret(every, ui.Handover{Comparison: &every.Found, Saved: uitest.Now(), Ticks: map[string]time.Time{"schedule": uitest.Now(), "secret": uitest.Now(), "user": uitest.Now()}}), finish},
		{"finish-links", with(every), func(s *uitest.Stage) { s.Tap("History"); s.Sees("Finish the move") }},
	}
}
