package ui_test

import (
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui"
	"ferry/ui/uitest"
)

// trustScenes are the states of taking an import back, and of deleting what is known.
func trustScenes() []scene {
	past := func(e *uitest.Engine, o *ui.Options) {
		withContoso(e, o)
		e.History = []importer.Receipt{uitest.Done()}
		e.Trust.Plan, e.Trust.Receipt = uitest.BackPlan(), uitest.BackReceipt()
	}
	live := func(e *uitest.Engine, o *ui.Options) {
		past(e, o)
		toDatabase(o)
	}
	receipt := func(s *uitest.Stage) {
		s.Tap("History")
		s.TapRow("Accounts, Contacts, Projects")
		s.Sees("Take back")
	}
	ask := func(s *uitest.Stage) { receipt(s); s.Tap("Take back this import…"); s.Sees("Former values") }
	why := func(err error) func(e *uitest.Engine, o *ui.Options) {
		return func(e *uitest.Engine, o *ui.Options) { past(e, o); e.Trust.Why = map[string]error{"r2": err} }
	}
	newer := &core.Fault{Kind: core.Wrong, Code: "importer.newer-first", Owner: core.You, Cause: "A newer import, of 2026-11-21 17:39, wrote into the same tables.", Remedy: "Take back the newer one first."}
	lost := &core.Fault{Kind: core.Wrong, Code: "importer.image-key-lost", Owner: core.You, Cause: "What was there before this import is kept sealed, and the key for it is not in the keychain any more.",
		Remedy: "Unlock the keychain of the user who imported, on this computer, and try again. Without that key nobody can open it."}
	half := func(e *uitest.Engine, o *ui.Options) {
		past(e, o)
		r := uitest.BackReceipt()
		r.State, r.Refusals, r.Tables = importer.Interrupted, nil, r.Tables[:1]
		r.Tables[0].Counts = importer.Counts{Read: 2100, Removed: 2090, Updated: 10}
		e.History = append([]importer.Receipt{r}, e.History...)
	}
	known := func(e *uitest.Engine, o *ui.Options) {
		past(e, o)
		e.Trust.Known = ui.Known{Runs: 14, Refused: 1312, Back: 3, Files: []string{"/home/ada/Documents/Ferry/Contoso/Contoso 生産 النظام with a name that is much too long for any line of any sheet of any window.xlsx"}, Tables: 24}
	}
	forget := func(s *uitest.Stage) {
		s.Tap("Settings")
		s.Tap("Delete what this project knows…")
		s.Sees("Is deleted")
	}
	return []scene{
		{"takeback-receipt", past, receipt},
		{"takeback-receipt-newer", why(newer), receipt},
		{"takeback-receipt-key", why(lost), receipt},
		{"takeback-receipt-memory", func(e *uitest.Engine, o *ui.Options) {
			past(e, o)
			e.Trust.Terms = ui.BackTerms{Until: uitest.Now().AddDate(0, 0, 30), Days: 30}
		}, receipt},
		{"takeback-looking", func(e *uitest.Engine, o *ui.Options) {
			past(e, o)
			e.News, e.Block = []importer.Progress{uitest.Midway()}, map[string]bool{"RehearseTakeBack": true}
		}, func(s *uitest.Stage) { receipt(s); s.Tap("Take back this import…"); s.Sees("Looking what would") }},
		{"takeback-sheet", past, ask},
		{"takeback-sheet-live", live, ask},
		{"takeback-sheet-fails", func(e *uitest.Engine, o *ui.Options) {
			past(e, o)
			e.Fail = map[string]error{"RehearseTakeBack": &core.Fault{Kind: core.Wrong, Code: "importer.other-destination", Owner: core.You,
				Cause: "What stands there now is not the destination that this import went into.", Remedy: "Put the destination back that the import went into, then try again."}}
		}, func(s *uitest.Stage) { receipt(s); s.Tap("Take back this import…"); s.Sees("not the destination") }},
		{"takeback-running", func(e *uitest.Engine, o *ui.Options) {
			past(e, o)
			n := uitest.Midway()
			n.Waiting, n.Left = core.Notice{}, 40*time.Second
			n.Tables[0].Counts = importer.Counts{Read: 2983, Removed: 2450, Updated: 530, Refused: 3}
			e.News, e.Block = []importer.Progress{n}, map[string]bool{"TakeBack": true}
		}, func(s *uitest.Stage) { ask(s); s.Tap("Take back"); s.Sees("taking back") }},
		{"takeback-done", past, func(s *uitest.Stage) { ask(s); s.Tap("Take back"); s.Sees("rows stay as they are") }},
		{"takeback-history", past, func(s *uitest.Stage) {
			ask(s)
			s.Tap("Take back")
			s.Sees("rows stay as they are")
			s.Tap("Back to the list")
		}},
		{"takeback-half", half, func(s *uitest.Stage) { s.Sees("part-way") }},
		{"takeback-half-receipt", half, func(s *uitest.Stage) { s.Sees("part-way"); s.Tap("Show"); s.Sees("Stopped part-way") }},
		{"settings-keeping", known, func(s *uitest.Stage) { s.Tap("Settings"); s.Sees("30 days") }},
		{"settings-keeping-less", known, func(s *uitest.Stage) {
			s.Tap("Settings")
			s.Sees("30 days")
			s.Tap("How long people's data is kept")
			s.Tap("not at all")
		}},
		{"forget", known, forget},
		{"forget-done", known, func(s *uitest.Stage) { forget(s); s.Tap("Delete"); s.Sees("knows nothing any more") }},
		{"forget-fails", func(e *uitest.Engine, o *ui.Options) {
			known(e, o)
			e.Fail = map[string]error{"DeleteKnown": &core.Fault{Kind: core.Wrong, Code: "ferry.not-deleted", Owner: core.You, Cause: "A file in Ferry's data folder cannot be deleted.",
				Remedy: "Close other Ferrys and whatever has the file open, then try again."}}
		}, func(s *uitest.Stage) { forget(s); s.Tap("Delete"); s.Sees("cannot be deleted") }},
	}
}
