package halo

import (
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// It must not matter whether two accounts of one name come in one batch, in two, or before and behind a crash.
func TestTwoAccountsOfOneNameBecomeTwoCustomersWheneverTheyCome(t *testing.T) {
	for _, together := range []bool{true, false} {
		w := newWorld(t, practice.Settings{}, practice.Customer{Name: "Account 2"})
		d := w.open("link-module", "77")
		p := accounts()
		p.Match = []string{"name"}
		rows := some(4, account)
		rows[1].Values[0] = rows[0].Values[0]
		rows[3].Values[0] = rows[2].Values[0] // both match what was found there: that is no guess's business
		var outcomes []core.Outcome
		if together {
			outcomes = write(t, d, p, rows)
		} else {
			for i := range rows {
				outcomes = append(outcomes, write(t, w.open("link-module", "77"), p, rows[i:i+1])...)
			}
		}
		for i, kind := range []core.OutcomeKind{core.Created, core.Created, core.Updated, core.Refused} {
			if outcomes[i].Kind != kind {
				t.Errorf("together %t: record %d is %s: %v", together, i, outcomes[i].Kind, outcomes[i].Fault)
			}
		}
	}
}
