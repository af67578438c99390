package core

import (
	"context"
	"time"
)

// A System is one source or destination that a person has chosen. Making one does no I/O; the first call
// signs in.
type System interface {
	// Checks looks whether the system can do what need says, one step after the other. tell is called on the
	// caller's goroutine when a step starts (CheckRunning) and when it ends. A step that depends on a failed one
	// is told as CheckUntried. The verdict is Verdict of the final states.
	Checks(ctx context.Context, need Need, tell func(Check))

	// Tables lists what can be read or written.
	Tables(ctx context.Context) ([]TableName, error)

	// Describe tells fields, types, choices, relations, keys and rights of a table. For a destination a table
	// that is not there yet is a Fault of kind Setting.
	Describe(ctx context.Context, table string) (Table, error)

	// Identity says which system this is, whatever its address. A destination that holds nothing yet has an
	// empty ID; it gets one by Prepare.
	Identity(ctx context.Context) (Identity, error)

	// Close gives back what the system holds. It may be called twice.
	Close() error
}

// An Identity tells two systems apart and notices one that was replaced.
type Identity struct {
	ID         string // random at a destination; the organisation id of a Dynamics environment
	Generation int64  // of a destination: set by Starter.Start and by nothing else; an older copy has a lower one
	Name       string // for people
}

// Need says what a check is for.
type Need struct {
	Tables []string // logical names that must be readable, or writable at a destination
	Fresh  bool     // sign in anew instead of using a token that is still good
	// Known are the final steps of an earlier test. Those that went well before the first failed one are told as they
	// were and not taken again: "Try again" begins where it failed. A step whose knowledge is gone is taken all the same.
	Known []Check
	// Mapped is what mappings put into the destination's own tables, where somebody knows it.
	Mapped []Mapped
}

// Mapped is what a mapping puts into one of a destination's own tables.
type Mapped struct {
	Title   string // of the mapping, for people
	Table   string
	Columns []string
	Values  map[string][]string // by column: the values of its list that options go into, as the mapping names them
}

// A CheckState is how a step of a check stands.
type CheckState string

const (
	CheckRunning CheckState = "running"
	CheckPassed  CheckState = "passed"
	CheckWarned  CheckState = "warned"
	CheckFailed  CheckState = "failed"
	CheckUntried CheckState = "untried"
)

// A Check is one step of Test connection.
type Check struct {
	ID        string // stable: "address", "signin"
	Title     string // "Address and name resolution"
	State     CheckState
	Detail    string   // what was found: "version 9.2.24104"
	DependsOn []string // IDs of the steps without which this one cannot be tried
	Optional  bool     // a failure here alone does not make the connection unavailable
	Fault     *Fault   // why it failed or warns
}

// Available is the verdict over the final states of a check: nothing failed but what is optional, and
// something passed.
func Available(checks []Check) bool {
	passed := false
	for _, c := range checks {
		switch {
		case c.State == CheckFailed && !c.Optional, c.State == CheckRunning:
			return false
		case c.State == CheckUntried && !c.Optional:
			return false
		case c.State == CheckPassed || c.State == CheckWarned:
			passed = true
		}
	}
	return passed
}

// A Destination stores batches.
type Destination interface {
	System

	// Missing tells which things the plan needs and are not there. It changes nothing.
	Missing(ctx context.Context, p Plan) ([]Thing, error)

	// Prepare makes just the given things and returns the plan as the destination will understand it. It may be
	// repeated without harm and called again in mid-run.
	Prepare(ctx context.Context, p Plan, make []Thing) (Plan, error)

	// Write stores one batch. It returns exactly len(b.Rows) outcomes, also together with an error: rows of
	// which nothing is known are Unsure, rows that surely were not written are Untried.
	Write(ctx context.Context, p Plan, b Batch) ([]Outcome, error)

	// Finish says that the table is whole now. Destinations that are files put the whole file under its final
	// name here, and nothing stands there before.
	Finish(ctx context.Context, p Plan) error
}

// A Starter is a Destination that keeps an identity of its own. Start stores it before a run's first write: the ID
// of next when there is none yet, and its Generation when that is higher. The same call again changes nothing.
type Starter interface {
	Start(ctx context.Context, next Identity) error
}

// A Remarker is a Destination that has something to say of how it wrote a table, once that is finished: in one sentence, for
// the receipt, without values. "" is nothing to say.
type Remarker interface {
	Remark(p Plan) string
}

// An Alternate is a Destination that may know what a record can do that waits for another one, besides waiting: Instead says it,
// as the remedy for a column that refers. "" is nothing to say.
type Alternate interface {
	Instead(p Plan, c Column) string
}

// A Finder tells what is already there. found[i] are the hits of match[i]; several where there are several.
// Where it cannot tell of a key alone, because it kept none, found is nil.
type Finder interface {
	Find(ctx context.Context, p Plan, match []Match) (found [][]Found, err error)
}

// A Settler is a transactional destination: it keeps the ID and the outcomes of a batch in the transaction of
// its rows. Settled returns them; false when that batch was never committed there.
type Settler interface {
	Settled(ctx context.Context, p Plan, batch string) ([]Outcome, bool, error)
}

// A Repeatable destination says whether the same batch may be written twice without harm: it finds its rows by their
// key and loses nothing by writing them again.
type Repeatable interface {
	Repeatable() bool
}

// A Ruler is a Destination that applies the rules of a plan's columns and finds rows by its Match, in the transaction of the
// write. One that is none takes only plans in which every rule is plain and nothing is matched.
type Ruler interface {
	Rules() bool
}

// A Keeper is a Destination that notes of each row that a plan with a Run writes that the run has seen it. So it can tell
// which rows of the plan the source did not give any more, however many there are, and what was done about them.
type Keeper interface {
	// Reconsider forgets what was judged in an earlier run.
	Reconsider(ctx context.Context, p Plan) error
	// Unseen tells at most n keys behind after, in their order, of rows that are there, that Ferry made or matched for the
	// plan, and that its Run has not seen, which have that fate; without those about which dealt was done already.
	Unseen(ctx context.Context, p Plan, f Fate, dealt, after string, n int) ([]string, error)
	// Judge notes what the source said of rows by key. One that is there counts as seen.
	Judge(ctx context.Context, p Plan, fates map[string]Fate) error
	// Standing counts the rows of the plan, and those that its Run has not seen by fate; dealt as for Unseen.
	Standing(ctx context.Context, p Plan, dealt map[Fate]string) (Standing, error)
}

// A Fate is what became of a record that a run has not seen.
type Fate string

const (
	Unjudged Fate = ""
	IsGone   Fate = "gone"  // it was deleted at the source
	HasLeft  Fate = "left"  // it is there, and the filter does not hold it any more
	IsThere  Fate = "there" // it is there, and the filter holds it: it was refused, or is new
)

// A Standing counts rows of a plan.
type Standing struct {
	Rows                 int64 // that Ferry made or matched
	Unjudged, Gone, Left int64 // of those that the run has not seen
}

// A Forgetful is a Destination that cannot tell cheaply whether a record is there already, nor whether it is equal. The journal
// remembers for it, of each record, its ID there and what was written last: a record that would be written as it was the last
// time, and is still there, is not sent.
type Forgetful interface {
	// Remembered tells under which name the IDs of a plan's records are remembered: under the name of the source table they are
	// what references to its records become. terms are what decides, besides the mapping, what is written: with others
	// everything is sent once more.
	Remembered(p Plan) (under, terms string)
	// Still tells which records are still there, by their IDs.
	Still(ctx context.Context, p Plan, ids []string) ([]bool, error)
}

// A Maker is a Destination with tables of its own that makes what a mapping lacks there, when a person asks for it.
type Maker interface {
	// MakeField makes a field of one of its tables: Name, Display, Type, and for a choice the labels of its Options.
	MakeField(ctx context.Context, table string, f Field) error
	// MakeValues adds values to the list of a field. Their Codes are those of the source, for a destination that notes them.
	MakeValues(ctx context.Context, table, field string, values []Option) error
}

// A Previewer is a Destination whose Prepare adds to a plan: Preview tells the plan as Prepare would return it, and makes
// nothing. A rehearsal and a comparison ask for it.
type Previewer interface {
	Preview(ctx context.Context, p Plan) (Plan, error)
}

// A Forecaster is a Destination that takes only so much in a time, and says beforehand how long so many records of each of its
// tables take. Nothing is asked for it.
type Forecaster interface {
	Forecast(records map[string]int64) Forecast
}

// A Forecast is what a Forecaster says.
type Forecast struct {
	Text    string // one sentence without values; "" is nothing to say
	Takes   time.Duration
	Warning *Fault // what makes it slow and can be mended first; its Subject.Field is the setting that mends it
}

// Known is what the journal remembers of a record for a Forgetful.
type Known struct {
	ID   string   // its ID at the destination; "" when it was never written
	Left []uint64 // the Print of what was written last, in the order of the plan's columns; nil when it holds no more
}

// A Match says by which values a record is looked for.
type Match struct {
	Key    string           // the record's key at its source; found by what Ferry left at the destination
	Fields map[string]Value // or by these columns, all of which must be equal
	Values bool             // the present values are wanted too
	Traces bool             // with Values: what Ferry noted of the row is wanted too
}

// Found is one hit.
type Found struct {
	ID      string
	Version string
	Values  []Value // in the plan's column order, only where asked for
	Trace   Trace   // only where asked for
	Left    []Value // with Trace: what Ferry left last, for columns whose Rule asks; Absent is not known
}

// A Trace says whose a row is.
type Trace uint8

const (
	TraceUnknown Trace = iota
	Unmarked           // somebody else's: Ferry left no mark on it
	MadeHere           // Ferry made it
	FoundHere          // Ferry found it there, and gave it a record's key
)

// A Comparer is a Destination that tells whether writing next over there would change nothing: equal is what it makes
// equal.
type Comparer interface {
	Same(t ColumnType, there, next Value) bool
}
