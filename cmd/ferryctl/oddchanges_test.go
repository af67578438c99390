package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/practice/world"
	"ferry/core/project"
)

// mirrored is a session with a project whose file stays equal to the accounts.
func mirrored(t *testing.T, tracked bool, change func(m *mapping.Mapping)) (*session, func(more ...string) importer.Receipt) {
	t.Helper()
	s := open(t, small())
	if err := s.env.World.SetTracked("account", tracked); err != nil {
		t.Fatal(err)
	}
	m := mirror()
	if change != nil {
		change(&m)
	}
	file := s.saveProject(func(p *project.Project) {
		p.Mappings, p.Tables, p.Off = []mapping.Mapping{m}, []string{"firms"}, nil
	})
	return s, func(more ...string) importer.Receipt {
		t.Helper()
		code, lines, text := s.importProject(file, more...)
		if code != exitWell {
			t.Fatalf("exit %d: %s", code, text)
		}
		return lastReceipt(t, lines, text)
	}
}

func (s *session) set(i int, values map[string]world.Cell) string {
	s.t.Helper()
	row, _ := s.env.World.Row(s.env.World.Table("account"), i)
	if err := s.env.World.Set("account", row.Key, values); err != nil {
		s.t.Fatal(err)
	}
	return row.Key
}

func TestARecordThatWasDeletedAndPutBackIsThere(t *testing.T) {
	t.Parallel()
	for _, tracked := range []bool{true, false} {
		s, imports := mirrored(t, tracked, nil)
		key := s.set(3, map[string]world.Cell{"name": world.TextCell("Before")})
		imports()
		if err := s.env.World.Delete("account", key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.env.World.Insert("account", key, map[string]world.Cell{"name": world.TextCell("Restored")}); err != nil {
			t.Fatal(err)
		}
		r := imports()
		if table(t, r, "account").Since.IsZero() {
			t.Errorf("tracked %v: everything was read: %+v", tracked, r)
		}
		if got := s.ask("SELECT name FROM firm WHERE firm_id = '" + key + "'"); len(got) != 1 || !strings.HasSuffix(got[0], "Restored") {
			t.Errorf("tracked %v: %q stands there", tracked, got)
		}
	}
}

func TestAChangeThatSomebodyDatedInTheFutureHidesNoOther(t *testing.T) {
	t.Parallel()
	s, imports := mirrored(t, false, nil)
	s.set(3, map[string]world.Cell{"modifiedon": world.TimeCell(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC))})
	imports()
	for _, name := range []string{"Changed", "Changed again"} {
		key := s.set(5, map[string]world.Cell{"name": world.TextCell(name)})
		r := imports()
		if table(t, r, "account").Since.IsZero() {
			t.Errorf("everything was read: %+v", r)
		}
		if got := s.ask("SELECT name FROM firm WHERE firm_id = '" + key + "'"); len(got) != 1 || !strings.HasSuffix(got[0], " "+name) {
			t.Errorf("%q stands there", got)
		}
	}
}

func TestARecordOfWhichNobodySaysWhenItChangedIsLookedAt(t *testing.T) {
	t.Parallel()
	s, imports := mirrored(t, false, nil)
	s.set(5, map[string]world.Cell{"modifiedon": {}})
	imports()
	key := s.set(5, map[string]world.Cell{"name": world.TextCell("Changed"), "modifiedon": {}})
	r := imports()
	if x := table(t, r, "account"); x.Since.IsZero() || x.Updated != 1 {
		t.Errorf("%+v", x)
	}
	if got := s.ask("SELECT name FROM firm WHERE firm_id = '" + key + "'"); len(got) != 1 || !strings.HasSuffix(got[0], " Changed") {
		t.Errorf("%q stands there", got)
	}
}

func TestAFilterThatAsksForAColumnThatBecameHiddenTakesNothingAway(t *testing.T) {
	t.Parallel()
	for _, tracked := range []bool{true, false} {
		s, imports := mirrored(t, tracked, func(m *mapping.Mapping) { m.Filter = "accountnumber eq 'kept'" })
		for i := range 20 {
			s.set(i, map[string]world.Cell{"accountnumber": world.TextCell("kept")})
		}
		imports()
		if err := s.env.World.Secure("account", "accountnumber"); err != nil {
			t.Fatal(err)
		}
		if err := s.env.World.HideSecured(s.env.ApplicationUser); err != nil {
			t.Fatal(err)
		}
		s.set(2, map[string]world.Cell{"name": world.TextCell("Renamed")})
		for _, more := range [][]string{nil, {"-full"}} {
			code, _, text := s.importProject(filepath.Join(s.dir, "move.ferry"), more...)
			if code == exitWell || !strings.Contains(text, "accountnumber") {
				t.Errorf("tracked %v: exit %d: %s", tracked, code, text)
			}
		}
		if n := len(s.ask("SELECT firm_id FROM firm")); n != 20 {
			t.Errorf("tracked %v: %d rows", tracked, n)
		}
	}
}

func TestWithoutChangeTrackingTheServersOwnClockCountsAndLateChangesAreMet(t *testing.T) {
	t.Parallel()
	s, imports := mirrored(t, false, nil)
	newest := time.Now().Add(-2 * time.Hour) // the server's clock is behind
	s.set(3, map[string]world.Cell{"modifiedon": world.TimeCell(newest)})
	imports()
	for name, at := range map[string]time.Time{"a minute later there": newest.Add(time.Minute), "ten minutes before the newest": newest.Add(-10 * time.Minute)} {
		key := s.set(5, map[string]world.Cell{"name": world.TextCell(name), "modifiedon": world.TimeCell(at)})
		r := imports()
		if table(t, r, "account").Since.IsZero() {
			t.Errorf("%s: everything was read: %+v", name, r)
		}
		if got := s.ask("SELECT name FROM firm WHERE firm_id = '" + key + "'"); len(got) != 1 || !strings.HasSuffix(got[0], name) {
			t.Errorf("%s: %q stands there", name, got)
		}
	}
}
