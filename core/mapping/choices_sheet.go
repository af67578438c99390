package mapping

import (
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// LeaveEmptyWords are what stands in a sheet for an option that is left empty.
const LeaveEmptyWords = "(leave empty)"

// A ChoiceColumn is a column that options go to.
type ChoiceColumn struct {
	Column string
	To     string // the column with both names
	Field  string // logical name of what goes there
	From   string // the field with both names
	Rows   int    // options, with the codes that are only found in the data
	Open   int    // those without a value
	Mapped bool   // it has a table of choices; else the code or the label is carried
	Part   Part
	Free   bool // the column has no options of its own
}

// ChoiceColumns lists the columns that options go to, in the order of the mapping.
func (d *Draft) ChoiceColumns() []ChoiceColumn {
	var out []ChoiceColumn
	for i := range d.m.Columns {
		b := &d.m.Columns[i]
		f := d.fields()[b.input()]
		if f == nil || b.From == FromConstant || b.From == FromTemplate {
			continue
		}
		to := d.there(b.Column)
		if !hasOptions(f.Type) && b.Choices == nil || f.Type == core.TypeBoolean && b.Choices == nil && (to == nil || !needsChoices(f.Type, to.Type)) {
			continue
		}
		c := ChoiceColumn{Column: b.Column, To: b.Column, Field: f.Name, From: twoNames(f.Display, f.Name), Mapped: b.Choices != nil, Part: b.Part, Free: to == nil || len(optionsOf(*to)) == 0}
		if to != nil {
			c.To = twoNames(to.Display, to.Name)
		}
		for _, r := range d.choiceRowsOf(i) {
			c.Rows++
			if r.How == ChoiceOpen {
				c.Open++
			}
		}
		out = append(out, c)
	}
	return out
}

func hasOptions(t core.FieldType) bool {
	return t.IsChoice() || t == core.TypeChoices || t == core.TypeBoolean
}

func twoNames(display, logical string) string {
	if display != "" && display != logical {
		return display + " (" + logical + ")"
	}
	return logical
}

// choiceRowsOf are the rows of a column's table, unsorted.
func (d *Draft) choiceRowsOf(i int) []ChoiceRow {
	b := d.m.Columns[i]
	f := d.fields()[b.input()]
	if f == nil {
		return nil
	}
	if b.Choices == nil {
		b.Choices = &Choices{}
	}
	return choiceRows(&b, f, d.there(b.Column), d.facts.Used[f.Name])
}

// OptionWords names options so that each is told from the others: by its label, with the code where the label alone would
// not do.
func OptionWords(options []core.Option) []string {
	count, codes := make(map[string]int, len(options)), make(map[string]int64, len(options))
	for _, o := range options {
		count[fold(o.Label)]++
		codes[strconv.FormatInt(o.Code, 10)] = o.Code
	}
	out := make([]string, len(options))
	for i, o := range options {
		code := strconv.FormatInt(o.Code, 10)
		key := fold(o.Label)
		other, isCode := codes[key]
		switch {
		case key == "":
			out[i] = code
		case count[key] > 1 || isCode && other != o.Code || key == LeaveEmptyWords:
			out[i] = strings.TrimSpace(o.Label) + " (" + code + ")"
		default:
			out[i] = strings.TrimSpace(o.Label)
		}
	}
	return out
}

// OwnValues begins a table of choices for a column, as one step. Where Ferry makes the column it holds text from then on;
// labels puts each option's own label there to begin with.
func (d *Draft) OwnValues(column string, labels bool) error {
	return d.change("map the choices of "+column, column, func(_ *Mapping, b *Binding) error {
		f := d.source.Field(b.input())
		if f == nil || !hasOptions(f.Type) {
			return cannotBind(d, "no-choice", "What goes to "+column+" has no options.", "Map a choice to it first.", b.Field)
		}
		if b.Choices == nil {
			b.Choices = &Choices{}
		}
		b.Part = Whole
		if d.Free() {
			b.Type = core.ColumnText
		}
		if !labels {
			return nil
		}
		for _, o := range optionsOf(*f) {
			if o.Label != "" && !slices.ContainsFunc(b.Choices.Values, func(p ChoicePair) bool { return p.Code == o.Code }) {
				b.Choices.Values = append(b.Choices.Values, ChoicePair{Code: o.Code, Label: o.Label, To: o.Label})
			}
		}
		return nil
	})
}

// CarryAs carries a choice as it is, its code or its label, without a table of choices, as one step. Only where Ferry makes
// the column, which then holds what fits.
func (d *Draft) CarryAs(column string, p Part) error {
	return d.change("carry the choice to "+column, column, func(_ *Mapping, b *Binding) error {
		f := d.source.Field(b.input())
		switch {
		case !d.Free():
			return cannotBind(d, "choices-needed", "The options of both sides have nothing to do with each other without a table.", "Map the options, or map another field.", b.Field)
		case f == nil || !hasOptions(f.Type):
			return cannotBind(d, "no-choice", "What goes to "+column+" has no options.", "Map a choice to it first.", b.Field)
		}
		own, _ := columnType(f.Type)
		b.Choices, b.Part, b.Type = nil, p, own
		if p == Label && f.Type != core.TypeChoices {
			b.Type = core.ColumnText
		}
		return nil
	})
}

// Options are those of a column of the destination; none where any value can be entered.
func (d *Draft) Options(column string) []core.Option {
	if to := d.there(column); to != nil {
		return optionsOf(*to)
	}
	return nil
}

// A ChoiceSheet is what somebody who knows is asked: what each option becomes.
type ChoiceSheet struct {
	Mapping string // its ID
	Title   string
	Counted bool // how many records use an option is known
	Columns []SheetColumn
}

// A SheetColumn is one column with its options.
type SheetColumn struct {
	Column  string
	From    string
	To      string
	Answers []string // what can be chosen; none where any value can be entered
	Rows    []SheetRow
}

// A SheetRow is one option.
type SheetRow struct {
	Code   int64
	Label  string
	Used   int
	Answer string // what it becomes now; "" when that is open
}

// ChoiceSheet asks about the options of some columns: those without a value, or all.
func (d *Draft) ChoiceSheet(all bool, columns ...string) ChoiceSheet {
	s := ChoiceSheet{Mapping: d.m.ID, Title: d.m.Title}
	if s.Title == "" {
		s.Title = tableTitle(d.source)
	}
	for _, c := range d.ChoiceColumns() {
		if !c.Mapped || len(columns) > 0 && !slices.ContainsFunc(columns, func(name string) bool { return strings.EqualFold(name, c.Column) }) {
			continue
		}
		if _, ok := d.facts.Used[c.Field]; ok {
			s.Counted = true
		}
		words := d.answerWords(c.Column)
		col := SheetColumn{Column: c.Column, From: c.From, To: c.To, Answers: words.list}
		for _, r := range d.ChoiceTable(c.Column) {
			if !all && r.How != ChoiceOpen && !r.Gone {
				continue
			}
			col.Rows = append(col.Rows, SheetRow{Code: r.Code, Label: r.Label, Used: r.Rows, Answer: words.of(r)})
		}
		if len(col.Rows) > 0 {
			s.Columns = append(s.Columns, col)
		}
	}
	return s
}

// answers are the words by which the options of a column are chosen.
type answers struct {
	list   []string
	byCode map[string]string
	codes  map[string][]string // of folded words and labels
}

func (d *Draft) answerWords(column string) answers {
	options := d.Options(column)
	a := answers{list: OptionWords(options), byCode: map[string]string{}, codes: map[string][]string{}}
	add := func(word, code string) {
		if key := fold(word); key != "" && !slices.Contains(a.codes[key], code) {
			a.codes[key] = append(a.codes[key], code)
		}
	}
	for i, o := range options {
		code := strconv.FormatInt(o.Code, 10)
		a.byCode[code] = a.list[i]
		add(a.list[i], code)
		add(o.Label, code)
		add(code, code)
	}
	return a
}

// of is the answer that stands in a row now. What is no option any more is asked anew.
func (a answers) of(r ChoiceRow) string {
	switch {
	case r.How == ChoiceEmpty:
		return LeaveEmptyWords
	case r.How == ChoiceOpen || r.Gone:
		return ""
	case len(a.list) == 0:
		return r.To
	}
	if word, ok := a.byCode[r.To]; ok {
		return word
	}
	if codes := a.codes[fold(r.To)]; len(codes) == 1 {
		return a.byCode[codes[0]]
	}
	return ""
}
