package importer

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"ferry/core"
)

// MayTakeBack tells why a run cannot be taken back; nil where nothing stands in the way, and then until when. With look the
// destination is asked whether it is still the one that the run went into; without, nothing but the journal and the key is.
// It claims nothing and changes nothing.
func MayTakeBack(ctx context.Context, j Job, run string, look bool) (time.Time, error) {
	b, err := newBack(j, nil)
	if err != nil {
		return time.Time{}, err
	}
	defer b.e.close()
	if look {
		if err := b.look(ctx); err != nil {
			return time.Time{}, err
		}
	}
	entries, err := b.known(ctx, run, look)
	if err != nil {
		return time.Time{}, core.During("looking what can be taken back", err)
	}
	if err := b.openable(ctx, entries); err != nil {
		return time.Time{}, core.During("looking what can be taken back", err)
	}
	return until(b.target.Started, j.KeepFor), nil
}

// find claims the destination, and finds the run and what stands in the way of taking it back. Entries come newest first.
func (b *back) find(ctx context.Context, run string, claim func(context.Context, string) error) (entries []Entry, err error) {
	if err := claim(ctx, claimName(b.e.Place)); err != nil {
		return nil, err
	}
	if err := b.look(ctx); err != nil {
		return nil, err
	}
	if entries, err = b.known(ctx, run, true); err == nil && b.target.Name != claimName(b.e.Place) {
		err = claim(ctx, b.target.Name) // the destination was moved: whoever still has it under its old name is in the way
	}
	return entries, err
}

func (b *back) look(ctx context.Context) (err error) {
	if b.e.have, err = b.e.Destination.Identity(ctx); err != nil {
		err = core.During("looking at the destination", err)
	}
	return err
}

// known is find as far as the journal knows. looked says that the destination was looked at.
func (b *back) known(ctx context.Context, run string, looked bool) (entries []Entry, err error) {
	e := b.e
	if entries, err = b.memory.Into(ctx, e.have.ID, e.Place); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(entries, func(r Entry) bool { return r.ID == run })
	if at < 0 {
		return nil, noSuchRun()
	}
	b.target = entries[at]
	switch {
	case b.target.Undoes != "":
		return nil, isTakeBack()
	case looked && b.target.Destination != e.have.ID && !(e.have.ID == "" && b.target.Destination == e.Place):
		return nil, otherDestination()
	}
	for _, r := range entries {
		if r.Undoes == run && r.State == Complete {
			return nil, takenBackAlready()
		}
	}
	if b.target.Forgotten {
		return nil, forgotten()
	}
	for _, r := range entries[:at] {
		if r.Undoes != "" || !shareTables(r, b.target) {
			continue
		}
		images, _, err := b.memory.Remembered(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		if images > 0 {
			return nil, newerFirst(r.Started)
		}
	}
	return entries, nil
}

func shareTables(a, b Entry) bool {
	return slices.ContainsFunc(a.Tables, func(x RunTable) bool {
		return slices.ContainsFunc(b.Tables, func(y RunTable) bool { return strings.EqualFold(x.To, y.To) })
	})
}

// until is when what was noted is forgotten.
func until(made time.Time, keep time.Duration) time.Time {
	if keep == 0 {
		keep = keepImages
	}
	return made.Add(max(keep, 0))
}

// opened are the rows of an image.
func (b *back) opened(i Image) (p core.Plan, columns []string, rows []core.Replaced, err error) {
	var about imageAbout
	if err := json.Unmarshal([]byte(i.About), &about); err != nil {
		return p, nil, nil, keyLost()
	}
	if b.e.Seal == nil {
		return p, nil, nil, keyLost()
	}
	plain, ok := b.e.Seal.Open(sealedFor(i.Run, i.Batch), i.Sealed)
	if !ok {
		return p, nil, nil, keyLost()
	}
	if rows, err = unpackReplaced(plain); err != nil {
		return p, nil, nil, keyLost()
	}
	return core.Plan{ID: about.ID, Source: about.Source, Title: about.Title, Table: about.Table, Key: about.Key}, about.Columns, rows, nil
}

// openable is a Fault when what was there before the run is not kept, or cannot be opened. Where taking it back was begun, the
// last row may be back already.
func (b *back) openable(ctx context.Context, entries []Entry) error {
	some, err := b.memory.Images(ctx, b.target.ID, 0, 1)
	if err != nil {
		return err
	}
	if len(some) > 0 {
		_, _, _, err := b.opened(some[0])
		return err
	}
	if slices.ContainsFunc(entries, func(r Entry) bool { return r.Undoes == b.target.ID && r.State != Abandoned }) {
		return nil
	}
	parts, err := b.e.Journal.Parts(ctx, b.target.ID)
	if err == nil && changedSomething(ReceiptOf(b.target, parts)) {
		err = forgotten()
	}
	return err
}

func changedSomething(r Receipt) bool {
	return slices.ContainsFunc(r.Tables, func(t TableReceipt) bool { return t.Created+t.Updated+t.Removed > 0 })
}

// whole is a Fault when what was needed was forgotten meanwhile: not everything is back.
func (b *back) whole(ctx context.Context) error {
	entries, err := b.memory.Into(ctx, b.e.have.ID, b.e.Place)
	if err == nil && slices.ContainsFunc(entries, func(r Entry) bool { return r.ID == b.target.ID && r.Forgotten }) {
		err = forgotten()
	}
	return err
}

// wasTakenBack tells that the last import of a table was taken back: what is known of it holds no more.
func wasTakenBack(earlier []Entry, mapping string) bool {
	for _, r := range earlier {
		if !r.Begun || !slices.ContainsFunc(r.Tables, func(t RunTable) bool { return t.Mapping == mapping }) {
			continue
		}
		return r.Undoes != ""
	}
	return false
}
