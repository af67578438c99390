package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
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

// importWords is the label of a mapping's button: "Import accounts".
func (w *Window) importWords(l listed) string {
	title := w.nameOf(l)
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

// counts is what counting found, per table.
type counts struct {
	known  map[string]core.Count
	faults map[string]*core.Fault
}

// count counts the tables on the list that were not counted yet. Nothing waits for it.
func (w *Window) count() {
	c := w.connection()
	if c == nil {
		return
	}
	s, conn := w.session(c.Name), *c
	want := []string{}
	for _, t := range w.tables() {
		_, known := s.counts[t]
		if !known && s.uncounted[t] == nil && s.has(t) {
			want = append(want, t)
		}
	}
	if s.counting != nil || s.tables == nil || s.tablesFault != nil || len(want) == 0 {
		return
	}
	s.counting = task.Go(w.run, func(ctx context.Context, _ func(struct{})) (counts, error) {
		found := counts{map[string]core.Count{}, map[string]*core.Fault{}}
		for _, t := range want {
			n, err := w.o.Engine.Count(ctx, conn, t)
			if err != nil {
				found.faults[t] = core.AsFault(err)
				continue
			}
			found.known[t] = n
		}
		return found, ctx.Err()
	}, nil, func(found counts, _ error) {
		s.counting = nil
		for t, n := range found.known {
			s.counts[t] = n
		}
		for t, f := range found.faults {
			if f.Kind != core.Stopped {
				s.uncounted[t] = f
			}
		}
		w.count()
		w.refresh()
	})
}

// has reports whether the environment has a table; before its tables are known, and where they are only known from the
// last time, yes.
func (s *session) has(logical string) bool {
	if s.tables == nil || s.tablesFault != nil {
		return true
	}
	return slices.ContainsFunc(s.tables, func(t core.TableName) bool { return t.Logical == logical })
}

// lastOf is the newest run in which a mapping took part; nil when there is none.
func (w *Window) lastOf(l listed) (*importer.Receipt, *importer.TableReceipt) {
	for i := range w.runs.list {
		if w.runs.list[i].Undoes != "" {
			continue
		}
		for j := range w.runs.list[i].Tables {
			if w.isOf(&w.runs.list[i].Tables[j], l) {
				return &w.runs.list[i], &w.runs.list[i].Tables[j]
			}
		}
	}
	return nil, nil
}

// isOf reports whether a line of a receipt is of a mapping: it has its table on both sides.
func (w *Window) isOf(t *importer.TableReceipt, l listed) bool {
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
