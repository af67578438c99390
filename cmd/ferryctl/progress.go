package main

import (
	"fmt"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/importer"
)

// A progressBar shows snapshots of an import on stderr: one line that changes on a terminal, a line now and then
// elsewhere, objects with -json.
type progressBar struct {
	t     *terminal
	json  bool
	last  time.Time
	said  string // the last waiting notice
	slow  bool   // what makes the import slow was said
	wrote bool
	now   func() time.Time
}

func (b *progressBar) show(p importer.Progress) {
	if p.Current < 0 || p.Current >= len(p.Tables) {
		return
	}
	if p.Slow != nil && !b.slow && !b.json {
		b.slow = true
		b.end()
		fmt.Fprintf(b.t.err, "! %s\n  %s\n  Ctrl+C stops; the same command goes on.\n", printable(p.Slow.Cause), printable(p.Slow.Remedy))
	}
	if b.json {
		b.object(p)
		return
	}
	if p.Waiting.Text != b.said && p.Waiting.Text != "" && !b.t.bar {
		fmt.Fprintln(b.t.err, waiting(p, b.now()))
	}
	b.said = p.Waiting.Text
	if b.t.bar {
		fmt.Fprint(b.t.err, "\r\x1b[K"+short(p, b.now()))
		b.wrote = true
		return
	}
	if b.now().Sub(b.last) < 5*time.Second {
		return
	}
	b.last = b.now()
	fmt.Fprintln(b.t.err, short(p, b.now()))
}

// end leaves the terminal on a line of its own.
func (b *progressBar) end() {
	if b.wrote {
		fmt.Fprint(b.t.err, "\r\x1b[K")
	}
}

func (b *progressBar) object(p importer.Progress) {
	changed := p.Waiting.Text != b.said
	if !changed && b.now().Sub(b.last) < time.Second {
		return
	}
	b.last, b.said = b.now(), p.Waiting.Text
	type table struct {
		Table string `json:"table"`
		State string `json:"state"`
		Total int64  `json:"total,omitempty"`
		importer.Counts
	}
	all := make([]table, 0, len(p.Tables))
	for _, x := range p.Tables {
		all = append(all, table{x.Table, string(x.State), x.Total.N, x.Counts})
	}
	if p.Slow != nil && !b.slow {
		b.slow = true
		line(b.t.out, map[string]any{"warning": map[string]any{"code": p.Slow.Code, "cause": p.Slow.Cause, "remedy": p.Slow.Remedy}})
	}
	line(b.t.out, map[string]any{"progress": map[string]any{
		"tables": all, "waiting": p.Waiting.Text, "rate": int64(p.Rate), "leftSeconds": int64(p.Left.Seconds()), "elapsedSeconds": int64(p.Elapsed.Seconds()),
	}})
}

func short(p importer.Progress, now time.Time) string {
	if p.Waiting.Text != "" {
		return waiting(p, now)
	}
	t := atOnce(p)
	parts := []string{printable(t.Table), thousands(t.Counts.Read)}
	if t.Total.Truth != core.Unknown {
		parts[1] += " of " + about(t.Total)
		if t.Total.N > 0 {
			parts = append(parts, bar(t.Counts.Read, t.Total.N))
		}
	}
	if p.Rate >= 1 {
		parts = append(parts, thousands(int64(p.Rate))+" a second")
	}
	if p.Left > 0 {
		parts = append(parts, p.Left.Round(time.Second).String()+" left")
	}
	return strings.Join(parts, "  ")
}

// atOnce is the table that is imported, or the sum of those that are imported at once.
func atOnce(p importer.Progress) importer.TableProgress {
	t := p.Tables[p.Current]
	if t.State != importer.Reading {
		return t
	}
	sum, names := importer.TableProgress{Total: core.Count{Truth: core.Exact}}, 0
	for _, x := range p.Tables {
		if x.State != importer.Reading {
			continue
		}
		if names++; names == 1 {
			sum.Table = x.Table
		} else if names < 4 {
			sum.Table += ", " + x.Table
		}
		sum.Counts.Add(x.Counts)
		sum.Total.N += x.Total.N
		if x.Total.Truth != core.Exact && sum.Total.Truth != core.Unknown {
			sum.Total.Truth = x.Total.Truth
		}
	}
	if names > 3 {
		sum.Table += " and " + thousands(int64(names-3)) + " more"
	}
	return sum
}

func about(c core.Count) string {
	switch c.Truth {
	case core.AtLeast:
		if c.N < 50_000 { // up to there Dynamics only says that it stops counting
			return "at least " + thousands(c.N)
		}
		return "more than " + thousands(c.N)
	case core.About:
		return "about " + thousands(c.N)
	default:
		return thousands(c.N)
	}
}

func bar(n, of int64) string {
	const width = 24
	full := int(min(max(n*width/of, 0), width))
	return "[" + strings.Repeat("#", full) + strings.Repeat(" ", width-full) + "]"
}

func waiting(p importer.Progress, now time.Time) string {
	text := printable(p.Waiting.Text)
	if left := p.Waiting.Until.Sub(now).Round(time.Second); left > 0 {
		text += ": going on in " + left.String()
	}
	return text
}
