package dataverse

import (
	"context"
	"errors"
	"sync/atomic"

	"ferry/core"
	"ferry/core/dataverse/scan"
	"ferry/core/rest"
)

const (
	// pageSize is how much a core.Page holds, decoded.
	pageSize = 4 << 20
	// maxEmpty is how many pages in a row may bring nothing new while the server says that there is more.
	maxEmpty = 3
)

// A reader reads one query on its caller's goroutine; only the next request is on its way meanwhile.
type reader struct {
	s       *Source
	a       *question
	op      string
	first   string // where a delta begins; "" otherwise
	lost    func(error) error
	yield   func(core.Page, error) bool
	rows    *scan.Rows // nil until there is something to put into it
	scanner *scan.Scanner
	ahead   *fetch // the request that is under way; see ahead.go

	links           map[uint64]bool // hashes of all addresses that were asked for
	shapes          map[uint64]bool // hashes of the keys of all pages
	current, before keySet          // keys of this page and of the one before
	last            uint64          // hash of the last key that was delivered
	delivered       int
	empty           int
}

func newReader(s *Source, a *question, op string) *reader {
	return &reader{
		s: s, a: a, op: op, lost: func(err error) error { return bookmarkExpired(err) },
		scanner: scan.New(a.plan),
		links:   make(map[uint64]bool), shapes: make(map[uint64]bool),
	}
}

// run reads until nothing is left.
func (r *reader) run(ctx context.Context, from core.Bookmark) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	at := parsePlace(from.Address)
	if at.link != "" {
		if err := r.s.ours(at.link, func(err error) error { return bookmarkExpired(err) }); err != nil {
			return err
		}
	}
	r.delivered = at.delivered
	resume := progress{skip: from.Taken, want: from.Hash}
	if from.Taken == 0 && from.Hash != 0 {
		r.before.add(from.Hash) // the last record before the bookmark
		r.last = from.Hash
	}
	r.links[scan.Hash(r.address(at))] = true
	for {
		next, done, err := r.page(ctx, at, resume)
		if done || err != nil {
			return err
		}
		at, resume = next, progress{}
	}
}

// progress is how far a page of the server was read.
type progress struct {
	skip int    // that many records were delivered by an earlier run
	want uint64 // and this is the hash of their keys

	taken int    // records of the page that were read
	chain uint64 // hash of their keys
	fresh int    // of them new, over all attempts
	best  int    // most records that any attempt has read
	final bool   // there was no answer at all: core/rest has repeated the request already
}

// errChanged says that the records before a bookmark are not those that were delivered.
var errChanged = errors.New("dataverse: the page has changed")

// page reads one page of the server, as often as it takes, and delivers it.
func (r *reader) page(ctx context.Context, at place, p progress) (next place, done bool, err error) {
	failures := 0
	for {
		p.taken, p.chain = 0, 0
		done, err = r.attempt(ctx, at, &p)
		switch {
		case err == nil && done:
			return place{}, true, nil
		case err == nil:
			return r.turn(ctx, at, p)
		case errors.Is(err, errChanged):
			// The page is delivered from its start again: writing a record twice does no harm, losing one does.
			r.forget()
			r.delivered -= min(r.delivered, p.skip)
			p = progress{}
			continue
		case r.withoutSelect(at, err):
			continue
		}
		if (at.link != "" || r.first != "") && expired(err) {
			return place{}, false, r.lost(err)
		}
		if p.final || !errors.Is(err, rest.ErrBroken) || ctx.Err() != nil {
			return place{}, false, err
		}
		if p.taken > p.best {
			p.best, failures = p.taken, 0 // it got further than before: patience begins anew
		}
		failures++
		if err := r.s.rest.Pause(ctx, failures, err); err != nil {
			return place{}, false, err
		}
	}
}

// withoutSelect leaves $select out when the server does not know one of the properties, although its own metadata
// says so. Every readable property comes then, and of one that does not nothing is known: somebody may be taking it away just
// now, and what stands at the destination stays.
func (r *reader) withoutSelect(at place, err error) bool {
	if at.link != "" || r.first != "" || r.a.selects == "" || r.a.query.Filter != "" || status(err) != 400 {
		return false
	}
	if code := core.AsFault(err).Code; code != "dataverse.bad-query" && code != "dataverse.no-such-field" {
		return false
	}
	r.a.selects = ""
	r.a.plan.Unasked()
	r.links[scan.Hash(r.address(at))] = true
	return true
}

// attempt reads a page once. What it has read stays when it fails: the next attempt leaves that out.
func (r *reader) attempt(ctx context.Context, at place, p *progress) (done bool, err error) {
	f := r.ahead
	if f == nil {
		f = r.request(ctx, at)
	}
	r.ahead = nil
	<-f.done
	defer f.close()
	if p.final = f.err != nil; p.final {
		return false, f.err
	}
	r.look(ctx, f)
	defer func() {
		if err != nil {
			r.abandon()
		}
	}()
	r.scanner.Reset(&f.held)
	for {
		if r.rows == nil {
			if err := core.Room(ctx); err != nil {
				return false, err
			}
			r.rows = r.room()
		}
		ok, err := r.scanner.Next(r.rows)
		if err != nil {
			return false, r.broken(err)
		}
		if !ok {
			if p.taken < p.skip {
				return false, errChanged
			}
			return false, nil
		}
		done, err := r.record(ctx, at, p)
		if done || err != nil {
			return done, err
		}
	}
}

// record looks at the record that was just read.
func (r *reader) record(ctx context.Context, at place, p *progress) (done bool, err error) {
	rec := &r.rows.Records[len(r.rows.Records)-1]
	h := scan.Hash(rec.Key)
	if rec.Gone {
		h = ^h
	}
	p.taken++
	p.chain = scan.Chain(p.chain, h)
	if p.taken <= p.skip {
		r.rows.Drop()
		r.current.add(h)
		if p.taken == p.skip && p.chain != p.want {
			return false, errChanged
		}
		p.fresh++ // it was new once
		return false, nil
	}
	if r.before.has(h) || !r.current.add(h) {
		r.rows.Drop()
		return false, nil
	}
	p.fresh++
	r.last = h
	r.delivered++
	if limit := r.a.query.Limit; limit > 0 && r.delivered >= limit {
		return true, r.send(ctx, core.Bookmark{Done: true}, "")
	}
	if r.current.n >= maxKeys {
		r.rotate() // a server that does not page at all
	}
	if r.rows.Size() < pageSize {
		return false, nil
	}
	return false, r.send(ctx, core.Bookmark{Address: r.mark(at), Taken: p.taken, Hash: p.chain}, "")
}

// mark is a place as a bookmark keeps it.
func (r *reader) mark(at place) string {
	at.delivered = 0
	if r.a.query.Limit > 0 {
		at.delivered = r.delivered
	}
	return at.String()
}

// turn is the end of a page: the next one is asked for unless it was already, then the rest of this one is delivered.
func (r *reader) turn(ctx context.Context, at place, p progress) (next place, done bool, err error) {
	next = place{keys: at.keys, link: r.scanner.NextLink}
	if next.link == "" && r.a.query.Keys != nil && at.keys+keysAtOnce < len(r.a.query.Keys) {
		next.keys += keysAtOnce
	} else if next.link == "" {
		return place{}, true, r.send(ctx, core.Bookmark{Done: true}, core.Mark(r.scanner.DeltaLink))
	}
	if err := r.sound(next, p); err != nil {
		return place{}, false, err
	}
	r.rotate()
	if r.ahead != nil && r.ahead.at != next {
		r.abandon()
	}
	if r.ahead == nil {
		r.ahead = r.request(ctx, next)
	}
	if r.rows != nil && len(r.rows.Records) > 0 {
		err = r.send(ctx, core.Bookmark{Address: r.mark(next), Hash: r.last}, "")
	}
	return next, false, err
}

// sound makes sure that the table will end, and that the next page is the environment's own.
func (r *reader) sound(next place, p progress) error {
	table := r.a.table.Name.Logical
	if next.link != "" {
		if err := r.s.rest.Allowed(next.link); err != nil {
			return err
		}
		h := scan.Hash(next.link)
		if r.links[h] {
			return endless(table)
		}
		r.links[h] = true
	} else {
		return nil // another piece of keys
	}
	switch {
	case p.taken > 1 && p.fresh == 0:
		return endless(table)
	case p.fresh == 0:
		if r.empty++; r.empty > maxEmpty {
			return endless(table)
		}
		return nil
	case r.shapes[p.chain]:
		return endless(table)
	}
	r.empty = 0
	r.shapes[p.chain] = true
	return nil
}

// rotate begins a new page: only the keys of the page before are remembered.
func (r *reader) rotate() {
	r.current, r.before = r.before, r.current
	r.current.clear()
}

// forget begins the first page anew.
func (r *reader) forget() {
	r.current.clear()
	r.before.clear()
	if r.rows != nil {
		r.rows.Reset(len(r.a.query.Fields))
	}
}

// send hands a page over. last is empty but on the final one.
func (r *reader) send(ctx context.Context, after core.Bookmark, last core.Mark) error {
	rows := r.rows
	if rows == nil {
		rows = r.room()
	}
	r.rows = nil
	page := core.Page{Records: rows.Records, After: after, Last: last}
	var released atomic.Bool
	page.Free = func() {
		if released.CompareAndSwap(false, true) {
			select {
			case r.s.rooms <- rows:
			default:
			}
		}
	}
	if !r.yield(page, nil) {
		return errLeft
	}
	return ctx.Err()
}

// errLeft says that nobody wants more pages.
var errLeft = errors.New("dataverse: the reading was left")

// room returns empty memory for a page: one that was released, or new.
func (r *reader) room() *scan.Rows {
	var rows *scan.Rows
	select {
	case rows = <-r.s.rooms:
	default:
		rows = new(scan.Rows)
	}
	rows.Reset(len(r.a.query.Fields))
	return rows
}

// broken turns an error of the scanner into a Fault.
func (r *reader) broken(err error) error {
	table := r.a.table.Name.Logical
	var bad *scan.Malformed
	var no *scan.Refused
	switch {
	case errors.As(err, &bad) && bad.HTML:
		return pageInstead(err)
	case errors.As(err, &bad):
		return brokenAnswer(err)
	case errors.As(err, &no):
		return refusedAmid(no)
	case errors.Is(err, scan.ErrTooLarge):
		return tooLarge(table)
	case errors.Is(err, scan.ErrDeep):
		return tooDeep(table)
	case errors.Is(err, scan.ErrKey):
		return noKey(table)
	}
	return err
}
