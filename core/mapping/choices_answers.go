package mapping

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A ChoiceAnswer is one row of a sheet that came back.
type ChoiceAnswer struct {
	Line    int    // in the sheet, from 1
	Mapping string // ID of the mapping it belongs to
	Column  string
	Code    int64
	Label   string // as it stands in the sheet
	Text    string // the answer; "" is none
	Why     string // why the row cannot be understood; "" when it can
}

// A ChoiceChange is what an answer would change.
type ChoiceChange struct {
	Column  string
	To      string // the column with both names
	Code    int64
	Label   string
	Was     string // in words; "" when it was open
	Becomes string // in words
	Pair    ChoicePair
}

// A ChoiceDoubt is a row that cannot be understood.
type ChoiceDoubt struct {
	Line  int
	To    string
	Label string
	Text  string
	Why   string
}

// ChoiceChanges are the difference that a sheet makes.
type ChoiceChanges struct {
	Changes []ChoiceChange
	Same    int // answers that say what holds already
	Open    int // rows without an answer: they stay as they are
	Doubts  []ChoiceDoubt
}

// ReadAnswers compares a sheet's answers with what holds. Nothing is changed; TakeAnswers does that. A sheet of another
// mapping is a Fault.
func (d *Draft) ReadAnswers(all []ChoiceAnswer) (ChoiceChanges, error) {
	if len(all) > 0 && !slices.ContainsFunc(all, func(a ChoiceAnswer) bool { return a.Mapping == d.m.ID }) {
		return ChoiceChanges{}, cannotBind(d, "sheet-other", "This sheet belongs to another mapping.", "Open the mapping it was sent from, and bring it back there.", "")
	}
	r := answerReader{draft: d, columns: map[string]*answerColumn{}, at: map[string]int{}, torn: map[string]bool{}}
	for _, c := range d.ChoiceColumns() {
		if c.Mapped {
			col := &answerColumn{ChoiceColumn: c, words: d.answerWords(c.Column), rows: map[int64]ChoiceRow{}}
			for _, row := range d.ChoiceTable(c.Column) {
				col.rows[row.Code] = row
			}
			r.columns[strings.ToLower(c.Column)] = col
		}
	}
	for _, a := range all {
		r.read(a)
	}
	return r.result(), nil
}

// TakeAnswers makes the changes, as one step.
func (d *Draft) TakeAnswers(c ChoiceChanges) error {
	if len(c.Changes) == 0 {
		return cannotBind(d, "sheet-nothing", "The sheet changes nothing.", "Fill in answers in the sheet, save it, and bring it back again.", "")
	}
	return d.do("bring answers back", func(m *Mapping) error {
		for _, change := range c.Changes {
			i := d.find(change.Column)
			if i < 0 {
				return notMapped(d, change.Column)
			}
			b := &m.Columns[i]
			if b.Choices == nil {
				b.Choices = &Choices{}
			}
			setPair(b.Choices, d.labelled(b, change.Pair))
		}
		return nil
	})
}

type answerColumn struct {
	ChoiceColumn
	words answers
	rows  map[int64]ChoiceRow
}

// An answered is an answer that was understood, and what holds now.
type answered struct {
	ChoiceChange
	line int
	text string
}

// An answerReader understands rows one after the other.
type answerReader struct {
	draft   *Draft
	columns map[string]*answerColumn
	list    []answered
	at      map[string]int  // of column and code: its place in the list
	torn    map[string]bool // those that two rows answer differently
	out     ChoiceChanges
}

func (r *answerReader) read(a ChoiceAnswer) {
	doubt := ChoiceDoubt{Line: a.Line, To: a.Column, Label: a.Label, Text: a.Text}
	col := r.columns[strings.ToLower(a.Column)]
	if col != nil {
		doubt.To = col.To
	}
	if a.Text == "" && a.Why == "" {
		r.out.Open++
		return
	}
	pair, becomes, why := r.understand(a, col)
	if why != "" {
		doubt.Why = why
		r.out.Doubts = append(r.out.Doubts, doubt)
		return
	}
	row := col.rows[a.Code]
	label := row.Label
	if label == "" {
		label = strconv.FormatInt(a.Code, 10)
	}
	next := answered{line: a.Line, text: a.Text, ChoiceChange: ChoiceChange{Column: col.Column, To: col.To, Code: a.Code, Label: label, Was: col.words.was(row), Becomes: becomes, Pair: pair}}
	key := strings.ToLower(col.Column) + "\n" + strconv.FormatInt(a.Code, 10)
	i, twice := r.at[key]
	if !twice {
		r.at[key] = len(r.list)
		r.list = append(r.list, next)
		return
	}
	if first := r.list[i]; r.torn[key] || first.Pair.To != pair.To || first.Pair.Empty != pair.Empty {
		if !r.torn[key] {
			r.torn[key] = true
			r.out.Doubts = append(r.out.Doubts, ChoiceDoubt{Line: first.line, To: first.To, Label: first.Label, Text: first.text, Why: answeredTwice})
		}
		doubt.Why = answeredTwice
		r.out.Doubts = append(r.out.Doubts, doubt)
	}
}

const answeredTwice = "This option stands in the sheet more than once, with different answers."

// understand says what an answer means, or why it cannot be understood.
func (r *answerReader) understand(a ChoiceAnswer, col *answerColumn) (pair ChoicePair, becomes, why string) {
	switch {
	case a.Why != "":
		return pair, "", a.Why
	case a.Mapping != r.draft.m.ID:
		return pair, "", "This row belongs to another mapping."
	case col == nil:
		return pair, "", "Nothing is mapped option by option to this field any more."
	}
	row, ok := col.rows[a.Code]
	if !ok {
		return pair, "", "The field has no option of this code."
	}
	if a.Label != "" && row.Label != "" && fold(a.Label) != fold(row.Label) {
		return pair, "", "In Dynamics this code is called “" + row.Label + "”."
	}
	pair = ChoicePair{Code: a.Code, Label: row.Label}
	if strings.EqualFold(fold(a.Text), LeaveEmptyWords) {
		pair.Empty = true
		return pair, LeaveEmptyWords, ""
	}
	if len(col.words.list) == 0 {
		pair.To = a.Text
		return pair, a.Text, r.unfit(col.Column, a.Text)
	}
	switch codes := col.words.codes[fold(a.Text)]; len(codes) {
	case 0:
		return pair, "", "This is none of the values that can be chosen there."
	case 1:
		pair.To = codes[0]
		return pair, col.words.byCode[codes[0]], ""
	}
	return pair, "", "Several values are called so. Choose the one with the code behind it."
}

// unfit says why a text does not go into a column without options; "" when it does.
func (r *answerReader) unfit(column, text string) string {
	i := r.draft.find(column)
	d := destination{natural: true}
	if to := r.draft.there(column); to != nil {
		d.family, d.natural = familyOf(to.Type), false
	} else {
		family, known := columnFamily(r.draft.m.Columns[i].Type)
		if !known {
			return ""
		}
		d.family = family
	}
	if _, ok := d.fixed(text); !ok {
		return "This does not fit into the field there."
	}
	return ""
}

// was is what holds now, in words.
func (a answers) was(r ChoiceRow) string {
	if word := a.of(r); word != "" || r.How == ChoiceOpen {
		return word
	}
	return r.To
}

func (r *answerReader) result() ChoiceChanges {
	for _, a := range r.list {
		if r.torn[strings.ToLower(a.Column)+"\n"+strconv.FormatInt(a.Code, 10)] {
			continue
		}
		row := r.columns[strings.ToLower(a.Column)].rows[a.Code]
		if same(row, a.Pair, r.columns[strings.ToLower(a.Column)].words) {
			r.out.Same++
			continue
		}
		r.out.Changes = append(r.out.Changes, a.ChoiceChange)
	}
	slices.SortStableFunc(r.out.Doubts, func(a, b ChoiceDoubt) int { return cmp.Compare(a.Line, b.Line) })
	return r.out
}

// same reports whether an answer says what holds already.
func same(row ChoiceRow, pair ChoicePair, words answers) bool {
	if row.How == ChoiceEmpty || pair.Empty {
		return row.How == ChoiceEmpty && pair.Empty
	}
	if row.How != ChoiceSet || row.Gone {
		return false
	}
	if row.To == pair.To {
		return true
	}
	codes := words.codes[fold(row.To)]
	return len(codes) == 1 && codes[0] == pair.To
}
