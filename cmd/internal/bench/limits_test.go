//go:build bench && postgres && !windows

package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/mapping"
)

// limit is this test program in a process of its own, which reads and maps the accounts, or stores what it read before.
func (b *bench) limit(what string, phases ...string) contender {
	return contender{
		name: "limit: " + what, phases: phases, results: map[string][]result{},
		command: func(string) *exec.Cmd {
			self, err := os.Executable()
			if err != nil {
				b.t.Fatal(err)
			}
			p := exec.Command(self, "-test.run", "^TestLimit$")
			p.Env = append(b.plain, "BENCH_LIMIT="+what, "BENCH_FOLDER="+b.t.TempDir())
			return p
		},
	}
}

// TestLimit is what such a process does; by itself it does nothing.
func TestLimit(t *testing.T) {
	what := os.Getenv("BENCH_LIMIT")
	if what == "" {
		return
	}
	ca, err := os.ReadFile(os.Getenv("BENCH_CA"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := source(os.Getenv("BENCH_ORG"), os.Getenv("BENCH_TOKEN"), ca)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	began, cpu := time.Now(), spent()
	var keep [][]core.Record
	n, err := accounts(t.Context(), s, func(rows []core.Record) {
		if what == "storing alone" {
			keep = append(keep, rows)
		}
	})
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	if what == "storing alone" {
		began, cpu = time.Now(), spent()
		if err := store(filepath.Join(os.Getenv("BENCH_FOLDER"), "limit.db"), keep); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Printf("measured %f %f\n", time.Since(began).Seconds(), (spent() - cpu).Seconds())
	os.Exit(0) // what the test program would say behind it is no part of the answer
}

// spent is the processor time of this process.
func spent() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// accounts reads and maps all accounts in one chain.
func accounts(ctx context.Context, s core.Source, each func([]core.Record)) (n int, err error) {
	m, err := plan(ctx, s)
	if err != nil {
		return 0, err
	}
	about, err := s.Describe(ctx, "account")
	if err != nil {
		return 0, err
	}
	p, err := mapping.Compile(m, about, mapping.About{Tables: func(string) *core.Table { return nil }})
	if err != nil {
		return 0, err
	}
	q, err := p.Query(time.Now())
	if err != nil {
		return 0, err
	}
	for page, err := range s.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return n, err
		}
		rows := make([]core.Record, 0, len(page.Records))
		for _, r := range page.Records {
			values, fault := p.Apply(r, nil)
			if fault != nil {
				return n, fault
			}
			rows = append(rows, core.Record{Key: r.Key, Values: values})
		}
		n += len(rows)
		each(rows) // the page stays with its rows
	}
	return n, nil
}

// store is what SQLite costs by the driver that Ferry uses: one prepared statement, 25,000 rows in a transaction.
func store(path string, pages [][]core.Record) error {
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, statement := range []string{
		"PRAGMA page_size = 16384", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -65536", "PRAGMA wal_autocheckpoint = 8192",
		"CREATE TABLE account (accountid TEXT NOT NULL PRIMARY KEY, " + strings.Join(mapped(), ", ") + ")",
	} {
		if err := sqlitex.ExecuteTransient(c, statement, nil); err != nil {
			return err
		}
	}
	var sets []string
	for _, name := range mapped() {
		sets = append(sets, name+" = excluded."+name)
	}
	upsert, err := c.Prepare("INSERT INTO account VALUES (?" + strings.Repeat(", ?", len(mapped())) + ") ON CONFLICT (accountid) DO UPDATE SET " + strings.Join(sets, ", "))
	if err != nil {
		return err
	}
	in := 0
	run := func(statement string) {
		if err == nil {
			err = sqlitex.ExecuteTransient(c, statement, nil)
		}
	}
	run("BEGIN")
	for _, rows := range pages {
		for _, r := range rows {
			if in++; in%25_000 == 0 {
				run("COMMIT")
				run("BEGIN")
			}
			bind(upsert, r)
			if _, e := upsert.Step(); e != nil {
				return e
			}
			if e := upsert.Reset(); e != nil {
				return e
			}
		}
	}
	run("COMMIT")
	run("PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func bind(s *sqlite.Stmt, r core.Record) {
	s.BindText(1, r.Key)
	for i, v := range r.Values {
		switch v.Kind() {
		case core.KindAbsent, core.KindNull:
			s.BindNull(i + 2)
		case core.KindInt, core.KindChoice:
			s.BindInt64(i+2, v.AsInt())
		case core.KindBool:
			s.BindBool(i+2, v.AsBool())
		case core.KindText, core.KindDecimal:
			s.BindText(i+2, v.AsText())
		default:
			s.BindText(i+2, v.Canonical())
		}
	}
}
