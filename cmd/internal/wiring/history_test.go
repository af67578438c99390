package wiring

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
)

const one, two, three = "00000000000000000000000000000001", "00000000000000000000000000000002", "00000000000000000000000000000003"

// imported leaves a run in the journal of a project.
func imported(t *testing.T, c *Computer, id, run string, when time.Time) {
	t.Helper()
	ctx := context.Background()
	j, err := c.Journal(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	e := importer.Entry{ID: run, Name: "n", State: importer.Complete, From: "Contoso", To: "Contoso.db", Started: when, Ended: when.Add(time.Minute),
		Tables: []importer.RunTable{{Mapping: "account", Table: "account", Title: "Accounts"}}}
	if err := j.SaveRun(ctx, e); err != nil {
		t.Fatal(err)
	}
	parts, err := j.Split(ctx, run, "account", []core.Range{{}})
	if err != nil {
		t.Fatal(err)
	}
	var refused []importer.Refusal
	for i := range 1200 {
		refused = append(refused, importer.Refusal{Table: "account", Key: fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), Kind: core.Refused,
			Fault: &core.Fault{Cause: "It is too long.", Subject: core.Subject{Value: "somebody's value"}}})
	}
	s := importer.Settlement{Batch: importer.Batch{Run: run, Part: parts[0].ID, Pass: 1}, Counts: importer.Counts{Read: 1500, Created: 300, Refused: 1200}, Exceptions: refused}
	if err := j.Settle(ctx, s); err != nil {
		t.Fatal(err)
	}
}

func TestTheHistoryOfEveryProjectIsFound(t *testing.T) {
	c, ctx := &Computer{Data: t.TempDir()}, context.Background()
	if all, err := c.Histories(ctx, one); err != nil || len(all) != 0 {
		t.Errorf("before any import: %v, %v", all, err)
	}
	if entries, err := os.ReadDir(c.Data); err != nil || len(entries) != 0 {
		t.Errorf("looking made %v, %v", entries, err)
	}
	day := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	imported(t, c, one, "a", day)
	imported(t, c, two, "b", day.Add(time.Hour))
	imported(t, c, "", "c", day.Add(2*time.Hour))
	c.NoteName(two, " Contoso\nmove ")
	c.NoteName(three, "has no journal")
	for path, text := range map[string]string{"projects/" + three + "/journal.db": strings.Repeat("no database ", 100), "projects/not-hex/journal.db": "", "projects/f": ""} {
		path = filepath.Join(c.Data, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := c.Histories(ctx, one)
	if err != nil || len(all) != 4 {
		t.Fatalf("%+v, %v", all, err)
	}
	for i, want := range []struct{ id, name, run string }{{one, "", "a"}, {"", "", "c"}, {two, "Contoso\nmove", "b"}, {three, "", ""}} {
		h := all[i]
		if h.Project != want.id || h.Name != want.name || want.run != "" && (len(h.Runs) != 1 || h.Runs[0].Run != want.run || h.Runs[0].Refusals != nil) {
			t.Errorf("%d is %+v", i, h)
		}
	}
	if f := all[3].Fault; f == nil || f.Code != "journal.damaged" {
		t.Errorf("a journal that cannot be read: %v", f)
	}
	r, err := c.Receipt(ctx, two, "b")
	if err != nil || r.Tables[0].Refused != 1200 || len(r.Refusals) != 1000 {
		t.Errorf("%+v, %v", r.Tables, err)
	}
	for _, at := range [][2]string{{two, "a"}, {three[:31] + "9", "a"}} {
		if _, err := c.Receipt(ctx, at[0], at[1]); err == nil || core.AsFault(err).Code != "ferry.no-such-run" {
			t.Errorf("%v: %v", at, err)
		}
	}
}

func TestOnlyWhatStillWaitsIsExported(t *testing.T) {
	c, ctx := &Computer{Data: t.TempDir()}, context.Background()
	imported(t, c, one, "a", time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	path := filepath.Join(t.TempDir(), "waits.csv")
	for text, want := range map[string]int64{"": 1200, "01199-0000-4000": 1, "nobody": 0} {
		n, err := c.SaveRunReport(ctx, RunReport{Project: one, Run: "a", Path: path, Refused: true, Waits: &importer.WaitSearch{Run: "a", Text: text}, When: time.Now()})
		saved, readErr := os.ReadFile(path)
		if err != nil || readErr != nil || n != want || int64(strings.Count(string(saved), "0000-4000")) != want {
			t.Errorf("%q: %d, %v, %v", text, n, err, readErr)
		}
	}
}

func TestTheReportOfARunIsSavedWhole(t *testing.T) {
	c, ctx, dir := &Computer{Data: t.TempDir()}, context.Background(), t.TempDir()
	imported(t, c, one, "a", time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	for name, want := range map[string]string{"report.html": "Import complete, but 1,200 records need a look", "report.CSV": "01199-0000-4000", "refused.csv": "01199-0000-4000"} {
		path := filepath.Join(dir, name)
		n, err := c.SaveRunReport(ctx, RunReport{Project: one, Name: "Contoso", Run: "a", Path: path, Refused: name == "refused.csv", Values: true, When: time.Now()})
		text, readErr := os.ReadFile(path)
		if err != nil || readErr != nil || n != 1200 || !strings.Contains(string(text), want) || strings.Contains(string(text), "somebody's value") {
			t.Errorf("%s: %d, %v, %v", name, n, err, readErr)
		}
	}
	for name, of := range map[string]RunReport{
		"ferry.report-ending":  {Project: one, Run: "a", Path: filepath.Join(dir, "report.txt")},
		"ferry.no-such-run":    {Project: one, Run: "x", Path: filepath.Join(dir, "x.html")},
		"ferry.file-not-saved": {Project: one, Run: "a", Path: filepath.Join(dir, "no", "x.html")},
	} {
		if _, err := c.SaveRunReport(ctx, of); err == nil || core.AsFault(err).Code != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.SaveRunReport(ctx, RunReport{Project: one, Run: "a", Path: filepath.Join(dir, "x.html"), Refused: true}); err == nil || core.AsFault(err).Code != "ferry.report-ending" {
		t.Errorf("refused records as HTML: %v", err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := c.SaveRunReport(stopped, RunReport{Project: one, Run: "a", Path: filepath.Join(dir, "s.html")}); err == nil {
		t.Error("it was stopped and says nothing")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("something is left behind: %v", entries)
	}
}
