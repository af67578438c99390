package report

import (
	"bufio"
	"io"
	"strings"
)

// Text writes the report of a connection as plain text for a terminal. No sign in it steers the terminal.
func Text(w io.Writer, c Connection) error {
	v := build(c)
	t := &printer{w: bufio.NewWriter(w)}
	t.line("Connection report: ", v.Title)
	tested := "Tested on " + v.When
	if v.Ferry != "" {
		tested += " with Ferry " + v.Ferry
	}
	t.line(tested)
	t.line("")
	t.line(strings.ToUpper(v.Verdict))
	t.line(v.Remark)
	if len(v.Mend) > 0 {
		t.head("Mend this before production")
		for _, m := range v.Mend {
			t.line("  ", m.Sign, " ", m.Cause)
			t.line("    ", m.Remedy)
			t.line("    Step: ", m.Step, ". Who can do it: ", m.Owner, ".")
		}
	}
	t.facts("Environment", v.Environment)
	t.facts("How Ferry signs in", v.SignIn)
	t.head("What was tested")
	for _, k := range v.Checks {
		t.line("  ", k.Sign, " ", k.Title, " (", k.Word, ")")
		for _, more := range []fact{{"", k.Detail}, {"", k.Cause}, {"What to do: ", k.Remedy}, {"Who can do it: ", k.Owner}, {"", k.Link}, {"", k.Details}} {
			if more.Value != "" {
				t.line("    ", more.Name, more.Value)
			}
		}
	}
	t.rights(v)
	if len(v.Hidden) > 0 {
		t.head("Fields hidden by column security")
		for _, h := range v.Hidden {
			t.line("  ", named(h.Name, h.Logical), ": ", strings.Join(h.Fields, ", "))
		}
	}
	if v.Halo != nil {
		t.facts("For Halo's own integration", v.Halo.Values)
		t.line("  Add this to the app registration for it:")
		for _, f := range v.Halo.Register {
			t.line("  ", f.Name, ": ", f.Value)
		}
		t.line("  What this test proves for Halo:")
		for _, p := range v.Halo.Proves {
			t.line("  - ", p)
		}
		t.line("  What it does not prove:")
		for _, p := range v.Halo.Leaves {
			t.line("  - ", p)
		}
		t.line("  After a new secret or a changed permission, choose Disconnect from Application in Halo and authorise again.")
	}
	return t.w.Flush()
}

// A printer prints lines; an error shows at the end, when it is flushed.
type printer struct{ w *bufio.Writer }

func (t *printer) line(parts ...string) {
	for _, p := range parts {
		_, _ = t.w.WriteString(p)
	}
	_ = t.w.WriteByte('\n')
}

func (t *printer) head(title string) {
	t.line("")
	t.line(strings.ToUpper(title))
}

func (t *printer) facts(title string, facts []fact) {
	t.head(title)
	for _, f := range facts {
		t.line("  ", f.Name, ": ", f.Value)
	}
}

func (t *printer) rights(v view) {
	if len(v.Rights) == 0 {
		return
	}
	t.head("Rights per table")
	for _, r := range v.Rights {
		line := "  " + r.Sign + " " + named(r.Name, r.Logical) + ": " + r.Word
		for _, more := range []fact{{"reads ", r.Read}, {"change tracking ", r.Track}, {"", r.Note}} {
			if more.Value != "" {
				line += ", " + more.Name + more.Value
			}
		}
		t.line(line)
	}
}
