//go:build postgres && !windows

package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core/postgres/pgtest"
)

// TestAnImportIntoPostgreSQLIsExactHoweverOftenItIsKilled imports into a file and into a real server, kills the latter again
// and again, and compares every cell.
func TestAnImportIntoPostgreSQLIsExactHoweverOftenItIsKilled(t *testing.T) {
	server := pgtest.Start(t, false)
	server.Exec(t, "postgres", "CREATE DATABASE crm")
	s := open(t, killed())
	c, out := s.process(s.killedArgs()...)
	began := time.Now()
	if err := c.Run(); err != nil {
		t.Fatalf("into a file: %v: %s", err, out)
	}
	whole := time.Since(began)

	to := fmt.Sprintf("postgres:postgres://%s@127.0.0.1:%d/crm", pgtest.User, server.Port)
	s.settle("data2")
	args := []string{"import", "-org", s.env.Org, "-authority", s.env.Authority, "-client-id", s.env.SecretApp, "-data", s.dir + "/data2", "-json", "-to", to, "-page-size", "100"}
	if code, _, text := s.run(args...); code == exitWell || !strings.Contains(text, "postgres.wrong-password") {
		t.Errorf("without a password: exit %d, %s", code, text)
	}
	if code, _, text := s.run(append(args, "-set", "password="+pgtest.Password)...); code != exitUsage || strings.Contains(text, "horse") {
		t.Errorf("a password as a flag: exit %d, %s", code, text)
	}
	if code, _, text := s.run(append(args, "-to", "postgres://ada:horse@127.0.0.1/crm")...); code != exitUsage || !strings.Contains(text, "postgres.password-in-address") || strings.Contains(text, "horse") {
		t.Errorf("a password in the address: exit %d, %s", code, text)
	}
	s.vars["PGPASSWORD"] = pgtest.Password
	random := rand.New(rand.NewPCG(1, 2))
	died := 0
	for try := 0; ; try++ {
		c, out := s.process(args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var kill *time.Timer
		if try < 8 {
			kill = time.AfterFunc(time.Duration(random.Int64N(int64(whole))), func() { _ = c.Process.Kill() })
		}
		err := c.Wait()
		if kill != nil {
			kill.Stop()
		}
		if err == nil || strings.Contains(out.String(), `"receipt"`) {
			checkWholeReceipt(t, out.String())
			break
		}
		died++
		if try > 9 {
			t.Fatalf("it does not end: %v: %s", err, out)
		}
	}
	t.Logf("killed %d times", died)
	if strings.Contains(out.String(), pgtest.Password) {
		t.Error("the password is shown")
	}
	conn, err := sqlite.OpenConn(s.file(), sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for table, n := range map[string]int{"account": killedAccounts, "contact": killedContacts} {
		compare(t, server, conn, table, n)
	}
}

func compare(t *testing.T, server *pgtest.Server, conn *sqlite.Conn, table string, n int) {
	t.Helper()
	kinds := server.Rows(t, "crm", "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '"+table+"' ORDER BY ordinal_position")
	rows := server.Rows(t, "crm", "SET TimeZone = 'UTC'; SELECT * FROM "+table+` ORDER BY "`+kinds[0][0]+`"`)
	if len(rows) != n {
		t.Errorf("%d rows of %s, want %d", len(rows), table, n)
	}
	at, cells, different := 0, 0, 0
	err := sqlitex.Execute(conn, "SELECT * FROM "+table+` ORDER BY "`+kinds[0][0]+`"`, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		for i, kind := range kinds {
			have, want := rows[at][i], row.GetText(kind[0])
			if row.ColumnType(row.ColumnIndex(kind[0])) == sqlite.TypeNull {
				want = "NULL"
			}
			if have != "NULL" {
				have = asFile(have, kind[1])
			}
			if kind[1] == "double precision" {
				a, _ := strconv.ParseFloat(have, 64)
				b, _ := strconv.ParseFloat(want, 64)
				if a == b {
					have = want
				}
			}
			cells++
			if have != want {
				if different++; different < 5 {
					t.Errorf("%s.%s of row %d is %q, and %q in the file", table, kind[0], at, have, want)
				}
			}
		}
		at++
		return nil
	}})
	if err != nil || at != n || cells < n*20 {
		t.Errorf("%d rows and %d cells were compared, %v", at, cells, err)
	}
}

// asFile is a value as the file has it.
func asFile(text, kind string) string {
	switch kind {
	case "boolean":
		return map[string]string{"t": "1", "f": "0"}[text]
	case "timestamp with time zone":
		return strings.Replace(strings.TrimSuffix(text, "+00"), " ", "T", 1) + "Z"
	}
	return text
}
