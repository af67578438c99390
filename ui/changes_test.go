package ui_test

import (
	"testing"
	"time"

	"ferry/core/importer"
	"ferry/ui/uitest"
)

func TestTheReceiptAndTheCardSayWhenOnlyChangesAreRead(t *testing.T) {
	e := uitest.Works()
	e.Receipt = uitest.Done()
	e.Receipt.Tables[0].Since = e.Receipt.Started.Add(-24 * time.Hour)
	e.Receipt.Tables[0].Notes = []string{"Fresh only in a full import, because the source calculates them: opendeals."}
	known := uitest.Done()
	known.Tables[0].Marked = true
	e.History = []importer.Receipt{known}
	s := open(t, e, uitest.Contoso())
	s.Sees("next: only what changed since")
	s.Tap("Import everything")
	s.Sees("only what changed since")
	s.Sees("opendeals")
	s.Tap("Import everything anew")
	s.Until(func() bool { return e.Called("Import") == 2 })
	if !e.LastRequest.Full {
		t.Errorf("asked for %+v", e.LastRequest)
	}
}
