package report

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/importer"
)

// A Run is what the report of a run is made from. What is empty is left out.
type Run struct {
	Ferry   string    // the version of Ferry
	When    time.Time // of the report
	Project string
	Receipt importer.Receipt

	// Each tells every record that was not written as it should, each time it is called; nil tells Receipt.Refusals.
	Each func(each func(importer.Refusal) error) error

	// Values puts into the report what may hold people's data: what a reason is about besides table, id and field, and
	// ids that are no GUIDs. Records are always named by their id, for else nobody could look them up.
	Values bool
	// Records reads what the list of refused records shows with Values besides; nil reads nothing.
	Records *Records
}

func (r Run) each(each func(importer.Refusal) error) error {
	if r.Each != nil {
		return r.Each(each)
	}
	for _, x := range r.Receipt.Refusals {
		if err := each(x); err != nil {
			return err
		}
	}
	return nil
}

func (r Run) sum() (sum importer.Counts, unresolved int64) {
	for _, t := range r.Receipt.Tables {
		sum.Add(t.Counts)
		unresolved += t.Unresolved
	}
	return sum, unresolved
}

// balanced reports whether every table adds up.
func (r Run) balanced() bool {
	return !slices.ContainsFunc(r.Receipt.Tables, func(t importer.TableReceipt) bool { return !t.Balanced() })
}

func (r Run) title(table string) string {
	for _, t := range r.Receipt.Tables {
		if t.Table == table {
			return t.Title
		}
	}
	return ""
}

// limitWords say that not everything was wanted; "" when it was.
func limitWords(limit int) string {
	if limit == 0 {
		return ""
	}
	return "At most " + records(int64(limit)) + " of each table were wanted."
}

// notes are what is to be said of a table besides its counts, in whole sentences.
func notes(t importer.TableReceipt) []string {
	name, all := cmp.Or(t.Title, t.Table), []string{}
	if t.Only != "" {
		all = append(all, name+": only the records that a rehearsal had shown were imported.")
	}
	all = append(all, t.Notes...)
	if t.Held > 0 {
		all = append(all, name+": gone in Dynamics or outside the filter now, and left alone until somebody agrees to their number: "+records(t.Held)+".")
	}
	if t.Remark != "" {
		all = append(all, name+": "+t.Remark)
	}
	if len(t.Made) > 0 {
		all = append(all, name+": made at the destination: "+strings.Join(t.Made, ", ")+".")
	}
	return all
}

const (
	mostCauses = 500 // that are told apart; what comes after them is counted together
	mostKeys   = 100 // of one cause in the page
)

// A cause is records that have one reason.
type cause struct {
	kind    core.OutcomeKind
	fault   *core.Fault // without what differs between records
	n       int64
	records []importer.Refusal // the first of them
}

// causes groups records by their reason: what was refused first, then what is unsure, skipped, and without a lookup;
// of these the most frequent first. Memory does not grow with the records.
func (r Run) causes() ([]*cause, error) {
	var all []*cause
	at := map[string]*cause{}
	err := r.each(func(x importer.Refusal) error {
		f := x.Fault
		if f == nil {
			f = &core.Fault{Cause: "No reason was kept."}
		}
		kind := x.Kind
		if lookupOnly(kind) {
			kind = core.Created
		}
		key := kind.String() + "\x00" + f.Code + "\x00" + f.Cause + "\x00" + f.Remedy
		c := at[key]
		if c == nil && len(all) >= mostCauses {
			f = &core.Fault{Code: "report.other-causes", Cause: "Other reasons, too many to name each.", Remedy: "The list of refused records has the reason of each."}
			key = kind.String()
			c = at[key]
		}
		if c == nil {
			of := *f
			of.Subject, of.Details = core.Subject{}, "" // they are another one's for each record
			c = &cause{kind: kind, fault: &of}
			at[key], all = c, append(all, c)
		}
		if c.n++; len(c.records) < mostKeys {
			c.records = append(c.records, x)
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b *cause) int { return cmp.Or(cmp.Compare(rank(a.kind), rank(b.kind)), cmp.Compare(b.n, a.n)) })
	return all, err
}

func rank(k core.OutcomeKind) int {
	switch k {
	case core.Refused:
		return 0
	case core.Unsure:
		return 1
	case core.Skipped:
		return 2
	}
	return 3
}

// lookupOnly is a record that was written, and only a lookup of it was left empty.
func lookupOnly(k core.OutcomeKind) bool {
	return k != core.Refused && k != core.Unsure && k != core.Skipped
}

func became(k core.OutcomeKind) string {
	if lookupOnly(k) {
		return "lookup left empty"
	}
	return k.String()
}

// nameless counts of one kind the records of which nothing but their number is known.
func nameless(all []*cause, kind core.OutcomeKind, counted int64) int64 {
	for _, c := range all {
		if c.kind == kind {
			counted -= c.n
		}
	}
	return max(0, counted)
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// recordID is how a record is named. An id that is no GUID may be somebody's name.
func (r Run) recordID(x importer.Refusal) string {
	if r.Values || x.Key == "" || guid.MatchString(x.Key) {
		return x.Key
	}
	return "(not shown without values)"
}

// about is what of people's data a reason is about, when that was chosen.
func (r Run) about(x importer.Refusal) (key, value string) {
	if !r.Values || x.Fault == nil {
		return "", ""
	}
	if key = x.Fault.Subject.Key; key == x.Key {
		key = ""
	}
	return key, x.Fault.Subject.Value
}

func field(x importer.Refusal) string {
	if x.Fault == nil {
		return ""
	}
	return x.Fault.Subject.Field
}
