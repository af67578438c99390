package ui_test

import (
	"strings"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui"
	"ferry/ui/uitest"
)

// rehearseScenes are the states of a rehearsal and of the sheets before an import.
func rehearseScenes() []scene {
	with := func(r uitest.Rehearsal) func(e *uitest.Engine, o *ui.Options) {
		return func(e *uitest.Engine, o *ui.Options) { withContoso(e, o); e.Rehearsal = r }
	}
	show := func(s *uitest.Stage) {
		s.Tap("Import")
		s.Sees("Try 10 of each")
		s.Tap("Rehearse")
		s.Sees("Rehearse again")
	}
	many := uitest.Rehearsed(50000)
	odd := uitest.Rehearsed(8)
	for i := range odd.Rows {
		odd.Rows[i].Name = "株式会社ファブリカム النظام " + strings.Repeat("long ", 40) + "name"
		for j := range odd.Rows[i].Changes {
			odd.Rows[i].Changes[j].Was, odd.Rows[i].Changes[j].Becomes = strings.Repeat("old\n", 60), strings.Repeat("new value ", 80)
		}
	}
	odd.Shown.Tables[0].Fields = append(odd.Shown.Tables[0].Fields, importer.RehearsedField{Column: strings.Repeat("a_very_long_column_name_", 6), Replaced: 12345678, Filled: 12345678})
	for range 12 {
		odd.Shown.Make = append(odd.Shown.Make, core.Thing{Kind: "column", Name: "account." + strings.Repeat("column", 30)})
	}
	same := uitest.Rehearsed(0)
	same.Shown.Make, same.Shown.Tables = nil, same.Shown.Tables[:1]
	same.Shown.Tables[0].Counts = importer.Counts{Read: 4812, Unchanged: 4812}
	blind := uitest.Rehearsed(4)
	blind.Shown.Restore, blind.Shown.Remarks = false, []string{"This kind of destination does not tell which records of Accounts it has already, so each counts as created."}
	held := func(e *uitest.Engine, o *ui.Options) {
		withContoso(e, o)
		e.Receipt = uitest.Done()
		e.Receipt.Tables[0].Mapping, e.Receipt.Tables[0].Held = "account", 1200
		e.Receipt.Reason = "1200 of 4812 records of Accounts are gone or left the filter. That is so many that they stay at the destination until you agree."
	}
	live := func(e *uitest.Engine, o *ui.Options) { toDatabase(o); e.Rehearsal = uitest.Rehearsed(40) }
	return []scene{
		{"rehearsal", with(many), func(s *uitest.Stage) { show(s); s.Sees("75,000 records"); s.Sees("Fabrikam 0") }},
		{"rehearsal-running", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.News, e.Block = []importer.Progress{uitest.Midway()}, map[string]bool{"Rehearse": true}
		}, func(s *uitest.Stage) {
			s.Tap("Import")
			s.Sees("Try 10 of each")
			s.Tap("Rehearse")
			s.Sees("rehearsing")
		}},
		{"rehearsal-odd", with(odd), show},
		{"rehearsal-record", with(odd), func(s *uitest.Stage) { show(s); s.TapRow(odd.Rows[0].Name + "  ·  account"); s.Sees("Close") }},
		{"rehearsal-same", with(same), func(s *uitest.Stage) { show(s); s.Sees("Nothing would change") }},
		{"rehearsal-blind", with(blind), show},
		{"rehearsal-fails", func(e *uitest.Engine, o *ui.Options) {
			with(uitest.Rehearsal{})(e, o)
			e.Fail = map[string]error{"Rehearse": &core.Fault{Kind: core.Permission, Code: "dataverse.no-read", Owner: core.DynamicsAdmin,
				Cause: "You may not read contacts.", Remedy: "Ask for a security role that may read them."}}
		}, show},
		{"rehearsal-export", with(many), func(s *uitest.Stage) { show(s); s.Tap("Export…") }},
		{"import-first-live", live, func(s *uitest.Stage) { s.Tap("Import"); s.Tap("Import everything"); s.Sees("Write into") }},
		{"import-these-live", live, func(s *uitest.Stage) { show(s); s.Tap("Import these"); s.Sees("Write into") }},
		{"import-held", held, func(s *uitest.Stage) { s.Tap("Import"); s.Tap("Import everything"); s.Sees("Remove 1,200") }},
		{"import-held-sheet", held, func(s *uitest.Stage) { s.Tap("Import"); s.Tap("Import everything"); s.Tap("Remove 1,200 records…") }},
	}
}
