package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ferry/core/importer"
	"ferry/core/journal"
)

// mending refuses what does not go together, before anything is opened.
func (f *flags) mending() error {
	one := strings.Trim(f.record, " ,") != "" && !strings.Contains(f.record, ",")
	switch {
	case (len(f.mend) > 0 || f.withdraw != "") && !one:
		return wrongUse("A value is mended for one record.", "Name it with -record ID; ferryctl runs -refused FILE.csv saves which ones there are.")
	case f.lists && f.record != "" && !one:
		return wrongUse("-list shows one record at a time.", "Name one id with -record.")
	case f.lists && len(f.mend) > 0 || f.withdraw != "" && (f.lists || len(f.mend) > 0):
		return wrongUse("-list, -mend and -withdraw are three ways, and each goes alone.", "Leave out all but one of them.")
	}
	return nil
}

// named are the records that -record names, as they stand on a list.
func (f *flags) named(ctx context.Context, memory *journal.Journal, run string) (some []importer.WaitsFor, err error) {
	for _, name := range strings.Split(f.record, ",") {
		mapping, id, both := strings.Cut(strings.TrimSpace(name), "=")
		if !both {
			mapping, id = "", mapping
		}
		if id == "" {
			continue
		}
		var fit []importer.WaitsFor
		err := memory.EachWaiting(ctx, importer.WaitSearch{Run: run, Text: id}, func(r importer.WaitRow) error {
			w := importer.WaitsFor{Mapping: r.Mapping, Key: r.Key}
			if strings.EqualFold(r.Key, id) && (mapping == "" || strings.EqualFold(r.Mapping, mapping)) && !slices.Contains(fit, w) {
				fit = append(fit, w)
			}
			return nil
		})
		switch {
		case err != nil:
			return nil, err
		case len(fit) == 0:
			return nil, wrongUse("A record that -record names does not wait for a retry.", "ferryctl runs -refused FILE.csv saves which ones do.")
		case len(fit) > 1 && (f.lists || len(f.mend) > 0 || f.withdraw != ""):
			return nil, wrongUse("More than one mapping has left this record over.", fmt.Sprintf("Say which is meant: -record %s=%s", fit[0].Mapping, id))
		}
		some = append(some, fit...)
	}
	return some, nil
}

// mended keeps the values of -mend, for the retry that follows and the imports after it.
func (f *flags) mended(ctx context.Context, of importer.WaitsFor, job importer.Job) error {
	x, err := importer.Examine(ctx, job, of.Mapping, of.Key, false)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(f.mend)) {
		column, err := columnOf(x, name)
		if err != nil {
			return err
		}
		values[column] = f.mend[name]
	}
	return importer.MendAll(ctx, job, of.Mapping, of.Key, values)
}

// columnOf is the column that somebody names: by its name, or by the field that it alone is made from.
func columnOf(x importer.Examined, name string) (string, error) {
	var from []string
	for _, f := range x.Fields {
		if strings.EqualFold(f.Column, name) {
			return f.Column, nil
		}
		if len(f.From) == 1 && strings.EqualFold(f.From[0].Field, name) {
			from = append(from, f.Column)
		}
	}
	if len(from) == 1 {
		return from[0], nil
	}
	return "", wrongUse(fmt.Sprintf("The mapping of this record has no field %q.", printable(name)), "ferryctl retry -list -record ID lists its fields.")
}

// withdrawn forgets values that were mended. Nothing is retried.
func (f *flags) withdrawn(ctx context.Context, t *terminal, memory *journal.Journal, of importer.WaitsFor) error {
	kept, err := memory.MendedValues(ctx, of.Mapping)
	if err != nil {
		return err
	}
	var columns []string
	for _, name := range strings.Split(f.withdraw, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		at := slices.IndexFunc(kept, func(m importer.MendedValue) bool { return m.Key == of.Key && strings.EqualFold(m.Column, name) })
		if at < 0 {
			return wrongUse(fmt.Sprintf("No value was mended for %q of this record.", printable(name)), "ferryctl retry -list -record ID tells for which ones.")
		}
		columns = append(columns, kept[at].Column)
	}
	for _, column := range columns {
		if err := memory.ForgetMended(ctx, of.Mapping, of.Key, column); err != nil {
			return err
		}
	}
	if f.json {
		line(t.out, map[string]any{"withdrawn": columns})
	} else {
		fmt.Fprintf(t.out, "Withdrawn: %s. What Dynamics has counts again.\n", printable(strings.Join(columns, ", ")))
	}
	return nil
}

// A recordLine is one record that waits, for machines. It holds people's data, which is what was asked for.
type recordLine struct {
	Mapping string       `json:"mapping"`
	Table   string       `json:"table"`
	Key     string       `json:"key"`
	Name    string       `json:"name,omitempty"`
	Fields  []recordCell `json:"fields"`
}

type recordCell struct {
	Field  string            `json:"field"`
	From   map[string]string `json:"from,omitempty"` // what Dynamics has, by field
	Value  string            `json:"value"`          // what would be written; "" where it is refused too
	Cause  string            `json:"cause,omitempty"`
	Remedy string            `json:"remedy,omitempty"`
	Mended bool              `json:"mended,omitempty"`
	Stale  bool              `json:"stale,omitempty"` // it was mended, and Dynamics has another value since
}

// showRecord shows one record field by field: what Dynamics has now, and what becomes of it.
func showRecord(t *terminal, asJSON bool, x importer.Examined) {
	out := recordLine{Mapping: x.Mapping, Table: x.Table, Key: x.Key, Name: x.Name}
	for _, f := range x.Fields {
		cell := recordCell{Field: f.Column, Value: f.Result.Canonical(), Mended: f.Given && !f.Stale, Stale: f.Given && f.Stale, From: map[string]string{}}
		for _, o := range f.From {
			words := o.Value.Canonical()
			if o.Label != "" {
				words = o.Label + " (" + words + ")"
			}
			cell.From[o.Field] = words
		}
		if f.Fault != nil {
			cell.Value, cell.Cause, cell.Remedy = "", f.Fault.Cause, f.Fault.Remedy
		}
		out.Fields = append(out.Fields, cell)
	}
	if asJSON {
		line(t.out, map[string]any{"record": out})
		return
	}
	fmt.Fprintf(t.out, "%s  (%s %s)\n", printable(out.Name), printable(out.Table), printable(out.Key))
	for _, c := range out.Fields {
		mark, words := " ", orEmpty(c.Value)
		if c.Cause != "" {
			mark, words = "✕", c.Cause
		}
		for _, name := range slices.Sorted(maps.Keys(c.From)) {
			if name != c.Field || c.From[name] != c.Value {
				words += "  ‹ " + name + ": " + orEmpty(c.From[name])
			}
		}
		fmt.Fprintf(t.out, "%s %s: %s\n", mark, printable(c.Field), printable(words))
		switch {
		case c.Mended:
			fmt.Fprintln(t.out, "    Mended. It holds as long as Dynamics has what it has now.")
		case c.Stale:
			fmt.Fprintln(t.out, "    Somebody mended it, and Dynamics has another value since: what Dynamics has counts.")
		case c.Cause != "":
			fmt.Fprintf(t.out, "    %s\n", printable(c.Remedy))
		}
	}
}

func orEmpty(s string) string {
	if s == "" {
		return "(empty)"
	}
	return s
}

// examined shows the record in place of retrying it.
func (f *flags) examined(ctx context.Context, t *terminal, of importer.WaitsFor) func(importer.Job) (int, error) {
	return func(job importer.Job) (int, error) {
		x, err := importer.Examine(ctx, job, of.Mapping, of.Key, false)
		if err != nil {
			return 0, err
		}
		showRecord(t, f.json, x)
		if slices.ContainsFunc(x.Fields, func(c importer.ExaminedField) bool { return c.Fault != nil }) {
			return exitRefused, nil
		}
		return exitWell, nil
	}
}
