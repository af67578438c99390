package importer

import (
	"context"
	"encoding/binary"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/mapping"
)

// A mended value is another value that a person gave for one field of one record. It takes the place of what the mapping makes,
// in the retry and in every import until its time is over: otherwise the next full import would refuse the record again, or put
// the wrong value back. It holds only as long as the fields that it replaces have the values at the source that they had when
// it was given: a correction in Dynamics is never hidden by it. The receipt of an import that knows mended values says so.
//
// It is people's data: it is kept sealed, as what a run replaces is, and as long as that.

// A MendedValue is one, as it is kept.
type MendedValue struct {
	Mapping string // ID
	Key     string
	Column  string
	Sealed  []byte
	Made    time.Time
}

// A given value is one, opened.
type givenValue struct {
	column string
	from   uint64 // digest of the source values that it replaces
	text   string
}

func mendedAbout(mapping, key, column string) string {
	return "mended\x00" + mapping + "\x00" + key + "\x00" + column
}

// sealGiven and openGiven close and open what is kept of a mended value.
func sealGiven(s Seal, mapping, key string, g givenValue) []byte {
	plain := binary.LittleEndian.AppendUint64(nil, g.from)
	return s.Close(mendedAbout(mapping, key, g.column), append(plain, g.text...))
}

func openGiven(s Seal, m MendedValue) (givenValue, bool) {
	plain, ok := s.Open(mendedAbout(m.Mapping, m.Key, m.Column), m.Sealed)
	if !ok || len(plain) < 8 {
		return givenValue{}, false
	}
	return givenValue{m.Column, binary.LittleEndian.Uint64(plain), string(plain[8:])}, true
}

// loadMended opens the mended values of all tables.
func (e *engine) loadMended(ctx context.Context) error {
	mender, ok := e.Journal.(Mender)
	if !ok {
		return nil
	}
	for _, t := range e.tables {
		kept, err := mender.MendedValues(ctx, t.plan.ID)
		if err != nil {
			return err
		}
		given, locked := map[string][]givenValue{}, false
		for _, m := range kept {
			if m.Made.Before(Forgets(e.Now(), e.KeepFor)) {
				continue
			}
			g, opened := givenValue{}, false
			if e.Seal != nil {
				g, opened = openGiven(e.Seal, m)
			}
			if locked = locked || !opened; opened {
				given[m.Key] = append(given[m.Key], g)
			}
		}
		if len(given) > 0 {
			t.mended = given
			t.note(noteMended(t.run.Title, len(given)))
		}
		if locked {
			t.note(noteMendedLocked(t.run.Title))
		}
	}
	return nil
}

// apply maps one record, with the values that a person gave for it.
func (r *mapper) apply(in core.Record, out []core.Value) ([]core.Value, *core.Fault) {
	if given := r.t.mended[in.Key]; len(given) > 0 {
		if values := holding(r.program, in, given); len(values) > 0 {
			return r.program.ApplyGiven(in, out, values)
		}
	}
	return r.program.Apply(in, out)
}

// holding are the given values that hold, by column.
func holding(p *mapping.Program, in core.Record, given []givenValue) map[int]core.Value {
	values := map[int]core.Value{}
	for i, c := range p.Plan().Columns {
		for _, g := range given {
			if !strings.EqualFold(g.column, c.Name) || g.from != feedsDigest(p, i, in) {
				continue
			}
			if v, ok := p.Given(i, g.text); ok {
				values[i] = v
			}
		}
	}
	return values
}

// feedsDigest is a digest of the source values that a column is made from.
func feedsDigest(p *mapping.Program, column int, in core.Record) uint64 {
	var values []core.Value
	for _, at := range p.Feeds(column) {
		values = append(values, in.Values[at])
	}
	return valuesDigest(values)
}
