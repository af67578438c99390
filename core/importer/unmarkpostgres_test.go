//go:build postgres && !windows

package importer_test

import (
	"fmt"
	"strings"
	"testing"

	"ferry/core/coretest"
	"ferry/core/postgres/pgtest"
)

func TestARecordThatComesBackIsNotMarkedInactiveAnyMoreInPostgreSQL(t *testing.T) {
	server, n := pgtest.Start(t, false), 0
	unmarks(t, func(t *testing.T, data coretest.Data) (*desk, func(sql string) []string) {
		n++
		there := serverShore{server, fmt.Sprint("unmark", n)}
		server.Exec(t, "postgres", "CREATE DATABASE "+there.database)
		d := secondDesk(t, coretest.StoreOptions{}, data)
		d.job.Destination = there.open(t)
		t.Cleanup(func() { d.job.Destination.Close() })
		return d, func(sql string) (all []string) {
			if strings.HasPrefix(sql, "UPDATE") {
				there.sql(t, sql)
				return nil
			}
			for _, row := range server.Rows(t, there.database, sql) {
				all = append(all, row[0])
			}
			return all
		}
	})
}
