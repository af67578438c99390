//go:build bench && postgres && !windows

package bench

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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

// print prints the table. The ratios are those to Ferry's first import into SQLite.
func (b *bench) print(all []contender) {
	if len(all[0].results[first]) == 0 {
		return
	}
	base := median(all[0].results[first])
	fmt.Printf("\n%d accounts, %d of 60 fields, medians of %d rounds\n\n", *rows, len(mapped()), *rounds)
	fmt.Printf("%-41s%-14s%8s%10s%8s%7s%8s%8s\n", "", "", "wall s", "rows/s", "cpu s", "MB", "x wall", "x cpu")
	for _, c := range all {
		if c.missing != "" {
			fmt.Printf("%-41smissing: %s\n", c.name, c.missing)
			continue
		}
		for _, phase := range phases() {
			if len(c.results[phase]) == 0 {
				continue
			}
			r := median(c.results[phase])
			fmt.Printf("%-41s%-14s%8.2f%10.0f%8.2f%7d%8.2f%8.2f\n", c.name, phase, r.wall.Seconds(), float64(*rows)/r.wall.Seconds(),
				r.cpu.Seconds(), r.peak>>20, r.wall.Seconds()/base.wall.Seconds(), r.cpu.Seconds()/base.cpu.Seconds())
		}
	}
	fmt.Println()
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
	fmt.Printf("%-34s%12s%8s%10s%10s%18s%14s\n", latency.String()+" a page", "with mark s", "pages", "load s", "at once s", "x pages x latency", "x one reader")
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
		fmt.Printf("Ferry, %-27s%12.2f%8d%10.2f%10.2f%18.2f%14.2f\n", c.name, whole.Seconds(), l.pages, took.Seconds(), swift.Seconds(),
			took.Seconds()/(float64(l.pages)*latency.Seconds()), one.Seconds()/took.Seconds())
	}
}
