package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"ferry/core"
	"ferry/core/importer"
)

// line writes one JSON object on a line of its own.
func line(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		fmt.Fprintln(w, "{}")
	}
}

// A faultLine is a Fault for machines. The subject is left out: it may hold people's data.
type faultLine struct {
	Code    string `json:"code"`
	Kind    string `json:"kind"`
	Op      string `json:"op,omitempty"`
	Cause   string `json:"cause"`
	Remedy  string `json:"remedy"`
	Who     string `json:"who"`
	Link    string `json:"link,omitempty"`
	Details string `json:"details,omitempty"`
}

func faultOf(err error) faultLine {
	f := core.AsFault(err)
	return faultLine{f.Code, string(f.Kind), f.Op, f.Cause, f.Remedy, string(f.Owner), f.Link, f.Details}
}

// tell shows a Fault and returns the exit code that goes with it.
func (t *terminal) tell(asJSON bool, err error) int {
	f := core.AsFault(err)
	if asJSON {
		line(t.out, map[string]any{"fault": faultOf(f)})
	} else {
		t.words(f)
	}
	return exitOf(f)
}

// exitOf is the exit code of a Fault when nothing was begun.
func exitOf(err error) int {
	switch core.AsFault(err).Kind {
	case core.Wrong:
		return exitUsage
	case core.Offline, core.Busy, core.Stopped:
		return exitPartway
	default:
		return exitRefused
	}
}

func (t *terminal) words(f *core.Fault) {
	fmt.Fprintf(t.err, "✕ %s\n", printable(f.Cause))
	if f.Subject.Value != "" {
		fmt.Fprintf(t.err, "  %s\n", printable(f.Subject.Value))
	}
	fmt.Fprintf(t.err, "  %s\n", printable(f.Remedy))
	if f.Owner != "" && f.Owner != core.You {
		fmt.Fprintf(t.err, "  Who can do it: %s\n", f.Owner)
	}
	if f.Link != "" {
		fmt.Fprintf(t.err, "  %s\n", printable(f.Link))
	}
	if f.Details != "" {
		fmt.Fprintf(t.err, "  (%s)\n", printable(f.Details))
	}
}

// printable takes away what could move a terminal's cursor or turn the direction of what it shows.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return '·'
		}
		return r
	}, s)
}

func sign(s core.CheckState) string {
	switch s {
	case core.CheckPassed:
		return "✓"
	case core.CheckWarned:
		return "!"
	case core.CheckFailed:
		return "✕"
	default:
		return "–"
	}
}

// thousands writes a number with separators.
func thousands(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// receiptLine is the last line of import -json.
type receiptLine struct {
	Receipt importer.Receipt `json:"receipt"`
}

func (t *terminal) showReceipt(r importer.Receipt) {
	if r.Reason != "" {
		fmt.Fprintf(t.out, "%s\n", printable(r.Reason))
	}
	for _, table := range r.Tables {
		c := table.Counts
		title := table.Table
		if table.Title != "" {
			title = table.Title + " (" + table.Table + ")"
		}
		removed, refused := "removed", "refused"
		if r.Undoes != "" {
			fmt.Fprintf(t.out, "%s: %s rows = %s there again + %s with their former values + %s as before", printable(title), thousands(c.Read), thousands(c.Created), thousands(c.Updated), thousands(c.Unchanged))
			removed, refused = "removed that it had made", "left as they are"
		} else {
			fmt.Fprintf(t.out, "%s: read %s = %s created + %s updated + %s unchanged", printable(title), thousands(c.Read), thousands(c.Created), thousands(c.Updated), thousands(c.Unchanged))
		}
		for _, more := range []struct {
			n    int64
			word string
		}{{c.Removed, removed}, {c.Skipped, "skipped"}, {c.Refused, refused}, {c.Unsure, "unsure"}} {
			if more.n > 0 {
				fmt.Fprintf(t.out, " + %s %s", thousands(more.n), more.word)
			}
		}
		fmt.Fprintln(t.out)
		if table.Remark != "" {
			fmt.Fprintf(t.out, "  %s\n", printable(table.Remark))
		}
		if !table.Since.IsZero() {
			fmt.Fprintf(t.out, "  Only what changed since %s was read.\n", table.Since.Local().Format("2006-01-02 15:04"))
		}
		for _, note := range table.Notes {
			fmt.Fprintf(t.out, "  %s\n", printable(note))
		}
	}
	shown := 0
	for _, x := range r.Refusals {
		if shown++; shown > 20 {
			fmt.Fprintf(t.out, "  … and %d more\n", len(r.Refusals)-20)
			break
		}
		cause := ""
		if x.Fault != nil {
			cause = x.Fault.Cause
		}
		fmt.Fprintf(t.out, "  %s: %s %s: %s\n", x.Kind, printable(x.Table), printable(x.Key), printable(cause))
	}
	switch {
	case r.State == importer.Complete && r.Undoes != "":
		fmt.Fprintln(t.out, "The import was taken back.")
	case r.State == importer.Complete:
		fmt.Fprintln(t.out, "The import is complete.")
	case r.Undoes != "":
		fmt.Fprintln(t.out, "The import was not taken back whole. The same command goes on where it stopped.")
	default:
		fmt.Fprintln(t.out, "The import is not complete. The same command goes on where it stopped.")
	}
}
