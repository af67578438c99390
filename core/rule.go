package core

// When says when a value is written over another.
type When string

const (
	Always        When = ""             // whenever a value comes
	FillBlanks    When = "blanks"       // only where nothing stands
	NeverWrite    When = "never"        // never: somebody else looks after it
	OnlyNew       When = "new"          // only when the row is made
	UnlessChanged When = "unless-there" // unless somebody changed it there since Ferry wrote it
)

// A Rule is what one column does when the destination has a value. The zero Rule writes whatever comes.
type Rule struct {
	Made     When // for rows that Ferry made
	Found    When // for rows that it found there; see Plan.Match
	Keep     bool // an empty value never erases one
	Required bool // a record without a value is refused before it is written; a reference that cannot be resolved waits

	// StandIn is the id that takes the place of a reference whose record is not among those that are imported. A row in
	// which Ferry left it gets the record when that arrives, unless somebody put another one there.
	StandIn string
}

// Plain reports whether a row that Ferry made takes whatever comes.
func (r Rule) Plain() bool { return r.Made == Always && !r.Keep && r.StandIn == "" }

// A Meeting is what a Rule decides about: the value that comes, and the one that stands there.
type Meeting struct {
	New   bool  // the row is made just now
	Made  bool  // Ferry made the row
	Later bool  // of a pass behind the first: a new row is there already, and a blank was not written yet
	Next  Value // what comes
	There Value // what stands there
	Left  Value // what Ferry left there last; Absent when it does not know
}

// Writes reports whether the value that comes is written. What is not known is never written, and what is empty only
// where it may be.
func (r Rule) Writes(m Meeting) bool {
	if m.Next.Kind() == KindAbsent {
		return false
	}
	if m.New {
		return r.Made != NeverWrite
	}
	if m.Next.Blank() && r.Keep {
		return false
	}
	rule := r.Found
	if m.Made {
		rule = r.Made
	}
	if r.StandIn != "" && m.Left.Canonical() == r.StandIn && !m.There.Blank() && m.There.Canonical() != r.StandIn {
		return false // somebody moved it
	}
	switch rule {
	case NeverWrite:
		return false
	case OnlyNew:
		return m.Later && m.There.Blank()
	case FillBlanks:
		return m.There.Blank()
	case UnlessChanged:
		return m.There.Blank() || m.Left.Kind() != KindAbsent && m.There.Canonical() == m.Left.Canonical()
	}
	return true
}

// Blank reports whether a person would call v empty: Null, Absent, the empty text, no choices.
func (v Value) Blank() bool {
	return v.Empty() || v.kind == KindText && v.s == "" || v.kind == KindChoices && v.s == ""
}
