package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
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
	"ferry/core/practice/world"
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

func table(t testing.TB, r importer.Receipt, name string) importer.Counts {
	t.Helper()
	for _, x := range r.Tables {
		if x.Table == name {
			if x.Read != x.Created+x.Updated+x.Unchanged+x.Removed+x.Skipped+x.Refused+x.Unsure {
				t.Errorf("the receipt of %s does not add up: %+v", name, x.Counts)
			}
			return x.Counts
		}
	}
	t.Fatalf("the receipt has no %s: %+v", name, r)
	return importer.Counts{}
}

// chain is a keychain that lives as long as the session.
type chain struct {
	mu    sync.Mutex
	items map[string]string
}

func (c *chain) Get(service, item string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text, ok := c.items[service+" "+item]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return text, nil
}

func (c *chain) Set(service, item, secret string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
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

func TestAnImportBringsEveryRowAndEveryCell(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	tables := []string{"account", "contact", "new_vessel", "new_voyage", "systemuser", "transactioncurrency", "lead", "task"}
	code, r, text := s.imported("-tables", strings.Join(tables, ","))
	if code != exitWell {
		t.Fatalf("exit %d: %s", code, text)
	}
	if c := table(t, r, "account"); c.Read != 120 || c.Created != 120 {
		t.Errorf("accounts: %+v", c)
	}
	sameAsTruth(t, s.env, s.file(), tables...)

	code, r, text = s.imported("-tables", strings.Join(tables, ","))
	if c := table(t, r, "contact"); code != exitWell || c.Unchanged != 260 || c.Created != 0 || c.Updated != 0 {
		t.Errorf("again: exit %d, contacts %+v: %s", code, c, text)
	}
	sameAsTruth(t, s.env, s.file(), tables...)
}

func TestARowThatChangedIsUpdatedAndTheOthersAreNot(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	s.imported()
	account := s.env.World.Table("account")
	row, _ := s.env.World.Row(account, 5)
	if err := s.env.World.Set("account", row.Key, map[string]world.Cell{"name": world.TextCell("Renamed")}); err != nil {
		t.Fatal(err)
	}
	_, r, _ := s.imported()
	if c := table(t, r, "account"); c.Updated != 1 || c.Unchanged != 119 {
		t.Errorf("accounts: %+v", c)
	}
	sameAsTruth(t, s.env, s.file(), "account", "contact")
}

func TestAFilterBringsOnlyWhatFits(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	code, r, text := s.imported("-tables", "account", "-filter", "account=statecode eq 0")
	c := table(t, r, "account")
	if code != exitWell || c.Read == 0 || c.Read >= 120 {
		t.Errorf("exit %d, %+v: %s", code, c, text)
	}
}

func TestWrongUseIsExplainedAndEndsWithTwo(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	notOurs := filepath.Join(s.dir, "not a database.db")
	if err := os.WriteFile(notOurs, bytes.Repeat([]byte("this is a letter to my aunt\n"), 200), 0o600); err != nil {
		t.Fatal(err)
	}
	to := "sqlite:" + s.file()
	for _, c := range []struct {
		name string
		args []string
	}{
		{"an unknown flag", s.args("import", "-nonsense")},
		{"no destination", s.args("import")},
		{"an unknown destination", s.args("import", "-to", "oracle:x")},
		{"an unknown setting", s.args("import", "-to", to, "-set", "colour=red")},
		{"a folder that is not there", s.args("import", "-to", "sqlite:"+filepath.Join(s.dir, "no", "such", "folder", "x.db"))},
		{"a file that is no database", s.args("import", "-to", "sqlite:"+notOurs)},
		{"a folder in the file's place", s.args("import", "-to", "sqlite:"+s.dir)},
		{"no such table", s.args("import", "-to", to, "-tables", "acount")},
		{"a bad filter", s.args("import", "-to", to, "-filter", "account=nme eq 'x'")},
		{"a filter for another table", s.args("import", "-to", to, "-filter", "lead=statecode eq 0")},
		{"a bad address", []string{"import", "-org", "https://make.powerapps.com/environments/x", "-client-id", "x", "-to", to, "-json"}},
		{"plain http", []string{"import", "-org", "http://127.0.0.1:9", "-client-id", "x", "-to", to, "-json"}},
		{"no address", []string{"import", "-client-id", "x", "-to", to, "-json"}},
		{"no client ID", []string{"import", "-org", s.env.Org, "-to", to, "-json"}},
		{"an unknown way to sign in", s.args("import", "-auth", "telepathy", "-to", to)},
		{"an unknown command", []string{"fly"}},
	} {
		code, lines, text := s.run(c.args...)
		if code != exitUsage {
			t.Errorf("%s: exit %d, not 2: %s", c.name, code, text)
		}
		for _, l := range lines {
			if f, ok := l["fault"].(map[string]any); ok && (f["cause"] == "" || f["remedy"] == "" || f["code"] == "core.bug") {
				t.Errorf("%s: %v", c.name, f)
			}
		}
	}
	if text, err := os.ReadFile(notOurs); err != nil || !bytes.HasPrefix(text, []byte("this is a letter")) {
		t.Errorf("the file that is no database was changed: %v", err)
	}
}

func TestCheckEndsWithTheVerdict(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	code, lines, text := s.run(s.args("check")...)
	last := lines[len(lines)-1]
	if code != exitWell || last["available"] != true || len(last["checks"].([]any)) < 6 {
		t.Errorf("exit %d: %s", code, text)
	}
	s.vars["FERRY_CLIENT_SECRET"] = "wrong~secret~value"
	code, lines, text = s.run(s.args("check")...)
	last = lines[len(lines)-1]
	if code != exitRefused || last["available"] != false {
		t.Errorf("with a wrong secret: exit %d: %s", code, text)
	}
	failed, untried := 0, 0
	for _, c := range last["checks"].([]any) {
		c := c.(map[string]any)
		switch c["state"] {
		case "failed":
			failed++
			if c["cause"] == nil || c["remedy"] == nil || c["who"] == nil {
				t.Errorf("a failed step without cause, remedy or owner: %v", c)
			}
		case "untried":
			untried++
		}
	}
	if failed != 1 || untried == 0 {
		t.Errorf("%d failed and %d untried: %s", failed, untried, text)
	}
	s.vars["FERRY_CLIENT_SECRET"] = s.env.Secret
	_, lines, _ = s.run("check", "-org", "not an address", "-client-id", "x", "-json")
	if last := lines[len(lines)-1]; last["available"] != false {
		t.Errorf("with a bad address the last line is %v", last)
	}
}

func TestTheOtherCommandsAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	if code, lines, text := s.run(s.args("tables")...); code != exitWell || len(lines) < 10 || !strings.Contains(text, `"new_vessel"`) {
		t.Errorf("tables: exit %d: %s", code, text)
	}
	if code, _, text := s.run("settings", "sqlite", "-json", "-data", s.dir); code != exitWell || !strings.Contains(text, `"file"`) {
		t.Errorf("settings: exit %d: %s", code, text)
	}
	if code, lines, text := s.run(s.args("runs")...); code != exitWell || len(lines) != 0 {
		t.Errorf("runs before the first: exit %d: %s", code, text)
	}
	s.imported()
	if code, lines, text := s.run(s.args("runs")...); code != exitWell || len(lines) != 1 || lastReceipt(t, lines, text).State != importer.Complete {
		t.Errorf("runs: exit %d: %s", code, text)
	}
	if code, _, text := s.run("help"); code != exitWell || !strings.Contains(text, "exit codes") {
		t.Errorf("help: exit %d: %s", code, text)
	}
}

func TestADestinationThatWasReplacedGetsEverythingAgainAndTheReceiptSaysWhy(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	s.imported()
	older, err := os.ReadFile(s.file())
	if err != nil {
		t.Fatal(err)
	}
	_, r, _ := s.imported()
	if r.Reason != "" {
		t.Errorf("nothing was replaced, but: %s", r.Reason)
	}
	if err := os.WriteFile(s.file(), older, 0o600); err != nil {
		t.Fatal(err)
	}
	code, r, text := s.imported()
	if code != exitWell || r.Reason == "" || table(t, r, "account").Read != 120 {
		t.Errorf("an older copy: exit %d, reason %q: %s", code, r.Reason, text)
	}
	if err := os.Remove(s.file()); err != nil {
		t.Fatal(err)
	}
	code, r, text = s.imported()
	if code != exitWell || r.Reason == "" || table(t, r, "account").Created != 120 {
		t.Errorf("deleted: exit %d, reason %q: %s", code, r.Reason, text)
	}
	sameAsTruth(t, s.env, s.file(), "account", "contact")
}

func TestNoSecretTokenOrValueIsWrittenAnywhere(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	s.imported()
	s.run(s.args("check")...)
	s.run(s.args("runs")...)
	s.vars["FERRY_CLIENT_SECRET"] = "wrong~secret~value"
	s.run(s.args("check")...)
	s.imported("-full")

	account := s.env.World.Table("account")
	forbidden := []string{s.env.Secret, "wrong~secret~value", "Bearer ", "eyJ"} // a token begins with eyJ
	for i := range 50 {
		row, _ := s.env.World.Row(account, i)
		if name := row.Cells[account.Column("name").Index].S; len(name) > 8 {
			forbidden = append(forbidden, name)
		}
	}
	written := map[string]string{"the log": s.log.String(), "the terminal": s.all.String()}
	err := filepath.WalkDir(filepath.Join(s.dir, "data"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		written[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(written) < 3 || len(s.log.String()) == 0 {
		t.Fatalf("there is nothing to search: %d files, %d bytes of log", len(written), len(s.log.String()))
	}
	for where, text := range written {
		for _, f := range forbidden {
			if f != "" && strings.Contains(text, f) {
				t.Errorf("%s holds %.12q…", where, f)
			}
		}
	}
}
