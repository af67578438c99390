package sqlite

import (
	"path/filepath"
	"testing"

	"ferry/core"
)

func TestRowsThatABatchMeetsTwiceAreToldAsTheyWereBeforeIt(t *testing.T) {
	p := core.Plan{ID: "account", Source: "account", Table: "account", Key: "accountid", Passes: 1, Columns: []core.Column{
		{Name: "name", Type: core.ColumnText, Pass: 1}, {Name: "size", Type: core.ColumnInteger, Pass: 1}}}
	d, err := New(filepath.Join(t.TempDir(), "a.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Start(t.Context(), core.Identity{ID: "one", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	things, err := d.Missing(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = d.Prepare(t.Context(), p, things); err != nil {
		t.Fatal(err)
	}
	row := func(key, name string, size int64) core.Record {
		return core.Record{Key: key, Values: []core.Value{core.Text(name), core.Int(size)}}
	}
	gone := func(key string) core.Record { return core.Record{Key: key, Gone: true} }
	told := map[string]core.Replaced{}
	write := func(id string, before func([]string, []core.Replaced) error, rows ...core.Record) {
		if _, err := d.Write(t.Context(), p, core.Batch{ID: id, Pass: 1, Rows: rows, Before: before}); err != nil {
			t.Fatal(err)
		}
	}
	write("first", nil, row("back", "A", 1), row("equal", "A", 1), row("gone", "A", 1), row("once", "A", 1), row("renewed", "A", 1), row("twice", "A", 1))
	write("second", func(columns []string, rows []core.Replaced) error {
		for _, r := range rows {
			told[r.Key] = r
		}
		return nil
	},
		row("back", "B", 1), row("back", "A", 1), row("equal", "A", 1), row("gone", "B", 1), gone("gone"), row("once", "B", 1),
		gone("renewed"), row("renewed", "A", 2), row("twice", "B", 1), row("twice", "B", 2), row("new", "A", 1), row("new", "B", 1), row("never", "A", 1), gone("never"))
	if d.captured["account"].prior == nil {
		t.Fatal("the rows were not looked at first")
	}
	was := func(key string, name, size core.Value) {
		t.Helper()
		r, ok := told[key]
		if !ok || r.Made || len(r.Was) != 2 || r.Was[0] != name || r.Was[1] != size {
			t.Errorf("%s is told as %+v", key, r)
		}
	}
	none := core.Value{}
	was("once", core.Text("A"), none)
	was("twice", core.Text("A"), core.Int(1))
	was("renewed", none, core.Int(1))
	was("gone", core.Text("A"), core.Int(1))
	if !told["gone"].Gone || told["gone"].Left != "" || !told["new"].Made || len(told) != 5 {
		t.Errorf("told %+v", told)
	}
	var rows []core.Replaced
	for _, r := range told {
		rows = append(rows, r)
	}
	outcomes, err := d.PutBack(t.Context(), p, []string{"name", "size"}, rows, false)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o.Kind == core.Refused || o.Kind == core.Unchanged {
			t.Errorf("%s is %v when it is put back", rows[i].Key, o.Kind)
		}
	}
	if n, err := d.file.Number("SELECT count(*) FROM account WHERE name = 'A' AND size = 1"); err != nil || n != 6 {
		t.Errorf("%d rows are as before, %v", n, err)
	}
}
