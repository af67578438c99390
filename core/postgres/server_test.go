//go:build postgres && !windows

package postgres

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/postgres/pgtest"
)

// A bench is a server with a number for the next database.
type bench struct {
	*pgtest.Server
	n atomic.Int32
}

// settings lead to a new database.
func (b *bench) settings(t testing.TB, more ...string) core.Settings {
	t.Helper()
	name := fmt.Sprintf("data%d", b.n.Add(1))
	b.Exec(t, "postgres", "CREATE DATABASE "+name)
	return b.with(name, more...)
}

func (b *bench) with(database string, more ...string) core.Settings {
	s := core.Settings{
		Values:  map[string]string{"address": "127.0.0.1", "port": strconv.Itoa(b.Port), "database": database, "user": pgtest.User},
		Secrets: map[string]core.Secret{"password": core.NewSecret(pgtest.Password)},
	}
	for _, m := range more {
		name, value, _ := strings.Cut(m, "=")
		s.Values[name] = value
	}
	return s
}

func at(t testing.TB, s core.Settings) *Destination {
	t.Helper()
	d, err := New(s, nil)
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

// again is a destination at the same place.
func again(t testing.TB, d *Destination) *Destination {
	t.Helper()
	c, err := New(core.Settings{Values: map[string]string{"address": "127.0.0.1", "port": strconv.Itoa(int(d.to.port)), "database": d.to.database,
		"user": d.to.user, "schema": d.to.schema}, Secrets: map[string]core.Secret{"password": d.password}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// spoil gives the table a rule that refuses these keys.
func (b *bench) spoil(t *testing.T, dest core.Destination, p core.Plan, keys ...string) {
	t.Helper()
	d := dest.(*Destination)
	b.Exec(t, d.to.database, "ALTER TABLE "+d.table(p)+" ADD CONSTRAINT spoil CHECK ("+quote(p.Key)+" NOT IN ('"+strings.Join(keys, "', '")+"'))")
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// edit is somebody with another program.
func (b *bench) edit(t *testing.T, dest core.Destination, p core.Plan, key string, values map[string]core.Value) {
	t.Helper()
	d := dest.(*Destination)
	sql := "INSERT INTO " + d.table(p) + " (" + quote(p.Key) + ") VALUES (" + literal(key) + ") ON CONFLICT DO NOTHING"
	for name, v := range values {
		cell := "NULL"
		if !v.Empty() {
			cell = literal(v.Canonical())
		}
		sql += "; UPDATE " + d.table(p) + " SET " + quote(name) + " = " + cell + " WHERE " + quote(p.Key) + " = " + literal(key)
	}
	b.Exec(t, d.to.database, sql)
}

// TestPostgreSQL runs everything against one real server.
func TestPostgreSQL(t *testing.T) {
	b := &bench{Server: pgtest.Start(t, false)}
	t.Run("it keeps the promises of a destination", func(t *testing.T) {
		coretest.Destination(t, coretest.Place{
			New: func(t *testing.T) core.Destination { return at(t, b.settings(t)) },
			Reopen: func(t *testing.T, d core.Destination) core.Destination {
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				return again(t, d.(*Destination))
			},
			Spoil:     b.spoil,
			Edit:      b.edit,
			Takes:     func(text string) bool { return !strings.Contains(text, "\x00") },
			Precision: time.Microsecond,
		})
	})
	tests := situations(b)
	maps.Copy(tests, unkind(b))
	for _, name := range slicesOf(tests) {
		t.Run(name, tests[name])
	}
}

func slicesOf(tests map[string]func(*testing.T)) []string {
	var names []string
	for name := range maps.Keys(tests) {
		names = append(names, name)
	}
	return names
}
