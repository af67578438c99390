package wiring_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
	"ferry/core/project"
)

func TestEachKindOfDateArrivesAsItIsMeant(t *testing.T) {
	t.Parallel()
	e := practicetest.New(t, practice.Options{Seed: 5, Rows: map[string]int{"new_vessel": 120}})
	link := reached(t, e)
	vessel := described(t, link.Source, "new_vessel")
	for name, want := range map[string]core.DateBehavior{"new_launched": core.DateOnly, "new_lastseen": core.UserLocal, "new_departs": core.TimeZoneIndependent} {
		if f := vessel.Field(name); f == nil || f.Dates != want || (f.Type == core.TypeDate) != (want == core.DateOnly) {
			t.Fatalf("%s is %+v, not %s", name, f, want)
		}
	}
	for _, zone := range []string{"Pacific/Kiritimati", "America/Los_Angeles", "Pacific/Apia"} {
		m := mapping.Default(vessel)
		m.Zone = zone
		m.Columns = slices.DeleteFunc(m.Columns, func(b mapping.Binding) bool {
			return b.Field != "new_launched" && b.Field != "new_lastseen" && b.Field != "new_departs"
		})
		for _, field := range []string{"new_launched", "new_lastseen", "new_departs"} {
			m.Columns = append(m.Columns,
				mapping.Binding{Column: field + "_day", Type: core.ColumnDate, Field: field},
				mapping.Binding{Column: field + "_step", Type: core.ColumnDate, Field: field, Steps: []mapping.Step{{Name: "date-only"}}},
				mapping.Binding{Column: field + "_text", Type: core.ColumnText, Field: field, Steps: []mapping.Step{{Name: "format-date", Params: map[string]string{"format": "YYYY-MM-DD"}}}})
		}
		carry(t, link, m, filepath.Join(t.TempDir(), "v.db"), func(key string, column func(string) string) {
			i, _ := e.World.Find(e.World.Table("new_vessel"), key)
			row, _ := e.World.Row(e.World.Table("new_vessel"), i)
			for _, field := range []string{"new_launched", "new_lastseen", "new_departs"} {
				cell := row.Cells[e.World.Table("new_vessel").Column(field).Index]
				whole, day := "", ""
				if cell.Kind != 0 {
					at := cell.Time()
					whole, day = at.Format("2006-01-02T15:04:05Z"), at.Format(time.DateOnly)
					if field == "new_launched" {
						whole = day
					}
					if field == "new_lastseen" {
						there, err := time.LoadLocation(zone)
						if err != nil {
							t.Fatal(err)
						}
						day = at.In(there).Format(time.DateOnly)
					}
				}
				for name, want := range map[string]string{field: whole, field + "_day": day, field + "_step": day, field + "_text": day} {
					if got := column(name); got != want {
						t.Errorf("%s of %s with %s is %q, not %q", name, key, zone, got, want)
					}
				}
			}
		})
	}
}

// carry imports one mapping into a new file and shows each of its rows.
func carry(t *testing.T, link *wiring.Link, m mapping.Mapping, path string, row func(key string, column func(string) string)) {
	t.Helper()
	c := &wiring.Computer{Data: t.TempDir()}
	d := project.Destination{Driver: "sqlite", Settings: map[string]string{"file": path}}
	to, err := c.Destination(t.Context(), wiring.Destinations(c.Data, nil), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), filepath.Join(c.Data, "journal.db"), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := importer.Run(t.Context(), c.Job(link, to, wiring.Place(d), []mapping.Mapping{m}, j), func(importer.Progress) {})
	if err != nil {
		t.Fatal(err, core.AsFault(err).Remedy)
	}
	_, _ = receipt, to.Close()
	_ = j.Close()
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	n := 0
	err = sqlitex.Execute(conn, `SELECT * FROM "`+m.Table+`"`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		n++
		row(s.GetText(m.Key), s.GetText)
		return nil
	}})
	if err != nil || n == 0 {
		t.Fatalf("%d rows, %v", n, err)
	}
}
