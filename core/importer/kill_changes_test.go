package importer_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
)

// killedChanges kills the second import of a yard in which people worked, after every step, and compares with a full one.
func killedChanges(t *testing.T, how string, filter int) {
	var path, before, truth string // before is the folder as it is before the import that is killed
	var y *yard
	var full map[string]string // what a full import brings
	var maps []mapping.Mapping
	prepare := func(t *testing.T) {
		y = newYard(how, 3, 15)
		y.source.Part, y.kindly = 15, true
		y.clock = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		maps = filters[filter].make(y)
		maps[0].Columns = slices.Clone(maps[0].Columns)
		for i := range maps[0].Columns {
			if maps[0].Columns[i].Field == "name" {
				maps[0].Columns[i].NotNull = true // a firm without a name is refused, and looked at again
			}
		}
		y.change(&y.firms, 5, 1, core.Null())
		y.change(&y.firms, 6, 1, core.Null())
		for _, i := range []int{5, 6} {
			y.change(&y.firms, i, 2, core.Text("in"))
		}
		for _, d := range y.whole() {
			y.source.Set(d)
		}
		before = t.TempDir()
		w := fileWorld(t, before, y.source, maps)
		if _, _, err := w.process(t, 0); err != nil {
			t.Fatal(err)
		}
		w.journal().Close()
		y.change(&y.firms, 5, 1, core.Text("Named at last"))
		for range 3 {
			y.work()
		}
	}
	fresh := func(t *testing.T) world {
		if before == "" {
			prepare(t)
		}
		folder := copyOf(t, before)
		path = databaseIn(folder)
		return fileWorld(t, folder, y.source, maps)
	}
	everyStep(t, fresh, func(t *testing.T, name string, w world) {
		runs := w.runs(t)
		second := runs[len(runs)-2]
		for _, table := range []string{"firm", "person"} {
			if c := sum(t, second, table); how != silent && c.Since.IsZero() {
				t.Errorf("%s: %s was read whole: %+v", name, table, c)
			}
		}
		for _, r := range runs {
			if r.State != importer.Complete || r.Reason != "" {
				t.Errorf("%s: a run is %s: %s", name, r.State, r.Reason)
			}
		}
		counts := ""
		for _, table := range []string{"firm", "person"} {
			counts += fmt.Sprintf("%s %+v\n", table, sum(t, second, table).Counts)
		}
		if truth == "" {
			truth = counts
		}
		if counts != truth {
			t.Errorf("%s: the receipt says\n%snot\n%s", name, counts, truth)
		}
		if full == nil {
			file := y.afresh(t, maps, y.clock)
			full = map[string]string{"firm": dump(t, file, "firm"), "person": dump(t, file, "person")}
		}
		for _, table := range []string{"firm", "person"} {
			if got, want := dump(t, path, table), full[table]; got != want {
				t.Errorf("%s: %s differs\n%s", name, table, difference(got, want))
			}
		}
	})
}

func TestAKillAfterAnyStepOfAnImportOfChanges(t *testing.T) { killedChanges(t, tracked, 5) }

func TestAKillAfterAnyStepOfAnImportOfWhatChangedSinceATime(t *testing.T) { killedChanges(t, dated, 3) }
