package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"ferry/core/importer"
)

// A Comparison is what the report of a comparison is made from. What is empty is left out.
type Comparison struct {
	Ferry      string    // the version of Ferry
	When       time.Time // of the report
	Project    string
	Comparison importer.Comparison

	// Each tells every difference, each time it is called; nil tells none.
	Each func(each func(importer.RehearsedRow) error) error

	// Values puts into the report what may hold people's data: how records are called, what stands there and what Dynamics
	// has, and ids that are no GUIDs.
	Values bool
}

func (c Comparison) each(each func(importer.RehearsedRow) error) error {
	if c.Each == nil {
		return nil
	}
	return c.Each(each)
}

// id is how a record is named. An id that is no GUID may be somebody's name.
func (c Comparison) id(key string) string {
	if c.Values || key == "" || guid.MatchString(key) {
		return key
	}
	return "(not shown without values)"
}

func (c Comparison) title() string {
	if t := plain(c.Project); t != "" {
		return t
	}
	return plain(c.Comparison.From + " → " + c.Comparison.To)
}

func (c Comparison) balanced() bool {
	for _, t := range c.Comparison.Tables {
		if !t.Balanced() {
			return false
		}
	}
	return true
}

// DifferenceWords call a kind of difference, and say what it means.
func DifferenceWords(d importer.Difference) (title, meaning string) {
	switch d {
	case importer.KeptByRule:
		return "Kept by a rule", "A rule of the mapping keeps what stands at the destination."
	case importer.LeftOut:
		return "Left out", "An import refused or skipped it or is unsure of it, it waits for another record, or its lookup was left empty."
	case importer.NewHere:
		return "New in Dynamics since", "It came after the last import. The next one brings it."
	case importer.ChangedHere:
		return "Changed in Dynamics since", "It changed after the last import. The next one brings it."
	case importer.ChangedThere:
		return "Changed there since", "Somebody changed it at the destination after Ferry wrote it."
	case importer.ChangedBoth:
		return "Changed on both sides", "It changed in Dynamics and at the destination. The next import writes what Dynamics has, unless a rule says otherwise."
	case importer.RemovedThere:
		return "Removed there since", "Ferry wrote the row, and somebody removed it."
	case importer.AddedThere:
		return "Added there", "A row that Ferry did not make."
	case importer.LeftFilter:
		return "Outside the filter now", "The row is there. Its record does not fit the mapping's filter any more."
	case importer.GoneHere:
		return "Not in Dynamics any more", "The row is there. Its record was deleted in Dynamics, or cannot be read any more."
	case importer.NotYet:
		return "Not imported yet", "There was no complete import with the mapping as it is now."
	case importer.Unexplained:
		return "Not explained", "Nothing that Ferry knows explains it. Look at these first."
	}
	return "Equal", ""
}

// differenceState is the colour of a kind: red is only what nothing explains.
func differenceState(d importer.Difference) (state, sign string) {
	switch d {
	case importer.Unexplained:
		return "failed", "✕"
	case importer.KeptByRule, importer.NewHere, importer.ChangedHere:
		return "untried", "–"
	}
	return "warned", "!"
}

// ComparisonVerdict says in a few words how a comparison ended, and whether that is passed, warned or failed.
func ComparisonVerdict(c importer.Comparison) (verdict, state string) {
	all := c.Records()
	switch {
	case !c.Whole:
		return "The comparison did not come to its end", "warned"
	case all[importer.Unexplained] == 1:
		return "1 record differs, and nothing explains it", "failed"
	case all[importer.Unexplained] > 0:
		return thousands(all[importer.Unexplained]) + " records differ, and nothing explains it", "failed"
	case all.Total() == 0:
		return "Everything is equal", "passed"
	}
	state = "passed"
	for d := range all {
		if look, _ := differenceState(d); look == "warned" {
			state = look
		}
	}
	if all.Total() == 1 {
		return "1 record differs, and it is known why", state
	}
	return thousands(all.Total()) + " records differ, and it is known why", state
}

// sums says how a table adds up.
func sums(t importer.ComparedTable) string {
	text := fmt.Sprintf("%s in Dynamics + %s only there = %s equal + %s that differ", thousands(t.Source), thousands(t.Extra), thousands(t.Equal), thousands(t.Records.Total()))
	if t.Counted {
		text += fmt.Sprintf("; %s there = %s in Dynamics − %s missing there + %s only there", thousands(t.Destination), thousands(t.Source), thousands(t.Missing), thousands(t.Extra))
	}
	return text
}

// touched says what is wrong with a file of which Ferry keeps a copy.
func touched(t importer.ComparedTable) string {
	name := cmp.Or(t.Title, t.Table)
	switch t.Touched {
	case "changed":
		return "The file of " + name + " was changed by somebody since Ferry wrote it. Compared was what Ferry wrote, not that file."
	case "gone":
		return "The file of " + name + " is not there any more. Compared was what Ferry wrote into it."
	}
	return ""
}

// Remarks are all that is to be said of a comparison besides its numbers.
func Remarks(c importer.Comparison) []string {
	all := append([]string(nil), c.Remarks...)
	for _, t := range c.Tables {
		if text := touched(t); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// fieldWords names the fields in which a record differs, with values when those were chosen.
func (c Comparison) fieldWords(r importer.RehearsedRow) string {
	var words []string
	for i, x := range r.Changes {
		if i == mostFieldsNamed {
			words = append(words, fmt.Sprintf("and %d more", len(r.Changes)-i))
			break
		}
		text := x.Column
		if c.Values {
			text += ": " + cmp.Or(x.Was, "(empty)") + " → " + cmp.Or(x.Becomes, "(empty)")
		}
		words = append(words, text)
	}
	separator := ", "
	if c.Values {
		separator = "; "
	}
	return strings.Join(words, separator)
}

const mostFieldsNamed = 8
