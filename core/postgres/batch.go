package postgres

import (
	"context"
	"encoding/hex"
	"strings"

	"ferry/core"
	"ferry/core/settled"
)

// keptStarts is for how many starts the outcomes of batches are kept. A run starts twice, at its beginning and at its end,
// so that an interrupted one still finds its last batch after 64 others.
const keptStarts = 2*64 + 1

// maxBatch is the most rows a batch has, for notes that somebody changed.
const maxBatch = 1_000_000

// Settled tells what became of a batch; false when it was never committed here. It waits for a transaction that another
// process, which may be gone, left behind and that the server has not ended yet.
func (d *Destination) Settled(ctx context.Context, p core.Plan, batch string) (outcomes []core.Outcome, ok bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err = d.patiently(ctx, func() (err error) {
		outcomes, ok, err = d.settled(ctx, p, batch, maxBatch)
		return err
	})
	return outcomes, ok, d.fault(ctx, err)
}

func (d *Destination) settled(ctx context.Context, p core.Plan, batch string, most int) (outcomes []core.Outcome, ok bool, err error) {
	err = d.transaction(ctx, writing, func() error {
		if _, err := d.lock(ctx, p); err != nil {
			return err
		}
		outcomes, ok, err = d.settledHere(ctx, p, batch, most)
		return err
	})
	return outcomes, ok, err
}

// settledHere is settled in a transaction that has begun.
func (d *Destination) settledHere(ctx context.Context, p core.Plan, batch string, most int) ([]core.Outcome, bool, error) {
	there, err := d.has(ctx, "_ferry_batch")
	if err != nil || !there {
		return nil, false, err
	}
	rows, err := d.query(ctx, "SELECT outcomes, faults FROM "+d.own("_ferry_batch")+" WHERE plan = $1 AND batch = $2", text(p.ID), text(batch))
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	packed, err := hex.DecodeString(strings.TrimPrefix(string(rows[0][0]), `\x`))
	if err != nil {
		return nil, false, notesDamaged(err)
	}
	outcomes, err := settled.Unpack(packed, rows[0][1], most)
	if err != nil {
		return nil, false, notesDamaged(err)
	}
	return outcomes, true, nil
}

// settle notes the outcomes of a batch, in the transaction of its rows.
func (d *Destination) settle(ctx context.Context, p core.Plan, batch string, outcomes []core.Outcome) error {
	packed, faults, err := settled.Pack(outcomes)
	if err != nil {
		return err
	}
	_, err = d.query(ctx, "INSERT INTO "+d.own("_ferry_batch")+" VALUES ($1, $2, coalesce((SELECT CAST(value AS bigint) FROM "+d.own("_ferry")+
		" WHERE name = 'starts'), 0), $3::bytea, $4) ON CONFLICT (plan, batch) DO UPDATE SET start = excluded.start, outcomes = excluded.outcomes, faults = excluded.faults",
		text(p.ID), text(batch), text(`\x`+hex.EncodeToString(packed)), faults)
	return err
}
