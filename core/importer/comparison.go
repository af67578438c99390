package importer

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A Difference says why a record or a value is not at the destination as Dynamics has it. Those further down weigh more: a
// record with several is counted under the heaviest.
type Difference uint8

const (
	NoDifference Difference = iota
	KeptByRule              // a rule of the mapping keeps what stands there
	LeftOut                 // refused, skipped, unsure, or waiting for another record
	NewHere                 // new in Dynamics since the last import; missing there
	ChangedHere             // changed in Dynamics since
	ChangedThere            // changed there since Ferry wrote it
	ChangedBoth             // changed on both sides
	RemovedThere            // Ferry wrote the row, and somebody removed it
	AddedThere              // a row that Ferry did not make
	LeftFilter              // there; in Dynamics it does not fit the mapping's filter any more
	GoneHere                // there, and not in Dynamics any more
	NotYet                  // no complete import with the mapping as it is now
	Unexplained             // nothing that Ferry knows explains it
)

// differenceNames are what machines read; they never change.
var differenceNames = [...]string{"equal", "kept by a rule", "left out", "new in dynamics", "changed in dynamics", "changed there", "changed on both sides",
	"removed there", "added there", "left the filter", "gone in dynamics", "not imported yet", "not explained"}

// EachDifference are all kinds, the heaviest first.
func EachDifference() []Difference {
	all := make([]Difference, 0, Unexplained)
	for d := Unexplained; d > NoDifference; d-- {
		all = append(all, d)
	}
	return all
}

func (d Difference) String() string {
	if int(d) < len(differenceNames) {
		return differenceNames[d]
	}
	return "unknown"
}

// MarshalText makes it the key of a JSON object.
func (d Difference) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the reverse.
func (d *Difference) UnmarshalText(text []byte) error {
	i := slices.Index(differenceNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("importer: %q is no kind of difference", text)
	}
	*d = Difference(i)
	return nil
}

// Differences counts by kind.
type Differences map[Difference]int64

// Total is the number of all of them.
func (d Differences) Total() (n int64) {
	for _, x := range d {
		n += x
	}
	return n
}

// A Comparison says how source and destination stand to each other. Nothing was written for it.
type Comparison struct {
	From    string          `json:"from"`
	To      string          `json:"to"`
	Who     string          `json:"who,omitempty"`
	Source  string          `json:"source"` // id
	Place   string          `json:"place"`
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended,omitzero"`
	Whole   bool            `json:"whole"` // it came to its end
	Tables  []ComparedTable `json:"tables"`
	Remarks []string        `json:"remarks,omitempty"`
}

// A ComparedTable is one table's part of a comparison. Source + Extra = Equal + Records, always; and where it is Counted,
// Destination = Source − Missing + Extra.
type ComparedTable struct {
	Mapping string    `json:"mapping"`
	Table   string    `json:"table"`
	Title   string    `json:"title,omitempty"`
	To      string    `json:"to,omitempty"`
	Since   time.Time `json:"since,omitzero"` // when the last complete import with this mapping began

	Source      int64 `json:"source"`      // records that Dynamics has
	Destination int64 `json:"destination"` // rows that are there
	Counted     bool  `json:"counted"`     // the destination's rows were counted for this table alone
	Missing     int64 `json:"missing"`     // records that have no row
	Extra       int64 `json:"extra"`       // rows that have no record

	Equal   int64           `json:"equal"`
	Records Differences     `json:"records,omitempty"` // that differ, by their heaviest kind
	Values  Differences     `json:"values,omitempty"`  // that differ, of records that are on both sides
	Fields  []ComparedField `json:"fields,omitempty"`  // those with differences
	Same    int64           `json:"same"`              // values that are equal, of records that are on both sides
	Touched string          `json:"touched,omitempty"` // "changed" or "gone": the file that people see, of which Ferry keeps a copy
}

// A ComparedField counts the differences of one column.
type ComparedField struct {
	Column string      `json:"column"`
	Field  string      `json:"field,omitempty"` // at the source
	Values Differences `json:"values"`
}

// Balanced reports whether the table adds up.
func (t ComparedTable) Balanced() bool {
	return t.Source+t.Extra == t.Equal+t.Records.Total() && (!t.Counted || t.Destination == t.Source-t.Missing+t.Extra)
}

// Records counts the records of all tables by kind.
func (c Comparison) Records() Differences {
	all := Differences{}
	for _, t := range c.Tables {
		for d, n := range t.Records {
			all[d] += n
		}
	}
	return all
}

// Sum adds all tables up.
func (c Comparison) Sum() (sum ComparedTable) {
	sum.Records, sum.Values, sum.Counted = c.Records(), Differences{}, len(c.Tables) > 0
	for _, t := range c.Tables {
		sum.Source, sum.Destination, sum.Missing, sum.Extra = sum.Source+t.Source, sum.Destination+t.Destination, sum.Missing+t.Missing, sum.Extra+t.Extra
		sum.Equal, sum.Same, sum.Counted = sum.Equal+t.Equal, sum.Same+t.Same, sum.Counted && t.Counted
		for d, n := range t.Values {
			sum.Values[d] += n
		}
		if t.Touched != "" {
			sum.Touched = t.Touched
		}
	}
	return sum
}

// Explained reports whether the comparison came to its end and nothing is left that nobody can explain.
func (c Comparison) Explained() bool { return c.Whole && c.Records()[Unexplained] == 0 }

// Findings keeps what a comparison finds, so that memory does not grow with the tables.
type Findings interface {
	// Add keeps rows behind those that are there.
	Add(ctx context.Context, rows []RehearsedRow) error
	// Note puts keys on a list with a text. A key that is on it stays as it is.
	Note(ctx context.Context, list string, notes []Noted) error
	// Noted tells which of some keys are on a list, and their texts. Other keys are left out.
	Noted(ctx context.Context, list string, keys []string) (map[string]string, error)
}

// A Noted key is on a list of Findings.
type Noted struct{ Key, Text string }
