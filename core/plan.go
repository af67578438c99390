package core

// A ColumnType is what a destination is asked to hold in a column.
type ColumnType string

const (
	ColumnText     ColumnType = "text"
	ColumnInteger  ColumnType = "integer"
	ColumnDecimal  ColumnType = "decimal" // exact, every digit kept
	ColumnDouble   ColumnType = "double"
	ColumnBoolean  ColumnType = "boolean"
	ColumnDateTime ColumnType = "datetime"
	ColumnDate     ColumnType = "date"
	ColumnJSON     ColumnType = "json" // a JSON array, as text
	ColumnBytes    ColumnType = "bytes"
)

// A Plan says how one mapped table lies at a destination. A Batch's Values stand in the order of Columns.
type Plan struct {
	ID      string // of the mapping; stable over runs
	Source  string // logical name of the source table
	Title   string // for people: "Accounts"
	Table   string // name at the destination
	Key     string // name of the column that holds the record's key
	Columns []Column
	Parent  string // ID of the plan whose rows these belong to; "" for none
	Passes  int    // how many passes the columns need; 1 when no column waits for another table

	// Match are columns by which a row is found that Ferry left no mark on: all of them are equal, and none is empty. One
	// hit gets the record's key and counts as found there; several, or one that another record has, refuse the record.
	Match []string
	// Run is the id of the run, for a Keeper: each row that is written is noted as seen by it. "" notes nothing.
	Run string
	// Dealt says what a policy does to the rows of a batch; a Keeper notes it instead of Run. "" for records as they come.
	Dealt string
	// Stay are columns of which nothing is known for now, because the source hides what they are made of. They are not written,
	// and what is made whole each time, as a file, keeps them with the values they have.
	Stay []string
	// Choices are, by column, the options of the fields that go into it option by option: what a destination with lists of
	// values has to know to make one.
	Choices map[string][]Choosing
}

// A Choosing says what becomes of one option of a source's field.
type Choosing struct {
	Code  int64
	Label string
	To    string // the value there, as the mapping names it; "" is the one of the same label
}

// A Column is one column of a Plan.
type Column struct {
	Name  string
	Type  ColumnType
	Field string    // logical name of the source field it is made from; "" for a constant
	Ref   bool      // holds a reference that must be turned into the destination's own id before it is written
	Pass  int       // 1: what a create needs; 2: references that could not be resolved yet; 3: state
	Rule  Rule      // when the destination has a value; the zero Rule writes whatever comes
	Find  string    // of a reference: the column of its record's table by which it is found there; "" is the record's key
	Holds FieldType // of its source field; "" for what is made from something else
	Into  string    // of a reference: the only table of the destination that it may point into; "" is whichever has the record
}

// A Thing is something a destination must make before a plan can be written.
type Thing struct {
	Kind string // "file", "table", "column", "field", "choice"
	Name string // "account", "account.name"
	Plan string // ID of the plan that needs it
}

// A Batch is what is written at once. Its ID stays the same when the same batch is sent again.
type Batch struct {
	ID   string
	Pass int
	Rows []Record

	// Known is what the journal remembers of each row, for a Forgetful; nil when nobody asked it.
	Known []Known

	// Before is told by a Rememberer what the batch replaces, before that is safe; nil when nobody wants to know. Its error
	// undoes the batch. A batch that was written before is not told again.
	Before func(columns []string, rows []Replaced) error
}

// An OutcomeKind says what became of one row.
type OutcomeKind uint8

const (
	Untried   OutcomeKind = iota // surely did not leave, or was rolled back
	Created                      // a new row
	Updated                      // a row that was there and changed
	Unchanged                    // a row that was there and is equal
	Removed                      // a row that was there and is not any more
	Skipped                      // a rule said so
	Refused                      // cannot or must not be written; the Fault says why
	Unsure                       // sent, no answer
)

func (k OutcomeKind) String() string {
	switch k {
	case Created:
		return "created"
	case Updated:
		return "updated"
	case Unchanged:
		return "unchanged"
	case Removed:
		return "removed"
	case Skipped:
		return "skipped"
	case Refused:
		return "refused"
	case Unsure:
		return "unsure"
	default:
		return "untried"
	}
}

// An Outcome is what became of one row.
type Outcome struct {
	Kind  OutcomeKind
	ID    string // the destination's id of the row, where it has one of its own
	Fault *Fault // why, for Refused, Skipped and Unsure
	Left  string // what the journal remembers of a row for a Forgetful; the importer fills it in
}
