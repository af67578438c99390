//go:build bench && postgres && !windows

package bench

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ferry/core/postgres/pgtest"
	"ferry/core/practice"
	"ferry/core/project"
)

var (
	rows     = flag.Int("rows", 200_000, "accounts")
	rounds   = flag.Int("rounds", 3, "rounds, of which the median is taken")
	ferryctl = flag.String("ferryctl", "", "the program to be measured")
	peers    = flag.String("peers", "", "folder of the peers' packages")
	table    = flag.String("table", "", "file to which the table is added")
	size     = flag.Int("page", 5000, "accounts of a page, in the measurement of latency")
	latency  = flag.Duration("latency", 500*time.Millisecond, "before each page, in the measurement of latency; 0 leaves it out")
)

// A bench is everything that contenders share.
type bench struct {
	t       *testing.T
	server  *server
	env     *practice.Environment
	token   string
	folder  string
	project string // file
	plain   []string
	busy    string // how much others used the machine at the beginning
}

func TestTheTable(t *testing.T) {
	env, err := practice.Start(context.Background(), practice.Options{Seed: 11, Rows: map[string]int{"account": *rows}, TokenLifetime: 12 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	if err := sixty(env.World); err != nil {
		t.Fatal(err)
	}
	s, end, err := serve(env)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	b := &bench{t: t, server: s, env: env, folder: t.TempDir(), busy: busy()}
	if b.token, err = token(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	b.prepare()
	b.race(b.contenders(b.postgres()))
	b.waits()
}

// prepare writes the files that contenders read.
func (b *bench) prepare() {
	b.t.Helper()
	both := append(append([]byte{}, b.env.CA...), b.server.ca...)
	if err := os.WriteFile(b.ca(), both, 0o600); err != nil {
		b.t.Fatal(err)
	}
	src, err := source(b.server.org, b.token, b.server.ca)
	if err != nil {
		b.t.Fatal(err)
	}
	defer src.Close()
	m, err := plan(b.t.Context(), src)
	if err != nil {
		b.t.Fatal(err)
	}
	p := project.New("bench")
	p.Mappings = append(p.Mappings, m)
	b.project = filepath.Join(b.folder, "bench.ferry")
	if err := p.Write(b.project); err != nil {
		b.t.Fatal(err)
	}
	b.plain = append(os.Environ(), "SSL_CERT_FILE="+b.ca(), "NODE_EXTRA_CA_CERTS="+b.ca(), "BENCH_CA="+b.ca(), "BENCH_ORG="+b.server.org,
		"BENCH_TOKEN="+b.token, "FERRY_CLIENT_SECRET="+b.env.Secret, "BENCH_SELECT="+selects(), "BENCH_COLUMNS="+columns(), "PGPASSWORD="+pgtest.Password)
}

func (b *bench) ca() string { return filepath.Join(b.folder, "ca.pem") }

// postgres starts a server that writes as safely as a real one; nil where there is none.
func (b *bench) postgres() *pgtest.Server {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return nil
	}
	return pgtest.Start(b.t, true)
}

// race runs every contender's phases in turn, as many rounds as were asked for. The first round is not counted: it fills the
// server's memory.
func (b *bench) race(all []contender) {
	for n := range *rounds + 1 {
		for _, phase := range phases() {
			if phase == one || phase == changes {
				if err := change(b.env.World, n); err != nil {
					b.t.Fatal(err)
				}
			}
			if phase == one {
				b.server.refresh()
			}
			if b.server.wide = phase == wide; b.server.wide {
				clean(all)
			}
			truth, whose := "", ""
			for i := range all {
				c := &all[i]
				if c.missing != "" || !slices.Contains(c.phases, phase) {
					continue
				}
				r := b.run(c, phase)
				if c.missing != "" {
					continue
				}
				if c.sums != nil && phase != changes {
					if sums := c.sums(b.t); truth == "" {
						truth, whose = sums, c.name
					} else if sums != truth {
						b.t.Errorf("%s, %s: not what %s has:\n%s\n%s", c.name, phase, whose, sums, truth)
					}
				}
				if n > 0 || *rounds == 0 {
					c.results[phase] = append(c.results[phase], r)
				}
			}
		}
		clean(all)
	}
	b.server.wide = false
	b.print(all)
}

// clean removes what everybody stored.
func clean(all []contender) {
	for _, c := range all {
		if c.clean != nil {
			c.clean()
		}
	}
}
