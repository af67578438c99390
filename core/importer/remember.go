package importer

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"ferry/core"
)

// What a batch replaces is remembered before it is safe at the destination, so that a run can be taken back. The destination
// tells it (core.Rememberer), the journal keeps it sealed and only for a while; rows that did not change cost nothing, and of
// rows that were made only the key and a digest are kept.

// A Seal closes what holds people's data, so that nobody reads it in the journal's file.
type Seal interface {
	// Close seals plain. about is what it belongs to: it opens only for the same.
	Close(about string, plain []byte) []byte
	// Open is the reverse; false when it was sealed with another key or changed since.
	Open(about string, sealed []byte) (plain []byte, ok bool)
	// Lasting reports whether what is closed can be opened after this process has ended.
	Lasting() bool
}

// A Memory is a Journal that also keeps what there was before a run. Every method is one transaction.
type Memory interface {
	// Remember keeps an image, in the place of the one of the same batch. An image of a batch that did not arrive goes when
	// another batch takes its place.
	Remember(ctx context.Context, i Image) error
	// Images tells at most n images of a run, newest first, those with a Seq below before; 0 is from the newest on.
	Images(ctx context.Context, run string, before int64, n int) ([]Image, error)
	// Remembered counts the images of a run.
	Remembered(ctx context.Context, run string) (images, rows int64, err error)
	// Expire forgets all images of the runs that have one made before a time, what was taken back of them, and tells how many:
	// a run is taken back whole or not at all. Those of a run that somebody takes back just now stay. Nothing of what is
	// forgotten stays in the file.
	Expire(ctx context.Context, before time.Time) (int64, error)
	// Returned tells what a run that takes another back has done with rows so far. Other keys are left out.
	Returned(ctx context.Context, run, mapping string, keys []string) (map[string]core.OutcomeKind, error)
	// Into tells the runs into the destination of that id or to that place, from whichever source, newest first.
	Into(ctx context.Context, destination, place string) ([]Entry, error)
}

// An Image is what one batch replaced.
type Image struct {
	Seq     int64 // ascending, given by the Journal
	Run     string
	Batch   string
	Pass    int
	Mapping string
	Rows    int
	About   string // the plan and columns: no people's data
	Sealed  []byte
	Made    time.Time
}

// keepImages is how long images are kept when the Job does not say.
const keepImages = 30 * 24 * time.Hour

// imageAbout says what the rows of an image are.
type imageAbout struct {
	ID      string   `json:"id"`
	Source  string   `json:"source"`
	Title   string   `json:"title,omitempty"`
	Table   string   `json:"table"`
	Key     string   `json:"key"`
	Columns []string `json:"columns"`
}

// remembers reports whether what this run replaces can be kept. A destination must be sure which batches it has: an image of
// one that never arrived would be put back over what somebody wrote since. One that the journal remembers for puts back only
// rows that are as the batch left them.
func (e *engine) remembers() (Memory, bool) {
	memory, ok := e.Journal.(Memory)
	_, tells := e.Destination.(core.Rememberer)
	_, settles := e.Destination.(core.Settler)
	_, forgets := e.Destination.(core.Forgetful)
	return memory, ok && tells && (settles || forgets) && e.Seal != nil && e.KeepFor >= 0
}

// remembering is what the destination tells of a batch; nil when nobody wants to know.
func (e *engine) remembering(ctx context.Context, p core.Plan, b core.Batch) func([]string, []core.Replaced) error {
	memory, ok := e.remembers()
	if !ok {
		return nil
	}
	return func(columns []string, rows []core.Replaced) error {
		about, err := json.Marshal(imageAbout{ID: p.ID, Source: p.Source, Title: p.Title, Table: p.Table, Key: p.Key, Columns: columns})
		if err != nil {
			return err
		}
		return memory.Remember(ctx, Image{
			Run: e.current.ID, Batch: b.ID, Pass: b.Pass, Mapping: p.ID, Rows: len(rows), About: string(about),
			Sealed: e.Seal.Close(sealedFor(e.current.ID, b.ID), packReplaced(rows)), Made: e.Now(),
		})
	}
}

func sealedFor(run, batch string) string { return "image\x00" + run + "\x00" + batch }

// expire forgets what is too old, at each start of a run.
func (e *engine) expire(ctx context.Context) error {
	memory, ok := e.Journal.(Memory)
	if !ok {
		return nil
	}
	if mender, ok := e.Journal.(Mender); ok {
		if _, err := mender.ExpireMended(ctx, Forgets(e.Now(), e.KeepFor)); err != nil {
			return err
		}
	}
	n, err := memory.Expire(ctx, Forgets(e.Now(), e.KeepFor))
	if n > 0 {
		e.log.Info("what was there before old imports is forgotten", "batches", n)
	}
	return err
}

// Forgets is the moment before which nothing is kept; keep is that of a Job.
func Forgets(now time.Time, keep time.Duration) time.Time {
	switch {
	case keep < 0:
		return now.Add(time.Minute) // also what was noted in this very moment
	case keep == 0:
		keep = keepImages
	}
	return now.Add(-keep)
}

// making notes what a run makes at the destination, which stays when the run is taken back.
func (e *engine) making(ctx context.Context, t *table, things []core.Thing) error {
	i := slices.IndexFunc(e.current.Tables, func(r RunTable) bool { return r.Mapping == t.plan.ID })
	if i < 0 || len(things) == 0 {
		return nil
	}
	more := slices.Clone(e.current.Tables[i].Made)
	for _, thing := range things {
		if thing.Kind != "file" && !slices.Contains(more, thing.Name) && len(more) < maxMade {
			more = append(more, thing.Name)
		}
	}
	if len(more) == len(e.current.Tables[i].Made) {
		return nil
	}
	e.current.Tables[i].Made = more
	return e.Journal.SaveRun(ctx, e.current)
}

// maxMade is how many things that a run made are named for a table.
const maxMade = 500
