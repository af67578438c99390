package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/keychain"
	"ferry/core/mapping"
	"ferry/core/project"
)

// alone runs a command that has no server but the practice environment of its own.
func alone(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var out strings.Builder
	term := &terminal{
		out: &out, err: &out, env: func(name string) string { return map[string]string{clientSecret: "hunter2"}[name] }, log: slog.New(slog.DiscardHandler),
		keys: func(context.Context) (keychain.Store, *core.Fault) { return nil, nil },
		ask: func(string, string) (core.Secret, error) {
			return core.Secret{}, wrongUse("Nobody is asked here.", "Say it before.")
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	return run(ctx, term, args), out.String()
}

// practised is a project as the window saves it, with the practice Halo: the addresses are those of a window that is closed.
func practised(t *testing.T, change func(p *project.Project)) (file, data string) {
	t.Helper()
	p := project.New("Try")
	p.Connections = []project.Connection{{Name: "Practice", Org: "https://localhost:1", Auth: project.Browser, ClientID: "x", Kind: "practice", Practice: true}}
	p.Connection, p.Tables = "Practice", []string{"account"}
	p.Destination = &project.Destination{Driver: "halo", Practice: true, Settings: map[string]string{"address": "https://localhost:2", "link-module": "77"}}
	if change != nil {
		change(p)
	}
	dir := t.TempDir()
	file = filepath.Join(dir, "try.ferry")
	if err := p.Write(file); err != nil {
		t.Fatal(err)
	}
	return file, filepath.Join(dir, "data")
}

func TestAProjectOfTheWindowWithThePracticeHaloWorksInTheTerminal(t *testing.T) {
	t.Parallel()
	file, data := practised(t, nil)
	code, said := alone(t, "check", "-project", file, "-data", data)
	for _, want := range []string{"Customers can be read", "Mapping Accounts fits", "Connection available"} {
		if code != exitWell || !strings.Contains(said, want) {
			t.Fatalf("exit %d, %q is missing:\n%s", code, want, said)
		}
	}
	for _, what := range []string{"the first time", "again"} {
		code, said = alone(t, "import", "-project", file, "-data", data)
		if code > exitRefused || !strings.Contains(said, "= 440 created") || strings.Contains(said, "localhost") {
			t.Errorf("%s: exit %d\n%s", what, code, said)
		}
	}
	if _, said = alone(t, "runs", "-project", file, "-data", data); strings.Count(said, "Practice → Practice Halo") != 2 {
		t.Errorf("the history says\n%s", said)
	}
	if code, said = alone(t, "takeback", "-project", file, "-data", data); code != exitUsage || !strings.Contains(said, "begins anew") {
		t.Errorf("taking back: exit %d\n%s", code, said)
	}
}

func TestWhatTheMappingsLackInHaloIsSaidInTheTerminal(t *testing.T) {
	t.Parallel()
	file, data := practised(t, func(p *project.Project) {
		p.Mappings = []mapping.Mapping{{ID: "account", Source: "account", Title: "Firms", Table: "customers", Key: "dynamics_id",
			Columns: []mapping.Binding{{Column: "website", Type: core.ColumnText, Field: "websiteurl", To: core.TypeText}}}}
		p.Tables, p.For = append(p.Tables, "new_vessel"), "halo"
	})
	code, said := alone(t, "check", "-project", file, "-data", data)
	for _, want := range []string{"Mapping Firms fits", "Name", "Mapping of new_vessel", "Connection unavailable"} {
		if code != exitRefused || !strings.Contains(said, want) {
			t.Errorf("exit %d, %q is missing:\n%s", code, want, said)
		}
	}
}

func TestThePracticeEnvironmentAndRealSystemsDoNotMeet(t *testing.T) {
	t.Parallel()
	file, data := practised(t, nil)
	if code, said := alone(t, "import", "-project", file, "-data", data, "-to", "halo:https://acme.halopsa.com"); code != exitUsage || !strings.Contains(said, "only into new files") {
		t.Errorf("exit %d\n%s", code, said)
	}
	if code, said := alone(t, "import", "-project", file, "-data", data, "-org", "https://contoso.crm.dynamics.com", "-client-id", "x", "-auth", "secret"); code != exitUsage || !strings.Contains(said, "practice Halo") {
		t.Errorf("exit %d\n%s", code, said)
	}
}

// Without an id in Halo each record goes alone. How long that takes, and what to do about it, is said before the first one.
func TestThatRecordsGoOneByOneIsSaidBeforeTheFirst(t *testing.T) {
	t.Parallel()
	file, data := practised(t, func(p *project.Project) {
		delete(p.Destination.Settings, "link-module")
		p.Destination.Settings["requests"] = "100000"
	})
	code, said := alone(t, "check", "-project", file, "-data", data)
	if code != exitWell || !strings.Contains(said, "1,000 records take about") || !strings.Contains(said, "id-fields") {
		t.Errorf("check: exit %d\n%s", code, said)
	}
	few := "account=startswith(name,'A')" // alone they take long
	_, said = alone(t, "import", "-project", file, "-data", data, "-filter", few)
	warned, moved := strings.Index(said, "each new record is sent alone: "), strings.Index(said, "Accounts (account): read")
	if warned < 0 || moved < warned || !strings.Contains(said, "found again by the journal alone, one record at a time") {
		t.Errorf("it says\n%s", said)
	}
	_, said = alone(t, "import", "-project", file, "-data", data, "-filter", few, "-set", "id-fields=ref, other5")
	if strings.Contains(said, "sent alone") || !strings.Contains(said, "found again by the field") {
		t.Errorf("with a field it says\n%s", said)
	}
}
