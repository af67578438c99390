package transform

import (
	"time"

	"ferry/core"
)

// A Step is one transform with its params, as it is saved. Names never change.
type Step struct {
	Name   string            `json:"name"`
	Params map[string]string `json:"params,omitempty"`
}

// A Transform is one way to change a value.
type Transform struct {
	Name     string // saved; never changes
	Title    string
	Summary  string // what it does, in a sentence or two
	Group    Group
	Params   []Param
	Takes    Kinds // what it works on; empty values pass by unless it answers for them itself
	Gives    Kinds // what comes out; none means: the kind that went in
	Begins   bool  // it needs no value before it: it can stand first in a column without a field
	Examples []Example

	nulls bool                // it sees Null
	blind bool                // it also sees Absent
	make  func(b *build) Func // reads the params; what is wrong with them goes to b
}

// A Group is where a Transform stands in the list on screen.
type Group string

const (
	Texts    Group = "Text"
	Fields   Group = "Several fields and fixed values"
	Numbers  Group = "Numbers"
	Dates    Group = "Dates and times"
	Contact  Group = "Phone and country"
	Options  Group = "Yes/no, choices and lookups"
	AnyValue Group = "Any value"
)

// An Example is test, help and fuzz seed at once.
type Example struct {
	Params  map[string]string
	Field   core.Field // the field the value comes from, where its type or options matter
	In      core.Value
	Beside  []Beside // other fields of the same record
	Out     core.Value
	Refused string // code of the Fault instead of Out
	Why     string // the rule it shows
}

// A Beside is another field of an example's record.
type Beside struct {
	Field core.Field
	Value core.Value
}

// An Env says what is known around a chain. Its functions must be pure and are called while rows run.
type Env struct {
	Input    core.Field     // the field whose value goes in; the zero Field when the column has none
	Location *time.Location // the project's time zone; UTC when nil
	Language string         // the project's language ("en", "de"); English when ""

	// Field tells where the value of another field stands in a row, and what it is. Nil knows no field.
	Field func(name string) (at int, f core.Field, ok bool)

	// Ref tells the name of the record a lookup points at (field is ""), or the value of one of that record's
	// fields. Nil knows none.
	Ref func(table, id, field string) (core.Value, bool)
}

// A Func makes one value from another. row holds the values of the record in the order that Env.Field tells. A Fault
// says why this record cannot be carried.
type Func func(v core.Value, row []core.Value) (core.Value, *core.Fault)

const (
	maxSteps = 64      // of one chain
	maxParam = 1 << 16 // bytes of one param
	maxText  = 8 << 20 // bytes of a text that grows: eight times the longest that Dataverse keeps
)
