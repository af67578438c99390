package core

// An Adopter is a Destination with tables of its own that says what becomes of a source table before anybody has made a
// mapping.
type Adopter interface {
	// Adopts tells it; false for a table of which it knows nothing.
	Adopts(source string) (Adoption, bool)
}

// An Adoption is a mapping as an administrator would begin it. What the source does not have is left out.
type Adoption struct {
	Table      string   // at the destination
	Match      []string // its columns by which records are found that are there already
	ActiveOnly bool
	Retire     string // the column that says that a record is inactive
	Pairs      []Adopted
	Beside     []Adoption // into which other tables the same records may go, when a person asks for it
}

// Into is what becomes of the records in one of the tables; false when they do not go there of themselves.
func (a Adoption) Into(table string) (Adoption, bool) {
	if table == "" || table == a.Table {
		return a, true
	}
	for _, other := range a.Beside {
		if other.Table == table {
			return other, true
		}
	}
	return Adoption{}, false
}

// Adopted is one column of an Adoption.
type Adopted struct {
	Column   string
	Field    string // of the source
	Template string // or a text with fields in it
	Text     string // or the same text for each record
	Step     string // what changes the value on its way: the name of one of the mapping's transforms
	Params   map[string]string
	Target   string           // of a lookup: the table whose records count
	Choices  map[int64]string // of a choice: what becomes of each option
}
