package ui_test

import (
	"fmt"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui"
	"ferry/ui/uitest"
)

// historyScenes are the states of History and of what is saved from there.
func historyScenes() []scene {
	past := func(e *uitest.Engine, o *ui.Options) {
		withContoso(e, o)
		e.History = []importer.Receipt{uitest.Stopped(), uitest.Refused()}
	}
	everywhere := func(e *uitest.Engine, o *ui.Options) { past(e, o); e.Others = uitest.Elsewhere() }
	all := func(s *uitest.Stage) { s.Tap("History"); s.Tap("All projects") }
	receipt := func(s *uitest.Stage) {
		s.Tap("History")
		s.TapRow("Accounts, Contacts, Projects")
		s.Sees("need a look")
	}
	damaged := &core.Fault{Kind: core.Wrong, Code: "journal.damaged", Owner: core.You, Cause: "Ferry's journal cannot be read: the file is damaged or is not a journal.",
		Remedy: "Move the file away and start again. Nothing at the destination is lost."}
	return []scene{
		{"history-all", everywhere, func(s *uitest.Stage) { all(s); s.Sees("Fabrikam move") }},
		{"history-all-empty", withContoso, func(s *uitest.Stage) { all(s); s.Sees("No import yet") }},
		{"history-all-waiting", func(e *uitest.Engine, o *ui.Options) {
			everywhere(e, o)
			e.Block = map[string]bool{"AllRuns": true}
		}, func(s *uitest.Stage) { all(s); s.Sees("Reading the history") }},
		{"history-all-fails", func(e *uitest.Engine, o *ui.Options) {
			everywhere(e, o)
			e.Fail = map[string]error{"AllRuns": damaged}
		}, func(s *uitest.Stage) { all(s); s.Sees("cannot be read") }},
		{"history-long", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			for i := range 2000 {
				r := uitest.Done()
				r.Run, r.Started = fmt.Sprint("r", i), r.Started.Add(-time.Duration(i)*time.Hour)
				r.To = "Contoso 生産 النظام 🚢 with a name that is much too long for any row of any list of any window.db"
				e.History = append(e.History, r)
			}
		}, func(s *uitest.Stage) { s.Tap("History"); s.Sees("Show older ones") }},
		{"history-receipt", past, receipt},
		{"history-receipt-elsewhere", everywhere, func(s *uitest.Stage) {
			all(s)
			s.TapRow("66,173 read, 66,131 written, 13 refused")
			s.Sees("A date is not one.")
		}},
		{"history-report", past, func(s *uitest.Stage) { receipt(s); s.Tap("Save report…") }},
		{"history-report-table", past, func(s *uitest.Stage) {
			receipt(s)
			s.Tap("Save report…")
			s.Tap("A table for Excel (CSV)")
			s.Tap("With record values")
		}},
		{"history-report-wrong", past, func(s *uitest.Stage) { receipt(s); s.Tap("Save report…"); s.Type("File", "/home/ada/report.pdf") }},
		{"history-report-fails", func(e *uitest.Engine, o *ui.Options) {
			past(e, o)
			e.Fail = map[string]error{"SaveRunReport": &core.Fault{Kind: core.Wrong, Code: "ferry.file-not-saved", Owner: core.You, Cause: "The file cannot be saved there.",
				Remedy: "Choose a folder in which you may write and that has space left."}}
		}, func(s *uitest.Stage) {
			receipt(s)
			s.Tap("Save report…")
			s.Type("File", "/home/ada/Contoso import report.html") // in no folder that would be made
			s.Tap("Save")
			s.Sees("cannot be saved")
		}},
		{"history-report-saved", past, func(s *uitest.Stage) {
			receipt(s)
			s.Tap("Save report…")
			s.Type("File", "/home/ada/Contoso import report.html") // in no folder that would be made
			s.Tap("Save")
			s.Sees("Show in folder")
		}},
		{"history-refused", past, func(s *uitest.Stage) { receipt(s); s.Tap("Export refused records…") }},
	}
}
