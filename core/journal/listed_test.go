package journal

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"ferry/core"
	"ferry/core/importer"
)

func TestListsAreKeptUntilTheirRunHasEnded(t *testing.T) {
	ctx := context.Background()
	j, err := Open(ctx, filepath.Join(t.TempDir(), "journal.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	list := func(run, name string, keys ...importer.ListedKey) {
		t.Helper()
		if err := j.List(ctx, run, "m", name, keys); err != nil {
			t.Fatal(err)
		}
	}
	want := func(run, name string, keys, gone int64) {
		t.Helper()
		k, g, err := j.CountListed(ctx, run, "m", name)
		if err != nil || k != keys || g != gone {
			t.Errorf("%s %q: %d keys, %d gone, %v", run, name, k, g, err)
		}
	}
	list("a", "", importer.ListedKey{Key: "1"}, importer.ListedKey{Key: "2", Gone: true}, importer.ListedKey{Key: "3"})
	list("a", "", importer.ListedKey{Key: "1", Gone: true}, importer.ListedKey{Key: "3"}) // told both: it counts as gone, and is looked at
	list("a", "/0", importer.ListedKey{Key: "9"})
	list("b", "", importer.ListedKey{Key: "1"})
	want("a", "", 3, 2)
	want("a", "/0", 1, 0)
	got, err := j.Listed(ctx, "a", "m", "", "1", 1)
	if err != nil || fmt.Sprint(got) != "[{2 true false}]" {
		t.Errorf("behind the first: %v, %v", got, err)
	}
	if got, err := j.Listed(ctx, "a", "m", "", "", 1); err != nil || fmt.Sprint(got) != "[{1 true true}]" {
		t.Errorf("the first: %v, %v", got, err)
	}
	on, err := j.OnList(ctx, "a", "m", "", []string{"1", "3", "4"})
	if err != nil || fmt.Sprint(on) != "map[1:true 3:false]" {
		t.Errorf("on the list: %v, %v", on, err)
	}

	parts, err := j.Split(ctx, "a", "m", []core.Range{{}})
	if err != nil {
		t.Fatal(err)
	}
	batch := importer.Batch{ID: "x", Run: "a", Mapping: "m", Part: parts[0].ID, Pass: 1, Rows: []importer.BatchRow{{Key: "3"}},
		Refused: []importer.Refusal{{Table: "t", Key: "1"}}}
	for _, listed := range []bool{false, true} {
		if err := j.Note(ctx, batch); err != nil {
			t.Fatal(err)
		}
		if err := j.Settle(ctx, importer.Settlement{Batch: batch, Listed: listed}); err != nil {
			t.Fatal(err)
		}
		batch.ID = "y"
		if !listed {
			want("a", "", 3, 2)
		}
	}
	want("a", "", 1, 1)
	want("a", "/0", 1, 0)
	if err := j.ListExceptions(ctx, "b", "m", "a"); err != nil {
		t.Fatal(err)
	}
	want("b", "", 1, 0) // it stood there
	if err := j.ListExceptions(ctx, "c", "m", "a"); err != nil {
		t.Fatal(err)
	}
	want("c", "", 1, 0)

	if err := j.SaveRun(ctx, importer.Entry{ID: "a", State: importer.Interrupted}); err != nil {
		t.Fatal(err)
	}
	want("a", "", 1, 1)
	if err := j.SaveRun(ctx, importer.Entry{ID: "a", State: importer.Complete}); err != nil {
		t.Fatal(err)
	}
	want("a", "", 0, 0)
	want("a", "/0", 0, 0)
	want("b", "", 1, 0)
	if err := j.Unlist(ctx, "b", "m"); err != nil {
		t.Fatal(err)
	}
	want("b", "", 0, 0)
}
