package importer_test

import (
	"fmt"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
)

func TestARecordThatComesBackIsNotMarkedInactiveAnyMore(t *testing.T) {
	unmarks(t, func(t *testing.T, data coretest.Data) (*desk, func(sql string) []string) {
		d := newFileDesk(t, data)
		return d.desk, func(sql string) []string {
			if err := d.job.Destination.Close(); err != nil {
				t.Fatal(err)
			}
			return d.sql(sql)
		}
	})
}

// unmarks lets records leave the filter and come back. begin makes the desk, and what asks its destination by another program.
func unmarks(t *testing.T, begin func(t *testing.T, data coretest.Data) (*desk, func(sql string) []string)) {
	for _, tracked := range []bool{true, false} {
		t.Run(fmt.Sprint("tracked ", tracked), func(t *testing.T) {
			data := things(60)
			data.Table.Tracked = tracked
			d, sql := begin(t, data)
			d.job.Mappings = policed(mark, mark)
			left := func(out ...int) importer.Receipt {
				t.Helper()
				data := things(60)
				data.Table.Tracked = tracked
				for _, i := range out {
					data.Records[i].Values[2] = core.Text("out")
				}
				d.source.Set(data)
				return d.run()
			}
			marked := func(when, want string) {
				t.Helper()
				if got := fmt.Sprint(sql("SELECT thingid FROM thing WHERE active = 'no' ORDER BY 1")); got != want {
					t.Errorf("%s: marked are %s, not %s", when, got, want)
				}
			}
			left()
			left(8, 9)
			marked("two left", fmt.Sprintf("[%s %s]", key("thing", 8), key("thing", 9)))
			if r := left(8); sum(t, r, "thing").Updated != 1 {
				t.Errorf("%+v", r.Tables)
			}
			marked("one is back", fmt.Sprintf("[%s]", key("thing", 8)))
			left(8, 9)
			marked("it left again", fmt.Sprintf("[%s %s]", key("thing", 8), key("thing", 9)))
			sql(fmt.Sprintf("UPDATE thing SET active = 'ask Ada' WHERE thingid = '%s'", key("thing", 9)))
			left(8)
			marked("somebody wrote something else there", fmt.Sprintf("[%s]", key("thing", 8)))
			if got := sql("SELECT active FROM thing WHERE active IS NOT NULL AND active <> 'no'"); len(got) != 1 || got[0] != "ask Ada" {
				t.Errorf("what somebody wrote is %q", got)
			}
			d.job.Full = true
			left()
			marked("all are back", "[]")
		})
	}
}
