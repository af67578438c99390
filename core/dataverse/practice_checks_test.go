package dataverse

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/practice"
	"ferry/core/practice/dynamics"
	"ferry/core/practice/practicetest"
	"ferry/core/practice/world"
	"ferry/core/rest"
)

func signIn(context.Context) (string, bool, error) { return "Ferry practice", true, nil }

func TestWhatIsWrongWithAnEnvironmentIsToldByItsTest(t *testing.T) {
	need := core.Need{Tables: []string{"account", "contact"}, Fresh: true}
	for name, c := range map[string]struct {
		change    func(*practice.Environment) error
		step      string
		code      string
		available bool
	}{
		"nothing": {func(*practice.Environment) error { return nil }, stepRoles, "", true},
		"switched off": {func(e *practice.Environment) error { e.Dynamics.SetState(dynamics.State{Disabled: true}); return nil },
			stepWhoAmI, "dataverse.environment-disabled", false},
		"administration mode": {func(e *practice.Environment) error { e.Dynamics.SetState(dynamics.State{AdminMode: true}); return nil },
			stepWhoAmI, "dataverse.administration-mode", false},
		"maintenance": {func(e *practice.Environment) error {
			e.Dynamics.SetState(dynamics.State{Maintenance: true})
			return nil
		},
			stepEnvironment, "rest.unavailable", false},
		"firewall": {func(e *practice.Environment) error { e.Dynamics.SetState(dynamics.State{Blocked: true}); return nil },
			stepWhoAmI, CodeBlocked, false},
		"disabled":      {func(e *practice.Environment) error { return e.World.DisableUser(e.ApplicationUser) }, stepWhoAmI, "dataverse.application-user-disabled", false},
		"without roles": {func(e *practice.Environment) error { return e.World.RemoveRoles(e.ApplicationUser) }, stepWhoAmI, "dataverse.application-user-without-role", false},
		"administrator": {func(e *practice.Environment) error {
			return e.World.GiveRole(e.ApplicationUser, e.World.RoleNamed("System Administrator"))
		}, stepRoles, "dataverse.more-rights-than-needed", true},
		"no accounts": {func(e *practice.Environment) error { return e.World.Revoke(e.ApplicationUser, "prvReadAccount") }, stepRead + "account", "dataverse.table-not-readable", true},
		"part of contacts": {func(e *practice.Environment) error {
			return e.World.SetDepth(e.ApplicationUser, "prvReadContact", "Basic")
		}, stepRead + "contact", "dataverse.partly-readable", true},
		"hidden fields": {func(e *practice.Environment) error {
			if err := e.World.Secure("contact", "governmentid"); err != nil {
				return err
			}
			return e.World.HideSecured(e.ApplicationUser)
		}, stepFields + "contact", "dataverse.fields-hidden", true},
		"protected fields that may be seen": {func(e *practice.Environment) error { return e.World.Secure("contact", "governmentid") }, stepFields + "contact", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 5, "contact": 5}})
			if err := c.change(e); err != nil {
				t.Fatal(err)
			}
			s := connect(t, e, func(c *Config) { c.SignIn = signIn })
			got := test(t, s, need)
			if got.code(c.step) != c.code || got.available() != c.available {
				t.Errorf("%s is %q, available %v: %+v", c.step, got.code(c.step), got.available(), got.last[c.step])
			}
			if name != "hidden fields" {
				return
			}
			if f := got.last[c.step].Fault; !strings.Contains(f.Cause, "governmentid") {
				t.Errorf("the field is not named: %s", f.Cause)
			}
			d, err := s.Describe(t.Context(), "contact")
			if err != nil || d.Field("governmentid").Readable || d.Rights != (core.Rights{Read: core.DepthGlobal, Known: true}) {
				t.Errorf("described is %+v %+v %v", d.Field("governmentid"), d.Rights, err)
			}
		})
	}
}

func TestThePracticeEnvironmentGetsAnApplicationUser(t *testing.T) {
	ctx := context.Background()
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 5}})
	s := connect(t, e, nil)
	want := ApplicationUser{ClientID: e.ClientID, Name: "Contoso", Tables: []string{"account", "contact", "task"}}
	if _, err := s.PlanApplicationUser(ctx, want); core.AsFault(err).Code != CodeNotAdmin {
		t.Fatalf("without being an administrator: %v", err)
	}
	if err := e.World.GiveRole(e.ApplicationUser, e.World.RoleNamed("System Administrator")); err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanApplicationUser(ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	if _, there := e.World.ApplicationUser(e.ClientID); there || e.World.RoleNamed(plan.Role) != "" || len(plan.Steps) != 3 {
		t.Errorf("planning made something, or is silent: %+v", plan.Steps)
	}
	for range 2 {
		if err := s.MakeApplicationUser(ctx, plan); err != nil {
			t.Fatal(err)
		}
	}
	user, there := e.World.ApplicationUser(e.ClientID)
	if !there || len(user.Roles) != 1 || user.Roles[0] != e.World.RoleNamed("Ferry read Contoso") {
		t.Fatalf("made was %+v", user)
	}
	for _, g := range e.World.Grants(user.Key) {
		if g.Depth != "Global" || !strings.HasPrefix(g.Privilege, "prvRead") {
			t.Errorf("it may %s at %s", g.Privilege, g.Depth)
		}
	}
	may := func(table string) bool { return e.World.Depth(user.Key, e.World.Table(table)) == "Global" }
	if !may("account") || !may("contact") || !may("task") || may("lead") {
		t.Error("it may not read just the wanted tables")
	}
	again, err := s.PlanApplicationUser(ctx, want)
	if err != nil || len(again.Steps) != 0 {
		t.Errorf("what is there is planned again: %+v %v", again.Steps, err)
	}
}

// company is a server on-premises of the practice environment's kind.
func company(t *testing.T, p dynamics.Premises) (*world.World, *httptest.Server) {
	t.Helper()
	w := world.New(world.Options{Seed: 1, Rows: map[string]int{"account": 30}})
	server := httptest.NewUnstartedServer(dynamics.New(dynamics.Options{
		World: w, Premises: &p, Authority: "https://adfs.example.com/adfs",
		Check: func(bearer, _ string) (dynamics.Identity, error) {
			if bearer != "token" {
				return dynamics.Identity{}, http.ErrNoCookie
			}
			return dynamics.Identity{User: w.Ada()}, nil
		},
	}))
	server.Config.ConnContext = dynamics.Connection
	server.StartTLS()
	t.Cleanup(server.Close)
	return w, server
}

func TestServersOfCompaniesAreReadWithWindowsUsers(t *testing.T) {
	for _, version := range []string{"v8.0", "v8.1", "v8.2", "v9.0", "v9.1"} {
		var w *world.World
		w, server := company(t, dynamics.Premises{Organization: "Contoso", Version: version, Windows: &dynamics.Windows{
			Password: func(domain, user string) (string, string, bool) {
				return "pass word", w.Ada(), strings.EqualFold(domain, "contoso") && user == "ada"
			},
		}})
		with := func(password string) *Source {
			inner := server.Client().Transport.(*http.Transport).Clone()
			inner.TLSClientConfig = &tls.Config{RootCAs: inner.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}
			inner.DisableCompression = true
			t.Cleanup(inner.CloseIdleConnections)
			s, err := New(Config{
				Org: server.URL + "/Contoso", Windows: true, Language: 1033, PageSize: 10,
				Transport: rest.Windows(inner, strings.TrimPrefix(server.URL, "https://"), `CONTOSO\ada`, core.NewSecret(password)),
				Wait:      func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := with("pass word")
		got := test(t, s, core.Need{Tables: []string{"account"}, Fresh: true})
		if !got.available() || !strings.HasSuffix(got.last["version"].Detail, "Web API "+version) {
			t.Errorf("%s: %+v", version, got.checks())
		}
		keys, _, err := read(s, core.Query{Table: "account", Fields: []string{"name", "revenue", "ownerid"}}, core.Bookmark{})
		slices.Sort(keys)
		if err != nil || len(slices.Compact(keys)) != w.Len("account") {
			t.Errorf("%s: %d records, %v", version, len(keys), err)
		}
		wrong := test(t, with("wrong"), core.Need{Tables: []string{"account"}, Fresh: true})
		if wrong.available() || wrong.code(stepSignIn) != "rest.windows-refused" {
			t.Errorf("%s: a wrong password: %+v", version, wrong.checks())
		}
	}
}

func TestServersOfCompaniesAreReadWithTokensOfTheirOwnSignIn(t *testing.T) {
	for _, p := range []dynamics.Premises{{Version: "v8.0"}, {Version: "v8.2", Organization: "Contoso"}, {Version: "v9.1"}} {
		w, server := company(t, p)
		s, err := New(Config{
			Org: strings.TrimSuffix(server.URL+"/"+p.Organization, "/"), Transport: server.Client().Transport, Token: token, SignIn: signIn, Language: 1033,
			Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := test(t, s, core.Need{Tables: []string{"account"}, Fresh: true}); !got.available() || !strings.HasSuffix(got.last["version"].Detail, p.Version) {
			t.Errorf("%s: %+v", p.Version, got.checks())
		}
		described, err := s.Describe(t.Context(), "account")
		if err != nil {
			t.Fatal(err)
		}
		q := core.Query{Table: "account"}
		for _, f := range described.Fields {
			if f.Readable {
				q.Fields = append(q.Fields, f.Name)
			}
		}
		if keys, _, err := read(s, q, core.Bookmark{}); err != nil || len(keys) != w.Len("account") {
			t.Errorf("%s: %d records with all fields, %v", p.Version, len(keys), err)
		}
	}
}

func TestAServerOfACompanyWithoutAWebAPIIsTooOld(t *testing.T) {
	_, server := company(t, dynamics.Premises{Organization: "Contoso"})
	s, err := New(Config{Org: server.URL + "/Contoso", Transport: server.Client().Transport, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	if got := test(t, s, oneThing); got.code(stepEnvironment) != CodeTooOld {
		t.Errorf("%+v", got.checks())
	}
}
