package wiring_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/practice"
)

func situation(t *testing.T, name string) practice.Situation {
	t.Helper()
	all := practice.Situations()
	i := slices.IndexFunc(all, func(s practice.Situation) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no situation %s", name)
	}
	return all[i]
}

// begin meets a situation by a link that nobody has used yet.
func begin(t *testing.T, s practice.Situation) (context.Context, *walker, practice.Values) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	e, v, err := practice.Meet(ctx, s, practice.Options{Rows: map[string]int{"account": 5, "contact": 5}, DeviceInterval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return ctx, &walker{t: t, env: e, s: s, log: new(locked)}, v
}

// What the Fault says must help: sign in again carries the proof that was demanded, and the test is good.
func TestSigningInAgainMeetsWhatWasDemanded(t *testing.T) {
	ctx, w, v := begin(t, situation(t, "claims-demanded"))
	to, err := connection(v)
	if err != nil {
		t.Fatal(err)
	}
	link, err := w.computer(v).Connect(to)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	if err := w.signsIn(ctx, link); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Later(w.env); err != nil {
		t.Fatal(err)
	}
	if m := tests(ctx, link, v.Tables); m.available || m.fault.Kind != core.SignIn {
		t.Fatalf("the demand is not heard: %+v", m)
	}
	if err := w.signsIn(ctx, link); err != nil {
		t.Fatal(err)
	}
	if m := tests(ctx, link, v.Tables); !m.available {
		t.Errorf("signing in again did not help: %s %v", m.step, m.fault)
	}
}

// Who closed the page, declined or has no browser signs in the second time, on the same connection.
func TestASignInThatDidNotComeToItsEndIsBegunAnew(t *testing.T) {
	for _, name := range []string{"page-closed", "sign-in-given-up", "user-cancelled", "browser-missing", "device-code-declined"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, w, v := begin(t, situation(t, name))
			to, err := connection(v)
			if err != nil {
				t.Fatal(err)
			}
			link, err := w.computer(v).Connect(to)
			if err != nil {
				t.Fatal(err)
			}
			defer link.Close()
			if err := w.signsIn(ctx, link); err == nil {
				t.Fatal("it went well")
			}
			w.s.Act = practice.SignsIn
			if err := w.signsIn(ctx, link); err != nil {
				t.Fatal(err)
			}
			if m := tests(ctx, link, v.Tables); !m.available {
				t.Errorf("the test says %s %v", m.step, m.fault)
			}
		})
	}
}

// Without a tenant the sign-in asks the environment for it. Where that is not reached, one step says so, and the sign-in
// was not tried.
func TestWhatKeepsUsFromTheEnvironmentIsToldOnce(t *testing.T) {
	for _, name := range []string{
		"no-such-host", "port-refused", "connection-cut", "certificate-not-trusted", "server-certificate-expired", "proxy-wants-password",
		"proxy-not-there", "captive-portal", "server-silent", "web-page-instead", "maintenance-page",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, w, v := begin(t, situation(t, name))
			v.Tenant = ""
			m := w.goes(ctx, v)
			plain(t, m)
			want := expectations()[name]
			if m.step != want.step || m.fault == nil || m.fault.Code != want.code {
				t.Errorf("told is %s %v", m.step, m.fault)
			}
			for _, c := range m.checks {
				if c.ID == "signin" && c.Fault != nil {
					t.Errorf("the sign-in says %s too: %v", c.State, c.Fault)
				}
			}
		})
	}
}
