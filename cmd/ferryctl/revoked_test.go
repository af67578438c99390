package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core/importer"
	"ferry/core/practice"
)

func TestASecretThatIsTakenAwayAfterAGoodTestFailsTheNextTestAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	if code, _, text := s.run(s.args("check")...); code != exitWell {
		t.Fatalf("exit %d: %s", code, text)
	}
	s.env.Microsoft.SetSecret(s.env.SecretApp, newSecret)
	code, lines, text := s.run(s.args("check")...)
	step := stepOf(t, lines, "signin")
	if code != exitRefused || step["state"] != "failed" || step["cause"] == "" || step["remedy"] == "" {
		t.Errorf("exit %d: %s", code, text)
	}
	s.vars[clientSecret] = newSecret
	if code, _, text := s.run(s.args("check")...); code != exitWell {
		t.Errorf("with the new secret: exit %d: %s", code, text)
	}
}

// stepOf is a step of the last line of a check.
func stepOf(t testing.TB, lines []map[string]any, id string) map[string]any {
	t.Helper()
	if len(lines) > 0 {
		all, _ := lines[len(lines)-1]["checks"].([]any)
		for _, c := range all {
			if c, ok := c.(map[string]any); ok && c["id"] == id {
				return c
			}
		}
	}
	t.Fatalf("there is no step %s: %v", id, lines)
	return nil
}

// An import that meets the end of its secret, certificate or sign-in stops and goes on when there is a new one. What was
// carried over is not read again.
func TestAnImportGoesOnWhenItsSecretWasReplaced(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		way         string
		end, mended func(*testing.T, *session)
	}{
		{"secret", func(_ *testing.T, s *session) { s.env.Microsoft.SetSecret(s.env.SecretApp, newSecret) },
			func(_ *testing.T, s *session) { s.vars[clientSecret] = newSecret }},
		{"certificate in PEM, because there is one", func(t *testing.T, s *session) {
			if err := s.env.Microsoft.Unregister(s.env.SecretApp); err != nil {
				t.Error(err)
			}
		}, func(t *testing.T, s *session) { s.uploadAgain() }},
		{"browser", func(_ *testing.T, s *session) { s.env.Microsoft.RevokeRefresh() }, func(*testing.T, *session) {}},
		{"browser, with a secret", func(_ *testing.T, s *session) { s.env.Microsoft.SetSecret(s.env.SecretApp, newSecret) },
			func(_ *testing.T, s *session) { s.vars[clientSecret] = newSecret }},
	} {
		t.Run(c.way, func(t *testing.T) {
			t.Parallel()
			var w way
			for _, one := range ways() {
				if one.name == c.way {
					w = one
				}
			}
			s, args := openBy(t, w)
			bring := args("import", "-tables", "account,contact", "-page-size", "8", "-requests", "1", "-to", "sqlite:"+s.file())
			// While the third page is on its way, behind the walk that takes the mark, everything that was handed out ends.
			page := practice.Step{Side: practice.SideDynamics, Table: "account", Page: 3, Nth: 2, Times: 1, Do: practice.DoDelay, For: practice.Duration(time.Hour)}
			if err := s.env.Play(practice.Script{page}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for tick := time.NewTicker(time.Millisecond); s.env.Played()[0] == 0 && ctx.Err() == nil; <-tick.C {
				}
				c.end(t, s)
				s.env.Microsoft.RevokeTokens()
				if err := s.env.Play(nil); err != nil {
					t.Error(err)
				}
			}()
			code, lines, text := s.run(bring...)
			cancel()
			<-ended
			if code != exitPartway {
				t.Fatalf("exit %d: %s", code, text)
			}
			stopped := lastReceipt(t, lines, text)
			before := table(t, stopped, "account")
			if code != exitPartway || stopped.State == importer.Complete || before.Read != 16 || before.Created != 16 {
				t.Fatalf("exit %d, %s, %+v: %s", code, stopped.State, before, text)
			}
			if fault := faultIn(lines); fault["cause"] == nil || fault["remedy"] == nil || !strings.HasPrefix(fault["code"].(string), "signin.") {
				t.Errorf("it says %v", fault)
			}

			c.mended(t, s)
			s.env.Forget()
			if code, lines, text = s.run(bring...); code != exitWell {
				t.Fatalf("exit %d: %s", code, text)
			}
			whole := lastReceipt(t, lines, text)
			if a, b := table(t, whole, "account"), table(t, whole, "contact"); whole.State != importer.Complete || a.Read != 40 || a.Created != 40 || b.Created != 10 {
				t.Errorf("%s, accounts %+v, contacts %+v: %s", whole.State, a, b, text)
			}
			var pages []int
			for _, r := range s.env.Requests() {
				if r.Side == practice.SideDynamics && r.Set == "accounts" && r.Page > 0 {
					pages = append(pages, r.Page)
				}
			}
			if !slices.Equal(pages, []int{3, 4, 5}) { // eight rows on each
				t.Errorf("the pages %v of the accounts were read", pages)
			}
			sameAsTruth(t, s.env, s.file(), "account", "contact")
		})
	}
}

// faultIn is the Fault that a command told.
func faultIn(lines []map[string]any) map[string]any {
	for _, l := range lines {
		if f, ok := l["fault"].(map[string]any); ok {
			return f
		}
	}
	return map[string]any{}
}

// uploadAgain registers the certificate again that was taken away.
func (s *session) uploadAgain() {
	s.t.Helper()
	text, err := s.env.Certificate()
	if err == nil {
		err = s.env.Microsoft.Register(s.env.SecretApp, text)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
