package wiring_test

import (
	"context"
	"fmt"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/halo"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
	"ferry/core/practice"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// classed is the mapping of vessels with their voyages, and with their class: an option that Halo's list lacks is made there.
func (m *mover) classed(x mapping.Mapping) mapping.Mapping {
	m.t.Helper()
	d := m.destination()
	defer d.Close()
	from, err := m.link.Source.Describe(m.t.Context(), "new_vessel")
	if err != nil {
		m.t.Fatal(err)
	}
	there, err := d.Describe(m.t.Context(), "CTVessels")
	if err != nil {
		m.t.Fatal(err)
	}
	draft := mapping.Edit(x, from, &there)
	if err := draft.Bind("new_class", "CFVesselClass"); err != nil {
		m.t.Fatal(err)
	}
	if _, err := draft.MatchChoices("CFVesselClass"); err != nil {
		m.t.Fatal(err)
	}
	if err := draft.SetUnmatched("CFVesselClass", mapping.Create, ""); err != nil {
		m.t.Fatal(err)
	}
	saved := draft.Saved()
	saved.Children = x.Children
	return saved
}

// classes are the labels of the organisation's options of a vessel's class, by code.
func (m *mover) classes() map[int64]string {
	all := map[int64]string{}
	for _, o := range m.env.World.Table("new_vessel").Column("new_class").Options {
		all[int64(o.Value)] = o.Label
	}
	return all
}

// sameClasses asserts that each vessel has its class, that no value of the list is there twice, and that each has its Dynamics
// ID where asked is said.
func (m *mover) sameClasses(what string, ids bool) {
	m.t.Helper()
	codes := map[string]string{}
	for code, label := range m.classes() {
		codes[label] = fmt.Sprint(code)
	}
	list, labels, seen := int64(0), map[string]string{}, map[string]bool{}
	for _, f := range m.env.Halo.Fields() {
		if f.Text("name") == "CFVesselClass" {
			list = f.Int("lookup")
		}
	}
	for _, o := range m.env.Halo.Options() {
		if o.Int("lookupid") != list {
			continue
		}
		name := o.Text("name")
		if seen[name] {
			m.t.Errorf("%s: the value %q is there twice", what, name)
		}
		seen[name], labels[fmt.Sprint(o["code"])] = true, name
		if ids && codes[name] != "" && o.Text("value2") != codes[name] {
			m.t.Errorf("%s: the Dynamics ID of %q is %q and not %s", what, name, o.Text("value2"), codes[name])
		}
	}
	has := map[string]string{}
	for _, r := range m.env.Halo.CustomTableRows() {
		if key, ok := r.Field("CFVesselId").(string); ok {
			has[key] = labels[fmt.Sprint(r.Field("CFVesselClass"))]
		}
	}
	w, made := m.env.World, map[string]bool{}
	for i := range w.Positions(w.Table("new_vessel")) {
		if key, c, ok := cells(w, "new_vessel", i); ok && has[key] != m.classes()[c("new_class").N] {
			m.t.Errorf("%s: the class of %s is %q and not %q", what, key, has[key], m.classes()[c("new_class").N])
		} else if ok {
			made[has[key]] = true
		}
	}
	if len(made) < 3 {
		m.t.Errorf("%s: there are only %d classes", what, len(made))
	}
}

// coded gives the vessels whose option nobody has any more one that there is.
func (m *mover) coded() {
	w := m.env.World
	for i := range w.Positions(w.Table("new_vessel")) {
		if key, c, ok := cells(w, "new_vessel", i); ok && c("new_class").Kind == world.Choice && m.classes()[c("new_class").N] == "" {
			m.set("new_vessel", key, map[string]world.Cell{"new_class": world.ChoiceCell(100000000)})
		}
	}
}

// own are the rows that are there before.
func (m *mover) own() map[string]bool {
	m.t.Helper()
	own := map[string]bool{}
	for _, row := range m.rows() {
		own[row] = true
	}
	if len(own) != 3 {
		m.t.Fatalf("%d rows are there before", len(own))
	}
	return own
}

// A halted destination ends with its first failure, and so does the journal: nothing is noted any more.
type halted struct {
	*halo.Destination
	left *int
}

func (h halted) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	outcomes, err := h.Destination.Write(ctx, p, b)
	if err != nil {
		*h.left = -1
	}
	return outcomes, err
}

func (h halted) PutBack(ctx context.Context, p core.Plan, columns []string, rows []core.Replaced, try bool) ([]core.Outcome, error) {
	outcomes, err := h.Destination.PutBack(ctx, p, columns, rows, try)
	if err != nil {
		*h.left = -1
	}
	return outcomes, err
}

// A deaf journal notes nothing any more once somebody was killed.
type deaf struct {
	*journal.Journal
	left *int
}

func (d deaf) Note(ctx context.Context, b importer.Batch) error {
	if *d.left < 0 {
		return errKilled
	}
	return d.Journal.Note(ctx, b)
}

func (d deaf) Settle(ctx context.Context, s importer.Settlement) error {
	if *d.left < 0 {
		return errKilled
	}
	return d.Journal.Settle(ctx, s)
}

func (d deaf) SaveRun(ctx context.Context, r importer.Entry) error {
	if *d.left < 0 {
		return errKilled
	}
	return d.Journal.SaveRun(ctx, r)
}

func (d deaf) FinishPart(ctx context.Context, part int64, add importer.Counts) error {
	if *d.left < 0 {
		return errKilled
	}
	return d.Journal.FinishPart(ctx, part, add)
}

// killAt is the script of a Halo to which nobody speaks any more behind its n-th request; the answer to that one is lost too
// where that is said.
func killAt(n int, lost bool) practice.Script {
	dead := practice.Step{Side: practice.SideHalo, Path: "(?i)^/api/", From: n + 1, Do: practice.DoStatus, Status: 401}
	if !lost {
		return practice.Script{dead}
	}
	dead.From = n
	return practice.Script{{Side: practice.SideHalo, Path: "(?i)^/api/", Nth: n, Do: practice.DoDrop}, dead}
}

// killed does something with the import of a mapping in a process that dies behind the n-th request. It tells whether it died.
func (m *mover) killed(x mapping.Mapping, n int, lost bool, do func(importer.Job) error) bool {
	return m.dies([]mapping.Mapping{x}, n, lost, do)
}

// dies is killed for several mappings.
func (m *mover) dies(maps []mapping.Mapping, n int, lost bool, do func(importer.Job) error) bool {
	m.t.Helper()
	job, d, done := m.job()
	left := 0
	job.Mappings, job.Seal = maps, plainSeal{}
	job.Journal, job.Destination = deaf{job.Journal.(*journal.Journal), &left}, halted{d, &left}
	if err := m.env.Play(killAt(n, lost)); err != nil {
		m.t.Fatal(err)
	}
	err := do(job)
	if err := m.env.Play(nil); err != nil {
		m.t.Fatal(err)
	}
	done()
	return err != nil
}

// again imports with images of what is replaced.
func (m *mover) again(x mapping.Mapping) importer.Receipt {
	m.t.Helper()
	job, _, done := m.job()
	defer done()
	job.Mappings, job.Seal = []mapping.Mapping{x}, plainSeal{}
	r, err := importer.Run(m.t.Context(), job, nil)
	if err != nil {
		m.t.Fatalf("%v: %+v %v", err, core.AsFault(err), core.AsFault(err).Err)
	}
	return r
}

// open counts what an import could not settle.
func open(r importer.Receipt) (n int64) {
	for _, t := range r.Tables {
		n += t.Refused + t.Unsure + t.Skipped
	}
	return n
}

// stir changes something of each kind: a vessel's name, one that is new, a voyage that goes over to another vessel, one that is
// new, one that gets another name and goes over at once.
func (m *mover) stir(round int) {
	m.t.Helper()
	w := m.env.World
	vessel := func(i int) string {
		for n := i; ; n++ {
			if key, _, ok := cells(w, "new_vessel", n%60); ok {
				return key
			}
		}
	}
	m.set("new_vessel", vessel(round), map[string]world.Cell{"new_name": world.TextCell(fmt.Sprintf("Renamed %d", round))})
	fresh, err := w.Insert("new_vessel", "", map[string]world.Cell{"new_name": world.TextCell(fmt.Sprintf("New %d", round)), "new_class": world.ChoiceCell(100000000)})
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := w.Insert("new_voyage", "", map[string]world.Cell{"new_name": world.TextCell(fmt.Sprintf("Maiden %d", round)), "new_vesselid": world.RefCell("new_vessel", fresh)}); err != nil {
		m.t.Fatal(err)
	}
	moved := 0
	for i := round * 5; moved < 4; i++ {
		key, c, ok := cells(w, "new_voyage", i%150)
		if !ok || c("new_vesselid").S == "" {
			continue
		}
		to := vessel(round + 7*moved)
		if moved == 3 {
			to = fresh
		}
		if c("new_vesselid").S == to {
			continue
		}
		change := map[string]world.Cell{"new_vesselid": world.RefCell("new_vessel", to)}
		if moved == 2 {
			change["new_name"] = world.TextCell(fmt.Sprintf("Rerouted %d", round))
		}
		m.set("new_voyage", key, change)
		moved++
	}
}

// Vessels, the classes that Halo lacks, and the voyages of the vessels: killed behind each request of a first import and of later
// ones, with and without the last answer, and gone on with, Halo has each once, whole, and where it belongs.
func TestAnImportIntoCustomTablesIsKilledBehindEachRequestAndGoesOn(t *testing.T) {
	t.Parallel()
	for lost, settings := range map[bool]playedhalo.Settings{false: {}, true: {MatchRows: "ignored", Batch: "partial", PageCap: 30}} {
		m := newMover(t, 5, 5, settings, "batch", "25", "make", "true", "dynamics-value", "value2")
		m.coded()
		own := m.own()
		x := m.classed(m.vessels())
		run := func(job importer.Job) error { _, err := importer.Run(t.Context(), job, nil); return err }
		first, n := 0, 3
		for ; ; n++ { // of the first import, each process gets one request further than the one before
			if first++; !m.killed(x, n, lost, run) {
				break
			}
			if first > 60 {
				t.Fatal("the first import does not end")
			}
		}
		what := fmt.Sprintf("%+v, lost %t", settings.MatchRows, lost)
		m.sameRows(what+": first", own)
		m.sameClasses(what+": first", true)
		for at := range coretest.Steps() {
			n = at + 2
			m.stir(n)
			died := m.killed(x, n, lost, run)
			r := m.again(x)
			m.sameRows(fmt.Sprintf("%s: killed at %d", what, n), own)
			if open(r) > 0 {
				t.Fatalf("%s: killed at %d: %+v %v", what, n, r.Tables, r.Refusals)
			}
			if t.Failed() || !died {
				break
			}
		}
		if first < 8 || n < 12 {
			t.Errorf("%s: the first import was killed %d times, later ones up to request %d", what, first-1, n)
		}
		m.sameClasses(what, true)
		m.decent()
		m.env.Halo.Forget()
		m.again(x)
		if n := m.writes(); n != 0 {
			t.Errorf("nothing changed, but %d requests write", n)
		}
	}
}

// However many answers are lost on the way, of rows, of rows that move, of values that are made and of their Dynamics IDs, the
// import ends in one go, and nothing is there twice.
func TestLostAnswersOnTheWayIntoCustomTablesDoubleNothing(t *testing.T) {
	t.Parallel()
	for _, matching := range coretest.Some([]string{"", "anywhere", "ignored"}) {
		for _, every := range []int{1, 2, 3} {
			m := newMover(t, 5, 5, playedhalo.Settings{MatchRows: matching, Batch: "partial"}, "batch", "25", "make", "true", "dynamics-value", "value2")
			m.coded()
			own, what := m.own(), fmt.Sprintf("%q, each %d.", matching, every)
			x := m.classed(m.vessels())
			for round := range 2 {
				if err := m.env.Play(practice.Script{{Side: practice.SideHalo, Method: "POST", Path: "(?i)^/api/", Every: every, Do: practice.DoDrop}}); err != nil {
					t.Fatal(err)
				}
				r := m.again(x)
				if every > 1 && open(r) > 0 {
					t.Errorf("%s: %+v %v", what, r.Tables, r.Refusals)
				}
				if err := m.env.Play(nil); err != nil {
					t.Fatal(err)
				}
				m.sameRows(what, own)
				m.sameClasses(what, true)
				m.stir(3 + round)
			}
			m.again(x)
			m.sameRows(what+": in the end", own)
			m.decent()
		}
	}
}
