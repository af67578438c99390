package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/practice"
)

// TestMain lets the test binary be ferryctl itself, so that a whole process can be killed.
func TestMain(m *testing.M) {
	if os.Getenv("FERRY_TEST_IS_FERRYCTL") != "" {
		if text := os.Getenv(chaotic); text != "" {
			os.Exit(chaos(text))
		}
		if when := os.Getenv(dieAtReceipt); when != "" {
			os.Exit(mortal(when))
		}
		if os.Getenv(crashes) != "" {
			os.Exit(crashing())
		}
		main()
	}
	os.Exit(m.Run())
}

// process is ferryctl as a process of its own.
func (s *session) process(args ...string) (*exec.Cmd, *bytes.Buffer) {
	s.t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), "FERRY_TEST_IS_FERRYCTL=1", "SSL_CERT_FILE="+s.ca())
	for name, value := range s.vars {
		c.Env = append(c.Env, name+"="+value)
	}
	out := &bytes.Buffer{}
	c.Stdout, c.Stderr = out, out
	return c, out
}

func TestAKilledImportGoesOnWithoutLossOrDouble(t *testing.T) {
	t.Parallel()
	began := time.Now()
	s := open(t, killed())
	c, out := s.process(s.killedArgs()...)
	if err := c.Run(); err != nil {
		t.Fatalf("unbroken: %v: %s", err, out)
	}
	whole := time.Since(began)
	var all atomic.Int32
	rounds := coretest.Rounds(6)
	t.Run("killed", func(t *testing.T) {
		for round := range rounds {
			t.Run(strconv.Itoa(round), func(t *testing.T) {
				t.Parallel()
				all.Add(killedAgainAndAgain(t, uint64(round), whole))
			})
		}
	})
	if n := all.Load(); int(n) < rounds {
		t.Errorf("only %d processes were killed in time", n)
	}
}

// killedAgainAndAgain imports with kills at moments of the time that a whole import takes. It returns how many processes
// were killed before they told their receipt.
func killedAgainAndAgain(t *testing.T, seed uint64, whole time.Duration) (died int32) {
	s := open(t, killed())
	random := rand.New(rand.NewPCG(1, seed))
	args := s.killedArgs()
	for try := 0; ; try++ {
		c, out := s.process(args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var kill *time.Timer
		if try < 4 {
			kill = time.AfterFunc(time.Duration(random.Int64N(int64(whole))), func() { c.Process.Kill() })
		}
		err := c.Wait()
		if kill != nil {
			kill.Stop()
		}
		if err == nil || strings.Contains(out.String(), `"receipt"`) { // a kill after the receipt came too late
			checkWholeReceipt(t, out.String())
			break
		}
		if c.ProcessState.ExitCode() != -1 {
			t.Fatalf("try %d: %v: %s", try, err, out)
		}
		died++
	}
	sameAsTruth(t, s.env, s.file(), "account", "contact")
	return died
}

// So many rows are forty pages.
const (
	killedAccounts = 1600
	killedContacts = 2400
)

func killed() practice.Options {
	return practice.Options{Seed: 3, Rows: map[string]int{"account": killedAccounts, "contact": killedContacts}}
}

func (s *session) killedArgs() []string {
	return s.args("import", "-to", "sqlite:"+s.file(), "-page-size", "100")
}

// checkWholeReceipt looks whether the last line tells of the whole run: everything was created, whoever created it.
func checkWholeReceipt(t *testing.T, text string) {
	t.Helper()
	r := receiptOf(t, text)
	if a, c := table(t, r, "account"), table(t, r, "contact"); r.State != importer.Complete || a.Read != killedAccounts || a.Created != killedAccounts || c.Read != killedContacts || c.Created != killedContacts {
		t.Errorf("%s, accounts %+v, contacts %+v, reason %q", r.State, a, c, r.Reason)
	}
}

func TestTwoFerrysOnOneFileRefuseEachOther(t *testing.T) {
	t.Parallel()
	slow := practice.Step{Side: practice.SideDynamics, Table: "account", Page: 3, Times: 1, Do: practice.DoDelay, For: practice.Duration(time.Hour)}
	s := open(t, practice.Options{Seed: 3, Rows: map[string]int{"account": 2000, "contact": 10}, Script: practice.Script{slow}})
	first, out := s.process(s.args("import", "-to", "sqlite:"+s.file(), "-page-size", "200", "-tables", "account")...)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return s.env.Played()[0] > 0 })

	// Another data folder: only the file itself can tell.
	s.settle("other")
	other := []string{"import", "-org", s.env.Org, "-authority", s.env.Authority, "-client-id", s.env.SecretApp, "-data", filepath.Join(s.dir, "other"), "-json", "-to", "sqlite:" + s.file(), "-tables", "account"}
	code, lines, text := s.run(other...)
	if code == exitWell || len(lines) == 0 {
		t.Errorf("the second Ferry got exit %d: %s", code, text)
	}
	if !strings.Contains(text, "remedy") {
		t.Errorf("no remedy: %s", text)
	}
	if err := s.env.Play(nil); err != nil { // the first one goes on
		t.Fatal(err)
	}
	if err := first.Wait(); err != nil {
		t.Errorf("the first Ferry: %v: %s", err, out)
	}
	sameAsTruth(t, s.env, s.file(), "account")
}

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); <-tick.C {
		if holds() {
			return
		}
	}
	t.Fatal("waited in vain")
}

// receiptOf is the receipt on the last line.
func receiptOf(t testing.TB, text string) importer.Receipt {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var last struct{ Receipt importer.Receipt }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatalf("the last line is no receipt: %v: %s", err, text)
	}
	return last.Receipt
}
