package mapping

import (
	"cmp"
	"slices"
	"strconv"

	"ferry/core"
)

// A ChoiceRow is one option in the table of choices.
type ChoiceRow struct {
	Code    int64
	Label   string // "" when there is none
	Rows    int    // how many records use it, as far as that was looked at
	Known   bool   // it is an option now; a code found only in the data is not
	How     ChoiceHow
	To      string // the code of the destination's option, or a value
	ToLabel string
	Renamed bool // it had another label when it was mapped
	Gone    bool // what it goes to is no option any more
}

// ChoiceHow says what becomes of an option.
type ChoiceHow string

const (
	ChoiceSet   ChoiceHow = "set"   // it has a value
	ChoiceEmpty ChoiceHow = "empty" // it is left empty
	ChoiceOpen  ChoiceHow = "open"  // it has none: the policy says what becomes of it
)

// ChoiceTable lists every option of what goes to a column, those that are only found in the data too, the open ones that
// are used most first.
func (d *Draft) ChoiceTable(column string) []ChoiceRow {
	i := d.find(column)
	if i < 0 {
		return nil
	}
	b := &d.m.Columns[i]
	f := d.source.Field(b.input())
	if f == nil {
		return nil
	}
	if b.Choices == nil {
		plain := *b
		plain.Choices = &Choices{}
		b = &plain
	}
	rows := choiceRows(b, f, d.there(b.Column), d.facts.Used[f.Name])
	slices.SortStableFunc(rows, func(a, b ChoiceRow) int {
		if (a.How == ChoiceOpen) != (b.How == ChoiceOpen) {
			if a.How == ChoiceOpen {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Rows, a.Rows)
	})
	return rows
}

func choiceRows(b *Binding, f, to *core.Field, used map[int64]int) []ChoiceRow {
	pairs := make(map[int64]ChoicePair, len(b.Choices.Values))
	for _, p := range b.Choices.Values {
		pairs[p.Code] = p
	}
	there := map[string]string{}
	if to != nil {
		for _, o := range to.Options {
			there[strconv.FormatInt(o.Code, 10)] = o.Label
		}
	}
	row := func(code int64, label string, known bool) ChoiceRow {
		r := ChoiceRow{Code: code, Label: label, Known: known, Rows: used[code], How: ChoiceOpen}
		p, ok := pairs[code]
		if !ok {
			return r
		}
		r.How, r.To = ChoiceSet, p.To
		if p.Empty {
			r.How = ChoiceEmpty
			return r
		}
		label2, is := there[p.To]
		r.ToLabel = label2
		r.Gone = to != nil && len(to.Options) > 0 && !is && !hasLabel(to.Options, p.To)
		r.Renamed = known && p.Label != "" && label != "" && fold(p.Label) != fold(label)
		return r
	}
	rows := make([]ChoiceRow, 0, len(f.Options))
	seen := make(map[int64]bool, len(f.Options))
	for _, o := range optionsOf(*f) {
		if seen[o.Code] {
			continue
		}
		seen[o.Code] = true
		rows = append(rows, row(o.Code, o.Label, true))
	}
	var extra []int64
	for code := range used {
		if !seen[code] {
			seen[code] = true
			extra = append(extra, code)
		}
	}
	for code := range pairs {
		if !seen[code] {
			extra = append(extra, code)
		}
	}
	slices.Sort(extra)
	for _, code := range extra {
		rows = append(rows, row(code, pairs[code].Label, false))
	}
	return rows
}

func hasLabel(options []core.Option, label string) bool {
	return slices.ContainsFunc(options, func(o core.Option) bool { return fold(o.Label) == fold(label) })
}

// optionsOf are a field's options; yes and no have some even where the system names none.
func optionsOf(f core.Field) []core.Option {
	if f.Type == core.TypeBoolean && len(f.Options) == 0 {
		return []core.Option{{Code: 1, Label: "Yes"}, {Code: 0, Label: "No"}}
	}
	return f.Options
}

// MatchChoices gives each option without a value the destination's option of the same label, as one step, and tells how
// many it found. Labels that two options have are left to the person.
func (d *Draft) MatchChoices(column string) (found int, err error) {
	err = d.change("match choices by label", column, func(_ *Mapping, b *Binding) error {
		f, to := d.source.Field(b.input()), d.there(column)
		if f == nil || to == nil {
			return cannotBind(d, "choices-free", "The destination has no options to match with.", "Enter a value for each option.", b.Field)
		}
		if b.Choices == nil {
			b.Choices = &Choices{}
		}
		found = matchByLabel(b.Choices, *f, *to)
		return nil
	})
	return found, err
}

func matchByLabel(c *Choices, from, to core.Field) (found int) {
	codes, own := codesOf(optionsOf(to)), codesOf(optionsOf(from))
	for _, o := range optionsOf(from) {
		if slices.ContainsFunc(c.Values, func(p ChoicePair) bool { return p.Code == o.Code }) {
			continue
		}
		key := fold(o.Label)
		code, ok := codes[key]
		if _, single := own[key]; ok && single {
			c.Values = append(c.Values, ChoicePair{Code: o.Code, Label: o.Label, To: strconv.FormatInt(code, 10)})
			found++
		}
	}
	return found
}

// Use counts which codes records have in a field: for Facts.
func Use(counts map[string]map[int64]int, fields []string, records []core.Record) {
	for i, name := range fields {
		for _, r := range records {
			if i >= len(r.Values) {
				continue
			}
			var codes []int64
			switch v := r.Values[i]; v.Kind() {
			case core.KindChoice, core.KindBool:
				codes = []int64{v.AsInt()}
			case core.KindChoices:
				codes = v.AsChoices()
			}
			for _, code := range codes {
				if counts[name] == nil {
					counts[name] = map[int64]int{}
				}
				counts[name][code]++
			}
		}
	}
}
