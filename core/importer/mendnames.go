package importer

import (
	"slices"
	"strings"

	"ferry/core"
)

// A record that waits is known by its id, and nobody knows ids: a person looks for the name of an account. So what people call
// it is kept with it, sealed and only as long as mended values are. Where it is not known any more, such as after a crash in
// the middle of a batch, the record is found by its id, field and reason.

const (
	longestCalled = 200 // bytes
	mostCalled    = 3   // columns, where none is made of the field that the source shows as the name
)

func calledAbout(mapping, key string) string { return "called\x00" + mapping + "\x00" + key }

// calledColumns are the columns that say what people call a record: the one made of its name, else the first texts.
func calledColumns(t *table, about *core.Table) (at []int) {
	for i, c := range t.plan.Columns {
		if about != nil && c.Field != "" && c.Field == about.Title {
			return []int{i}
		}
		if c.Type == core.ColumnText && !c.Ref && len(at) < mostCalled {
			at = append(at, i)
		}
	}
	return at
}

// keepsNames reports whether names may be kept.
func (e *engine) keepsNames() bool { return e.Seal != nil && e.KeepFor >= 0 }

// called seals what people call a record; nil where nothing is known or kept.
func (e *engine) called(t *table, key string, values []core.Value, at []int) []byte {
	var words []string
	for _, i := range at {
		if i < len(values) && !values[i].Blank() {
			words = append(words, values[i].Canonical())
		}
	}
	if len(words) == 0 || !e.keepsNames() {
		return nil
	}
	return e.Seal.Close(calledAbout(t.plan.ID, key), []byte(cut(strings.Join(words, " "), longestCalled)))
}

// naming adds what people call them to the exceptions of a settlement that will wait. Taking back asks nothing of the source, and
// has no records.
func (e *engine) naming(w work, exceptions []Refusal) {
	if len(w.rows) == 0 || e.known == nil || !e.keepsNames() || !slices.ContainsFunc(exceptions, Refusal.nameless) {
		return
	}
	at := calledColumns(w.t, e.known.table(w.t.plan.Source))
	rows := make(map[string]core.Record, len(w.rows))
	for _, r := range w.rows {
		rows[r.Key] = r
	}
	for i := range exceptions {
		if r, ok := rows[exceptions[i].Key]; ok && exceptions[i].nameless() {
			exceptions[i].Called = e.called(w.t, r.Key, r.Values, at)
		}
	}
}

func (r Refusal) nameless() bool {
	code := ""
	if r.Fault != nil {
		code = r.Fault.Code
	}
	return r.Called == nil && r.Key != "" && Waits(r.Kind, code)
}

// NameOf opens what people call a record that waits; "" is not known.
func NameOf(s Seal, mapping, key string, called []byte) string {
	if s == nil || len(called) == 0 {
		return ""
	}
	plain, _ := s.Open(calledAbout(mapping, key), called)
	return string(plain)
}

// TextOf opens a mended value; false where the key is not there any more.
func TextOf(s Seal, m MendedValue) (string, bool) {
	if s == nil {
		return "", false
	}
	g, ok := openGiven(s, m)
	return g.text, ok
}
