package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/importer"
)

func sample(n int) (rows []importer.RehearsedRow) {
	for i := range n {
		r := importer.RehearsedRow{
			Mapping: "account", Table: "account", Key: fmt.Sprintf("key-%d", i), Name: fmt.Sprintf("Fabrikam %d", i),
			Kind: core.Updated, Digest: uint64(i) << 60, Changes: []importer.Change{{Column: "phone", Was: "hunter2", Becomes: "=1+1"}},
		}
		if i%5 == 4 {
			r.Kind, r.Changes = core.Refused, nil
			r.Fault = &core.Fault{Kind: core.BadRecord, Code: "test.bad", Cause: "It is too long.", Remedy: "Shorten it.", Owner: core.You}
		}
		rows = append(rows, r)
	}
	return rows
}

func filled(t *testing.T, folder string, n int) *Sketch {
	t.Helper()
	s, err := New(context.Background(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Add(context.Background(), sample(n)); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRowsAreFoundByKindTextAndColumn(t *testing.T) {
	s, ctx := filled(t, t.TempDir(), 20), context.Background()
	for _, c := range []struct {
		q    Search
		want int
	}{
		{Search{}, 20}, {Search{Kinds: []core.OutcomeKind{core.Refused}}, 4}, {Search{Text: "FABRIKAM 1"}, 11}, {Search{Text: "too long"}, 4},
		{Search{Text: "hunter2", Kinds: []core.OutcomeKind{core.Updated}}, 16}, {Search{Column: "phone"}, 16}, {Search{Mapping: "contact"}, 0},
	} {
		if got, err := s.Find(ctx, c.q); err != nil || len(got) != c.want {
			t.Errorf("%+v: %d rows, %v", c.q, len(got), err)
		}
	}
	rows, err := s.Rows(ctx, []int64{20, 1})
	if err != nil || len(rows) != 2 || rows[0].Key != "key-19" || rows[0].Fault == nil || rows[1].Digest != 0 {
		t.Errorf("%+v, %v", rows, err)
	}
	became, err := s.Became(ctx, "account", "", []string{"key-0", "key-4", "nobody"})
	if err != nil || len(became) != 2 || became["key-4"] != core.Refused {
		t.Errorf("%v, %v", became, err)
	}
}

func TestWhatAKilledProcessLeavesCannotBeReadAndIsSweptAway(t *testing.T) {
	folder := t.TempDir()
	s := filled(t, folder, 50)
	left := t.TempDir()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"Fabrikam", "hunter2", "too long"} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds %q in plain text", filepath.Base(f), secret)
			}
		}
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", filepath.Base(f), info.Mode())
		}
		if err := os.WriteFile(filepath.Join(left, filepath.Base(f)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	Sweep(context.Background(), left)
	Sweep(context.Background(), folder)
	if rest, _ := filepath.Glob(filepath.Join(left, "*")); len(rest) != 0 {
		t.Errorf("%v is left", rest)
	}
	if places, err := s.Find(context.Background(), Search{}); err != nil || len(places) != 50 {
		t.Errorf("a sketch in use was swept away: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if rest, _ := filepath.Glob(filepath.Join(folder, "*")); len(rest) != 0 {
		t.Errorf("closed it leaves %v", rest)
	}
	if _, err := s.Find(context.Background(), Search{}); core.AsFault(err).Code != "rehearsal.closed" {
		t.Errorf("%v", err)
	}
}

func TestCSVHasALineForEachChangeAndRunsNothing(t *testing.T) {
	s := filled(t, t.TempDir(), 5)
	var b bytes.Buffer
	records, apostrophes, err := s.CSV(context.Background(), &b, Search{})
	if err != nil || records != 5 || apostrophes != 4 {
		t.Errorf("%d, %d, %v", records, apostrophes, err)
	}
	if text := b.String(); strings.Count(text, "\r\n") != 6 || !strings.Contains(text, "key-0,Fabrikam 0,updated,phone,hunter2,'=1+1,,") || !strings.Contains(text, "refused,,,,It is too long.,Shorten it.") {
		t.Error(text)
	}
}

func TestAListHoldsKeysAndDigestsAndNothingElse(t *testing.T) {
	ctx, file := context.Background(), filepath.Join(t.TempDir(), "a", "shown.keys")
	s := filled(t, t.TempDir(), 20)
	if _, n, err := s.SaveList(ctx, file, Search{Text: "fabrikam 1"}); err != nil || n != 11 {
		t.Fatalf("%d, %v", n, err)
	}
	data, err := os.ReadFile(file)
	if err != nil || bytes.Contains(data, []byte("Fabrikam")) || bytes.Contains(data, []byte("hunter2")) {
		t.Errorf("it holds values; %v", err)
	}
	l, err := OpenList(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d, err := l.Digests(ctx, "account", []string{"key-1", "key-2", "key-13"})
	if err != nil || len(d) != 2 || d["key-13"] != 13<<60%(1<<64) {
		t.Errorf("%v, %v", d, err)
	}
	for path, code := range map[string]string{filepath.Join(t.TempDir(), "none"): "rehearsal.no-list", file + ".txt": "rehearsal.not-a-list"} {
		if code == "rehearsal.not-a-list" {
			if err := os.WriteFile(path, []byte("hello, this is no list at all"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := OpenList(ctx, path); core.AsFault(err).Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsReadWell(t *testing.T) {
	var b strings.Builder
	secret := errors.New("hunter2")
	for _, f := range []*core.Fault{noRoom("/hunter2", secret), damaged(secret), closed(), noList("/hunter2", secret), notAList("/hunter2", secret)} {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "rehearsal.") || strings.Contains(f.Cause+f.Remedy, "hunter2") {
			t.Errorf("%s is not whole: %+v", f.Code, *f)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	file := filepath.Join("testdata", "faults.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != b.String() {
		t.Errorf("the words have changed: %v\n%s", err, b.String())
	}
}
