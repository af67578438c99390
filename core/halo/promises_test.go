package halo

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	practice "ferry/core/practice/halo"
)

// These are the promises that coretest.Destination asks of every destination, as far as they can be asked of one with fields of
// its own.

// TestEveryTextArrivesAsItIs: also the odd ones. Only a name that is nothing, or longer than Halo's, is refused.
func TestEveryTextArrivesAsItIs(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	p := planOf("account", customers, "name", "notes")
	p.Columns[0].Rule, p.Columns[1].Rule = core.Rule{}, core.Rule{}
	var rows []core.Record
	var texts []string
	for _, text := range coretest.Texts() {
		if len(text) < 4000 { // longer ones Halo refuses itself
			texts = append(texts, text)
		}
	}
	for i, text := range texts {
		rows = append(rows, core.Record{Key: key(i), Values: []core.Value{core.Text(fmt.Sprintf("Account %d", i)), core.Text(text)}})
	}
	want(t, write(t, w.open("link-module", "77"), p, rows), core.Created)
	stored := map[string]string{}
	for _, c := range w.halo.Customers() {
		notes, _ := c["notes"].(string)
		stored[c["name"].(string)] = notes
	}
	for i, text := range texts {
		if got := stored[fmt.Sprintf("Account %d", i)]; got != text {
			t.Errorf("text %d: %.40q became %.40q", i, text, got)
		}
	}
	again := write(t, w.open("link-module", "77"), p, rows) // notes do not stand in Halo's list: they are written once more
	if count(again, core.Updated)+count(again, core.Unchanged) != len(texts) || len(w.halo.Customers()) != len(texts) {
		t.Errorf("%d customers of %d texts", len(w.halo.Customers()), len(texts))
	}

	p = planOf("account", customers, "name")
	rows = nil
	for i, text := range coretest.Texts() {
		rows = append(rows, core.Record{Key: key(5000 + i), Values: []core.Value{core.Text(text)}})
	}
	outcomes := write(t, w.open("link-module", "77"), p, rows)
	for i, text := range coretest.Texts() {
		refused := strings.TrimSpace(text) == "" || len([]rune(text)) > 255
		if (outcomes[i].Kind == core.Refused) != refused || !refused && outcomes[i].Kind != core.Created {
			t.Errorf("the name %.40q is %s: %v", text, outcomes[i].Kind, outcomes[i].Fault)
		}
	}
}

func TestOneBadRowLeavesTheOthersWritten(t *testing.T) {
	for _, bad := range []int{0, 3, 6} {
		w := newWorld(t, practice.Settings{})
		rows := some(7, account)
		rows[bad].Values[0] = core.Text(strings.Repeat("x", 256))
		outcomes := write(t, w.open("link-module", "77", "batch", "3"), accounts(), rows)
		if len(outcomes) != 7 || count(outcomes, core.Created) != 6 || outcomes[bad].Kind != core.Refused || outcomes[bad].Fault.Subject.Key != rows[bad].Key {
			t.Errorf("row %d: %+v", bad, outcomes)
		}
		if n := len(w.halo.Customers()); n != 6 {
			t.Errorf("row %d: %d customers", bad, n)
		}
	}
}

func TestAStoppedWriteTellsOfEachRow(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	ctx, stop := context.WithCancel(context.Background())
	stop()
	outcomes, err := w.open("link-module", "77").Write(ctx, accounts(), core.Batch{ID: "b", Pass: 1, Rows: some(7, account)})
	if err == nil || len(outcomes) != 7 || count(outcomes, core.Untried) != 7 || len(w.halo.Customers()) != 0 {
		t.Errorf("%v %+v, %d customers", err, outcomes, len(w.halo.Customers()))
	}
}

func TestABatchThatIsSentTwiceIsStoredOnce(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	d := w.open("link-module", "77")
	p := planOf("account", customers, "name", "ref") // both stand in Halo's list
	plain := func(i int) core.Record { return core.Record{Key: key(i), Values: account(i).Values[:2]} }
	rows := append(some(7, plain), plain(2)) // one stands in it twice
	first := write(t, d, p, rows)
	if len(first) != 8 || count(first, core.Created) != 7 || first[7].Kind != core.Unchanged {
		t.Errorf("%+v", first)
	}
	want(t, write(t, d, p, rows), core.Unchanged)
	want(t, write(t, w.open("link-module", "77"), p, rows), core.Unchanged)
	if n := len(w.halo.Customers()); n != 7 {
		t.Errorf("%d customers", n)
	}
	if none := write(t, d, p, nil); len(none) != 0 {
		t.Errorf("a batch of nothing has outcomes: %+v", none)
	}
}
