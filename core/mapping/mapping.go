// Package mapping says what becomes of a record on its way: it is pure, does no I/O and knows no technology.
//
// A Mapping is what is saved. Compile turns it into a Program, which machines run: same input, same output.
// Default is the mapping a database or file gets when nobody said anything else.
package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"ferry/core"
)

// A Mapping says which fields of one source table go to which columns of one destination table.
type Mapping struct {
	ID      string    `json:"id"`     // stable over renames
	Source  string    `json:"source"` // logical name of the source table
	Title   string    `json:"title,omitempty"`
	Table   string    `json:"table"`            // name at the destination
	Key     string    `json:"key"`              // column that holds the record's key
	Parent  string    `json:"parent,omitempty"` // ID of the mapping whose rows these belong to
	Filter  string    `json:"filter,omitempty"` // OData $filter text; "" is all
	Columns []Binding `json:"columns"`
}

// A Binding makes one column from one field.
type Binding struct {
	Column  string          `json:"column"`
	Type    core.ColumnType `json:"type"`
	Field   string          `json:"field"`
	Part    Part            `json:"part,omitempty"`
	Resolve bool            `json:"resolve,omitempty"` // a reference is turned into the destination's own id
	Pass    int             `json:"pass,omitempty"`    // 0 is 1; see core.Column
}

// A Part is what of a field goes into the column.
type Part string

const (
	Whole  Part = ""       // the value itself: the id of a lookup, the code of a choice
	Label  Part = "label"  // the label of a choice, from metadata; a JSON array for choices
	Target Part = "target" // the table a lookup points at
)

// Digest is a short text that is the same for two mappings exactly when they carry the same things to the same
// places. Titles do not count.
func Digest(m Mapping) string {
	m.Title = ""
	text, err := json.Marshal(m)
	if err != nil { // a Mapping holds nothing that JSON cannot
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
