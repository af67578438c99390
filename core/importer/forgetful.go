package importer

import (
	"context"
	"encoding/base64"
	"hash/fnv"
	"strings"

	"ferry/core"
)

// A destination that cannot compare (core.Forgetful) is not asked about records that did not change: the journal keeps, beside
// the ID that each has there, a short print of every column as it was written last. A record whose prints are the same, that
// is still there, and of whose destination nothing was said that makes the run begin anew, is unchanged and not sent.

// under is the name under which the IDs of a plan's records are remembered.
func (e *engine) under(p core.Plan) string {
	if f, ok := e.Destination.(core.Forgetful); ok {
		name, _ := f.Remembered(p)
		return name
	}
	return p.Source
}

// sendChanged sends the rows of a batch that would change something. The others are unchanged.
func (e *engine) sendChanged(ctx context.Context, f core.Forgetful, p core.Plan, b core.Batch, fresh bool) ([]core.Outcome, string, error) {
	under, terms := f.Remembered(p)
	keys := make([]string, len(b.Rows))
	for i, r := range b.Rows {
		keys[i] = r.Key
	}
	pairs, err := e.Journal.Known(ctx, e.own, under, keys)
	if err != nil {
		return untried(len(b.Rows)), "", err
	}
	head := printTerms(terms, p)
	known := make([]core.Known, len(b.Rows))
	for i, key := range keys {
		known[i].ID = pairs[key].ID
		known[i].Left = prints(pairs[key].Left, head, len(p.Columns))
	}
	same, err := e.asWritten(ctx, f, p, b, known)
	if err != nil {
		return untried(len(b.Rows)), "", err
	}
	outcomes := make([]core.Outcome, len(b.Rows))
	sent := b
	sent.Rows, sent.Known = nil, []core.Known{}
	var at []int
	for i := range b.Rows {
		if same[i] {
			outcomes[i] = core.Outcome{Kind: core.Unchanged, ID: known[i].ID, Left: pairs[keys[i]].Left}
			continue
		}
		at = append(at, i)
		sent.Rows, sent.Known = append(sent.Rows, b.Rows[i]), append(sent.Known, known[i])
	}
	if len(at) == 0 {
		return outcomes, "", nil
	}
	some, witness, err := e.send(ctx, p, sent, fresh)
	for n, i := range at {
		if n >= len(some) {
			break
		}
		outcomes[i] = some[n]
		switch some[n].Kind {
		case core.Created, core.Updated, core.Unchanged:
			outcomes[i].Left = head + written(b.Rows[i].Values, known[i].Left)
		}
	}
	return outcomes, witness, err
}

// asWritten tells which rows would be written as they were the last time.
func (e *engine) asWritten(ctx context.Context, f core.Forgetful, p core.Plan, b core.Batch, known []core.Known) ([]bool, error) {
	same := make([]bool, len(b.Rows))
	if e.Full || e.current.Reason != "" {
		return same, nil
	}
	var ids []string
	var at []int
	for i, r := range b.Rows {
		k := known[i]
		if r.Gone || k.ID == "" || k.Left == nil || len(r.Values) != len(k.Left) {
			continue
		}
		if equalPrints(r.Values, k.Left) {
			ids, at = append(ids, k.ID), append(at, i)
		}
	}
	if len(ids) == 0 {
		return same, nil
	}
	still, err := f.Still(ctx, p, ids)
	if err != nil {
		return nil, core.During("looking at the destination's "+p.Table, err)
	}
	for n, i := range at {
		same[i] = n < len(still) && still[n]
	}
	return same, nil
}

// equalPrints reports whether values are those that were written last; what is absent is not written.
func equalPrints(values []core.Value, left []uint64) bool {
	for i, v := range values {
		if v.Kind() != core.KindAbsent && core.Print(v) != left[i] {
			return false
		}
	}
	return true
}

// written are the prints of values as the journal keeps them; of one that is absent, what was there before stays.
func written(values []core.Value, left []uint64) string {
	out := make([]byte, 0, len(values)*core.PrintBits/8)
	for i, v := range values {
		n := core.Print(v)
		if n == 0 && i < len(left) {
			n = left[i]
		}
		for shift := core.PrintBits - 8; shift >= 0; shift -= 8 {
			out = append(out, byte(n>>shift))
		}
	}
	return base64.RawStdEncoding.EncodeToString(out)
}

// prints reads what written made, when it was made under the same terms; nil otherwise.
func prints(text, head string, columns int) []uint64 {
	text, ok := strings.CutPrefix(text, head)
	raw, err := base64.RawStdEncoding.DecodeString(text)
	const size = core.PrintBits / 8
	if !ok || err != nil || len(raw) != columns*size {
		return nil
	}
	out := make([]uint64, columns)
	for i := range out {
		for _, b := range raw[i*size : (i+1)*size] {
			out[i] = out[i]<<8 | uint64(b)
		}
	}
	return out
}

// printTerms is a short text for what decides how values are written: the columns, their rules, and the destination's terms.
func printTerms(terms string, p core.Plan) string {
	h := fnv.New64a()
	put := func(parts ...string) {
		for _, s := range parts {
			_, _ = h.Write([]byte(s)) // a hash takes every write
			_, _ = h.Write([]byte{0})
		}
	}
	put(terms, p.Table, p.Key)
	for _, c := range p.Columns {
		put(c.Name, string(c.Type), c.Find, string(c.Rule.Made), string(c.Rule.Found), c.Rule.StandIn)
	}
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil)) + ":"
}
