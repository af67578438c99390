package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/ui/task"
)

// tables are the tables of the list, each once.
func (w *Window) tables() []string {
	var tables []string
	for _, l := range w.listed() {
		if !slices.Contains(tables, l.Table) {
			tables = append(tables, l.Table)
		}
	}
	return tables
}

// mapped is what the mappings put into the destination's own tables, for its test.
func (w *Window) mapped() []core.Mapped {
	if !w.described() {
		return nil
	}
	var all []mapping.Mapping
	for _, l := range w.listed() {
		if l.Saved != nil && !l.Off {
			all = append(all, *l.Saved)
		}
	}
	return mapping.Mapped(all...)
}

// addTable puts a table on the list.
func (w *Window) addTable(logical string) {
	if !slices.Contains(w.tables(), logical) {
		ids := w.ids()
		w.own().Tables = append(ids, freeID(logical, ids))
		w.save()
		w.count()
	}
	w.refresh()
}

// titleOf is what people call a table.
func (w *Window) titleOf(logical string) string {
	if c := w.connection(); c != nil {
		for _, t := range w.session(c.Name).tables {
			if t.Logical == logical {
				return plural(t)
			}
		}
	}
	switch logical {
	case "account":
		return lang.L("Accounts")
	case "contact":
		return lang.L("Contacts")
	}
	return logical
}

func plural(t core.TableName) string {
	for _, name := range []string{t.Plural, t.Display, t.Logical} {
		if name != "" {
			return name
		}
	}
	return ""
}

// importWords is the label of a mapping's button: "Import accounts". A long name stands beside it and not in it.
func (w *Window) importWords(l listed) string {
	title := w.nameOf(l)
	if long(title) {
		return lang.L("Import")
	}
	if l.Table == "account" && title == "Accounts" || l.Table == "contact" && title == "Contacts" {
		title = strings.ToLower(title)
	}
	return lang.L("Import {{.Table}}", map[string]any{"Table": title})
}

// readTables asks which tables the connection may read, and counts those on the list.
func (w *Window) readTables() {
	c := w.connection()
	if c == nil {
		return
	}
	s, conn := w.session(c.Name), *c
	if s.loading != nil || s.tables != nil && s.tablesFault == nil {
		w.count()
		return
	}
	s.tablesFault = nil
	s.loading = task.Go(w.run, func(ctx context.Context, _ func(struct{})) ([]core.TableName, error) {
		return w.o.Engine.Tables(ctx, conn)
	}, nil, func(tables []core.TableName, err error) {
		s.loading = nil
		if err != nil {
			if f := core.AsFault(err); f.Kind != core.Stopped {
				s.tablesFault = f
				if tables != nil { // as they were the last time
					s.tables = tables
				}
				s.signedIn = s.signedIn && f.Kind != core.SignIn
			}
		} else {
			s.tables, s.signedIn = tables, true
			w.count()
		}
		w.refresh()
	})
}

// counts is what counting found.
type counts struct {
	known  map[string]core.Count
	faults map[string]*core.Fault
}

// count counts what the mappings on the list hold that was not counted yet. Nothing waits for it.
func (w *Window) count() {
	c := w.connection()
	if c == nil {
		return
	}
	s, conn := w.session(c.Name), *c
	want := map[string]mapping.Mapping{}
	for _, l := range w.listed() {
		key := countOf(l)
		if _, known := s.counts[key]; !known && s.uncounted[key] == nil && s.has(l.Table) {
			want[key] = which(l)
		}
	}
	if s.counting != nil || s.tables == nil || s.tablesFault != nil || len(want) == 0 {
		return
	}
	s.counting = task.Go(w.run, func(ctx context.Context, _ func(struct{})) (counts, error) {
		found := counts{map[string]core.Count{}, map[string]*core.Fault{}}
		for key, m := range want {
			n, err := w.o.Engine.Count(ctx, conn, m)
			if err != nil {
				found.faults[key] = core.AsFault(err)
				continue
			}
			found.known[key] = n
		}
		return found, ctx.Err()
	}, nil, func(found counts, _ error) {
		s.counting = nil
		for key, n := range found.known {
			s.counts[key] = n
		}
		for key, f := range found.faults {
			if f.Kind != core.Stopped {
				s.uncounted[key] = f
			}
		}
		w.count()
		w.refresh()
	})
}

// which is the part of a mapping that says which records it holds.
func which(l listed) mapping.Mapping {
	m := mapping.Mapping{ID: l.ID, Source: l.Table}
	if l.Saved != nil {
		m.Filter, m.Where, m.ActiveOnly = l.Saved.Filter, l.Saved.Where, l.Saved.ActiveOnly
	}
	return m
}

// filtered reports whether a mapping holds fewer records than its table may.
func filtered(l listed) bool {
	m := which(l)
	return m.Filter != "" || m.Where != nil && !m.Where.IsZero() || m.ActiveOnly
}

// countOf is the name under which it is kept how many records a mapping holds: another filter is another count.
func countOf(l listed) string {
	if !filtered(l) {
		return l.Table
	}
	return l.ID + " " + mapping.Digest(which(l))
}

// has reports whether the environment has a table; before its tables are known, and where they are only known from the
// last time, yes.
func (s *session) has(logical string) bool {
	if s.tables == nil || s.tablesFault != nil {
		return true
	}
	return slices.ContainsFunc(s.tables, func(t core.TableName) bool { return t.Logical == logical })
}

// lastOf is the newest import in which a mapping took part; nil when there is none.
func (w *Window) lastOf(l listed) (*importer.Receipt, *importer.TableReceipt) {
	for i := range w.runs.list {
		if r := &w.runs.list[i]; r.Undoes == "" {
			if t := w.partOf(r, l); t != nil {
				return r, t
			}
		}
	}
	return nil, nil
}

// partOf is a mapping's line of a receipt; nil when it took no part.
func (w *Window) partOf(r *importer.Receipt, l listed) *importer.TableReceipt {
	for i := range r.Tables {
		if w.isOf(&r.Tables[i], l) {
			return &r.Tables[i]
		}
	}
	return nil
}

// isOf reports whether a line of a receipt is of a mapping. A run that is older than IDs says only the tables on both sides.
func (w *Window) isOf(t *importer.TableReceipt, l listed) bool {
	if t.Mapping != "" {
		return l.is(t.Mapping, "")
	}
	return t.Table == l.Table && (t.To == "" || t.To == l.to() || w.alone(l))
}

// alone reports whether no other mapping of the list has the same table.
func (w *Window) alone(l listed) bool {
	for _, other := range w.listed() {
		if other.Table == l.Table && other.ID != l.ID {
			return false
		}
	}
	return true
}
