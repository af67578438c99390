package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ferry/core/importer"
	"ferry/core/practice"
	"ferry/core/project"
)

// How many rounds there are, and which. The seed of a life that went wrong is in its name and in what it says.
const (
	chaosRounds  = "FERRY_CHAOS_ROUNDS" // 50 when it is not set
	chaosSeed    = "FERRY_CHAOS_SEED"   // of the first life; 1 when it is not set
	roundsOfLife = 10
)

func number(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s is %q", variable, text)
	}
	return n
}

// TestChaos kills ferryctl at random moments and steps while everything goes wrong that can, lets people work in between,
// goes on, and compares with the environment: nothing is lost, nothing doubled, and every receipt is true.
func TestChaos(t *testing.T) {
	t.Parallel()
	chaosIn(t, []string{"sqlite", "csv", "sqlite", "excel"}, nil)
}

// chaosIn lives lives of ten rounds each, by turns in destinations of several kinds.
func chaosIn(t *testing.T, kinds []string, server database) {
	rounds, first := number(t, chaosRounds, 50), number(t, chaosSeed, 1)
	var all tally
	t.Run("lives", func(t *testing.T) {
		for n := range (rounds + roundsOfLife - 1) / roundsOfLife {
			seed, kind := first+n, kinds[(first+n)%len(kinds)]
			t.Run(fmt.Sprintf("%s seed %d", kind, seed), func(t *testing.T) {
				t.Parallel()
				l := newLife(t, kind, uint64(seed), server)
				l.count = &all
				for l.round = range min(roundsOfLife, rounds-n*roundsOfLife) {
					l.live()
					all.rounds.Add(1)
				}
			})
		}
	})
	t.Logf("%d rounds: %d imports, %d of changes only, %d rehearsals, %d taken back, %d killed, %d troubles played",
		all.rounds.Load(), all.imports.Load(), all.changes.Load(), all.rehearsals.Load(), all.back.Load(), all.killed.Load(), all.troubles.Load())
	if n := all.rounds.Load(); n >= 50 && !t.Failed() && (all.killed.Load() < n/4 || all.changes.Load() < n/4 || all.back.Load() == 0 || all.troubles.Load() < n/4) {
		t.Error("too little went wrong to prove anything")
	}
}

type tally struct{ rounds, imports, changes, rehearsals, back, killed, troubles atomic.Int64 }

// A life is one project with one destination, and all that happens to it.
type life struct {
	*testing.T
	s      *session
	seed   uint64
	random *rand.Rand
	round  int
	story  []string
	count  *tally

	kind, data string
	server     database
	id         string
	v          variant
	only       string  // the table that takes part; "" is all
	there      content // what stands at the destination
	past       []past  // imports that can be taken back, oldest first
	known      map[string]bool
	copies     []older
	steps      int           // of the last command that was not killed
	whole      time.Duration // that it took
	badThere   string        // the destination refuses a firm of that name
	must       string        // the next import has to say why everything is read again
	computers  int
	away       map[string]bool // tables whose file somebody took away
	big        bool            // a thousand firms
	base       content         // what was there before an import that was killed and is to go on
	troubled   bool            // something went wrong while the last import asked
	blurred    bool            // and may have kept Dynamics from telling what may be read
	newcomer   bool            // the data folder knows of no earlier import
	mixed      bool            // people worked while an import was interrupted: one more import brings what it missed
}

// past is what was there before an import.
type past struct {
	run    string
	before content
}

func newLife(t *testing.T, kind string, seed uint64, server database) *life {
	random := rand.New(rand.NewPCG(seed, 0xc4a05))
	rows := map[string]int{"account": 24, "contact": 36}
	if seed%7 == 3 {
		rows = map[string]int{"account": 1000, "contact": 40} // so that one bad row stands among many
	}
	s := open(t, practice.Options{Seed: seed, Rows: rows})
	l := &life{T: t, s: s, big: rows["account"] > 100, seed: seed, random: random, kind: kind, data: "data", server: server, there: content{}, known: map[string]bool{}, whole: 300 * time.Millisecond, steps: 60, count: &tally{}}
	if random.IntN(3) == 0 { // no change tracking: when a record was changed has to do
		for _, table := range []string{"account", "contact"} {
			if err := s.env.World.SetTracked(table, false); err != nil {
				t.Fatal(err)
			}
		}
		l.tell("no change tracking")
	}
	if server != nil {
		server.fresh(t, l.database())
		s.vars["PGPASSWORD"] = server.password()
	}
	l.alter()
	for range 12 {
		l.work()
	}
	return l
}

func (l *life) database() string { return "chaos" + strconv.FormatUint(l.seed, 10) }

// tell adds to the story that is told when something is wrong.
func (l *life) tell(format string, args ...any) {
	l.story = append(l.story, fmt.Sprintf("%d: ", l.round)+fmt.Sprintf(format, args...))
}

// wrong ends a life.
func (l *life) wrong(format string, args ...any) {
	l.Helper()
	l.Fatalf("%s\nthe life so far:\n  %s\nagain: %s=%d %s=%d", fmt.Sprintf(format, args...), strings.Join(l.story, "\n  "), chaosSeed, l.seed, chaosRounds, roundsOfLife)
}

// chance is true once in n times.
func (l *life) chance(n int) bool { return l.random.IntN(n) == 0 }

// live is one round.
func (l *life) live() {
	l.Helper()
	for range l.random.IntN(7) {
		l.work()
	}
	if l.round > 0 && l.chance(6) {
		l.alter()
	}
	if l.round > 0 && l.chance(5) {
		l.meddle()
	}
	l.only = ""
	if l.chance(8) {
		l.only = []string{"firms", "contact"}[l.random.IntN(2)]
		if l.v.family {
			l.only = "firms"
		}
	}
	switch n := l.random.IntN(10); {
	case n == 0 && len(l.past) > 0:
		l.takeBack()
	case n == 1 && len(l.past) > 0:
		l.interrupt(false)
		l.takeBack()
	case n == 2:
		l.rehearse()
	case n == 3:
		l.interrupt(true)
		l.imports()
	case n == 4 && l.noColumn():
	case n == 5:
		l.interrupt(false)
		l.imports()
	default:
		l.imports()
	}
}

// tables are those that an import fills.
func (l *life) tables() []string {
	switch {
	case l.only == "contact":
		return []string{"contact"}
	case l.v.family:
		return []string{"firm", "person"}
	case l.only == "firms":
		return []string{"firm"}
	}
	return []string{"firm", "contact"}
}

// project is the arguments of a command on the project as it is now.
func (l *life) project(command string, more ...string) []string {
	l.Helper()
	names := []string{"firms", "contact"}
	if l.v.family {
		names = names[:1]
	}
	file := l.s.saveProject(func(p *project.Project) {
		p.ID = cmp.Or(l.id, p.ID)
		l.id = p.ID
		p.Mappings = append(p.Mappings[:0], l.v.mapping())
		p.Tables, p.Off = names, nil
	})
	args := []string{command, "-project", file, "-data", filepath.Join(l.s.dir, l.data), "-json", "-to", l.to()}
	if command == "import" {
		args = append(args, "-authority", l.s.env.Authority, "-page-size", strconv.Itoa([]int{5, 10, 250}[l.random.IntN(3)]))
		if l.only != "" {
			args = append(args, "-tables", l.only)
		}
		if l.big {
			args = append(args, "-retire", "firms=2000") // more than are ever removed without asking
		}
	}
	return append(args, more...)
}

// imports imports until it is complete, and compares.
func (l *life) imports(more ...string) {
	l.Helper()
	from := l.there
	if l.base != nil { // the receipt tells of all that the import did, also before it was killed
		from, l.base = l.base, nil
	} else if l.chance(10) {
		more = append(more, "-full")
	}
	e := l.expect(from, l.tables())
	l.troubles()
	r := l.completed(l.project("import", more...), e)
	l.quiet()
	if l.mixed { // what was read before somebody worked on is brought by the next import
		l.mixed = false
		l.there = l.content()
		e = l.expect(l.there, l.tables())
		r = l.completed(l.project("import"), e)
	}
	l.blurred = l.blurred || l.troubled
	r, e = l.sure(r, e)
	l.check(r, e)
	l.settle(e, l.tables())
	l.blurred = l.troubled
}

// sure imports once more, whole, where nobody here knows what could be read before, or a trouble kept Dynamics from telling what
// may be read.
func (l *life) sure(r importer.Receipt, e expectation) (importer.Receipt, expectation) {
	l.Helper()
	for n := 0; n < 2 && l.unsure(r); n++ {
		l.newcomer, l.troubled = false, false
		l.there = l.content()
		e = l.expect(l.there, l.tables())
		r = l.completed(l.project("import", "-full"), e)
	}
	return r, e
}

// unsure reports whether an import left rows where they are because it cannot know whether they may still be read, and
// rightly so.
func (l *life) unsure(r importer.Receipt) bool {
	return strings.Contains(r.Reason, "may still read all of them") && (l.newcomer || l.blurred)
}

// settle compares and takes what is there for the state from which on things happen.
func (l *life) settle(e expectation, tables []string) {
	l.Helper()
	got := l.content()
	if wrong := differences(got, e.next, e.also); len(wrong) > 0 {
		l.wrong("the destination is not as the environment: %d differences\n%s", len(wrong), strings.Join(wrong[:min(12, len(wrong))], "\n"))
	}
	l.there = got
	for _, table := range tables {
		delete(l.away, table)
	}
	l.files()
}

// check compares a receipt with what was expected of it.
func (l *life) check(r importer.Receipt, e expectation) {
	l.Helper()
	l.count.imports.Add(1)
	changes := false
	for _, t := range r.Tables {
		changes = changes || !t.Since.IsZero()
		if wrong := e.counts[t.To].wrong(t); len(wrong) > 0 && !l.mixed {
			l.wrong("the receipt is not true: %s; reason %q\nagainst what was wanted: %.2000v\nagainst what was there: %.2000v", strings.Join(wrong, "; "), r.Reason, differences(l.content(), e.next, nil), differences(e.next, l.there, nil))
		}
	}
	if len(r.Tables) != len(e.counts) {
		l.wrong("the receipt has %d tables", len(r.Tables))
	}
	if changes {
		l.count.changes.Add(1)
	}
	if l.must != "" && (!strings.Contains(r.Reason, l.must) || changes) {
		l.wrong("it does not say %q, or reads changes only (%v): %q", l.must, changes, r.Reason)
	}
	l.must = ""
	l.tell("imported %s: changes only %v, reason %q", l.only, changes, r.Reason)
}

// completed is an import with kills, until it tells its receipt. One that was told before is not what this import did.
func (l *life) completed(args []string, e expectation) importer.Receipt {
	l.Helper()
	for {
		before := l.content()
		out, code := l.command(args, l.random.IntN(4)-1)
		l.remember(before)
		if code != exitWell && code != exitRefused && code != killedAfterReceipt {
			l.wrong("exit %d: %s", code, lastOf(out))
		}
		r := receiptOf(l, out)
		if r.State != importer.Complete {
			l.wrong("it is %s: %s", r.State, lastOf(out))
		}
		if r.Late && l.known[r.Run] {
			continue
		}
		l.known[r.Run] = true
		return r
	}
}

// remember notes the runs that came up, with what was there before them.
func (l *life) remember(before content) {
	l.Helper()
	runs := l.runs()
	for _, r := range slices.Backward(runs) {
		if r.Undoes == "" && !slices.ContainsFunc(l.past, func(p past) bool { return p.run == r.Run }) && !l.known["gone "+r.Run] {
			l.past = append(l.past, past{r.Run, before})
		}
	}
}

// forget makes all that was imported so far something that nobody takes back any more.
func (l *life) forget() {
	for _, p := range l.past {
		l.known["gone "+p.run] = true
	}
	l.past = nil
}

// runs are the imports that the data folder knows, newest first.
func (l *life) runs() (all []importer.Receipt) {
	l.Helper()
	_, _, text := l.s.run("runs", "-project", filepath.Join(l.s.dir, "move.ferry"), "-data", filepath.Join(l.s.dir, l.data), "-json")
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var r struct{ Receipt importer.Receipt }
		if json.Unmarshal([]byte(line), &r) == nil && r.Receipt.Run != "" {
			all = append(all, r.Receipt)
		}
	}
	return all
}

// rehearse looks what an import would do; then it does just that.
func (l *life) rehearse() {
	l.Helper()
	out, code := l.command(l.project("import", "-rehearse"), 0)
	if code != exitWell && code != exitRefused {
		l.wrong("rehearsed: exit %d: %s", code, lastOf(out))
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var last struct{ Rehearsal importer.Rehearsal }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || !last.Rehearsal.Whole {
		l.wrong("no rehearsal: %v: %s", err, lastOf(out))
	}
	if wrong := differences(l.content(), l.there, nil); len(wrong) > 0 {
		l.wrong("the rehearsal changed the destination: %v", wrong[:min(5, len(wrong))])
	}
	l.count.rehearsals.Add(1)
	l.tell("rehearsed")
	bad := l.badThere
	l.badThere = "" // nobody can foresee what the destination refuses
	e := l.expect(l.there, l.tables())
	l.badThere = bad
	for _, t := range last.Rehearsal.Tables {
		if wrong := e.counts[t.To].wrong(importer.TableReceipt{Table: t.Table, Counts: t.Counts, Since: time.Now()}); len(wrong) > 0 {
			l.wrong("the rehearsal is not true: %s; %v\n%.2000v", strings.Join(wrong, "; "), last.Rehearsal.Remarks, differences(e.next, l.there, nil))
		}
	}
	l.imports()
}
