package mapping

import "ferry/core"

// Choices says which option becomes which value, in one step: 1 to 0 and 3 to 1 never meet.
type Choices struct {
	Values  []ChoicePair `json:"values,omitempty"`
	Else    Unmatched    `json:"else,omitempty"`    // for an option that has no pair; "" is Refuse
	Default string       `json:"default,omitempty"` // for UseDefault
}

// A ChoicePair says what becomes of one option.
type ChoicePair struct {
	Code  int64  `json:"code"`
	Label string `json:"label,omitempty"` // as it was when the pair was made; for people
	To    string `json:"to,omitempty"`    // the code of the destination's option, or the value of a column without options
	Empty bool   `json:"empty,omitempty"` // it is left empty
}

// Unmatched says what becomes of an option that has no pair.
type Unmatched string

const (
	Refuse     Unmatched = ""        // the record is refused
	LeaveEmpty Unmatched = "empty"   // the column is left empty
	Create     Unmatched = "create"  // the destination gets an option of that label
	UseDefault Unmatched = "default" // Choices.Default
)

// A Lookup says how a reference finds its record at the destination.
type Lookup struct {
	By      LookupBy `json:"by,omitempty"`      // "" keeps the id that it has at the source
	Target  string   `json:"target,omitempty"`  // only references to this table; "" is any
	Field   string   `json:"field,omitempty"`   // the destination's key or field, for ByKey and ByField
	Default string   `json:"default,omitempty"` // the destination's id of the record that takes those without one
}

// LookupBy is a way to find the record that a reference means.
type LookupBy string

const (
	KeepID   LookupBy = ""       // the id of the source, as it is
	ByRecord LookupBy = "record" // the record that was imported
	ByKey    LookupBy = "key"    // by an alternate key
	ByField  LookupBy = "field"  // by a field such as the name; several hits are refused
)

// Match says which record of the destination is the same one. What Ferry left there always counts first. More than
// one hit is a conflict, never a guess.
type Match struct {
	Columns []string `json:"columns,omitempty"` // all of these must be equal; none: only what Ferry left there
}

// A Policy says what becomes of a record at the destination that the source does not give any more.
type Policy struct {
	Do     PolicyKind `json:"do,omitempty"`     // "" is Leave
	Column string     `json:"column,omitempty"` // for MarkInactive
	Value  string     `json:"value,omitempty"`  // for MarkInactive
}

// A PolicyKind is what a Policy does.
type PolicyKind string

const (
	Leave        PolicyKind = ""         // it stays as it is
	MarkInactive PolicyKind = "inactive" // a column gets a value
	Remove       PolicyKind = "remove"   // it is deleted there
)

// When says when a value is written over another.
type When = core.When

const (
	ByDefault     When = ""          // Overwrite for records that Ferry made, FillBlanks for those it found
	Overwrite     When = "overwrite" // always
	FillBlanks         = core.FillBlanks
	NeverWrite         = core.NeverWrite
	OnlyNew            = core.OnlyNew
	UnlessChanged      = core.UnlessChanged
)

// A Rule is what one column does when the destination has a value.
type Rule struct {
	Made, Found When
	MayEmpty    bool
	Required    bool
}

// Rule returns the rule of a binding, its defaults filled in.
func (b Binding) Rule() Rule {
	r := Rule{Made: b.Made, Found: b.Found, MayEmpty: b.MayEmpty, Required: b.NotNull}
	if r.Made == ByDefault {
		r.Made = Overwrite
	}
	if r.Found == ByDefault {
		r.Found = FillBlanks
	}
	return r
}

// A Meeting is what a rule decides about.
type Meeting = core.Meeting

// Plan is the rule as a destination applies it.
func (r Rule) Plan() core.Rule {
	out := core.Rule{Made: r.Made, Found: r.Found, Keep: !r.MayEmpty, Required: r.Required}
	if out.Made == Overwrite {
		out.Made = core.Always
	}
	if out.Found == Overwrite {
		out.Found = core.Always
	}
	return out
}

// blank reports whether a person would call a value empty.
func blank(v core.Value) bool { return v.Blank() }
