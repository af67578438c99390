// Package mapping says what becomes of a record on its way: it is pure, does no I/O and knows no technology.
//
// A Mapping is what is saved. A Draft is a Mapping while a person edits it: every verb can be undone, Problems says
// what is wrong with it, Suggest what could be in it, Preview what it does. Compile turns a Mapping into a Program, which
// machines run: same input, same output. Default is the mapping a database or file gets when nobody said anything else.
//
// Nothing changes a value that nobody asked to change. Null ("empty there"), Absent ("nothing known") and the empty text
// stay apart on the whole way.
package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"ferry/core"
)

// A Mapping says which fields of one source table go to which columns of one destination table. What an older Ferry
// saved has only the first eight; every other part has a zero that means what that Ferry did.
type Mapping struct {
	ID      string    `json:"id"`     // stable over renames
	Source  string    `json:"source"` // logical name of the source table
	Title   string    `json:"title,omitempty"`
	Table   string    `json:"table"`            // name at the destination
	Key     string    `json:"key"`              // column that holds the record's key
	Parent  string    `json:"parent,omitempty"` // ID of the mapping whose rows these belong to
	Filter  string    `json:"filter,omitempty"` // OData $filter text, written by hand; "" is all
	Columns []Binding `json:"columns"`

	Where      *Filter   `json:"where,omitempty"`      // which records, as built; holds together with Filter
	ActiveOnly bool      `json:"activeOnly,omitempty"` // only records whose state is the active one
	Zone       string    `json:"zone,omitempty"`       // whose days relative dates and days of instants mean: "Europe/Berlin"; "" is UTC
	Match      Match     `json:"match,omitzero"`       // which record of the destination is the same one
	Gone       Policy    `json:"gone,omitzero"`        // for records that were deleted at the source
	Left       Policy    `json:"leftFilter,omitzero"`  // for records that the filter does not hold any more
	Link       string    `json:"link,omitempty"`       // of a child: its lookup that points at the parent
	Children   []Mapping `json:"children,omitempty"`   // related tables; Flatten gives each its Parent
}

// A Binding makes one column.
type Binding struct {
	Column  string          `json:"column"`
	Type    core.ColumnType `json:"type"`
	Field   string          `json:"field"`
	Part    Part            `json:"part,omitempty"`
	Resolve bool            `json:"resolve,omitempty"` // a reference is turned into the destination's own id
	Pass    int             `json:"pass,omitempty"`    // 0 is 1; see core.Column

	From     From           `json:"from,omitempty"`     // what the value is made from; "" is Field
	Text     string         `json:"text,omitempty"`     // the constant, or the template
	Fields   []string       `json:"fields,omitempty"`   // of FromSeveral: the first that is not empty counts
	Was      core.FieldType `json:"was,omitempty"`      // what Field held when it was chosen
	To       core.FieldType `json:"to,omitempty"`       // what the destination's field holds; "" where Ferry makes the column
	Steps    []Step         `json:"steps,omitempty"`    // what changes the value on the way, one after the other
	Choices  *Choices       `json:"choices,omitempty"`  // each option to each value
	Lookup   *Lookup        `json:"lookup,omitempty"`   // how a reference finds its record
	Made     When           `json:"made,omitempty"`     // when a record that Ferry made has a value there; "" is Overwrite
	Found    When           `json:"found,omitempty"`    // when a record that Ferry found there has one; "" is FillBlanks
	MayEmpty bool           `json:"mayEmpty,omitempty"` // an empty value may erase what is there
	NotNull  bool           `json:"required,omitempty"` // a record without a value here is refused
}

// From says what a column is made from.
type From string

const (
	FromField    From = ""         // a field
	FromConstant From = "constant" // the same text for every record
	FromTemplate From = "template" // a text with fields in it: "{{firstname}} {{lastname}}"
	FromSeveral  From = "several"  // the first of some fields that is not empty
)

// A Part is what of a field goes into the column.
type Part string

const (
	Whole  Part = ""       // the value itself: the id of a lookup, the code of a choice
	Label  Part = "label"  // the label of a choice, from metadata; a JSON array for choices
	Target Part = "target" // the table a lookup points at
)

// Digest is a short text that is the same for two mappings exactly when they carry the same things to the same
// places. Titles do not count, nor does what is only noted for people.
func Digest(m Mapping) string {
	m = clone(m)
	plain(&m)
	text, err := json.Marshal(m)
	if err != nil { // a Mapping holds nothing that JSON cannot
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// plain takes out what carries nothing.
func plain(m *Mapping) {
	m.Title = ""
	for i := range m.Columns {
		m.Columns[i].Was = ""
		if c := m.Columns[i].Choices; c != nil {
			for j := range c.Values {
				c.Values[j].Label = ""
			}
		}
	}
	for i := range m.Children {
		plain(&m.Children[i])
	}
}

// clone copies a mapping so that nothing is shared.
func clone(m Mapping) Mapping {
	m.Columns = append([]Binding{}, m.Columns...)
	for i := range m.Columns {
		m.Columns[i] = cloneBinding(m.Columns[i])
	}
	if m.Where != nil {
		f := m.Where.clone()
		if m.Where = &f; f.IsZero() {
			m.Where = nil
		}
	}
	m.Match.Columns = list(m.Match.Columns)
	m.Children = list(m.Children)
	for i := range m.Children {
		m.Children[i] = clone(m.Children[i])
	}
	return m
}

// list copies a list; an empty one is nil, as it is after it was saved and read.
func list[T any](all []T) []T {
	if len(all) == 0 {
		return nil
	}
	return slices.Clone(all)
}

func cloneBinding(b Binding) Binding {
	b.Fields, b.Steps = list(b.Fields), list(b.Steps)
	for i := range b.Steps {
		if b.Steps[i].Params = maps.Clone(b.Steps[i].Params); len(b.Steps[i].Params) == 0 {
			b.Steps[i].Params = nil
		}
	}
	if b.Choices != nil {
		c := *b.Choices
		c.Values = list(c.Values)
		b.Choices = &c
	}
	if b.Lookup != nil {
		l := *b.Lookup
		b.Lookup = &l
	}
	return b
}
