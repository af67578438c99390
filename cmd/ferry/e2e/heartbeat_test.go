//go:build e2e && bench

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/core/practice"
)

// TestTheHeartBeatsOnWhileTheWindowImports sends something through the window's queue every 50 milliseconds and compares how long it
// took until it was its turn: at rest, at rest while the window is drawn four times a second, and while 200,000
// accounts are imported. Where no graphics card draws, a beat that meets a frame waits for it, whatever else goes on.
func TestTheHeartBeatsOnWhileTheWindowImports(t *testing.T) {
	const rows = 200_000
	beats := os.Getenv("FERRY_HEARTBEAT")
	if beats == "" {
		t.Fatal("FERRY_HEARTBEAT names no file: run make bench")
	}
	env, err := practice.Start(context.Background(), practice.Options{Seed: 3, Rows: map[string]int{"account": rows, "contact": 10}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(env.Close)
	v, err := env.Values(practice.BySecret)
	if err != nil {
		t.Fatal(err)
	}
	d := sit(t, "heartbeat", 1280, 860, func(home string) { settle(t, home, v) })
	d.meet(met{at: atTest, cause: "Connection available"}, v)
	d.see("Connection available", long)
	d.clickTo("Continue", "Use and check")
	d.clickUntil("Database file", func() bool { return d.fieldEnds(".db") })
	d.clickTo("Use and check", "Destination available")
	d.clickTo("Continue to import", "Import everything")

	standAside(t)
	rest, drawn := d.quietly(".rest", 10*time.Second), d.quietly(".drawn", 10*time.Second)
	d.click("Import everything")
	before := d.cost()
	var busy []span
	done := func() bool { _, ok := d.find("Open the folder"); return ok }
	for end := time.Now().Add(5 * time.Minute); !done(); {
		if time.Now().After(end) {
			t.Fatal("the import does not end:\n" + d.page())
		}
		busy = append(busy, d.quietly(".rest", 2*time.Second))
	}
	after := d.cost()
	d.picture("done")
	if len(busy) > 1 {
		busy = busy[:len(busy)-1] // it ended within the last one
	}
	tell := func(when string, spans ...span) pulse {
		p := quantiles(t, beats, spans...)
		fmt.Printf("%-44s %6d beats, median %8.2f ms, 99th percentile %8.2f ms, longest %8.2f ms\n", when, p.n, ms(p.p50), ms(p.p99), ms(p.most))
		return p
	}
	fmt.Println("\nheartbeat through the window's queue, every 50 ms")
	still := tell("at rest, nothing is drawn", rest)
	shown := tell("at rest, drawn four times a second", drawn)
	moving := tell(fmt.Sprintf("while %d accounts are imported", rows), busy...)
	fmt.Printf("99th percentile while importing: %.2f of that of the window that is drawn at rest, %.0f of that of one that is not drawn\n",
		ms(moving.p99)/ms(shown.p99), ms(moving.p99)/ms(still.p99))

	alone := d.terminal(v)
	fmt.Printf("processor time of the import: %.1f s in the window, %.1f s in the terminal (%.2f); memory of the window: %d MB before, %d MB at most\n",
		(after.cpu - before.cpu).Seconds(), alone.Seconds(), (after.cpu-before.cpu).Seconds()/alone.Seconds(), before.now>>20, after.peak>>20)
}

// A cost is what the window's process has taken until now.
type cost struct {
	cpu       time.Duration
	now, peak int64 // bytes of memory
}

func (d *desk) cost() cost {
	d.t.Helper()
	var c cost
	proc := fmt.Sprintf("/proc/%d/", d.window.Pid)
	stat, err := os.ReadFile(proc + "stat")
	if err != nil {
		d.t.Fatal(err)
	}
	const perSecond = 100 // Linux: USER_HZ
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, field := range fields[11:13] { // proc(5): utime and stime
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			d.t.Fatal(err)
		}
		c.cpu += time.Duration(ticks) * time.Second / perSecond
	}
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		d.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		fmt.Sscanf(line, "VmRSS: %d", &c.now)
		fmt.Sscanf(line, "VmHWM: %d", &c.peak)
	}
	c.now, c.peak = c.now<<10, c.peak<<10
	return c
}

// terminal is the processor time of the same import by ferryctl.
func (d *desk) terminal(v practice.Values) time.Duration {
	d.t.Helper()
	folder := d.t.TempDir()
	ca := filepath.Join(folder, "ca.pem")
	if err := os.WriteFile(ca, v.CA, 0o600); err != nil {
		d.t.Fatal(err)
	}
	c := exec.Command(os.Getenv("FERRY_TERMINAL"), "import", "-org", v.Org, "-authority", v.Authority, "-client-id", v.ClientID, "-auth", "secret",
		"-proxy", "none", "-data", filepath.Join(folder, "data"), "-tables", "account,contact", "-to", "sqlite:"+filepath.Join(folder, "all.db"))
	c.Env = append(os.Environ(), "SSL_CERT_FILE="+ca, "FERRY_CLIENT_SECRET="+v.Secret)
	if said, err := c.CombinedOutput(); err != nil {
		d.t.Fatalf("ferryctl: %v\n%s", err, said)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// standAside lets the environment, which is another computer in life, and lives in this process here, have what the window leaves.
func standAside(t *testing.T) {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if id, err := strconv.Atoi(task.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, 15)
		}
	}
}

// A span is a time in which nothing but the window itself asked anything of it.
type span struct{ from, to time.Time }

func (d *desk) quietly(how string, howLong time.Duration) span {
	d.t.Helper()
	if err := os.WriteFile(d.describe+how, nil, 0o600); err != nil {
		d.t.Fatal(err)
	}
	s := span{from: time.Now().Add(200 * time.Millisecond)}
	<-time.After(howLong)
	s.to = time.Now()
	if err := os.Remove(d.describe + how); err != nil {
		d.t.Fatal(err)
	}
	<-time.After(400 * time.Millisecond) // until it has told again what it shows
	return s
}

type pulse struct {
	n              int
	p50, p99, most time.Duration
}

// quantiles are those of the beats that were sent within some spans.
func quantiles(t *testing.T, path string, spans ...span) pulse {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []time.Duration
	for in := bufio.NewScanner(f); in.Scan(); {
		var sent, took int64
		if _, err := fmt.Sscan(in.Text(), &sent, &took); err != nil {
			continue
		}
		at := time.Unix(0, sent)
		if slices.ContainsFunc(spans, func(s span) bool { return at.After(s.from) && at.Before(s.to) }) {
			all = append(all, time.Duration(took))
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d beats", len(all))
	}
	slices.Sort(all)
	return pulse{len(all), all[len(all)/2], all[len(all)*99/100], all[len(all)-1]}
}
