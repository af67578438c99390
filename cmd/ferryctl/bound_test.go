package main

import (
	"path/filepath"
	"strings"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/keychain"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
	"ferry/core/project"
)

// The secret of a connection goes to the sign-in service and for the environment that it was kept for. A project file that
// somebody sends, with the same names in it, does not get hold of it.
func TestASecretInTheKeychainIsBoundToWhatItMayBeSentTo(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	delete(s.vars, clientSecret)
	own := project.Connection{Name: "Contoso", Org: s.env.Org, Tenant: s.env.Tenant, ClientID: s.env.SecretApp, Auth: project.Secret}
	access := project.Access{Authority: s.env.Authority}
	s.settle("data", func(c *project.Computer) { c.Keep(s.env.Org, access) })
	store := keychain.New(keychain.Options{Backend: &s.chain})
	if err := store.Set(t.Context(), wiring.SecretName(wiring.Connection{Connection: own, Access: access}), core.NewSecret(s.env.Secret)); err != nil {
		t.Fatal(err)
	}
	check := func(c project.Connection, more ...string) (int, string) {
		t.Helper()
		p := project.New("Sent by a stranger")
		p.Connection, p.Connections = c.Name, []project.Connection{c}
		file := filepath.Join(s.dir, "sent.ferry")
		if err := p.Write(file); err != nil {
			t.Fatal(err)
		}
		code, _, text := s.run(append([]string{"check", "-project", file, "-data", filepath.Join(s.dir, "data"), "-json"}, more...)...)
		return code, text
	}
	if code, text := check(own); code != exitWell {
		t.Fatalf("the connection itself: exit %d: %s", code, text)
	}

	// A stranger's environment and sign-in service that know the same application and would take the same secret.
	stranger := practicetest.New(t, practice.Options{Seed: 7, Rows: map[string]int{"account": 3, "contact": 3}})
	foreign := own
	foreign.Org = stranger.Org
	s.env.Forget()
	tokens := tokenRequests(s.env)
	for name, try := range map[string]func() (int, string){
		"another environment":                             func() (int, string) { return check(foreign) },
		"another environment and its own sign-in service": func() (int, string) { return check(foreign, "-authority", stranger.Authority) },
		"the same environment and another sign-in service": func() (int, string) {
			return check(own, "-authority", stranger.Authority)
		},
		"another tenant": func() (int, string) {
			c := own
			c.Tenant = practice.OtherTenant
			return check(c)
		},
		"another application": func() (int, string) {
			c := own
			c.ClientID = s.env.ClientID
			return check(c)
		},
	} {
		if code, text := try(); code == exitWell || strings.Contains(text, `"available":true`) {
			t.Errorf("%s: exit %d: %s", name, code, text)
		}
	}
	if n := tokenRequests(stranger); n != 0 {
		t.Errorf("the stranger was asked for a token %d times", n)
	}
	if n := tokenRequests(s.env); n != tokens {
		t.Errorf("the own sign-in service was asked for a token %d times", n-tokens)
	}
	if code, text := check(own); code != exitWell {
		t.Errorf("the connection itself, afterwards: exit %d: %s", code, text)
	}
}

// tokenRequests is how often a sign-in service was asked for a token.
func tokenRequests(e *practice.Environment) (n int) {
	for _, r := range e.Microsoft.Log() {
		if r.Grant != "" {
			n++
		}
	}
	return n
}
