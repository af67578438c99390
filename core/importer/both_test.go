package importer_test

import (
	"context"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
)

// Two computers know nothing of each other's journals: that both wrote at once is seen by the destination's generation alone.
func TestAnImportThatAnotherComputersMetInTheMiddleNoticesIt(t *testing.T) {
	for name, within := range map[string]bool{"another one within the first": true, "the first one within another": false} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, coretest.StoreOptions{}, keptTrack(things(100)))
			d.job.Place = "server"
			d.run()
			other := secondDesk(t, coretest.StoreOptions{}, keptTrack(things(100)))
			other.job.Destination, other.job.Place = d.store.Open(), "server"
			other.job.Mappings[0].Columns[0].Steps = []mapping.Step{{Name: "upper"}}
			d.job.Full, other.job.Full = true, true
			outer, inner := d, other
			if !within {
				outer, inner = other, d
			}
			var err error
			outer.source.BeforePage = func(ctx context.Context, _ int, p core.Page) error {
				outer.source.BeforePage = nil
				_, err = importer.Run(ctx, inner.job, nil)
				return err
			}
			outer.run()
			d.job.Full, other.job.Full = false, false
			if r := outer.run(); since(t, r, "thing") || !strings.Contains(r.Reason, "Another Ferry") {
				t.Errorf("reason %q, %+v", r.Reason, r.Tables)
			}
		})
	}
}
