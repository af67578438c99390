package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/rehearsal"
)

// rehearse shows what an import would do.
func rehearse(ctx context.Context, t *terminal, c *wiring.Computer, e errand, job importer.Job, memory *journal.Journal) (int, error) {
	if e.rows != "" && strings.ToLower(filepath.Ext(e.rows)) != ".csv" { // said before a long wait, not behind it
		return 0, wrongUse("The records are saved as CSV.", "Name a file that ends in .csv.")
	}
	bar := &progressBar{t: t, json: e.json, now: time.Now}
	r, err := c.Rehearse(ctx, job, memory, bar.show)
	bar.end()
	if r == nil {
		return 0, err
	}
	defer r.Close()
	if err != nil {
		if len(r.Tables) == 0 {
			return 0, err
		}
		code := t.tell(e.json, err)
		showRehearsal(t, e.json, r.Rehearsal, job.Seal != nil)
		return code, nil
	}
	if e.rows != "" {
		n, err := r.SaveCSV(ctx, e.rows, rehearsal.Search{})
		if err != nil {
			return 0, err
		}
		saved(t, e.json, "%s records are in %s.\n", n, e.rows)
	}
	if e.keys != "" {
		_, n, err := r.SaveList(ctx, e.keys, rehearsal.Search{})
		if err != nil {
			return 0, err
		}
		saved(t, e.json, "-only %[2]s imports just these %[1]s records.\n", n, e.keys)
	}
	showRehearsal(t, e.json, r.Rehearsal, job.Seal != nil)
	if r.Counts().Refused > 0 {
		return exitRefused, nil
	}
	return exitWell, nil
}

func saved(t *terminal, asJSON bool, words string, n int64, path string) {
	if !asJSON {
		fmt.Fprintf(t.err, words, thousands(n), printable(path))
	}
}

// showRehearsal shows counts first; with -json it is the last line. sealed says that what is there before can be kept.
func showRehearsal(t *terminal, asJSON bool, r importer.Rehearsal, sealed bool) {
	kept := r.Restore
	r.Restore = r.Restore && sealed
	if asJSON {
		line(t.out, map[string]any{"rehearsal": r})
		return
	}
	for _, thing := range r.Make {
		fmt.Fprintf(t.out, "would make the %s %s\n", printable(thing.Kind), printable(thing.Name))
	}
	for _, x := range r.Tables {
		title := x.Table
		if x.Title != "" {
			title = x.Title + " (" + x.Table + ")"
		}
		fmt.Fprintf(t.out, "%s: read %s = %s would be created + %s updated + %s unchanged", printable(title), thousands(x.Read), thousands(x.Created), thousands(x.Updated), thousands(x.Unchanged))
		for _, more := range []struct {
			n    int64
			word string
		}{{x.Removed, "removed"}, {x.Skipped, "skipped"}, {x.Refused, "refused"}} {
			if more.n > 0 {
				fmt.Fprintf(t.out, " + %s %s", thousands(more.n), more.word)
			}
		}
		fmt.Fprintln(t.out)
		for _, f := range x.Fields {
			if f.Replaced+f.Emptied+f.Filled+f.Kept > 0 {
				fmt.Fprintf(t.out, "  %s: %s replaced, %s emptied, %s filled, %s kept by the rule\n", printable(f.Column), thousands(f.Replaced), thousands(f.Emptied), thousands(f.Filled), thousands(f.Kept))
			}
		}
		if x.Unresolved > 0 {
			fmt.Fprintf(t.out, "  %s lookups would be left empty\n", thousands(x.Unresolved))
		}
	}
	for _, remark := range r.Remarks {
		fmt.Fprintf(t.out, "! %s\n", printable(remark))
	}
	switch {
	case !r.Whole:
		fmt.Fprintln(t.out, "The rehearsal did not come to its end. Nothing was written.")
	case r.Restore:
		fmt.Fprintln(t.out, "Nothing was written. The import could be taken back row by row; tables and columns that it makes stay.")
	case kept:
		fmt.Fprintln(t.out, "Nothing was written. The import could not be taken back: what was there before cannot be kept on this computer.")
	default:
		fmt.Fprintln(t.out, "Nothing was written. This destination cannot take an import back.")
	}
}
