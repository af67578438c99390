package uitest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
)

// Rehearsal is what Rehearse shows, with its records.
type Rehearsal struct {
	Shown importer.Rehearsal
	Rows  []importer.RehearsedRow
	Seen  map[string]string // of Rehearsals
	Ended int               // calls of EndRehearsal
	Saved ui.RehearsedSearch
}

// Rehearse implements ui.Engine.
func (e *Engine) Rehearse(ctx context.Context, _ *project.Project, r ui.ImportRequest, progress func(importer.Progress)) (importer.Rehearsal, error) {
	e.mu.Lock()
	e.LastRequest = r
	e.mu.Unlock()
	for _, n := range e.News {
		progress(n)
	}
	shown := e.Rehearsal.Shown
	err := e.called(ctx, "Rehearse")
	if err != nil {
		shown.Whole = false
	}
	return shown, err
}

// Rehearsals implements ui.Engine.
func (e *Engine) Rehearsals(ctx context.Context, _ *project.Project) (map[string]string, error) {
	return e.Rehearsal.Seen, e.called(ctx, "Rehearsals")
}

// RehearsedPlaces implements ui.Engine.
func (e *Engine) RehearsedPlaces(ctx context.Context, q ui.RehearsedSearch) (places []int64, err error) {
	for i, r := range e.Rehearsal.Rows {
		fits := len(q.Kinds) == 0
		for _, k := range q.Kinds {
			fits = fits || k == r.Kind
		}
		if fits && (q.Mapping == "" || q.Mapping == r.Mapping) && strings.Contains(strings.ToLower(r.Name), strings.ToLower(q.Text)) {
			places = append(places, int64(i))
		}
	}
	return places, e.called(ctx, "RehearsedPlaces")
}

// RehearsedRows implements ui.Engine.
func (e *Engine) RehearsedRows(ctx context.Context, places []int64) (rows []importer.RehearsedRow, err error) {
	for _, n := range places {
		rows = append(rows, e.Rehearsal.Rows[n])
	}
	return rows, e.called(ctx, "RehearsedRows")
}

// SaveRehearsed implements ui.Engine.
func (e *Engine) SaveRehearsed(ctx context.Context, path string, q ui.RehearsedSearch) (int64, error) {
	e.mu.Lock()
	e.written, e.Rehearsal.Saved = path, q
	e.mu.Unlock()
	return int64(len(e.Rehearsal.Rows)), e.called(ctx, "SaveRehearsed")
}

// KeepShown implements ui.Engine.
func (e *Engine) KeepShown(ctx context.Context) (string, error) {
	return "shown-1", e.called(ctx, "KeepShown")
}

// EndRehearsal implements ui.Engine.
func (e *Engine) EndRehearsal() { e.Rehearsal.Ended++ }

// Rehearsed is a rehearsal of two tables, n records each.
func Rehearsed(n int) Rehearsal {
	r := Rehearsal{Shown: importer.Rehearsal{
		From: "Contoso", To: "Contoso.db", Started: Now().Add(-time.Minute), Ended: Now(), Whole: true, Restore: true,
		Make: []core.Thing{{Kind: "table", Name: "contact"}, {Kind: "column", Name: "account.telephone1"}},
	}}
	long := &core.Fault{Kind: core.BadRecord, Code: "sqlite.too-big", Cause: "A value is larger than the file can hold.", Remedy: "Shorten the text in Dynamics 365, then import again.", Owner: core.You}
	accounts := importer.RehearsedTable{Mapping: "account", Table: "account", Title: "Accounts", To: "account"}
	contacts := importer.RehearsedTable{Mapping: "contact", Table: "contact", Title: "Contacts", To: "contact", Unresolved: 3}
	for i := range n {
		row := importer.RehearsedRow{Mapping: "account", Table: "account", Key: fmt.Sprintf("5f0c1a7e-0000-4000-8000-%012d", i), Name: fmt.Sprint("Fabrikam ", i), Kind: core.Unchanged}
		switch i % 4 {
		case 0:
			row.Kind, row.Changes = core.Updated, []importer.Change{{Column: "telephone1", Was: "0123 456", Becomes: "+44 123 456"}, {Column: "address1_city", Was: "Leeds"}}
			accounts.Updated++
		case 1:
			row.Kind, row.Fault = core.Refused, long
			accounts.Refused++
		default:
			accounts.Unchanged++
		}
		accounts.Read++
		person := importer.RehearsedRow{Mapping: "contact", Table: "contact", Key: fmt.Sprintf("6f0c1a7e-0000-4000-8000-%012d", i), Name: fmt.Sprint("Ada Lovelace ", i), Kind: core.Created,
			Changes: []importer.Change{{Column: "fullname", Becomes: fmt.Sprint("Ada Lovelace ", i)}, {Column: "emailaddress1", Becomes: "ada@example.com"}, {Column: "telephone1", Becomes: "1"}, {Column: "x", Becomes: "2"}}}
		contacts.Read++
		contacts.Created++
		r.Rows = append(r.Rows, row, person)
	}
	accounts.Fields = []importer.RehearsedField{{Column: "name"}, {Column: "telephone1", Replaced: accounts.Updated, Kept: 12}, {Column: "address1_city", Emptied: accounts.Updated}}
	r.Shown.Tables = []importer.RehearsedTable{accounts, contacts}
	return r
}
