package core

// A FieldType is what a field holds, in Dynamics' own sense of the word.
type FieldType string

const (
	TypeText     FieldType = "text"
	TypeMemo     FieldType = "memo"     // long text
	TypeInteger  FieldType = "integer"  // 32 bits
	TypeBigInt   FieldType = "bigint"   // 64 bits
	TypeDecimal  FieldType = "decimal"  // exact
	TypeDouble   FieldType = "double"   // floating point
	TypeMoney    FieldType = "money"    // exact
	TypeBoolean  FieldType = "boolean"  // two options
	TypeChoice   FieldType = "choice"   // one of several options
	TypeChoices  FieldType = "choices"  // several options
	TypeState    FieldType = "state"    // a choice that says active or not
	TypeStatus   FieldType = "status"   // a choice that belongs to a state
	TypeDateTime FieldType = "datetime" // an instant, or a time of no time zone: see DateBehavior
	TypeDate     FieldType = "date"     // a calendar day
	TypeLookup   FieldType = "lookup"   // one record of one or several tables
	TypeOwner    FieldType = "owner"    // a user or a team
	TypeCustomer FieldType = "customer" // an account or a contact
	TypeID       FieldType = "id"       // a GUID
	TypeTable    FieldType = "table"    // the logical name of a table
	TypeImage    FieldType = "image"
	TypeFile     FieldType = "file"
	TypeParties  FieldType = "parties" // who takes part in an activity
	TypeOther    FieldType = "other"   // nothing that can be carried
)

// IsLookup reports whether a field of this type points at another record.
func (t FieldType) IsLookup() bool { return t == TypeLookup || t == TypeOwner || t == TypeCustomer }

// IsChoice reports whether a field of this type holds the code of one option.
func (t FieldType) IsChoice() bool { return t == TypeChoice || t == TypeState || t == TypeStatus }

// A TableName names a table: always shown with both names, found by either.
type TableName struct {
	Logical string // "account"
	Display string // "Account"
	Plural  string // "Accounts"
	Custom  bool   // made by the organisation itself
}

// A Table is what a system tells about one of its tables.
type Table struct {
	Name      TableName
	Set       string // the name it has in addresses ("accounts"), where that differs
	Key       string // the primary id field
	Title     string // the primary name field
	Fields    []Field
	Relations []Relation
	Keys      [][]string // alternate keys that can be used now, as field names
	Tracked   bool       // the system can tell what changed in it
	Rights    Rights
	Holds     string // at a destination that makes its tables: the source table whose records Ferry keeps in it; "" is a table that Ferry did not make
}

// Field returns the field of that logical name, or nil.
func (t *Table) Field(name string) *Field {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

// A Field is one column of a table.
type Field struct {
	Name     string // logical name
	Display  string
	Type     FieldType
	Length   int      // of texts, in characters; 0 when not known
	Options  []Option // of choices and booleans
	Targets  []string // tables a lookup may point at; of a record's own id: its table
	Readable bool     // can be selected
	Writable bool     // can be written at all
	Required bool
	Secured  bool              // column security applies; the reader may get nothing
	Veiled   bool              // it is secured, and nobody tells whether from this reader: it may be empty only for them
	Derived  bool              // calculated or rolled up by the system
	Nav      map[string]string // target table to the name by which a lookup is written
	Dates    DateBehavior      // of dates: what they mean; "" where the system did not say
	Above    bool              // at a destination: says by a name what a record stands below
	Takes    []ColumnType      // at a destination that makes columns itself: what this one, which is there, can hold
}

// A DateBehavior says what the dates of a field mean, in Dynamics' own words.
type DateBehavior string

const (
	UserLocal           DateBehavior = "UserLocal"           // an instant
	DateOnly            DateBehavior = "DateOnly"            // a calendar day; its type is TypeDate
	TimeZoneIndependent DateBehavior = "TimeZoneIndependent" // a day and a time of no time zone; its values are Clocks
)

// An Option is one value of a choice: 0 and 1 for a two-option field.
type Option struct {
	Code  int64
	Label string // "" when the system has none
	Other bool   // the label is in another language than was asked for: it has none in that
	State int64  // of a status: the state it belongs to
}

// A Relation says that a field of another table points at this one.
type Relation struct {
	Name  string // schema name
	Nav   string // what a filter calls the records that point here; "" is the schema name
	Table string // the table that points here
	Field string // its lookup
}

// Rights says what the signed-in identity may do with a table.
type Rights struct {
	Read  Depth
	Known bool // false when the system did not say
}

// A Depth says whose records a right reaches.
type Depth int

const (
	DepthNone   Depth = iota
	DepthUser         // own records
	DepthUnit         // one's business unit
	DepthUnits        // one's business unit and those below it
	DepthGlobal       // the whole organisation
)
