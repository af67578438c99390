//go:build postgres && !windows

package wiring_test

import (
	"strconv"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/postgres/pgtest"
	"ferry/core/project"
)

func TestNothingOfPeopleLiesHereWherePostgreSQLHasTheRows(t *testing.T) {
	server := pgtest.Start(t, false)
	server.Exec(t, "postgres", "CREATE DATABASE kept")
	o := newOffice(t)
	where := project.Destination{Driver: "postgres", Settings: map[string]string{
		"address": "127.0.0.1", "port": strconv.Itoa(server.Port), "database": "kept", "user": pgtest.User,
	}}
	o.nothingHere(wiring.Destinations(o.c.Data, nil), where, map[string]core.Secret{"password": core.NewSecret(pgtest.Password)})
}
