package wiring_test

import (
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/mapping"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// The parent of an account becomes the top level of its customer, or the text of a field, as was chosen: by the setting, with
// which a mapping begins, or in the mapping itself.
func TestParentAccountsBecomeTopLevelsOrAFieldAsChosen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ by, setting, into string }{
		{"setting", "top level", "toplevel"}, {"setting", "CFRemark", "CFRemark"}, {"mapping", "", "toplevel"}, {"mapping", "", "CFRemark"}, {"nothing", "", ""},
	} {
		t.Run(c.by+" "+c.into, func(t *testing.T) {
			m := newMover(t, 60, 20, playedhalo.Settings{}, "link-module", "77", "parent-account", c.setting)
			since := m.stand()
			choose := func(x *mapping.Mapping) {
				if x.Source != "account" || c.by != "mapping" {
					return
				}
				draft := m.edit(*x)
				if err := draft.SetParent(c.into); err != nil {
					t.Fatal(err)
				}
				for _, p := range draft.Problems() {
					if p.Severity != mapping.Notes {
						t.Errorf("%s %s", p.Cause, p.Remedy)
					}
				}
				*x = draft.Saved()
			}
			r, _ := m.carry(everything, choose)
			m.compareParents(c.into, since)
			m.decent()
			m.env.Halo.Forget()
			m.carry(everything, choose)
			if n := m.writes(); n != 0 {
				t.Errorf("nothing changed, but %d requests write", n)
			}
			if c.into == "" || of(r, "account").Created == 0 {
				return
			}
			key, other := m.orphan(8), m.orphan(30)
			m.set("account", key, map[string]world.Cell{"parentaccountid": world.RefCell("account", other)})
			if r, _ := m.carry(everything, choose); of(r, "account").Updated != 1 {
				t.Errorf("one has another parent: %+v", r.Tables)
			}
			m.compareParents(c.into, since)
		})
	}
	m := newMover(t, 12, 12, playedhalo.Settings{}, "parent-account", "CFNobodyMade")
	if _, _, _, err := m.begin(); err == nil || core.AsFault(err).Remedy == "" {
		t.Errorf("a field that is not there: %v", err)
	}
}

// orphan is the key of an account with a name and without a parent, beginning to look at a position.
func (m *mover) orphan(from int) string {
	m.t.Helper()
	for i := from; i < m.env.World.Positions(m.env.World.Table("account")); i++ {
		if key, c, _ := cells(m.env.World, "account", i); strings.TrimSpace(c("name").S) != "" && c("parentaccountid").S == "" {
			return key
		}
	}
	m.t.Fatal("each account has a parent")
	return ""
}

// compareParents compares what came of the parents with the organisation.
func (m *mover) compareParents(into string, since stand) {
	m.t.Helper()
	levels := map[int64]string{}
	for _, l := range m.env.Halo.TopLevels() {
		levels[l.ID()] = l.Text("name")
	}
	w := m.env.World
	parents, marks, seen := map[string]string{}, m.marks()["client"], 0
	names := map[string]string{}
	for i := range w.Positions(w.Table("account")) {
		key, c, _ := cells(w, "account", i)
		names[key] = c("name").S
	}
	for i := range w.Positions(w.Table("account")) {
		key, c, _ := cells(w, "account", i)
		parents[key] = names[c("parentaccountid").S]
	}
	for _, c := range m.env.Halo.Customers() {
		if c.ID() <= since.customer {
			continue
		}
		parent, level := parents[marks[c.ID()]], levels[c.Int("toplevel_id")]
		text, _ := c.Field("CFRemark").(string)
		wantLevel, wantText := "Customers", ""
		switch {
		case into == "toplevel" && parent != "":
			wantLevel = strings.TrimSpace(parent)
			seen++
		case into == "CFRemark" && parent != "":
			wantText = parent
			seen++
		}
		if level != wantLevel || text != wantText {
			m.t.Errorf("%s stands below %q and has %q, and not %q and %q", c.Text("name"), level, text, wantLevel, wantText)
		}
	}
	if into != "" && seen < 3 {
		m.t.Errorf("%d have a parent", seen)
	}
}
