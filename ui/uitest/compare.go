package uitest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
)

// Comparison is what Compare finds, with its records, and what is remembered of the end of the move.
type Comparison struct {
	Found    importer.Comparison
	Rows     []importer.RehearsedRow
	Handover ui.Handover
	Saved    ui.RehearsedSearch
	Values   bool
	Done     []string // of KeepReceipt
	Open     []string
}

// Compare implements ui.Engine.
func (e *Engine) Compare(ctx context.Context, _ *project.Project, r ui.ImportRequest, progress func(importer.Progress)) (importer.Comparison, error) {
	e.mu.Lock()
	e.LastRequest = r
	e.mu.Unlock()
	for _, n := range e.News {
		progress(n)
	}
	err := e.called(ctx, "Compare")
	found := e.Comparison.Found
	if err != nil {
		found.Whole = false
		return found, err
	}
	e.Comparison.Handover.Comparison = &found
	return found, nil
}

// ComparedPlaces implements ui.Engine.
func (e *Engine) ComparedPlaces(ctx context.Context, q ui.RehearsedSearch) (places []int64, err error) {
	for i, r := range e.Comparison.Rows {
		if (len(q.Differs) == 0 || slices.Contains(q.Differs, r.Differs)) && (q.Mapping == "" || q.Mapping == r.Mapping) && strings.Contains(strings.ToLower(r.Name), strings.ToLower(q.Text)) {
			places = append(places, int64(i))
		}
	}
	return places, e.called(ctx, "ComparedPlaces")
}

// ComparedRows implements ui.Engine.
func (e *Engine) ComparedRows(ctx context.Context, places []int64) (rows []importer.RehearsedRow, err error) {
	for _, n := range places {
		rows = append(rows, e.Comparison.Rows[n])
	}
	return rows, e.called(ctx, "ComparedRows")
}

// SaveDifferences implements ui.Engine.
func (e *Engine) SaveDifferences(ctx context.Context, path string, q ui.RehearsedSearch) (int64, error) {
	e.mu.Lock()
	e.written, e.Comparison.Saved = path, q
	e.mu.Unlock()
	return 7, e.called(ctx, "SaveDifferences")
}

// SaveComparison implements ui.Engine.
func (e *Engine) SaveComparison(ctx context.Context, _ *project.Project, path string, values bool) (int64, error) {
	e.mu.Lock()
	e.written, e.Comparison.Values = path, values
	e.mu.Unlock()
	return 7, e.called(ctx, "SaveComparison")
}

// EndComparison implements ui.Engine.
func (e *Engine) EndComparison() { _ = e.called(context.Background(), "EndComparison") }

// Handover implements ui.Engine.
func (e *Engine) Handover(ctx context.Context, _ *project.Project) (ui.Handover, error) {
	h := e.Comparison.Handover
	h.Ticks = maps.Clone(h.Ticks)
	return h, e.called(ctx, "Handover")
}

// Tick implements ui.Engine.
func (e *Engine) Tick(ctx context.Context, _ *project.Project, line string, done bool) error {
	if err := e.called(ctx, "Tick"); err != nil {
		return err
	}
	if e.Comparison.Handover.Ticks == nil {
		e.Comparison.Handover.Ticks = map[string]time.Time{}
	}
	if delete(e.Comparison.Handover.Ticks, line); done {
		e.Comparison.Handover.Ticks[line] = Now()
	}
	return nil
}

// KeepReceipt implements ui.Engine.
func (e *Engine) KeepReceipt(ctx context.Context, _ *project.Project, path string, done, open []string) error {
	e.mu.Lock()
	e.written, e.Comparison.Done, e.Comparison.Open, e.Comparison.Handover.Saved = path, done, open, Now()
	e.mu.Unlock()
	return e.called(ctx, "KeepReceipt")
}

// Compared is a comparison of two tables with n records of each kind that is named.
func Compared(n int, kinds ...importer.Difference) Comparison {
	accounts := importer.ComparedTable{Mapping: "account", Table: "account", Title: "Accounts", To: "account", Since: Now().Add(-time.Hour), Counted: true, Source: 4812, Same: 90000,
		Records: importer.Differences{}, Values: importer.Differences{}}
	contacts := importer.ComparedTable{Mapping: "contact", Table: "contact", Title: "Contacts", To: "contact", Since: Now().Add(-time.Hour), Counted: true, Source: 61361, Destination: 61361, Equal: 61361}
	var c Comparison
	phones := importer.Differences{}
	for _, d := range kinds {
		for i := range n {
			r := importer.RehearsedRow{Mapping: "account", Table: "account", Key: fmt.Sprintf("5f0c1a7e-0000-4000-8000-%012d", i), Name: fmt.Sprint("Fabrikam ", i), Differs: d}
			switch d {
			case importer.NewHere, importer.RemovedThere:
				accounts.Missing++
			case importer.AddedThere, importer.GoneHere, importer.LeftFilter:
				accounts.Extra++
			default:
				r.Changes = []importer.Change{{Column: "telephone1", Was: "0123 456", Becomes: "+44 123 456", Why: d}}
				accounts.Values[d]++
				phones[d]++
			}
			if d == importer.Unexplained {
				r.Fault = &core.Fault{Kind: core.BadRecord, Code: "importer.differs-unexplained", Cause: "It differs, although it changed on neither side since Ferry wrote it.", Remedy: "Import with everything read again.", Owner: core.You}
			}
			c.Rows = append(c.Rows, r)
		}
		accounts.Records[d] = int64(n)
	}
	accounts.Equal = accounts.Source + accounts.Extra - accounts.Records.Total()
	accounts.Destination = accounts.Source - accounts.Missing + accounts.Extra
	if len(phones) > 0 {
		accounts.Fields = []importer.ComparedField{{Column: "telephone1", Field: "telephone1", Values: phones}}
	}
	c.Found = importer.Comparison{From: "Contoso", To: "Contoso.db", Who: "Ada Lovelace", Started: Now().Add(-2 * time.Minute), Ended: Now().Add(-time.Minute), Whole: true,
		Tables: []importer.ComparedTable{accounts, contacts}}
	return c
}
