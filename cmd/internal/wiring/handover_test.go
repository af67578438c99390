package wiring

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core/importer"
	"ferry/core/project"
)

func TestWhatIsRememberedOfTheEndOfAMoveGoesWithEverythingElse(t *testing.T) {
	c := &Computer{Data: t.TempDir()}
	p := project.New("Move")
	tick := func() {
		t.Helper()
		if err := c.KeepHandover(p.ID, func(h *Handover) {
			h.Ticks["secret"] = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
			h.Comparison = &importer.Comparison{From: "Contoso", Whole: true, Tables: []importer.ComparedTable{{Table: "account", Source: 3, Equal: 2, Records: importer.Differences{importer.ChangedThere: 1}}}}
		}); err != nil {
			t.Fatal(err)
		}
	}
	tick()
	if left, _ := filepath.Glob(filepath.Join(c.Data, "*")); len(left) != 0 {
		t.Errorf("without a journal it makes %v", left)
	}
	memory, err := c.Journal(context.Background(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := memory.Close(); err != nil {
		t.Fatal(err)
	}
	tick()
	h := c.Handover(p.ID)
	if h.Ticks["secret"].IsZero() || h.Comparison == nil || h.Comparison.Records()[importer.ChangedThere] != 1 || !h.Comparison.Tables[0].Balanced() {
		t.Errorf("%+v", h)
	}
	if info, err := os.Stat(c.handoverFile(p.ID)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read it: %v", err)
	}
	if err := os.WriteFile(c.handoverFile(p.ID), []byte("{damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if h := c.Handover(p.ID); len(h.Ticks) != 0 || h.Comparison != nil {
		t.Errorf("a damaged file is read as %+v", h)
	}
	tick()
	if _, err := c.DeleteKnown(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	if h := c.Handover(p.ID); len(h.Ticks) != 0 || h.Comparison != nil {
		t.Errorf("it is there still: %+v", h)
	}
}

func TestTheReceiptOfAMoveCountsItsImports(t *testing.T) {
	path := filepath.Join(t.TempDir(), "receipt.html")
	day := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	runs := []importer.Receipt{{Run: "d", State: importer.Interrupted, Started: day.AddDate(0, 0, 3)}, {Run: "c", State: importer.Complete, Started: day.AddDate(0, 0, 2), Undoes: "b"},
		{Run: "b", State: importer.Complete, Started: day.AddDate(0, 0, 1)}, {Run: "a", State: importer.Complete, Started: day}}
	x := importer.Comparison{From: "Contoso", To: "Contoso.db", Whole: true, Ended: day}
	if err := SaveReceipt(path, "1.0", "Move", x, runs, []string{"The secret"}, []string{"The user"}, day); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(page), "2, from 21 November 2026, 09:00:00 UTC to 22 November 2026") || !strings.Contains(string(page), "Everything is equal") {
		t.Errorf("%v\n%s", err, page)
	}
}
