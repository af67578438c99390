package importer

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// What is known of the time since the last import, before anything is read: which records changed at the source, and how
// Ferry left each row. Both go to lists of the findings, so that they may be as long as the tables are.

// skew is how much later than its change a record may seem to be imported, where the clocks of two computers tell.
const skew = 5 * time.Minute

// learn fills the lists.
func (c *comparing) learn(ctx context.Context) error {
	done := map[string]bool{}
	for _, s := range c.sides {
		if s.run.ID == "" {
			continue
		}
		if err := c.learnChanges(ctx, s, done); err != nil {
			return err
		}
	}
	return c.learnLeft(ctx)
}

// learnChanges asks the source what changed since the last complete import. Where it cannot tell, the time of each
// record's last change has to do.
func (c *comparing) learnChanges(ctx context.Context, s *side, done map[string]bool) error {
	var since Since
	for _, t := range s.run.Tables {
		if t.Mapping == s.t.plan.ID {
			since = t.Marks[s.t.plan.Source]
		}
	}
	s.after = s.run.Started.Add(-skew)
	if !since.At.IsZero() {
		s.after = since.At
	}
	changes, ok := c.e.Source.(core.Changes)
	about := c.e.known.table(s.t.plan.Source)
	if !ok || since.Mark == "" || about == nil || !c.e.tracks(about) {
		return nil
	}
	list := listOf("changed "+string(since.Mark), s.t.plan.Source)
	if !done[list] {
		for page, err := range changes.Changed(ctx, s.t.plan.Source, since.Mark) {
			if err != nil {
				if ctx.Err() == nil && (refusesChanges(err) || bookmarkExpired(err)) {
					return nil // the time of change has to do
				}
				return core.During("reading what changed in "+s.t.plan.Source, err)
			}
			err = c.findings.Note(ctx, list, notesOf(page.Records))
			page.Release()
			if err != nil {
				return err
			}
		}
		done[list] = true
	}
	s.listed, s.list = true, list
	return nil
}

func notesOf(records []core.Record) []Noted {
	notes := make([]Noted, len(records))
	for i, r := range records {
		notes[i].Key = r.Key
	}
	return notes
}

// learnLeft notes how Ferry left each row that it made or changed, as long as that is kept. The newest counts.
func (c *comparing) learnLeft(ctx context.Context) error {
	memory, ok := c.e.Journal.(Memory)
	if _, tells := c.e.Destination.(core.Rememberer); !ok || !tells || c.e.Seal == nil || !c.holds {
		return nil
	}
	runs, err := memory.Into(ctx, c.e.have.ID, c.e.Place)
	if err != nil {
		return err
	}
	opener := &back{e: c.e, memory: memory}
	for _, r := range runs {
		if known, err := c.rememberedOf(ctx, memory, runs, r); err != nil || !known {
			return err // how older runs left a row says nothing of what this one made of it
		}
		for before := int64(0); ; {
			if err := ctx.Err(); err != nil {
				return err
			}
			some, err := memory.Images(ctx, r.ID, before, 1)
			if err != nil {
				return err
			}
			if len(some) == 0 {
				break
			}
			before = some[0].Seq
			if err := c.learnImage(ctx, opener, some[0]); err != nil {
				return err
			}
		}
	}
	return nil
}

// rememberedOf reports whether all that a run changed is kept. What was taken back is as before again.
func (c *comparing) rememberedOf(ctx context.Context, memory Memory, runs []Entry, r Entry) (bool, error) {
	if r.Undoes != "" || slices.ContainsFunc(runs, func(x Entry) bool { return x.Undoes == r.ID && x.State == Complete }) {
		return true, nil
	}
	images, _, err := memory.Remembered(ctx, r.ID)
	if err != nil || images > 0 {
		return true, err
	}
	parts, err := c.e.Journal.Parts(ctx, r.ID)
	return err == nil && !changedSomething(ReceiptOf(r, parts)), err
}

// removedByFerry is noted of a row that an import removed.
const removedByFerry = "-"

func (c *comparing) learnImage(ctx context.Context, opener *back, i Image) error {
	var about imageAbout
	if json.Unmarshal([]byte(i.About), &about) != nil || !c.fills(about.Table) {
		return nil
	}
	_, columns, rows, err := opener.opened(i)
	if err != nil {
		c.remark(remarkKeyLost)
		return nil
	}
	set := strings.Join(columns, "\x00")
	place, ok := c.sets[set]
	if !ok {
		place = len(c.columns)
		c.sets[set], c.columns = place, append(c.columns, columns)
	}
	notes := make([]Noted, len(rows))
	for n, r := range rows {
		notes[n] = Noted{Key: r.Key, Text: strconv.Itoa(place) + " " + r.Left}
		if r.Gone {
			notes[n].Text = removedByFerry
		}
	}
	return c.findings.Note(ctx, listOf("left", about.Table), notes)
}

func (c *comparing) fills(table string) bool {
	for _, s := range c.sides {
		if strings.EqualFold(s.t.plan.Table, table) {
			return true
		}
	}
	return false
}

// evidence is what is known of one record that differs.
type evidence struct {
	here  bool // it changed at the source since the last complete import
	out   bool // that import refused or skipped it, or is unsure of it
	left  leftState
	wrote bool // Ferry made or changed its row, and did not remove it
}

// A leftState says how a row stands to how Ferry left it.
type leftState int

const (
	leftUnknown leftState = iota
	asItWasLeft
	changedThere
)

// evidence gathers what is known of records. changed tells when they were changed last, as far as their page tells.
func (c *comparing) evidence(ctx context.Context, s *side, keys []string, changed map[string]time.Time) (map[string]evidence, error) {
	all := make(map[string]evidence, len(keys))
	if len(keys) == 0 {
		return all, nil
	}
	for _, key := range keys {
		all[key] = evidence{here: s.run.ID != "" && changed[key].After(s.after)}
	}
	if s.listed {
		listed, err := c.findings.Noted(ctx, s.list, keys)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			_, on := listed[key]
			all[key] = evidence{here: on}
		}
	}
	if err := c.stillAsLeft(ctx, s, keys, all); err != nil {
		return nil, err
	}
	return all, c.leftOut(ctx, s, keys, all)
}

// leftOut finds the records that an import refused or skipped, or is unsure of, and that no retry has settled since.
func (c *comparing) leftOut(ctx context.Context, s *side, keys []string, all map[string]evidence) error {
	out := func(key string) {
		v := all[key]
		v.out = true
		all[key] = v
	}
	mender, mends := c.e.Journal.(Mender)
	asked := map[string]bool{}
	for _, run := range s.judges {
		kinds, err := c.e.Journal.Excepted(ctx, run, s.t.plan.Source, keys)
		if err != nil {
			return err
		}
		for key, kind := range kinds {
			if !mends || kind == core.Skipped && !all[key].wrote {
				out(key)
			}
		}
		root, ok := RootOf(c.e.earlier, run)
		if !mends || !ok || asked[root.ID] {
			continue
		}
		asked[root.ID] = true
		waiting, err := mender.StillWaiting(ctx, root.ID, "", s.t.plan.ID, s.t.plan.Source, keys)
		if err != nil {
			return err
		}
		for key := range waiting {
			out(key)
		}
	}
	return nil
}

// stillAsLeft looks which rows are as Ferry left them: it asks what would become of them if they were taken back.
func (c *comparing) stillAsLeft(ctx context.Context, s *side, keys []string, all map[string]evidence) error {
	noted, err := c.findings.Noted(ctx, listOf("left", s.t.plan.Table), keys)
	if err != nil || len(noted) == 0 {
		return err
	}
	rows := map[int][]core.Replaced{}
	for key, text := range noted {
		if text == removedByFerry {
			continue
		}
		v := all[key]
		v.wrote = true
		all[key] = v
		place, digest, _ := strings.Cut(text, " ")
		if n, err := strconv.Atoi(place); err == nil && n < len(c.columns) {
			rows[n] = append(rows[n], core.Replaced{Key: key, Made: true, Left: digest})
		}
	}
	to := c.e.Destination.(core.Rememberer) // nothing is noted otherwise
	for n, some := range rows {
		outcomes, err := to.PutBack(ctx, s.t.plan, c.columns[n], some, true)
		if err != nil {
			if f := (*core.Fault)(nil); errors.As(err, &f) && f.Kind == core.Wrong {
				continue // a column is not there any more: what was left cannot be told
			}
			return err
		}
		for i, o := range outcomes {
			v := all[some[i].Key]
			switch o.Kind {
			case core.Removed:
				v.left = asItWasLeft
			case core.Refused:
				v.left = changedThere
			}
			all[some[i].Key] = v
		}
	}
	return nil
}
