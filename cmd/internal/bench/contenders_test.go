//go:build bench && postgres && !windows

package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core/postgres/pgtest"
)

// The phases of a round, in their order.
const (
	first   = "first"
	again   = "again"        // everything once more, and nothing has changed
	one     = "1 % changed"  // everything once more
	changes = "changes only" // what Ferry does by default when one in a hundred has changed
	wide    = "first, wide"  // from a server that sends every member of each record, as a script without $select is served
)

func phases() []string { return []string{first, again, one, changes, wide} }

// A contender brings the accounts somewhere.
type contender struct {
	name    string
	missing string // why it could not be had
	peer    bool   // somebody else's: it is missing, too, when it fails
	phases  []string
	command func(phase string) *exec.Cmd
	check   func(phase string, out []byte) error
	sums    func(t *testing.T) string // of what it stored
	clean   func()
	results map[string][]result
}

type result struct {
	wall, cpu time.Duration
	peak      int64
}

func columns() string { return strings.Join(mapped(), ",") }

func (b *bench) contenders(server *pgtest.Server) []contender {
	db := filepath.Join(b.folder, "ferry.db")
	all := []contender{b.ferry("Ferry, SQLite", "sqlite:"+db, db)}
	all[0].sums = func(t *testing.T) string { return sums(t, db) }
	if server == nil {
		all = append(all, contender{name: "Ferry, PostgreSQL", missing: "there is no PostgreSQL server on this computer"})
	} else {
		server.Exec(b.t, "postgres", "CREATE DATABASE bench")
		to := b.ferry("Ferry, PostgreSQL", fmt.Sprintf("postgres:postgres://%s@localhost:%d/bench?sslmode=disable", pgtest.User, server.Port))
		clean := to.clean
		to.clean = func() {
			clean()
			server.Exec(b.t, "postgres", "DROP DATABASE bench")
			server.Exec(b.t, "postgres", "CREATE DATABASE bench")
		}
		all = append(all, to)
	}
	folder, book := filepath.Join(b.folder, "csv"), filepath.Join(b.folder, "ferry.xlsx")
	all = append(all, b.ferry("Ferry, CSV", "csv:"+folder, folder), b.ferry("Ferry, Excel", "excel:"+book, book))
	for i := range all[1:] {
		all[i+1].phases = []string{first, again, one, changes}
	}
	return append(all,
		b.script("node, fetch + better-sqlite3", []string{first, again, one, wide}, "node", "fetch.mjs"),
		b.script("node, dynamics-web-api + better-sqlite3", []string{first, wide}, "node", "dwa.mjs"),
		b.script("Python, urllib + json + sqlite3", []string{first, again, wide}, "python3", "standard.py"),
		b.limit("reading alone", first, wide), b.limit("storing alone", first))
}

// ferry is ferryctl with a destination. What stands there is removed after each round.
func (b *bench) ferry(name, to string, files ...string) contender {
	data := filepath.Join(b.folder, "data-"+strings.ReplaceAll(name, " ", ""))
	return contender{
		name: name, phases: phases(), results: map[string][]result{},
		command: func(phase string) *exec.Cmd { return b.ferryctl(data, to, phase != changes) },
		check: func(phase string, out []byte) error {
			want := [4]int64{int64(*rows), 0, 0, 0}
			switch phase {
			case again:
				want = [4]int64{0, 0, int64(*rows), 0}
			case one:
				want = [4]int64{0, int64(*rows+99) / 100, int64(*rows) - int64(*rows+99)/100, 0}
			case changes:
				want = [4]int64{0, int64(*rows+99) / 100, 0, 0}
			}
			return receipt(out, want)
		},
		clean: func() {
			for _, f := range append(slices.Clone(files), data) {
				if err := os.RemoveAll(f); err != nil {
					b.t.Fatal(err)
				}
			}
		},
	}
}

func (b *bench) ferryctl(data, to string, full bool, more ...string) *exec.Cmd {
	args := []string{"import", "-project", b.project, "-org", b.server.org, "-authority", b.env.Authority, "-client-id", b.env.SecretApp, "-auth", "secret",
		"-scope", b.env.Org + "/.default", "-proxy", "none", "-data", data, "-tables", "account", "-to", to, "-json"}
	if full {
		args = append(args, "-full")
	}
	return exec.Command(*ferryctl, append(args, more...)...)
}

// receipt looks whether an import created, updated, left and refused what it should have.
func receipt(out []byte, want [4]int64) error {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var last struct {
		Receipt struct {
			State  string
			Tables []struct{ Created, Updated, Unchanged, Refused int64 }
		}
	}
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil || len(last.Receipt.Tables) != 1 || last.Receipt.State != "complete" {
		return fmt.Errorf("no receipt: %s", out)
	}
	t := last.Receipt.Tables[0]
	if got := [4]int64{t.Created, t.Updated, t.Unchanged, t.Refused}; got != want {
		return fmt.Errorf("created, updated, unchanged and refused are %v, want %v", got, want)
	}
	return nil
}

// script is a peer. It is missing where its interpreter or its packages are.
func (b *bench) script(name string, phases []string, interpreter, file string) contender {
	db := filepath.Join(b.folder, file+".db")
	c := contender{name: name, peer: true, phases: phases, results: map[string][]result{}, sums: func(t *testing.T) string { return sums(t, db) }}
	c.clean = func() {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(db + end)
		}
	}
	program, err := exec.LookPath(interpreter)
	if err != nil {
		c.missing = "there is no " + interpreter + " on this computer"
		return c
	}
	script := filepath.Join(*peers, file)
	if interpreter == "node" {
		needs := []string{"better-sqlite3/build/Release/better_sqlite3.node"}
		if file == "dwa.mjs" {
			needs = append(needs, "dynamics-web-api/package.json")
		}
		for _, need := range needs {
			if _, err := os.Stat(filepath.Join(*peers, "node_modules", filepath.FromSlash(need))); err != nil {
				c.missing = "its packages could not be fetched"
				return c
			}
		}
	}
	c.command = func(string) *exec.Cmd {
		p := exec.Command(program, script)
		p.Env = append(b.plain, "BENCH_FILE="+db)
		return p
	}
	return c
}

// run runs one phase and measures it.
func (b *bench) run(c *contender, phase string) result {
	b.t.Helper()
	p := c.command(phase)
	if p.Env == nil {
		p.Env = b.plain
	}
	var out bytes.Buffer
	p.Stdout, p.Stderr = &out, &out
	began := time.Now()
	if err := p.Start(); err != nil {
		b.t.Fatal(err)
	}
	peak := watch(p)
	err := p.Wait()
	r := result{wall: time.Since(began), cpu: p.ProcessState.UserTime() + p.ProcessState.SystemTime(), peak: peak()}
	if err == nil && c.check != nil {
		err = c.check(phase, out.Bytes())
	}
	if err != nil && c.peer {
		b.t.Logf("%s, %s: %v\n%.2000s", c.name, phase, err, out.String())
		c.missing = "it failed: " + err.Error()
		return r
	}
	if err != nil {
		b.t.Fatalf("%s, %s: %v\n%.2000s", c.name, phase, err, out.String())
	}
	if words, ok := strings.CutPrefix(out.String(), "measured "); ok { // a limit measures itself: what it does first is no part of it
		var wall, cpu float64
		if _, err := fmt.Sscan(words, &wall, &cpu); err != nil {
			b.t.Fatal(err)
		}
		r.wall, r.cpu = time.Duration(wall*float64(time.Second)), time.Duration(cpu*float64(time.Second))
	}
	b.t.Logf("%-42s %-13s %6.2f s, cpu %6.2f s, %4d MB", c.name, phase, r.wall.Seconds(), r.cpu.Seconds(), r.peak>>20)
	return r
}

// watch looks at the most memory that a process ever had, where the system tells while it lives.
func watch(p *exec.Cmd) (peak func() int64) {
	stop, most := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		high := int64(0)
		for {
			select {
			case <-stop:
				most <- high
				return
			case <-tick.C:
				text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
				var kib int64
				if _, rest, ok := bytes.Cut(text, []byte("VmHWM:")); ok {
					_, _ = fmt.Sscan(string(rest), &kib)
				}
				high = max(high, kib<<10)
			}
		}
	}()
	return func() int64 { close(stop); return <-most }
}

// sums tells of each column how many values it has, and their lengths; of numbers their sum, because scripts store an amount as
// a binary fraction.
func sums(t *testing.T, path string) string {
	t.Helper()
	c, err := sqlite.OpenConn(path, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	numbers := []string{"revenue", "numberofemployees", "industrycode", "statecode", "statuscode", "donotemail"}
	parts := []string{"count(*)", "sum(length(accountid))"}
	for _, name := range mapped() {
		parts = append(parts, "count("+name+")")
		if slices.Contains(numbers, name) {
			parts = append(parts, "cast(sum(round(cast("+name+" AS REAL) * 100)) AS INTEGER)")
		} else {
			parts = append(parts, "sum(length("+name+"))")
		}
	}
	var out []string
	err = sqlitex.ExecuteTransient(c, "SELECT "+strings.Join(parts, ", ")+" FROM account", &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		for i := range parts {
			out = append(out, s.ColumnText(i))
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}
