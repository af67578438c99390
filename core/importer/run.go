package importer

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"time"

	"ferry/core"
)

// Run moves every record of the job. The same job after a kill, a stop or a Fault continues the same run. progress
// receives snapshots, each replacing the last; see Progress. The Receipt is true even when the error is not nil.
func Run(ctx context.Context, j Job, progress func(Progress)) (Receipt, error) {
	if j.Retry != nil {
		j.Limit, j.Only, j.Full = 0, nil, false
	}
	e := newEngine(j, progress)
	defer e.close()
	ctx = core.WithNotices(ctx, e.teller.notice)

	err := orStopped(ctx, e.run(ctx))
	r, err := e.end(ctx, err)
	if err != nil || r.State != Complete || e.Show == nil {
		return r, err
	}
	e.teller.stop()
	return r, e.show(ctx, r)
}

// orStopped is err, or that somebody stopped, when what failed failed for that reason.
func orStopped(ctx context.Context, err error) error {
	if f := core.AsFault(err); ctx.Err() != nil && err != nil && (f.Kind == core.Offline || f.Kind == core.Busy) {
		return ctx.Err()
	}
	return err
}

// show shows the receipt and notes that it was.
func (e *engine) show(ctx context.Context, r Receipt) error {
	if err := e.Show(r); err != nil {
		return core.During("showing the receipt", err)
	}
	e.current.Told = true
	if err := e.Journal.SaveRun(context.WithoutCancel(ctx), e.current); err != nil {
		// It is shown once more then, which is better than an error behind the last word.
		e.log.Warn("the journal did not note that the receipt was shown", "run", e.current.ID)
	}
	return nil
}

// An engine is one call of Run.
type engine struct {
	Job
	log    *slog.Logger
	teller *teller

	source     core.Identity
	have       core.Identity // of the destination, as it was found
	own        string        // id of the destination, once it is started
	tables     []*table
	known      *descriptions // of the source's tables
	current    Entry
	late       bool                 // the current run was complete before this call
	claims     []func()             // what is given back in the end, when everything is noted
	open       map[batchPlace]Batch // noted by an earlier process, and neither settled nor written anew
	rehearsing *rehearsing          // nothing is written, and what is planned counts as there; nil in an import
	rewound    map[int64]int        // how often a part began again in this call
	earlier    []Entry              // runs before this one, newest first; a run that goes on is among them
	taken      map[string]Since     // marks that were taken in this call, by source table
	mender     Mender               // in a retry: knows what waits; see mendretry.go
	root       Entry                // the run whose list it is
	overtaken  map[string]string    // mappings whose records a later run has read anew
}

// A batchPlace is where at most one batch is open.
type batchPlace struct {
	part int64
	pass int
}

// newEngine makes an engine whose tables are just named, so that progress can show them while they are looked up. progress
// may be nil.
func newEngine(j Job, progress func(Progress)) *engine {
	if j.Wait == nil {
		j.Wait = core.Wait
	}
	if j.Now == nil {
		j.Now = time.Now
	}
	if j.Place == "" {
		j.Place = j.To
	}
	e := &engine{Job: j, log: j.Log, open: map[batchPlace]Batch{}, taken: map[string]Since{}, rewound: map[int64]int{}}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	for _, m := range j.Mappings {
		e.tables = append(e.tables, &table{run: RunTable{Title: m.Title}, plan: core.Plan{ID: m.ID, Source: m.Source}, state: Waiting})
	}
	if progress == nil {
		progress = func(Progress) {}
	}
	e.teller = newTeller(e, progress)
	return e
}

func (e *engine) run(ctx context.Context) error {
	if err := e.describe(ctx); err != nil {
		return err
	}
	var err error
	if e.source, err = e.Source.Identity(ctx); err != nil {
		return core.During("asking the source which one it is", err)
	}
	if err := e.claim(ctx, claimName(e.Place)); err != nil {
		return err
	}
	if err := e.expire(ctx); err != nil {
		return err
	}
	if e.have, err = e.Destination.Identity(ctx); err != nil {
		return core.During("looking at the destination", err)
	}
	if err := e.begin(ctx); err != nil {
		return err
	}
	if err := e.ask(); err != nil {
		return err
	}
	if err := e.restore(ctx); err != nil {
		return err
	}
	e.teller.tell(true)
	if e.late {
		return nil
	}
	if err := e.loadMended(ctx); err != nil {
		return err
	}
	if err := e.decide(ctx); err != nil {
		return err
	}
	if err := e.listWaiting(ctx); err != nil {
		return err
	}
	e.count(ctx)
	e.forecast()
	for _, tables := range e.together() {
		if err := e.importTables(ctx, tables); err != nil {
			return err
		}
	}
	if err := e.laterPasses(ctx); err != nil {
		return err
	}
	if err := e.policies(ctx); err != nil {
		return err
	}
	return e.complete(ctx)
}

// claim takes the right to import under a name until the end of Run: what is noted last is noted under it.
func (e *engine) claim(ctx context.Context, name string) error {
	release, err := e.Journal.Claim(ctx, name)
	if err == nil {
		e.claims = append(e.claims, release)
	}
	return err
}

// close gives back what was claimed, and ends telling.
func (e *engine) close() {
	defer e.teller.stop()
	for _, release := range e.claims {
		release()
	}
}

// count asks how many records there are, for the time left. Not knowing it stops nothing.
func (e *engine) count(ctx context.Context) {
	for _, t := range e.tables {
		if ctx.Err() != nil || t.run.Finished || t.run.Changes != nil {
			continue // what changed is counted when it is listed
		}
		n, err := e.Source.Count(ctx, t.query)
		if err != nil {
			e.log.Info("the source did not count", "table", t.plan.Source)
			continue
		}
		if e.Limit > 0 && n.Truth != core.Unknown {
			n.N = min(n.N, int64(e.Limit))
		}
		e.teller.change(func() { t.total = n })
	}
	e.teller.tell(true)
}

// complete ends a run in which nothing is left to do.
func (e *engine) complete(ctx context.Context) error {
	for _, t := range e.tables {
		if err := e.finishTable(ctx, t); err != nil {
			return err
		}
		for _, p := range t.parts {
			if !p.Total().Balanced() {
				return unbalanced(t.run.Title)
			}
		}
	}
	if err := e.raise(ctx); err != nil {
		return err
	}
	e.current.State = Complete
	e.current.Ended = e.Now()
	e.current.Fault = nil
	e.current.Told = e.Show == nil
	if err := e.Journal.SaveRun(ctx, e.current); err != nil {
		e.current.State, e.current.Told = Running, false
		return err
	}
	e.log.Info("import complete", "run", e.current.ID)
	return nil
}

// end makes the receipt, and notes why the run stopped when it did.
func (e *engine) end(ctx context.Context, err error) (Receipt, error) {
	// What has to be noted now is noted even when somebody stopped the import.
	ctx = context.WithoutCancel(ctx)
	var fault *core.Fault
	if err != nil {
		fault = stopped(err)
		err = fault
	}
	if e.current.ID == "" {
		now := e.Now()
		return Receipt{State: Interrupted, From: e.From, To: e.To, Who: e.Who, Started: now, Ended: now, Fault: fault}, err
	}
	if fault != nil && e.current.State == Running {
		e.current.State = Interrupted
		e.current.Ended = e.Now()
		e.current.Fault = fault
		if saveErr := e.Journal.SaveRun(ctx, e.current); saveErr != nil {
			e.log.Warn("the journal did not note that the import stopped", "run", e.current.ID)
		}
		e.log.Info("import stopped", "run", e.current.ID, "code", fault.Code)
	}
	var parts []Part
	for _, t := range e.tables {
		parts = append(parts, t.parts...)
	}
	r := ReceiptOf(e.current, parts)
	r.Fault, r.Late = fault, e.late
	if refusals, listErr := e.Journal.Exceptions(ctx, e.current.ID, maxRefusals); listErr == nil {
		r.Refusals = refusals
	} else if err == nil {
		err = listErr
	}
	e.teller.tell(true)
	return r, err
}

// maxRefusals is how many refused records a receipt shows.
const maxRefusals = 1000

// newID makes an id that nobody else has.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
