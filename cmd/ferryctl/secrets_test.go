package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/keychain"
	"ferry/core/practice"
	"ferry/core/project"
)

// paramValue is the value of a secret parameter.
const paramValue = "Param~Value.3141"

// A leak is what nothing may hold.
type leak struct{ what, text string }

// leaks are all secrets of a session: those that were given, and what every token of the practice environment begins with.
func (s *session) leaks() []leak {
	s.t.Helper()
	all := []leak{
		{"the client secret", s.env.Secret}, {"the new client secret", newSecret}, {"the password of the certificate", filePassword}, {"the password of Windows", userPassword},
		{"the password of the proxy", companyPassword}, {"the proxy's header", base64.StdEncoding.EncodeToString([]byte("ada:" + companyPassword))},
		{"the value of a parameter", paramValue}, {"a wrong secret", "wrong~secret~value"},
		{"a token", "eyJ0eXAi"}, {"a token", "eyJhbGci"}, {"a code", "0.practice."}, {"a refresh token or a device code", "1.practice."}, {"a header", "Bearer e"},
	}
	text, err := s.env.Certificate()
	if err != nil {
		s.t.Fatal(err)
	}
	_, key := apart(s.t, text)
	for _, number := range [][]byte{key.D.Bytes(), key.Primes[0].Bytes(), key.Primes[1].Bytes()} {
		all = append(all, leak{"the key", string(number[:12])}, leak{"the key in hex", hex.EncodeToString(number[:12])})
		for i := range 3 {
			all = append(all, leak{"the key in base64", base64.StdEncoding.EncodeToString(number[i : i+12])}, leak{"the key in base64", base64.RawURLEncoding.EncodeToString(number[i : i+12])})
		}
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if strings.Contains(block.Type, "PRIVATE") {
			all = append(all, leak{"the key's file", string(block.Bytes[:48])})
			for line := range strings.Lines(string(pem.EncodeToMemory(block))) {
				if line = strings.TrimSpace(line); len(line) == 64 {
					all = append(all, leak{"a line of the key's file", line})
				}
			}
		}
	}
	return all
}

// search looks for secrets in texts by their names.
func (s *session) search(texts map[string]string) {
	s.t.Helper()
	all := s.leaks()
	for where, text := range texts {
		for _, l := range all {
			if strings.Contains(text, l.text) {
				s.t.Errorf("%s holds %s", where, l.what)
			}
		}
	}
}

// written is every file in a folder of the session.
func (s *session) written(folder string) map[string]string {
	s.t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(filepath.Join(s.dir, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

const newSecret = "practice~Secret.new.9Wk3"

func TestNoWayToSignInLeavesASecretAnywhere(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s, args := openBy(t, w)
			s.keepParam()
			report := filepath.Join(s.dir, "data", "report.html")
			to := []string{"-tables", "account", "-to", "sqlite:" + filepath.Join(s.dir, "data", "out.db"), "-page-size", "10"}
			if code, _, text := s.run(args("check", "-tables", "account", "-report", report)...); code != exitWell {
				t.Fatalf("check: exit %d: %s", code, text)
			}
			if err := s.env.Play(practice.Script{{Side: practice.SideDynamics, Table: "account", Page: 2, Times: 1, Do: practice.DoExpire}}); err != nil {
				t.Fatal(err)
			}
			if code, _, text := s.run(args("import", to...)...); code != exitWell {
				t.Fatalf("import: exit %d: %s", code, text)
			}
			s.run(args("runs")...)
			// Now nothing is right any more.
			s.env.Microsoft.SetSecret(s.env.SecretApp, newSecret)
			s.env.Microsoft.RevokeTokens()
			s.env.Microsoft.RevokeRefresh()
			if err := s.env.Microsoft.Unregister(s.env.SecretApp); err != nil {
				t.Fatal(err)
			}
			if s.vars[windowsPassword] != "" {
				s.vars[windowsPassword] = "wrong~secret~value"
			}
			s.run(args("check", "-tables", "account", "-report", filepath.Join(s.dir, "data", "second.html"))...)
			s.run(args("import", to...)...)

			texts := s.written("data")
			for _, name := range []string{"settings.json", "journal.db", "report.html", "second.html", "out.db"} {
				if texts[filepath.Join(s.dir, "data", name)] == "" {
					t.Errorf("there is no %s to search", name)
				}
			}
			texts["the log"], texts["the terminal"] = s.log.String(), s.all.String()
			if !strings.Contains(texts["the log"], "level=DEBUG") {
				t.Error("the log is not talkative")
			}
			s.search(texts)
			if code := codeOnTerminal.FindStringSubmatch(s.all.String()); code != nil {
				for where, text := range texts {
					if where != "the terminal" && strings.Contains(text, code[1]) {
						t.Errorf("%s holds the code that was typed in", where)
					}
				}
			}
		})
	}
}

// keepParam lets a secret parameter be sent with each request for a token.
func (s *session) keepParam() {
	s.t.Helper()
	s.settle("data", func(c *project.Computer) {
		c.Keep(s.env.Org, project.Access{TokenParams: []project.Param{{Name: "company_hint", Secret: true}}})
	})
	to := wiring.Connection{Connection: project.Connection{Org: s.env.Org}, Access: project.Access{Authority: s.env.Authority}}
	store := keychain.New(keychain.Options{Backend: &s.chain})
	if err := store.Set(s.t.Context(), wiring.ParamName(to, true, "company_hint"), core.NewSecret(paramValue)); err != nil {
		s.t.Fatal(err)
	}
}

// crashes lets ferryctl panic as soon as it shows progress.
const crashes = "FERRY_TEST_CRASHES"

// crashing is ferryctl whose keychain is its own memory, and which panics if it is told to.
func crashing() int {
	t := system()
	t.keys = func(context.Context) (keychain.Store, *core.Fault) { return keychain.NewMemory(), nil }
	if os.Getenv(crashes) == "panic" {
		t.out = fragile{t.out}
	}
	return run(context.Background(), t, os.Args[1:])
}

// fragile panics when progress is written.
type fragile struct{ io.Writer }

var errProvoked = errors.New("provoked")

func (f fragile) Write(b []byte) (int, error) {
	if bytes.HasPrefix(b, []byte(`{"progress"`)) {
		panic(fmt.Errorf("showing progress: %w", errProvoked))
	}
	return f.Writer.Write(b)
}
