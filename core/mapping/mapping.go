// Package mapping says what becomes of a record on its way: it is pure, does no I/O and knows no technology.
//
// A Mapping is what is saved. Compile turns it into a Program, which machines run: same input, same output.
// Default is the mapping a database or file gets when nobody said anything else.
package mapping

import "ferry/core"

// A Mapping says which fields of one source table go to which columns of one destination table.
type Mapping struct {
	ID      string    `json:"id"`     // stable over renames
	Source  string    `json:"source"` // logical name of the source table
	Title   string    `json:"title,omitempty"`
	Table   string    `json:"table"` // name at the destination
	Key     string    `json:"key"`   // column that holds the record's key
	Filter  string    `json:"filter,omitempty"`
	Columns []Binding `json:"columns"`
}

// A Binding makes one column from one field.
type Binding struct {
	Column string          `json:"column"`
	Type   core.ColumnType `json:"type"`
	Field  string          `json:"field"`
	Part   Part            `json:"part,omitempty"`
}

// A Part is what of a field goes into the column.
type Part string

const (
	Whole  Part = ""       // the value itself: the id of a lookup, the code of a choice
	Label  Part = "label"  // the label of a choice, from metadata; a JSON array for choices
	Target Part = "target" // the table a lookup points at
)
