package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
)

// Only changes. A table is read whole the first time, and whenever what is known does not tell all: another mapping, other
// rights, other choices, another destination, a mark that the source forgot. Before it is read whole, a mark is taken that
// the next run asks from. That run lists the keys of everything that changed (listed.go), reads just these records back with
// the mapping's own query, and what does not come back has left the filter.
//
// A mark is kept with the run that took it, and counts when that run is complete: its last note and the marks are one.
// Records that the earlier run refused, left out or is unsure of are looked at again too.

// decide settles how each table of a run is read. It is decided once: a run that goes on reads in the same way.
func (e *engine) decide(ctx context.Context) error {
	for _, t := range e.tables {
		about, err := e.known.of(t.plan.Source)
		if err != nil {
			return err
		}
		t.leans, t.unrest = t.mapping.Leans(*about, e.known.table)
		t.leans = slices.DeleteFunc(t.leans, func(l mapping.Leaning) bool { return !l.Filter && !e.carries(l.Table) })
	}
	fresh := false
	for _, t := range e.tables {
		i := slices.IndexFunc(e.current.Tables, func(r RunTable) bool { return r.Mapping == t.plan.ID })
		if i < 0 {
			continue
		}
		about, err := e.known.of(t.plan.Source)
		if err != nil {
			return err
		}
		known := e.current.Tables[i]
		if known.Decided {
			hidden := t.run.Hidden
			t.run.Decided, t.run.Changes, t.run.Marks, t.run.Shape, t.run.Notes = true, known.Changes, known.Marks, known.Shape, known.Notes
			t.run.Removed = known.Removed
			t.run.Hidden = hidden
			continue
		}
		t.run.Decided = true
		t.run.Shape = e.shape(t, about)
		if len(t.parts) == 0 && !e.partial() {
			e.decideTable(t, about)
			if err := e.keepChanges(ctx, t); err != nil {
				return err
			}
		}
		fresh = true
	}
	if !fresh {
		return nil
	}
	return e.saveTables(ctx)
}

// saveTables notes what was decided about the tables.
func (e *engine) saveTables(ctx context.Context) error {
	for i := range e.current.Tables {
		for _, t := range e.tables {
			if to := &e.current.Tables[i]; to.Mapping == t.plan.ID {
				to.Removed = t.run.Removed
				to.Decided, to.Changes, to.Marks, to.Shape, to.Hidden, to.Notes = t.run.Decided, t.run.Changes, t.run.Marks, t.run.Shape, t.run.Hidden, t.run.Notes
			}
		}
	}
	return e.Journal.SaveRun(ctx, e.current)
}

// carries reports whether a source table takes part in this import.
func (e *engine) carries(source string) bool {
	return slices.ContainsFunc(e.tables, func(t *table) bool { return t.plan.Source == source })
}

func (e *engine) decideTable(t *table, about *core.Table) {
	was, run, why := e.basis(t)
	e.noteHidden(t, was, run.ID != "")
	if why != "" {
		e.reason(why)
	}
	if run.ID == "" {
		return
	}
	switch {
	case e.distrusts():
	case t.run.Rights.Known && t.run.Rights.Read < core.DepthGlobal && was.Rights.Known && was.Rights.Read <= t.run.Rights.Read:
		t.note(notePartly(t.run.Title))
	case was.Rights.Known != t.run.Rights.Known:
		e.reason(reasonUntoldRights(t.run.Title))
	case was.Rights != t.run.Rights:
		e.reason(reasonOtherRights(t.run.Title))
	case was.Shape != t.run.Shape:
		e.reason(reasonShape(t.run.Title))
	case t.unrest != mapping.Calm:
		t.note(noteUnrest(t.run.Title, t.unrest))
	case !e.tellsChanges(t, about):
		t.note(noteUntold(t.run.Title))
	case e.leansOnWhole(t):
		t.note(noteUnrest(t.run.Title, mapping.ByOthers))
	case e.lostParents(t, run):
		t.note(noteDeletedOthers(t.run.Title))
	case e.twice(t):
	case was.Marks == nil || !e.marked(t, was.Marks):
		// Nobody could tell where it stood: it is read whole, and marked now.
	default:
		t.run.Changes = &Changes{Run: run.ID, When: run.Started, Since: maps.Clone(was.Marks)}
		e.noteStale(t, about)
	}
}

// basis is the run from which on changes are enough, and this table's part of it; or why there is none.
func (e *engine) basis(t *table) (was RunTable, run Entry, why string) {
	for _, r := range e.earlier {
		i := slices.IndexFunc(r.Tables, func(x RunTable) bool { return x.Mapping == t.run.Mapping })
		if r.ID == e.current.ID || i < 0 || !r.Begun {
			continue
		}
		if r.Undoes != "" {
			return was, Entry{}, reasonTakenBack(t.run.Title)
		}
		if r.Tables[i].Digest != t.run.Digest {
			if r.Partial() {
				why = reasonMapping(t.run.Title) // ten records were tried with another mapping, and lie there
				continue
			}
			return was, Entry{}, "" // it is said already: see because
		}
		if r.Partial() || r.State != Complete || !r.Tables[i].Finished {
			continue
		}
		if r.Destination != e.own || e.have.ID == "" || why != "" {
			return was, Entry{}, why
		}
		return r.Tables[i], r, ""
	}
	return was, Entry{}, ""
}

// distrusts reports whether the run reads everything again, for a reason that concerns all tables.
func (e *engine) distrusts() bool {
	return slices.ContainsFunc([]string{reasonReplaced, reasonOlder, reasonForeign, reasonUnknown, reasonAsked}, func(why string) bool {
		return strings.Contains(e.current.Reason, why)
	}) || e.Full
}

// reason adds to what the receipt says of everything being read again; it is saved with the tables.
func (e *engine) reason(text string) {
	if !strings.Contains(e.current.Reason, text) {
		e.current.Reason = strings.TrimSpace(e.current.Reason + " " + text)
	}
}

func (t *table) note(text string) {
	if !slices.Contains(t.run.Notes, text) {
		t.run.Notes = append(t.run.Notes, text)
	}
}

// leansOnWhole reports whether references point at records of which changes alone do not tell which are at the destination.
func (e *engine) leansOnWhole(t *table) bool {
	for _, l := range t.leans {
		for _, o := range e.tables {
			about := e.known.table(o.plan.Source)
			if !l.Filter && o.plan.Source == l.Table && (o.unrest != mapping.Calm || about == nil || !e.tellsChanges(o, about)) {
				return true
			}
		}
	}
	return false
}

// lostParents reports whether rows were removed since a run, or at its end, that others may still point at.
func (e *engine) lostParents(t *table, since Entry) bool {
	for _, r := range e.earlier {
		for _, l := range t.leans {
			if slices.ContainsFunc(r.Tables, func(x RunTable) bool { return !l.Filter && x.Table == l.Table && x.Removed }) {
				return true
			}
		}
		if r.ID == since.ID {
			break
		}
	}
	return false
}

// twice reports whether another mapping of this import fills the same table: which of them wrote last cannot be told from
// changes.
func (e *engine) twice(t *table) bool {
	return slices.ContainsFunc(e.tables, func(o *table) bool { return o != t && strings.EqualFold(o.plan.Table, t.plan.Table) })
}

// tellsChanges reports whether the source can tell what changed in a table, and in those on which it depends. Deletions
// there count too, so that these have to be tracked.
func (e *engine) tellsChanges(t *table, about *core.Table) bool {
	return (e.tracks(about) || dated(about)) && e.allTracked(t.leans)
}

func (e *engine) allTracked(leans []mapping.Leaning) bool {
	for _, l := range leans {
		about := e.known.table(l.Table)
		if about == nil || !e.tracks(about) || !e.allTracked(l.Above) {
			return false
		}
	}
	return true
}

// tracks reports whether the source gives marks of a table. It does so only to those who may read all of it.
func (e *engine) tracks(about *core.Table) bool {
	_, ok := e.Source.(core.Changes)
	return ok && about.Tracked && (!about.Rights.Known || about.Rights.Read == core.DepthGlobal)
}

// changedField is the field in which Dynamics keeps when a record was changed last.
const changedField = "modifiedon"

func dated(about *core.Table) bool {
	f := about.Field(changedField)
	return f != nil && f.Readable && f.Type == core.TypeDateTime
}

// marked reports whether there is a mark of every table that has to be asked.
func (e *engine) marked(t *table, marks map[string]Since) bool {
	for _, name := range t.asked() {
		if _, ok := marks[name]; !ok {
			return false
		}
	}
	return true
}

// asked are the source tables of which a table has to know what changed: itself first.
func (t *table) asked() []string {
	names := []string{t.plan.Source}
	var add func(leans []mapping.Leaning)
	add = func(leans []mapping.Leaning) {
		for _, l := range leans {
			if !slices.Contains(names, l.Table) {
				names = append(names, l.Table)
			}
			add(l.Above)
		}
	}
	add(t.leans)
	return names
}

// shape is a digest of what a mapping takes from the description of its table: types, and options with their labels. What
// else takes part counts where references are resolved.
func (e *engine) shape(t *table, about *core.Table) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00", e.Language, about.Key)
	for _, name := range t.program.Fields() {
		if f := about.Field(name); f != nil {
			fmt.Fprintf(h, "%s\x00%s\x00%s\x00", f.Name, f.Type, f.Dates)
			for _, o := range f.Options {
				fmt.Fprintf(h, "%d\x00%s\x00", o.Code, o.Label)
			}
		}
	}
	for _, l := range t.leans {
		if l.Filter {
			continue
		}
		var ids []string
		for _, o := range e.tables {
			if o.plan.Source == l.Table {
				ids = append(ids, o.run.Mapping+"="+o.run.Digest)
			}
		}
		slices.Sort(ids)
		fmt.Fprintf(h, "%s\x00%s\x00%q", l.Lookup, l.Table, ids)
	}
	fmt.Fprintf(h, "%q", t.run.Hidden)
	if len(t.veiled) > 0 {
		fmt.Fprintf(h, "%q", t.veiled)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// noteStale says what only a full import brings: values that the source works out while it is asked, and those of records
// that a mapping looks up.
func (e *engine) noteStale(t *table, about *core.Table) {
	var derived, looked []string
	for _, name := range t.program.Fields() {
		if f := about.Field(name); f != nil && f.Derived {
			derived = append(derived, name)
		}
	}
	for _, a := range t.asks {
		if !slices.Contains(looked, a.Field) {
			looked = append(looked, a.Field)
		}
	}
	if len(derived) > 0 {
		t.note(noteDerived(derived))
	}
	if len(looked) > 0 {
		t.note(noteLooked(looked))
	}
}

// noteHidden says which fields column security hides: of this mapping, or since the last time.
func (e *engine) noteHidden(t *table, was RunTable, known bool) {
	last := was
	if !known {
		_, l, ok := lastOf(slices.DeleteFunc(slices.Clone(e.earlier), func(r Entry) bool { return r.ID == e.current.ID }), t.run.Mapping)
		if last = l; !ok {
			last.Decided = false
		}
	}
	var names []string
	for _, name := range t.run.Hidden {
		if slices.Contains(t.left, name) || last.Decided && !slices.Contains(last.Hidden, name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		t.note(noteHidden(names))
	}
	if len(t.veiled) > 0 {
		t.note(noteVeiled(t.veiled))
	}
}

// trust takes from a mapping the right to empty what is made of fields that may be empty for this reader alone. It tells which
// fields those are.
func trust(m mapping.Mapping, about core.Table) (out mapping.Mapping, veiled []string) {
	out = m
	out.Columns = slices.Clone(m.Columns)
	for i := range out.Columns {
		b := &out.Columns[i]
		for _, name := range append([]string{b.Field}, b.Fields...) {
			if f := about.Field(name); f != nil && f.Veiled {
				b.MayEmpty = false
				if !slices.Contains(veiled, name) {
					veiled = append(veiled, name)
				}
			}
		}
	}
	return out, veiled
}

// staying are the columns of which nothing is known while column security hides what they are made of: those that hide took
// out of a mapping, and those that a mapping by default has of such fields.
func staying(m, without mapping.Mapping, hidden []string) (columns []string) {
	for _, b := range m.Columns {
		if !slices.ContainsFunc(without.Columns, func(o mapping.Binding) bool { return o.Column == b.Column }) {
			columns = append(columns, b.Column)
		}
	}
	for _, name := range hidden {
		columns = append(columns, name, name+"_label", name+"_type")
	}
	return columns
}

// hide takes out of a mapping the columns that are made of fields which column security hides: nothing is known of their
// values, so that those at the destination stay. It tells all such fields of the table, and which columns' were left out.
func hide(m mapping.Mapping, about core.Table, tables func(string) *core.Table) (out mapping.Mapping, hidden, left []string) {
	for _, f := range about.Fields {
		if f.Secured && !f.Readable {
			hidden = append(hidden, f.Name)
		}
	}
	if len(hidden) == 0 {
		return m, nil, nil
	}
	out = m
	out.Columns = nil
	for _, b := range m.Columns {
		one := mapping.Mapping{ID: m.ID, Source: m.Source, Table: m.Table, Key: m.Key, Zone: m.Zone, Columns: []mapping.Binding{b}}
		_, err := mapping.Compile(one, about, mapping.About{Tables: tables})
		if err != nil && slices.Contains(hidden, core.AsFault(err).Subject.Field) && !slices.Contains(m.Match.Columns, b.Column) {
			left = append(left, core.AsFault(err).Subject.Field)
			continue
		}
		out.Columns = append(out.Columns, b)
	}
	if len(out.Columns) == 0 {
		return m, hidden, nil
	}
	return out, hidden, left
}
