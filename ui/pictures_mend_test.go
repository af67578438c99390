package ui_test

import (
	"strings"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui"
	"ferry/ui/uitest"
)

// mendScenes are the states of the page on which refused records are mended and retried.
func mendScenes() []scene {
	with := func(m uitest.Mending) func(e *uitest.Engine, o *ui.Options) {
		return func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.Mends = m
			refused := uitest.Refused()
			refused.Run = "r1"
			retried := uitest.Done()
			retried.Run, retried.Retries = "r2", "r1"
			e.History = []importer.Receipt{retried, refused}
		}
	}
	show := func(s *uitest.Stage) {
		s.Tap("Import")
		s.Tap("Fix and retry")
		s.Sees("By cause")
		s.Drain()
	}
	some := uitest.Waits(900)
	odd := uitest.Waits(6)
	for i := range odd.Rows {
		key := odd.Rows[i].Key
		odd.Names[key] = "株式会社ファブリカム النظام " + strings.Repeat("long ", 40) + "name"
		if odd.Rows[i].Name != "" {
			odd.Rows[i].Name = odd.Names[key]
		}
		x := odd.Records[key]
		x.Fields[0].From[0].Value = core.Text(strings.Repeat("a value\n", 60))
		x.Fields[0].Result = core.Text(strings.Repeat("a value that is long ", 60))
		x.Fields[1].Column = strings.Repeat("a_very_long_column_name_", 6)
	}
	for i := range odd.List.Groups {
		f := *odd.List.Groups[i].Fault
		f.Cause, f.Remedy = strings.Repeat("A long cause that says it all. ", 6), strings.Repeat("And a long remedy. ", 12)
		odd.List.Groups[i].Fault, odd.List.Groups[i].Records = &f, 12345678
	}
	newer := uitest.Waits(3)
	for i := range newer.List.Groups {
		newer.List.Groups[i].Overtaken = "r2"
	}
	settled := uitest.Waits(0)
	settled.List.Groups = nil
	record := func(row string) func(s *uitest.Stage) {
		return func(s *uitest.Stage) { show(s); s.TapRow(row); s.Sees("In Dynamics 365 now") }
	}
	history := func(s *uitest.Stage) {
		s.Tap("History")
		s.TapRow("Accounts, Contacts, Projects")
		s.Tap("Fix and retry")
		s.Drain()
	}
	return []scene{
		{"import-left", with(some), func(s *uitest.Stage) { s.Tap("Import"); s.Sees("Fix and retry") }},
		{"waits", with(some), show},
		{"waits-narrowed", with(some), func(s *uitest.Stage) {
			show(s)
			s.Tap("Show")
			s.Sees("600 records")
			s.Sees("Fabrikam 1  ·  account")
		}},
		{"waits-odd", with(odd), show},
		{"waits-record", with(some), record("Fabrikam 2  ·  account")},
		{"waits-record-all", with(some), func(s *uitest.Stage) {
			record("Fabrikam 2  ·  account")(s)
			s.Tap("Show all 4 fields")
			s.Tap("Mend")
		}},
		{"waits-record-odd", with(odd), func(s *uitest.Stage) {
			show(s)
			s.TapRow(odd.Names[odd.Rows[0].Key] + "  ·  account")
			s.Sees("In Dynamics 365 now")
		}},
		{"waits-unsure", with(uitest.Waits(4)), func(s *uitest.Stage) {
			record("Northwind  ·  account")(s)
		}},
		{"waits-unsure-said", with(uitest.Waits(4)), func(s *uitest.Stage) {
			record("Adventure Works  ·  account")(s)
			s.Tap("It is not there: send it")
			s.Sees("You said")
		}},
		{"waits-newer", with(newer), history},
		{"waits-settled", with(settled), history},
		{"waits-fails", func(e *uitest.Engine, o *ui.Options) {
			with(some)(e, o)
			e.Fail = map[string]error{"Waiting": &core.Fault{Kind: core.Wrong, Code: "journal.damaged", Owner: core.You, Cause: "The journal is damaged.", Remedy: "Put a backup back."}}
		}, history},
		{"history-retry", with(some), func(s *uitest.Stage) { s.Tap("History"); s.Sees("Retry of the import of") }},
	}
}
