package main

import (
	"fmt"
	"strings"
	"testing"

	"ferry/core/importer"
)

// TestChaosAtEveryStep kills the first import at a step, one of changes at the same step, and one that is taken back: at every
// fiftieth step, or at every single one when there are more rounds than usual.
func TestChaosAtEveryStep(t *testing.T) {
	t.Parallel()
	everyStepIn(t, []string{"sqlite", "csv", "excel"}, nil)
}

func everyStepIn(t *testing.T, kinds []string, server database) {
	stride := 50
	if number(t, chaosRounds, 50) > 50 {
		stride = 1
	}
	for n, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			killed := 0
			for at := 2 + n; ; at += stride {
				l := newLife(t, kind, uint64(2000+at), server)
				l.big, l.v = false, variant{filter: 2, number: true, parent: true, family: at%2 == 0}
				l.interruptAt(at, false)
				l.imports()
				for range 5 {
					l.work()
				}
				l.interruptAt(at, false)
				if at%3 == 0 {
					l.takeBack()
				}
				l.imports()
				l.takeBack()
				if l.count.killed.Load() == 0 { // it has fewer steps
					break
				}
				if killed++; killed > 500 {
					t.Fatal("it does not end")
				}
			}
			if killed < max(1, 40/stride) {
				t.Errorf("only %d steps were killed at", killed)
			}
		})
	}
}

// interrupt kills an import in its midst. With work, people go on working before it goes on.
func (l *life) interrupt(work bool) {
	l.Helper()
	l.interruptAt(1+l.random.IntN(max(1, l.steps)), work)
}

// interruptAt kills it at a step.
func (l *life) interruptAt(step int, work bool) {
	l.Helper()
	e := l.expect(l.there, l.tables())
	before := l.content()
	out, code := l.once(l.project("import"), fate{Step: step}, 0)
	l.remember(before)
	l.tell("interrupted at step %d: %d", step, code)
	got := l.content()
	if wrong := foreign(got, before, e); len(wrong) > 0 {
		l.wrong("in the midst of it stands what was neither there nor comes: %s", strings.Join(wrong[:min(5, len(wrong))], "\n"))
	}
	if code == exitWell || code == exitRefused || code == killedAfterReceipt { // it was complete before that step
		r := receiptOf(l, out)
		if !l.known[r.Run] {
			l.known[r.Run] = true
			r, e = l.sure(r, e)
			l.check(r, e)
			l.settle(e, l.tables())
		} else {
			l.there = got
		}
	}
	l.there, l.must = l.content(), ""
	if code == -1 && !work {
		l.base = before
	}
	if work {
		for range 1 + l.random.IntN(5) {
			l.work()
		}
		l.mixed = true
	}
}

// foreign tells what stands there in the midst of an import and is neither what was there before nor what comes.
func foreign(got, before content, e expectation) (all []string) {
	for table, rows := range got {
		for key, cells := range rows {
			was, there := before[table][key]
			next, comes := e.next[table][key]
			if !there && !comes {
				all = append(all, table+" "+key)
			}
			for column, cell := range cells {
				if cell != was[column] && cell != next[column] && cell != e.also[cellAt{table, key, column}] {
					all = append(all, fmt.Sprintf("%s.%s of %s is %.60q", table, column, key, cell))
				}
			}
		}
	}
	return all
}

// takeBack takes the newest import back: every row is as it was before.
func (l *life) takeBack() {
	l.Helper()
	if len(l.past) == 0 {
		return
	}
	p := l.past[len(l.past)-1]
	now := l.content()
	l.tell("takes %s back", p.run[:6])
	out, code := l.command(l.project("takeback", "-run", p.run), l.random.IntN(3)-1)
	if code == exitUsage && strings.Contains(out, "importer.taken-back-already") || code == killedAfterReceipt {
		code = exitWell // it was killed behind its end
	} else if code == exitWell {
		r := receiptOf(l, out)
		if want := counted(now, p.before); r.Undoes != p.run || sums(r) != want {
			l.wrong("taken back: %+v, wanted %+v", sums(r), want)
		}
	}
	if code != exitWell {
		l.wrong("exit %d: %s", code, lastOf(out))
	}
	l.count.back.Add(1)
	l.past = l.past[:len(l.past)-1]
	l.known["gone "+p.run] = true
	l.settle(expectation{next: p.before}, nil)
	l.base = nil
	l.mixed = false
}

// counted is what a receipt says when something becomes something else.
func counted(now, before content) (c importer.Counts) {
	for table := range union(now, before) {
		for key := range union(now[table], before[table]) {
			row, there := now[table][key]
			was, wasThere := before[table][key]
			switch {
			case !wasThere:
				c.Removed++
			case !there:
				c.Created++
			case len(differences(content{"": {"": row}}, content{"": {"": was}}, nil)) > 0:
				c.Updated++
			}
		}
	}
	return c
}

// sums are the counts of all tables, without those that tell how much was looked at.
func sums(r importer.Receipt) (c importer.Counts) {
	for _, t := range r.Tables {
		c.Removed, c.Created, c.Updated, c.Refused = c.Removed+t.Removed, c.Created+t.Created, c.Updated+t.Updated, c.Refused+t.Refused
	}
	return c
}
