package importer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/importer"
)

func TestWhatSomebodyDroppedAtTheDestinationComesBackWhole(t *testing.T) {
	for what, sql := range map[string]string{
		"the table": "DROP TABLE thing",
		"a column":  "ALTER TABLE thing DROP COLUMN name",
	} {
		for _, midway := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, midway %v", what, midway), func(t *testing.T) {
				d := newFileDesk(t, keptTrack(things(60)))
				if midway { // it stops behind the first page, and somebody drops the table before it goes on
					d.source.BeforePage = func(_ context.Context, n int, _ core.Page) error {
						if n == 3 {
							return &core.Fault{Kind: core.Offline, Code: "test.gone", Cause: "The source is gone.", Remedy: "Wait.", Owner: core.You}
						}
						return nil
					}
					if r, err := importer.Run(context.Background(), d.job, nil); err == nil || sum(t, r, "thing").Read == 0 {
						t.Fatalf("%v, %+v", err, r.Tables)
					}
					d.source.BeforePage = nil
					if err := d.job.Destination.Close(); err != nil {
						t.Fatal(err)
					}
				} else {
					d.imports()
				}
				d.sql(sql)
				r := d.imports()
				if since(t, r, "thing") || !strings.Contains(r.Reason, "out of the destination") || !sum(t, r, "thing").Marked {
					t.Errorf("reason %q, %+v", r.Reason, r.Tables)
				}
				if n := d.sql("SELECT count(*) FROM thing WHERE name LIKE 'Thing %'"); n[0] != "60" {
					t.Errorf("%s rows", n)
				}
				if r := d.imports(); !since(t, r, "thing") || r.Reason != "" {
					t.Errorf("afterwards: %q, %+v", r.Reason, r.Tables)
				}
			})
		}
	}
}
