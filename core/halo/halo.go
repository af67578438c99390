package halo

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"ferry/core"
)

// A Destination is one Halo. Its calls take turns.
type Destination struct {
	to  target
	c   *client
	log *slog.Logger

	mu      sync.Mutex
	info    object            // what Halo says it is
	tables  map[string]*table // described, by name in lower case
	indexes map[string]*index // what is there, by table
	ways    map[string]*way   // how Ferry's mark is left, by table
	failed  map[string]bool   // named fields, table.field, in which a mark is not found again
	levels  map[string]int64  // top levels by folded name; nil when nobody asked
	home    int64             // the default site; 0 is not looked for yet
	keeps   map[string]*keep  // by plan
	custom  []*table          // the custom tables; nil when nobody asked
	placers map[string]string // source and custom table to the one plan that hangs such rows on others; "" for several
	fresher map[int64]bool    // customers that were made; see freshSites
	asked   bool              // whether the agent sees all customers: it does, as far as Halo says
}

// Promises that the compiler keeps: what a Destination can do beyond writing is found by assertion.
var (
	_ core.Destination = (*Destination)(nil)
	_ core.Forgetful   = (*Destination)(nil)
	_ core.Finder      = (*Destination)(nil)
	_ core.Ruler       = (*Destination)(nil)
	_ core.Remarker    = (*Destination)(nil)
	_ core.Offerer     = (*Destination)(nil)
	_ core.Maker       = (*Destination)(nil)
	_ core.Rememberer  = (*Destination)(nil)
	_ core.Comparer    = (*Destination)(nil)
	_ core.Adopter     = (*Destination)(nil)
	_ core.Alternate   = (*Destination)(nil)
	_ core.Forecaster  = (*Destination)(nil)
	_ core.Keeper      = (*Destination)(nil)
	_ core.Previewer   = (*Destination)(nil)
)

// New makes a destination of its settings. It does no I/O.
func New(s core.Settings, o Options) (*Destination, error) {
	to, err := parse(s)
	if err != nil {
		return nil, err
	}
	c, err := newClient(to, s, o)
	if err != nil {
		return nil, err
	}
	return &Destination{
		to: to, c: c, log: c.log, tables: map[string]*table{}, indexes: map[string]*index{}, ways: map[string]*way{}, failed: map[string]bool{}, keeps: map[string]*keep{},
		placers: map[string]string{}, fresher: map[int64]bool{},
	}, nil
}

// Identity tells which Halo this is: the id of its database. One that does not tell it is known by its address. An import asks
// for it first: what was known of the records is read anew from here on.
func (d *Destination) Identity(ctx context.Context) (core.Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fresh()
	info, err := d.instance(ctx)
	if err != nil {
		return core.Identity{}, err
	}
	id := core.Identity{ID: info.text("dbid"), Name: d.to.resource.Host}
	if id.ID == "" {
		id.ID = strings.ToLower(d.to.resource.Host + d.to.resource.Path)
	}
	id.ID = "halo " + id.ID
	return id, nil
}

// instance asks once what Halo is. Whether that needs a token nobody has written down: it gets one.
func (d *Destination) instance(ctx context.Context) (object, error) {
	if d.info != nil {
		return d.info, nil
	}
	var info object
	if err := d.c.get(ctx, "asking Halo which one it is", "InstanceInfo", nil, &info); err != nil {
		if !unavailable(err) {
			return nil, err
		}
		info = object{}
	}
	if info == nil {
		info = object{}
	}
	d.info = info
	return info, nil
}

// fresh forgets what Halo told.
func (d *Destination) fresh() {
	d.tables, d.indexes, d.info, d.levels, d.home, d.custom = map[string]*table{}, map[string]*index{}, nil, nil, 0, nil
	d.asked, d.placers = false, map[string]string{}
}

// Finish has nothing to do: each record is whole when it is written.
func (d *Destination) Finish(context.Context, core.Plan) error { return nil }

// Rules implements core.Ruler.
func (d *Destination) Rules() bool { return true }

// Calls is how many requests were sent.
func (d *Destination) Calls() int64 { return d.c.pace.count() }

// Close gives back connections.
func (d *Destination) Close() error { return d.c.api.Close() }
