package wiring_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/practice"
)

// TestEachSituationSaysWhatToDo walks all of them, as window and terminal do, and holds what a person is told against a
// table that says what is right, against rules that no table can hide, and against a file that can be proof-read.
// FERRY_GOLDEN=write writes it anew.
func TestEachSituationSaysWhatToDo(t *testing.T) {
	all, expected := append(practice.Situations(), ownSituations()...), expectations()
	var mu sync.Mutex
	met := map[string]meeting{}
	began := time.Now()
	t.Run("walk", func(t *testing.T) {
		for _, s := range all {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				want, ok := expected[s.Name]
				if !ok {
					t.Fatal("nobody has said what is to be told here")
				}
				m := walk(t, s).at(want.step)
				holds(t, s, m, want)
				mu.Lock()
				defer mu.Unlock()
				met[s.Name] = m
			})
		}
	})
	t.Logf("%d situations in %v", len(all), time.Since(began).Round(100*time.Millisecond))
	if len(all) < 60 || len(expected) != len(all) {
		t.Errorf("there are %d situations, and %d expectations", len(all), len(expected))
	}
	codes := map[string]bool{}
	var text strings.Builder
	for _, s := range all {
		m := met[s.Name]
		if m.fault != nil {
			codes[m.fault.Code] = true
		}
		text.WriteString(told(s, m))
	}
	if len(codes) < 60 {
		t.Errorf("only %d different things are told", len(codes))
	}
	golden(t, text.String())
}

// TestFurtherWaysOfASituationEndAlike walks each situation in the further ways in which it is met.
func TestFurtherWaysOfASituationEndAlike(t *testing.T) {
	expected := expectations()
	for _, s := range practice.Situations() {
		for _, way := range s.Ways[1:] {
			t.Run(s.Name+" by "+string(way), func(t *testing.T) {
				t.Parallel()
				s := s
				s.Ways = []practice.Way{way}
				m, want := walk(t, s), expected[s.Name]
				plain(t, m)
				if other, ok := differing(s.Name, way); ok {
					want.code = other
				}
				if m.fault == nil && want.code != "" || m.fault != nil && m.fault.Code != want.code && m.state != core.CheckWarned {
					t.Errorf("told is %s %v, not %s", m.step, m.fault, want.code)
				}
			})
		}
	}
}

// at prefers what a step of the test warned of: who hides a field of one table may hide one of another too.
func (m meeting) at(step string) meeting {
	if m.available {
		for _, c := range m.checks {
			if c.ID == step && c.Fault != nil {
				m.step, m.state, m.fault = c.ID, c.State, c.Fault
			}
		}
	}
	return m
}

// holds holds a meeting against what is expected of it.
func holds(t *testing.T, s practice.Situation, m meeting, want expectation) {
	t.Helper()
	plain(t, m)
	if m.step != want.step || m.available != want.available {
		t.Errorf("it ends at %q (%s), available %v; expected was %q, %v", m.step, m.state, m.available, want.step, want.available)
	}
	if want.code == "" {
		if m.fault != nil {
			t.Errorf("nothing is wrong, and told is %v", m.fault)
		}
		return
	}
	f := m.fault
	if f == nil {
		t.Fatal("there is no Fault")
	}
	if f.Code != want.code || f.Owner != want.owner {
		t.Errorf("told is %s, for %s; expected was %s, for %s: %v", f.Code, f.Owner, want.code, want.owner, f)
	}
	if !knownBefore(s.Name) && !strings.Contains(f.Details, s.Said) {
		t.Errorf("the expert does not see %s: %q", s.Said, f.Details)
	}
	if want.available && m.state != core.CheckWarned {
		t.Errorf("it is no warning: %s", m.state)
	}
}

// knownBefore are the situations that Ferry knows of before a service says its code.
func knownBefore(name string) bool {
	return slices.Contains([]string{"tenant-unknown", "secret-noted-as-expired", "device-code-expired", "change-tracking-off"}, name)
}

var (
	jargon  = regexp.MustCompile(`\b(OAuth|PKCE|JSON|endpoint|null|assertion|MSAL|exception|payload|nonce|invalid_\w+|[Tt]okens?|illegal|fatal|please|unfortunately)\b`)
	numbers = regexp.MustCompile(`\([^)]*\)|AADSTS\d+:?|0x[0-9a-fA-F]+|HTTP \d+`)
	hidden  = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}|(?i:client_secret|refresh_token|access_token|client_assertion|password|code)=[^&\s]{6,}|Bearer \S{10,}`)
)

// plain holds everything that a person is told against the rules: words and not codes, somebody who can mend it,
// nothing secret, nothing that plays tricks with the screen, and each thing once.
func plain(t *testing.T, m meeting) {
	t.Helper()
	faults := slices.Clone(m.more)
	if m.fault != nil {
		faults = append(faults, m.fault)
	}
	failed := map[string]string{}
	for _, c := range m.checks {
		if c.Fault != nil {
			faults = append(faults, c.Fault)
		}
		if (c.State == core.CheckFailed || c.State == core.CheckWarned) != (c.Fault != nil) {
			t.Errorf("the step %s is %s, with the Fault %v", c.ID, c.State, c.Fault)
		}
		if c.State == core.CheckUntried && len(c.DependsOn) == 0 {
			t.Errorf("the step %s is not tried, and nobody knows why", c.ID)
		}
		if c.State == core.CheckFailed && !strings.HasPrefix(c.ID, "read-") {
			if before := failed[c.Fault.Code+c.Fault.Cause]; before != "" {
				t.Errorf("%s is told twice, at %s and at %s", c.Fault.Code, before, c.ID)
			}
			failed[c.Fault.Code+c.Fault.Cause] = c.ID
		}
		tidy(t, c.Title+c.Detail)
	}
	for _, f := range faults {
		said := f.Code == "signin.refused" || f.Subject.Value != ""
		for _, text := range []string{f.Cause, f.Remedy} {
			words := strings.Fields(numbers.ReplaceAllString(text, ""))
			if len(words) < 3 || !strings.HasSuffix(text, ".") && !said {
				t.Errorf("%s is no sentence: %q", f.Code, text)
			}
			if found := jargon.FindString(text); found != "" && !said {
				t.Errorf("%s speaks of %q: %q", f.Code, found, text)
			}
		}
		if said && (f.Link == "" || !strings.Contains(f.Details, "correlation id ")) {
			t.Errorf("what nobody knows has no link or no correlation id: %+v", f)
		}
		if !slices.Contains([]core.Owner{core.You, core.EntraAdmin, core.DynamicsAdmin}, f.Owner) || f.Kind == "" || f.Kind == core.Bug || f.Code == "core.bug" {
			t.Errorf("%s is %q for %q", f.Code, f.Kind, f.Owner)
		}
		if f.Link != "" && wiring.MayOpen(f.Link) != nil {
			t.Errorf("%s leads to %s, which is not opened", f.Code, f.Link)
		}
		tidy(t, f.Cause+f.Remedy+f.Details+f.Op+f.Error()+f.Subject.Value)
		if f.Subject.Value != "" && strings.Contains(f.Error(), f.Subject.Value) {
			t.Errorf("what belongs on the screen is in the error: %v", f)
		}
	}
	if found := secretIn(m.log); found != "" {
		t.Errorf("the log holds %q", found)
	}
}

// tidy accuses a text that holds a secret or plays tricks.
func tidy(t *testing.T, text string) {
	t.Helper()
	if found := secretIn(text); found != "" {
		t.Errorf("%q is in %q", found, text)
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			t.Errorf("%U is in %q", r, text)
			return
		}
	}
}

// secretIn finds a secret of the practice environment, or what looks like a token, a code or a password.
func secretIn(text string) string {
	for _, secret := range []string{practice.Secret, practice.SecretID, "practice~", "open sesame", "ada@contoso"} {
		if strings.Contains(text, secret) {
			return secret
		}
	}
	return hidden.FindString(text)
}

// differing are the situations that a further way meets otherwise, with the code that is told there.
func differing(name string, way practice.Way) (string, bool) {
	switch { // a person signs in first, and the sign-in service does not know the address
	case name == "no-such-host" && way.Person():
		return "signin.environment-unknown", true
	case (name == "server-of-2015" || name == "server-wants-windows") && way == practice.ByDevice:
		return "signin.adfs-resource", true
	}
	return "", false
}

var changing = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`localhost:(?:[124-9]\d{4}|3[0-24-9]\d{3}|33[0-24-9]\d\d|333[0-24-9]\d|3333[0-24-9]|[1-9]\d{3})\b`), "localhost:PORT"}, // 33333 is Ferry's own
	{regexp.MustCompile(`uses port \d+`), "uses port PORT"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`), "DAY"},
	{regexp.MustCompile(`\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b`), "DAY"},
}

// told is what a person reads in a situation.
func told(s practice.Situation, m meeting) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n  at %s", s.Name, s.About, m.step)
	if m.tested {
		verdict := "unavailable"
		if m.available {
			verdict = "available"
		}
		fmt.Fprintf(&b, ", Connection %s", verdict)
	}
	b.WriteByte('\n')
	if f := m.fault; f != nil {
		fmt.Fprintf(&b, "  %s (%s, %s)\n    %s\n    %s\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
		for _, more := range []string{f.Subject.Value, f.Link} {
			if more != "" {
				fmt.Fprintf(&b, "    %s\n", more)
			}
		}
	}
	for _, c := range m.checks {
		if c.Fault != nil && c.ID != m.step {
			fmt.Fprintf(&b, "  also %s %s: %s\n", c.ID, c.State, c.Fault.Code)
		}
	}
	text := b.String() + "\n"
	for _, c := range changing {
		text = c.what.ReplaceAllString(text, c.with)
	}
	return text
}

func golden(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join("testdata", "situations.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" && !t.Failed() {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text {
		t.Errorf("what people are told changed; look at it, then run the test with FERRY_GOLDEN=write:\n%s", difference(string(want), text))
	}
}

// difference is the first situation that is told otherwise.
func difference(want, got string) string {
	was := strings.Split(want, "\n\n")
	for i, part := range strings.Split(got, "\n\n") {
		if i >= len(was) || was[i] != part {
			return part
		}
	}
	return "something is missing"
}
