package sqlite

import (
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/coretest"
)

func at(t *testing.T, path string) *Destination {
	t.Helper()
	d, err := New(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return d
}

// spoil gives the table a rule that refuses these keys.
func spoil(t *testing.T, dest core.Destination, p core.Plan, keys ...string) {
	t.Helper()
	d := dest.(*Destination)
	rule := "CREATE TRIGGER spoil BEFORE INSERT ON " + quote(p.Table) + " WHEN new." + quote(p.Key) + " IN ('" + strings.Join(keys, "', '") +
		"') BEGIN SELECT RAISE(ABORT, 'not this one'); END"
	if err := sqlitex.ExecuteTransient(d.file.Conn(), rule, nil); err != nil {
		t.Fatal(err)
	}
}

// edit is somebody with another program.
func edit(t *testing.T, dest core.Destination, p core.Plan, key string, values map[string]core.Value) {
	t.Helper()
	d := dest.(*Destination)
	do := func(sql string, args ...any) {
		t.Helper()
		if err := sqlitex.Execute(d.file.Conn(), sql, &sqlitex.ExecOptions{Args: args}); err != nil {
			t.Fatal(err)
		}
	}
	do("INSERT OR IGNORE INTO "+quote(p.Table)+" ("+quote(p.Key)+") VALUES (?)", key)
	for name, v := range values {
		var cell any
		if !v.Empty() {
			cell = v.Canonical()
		}
		do("UPDATE "+quote(p.Table)+" SET "+quote(name)+" = ?1 WHERE "+quote(p.Key)+" = ?2", cell, key)
	}
}

func TestADatabaseFileIsADestination(t *testing.T) {
	coretest.Destination(t, coretest.Place{
		New: func(t *testing.T) core.Destination { return at(t, filepath.Join(t.TempDir(), "data.db")) },
		Reopen: func(t *testing.T, d core.Destination) core.Destination {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			return at(t, d.(*Destination).path)
		},
		Spoil: spoil,
		Edit:  edit,
	})
}
