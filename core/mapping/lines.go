package mapping

import (
	"slices"
	"strings"

	"ferry/core"
)

// A Line is one row of the table of fields: a field and what is made of it, or a column that is made from no single
// field.
type Line struct {
	Field    *core.Field // nil for a column that is made from something else; must not be changed
	Columns  []string    // what it goes to; none when it is not mapped
	Problems []Problem
}

// Show says which lines are shown.
type Show string

const (
	ShowAll      Show = ""
	ShowMapped   Show = "mapped"
	ShowUnmapped Show = "unmapped"
	ShowProblems Show = "problems"
)

// Lines are rows of the table of fields that hold a text in either name of either side, from the given one on, at most n
// of them; all tells how many there are. Only what is asked for is made, so that large tables stay quick.
func (d *Draft) Lines(text string, show Show, from, n int) (lines []Line, all int) {
	text = fold(text)
	to := d.columnsByField()
	var problems map[string][]Problem
	if show == ShowProblems {
		problems = d.problemsByField()
	}
	add := func(l Line) {
		if all >= from && len(lines) < n {
			lines = append(lines, l)
		}
		all++
	}
	for _, i := range d.hits(text) {
		f := &d.source.Fields[i]
		if show == ShowAll && (all < from || len(lines) >= n) {
			all++
			continue
		}
		if columns := to[f.Name]; shown(show, len(columns) > 0, len(problems[f.Name]) > 0) {
			add(Line{Field: f, Columns: columns})
		}
	}
	for _, column := range to[""] {
		if shown(show, true, len(problems["\n"+column]) > 0) && d.columnHolds(column, text) {
			add(Line{Columns: []string{column}})
		}
	}
	if len(lines) == 0 {
		return lines, all
	}
	if problems == nil {
		problems = d.problemsByField()
	}
	for i := range lines {
		if lines[i].Field != nil {
			lines[i].Problems = problems[lines[i].Field.Name]
		} else {
			lines[i].Problems = problems["\n"+lines[i].Columns[0]]
		}
	}
	return lines, all
}

// hits are the fields that hold a text in either of their names, or in those of a column they go to.
func (d *Draft) hits(text string) []int {
	if text == "" {
		if len(d.every) != len(d.source.Fields) {
			d.every = make([]int, len(d.source.Fields))
			for i := range d.every {
				d.every[i] = i
			}
		}
		return d.every
	}
	if d.hay == nil {
		d.hay = newHay(d.source.Fields)
	}
	out := d.hay.find(text)
	for i := range d.m.Columns {
		b := &d.m.Columns[i]
		if f := d.fields()[b.Field]; f != nil && b.From == FromField && d.columnHolds(b.Column, text) {
			out = append(out, d.fieldPlace(f.Name))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fieldPlace is the place of one of the source's fields.
func (d *Draft) fieldPlace(name string) int {
	if d.byPlace == nil {
		d.byPlace = make(map[string]int, len(d.source.Fields))
		for i := range d.source.Fields {
			d.byPlace[d.source.Fields[i].Name] = i
		}
	}
	return d.byPlace[name]
}

func shown(show Show, mapped, problem bool) bool {
	switch show {
	case ShowMapped:
		return mapped
	case ShowUnmapped:
		return !mapped
	case ShowProblems:
		return problem
	}
	return true
}

func (d *Draft) columnHolds(column, text string) bool {
	if text == "" || strings.Contains(strings.ToLower(column), text) {
		return true
	}
	f := d.there(column)
	return f != nil && strings.Contains(fold(f.Display), text)
}

// columnsByField are the columns of each field; those made from no single field stand under "".
func (d *Draft) columnsByField() map[string][]string {
	if d.seen.columns == nil {
		to := make(map[string][]string, len(d.m.Columns))
		for i := range d.m.Columns {
			b := &d.m.Columns[i]
			key := b.Field
			if b.From != FromField || d.gone(key) {
				key = ""
			}
			to[key] = append(to[key], b.Column)
		}
		d.seen.columns = to
	}
	return d.seen.columns
}

func (d *Draft) gone(field string) bool {
	return d.fields()[field] == nil
}

// problemsByField are the problems of each field; those of columns that are made from no single field stand under a line
// break and the column.
func (d *Draft) problemsByField() map[string][]Problem {
	if d.seen.problems == nil {
		by := map[string][]Problem{}
		for _, p := range d.Problems() {
			if len(p.Place.Path) > 1 || p.Place.Part != PartFields && p.Place.Part != PartChoices && p.Place.Part != PartLookups {
				continue
			}
			key := p.Place.Field
			if i := d.find(p.Place.Column); i >= 0 && (d.m.Columns[i].From != FromField || d.gone(key)) {
				key = "\n" + d.m.Columns[i].Column
			}
			by[key] = append(by[key], p)
		}
		d.seen.problems = by
	}
	return d.seen.problems
}

// Problems lists what a person should look at; see the function of that name. It is worked out once after each change.
func (d *Draft) Problems() []Problem {
	if !d.seen.listed {
		d.seen.list, d.seen.listed = Problems(d), true
	}
	return slices.Clone(d.seen.list)
}

// Tally counts the lines of each kind.
type Tally struct{ All, Mapped, Unmapped int }

// Tally counts for the chips above the table: fields, those that are mapped, and those that are not.
func (d *Draft) Tally() Tally {
	to := d.columnsByField()
	t := Tally{All: len(d.source.Fields) + len(to[""])}
	for field := range to {
		if field != "" {
			t.Mapped++
		}
	}
	t.Mapped += len(to[""])
	t.Unmapped = t.All - t.Mapped
	return t
}

// An Offer is one field of the destination, as it is offered for a field.
type Offer struct {
	Column *core.Field // must not be changed
	Fit    Fit
	Taken  string // the field that goes there already; "" for none
}

// Offers are the destination's fields for one field, the ones that fit first; the others say why they do not. There are
// none where columns are named freely.
func (d *Draft) Offers(field string) []Offer {
	f := d.source.Field(field)
	if d.dest == nil || f == nil {
		return nil
	}
	var good, bad []Offer
	for i := range d.dest.Fields {
		to := &d.dest.Fields[i]
		o := Offer{Column: to, Fit: FitsField(*f, *to)}
		if at := d.find(to.Name); at >= 0 {
			o.Taken = d.m.Columns[at].Field
		}
		if o.Fit.OK {
			good = append(good, o)
		} else {
			bad = append(bad, o)
		}
	}
	return append(good, bad...)
}
