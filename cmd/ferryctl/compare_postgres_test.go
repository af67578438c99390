//go:build postgres && !windows

package main

import (
	"fmt"
	"testing"

	"ferry/core/importer"
	"ferry/core/postgres/pgtest"
	"ferry/core/practice/world"
)

// TestAComparisonWithPostgreSQLTellsWhatChangedOnWhichSide changes both sides of a real server.
func TestAComparisonWithPostgreSQLTellsWhatChangedOnWhichSide(t *testing.T) {
	server := pgtest.Start(t, false)
	server.Exec(t, "postgres", "CREATE DATABASE crm")
	s := open(t, small())
	s.vars["PGPASSWORD"] = pgtest.Password
	to := []string{"-to", fmt.Sprintf("postgres:postgres://%s@127.0.0.1:%d/crm", pgtest.User, server.Port)}
	if code, _, text := s.run(s.args("import", to...)...); code != exitWell {
		t.Fatal(text)
	}
	code, lines, text := s.run(s.args("compare", to...)...)
	if c := lastComparison(t, lines, text); code != exitWell || c.Sum().Equal != c.Sum().Source || c.Sum().Destination != c.Sum().Source || !c.Sum().Counted {
		t.Fatalf("after an import: exit %d: %+v", code, c.Sum())
	}
	accounts := s.env.World.Table("account")
	key := func(i int) string { return s.env.World.Key(accounts, i) }
	for _, i := range []int{3, 4} {
		if err := s.env.World.Set("account", key(i), map[string]world.Cell{"name": world.TextCell("Changed in Dynamics")}); err != nil {
			t.Fatal(err)
		}
	}
	server.Exec(t, "crm", "UPDATE account SET name = 'By hand' WHERE accountid IN ('"+key(4)+"', '"+key(5)+"'); DELETE FROM account WHERE accountid = '"+key(6)+
		"'; INSERT INTO account (accountid, name) VALUES ('mine', 'A row of my own')")
	code, lines, text = s.run(s.args("compare", to...)...)
	all := lastComparison(t, lines, text).Records()
	for d, n := range map[importer.Difference]int64{importer.ChangedHere: 1, importer.ChangedBoth: 1, importer.ChangedThere: 1, importer.RemovedThere: 1, importer.AddedThere: 1, importer.Unexplained: 0} {
		if all[d] != n {
			t.Errorf("%v: %d, want %d", d, all[d], n)
		}
	}
	if code != exitWell {
		t.Errorf("exit %d: %s", code, text)
	}
}
