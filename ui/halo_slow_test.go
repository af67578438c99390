package ui_test

import (
	"testing"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

// slow is what Halo says where nothing tells its records apart.
func slow() *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "halo.one-by-one", Owner: core.You, Subject: core.Subject{Field: "id-fields"},
		Cause:  "Halo keeps no id of Dynamics, so each new record is sent alone: 1680 records take about 30 minutes. With an id they take about a minute. After the journal was lost, records that nothing else tells apart would be made again.",
		Remedy: "Before you start, name fields that nobody uses in “Fields for the Dynamics ID” (id-fields), or fill in “Number of the link module” (link-module)."}
}

// That records go one by one is said before the import begins, and one click leads to what mends it.
func TestWhatMakesAnImportSlowIsSaidBeforeItBeginsAndMendedInOneClick(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) {
		toHalo(e, o)
		e.Places.Slow, p = slow(), o.Project
	})
	s.Tap("Import")
	s.Sees("Say where it goes…")
	s.Tap("Try 10 of each")
	s.Sees("each new record is sent alone")
	e.Places.Offers = []string{"ref, other5", "CFDynamicsId"}
	s.Tap("Fill in “Fields for the Dynamics ID”…")
	s.Pick("ref, other5")
	s.Until(func() bool { return p.Destination.Settings["id-fields"] == "ref, other5" })
	s.Sees("Destination available")
}
