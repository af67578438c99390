package halo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// A Ferry that remembers nothing, as on another computer, compares what comes with what the lists of Halo tell. What no list
// tells, such as the website of a customer, would have to be read record by record. So the external link that Ferry leaves also
// holds a short print of all that was written with it: where that is the print of what comes now, what the lists do not tell is
// taken to be as it was left. This is what the journal knows of a record, kept where each Ferry finds it. A link is never
// written again: of what changed since, the print is another one, and the record is read.

// foundHere and madeHere begin the description of a link: whether Ferry found the record or made it.
const (
	foundHere = "found by Ferry"
	madeHere  = "made by Ferry"
)

// describeLink is the description of a link.
func describeLink(found bool, print string) string {
	text := madeHere
	if found {
		text = foundHere
	}
	return strings.TrimSpace(text + " " + print)
}

// readLink reads a description: whether the record was found, and the print; "" for none.
func readLink(text string) (found bool, print string) {
	rest, found := strings.CutPrefix(text, foundHere)
	if !found {
		var made bool
		if rest, made = strings.CutPrefix(text, madeHere); !made {
			return false, ""
		}
	}
	return found, strings.TrimSpace(rest)
}

// print is a print of what a record brings, and of the rules by which it is written.
func (w *writing) print(j *job) string {
	h := sha256.New()
	for i, f := range w.s.fields {
		r := w.s.plan.Columns[i].Rule
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%t\x00%s\x00", f.name, r.Made, r.Found, r.StandIn, r.Keep, f.plain(j.values[i]))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// asLeft reports whether a record of which the journal knows nothing brings what Ferry left with its link.
func (w *writing) asLeft(j *job) bool {
	return j.known.ID == "" && j.there.print != "" && j.there.print == w.print(j)
}
