package importer

import (
	"context"
	"slices"
	"time"

	"ferry/core"
)

// Records that an import refused, is unsure of, or let wait for another, stay on its list until a later import settles them.
// A retry (mendretry.go) is an import of just these, and a run of its own; what it settles leaves the list, whatever became of
// it, and what it refuses again is on the list with the new reason. All retries of a run share that run's list. When a later
// import read the whole table, its own list counts.

// A Retry is an import of the records of an earlier run that still wait.
type Retry struct {
	Run  string    // the run, or one that retried it
	Only Selection // the zero Selection is all
}

// A Selection chooses among the records that wait: those of these causes and these single ones. Nothing chosen is all.
type Selection struct {
	Causes  []Cause    `json:"causes,omitempty"`
	Records []WaitsFor `json:"records,omitempty"`
}

// All reports whether nothing is chosen.
func (s Selection) All() bool { return len(s.Causes) == 0 && len(s.Records) == 0 }

// A WaitsFor names one record that waits.
type WaitsFor struct {
	Mapping string `json:"mapping"` // ID
	Key     string `json:"key"`
}

// A Cause is what several records have in common that wait.
type Cause struct {
	Mapping string           `json:"mapping"` // ID
	Table   string           `json:"table"`   // logical name at the source
	Kind    core.OutcomeKind `json:"kind"`
	Code    string           `json:"code"` // of the Fault
	Field   string           `json:"field,omitempty"`
}

// A Group is the records of one cause.
type Group struct {
	Cause
	Records   int64
	Fault     *core.Fault // of one of them, without its subject
	Overtaken string      // the run that has read them anew; its list counts
}

// Waits reports whether an exception of this kind and reason waits for somebody: a record that a rule left out does not, nor
// one that was written and only lacks a lookup.
func Waits(kind core.OutcomeKind, code string) bool {
	return kind == core.Refused || kind == core.Unsure || kind == core.Skipped && code == WaitsCode
}

// Mender is a Journal that also knows what waits, and what people said about it. Every method is one transaction. earlier is
// always the run to which a list belongs; see RootOf.
type Mender interface {
	// ListWaiting adds the keys of a mapping's records that wait, and are chosen, to the list "" of a retry.
	ListWaiting(ctx context.Context, run, mapping, earlier string, of Selection) error
	// CountWaiting counts the chosen records of a mapping that wait and can be asked for; "" is all mappings.
	CountWaiting(ctx context.Context, earlier, mapping string, of Selection) (int64, error)
	// StillWaiting tells which of some records wait, and how. mapping may be "" for any. What the run itself
	// noted does not count.
	StillWaiting(ctx context.Context, earlier, run, mapping, table string, keys []string) (map[string]core.OutcomeKind, error)

	// Verdicts tells what people said of records that are unsure. A verdict is spent when its record is settled.
	Verdicts(ctx context.Context, earlier, mapping string, keys []string) (map[string]Verdict, error)

	// MendedValues are those of a mapping.
	MendedValues(ctx context.Context, mapping string) ([]MendedValue, error)
	// KeepMended keeps one in the place of what was given for the same field.
	KeepMended(ctx context.Context, m MendedValue) error
	// ExpireMended forgets those that were given before a time, and what people call the records that wait since runs that
	// began before it, and tells how many. Nothing of it stays in the file.
	ExpireMended(ctx context.Context, before time.Time) (int64, error)
}

// A Verdict is what a person found out about a record that is unsure.
type Verdict struct {
	There bool   // it is there; otherwise it is not, and is to be sent
	ID    string // the destination's id of it, where it was picked
}

// RootOf finds the run to whose list the records of a run belong: itself, or the one that it retried.
func RootOf(entries []Entry, run string) (root Entry, ok bool) {
	at := slices.IndexFunc(entries, func(r Entry) bool { return r.ID == run })
	if at >= 0 && entries[at].Retries != "" {
		run = entries[at].Retries
		at = slices.IndexFunc(entries, func(r Entry) bool { return r.ID == run })
	}
	if at < 0 {
		return root, false
	}
	return entries[at], true
}

// Overtaken tells, by ID of a mapping, which later complete run read the records of a run anew. entries are the runs into one
// destination, newest first.
func Overtaken(entries []Entry, root Entry) map[string]string {
	by := map[string]string{}
	for _, r := range entries {
		if r.ID == root.ID {
			break
		}
		if r.State != Complete || r.Undoes != "" || r.Retries != "" || r.Destination != root.Destination || r.limited() && !root.limited() {
			continue
		}
		for _, t := range r.Tables {
			if _, known := by[t.Mapping]; !known {
				by[t.Mapping] = r.ID
			}
		}
	}
	return by
}

// limited reports whether a run was about some records that nobody named one by one.
func (r Entry) limited() bool {
	return r.Limit > 0 || slices.ContainsFunc(r.Tables, func(t RunTable) bool { return t.Only != "" })
}

// A WaitList is what waits on the list of a run.
type WaitList struct {
	Run    Entry // whose list it is; see RootOf
	Groups []Group
	Back   bool // it was taken back: nothing waits any more
	Named  bool // what people call them is kept, at least of some; Seal opens it
}

// A WaitSearch says which of the records are wanted that wait.
type WaitSearch struct {
	Run  string    // whose list it is
	Of   Selection // nothing chosen is all
	Text string    // in id, field or reason, whatever the case; "" is all
	Seal Seal      // opens names and mended values, so that Text is looked for in them too; nil looks in none
}

// A WaitRow is one record that waits.
type WaitRow struct {
	Refusal
	Mapping string   // ID
	Name    string   // what people called it when it was refused; "" is not known, or was not opened
	Verdict *Verdict // what somebody said of it; nil when nobody did
	Mended  int      // fields for which somebody gave another value
}
