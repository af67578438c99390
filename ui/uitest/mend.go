package uitest

import (
	"context"
	"fmt"
	"strings"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
)

var _ ui.MendEngine = (*Engine)(nil)

// Mending is what waits, and what was said about it.
type Mending struct {
	List     importer.WaitList
	Rows     []importer.WaitRow
	Records  map[string]importer.Examined // by key
	Names    map[string]string            // by key
	Mended   map[string]string            // by key and column
	Verdicts map[string]*importer.Verdict // by key
	Read     int                          // rows that were asked for
}

// Waiting implements ui.Engine.
func (e *Engine) Waiting(ctx context.Context, _ *project.Project, run string) (importer.WaitList, error) {
	return e.Mends.List, e.called(ctx, "Waiting")
}

// WaitingPlaces implements ui.Engine.
func (e *Engine) WaitingPlaces(ctx context.Context, _ *project.Project, q importer.WaitSearch) (places []int64, err error) {
	for i, r := range e.Mends.Rows {
		fits := len(q.Of.Causes) == 0
		for _, c := range q.Of.Causes {
			fits = fits || c.Mapping == r.Mapping && c.Kind == r.Kind && r.Fault != nil && c.Code == r.Fault.Code
		}
		if fits && strings.Contains(strings.ToLower(r.Key+" "+r.Name+" "+r.Fault.Cause), strings.ToLower(q.Text)) {
			places = append(places, int64(i))
		}
	}
	return places, e.called(ctx, "WaitingPlaces")
}

// WaitingRows implements ui.Engine.
func (e *Engine) WaitingRows(ctx context.Context, _ *project.Project, _ string, places []int64) (rows []importer.WaitRow, err error) {
	e.mu.Lock()
	e.Mends.Read += len(places)
	for _, n := range places {
		row := e.Mends.Rows[n]
		row.Verdict = e.Mends.Verdicts[row.Key]
		for at := range e.Mends.Mended {
			if strings.HasPrefix(at, row.Key+" ") {
				row.Mended++
			}
		}
		rows = append(rows, row)
	}
	e.mu.Unlock()
	return rows, e.called(ctx, "WaitingRows")
}

// RecordNames implements ui.Engine.
func (e *Engine) RecordNames(ctx context.Context, _ *project.Project, _ string, keys []string) (map[string]string, error) {
	names := map[string]string{}
	for _, k := range keys {
		if n := e.Mends.Names[k]; n != "" {
			names[k] = n
		}
	}
	return names, e.called(ctx, "RecordNames")
}

// Examine implements ui.Engine.
func (e *Engine) Examine(ctx context.Context, _ *project.Project, _, key string, _ bool) (importer.Examined, error) {
	e.mu.Lock()
	x := e.Mends.Records[key]
	x.Fields = append([]importer.ExaminedField(nil), x.Fields...)
	for i := range x.Fields {
		if text, ok := e.Mends.Mended[key+" "+x.Fields[i].Column]; ok {
			x.Fields[i].Given, x.Fields[i].Result, x.Fields[i].Fault = true, core.Text(text), nil
		}
	}
	e.mu.Unlock()
	return x, e.called(ctx, "Examine")
}

// Mend implements ui.Engine.
func (e *Engine) Mend(ctx context.Context, _ *project.Project, _, key, column, text string) error {
	if err := e.called(ctx, "Mend"); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.Mends.Mended == nil {
		e.Mends.Mended = map[string]string{}
	}
	e.Mends.Mended[key+" "+column] = text
	return nil
}

// Withdraw implements ui.Engine.
func (e *Engine) Withdraw(ctx context.Context, _ *project.Project, _, key, column string) error {
	e.mu.Lock()
	delete(e.Mends.Mended, key+" "+column)
	e.mu.Unlock()
	return e.called(ctx, "Withdraw")
}

// Judge implements ui.Engine.
func (e *Engine) Judge(ctx context.Context, _ *project.Project, _, _, key string, v *importer.Verdict) error {
	e.mu.Lock()
	if e.Mends.Verdicts == nil {
		e.Mends.Verdicts = map[string]*importer.Verdict{}
	}
	e.Mends.Verdicts[key] = v
	e.mu.Unlock()
	return e.called(ctx, "Judge")
}

// Waits is a list of n refused accounts, two that are unsure and one contact that waits for its account.
func Waits(n int) Mending {
	long := &core.Fault{Kind: core.BadRecord, Code: "sqlite.too-big", Cause: "A value is larger than the file can hold.", Remedy: "Shorten the text in Dynamics 365, or mend the value here, then retry.", Owner: core.You, Subject: core.Subject{Table: "account", Field: "name"}}
	option := &core.Fault{Kind: core.BadRecord, Code: "mapping.choice-unmatched", Cause: "This record has an option of industrycode that has no value in industrycode.", Remedy: "Open Choices of the mapping, give the option a value, and retry just the refused records.", Owner: core.You, Subject: core.Subject{Table: "account", Field: "industrycode"}}
	unsure := &core.Fault{Kind: core.BadRecord, Code: "importer.not-found", Cause: "It was sent and no answer came. Ferry looked for it and did not find it, but cannot be sure that it is not there.", Remedy: "Look for it at the destination. Then say that it is there, or that it is not there and is to be sent.", Owner: core.You, Subject: core.Subject{Table: "account"}}
	waits := &core.Fault{Kind: core.BadRecord, Code: importer.WaitsCode, Cause: "It belongs to a record that is not at the destination yet.", Remedy: "Import that record first, then start this import again.", Owner: core.You, Subject: core.Subject{Table: "contact", Field: "parentcustomerid"}}
	m := Mending{Records: map[string]importer.Examined{}, Names: map[string]string{}}
	m.List.Run = importer.Entry{ID: "r1", From: "Contoso", To: "Contoso.db", Started: Now().Add(-3600e9), State: importer.Complete,
		Tables: []importer.RunTable{{Mapping: "account", Table: "account", To: "account"}, {Mapping: "contact", Table: "contact", To: "contact"}}}
	add := func(i int, table string, kind core.OutcomeKind, f *core.Fault, name string) {
		key := fmt.Sprintf("5f0c1a7e-0000-4000-8000-%012d", i)
		kept := "" // what was kept of its name when it was refused; of the others Dynamics is asked
		if table == "account" {
			m.List.Named, kept = true, name
		}
		m.Rows = append(m.Rows, importer.WaitRow{Mapping: table, Name: kept, Refusal: importer.Refusal{Table: table, Key: key, Kind: kind, Fault: f}})
		m.Names[key] = name
		cause := importer.Cause{Mapping: table, Table: table, Kind: kind, Code: f.Code, Field: f.Subject.Field}
		for g := range m.List.Groups {
			if m.List.Groups[g].Cause == cause {
				m.List.Groups[g].Records++
				return
			}
		}
		m.List.Groups = append(m.List.Groups, importer.Group{Cause: cause, Records: 1, Fault: f})
	}
	for i := range n {
		f := long
		if i%3 == 2 {
			f = option
		}
		add(i, "account", core.Refused, f, fmt.Sprint("Fabrikam ", i))
	}
	add(n, "account", core.Unsure, unsure, "Adventure Works")
	add(n+1, "account", core.Unsure, unsure, "Northwind")
	add(n+2, "contact", core.Skipped, waits, "Ada Lovelace")
	fields := func(name string, f *core.Fault) []importer.ExaminedField {
		return []importer.ExaminedField{
			{Column: "name", From: []mapping.Original{{Field: "name", Value: core.Text(name)}}, Result: core.Text(name)},
			{Column: "industrycode", From: []mapping.Original{{Field: "industrycode", Value: core.Choice(7), Label: "Fishing"}}, Fault: f},
			{Column: "telephone1", From: []mapping.Original{{Field: "telephone1", Value: core.Text("+44 123 456")}}, Result: core.Text("+44 123 456")},
			{Column: "address1_city", From: []mapping.Original{{Field: "address1_city", Value: core.Null()}}, Result: core.Null()},
		}
	}
	for i, r := range m.Rows {
		x := importer.Examined{Mapping: r.Mapping, Table: r.Table, Key: r.Key, Name: m.Names[r.Key]}
		switch {
		case r.Fault == option:
			x.Fields = fields(x.Name, option)
		default:
			x.Fields = fields(x.Name, nil)
			x.Fields[1].Result = core.Choice(7)
		}
		if r.Kind == core.Unsure {
			x.Looks = true
			if i == n+1 {
				x.Hits = []importer.Hit{{ID: "c-4711", ByKey: true, Values: []core.Value{core.Text("Northwind"), core.Null(), core.Text("+44 1"), core.Null()}}, {ID: "c-4712", Values: []core.Value{core.Text("Northwind Ltd"), core.Null(), core.Null(), core.Null()}}}
			}
		}
		m.Records[r.Key] = x
	}
	return m
}
