package importer

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"unicode/utf8"

	"ferry/core"
)

// nameColumn is the column that says what people call a record: that of the table's title, else the first text.
func nameColumn(t *table, about *core.Table) int {
	first := -1
	for i, c := range t.plan.Columns {
		if about != nil && c.Field != "" && c.Field == about.Title {
			return i
		}
		if first < 0 && c.Type == core.ColumnText && !c.Ref {
			first = i
		}
	}
	return first
}

func (r *rehearsing) nameOf(values []core.Value) string {
	if r.names < 0 || r.names >= len(values) {
		return ""
	}
	return cut(values[r.names].Canonical(), 200)
}

// meet says what would become of one record.
func (r *rehearsing) meet(out *RehearsedTable, x *RehearsedRow, row core.Record, h hit) {
	switch {
	case h.fault != nil:
		f := refusal(r.t, row.Key, core.Refused, h.fault)
		x.Kind, x.Fault = core.Refused, f.Fault
		return
	case row.Gone && h.there == nil:
		x.Kind = core.Unchanged
		return
	case row.Gone:
		x.Kind = core.Removed
		return
	}
	x.Kind = core.Created
	if h.there != nil {
		x.Kind = core.Unchanged
	}
	if h.adopted {
		x.Kind, x.Matches = core.Updated, strings.Clone(h.there.ID)
		out.Matched++
	}
	was := r.was[row.Key]
	for i, c := range r.t.plan.Columns {
		next := row.Values[i]
		if next.Kind() == core.KindAbsent && was[i].Kind() != core.KindAbsent {
			if c.Ref {
				if out.Unresolved++; h.there == nil {
					continue
				}
				next = core.Null() // what it pointed at before is not what it points at now
			} else {
				next = was[i] // it is written in a later pass
			}
		}
		r.value(&out.Fields[i], x, i, next, h)
	}
}

// value says what would become of one value.
func (r *rehearsing) value(f *RehearsedField, x *RehearsedRow, i int, next core.Value, h hit) {
	c := r.t.plan.Columns[i]
	if h.there == nil {
		if !next.Blank() && c.Rule.Writes(core.Meeting{New: true, Made: true, Next: next}) {
			x.Changes = append(x.Changes, Change{Column: c.Name, Becomes: shown(next)})
		}
		return
	}
	there := h.values[i]
	if next.Kind() == core.KindAbsent || r.e.same(c.Type, there, next) {
		return
	}
	m := core.Meeting{Made: !h.adopted && h.there.Trace != core.FoundHere, Later: c.Pass > 1, Next: next, There: there, Left: h.there.Left[i]}
	if !c.Rule.Writes(m) {
		if !next.Blank() || !there.Blank() {
			f.Kept++
		}
		return
	}
	switch {
	case there.Blank() && next.Blank(): // the empty text in the place of nothing: nobody sees it
	case there.Blank():
		f.Filled++
	case next.Blank():
		f.Emptied++
	default:
		f.Replaced++
	}
	x.Kind = core.Updated
	x.Changes = append(x.Changes, Change{Column: c.Name, Was: shown(there), Becomes: shown(next)})
}

// same reports whether writing next over there changes nothing.
func (e *engine) same(t core.ColumnType, there, next core.Value) bool {
	if there == next {
		return true // the usual case, and the quick one
	}
	if c, ok := e.Destination.(core.Comparer); ok {
		return c.Same(t, there, next)
	}
	return there.Empty() == next.Empty() && there.Canonical() == next.Canonical()
}

// mostShown is the most of a value that a rehearsal keeps, in bytes.
const mostShown = 2000

func shown(v core.Value) string {
	if v.Kind() == core.KindBytes {
		return fmt.Sprintf("(%d bytes)", v.Size())
	}
	return cut(v.Canonical(), mostShown)
}

// cut is the beginning of a text, at a whole character, and a text of its own.
func cut(text string, most int) string {
	if len(text) <= most {
		return strings.Clone(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// valuesDigest tells mapped records apart.
func valuesDigest(values []core.Value) uint64 {
	h := fnv.New64a()
	var head [9]byte
	for _, v := range values {
		text := v.Canonical()
		head[0] = byte(v.Kind())
		binary.LittleEndian.PutUint64(head[1:], uint64(len(text)))
		_, _ = h.Write(head[:]) // a hash takes every write
		_, _ = io.WriteString(h, text)
	}
	return h.Sum64()
}
