package importer_test

import (
	"context"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
)

func TestALostAnswerOfATransactionalDestinationIsAskedFor(t *testing.T) {
	lost := true
	d := newDesk(t, coretest.StoreOptions{Fail: func(n int, _ core.Plan, _ core.Batch) coretest.Failure {
		if n == 2 && lost {
			return coretest.AfterCommit
		}
		return coretest.NoFailure
	}}, accounts(100))
	r, err := importer.Run(context.Background(), d.job, nil)
	if err == nil || r.State != importer.Interrupted {
		t.Fatalf("got %v", err)
	}
	lost = false
	again := d.run()
	if again.Run != r.Run {
		t.Error("it was not continued")
	}
	wants(t, again, "account", importer.Counts{Created: 100})
}

func TestALostAnswerIsLookedForWhereThatCanBeDone(t *testing.T) {
	for name, o := range map[string]coretest.StoreOptions{
		"by looking": {NotSettler: true},
		"not at all": {NotSettler: true, NotFinder: true},
	} {
		t.Run(name, func(t *testing.T) {
			lost := true
			o.AssignsIDs, o.Doubles = true, true
			o.Fail = func(n int, _ core.Plan, _ core.Batch) coretest.Failure {
				if n == 2 && lost {
					return coretest.AfterCommit
				}
				return coretest.NoFailure
			}
			d := newDesk(t, o, accounts(100))
			if _, err := importer.Run(context.Background(), d.job, nil); err == nil {
				t.Fatal("nothing was lost")
			}
			lost = false
			r := d.run()
			once(t, "", d.store, "account", 100)
			if o.NotFinder {
				wants(t, r, "account", importer.Counts{Created: 80, Unsure: 20})
				if len(r.Refusals) != 20 || r.Refusals[0].Kind != core.Unsure || r.Refusals[0].Fault == nil {
					t.Errorf("exceptions %+v", r.Refusals)
				}
				return
			}
			wants(t, r, "account", importer.Counts{Created: 100})
		})
	}
}

func TestRowsThatSurelyDidNotLeaveAreSentWhenTheRunGoesOn(t *testing.T) {
	half := true
	o := coretest.StoreOptions{NotSettler: true, NotFinder: true, AssignsIDs: true, Doubles: true}
	o.Answer = func(n int, outcomes []core.Outcome) ([]core.Outcome, error) {
		if n != 2 || !half {
			return outcomes, nil
		}
		outcomes[3] = core.Outcome{Kind: core.Unsure}
		return outcomes, nil
	}
	d := newDesk(t, o, accounts(100))
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 99, Unsure: 1})
	if f := r.Refusals[0].Fault; f == nil || f.Code != "importer.no-answer" {
		t.Errorf("fault %v", f)
	}
	half = false

	cut := secondDesk(t, coretest.StoreOptions{NotSettler: true, NotFinder: true, AssignsIDs: true, Doubles: true}, accounts(60))
	cut.job.Destination = &partly{Destination: cut.job.Destination, Starter: cut.job.Destination.(core.Starter), fails: 2}
	if r, err := importer.Run(context.Background(), cut.job, nil); err == nil || sum(t, r, "account").Created != 30 {
		t.Fatalf("%v, %+v", err, r.Tables)
	}
	wants(t, cut.run(), "account", importer.Counts{Created: 60})
	once(t, "", cut.store, "account", 60)
}

// partly writes half of one batch and is cut off then.
type partly struct {
	core.Destination
	core.Starter
	fails, writes int
}

func (p *partly) Write(ctx context.Context, plan core.Plan, b core.Batch) ([]core.Outcome, error) {
	if p.writes++; p.writes != p.fails {
		return p.Destination.Write(ctx, plan, b)
	}
	n := len(b.Rows)
	b.Rows = b.Rows[:n/2]
	outcomes, err := p.Destination.Write(ctx, plan, b)
	if err == nil {
		err = &core.Fault{Kind: core.Offline, Code: "test.cut", Cause: "It was cut off.", Remedy: "Wait.", Owner: core.You}
	}
	return append(outcomes, make([]core.Outcome, n-n/2)...), err
}
