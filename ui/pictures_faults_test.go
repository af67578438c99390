package ui_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

var goldenHead = regexp.MustCompile(`^(\S+) +[(\[](\S+), (.+)[)\]]$`)

// told are the Faults of the engine as a person reads them, from the golden files of its packages.
func told(t *testing.T) map[string]*core.Fault {
	t.Helper()
	all := map[string]*core.Fault{}
	for _, file := range []string{"../core/dataverse/testdata/faults.golden", "../core/signin/testdata/faults.golden"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "\n\n") {
			lines := strings.Split(strings.TrimSpace(part), "\n")
			m := goldenHead.FindStringSubmatch(lines[0])
			if m == nil || len(lines) < 3 || all[m[1]] != nil {
				continue
			}
			f := &core.Fault{Kind: core.FaultKind(m[2]), Code: m[1], Owner: core.Owner(m[3]), Cause: strings.TrimSpace(lines[1]), Remedy: strings.TrimSpace(lines[2])}
			if len(lines) > 3 && strings.Contains(lines[3], "https://") {
				f.Link = strings.TrimSpace(lines[3])
			}
			all[m[1]] = f
		}
	}
	return all
}

// TestTheEnginesFaultsCanBeReadInTheWindow shows Faults of the engine where a person meets them: cause, remedy and who can
// mend it.
func TestTheEnginesFaultsCanBeReadInTheWindow(t *testing.T) {
	faults := told(t)
	for _, code := range []string{"signin.secret-wrong", "signin.secret-expired", "signin.app-unknown", "signin.redirect-unknown", "signin.no-permission",
		"signin.blocked", "signin.tenant-unknown", "dataverse.no-application-user", "dataverse.application-user-without-role", "dataverse.not-secure",
		"dataverse.other-tenant", "dataverse.administration-mode", "dataverse.no-tables", "dataverse.windows-refused"} {
		f := faults[code]
		if f == nil {
			t.Errorf("%s is told nowhere", code)
			continue
		}
		e := uitest.Works()
		e.Known = true
		e.Checks = failedAt(f)
		s := open(t, e, tested(func(c *project.Connection) { c.Auth = project.Secret }))
		s.Tap("Connection")
		s.Tap("Test connection")
		s.Sees("Connection unavailable")
		s.Sees(f.Cause)
		s.Sees(f.Remedy)
		if f.Owner != core.You {
			s.Sees("Ask " + string(f.Owner))
			s.Tap("Copy for my admin")
			if text := s.App.Clipboard().Content(); !strings.Contains(text, strings.Fields(f.Cause)[0]) || strings.Contains(text, mailSecret) {
				t.Errorf("%s: copied %q", code, text)
			}
		}
	}
}

func failedAt(f *core.Fault) []core.Check {
	return append(uitest.Works().Checks[:3:3], core.Check{ID: "signin", Title: "Sign-in", State: core.CheckFailed, Fault: f},
		core.Check{ID: "who", Title: "Who we are", State: core.CheckUntried}, core.Check{ID: "read/account", Title: "May read accounts", State: core.CheckUntried})
}

// faultScenes are pictures of failing and of amber connections with the engine's own words.
func faultScenes(t *testing.T) []scene {
	faults := told(t)
	with := func(checks []core.Check) func(*uitest.Engine, *ui.Options) {
		return func(e *uitest.Engine, o *ui.Options) {
			o.Project = tested(func(c *project.Connection) { c.Auth = project.Secret })
			e.Known, e.Checks = true, checks
		}
	}
	play := func(s *uitest.Stage) {
		s.Tap("Connection")
		s.Tap("Test connection")
		s.Sees("Connection ")
		s.Sees("passed")
	}
	amber := uitest.Works().Checks
	for _, code := range []string{"dataverse.credential-end-unknown", "dataverse.tls-inspected", "dataverse.partly-readable", "dataverse.fields-hidden", "dataverse.not-tracked", "dataverse.more-rights-than-needed"} {
		if f := faults[code]; f != nil {
			amber = append(amber, core.Check{ID: code, Title: strings.ReplaceAll(strings.TrimPrefix(code, "dataverse."), "-", " "), State: core.CheckWarned, Optional: true, Fault: f})
		}
	}
	scenes := []scene{{"connection-amber", with(amber), play}}
	for _, code := range []string{"signin.app-unknown", "signin.redirect-unknown", "signin.secret-expired", "signin.blocked", "dataverse.no-application-user", "dataverse.other-tenant"} {
		if f := faults[code]; f != nil {
			f.Details = "AADSTS50011, correlation 5b1f0c1a-0000-4000-8000-000000000001, 2026-11-21 16:40:00 UTC"
			scenes = append(scenes, scene{"connection-fault-" + strings.ReplaceAll(code, ".", "-"), with(failedAt(f)), play})
		}
	}
	return scenes
}
