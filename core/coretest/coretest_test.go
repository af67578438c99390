package coretest

import (
	"fmt"
	"sync"
	"testing"

	"ferry/core"
)

func TestEveryDoubleOfADestinationPassesTheSuite(t *testing.T) {
	for name, o := range map[string]StoreOptions{
		"all powers":  {},
		"not settler": {NotSettler: true},
		"own ids":     {AssignsIDs: true},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			stores := map[core.Destination]*Store{}
			open := func(s *Store) core.Destination {
				mu.Lock()
				defer mu.Unlock()
				d := s.Open()
				stores[d] = s
				return d
			}
			Destination(t, Place{
				New:    func(*testing.T) core.Destination { return open(NewStore(o)) },
				Reopen: func(_ *testing.T, d core.Destination) core.Destination { _ = d.Close(); return open(stores[d]) },
				Spoil: func(_ *testing.T, d core.Destination, _ core.Plan, keys ...string) {
					stores[d].Spoil(keys...)
				},
				Edit: func(_ *testing.T, d core.Destination, p core.Plan, key string, values map[string]core.Value) {
					stores[d].Edit(p.Table, key, values)
				},
			})
		})
	}
}

func TestTheDoubleOfASourcePassesTheSuite(t *testing.T) {
	texts := Texts()
	data := NewData("account",
		core.Field{Name: "accountid", Type: core.TypeID, Readable: true}, core.Field{Name: "name", Type: core.TypeText, Readable: true},
		core.Field{Name: "revenue", Type: core.TypeMoney, Readable: true}, core.Field{Name: "parent", Type: core.TypeLookup, Readable: true})
	var filtered []string
	for i := range 95 {
		name := core.Text(texts[i%len(texts)])
		if i%10 == 3 {
			name = core.Text("wanted")
			filtered = append(filtered, Key(i))
		}
		data.Add(Key(i), name, core.Decimal(fmt.Sprintf("%d.50", i)), core.Ref("account", Key(i/2)))
	}
	sample := Sample{Table: "account", Filter: "name eq 'wanted'", Filtered: filtered, Records: data.Records}
	for _, f := range data.Table.Fields {
		sample.Fields = append(sample.Fields, f.Name)
	}
	for _, c := range []struct {
		server, part int
		ranges       bool
	}{{10, 0, false}, {10, 3, true}, {7, 7, false}, {50, 1, true}, {95, 20, false}, {200, 20, true}} {
		t.Run(fmt.Sprintf("pages of %d in parts of %d", c.server, c.part), func(t *testing.T) {
			sample.New = func(*testing.T) core.Source {
				m := MemorySource(data)
				m.Server, m.Part, m.Ranges = c.server, c.part, c.ranges
				return m
			}
			Source(t, sample)
		})
	}
}

func TestAStoreFailsAsItIsTold(t *testing.T) {
	s := NewStore(StoreOptions{Fail: func(n int, _ core.Plan, _ core.Batch) Failure {
		return []Failure{BeforeCommit, AfterCommit, NoFailure}[min(n-1, 2)]
	}})
	d := s.Open()
	p := prepare(t, d, plan())
	batch := core.Batch{ID: "b", Pass: 1, Rows: rows(0, 3)}
	outcomes, err := d.Write(t.Context(), p, batch)
	if err == nil || outcomes[0].Kind != core.Untried || len(s.Rows("account")) != 0 {
		t.Errorf("before the commit: %v, %v", outcomes, err)
	}
	outcomes, err = d.Write(t.Context(), p, batch)
	if err == nil || outcomes[0].Kind != core.Unsure || len(s.Rows("account")) != 3 {
		t.Errorf("after the commit: %v, %v", outcomes, err)
	}
	kept, ok, err := d.(core.Settler).Settled(t.Context(), p, "b")
	if err != nil || !ok || kept[0].Kind != core.Created {
		t.Errorf("settled is %v, %v, %v", kept, ok, err)
	}
	outcomes, err = d.Write(t.Context(), p, batch)
	if err != nil || outcomes[0].Kind != core.Created || s.Writes() != 3 {
		t.Errorf("sent again: %v, %v", outcomes, err)
	}
	older := s.Copy()
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "c", Pass: 1, Rows: rows(3, 5)}); err != nil || len(older.Rows("account")) != 3 || len(s.Rows("account")) != 5 {
		t.Errorf("a copy changes with its original: %v", err)
	}
}

func TestAStoreWithItsOwnIDsTakesOnlyThoseAsReferences(t *testing.T) {
	d := NewStore(StoreOptions{AssignsIDs: true, Doubles: true, NotSettler: true, NotFinder: true}).Open()
	if _, ok := d.(core.Settler); ok {
		t.Error("it still settles")
	}
	if _, ok := d.(core.Finder); ok {
		t.Error("it still finds")
	}
	p := core.Plan{ID: "m", Table: "contact", Key: "contactid", Columns: []core.Column{{Name: "parent", Type: core.ColumnText, Ref: true}}}
	p = prepare(t, d, p)
	send := func(parent core.Value) core.Outcome {
		outcomes, err := d.Write(t.Context(), p, core.Batch{Rows: []core.Record{{Key: "k", Values: []core.Value{parent}}}})
		if err != nil {
			t.Fatal(err)
		}
		return outcomes[0]
	}
	if o := send(core.Ref("account", "a-guid")); o.Kind != core.Refused {
		t.Errorf("a reference that was not resolved is %s", o.Kind)
	}
	first := send(core.Null())
	if second := send(core.Text(first.ID)); first.Kind != core.Created || second.Kind != core.Created || second.ID == first.ID {
		t.Errorf("the same row twice is %v, %v", first, second)
	}
}
