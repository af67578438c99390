package importer

import (
	"context"
	"log/slog"
	"time"

	"ferry/core"
	"ferry/core/mapping"
)

// A Job is everything one import needs. Making one does no I/O.
type Job struct {
	Source      core.Source
	Destination core.Destination
	Mappings    []mapping.Mapping // in any order; Run puts them into the order that lookups need
	Journal     Journal
	Limit       int    // at most so many records of each table: Try 10; 0 is all
	Full        bool   // start a new run even where an unfinished one could go on
	Who         string // for the history: "Ada Lovelace", "the application"
	From, To    string // for the history: what the person calls source and destination
	Place       string // where the destination is, whatever stands there: "sqlite:/home/ada/contoso.db"; "" takes To
	Language    string // of the project, for words that mappings make: "de"; "" is English
	// Retire says, by ID of a mapping, for how many rows a person has agreed that its policies for gone records and those
	// that left the filter deal with them. Without it they stop at more than 50 rows that are more than a fifth of all.
	Retire map[string]int64

	// Only limits the import to what a rehearsal showed; nil is no limit. Records that were not shown are left out, and one
	// that is mapped to something else by now is skipped. No policy for gone records is applied.
	Only Shown

	// Retry limits the import to the records of an earlier run that still wait; nil is no limit. No policy for gone records is
	// applied.
	Retry *Retry

	// Seal closes what a run replaces, so that it can be taken back; nil keeps nothing of it. KeepFor is how long it is kept, 30
	// days when it is 0 and not at all when it is below: what is older is forgotten at the start of a run.
	Seal    Seal
	KeepFor time.Duration

	// Parts is how many ranges are read at once at most, of a table that the source can cut or of several tables that do not
	// wait for each other; 0 is 1.
	Parts int

	// Show shows the receipt of a run that is complete. Until it returned nil the journal keeps the run as untold: the
	// same job shows that receipt then, as Late, instead of importing once more. So a process that is killed between the
	// last record and the last word does not take its receipt with it. Run calls Show once at most, after the last
	// progress, and returns its error. When nil, a run is told as soon as it is complete: the history has it.
	Show func(Receipt) error

	Wait func(ctx context.Context, d time.Duration) error // core.Wait in the mains
	Now  func() time.Time                                 // time.Now in the mains
	Log  *slog.Logger
}

// Progress is a snapshot; each replaces the last. It is told at most ten times a second, and at every change of
// Phase or table. Calls never overlap and end before Run returns, but they come from goroutines of Run's own.
type Progress struct {
	Run     string // id of the run
	Tables  []TableProgress
	Current int         // index into Tables
	Waiting core.Notice // why nothing happens just now; empty Text when it does
	Slow    *core.Fault // what makes the import slow, as the destination said before the first record; nil when nothing does
	Elapsed time.Duration
	Rate    float64       // records a second over the last ten seconds
	Left    time.Duration // about how long still; 0 when not known
}

// TableProgress is how far one table is.
type TableProgress struct {
	Mapping string // ID
	Table   string // logical name at the source
	Title   string
	State   TableState
	Total   core.Count
	Counts  Counts
}

// A TableState says where in a run a table is.
type TableState string

const (
	Waiting   TableState = "waiting"
	Reading   TableState = "importing"
	Finishing TableState = "finishing"
	Done      TableState = "done"
)

// Counts add up: Read is the sum of the others.
type Counts struct {
	Read      int64 `json:"read"`
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Removed   int64 `json:"removed"`
	Skipped   int64 `json:"skipped"`
	Refused   int64 `json:"refused"`
	Unsure    int64 `json:"unsure"`
}

// A Receipt is what the person reads at the end. It covers the whole run, however often it was stopped and
// went on, and is true even when Run returns an error.
type Receipt struct {
	Run      string         `json:"run"`
	State    RunState       `json:"state"`
	Reason   string         `json:"reason,omitempty"` // why everything was read again, in words
	From     string         `json:"from"`
	To       string         `json:"to"`
	Who      string         `json:"who,omitempty"`
	Started  time.Time      `json:"started"`
	Ended    time.Time      `json:"ended,omitzero"`
	Undoes   string         `json:"undoes,omitempty"`  // the run that this one took back; Removed rows are those that it had made
	Retries  string         `json:"retries,omitempty"` // the run whose refused, unsure and waiting records this one was about
	Late     bool           `json:"late,omitempty"`    // of a run that was complete before this call, but could not be shown; nothing was read now
	Tables   []TableReceipt `json:"tables"`
	Refusals []Refusal      `json:"-"` // the first thousand, with subjects: for the screen only
	Fault    *core.Fault    `json:"-"` // why it stopped, when it did
	Limit    int            `json:"-"` // so many records of each mapping were wanted; 0 is all
}

// TableReceipt is one table's part of a receipt.
type TableReceipt struct {
	Mapping string `json:"mapping,omitempty"` // ID
	Digest  string `json:"-"`                 // of the mapping
	Only    string `json:"only,omitempty"`    // the rehearsal to whose records it was limited
	Table   string `json:"table"`             // logical name at the source
	Title   string `json:"title,omitempty"`
	To      string `json:"to,omitempty"` // name at the destination
	Counts
	Remark     string `json:"remark,omitempty"`     // what the destination says of how it wrote the table
	Unresolved int64  `json:"unresolved,omitempty"` // lookups left empty: their record is not at the destination
	Held       int64  `json:"held,omitempty"`       // rows that are gone or left the filter, and stay until somebody agrees; see Job.Retire

	Since  time.Time `json:"since,omitzero"`  // only what changed since then was read; zero when the table was read whole
	Marked bool      `json:"-"`               // the next import needs to read only what changes from here on
	Made   []string  `json:"-"`               // what the run made at the destination: "account", "account.name"
	Notes  []string  `json:"notes,omitempty"` // what a person should know about how it was read: whole sentences
}

// A Refusal is one record that could not or must not be written.
type Refusal struct {
	Table string
	Key   string
	Kind  core.OutcomeKind // Refused, Skipped or Unsure; Created or Updated when only a lookup was left empty
	Fault *core.Fault

	Called []byte // what people call it, sealed; see NameOf. Only of what waits
}

// A RunState says how a run stands.
type RunState string

const (
	Running     RunState = "running"     // or killed: nobody ended it
	Interrupted RunState = "interrupted" // it can go on
	Complete    RunState = "complete"
	Abandoned   RunState = "abandoned" // it cannot go on: a later run took its place
)
