package journal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"ferry/core"
	"ferry/core/importer"
)

// refusing is a journal with one run in which n records were refused, for two reasons in turn.
func refusing(t *testing.T, n int) *Journal {
	t.Helper()
	j, ctx := opened(t, filepath.Join(t.TempDir(), "journal.db"), Options{}), context.Background()
	if err := j.SaveRun(ctx, importer.Entry{ID: "r", Name: "n", State: importer.Complete, Tables: []importer.RunTable{{Mapping: "account", Table: "account"}}}); err != nil {
		t.Fatal(err)
	}
	parts, err := j.Split(ctx, "r", "account", []core.Range{{}})
	if err != nil {
		t.Fatal(err)
	}
	var all []importer.Refusal
	for i := range n {
		f := &core.Fault{Code: fmt.Sprint("c", i%2), Cause: fmt.Sprint("cause ", i%2), Subject: core.Subject{Field: fmt.Sprint("f", i), Value: "a value of somebody"}}
		all = append(all, importer.Refusal{Table: "account", Key: fmt.Sprint("k", i), Kind: core.Refused, Fault: f})
	}
	all[n-1].Fault = nil
	s := importer.Settlement{Batch: importer.Batch{Run: "r", Part: parts[0].ID, Pass: 1}, Counts: importer.Counts{Read: int64(n), Refused: int64(n)}, Exceptions: all}
	if err := j.Settle(ctx, s); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestEveryExceptionIsToldInItsOrder(t *testing.T) {
	const n = 2*refusedPage + 7
	j, at := refusing(t, n), 0
	err := j.EachException(context.Background(), "r", func(r importer.Refusal) error {
		if r.Key != fmt.Sprint("k", at) || r.Kind != core.Refused {
			t.Fatalf("%d is %+v", at, r)
		}
		if f := r.Fault; at == n-1 && f != nil || at < n-1 && (f.Cause != fmt.Sprint("cause ", at%2) || f.Subject.Field != fmt.Sprint("f", at) || f.Subject.Value != "") {
			t.Fatalf("%d has %+v", at, f)
		}
		at++
		return nil
	})
	if err != nil || at != n {
		t.Errorf("%d were told, %v", at, err)
	}
	enough := errors.New("enough")
	if err := j.EachException(context.Background(), "r", func(importer.Refusal) error { return enough }); err != enough {
		t.Errorf("got %v", err)
	}
	if err := j.EachException(context.Background(), "another", func(importer.Refusal) error { return enough }); err != nil {
		t.Errorf("another run has exceptions: %v", err)
	}
}

func TestOneRunIsFoundAndALongListGoesWithoutExceptions(t *testing.T) {
	j, ctx := refusing(t, maxShown+3), context.Background()
	r, ok, err := j.Receipt(ctx, "r")
	if err != nil || !ok || r.Run != "r" || r.Tables[0].Refused != maxShown+3 || len(r.Refusals) != maxShown {
		t.Errorf("%v, %v, %d exceptions", ok, err, len(r.Refusals))
	}
	if _, ok, err := j.Receipt(ctx, "another"); ok || err != nil {
		t.Errorf("another run: %v, %v", ok, err)
	}
	all, err := j.Receipts(ctx)
	if err != nil || len(all) != 1 || all[0].Tables[0].Refused != maxShown+3 || all[0].Refusals != nil {
		t.Errorf("%+v, %v", all, err)
	}
}
