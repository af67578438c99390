package importer

import (
	"context"
	"time"

	"ferry/core"
)

// A Rehearsal is what an import would do, as far as that can be known without doing it.
type Rehearsal struct {
	From    string           `json:"from"`
	To      string           `json:"to"`
	Who     string           `json:"who,omitempty"`
	Source  string           `json:"source"` // id
	Place   string           `json:"place"`
	Limit   int              `json:"limit,omitempty"` // only so many records of each table were looked at
	Started time.Time        `json:"started"`
	Ended   time.Time        `json:"ended,omitzero"`
	Whole   bool             `json:"whole"` // it came to its end
	Tables  []RehearsedTable `json:"tables"`
	Make    []core.Thing     `json:"make,omitempty"`    // what the destination lacks
	Remarks []string         `json:"remarks,omitempty"` // what cannot be known, or would not be done
	Restore bool             `json:"restore"`           // rows can be put back as they were
}

// Counts are those of all tables.
func (r Rehearsal) Counts() (c Counts) {
	for _, t := range r.Tables {
		c.Add(t.Counts)
	}
	return c
}

// A RehearsedTable is one table's part of a rehearsal.
type RehearsedTable struct {
	Mapping string `json:"mapping"`
	Digest  string `json:"-"` // of the mapping
	Table   string `json:"table"`
	Title   string `json:"title,omitempty"`
	To      string `json:"to,omitempty"`
	Counts
	Unresolved int64            `json:"unresolved,omitempty"` // lookups that would be left empty
	Matched    int64            `json:"matched,omitempty"`    // of the updated: rows found there that get their record's key
	Held       int64            `json:"held,omitempty"`       // rows that the brake would keep until somebody agrees
	Blind      bool             `json:"blind,omitempty"`      // the destination does not tell what it has: created may mean updated
	Fields     []RehearsedField `json:"fields,omitempty"`
}

// A RehearsedField counts what would become of one column's values in rows that are there already.
type RehearsedField struct {
	Column   string `json:"column"`
	Field    string `json:"field,omitempty"` // at the source
	Filled   int64  `json:"filled"`          // nothing stands there, and a value comes
	Replaced int64  `json:"replaced"`        // another value stands there
	Emptied  int64  `json:"emptied"`         // a value stands there, and nothing comes
	Kept     int64  `json:"kept"`            // another value comes, and the rule keeps what stands there
}

// A RehearsedRow is what would become of one record.
type RehearsedRow struct {
	Mapping string
	Table   string // logical name at the source
	Key     string
	Name    string // what people call it; "" is not known
	Kind    core.OutcomeKind
	Matches string // the destination's id of the row that it was found to be; "" otherwise
	Digest  uint64 // of what it was mapped to
	Changes []Change
	Fault   *core.Fault // why, for Refused and Skipped
	Differs Difference  // of a comparison; Kind says nothing then
}

// A Change is one value that would be written: old → new.
type Change struct {
	Column  string
	Was     string
	Becomes string
	Why     Difference `json:",omitempty"` // of a comparison: Was stands there, Becomes is what Dynamics has
}

// A Sketch keeps the rows of a rehearsal, so that memory does not grow with the table.
type Sketch interface {
	// Add keeps rows behind those that are there.
	Add(ctx context.Context, rows []RehearsedRow) error
	// Became tells what would become of records of a source table. One that several mappings are about counts as refused
	// only when all of them refuse it, unless it is asked what one mapping makes of it. Keys that were not added are left out.
	Became(ctx context.Context, table, mapping string, keys []string) (map[string]core.OutcomeKind, error)
	// Matched tells which of a destination's ids were found to be the row of a record already.
	Matched(ctx context.Context, mapping string, ids []string) (map[string]bool, error)
}

// Shown is what a rehearsal showed; see Job.Only.
type Shown interface {
	// ID names the rehearsal. The same list has the same.
	ID() string
	// Digests tells what records of a mapping were mapped to. Those that were not shown are left out.
	Digests(ctx context.Context, mapping string, keys []string) (map[string]uint64, error)
}
