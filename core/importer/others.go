package importer

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// Others are the records that lookups point at, as far as a mapping asks for their names or fields. They are read in
// bulk for each page, before the page is mapped, and kept for the next pages as long as there is room. One serves one
// reader.
//
// A record that is not there, or that nobody may read, is not known: the mapping's step says what becomes of it.
type others struct {
	source core.Source
	tables *descriptions
	asks   []otherAsk
	known  map[otherValue]core.Value // Absent: it was asked for, and nothing is known
	size   int
}

// An otherAsk is what is wanted of the record that the value at a place of a row points at.
type otherAsk struct {
	at   int
	want string // "" is the name
}

type otherValue struct{ table, id, want string }

const (
	othersAtOnce = 500     // records of one read
	mostOthers   = 50_000  // values that are kept
	othersRoom   = 8 << 20 // bytes of them
)

func newOthers(s core.Source, tables *descriptions, t *table) *others {
	o := &others{source: s, tables: tables, known: map[otherValue]core.Value{}}
	for _, a := range t.asks {
		if at := slices.Index(t.query.Fields, a.Field); at >= 0 {
			o.asks = append(o.asks, otherAsk{at, a.Want})
		}
	}
	return o
}

// ref answers a Program; see mapping.About.
func (o *others) ref(table, id, field string) (core.Value, bool) {
	v := o.known[otherValue{table, id, field}]
	return v, v.Kind() != core.KindAbsent
}

// learn reads what the records of a page will be asked for.
func (o *others) learn(ctx context.Context, records []core.Record) error {
	if len(o.known) > mostOthers || o.size > othersRoom {
		clear(o.known)
		o.size = 0
	}
	wanted := map[string]map[string][]string{} // table, what is wanted, ids
	for _, a := range o.asks {
		for _, r := range records {
			if r.Gone {
				continue
			}
			table, id := r.Values[a.at].AsRef()
			v := otherValue{table, id, a.want}
			if _, ok := o.known[v]; ok || table == "" || id == "" {
				continue
			}
			v.table, v.id = strings.Clone(table), strings.Clone(id)
			o.known[v] = core.Value{}
			if wanted[v.table] == nil {
				wanted[v.table] = map[string][]string{}
			}
			wanted[v.table][a.want] = append(wanted[v.table][a.want], v.id)
		}
	}
	for table, wants := range wanted {
		if err := o.learnTable(ctx, table, wants); err != nil {
			return err
		}
	}
	return nil
}

// learnTable reads what is wanted of one table's records. What is wanted of the same records is read at once.
func (o *others) learnTable(ctx context.Context, name string, wants map[string][]string) error {
	t, err := o.tables.of(name)
	if err != nil {
		return orUnknown(err)
	}
	var fields, names []string
	seen := map[string]bool{}
	var ids []string
	for want, some := range wants {
		field := want
		if want == "" {
			field = t.Title
		}
		if f := t.Field(field); f == nil || !f.Readable {
			continue
		}
		fields, names = append(fields, field), append(names, want)
		for _, id := range some {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	for some := range slices.Chunk(ids, othersAtOnce) {
		q := core.Query{Table: name, Fields: fields, Keys: some}
		for page, err := range o.source.Read(ctx, q, core.Bookmark{}) {
			if err != nil {
				return orUnknown(core.During("reading "+name, err))
			}
			for _, r := range page.Records {
				o.note(name, r, names)
			}
			page.Release()
		}
	}
	return nil
}

func (o *others) note(table string, r core.Record, names []string) {
	if r.Gone || len(r.Values) != len(names) {
		return
	}
	key := strings.Clone(r.Key)
	for i, want := range names {
		v := kept(r.Values[i])
		o.size += v.Size() + len(key)
		o.known[otherValue{table, key, want}] = v
	}
}

// orUnknown is nil where a table cannot be read at all: nothing is known of its records then. Anything else stops the
// reading, because it may be known later.
func orUnknown(err error) error {
	switch core.AsFault(err).Kind {
	case core.Wrong, core.Permission:
		return nil
	}
	return err
}

// kept is a value that outlives its page.
func kept(v core.Value) core.Value {
	switch v.Kind() {
	case core.KindText:
		return core.Text(strings.Clone(v.AsText()))
	case core.KindDecimal:
		return core.Decimal(strings.Clone(v.AsText()))
	case core.KindRef:
		return core.Ref(v.AsRef())
	case core.KindChoices:
		return core.Choices(v.AsChoices()...)
	case core.KindBytes:
		return core.Bytes(bytes.Clone(v.AsBytes()))
	}
	return v
}
