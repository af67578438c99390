package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHelpTellsWhatACommandIsForAndItsFlags(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	everywhere := []string{"-org", "-client-id", "-tenant", "-auth", "-certificate", "-user", "-redirect", "-authority", "-scope", "-proxy",
		"-connect-timeout", "-read-timeout", "-page-size", "-requests", "-project", "-data", "-json"}
	for name, flags := range map[string][]string{
		"practice": {"-seed", "-rows", "-halo", "-script", "-ca", "-json"},
		"check":    append([]string{"-report", "-tables", "-to", "-set"}, everywhere...),
		"tables":   everywhere,
		"import":   append([]string{"-to", "-set", "-tables", "-filter", "-retire", "-full", "-language", "-rehearse", "-rows", "-keys", "-only", "-keep-days"}, everywhere...),
		"settings": {"-json"},
		"schema":   {},
		"runs":     {"-project", "-data", "-json", "-report", "-refused", "-run", "-values", "-forget"},
		"compare":  append([]string{"-to", "-set", "-tables", "-filter", "-language", "-rows", "-report", "-values"}, everywhere...),
		"retry":    append([]string{"-to", "-set", "-tables", "-filter", "-language", "-run", "-list", "-there", "-send", "-record", "-mend", "-withdraw"}, everywhere...),
		"takeback": {"-project", "-data", "-json", "-to", "-set", "-run", "-rehearse"},
		"demo":     {"-to", "-json"},
	} {
		code, _, text := s.run(name, "-h")
		if code != exitWell || !strings.Contains(text, "ferryctl "+name+": ") {
			t.Errorf("%s: exit %d: %s", name, code, text)
		}
		if n := strings.Count(text, "\n  -"); n != len(flags) {
			t.Errorf("%s has %d flags, not %d: %s", name, n, len(flags), text)
		}
		for _, f := range flags {
			if !strings.Contains(text, "\n  "+f+" ") {
				t.Errorf("%s does not tell %s: %s", name, f, text)
			}
		}
	}
	_, _, text := s.run("help")
	for _, variable := range []string{clientSecret, certificatePassword, windowsPassword, proxyPassword, databasePassword, "SSL_CERT_FILE", "FERRY_LOG"} {
		if !strings.Contains(text, variable) {
			t.Errorf("help does not tell of %s: %s", variable, text)
		}
	}
}

// What a program reads from check -json stays as it is.
func TestTheLastLineOfACheckHasEveryStep(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	dead := s.args("check", "-tables", "account,contact,new_vessel")
	for name, c := range map[string]struct {
		before func()
		code   int
	}{
		"as it should be":                {func() {}, exitWell},
		"a table that is not there":      {func() { dead = s.args("check", "-tables", "account,acount") }, exitWell},
		"a secret that is not the right": {func() { s.vars[clientSecret] = "wrong~secret~value" }, exitRefused},
	} {
		c.before()
		code, lines, text := s.run(dead...)
		s.vars[clientSecret] = s.env.Secret
		if code != c.code {
			t.Errorf("%s: exit %d: %s", name, code, text)
		}
		last := lines[len(lines)-1]
		all, _ := last["checks"].([]any)
		if last["available"] != (code == exitWell) || len(all) != len(lines)-1 {
			t.Errorf("%s: %d steps on the last line, %d lines: %s", name, len(all), len(lines), text)
		}
		for _, one := range all {
			step, _ := one.(map[string]any)
			state, _ := step["state"].(string)
			if step["id"] == "" || step["name"] == "" || !strings.Contains(" passed warned failed untried ", " "+state+" ") {
				t.Errorf("%s: %v", name, step)
			}
			if explained := step["cause"] != nil && step["remedy"] != nil && step["who"] != nil; explained != (state == "failed" || state == "warned") {
				t.Errorf("%s: a step that %s: %v", name, state, step)
			}
		}
	}
}

func TestAReportThatCannotBeSavedDoesNotTakeTheVerdictWithIt(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	report := filepath.Join(s.dir, "no", "such", "folder", "report.html")
	code, lines, text := s.run(s.args("check", "-report", report)...)
	if last := lines[len(lines)-1]; code != exitUsage || last["available"] != true || !strings.Contains(text, "The file cannot be saved there.") {
		t.Errorf("exit %d: %s", code, text)
	}
	report = filepath.Join(s.dir, "report.html")
	s.vars[clientSecret] = "wrong~secret~value"
	if code, _, text = s.run(s.args("check", "-report", report)...); code != exitRefused {
		t.Errorf("exit %d: %s", code, text)
	}
	page, err := os.ReadFile(report)
	if err != nil || !strings.Contains(string(page), "unavailable") {
		t.Errorf("a test that failed has a report too: %v: %s", err, page)
	}
}

// Where nobody can be signed in, the steps tell what the matter is.
func TestACheckTellsItsStepsThoughNobodyIsSignedIn(t *testing.T) {
	t.Parallel()
	s, args := openBy(t, ways()[0])
	s.env.Microsoft.FailBack(65004)
	code, lines, text := s.run(args("check")...)
	step := stepOf(t, lines, "signin")
	if details, _ := step["details"].(string); code != exitRefused || step["state"] != "failed" || !strings.Contains(details, "65004") {
		t.Errorf("consent refused: exit %d: %s", code, text)
	}
	if untried := stepOf(t, lines, "whoami"); untried["state"] != "untried" {
		t.Errorf("who we are: %v", untried)
	}
	s.env.Microsoft.FailBack(0)
	if code, _, text = s.run(args("check")...); code != exitWell {
		t.Errorf("signed in: exit %d: %s", code, text)
	}
	s.env.Microsoft.RevokeTokens()
	s.env.Microsoft.RevokeRefresh()
	if code, _, text = s.run(args("check")...); code != exitWell {
		t.Errorf("signed in again, after the sign-in was withdrawn: exit %d: %s", code, text)
	}
	s.env.Shut() // the sign-in is kept, and nobody answers
	code, lines, text = s.run(args("check")...)
	if step := stepOf(t, lines, "address"); code != exitRefused || len(lines) < 6 || step["state"] != "failed" || step["remedy"] == nil {
		t.Errorf("nobody answers: exit %d: %s", code, text)
	}
	if n := s.visits.Load(); n != 3 {
		t.Errorf("somebody was sent to the page %d times", n)
	}
}
