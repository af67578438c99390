package world

// A Table is one table of the organisation and all that is known about it. It never changes once it was handed out:
// when the metadata change, the World hands out another Table.
type Table struct {
	Logical        string // "new_vessel"
	Schema         string // "new_Vessel"
	Set            string // the entity set name: "new_vessels"
	CollectionName string // the logical collection name
	Display        string
	Plural         string
	Key            string // the primary id column
	Title          string // the primary name column; "" when there is none
	Ownership      string // "UserOwned", "OrganizationOwned", "BusinessOwned", "None"
	MetadataID     string
	ObjectTypeCode int
	Custom         bool
	Activity       bool
	Intersect      bool // holds the pairs of a many-to-many relationship
	Private        bool
	Tracked        bool // change tracking is on
	Columns        []*Column
	OneToMany      []Relation // this table is the referenced one
	ManyToOne      []Relation // this table is the referencing one
	ManyToMany     []ManyRelation
	Keys           []AlternateKey
	LabelsNull     bool // UserLocalizedLabel is null: there is no label in the caller's language
	Language       int  // of its labels, as a locale id; 1033 is English

	all     []int // the places of all columns
	index   int   // stands for the table in versions
	plans   []plan
	parts   map[string][]plan // of activitypointer: by the activity that a row is
	columns map[string]int
}

// Column returns the column of that logical name, or nil.
func (t *Table) Column(logical string) *Column {
	i, ok := t.columns[logical]
	if !ok {
		return nil
	}
	return t.Columns[i]
}

// A Column is one attribute of a table.
type Column struct {
	Logical        string
	Schema         string
	Display        string // "" when it has no label at all
	Type           string // the AttributeTypeName: "StringType"
	Code           string // the AttributeType: "String"
	Property       string // its name in the Web API: "name", "_parentaccountid_value"; "" when it is none
	Format         string
	Behavior       string // of dates: "UserLocal", "DateOnly", "TimeZoneIndependent"
	Required       string // the required level
	AttributeOf    string // the column it is derived from
	CalculationOf  string // of a base money column: the column in the row's currency
	MetadataID     string
	MaxLength      int
	Precision      int
	Min            *float64
	Max            *float64
	Options        []Option
	OptionSet      string // the name of its option set
	Global         string // the same when the option set is a global one
	Targets        []string
	ValidForRead   bool
	ValidForCreate bool
	ValidForUpdate bool
	ValidOData     bool
	Secured        bool
	Logicalised    bool // stored elsewhere or derived
	Custom         bool
	LabelsNull     bool // UserLocalizedLabel is null although there is a label in another language
	Language       int  // of its labels, as a locale id; 1033 is English
	SourceType     int  // 1 calculated, 2 rollup, 3 formula
	Index          int  // where it stands in Table.Columns and in Row.Cells
}

// An Option is one value of a choice, a state, a status or a two-option column.
type Option struct {
	Value         int
	Label         string // "" when it has none
	State         int    // of a status: the state it belongs to
	DefaultStatus int    // of a state: the status it brings
}

// A Relation is a one-to-many relationship, seen from either side.
type Relation struct {
	Schema               string
	ReferencedEntity     string
	ReferencedAttribute  string
	ReferencingEntity    string
	ReferencingAttribute string
	ReferencedNav        string // the collection on the one side
	ReferencingNav       string // the lookup on the many side; case matters
	Custom               bool
}

// A ManyRelation is a many-to-many relationship.
type ManyRelation struct {
	Schema           string
	Intersect        string // the logical name of the table of pairs
	Entity1          string
	Entity1Attribute string
	Entity1Nav       string
	Entity2          string
	Entity2Attribute string
	Entity2Nav       string
	Custom           bool
}

// An AlternateKey is a set of columns that names a row.
type AlternateKey struct {
	Schema  string
	Logical string
	Columns []string
	Status  string // "Active", "Pending", "InProgress", "Failed"
}
