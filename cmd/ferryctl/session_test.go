package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/zalando/go-keyring"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/keychain"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
	"ferry/core/project"
)

// A session is ferryctl as somebody uses it: a folder, an environment, a keychain, somebody who signs in where a page or a
// code asks for it, and what was written to the terminal.
type session struct {
	t      testing.TB
	env    *practice.Environment
	dir    string
	vars   map[string]string
	chain  chain
	visits atomic.Int32 // how often somebody was sent to a page
	log    lockedBuffer
	all    lockedBuffer // everything that any command wrote
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func small() practice.Options {
	return practice.Options{Seed: 7, Rows: map[string]int{"account": 120, "contact": 260}}
}

func open(t testing.TB, o practice.Options) *session {
	t.Helper()
	s := &session{t: t, env: practicetest.New(t, o), dir: t.TempDir()}
	if err := s.env.WriteCA(s.ca()); err != nil {
		t.Fatal(err)
	}
	s.settle("data")
	s.vars = map[string]string{"FERRY_CLIENT_SECRET": s.env.Secret}
	return s
}

// settle makes a data folder whose settings trust the practice environment. So it is with every command in this process;
// the commands in processes of their own have SSL_CERT_FILE too.
func (s *session) settle(folder string, change ...func(*project.Computer)) {
	s.t.Helper()
	c := project.Computer{Network: project.Network{CAFile: s.ca()}}
	for _, f := range change {
		f(&c)
	}
	if err := c.Write(filepath.Join(s.dir, folder, "settings.json")); err != nil {
		s.t.Fatal(err)
	}
}

// ca is the practice environment's certificate authority, as SSL_CERT_FILE names it.
func (s *session) ca() string { return filepath.Join(s.dir, "ca.pem") }

func (s *session) file() string { return filepath.Join(s.dir, "out.db") }

// args are the flags that reach the practice environment as any other server is reached.
func (s *session) args(command string, more ...string) []string {
	return append([]string{command, "-org", s.env.Org, "-authority", s.env.Authority, "-client-id", s.env.SecretApp, "-data", filepath.Join(s.dir, "data"), "-json"}, more...)
}

func (s *session) run(args ...string) (code int, lines []map[string]any, text string) {
	s.t.Helper()
	return s.runWithin(context.Background(), args...)
}

func (s *session) runWithin(ctx context.Context, args ...string) (code int, lines []map[string]any, text string) {
	s.t.Helper()
	var out, failed lockedBuffer
	log := slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t := &terminal{
		out: &out, err: &reader{Writer: &failed, read: s.typeCode}, env: func(n string) string { return s.vars[n] }, log: log, browse: s.visit,
		ask: func(what, variable string) (core.Secret, error) { return core.Secret{}, noSecret(what, variable) },
		keys: func(ctx context.Context) (keychain.Store, *core.Fault) {
			return keychain.Open(ctx, keychain.Options{Backend: &s.chain, Log: log})
		},
	}
	code = run(ctx, t, args)
	fmt.Fprint(&s.all, out.String(), failed.String())
	for _, l := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var v map[string]any
		if json.Unmarshal([]byte(l), &v) == nil {
			lines = append(lines, v)
		}
	}
	return code, lines, out.String() + failed.String()
}

func (s *session) imported(more ...string) (int, importer.Receipt, string) {
	s.t.Helper()
	code, lines, text := s.run(s.args("import", append([]string{"-to", "sqlite:" + s.file()}, more...)...)...)
	return code, lastReceipt(s.t, lines, text), text
}

func lastReceipt(t testing.TB, lines []map[string]any, text string) importer.Receipt {
	t.Helper()
	if len(lines) == 0 {
		t.Fatalf("nothing was printed: %s", text)
	}
	raw, err := json.Marshal(lines[len(lines)-1]["receipt"])
	if err != nil {
		t.Fatal(err)
	}
	var r importer.Receipt
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func table(t testing.TB, r importer.Receipt, name string) importer.TableReceipt {
	t.Helper()
	for _, x := range r.Tables {
		if x.Table == name {
			if x.Read != x.Created+x.Updated+x.Unchanged+x.Removed+x.Skipped+x.Refused+x.Unsure {
				t.Errorf("the receipt of %s does not add up: %+v", name, x.Counts)
			}
			return x
		}
	}
	t.Fatalf("the receipt has no %s: %+v", name, r)
	return importer.TableReceipt{}
}

// chain is a keychain that lives as long as the session.
type chain struct {
	mu     sync.Mutex
	items  map[string]string
	broken atomic.Bool // there is none
}

var errNoChain = errors.New("no keychain")

func (c *chain) Get(service, item string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken.Load() {
		return "", errNoChain
	}
	text, ok := c.items[service+" "+item]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return text, nil
}

func (c *chain) Set(service, item, secret string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken.Load() {
		return errNoChain
	}
	if c.items == nil {
		c.items = map[string]string{}
	}
	c.items[service+" "+item] = secret
	return nil
}

func (c *chain) Delete(service, item string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.items, service+" "+item)
	return nil
}

// visit signs in on the page that ferryctl opens.
func (s *session) visit(link string) error {
	s.visits.Add(1)
	_, err := s.env.Visit(s.t.Context(), link, practice.SignsIn)
	return err
}

// typeCode types a code in, on another device, and signs in there.
func (s *session) typeCode(code, link string) {
	s.visits.Add(1)
	go func() {
		if _, err := s.env.Type(s.t.Context(), link, code, practice.SignsIn); err != nil {
			s.t.Errorf("the code could not be typed in: %v", err)
		}
	}()
}

// reader is somebody who reads what the terminal shows and does as it says.
type reader struct {
	io.Writer
	read func(code, link string)
}

var codeOnTerminal = regexp.MustCompile(`type the code (\S+) there:\n(\S+)\n`)

func (r *reader) Write(b []byte) (int, error) {
	n, err := r.Writer.Write(b)
	if m := codeOnTerminal.FindSubmatch(b); m != nil {
		r.read(string(m[1]), string(m[2]))
	}
	return n, err
}
