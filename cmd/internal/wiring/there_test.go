package wiring_test

import (
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
)

func TestWhatADatabaseHasAlreadyIsTold(t *testing.T) {
	t.Parallel()
	ask := func(path, table string) *core.Table {
		t.Helper()
		d, err := (&wiring.Computer{Data: t.TempDir()}).Destination(t.Context(), wiring.Destinations("", nil),
			project.Destination{Driver: "sqlite", Settings: map[string]string{"file": path}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		there, err := wiring.There(t.Context(), d, table)
		if err != nil {
			t.Fatal(err)
		}
		return there
	}
	path := filepath.Join(t.TempDir(), "own.db")
	if ask(path, "account") != nil {
		t.Error("a file that is not there has a table")
	}
	if files, err := filepath.Glob(path + "*"); err != nil || len(files) > 0 {
		t.Errorf("asking made %v, %v", files, err)
	}
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.ExecuteScript(conn, `CREATE TABLE client (accountid TEXT PRIMARY KEY, name INTEGER, phone TEXT, any, full TEXT GENERATED ALWAYS AS (phone || '!'))`, nil)
	if err != nil {
		t.Fatal(err)
	}
	problems := func() (codes []string) {
		d := mapping.NewDraft(core.Table{Name: core.TableName{Logical: "account"}, Key: "accountid", Fields: []core.Field{
			{Name: "name", Type: core.TypeText, Readable: true}, {Name: "phone", Type: core.TypeText, Readable: true},
			{Name: "any", Type: core.TypeMoney, Readable: true}, {Name: "full", Type: core.TypeText, Readable: true},
		}}, nil)
		if err := d.SetTable("client", "accountid"); err != nil {
			t.Fatal(err)
		}
		d.Have("client", ask(path, "client"))
		for _, p := range d.Problems() {
			codes = append(codes, p.Code+" "+p.Place.Column)
		}
		return codes
	}
	if got := problems(); len(got) != 1 || got[0] != "table-foreign " {
		t.Errorf("of a foreign table it says %q", got)
	}
	err = sqlitex.ExecuteScript(conn, `CREATE TABLE _ferry_table (name TEXT PRIMARY KEY, source TEXT, title TEXT, key TEXT); INSERT INTO _ferry_table VALUES ('client', 'account', '', 'accountid')`, nil)
	if err != nil || conn.Close() != nil {
		t.Fatal(err)
	}
	if got := problems(); len(got) != 2 || got[0] != "column-there name" || got[1] != "column-computed full" {
		t.Errorf("of a table of Ferry's own it says %q", got)
	}
	if ask(path, "other") != nil {
		t.Error("a table that is not there is told")
	}
}
