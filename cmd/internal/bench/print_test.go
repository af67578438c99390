//go:build bench && postgres && !windows

package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// median is the middle of what was measured, each figure by itself.
func median(all []result) result {
	of := func(less func(a, b result) int) result {
		return slices.SortedFunc(slices.Values(all), less)[len(all)/2]
	}
	return result{
		wall: of(func(a, b result) int { return int(a.wall - b.wall) }).wall,
		cpu:  of(func(a, b result) int { return int(a.cpu - b.cpu) }).cpu,
		peak: of(func(a, b result) int { return int(a.peak - b.peak) }).peak,
	}
}

// say writes to the terminal and into the file of the table.
func (b *bench) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Print(text)
	if *table == "" {
		return
	}
	f, err := os.OpenFile(*table, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		b.t.Error(err)
	}
}

// busy is how much others use the machine, where the system tells.
func busy() string {
	told, _ := os.ReadFile("/proc/loadavg")
	words := strings.Fields(string(told))
	if len(words) < 3 {
		return "not told"
	}
	return strings.Join(words[:3], " ")
}

// print prints the table. The ratios are those to Ferry's first import into SQLite; of the wide records to that of these.
func (b *bench) print(all []contender) {
	if len(all[0].results[first]) == 0 {
		return
	}
	b.say("\n%d accounts, %d of 60 fields, medians of %d rounds. %s, %d processors, load before %s, now %s.\n", *rows, len(mapped()), *rounds,
		time.Now().Format("2006-01-02 15:04"), runtime.NumCPU(), b.busy, busy())
	members, size := b.server.shape(false)
	more, bigger := b.server.shape(true)
	b.say("A record comes with %d members in %d bytes; a wide one with %d in %d.\n\n", members, size, more, bigger)
	b.say("%-41s%-14s%8s%10s%8s%7s%8s%8s\n", "", "", "wall s", "rows/s", "cpu s", "MB", "x wall", "x cpu")
	for _, c := range all {
		if c.missing != "" {
			b.say("%-41smissing: %s\n", c.name, c.missing)
			continue
		}
		for _, phase := range phases() {
			if len(c.results[phase]) == 0 {
				continue
			}
			base := median(all[0].results[first])
			if phase == wide {
				base = median(all[0].results[wide])
			}
			r := median(c.results[phase])
			b.say("%-41s%-14s%8.2f%10.0f%8.2f%7d%8.2f%8.2f\n", c.name, phase, r.wall.Seconds(), float64(*rows)/r.wall.Seconds(),
				r.cpu.Seconds(), r.peak>>20, r.wall.Seconds()/base.wall.Seconds(), r.cpu.Seconds()/base.cpu.Seconds())
		}
	}
	b.say("\n")
}

// waits measures what latency costs: one reader, four, and as many as Ferry takes by itself, from the first page's request to the
// program's end. Each runs once without, which fills the server's memory. The walk that takes the mark comes before: it is one
// chain in any case. One reader's chain is held against what its answers alone take, several against one.
func (b *bench) waits() {
	if *latency <= 0 {
		return
	}
	defer func() { b.server.latency = 0 }()
	if err := weekend(b.env.World); err != nil {
		b.t.Fatal(err)
	}
	b.server.forget()
	one := time.Duration(0)
	b.say("%-34s%12s%8s%10s%10s%18s%14s\n", latency.String()+" a page", "with mark s", "pages", "load s", "at once s", "x pages x latency", "x one reader")
	for _, c := range []struct {
		name string
		more []string
	}{{"one reader", []string{"-requests", "1"}}, {"four readers", []string{"-requests", "4"}}, {"as many as Ferry takes", nil}} {
		var whole, swift time.Duration
		var l load
		for _, b.server.latency = range []time.Duration{0, 0, *latency} { // the second is what it takes without
			folder := b.t.TempDir()
			b.server.loaded()
			whole = b.run(&contender{name: "Ferry, " + c.name, command: func(string) *exec.Cmd {
				return b.ferryctl(filepath.Join(folder, "data"), "sqlite:"+filepath.Join(folder, "ferry.db"), false, append(c.more, "-page-size", strconv.Itoa(*size))...)
			}}, first).wall
			l = b.server.loaded()
			if b.server.latency == 0 {
				swift = time.Since(l.began)
			}
		}
		took := time.Since(l.began)
		if one == 0 {
			one = took
		}
		b.say("Ferry, %-27s%12.2f%8d%10.2f%10.2f%18.2f%14.2f\n", c.name, whole.Seconds(), l.pages, took.Seconds(), swift.Seconds(),
			took.Seconds()/(float64(l.pages)*latency.Seconds()), one.Seconds()/took.Seconds())
	}
}
