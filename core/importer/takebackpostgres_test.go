//go:build postgres && !windows

package importer_test

import (
	"fmt"
	"strconv"
	"testing"

	"ferry/core"
	"ferry/core/postgres"
	"ferry/core/postgres/pgtest"
)

// serverShore is a database of a PostgreSQL server.
type serverShore struct {
	server   *pgtest.Server
	database string
}

func (s serverShore) open(t *testing.T) core.Destination {
	d, err := postgres.New(core.Settings{
		Values:  map[string]string{"address": "127.0.0.1", "port": strconv.Itoa(s.server.Port), "database": s.database, "user": pgtest.User},
		Secrets: map[string]core.Secret{"password": core.NewSecret(pgtest.Password)},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (s serverShore) sql(t *testing.T, text string) { t.Helper(); s.server.Exec(t, s.database, text) }

func (s serverShore) bar(t *testing.T, on bool) {
	t.Helper()
	if !on {
		s.sql(t, "ALTER TABLE account DROP CONSTRAINT barred")
		return
	}
	s.sql(t, "ALTER TABLE account ADD CONSTRAINT barred CHECK (name <> 'New 3')")
}

func (s serverShore) rows(t *testing.T) (all []string) {
	t.Helper()
	for _, table := range s.server.Rows(t, s.database, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\_ferry%' ORDER BY 1`) {
		for _, row := range s.server.Rows(t, s.database, `SELECT to_jsonb(r)::text FROM "`+table[0]+`" r ORDER BY 1`) {
			all = append(all, table[0]+": "+row[0])
		}
	}
	return all
}

func TestWhateverAnImportDidIsTakenBackInPostgreSQL(t *testing.T) {
	server, n := pgtest.Start(t, false), 0
	takenBackAfter(t, func(t *testing.T) shore {
		n++
		name := fmt.Sprint("back", n)
		server.Exec(t, "postgres", "CREATE DATABASE "+name)
		return serverShore{server, name}
	})
}
