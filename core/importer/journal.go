package importer

import (
	"context"
	"time"

	"ferry/core"
)

// Journal is what an import remembers; core/journal keeps it in a SQLite file. Every method is one transaction: it
// happened wholly or not at all, also when the process is killed in it. Keys of records are kept only while a batch
// is open and for exceptions, owed rows and pairs; values never.
type Journal interface {
	// Claim takes the right to import under a name until release is called or the process ends. When somebody else
	// has it, the error is a Fault with the code "importer.already-running". Runs of that name that say they are
	// running were killed: they become interrupted, and their leases end.
	Claim(ctx context.Context, name string) (release func(), err error)
	// Look takes the right to look under a name, until release is called or the process ends. Several may look at once; while
	// somebody has the claim nobody may, and as long as somebody looks nobody gets it: the Fault is LookedAt then. It changes
	// nothing.
	Look(ctx context.Context, name string) (release func(), err error)

	// Destination tells what is known of the destination of that id; false when nothing is.
	Destination(ctx context.Context, id string) (KnownDestination, bool, error)
	// SaveDestination notes it.
	SaveDestination(ctx context.Context, d KnownDestination) error

	// Earlier tells the runs from a source that went into the destination of that id or to that place, newest first,
	// abandoned ones included.
	Earlier(ctx context.Context, source, destination, place string) ([]Entry, error)
	// SaveRun notes a new run or what became of a known one.
	SaveRun(ctx context.Context, r Entry) error

	// Parts tells the parts of a run in the order in which they were made.
	Parts(ctx context.Context, run string) ([]Part, error)
	// Split stores how a table is cut, before the first read. A table that was cut already stays as it is.
	Split(ctx context.Context, run, mapping string, ranges []core.Range) ([]Part, error)
	// ClaimPart takes the lease of a part; false when another worker holds it.
	ClaimPart(ctx context.Context, part int64) (bool, error)
	// Rewind sets a part back to its beginning. What was created and updated so far is kept as Part.Before, all else is
	// counted anew; the part's exceptions and its open batch are forgotten.
	Rewind(ctx context.Context, part int64) error
	// FinishPart notes that nothing is left to read, and gives the lease back. add is added to the part's counts, and
	// its Before is spent.
	FinishPart(ctx context.Context, part int64, add Counts) error

	// Note notes a batch before it is written, in the place of an open one of the same part and pass.
	Note(ctx context.Context, b Batch) error
	// Settle notes what became of a batch and where reading goes on.
	Settle(ctx context.Context, s Settlement) error
	// Open tells the batches of a run that were noted and not settled.
	Open(ctx context.Context, run string) ([]Batch, error)
	// Witness tells the ID of the last batch that a destination surely took, in whichever run, and the mapping it
	// belongs to; "" when there is none.
	Witness(ctx context.Context, destination string) (batch, mapping string, err error)

	// List adds keys to a list of a table in a run, or changes what is known of them. What is settled in a first pass is
	// taken from the list "", and all lists of a run go when it is complete or abandoned.
	List(ctx context.Context, run, mapping, list string, keys []ListedKey) error
	// ListExceptions adds the keys of a table's records that an earlier run did not write as it should to the list "".
	ListExceptions(ctx context.Context, run, mapping, earlier string) error
	// Listed tells at most limit keys of a list behind after, in their order.
	Listed(ctx context.Context, run, mapping, list, after string, limit int) ([]ListedKey, error)
	// CountListed counts a list.
	CountListed(ctx context.Context, run, mapping, list string) (keys, gone int64, err error)
	// OnList tells which of some keys are on a list, and whether they are gone. Other keys are left out.
	OnList(ctx context.Context, run, mapping, list string, keys []string) (map[string]bool, error)
	// Unlist empties all lists of a table in a run.
	Unlist(ctx context.Context, run, mapping string) error

	// Owed tells at most limit rows of a table that wait for a pass.
	Owed(ctx context.Context, run, mapping string, pass, limit int) ([]Owed, error)
	// Pairs tells the destination's own ids of records of a source table. Keys that are not known are left out.
	Pairs(ctx context.Context, destination, table string, keys []string) (map[string]string, error)
	// Known tells the same with what was written last.
	Known(ctx context.Context, destination, table string, keys []string) (map[string]Pair, error)
	// Excepted tells which records of a source table were refused, skipped or are unsure in a run. Other keys are left out.
	Excepted(ctx context.Context, run, table string, keys []string) (map[string]core.OutcomeKind, error)
	// Exceptions tells the first records of a run that were refused, skipped or are unsure.
	Exceptions(ctx context.Context, run string, limit int) ([]Refusal, error)
}

// A KnownDestination is what the journal knows of a destination's identity.
type KnownDestination struct {
	ID        string
	Place     string // where it was seen last
	Confirmed int64  // the generation it surely had
	Intended  int64  // the generation it was to get; equal to Confirmed when nothing is under way
	Forget    bool   // what is known of its content holds no more: pairs and witnesses are dropped
}

// An Entry is what the journal knows of a run besides its parts.
type Entry struct {
	ID          string
	Name        string // by which it is claimed
	Source      string // id
	Destination string // id; what it is to be as long as Begun is false
	Place       string
	Digest      string // of source, mappings and limit: the same command has the same digest
	Limit       int
	State       RunState
	Reason      string
	From        string
	To          string
	Who         string
	Started     time.Time
	Ended       time.Time
	Begun       bool // the destination was started for this run
	Told        bool // somebody was shown that it is complete; see Job.Show
	Fault       *core.Fault
	Tables      []RunTable
	Undoes      string // id of the run that this one takes back; "" for an import
	Forgotten   bool   // what was there before it is not kept any more, or not all of it; Expire sets it
	Retries     string // id of the run whose records this one was about; see Retry
}

// A RunTable is one table of a run, in the order of the import.
type RunTable struct {
	Mapping  string `json:"mapping"` // ID
	Digest   string `json:"digest"`
	Table    string `json:"table"`
	Title    string `json:"title,omitempty"`
	To       string `json:"to"`
	Only     string `json:"only,omitempty"`     // the rehearsal to whose records it is limited
	Held     int64  `json:"held,omitempty"`     // rows that the brake kept from being removed or marked
	Finished bool   `json:"finished,omitempty"` // the destination was told that the table is whole
	Remark   string `json:"remark,omitempty"`   // what the destination said of it then

	Rights core.Rights `json:"rights,omitzero"` // with which it was read
	Made   []string    `json:"made,omitempty"`  // what the run made at the destination: "account", "account.name"

	// How it is read was decided once, before the first record: a run that goes on reads on in the same way.
	Decided bool             `json:"decided,omitempty"`
	Changes *Changes         `json:"changes,omitempty"` // only what changed; nil when it is read whole
	Marks   map[string]Since `json:"marks,omitempty"`   // by source table: from where a later run may ask what changed, once this one is complete
	Shape   string           `json:"shape,omitempty"`   // a digest of what the source told about the fields
	Hidden  []string         `json:"hidden,omitempty"`  // fields that column security hides
	Notes   []string         `json:"notes,omitempty"`   // for the receipt
	Removed bool             `json:"removed,omitempty"` // rows were removed to which others were written that still point there
}

// Changes is the reading of what changed since an earlier run.
type Changes struct {
	Run    string           `json:"run"` // the earlier run
	When   time.Time        `json:"when"`
	Since  map[string]Since `json:"since"`            // by source table
	Listed bool             `json:"listed,omitempty"` // the journal has the keys of everything that changed
}

// A Since is a moment of a source's table from which on changes can be asked for: its own mark, or else the highest time
// of change that it had told.
type Since struct {
	Mark core.Mark `json:"mark,omitempty"`
	At   time.Time `json:"at,omitzero"` // without a Mark; zero when no record had one
}

// A ListedKey is the key of a record that has to be looked at again.
type ListedKey struct {
	Key  string
	Gone bool // the source told that it was deleted
	Both bool // and also that it changed: it was put back after that, or deleted while the source told
}

// A Part is one range of one table: the unit of work.
type Part struct {
	ID         int64
	Run        string
	Mapping    string
	Range      core.Range
	At         core.Bookmark // reading goes on here
	Counts     Counts
	Before     Counts // Created and Updated of a reading that had to begin again, not met yet in this one
	Unresolved int64  // lookups left empty at the destination
	Batches    int64  // how many were noted
	Done       bool
}

// A Batch is what is noted before the destination writes.
type Batch struct {
	ID       string
	Run      string
	Mapping  string
	Part     int64
	Pass     int
	After    core.Bookmark
	Rows     []BatchRow
	Refused  []Refusal // decided before anything was sent; settled with the batch
	Returned bool      // Write came back: rows that are still Untried surely did not leave
}

// A BatchRow is one row of a batch that is open.
type BatchRow struct {
	Key   string
	Owed  uint8            // bit p is set when pass p is owed
	Known bool             // it was there before this batch
	Kind  core.OutcomeKind // settled already when not Untried
	Was   core.OutcomeKind // in later passes: what became of it in the first
}

// A Settlement is what became of a batch, or of some of its rows.
type Settlement struct {
	Batch      Batch
	Witness    string // an ID that a Settler knows from now on; "" for none
	Counts     Counts // to be added to the part's
	Met        Counts // Created and Updated to be taken from the part's Before
	Unresolved int64  // to be added
	Exceptions []Refusal
	Owed       []Owed
	Paid       []Owed // rows whose pass is over; Kind is what became of them
	Pairs      []Pair
	Spent      int64  // the image that was put back, which is forgotten; 0 for none
	Returned   []Owed // what became of its rows
	Listed     bool   // the rows stood on the list of what changed
	Retries    string // the run on whose list of what waits the rows stood; see Retry
	Source     string // with Retries: logical name of their table
	Stays      bool   // the batch stays open with its Rows as they are now, and reading does not go on
}

// An Owed row waits for a later pass.
type Owed struct {
	Key  string
	Pass int
	Kind core.OutcomeKind // what became of it so far
}

// A Pair says under which id of its own a destination keeps a record.
type Pair struct {
	Destination string
	Table       string // logical name at the source, or what a core.Forgetful says instead
	Key         string
	ID          string
	Left        string // what was written last, in short; "" is not known
}
