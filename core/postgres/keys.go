package postgres

import (
	"context"
	"strconv"

	"ferry/core"
)

var _ core.Lister = (*Destination)(nil)

// Keys implements core.Lister.
func (d *Destination) Keys(ctx context.Context, p core.Plan, after string, n int) (keys []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err = d.patiently(ctx, func() error {
		return d.transaction(ctx, reading, func() error {
			keys = nil
			t, err := d.describe(ctx, p.Table)
			if err != nil || t == nil {
				return err
			}
			key := quote(p.Key)
			rows, err := d.query(ctx, "SELECT "+key+" FROM "+d.table(p)+" WHERE "+key+" > $1 ORDER BY "+key+" LIMIT "+strconv.Itoa(n), text(after))
			for _, row := range rows {
				keys = append(keys, string(row[0]))
			}
			return err
		})
	})
	return keys, core.During("looking which rows "+p.Table+" has", d.fault(ctx, err))
}
