//go:build postgres && !windows

package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"ferry/core/postgres/pgtest"
)

// TestChaosInPostgreSQL lives the same lives in a real server.
func TestChaosInPostgreSQL(t *testing.T) {
	chaosIn(t, []string{"postgres"}, lives{pgtest.Start(t, false)})
}

// lives are databases of a server, one for each life.
type lives struct{ *pgtest.Server }

func (s lives) fresh(t *testing.T, name string) { s.Exec(t, "postgres", "CREATE DATABASE "+name) }

func (s lives) to(name string) string {
	return fmt.Sprintf("postgres:postgres://%s@127.0.0.1:%d/%s", pgtest.User, s.Port, name)
}

func (s lives) password() string { return pgtest.Password }

func (s lives) do(t *testing.T, name, sql string) { s.Exec(t, name, sql) }

// content reads tables as text, in the words that a file has for them.
func (s lives) content(t *testing.T, name string, tables []string) content {
	t.Helper()
	all := content{}
	for _, table := range tables {
		kinds := s.Rows(t, name, "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '"+table+"' ORDER BY ordinal_position")
		if len(kinds) == 0 {
			continue
		}
		columns := make([]string, len(kinds)) // nothing is read as "", because a text may say NULL
		for i, kind := range kinds {
			columns[i] = `coalesce("` + kind[0] + `"::text, '')`
		}
		for _, row := range s.Rows(t, name, "SET TimeZone = 'UTC'; SELECT "+strings.Join(columns, ", ")+" FROM "+table) {
			cells := map[string]string{}
			for i, kind := range kinds {
				if row[i] == "" {
					continue
				}
				text := asFile(row[i], kind[1])
				if kind[1] == "boolean" {
					text = map[string]string{"true": "1", "false": "0"}[row[i]]
				}
				if f, err := strconv.ParseFloat(text, 64); err == nil && kind[1] == "double precision" {
					text = strconv.FormatFloat(f, 'g', -1, 64)
				}
				cells[kind[0]] = text
			}
			key := row[0]
			if all[table] == nil {
				all[table] = map[string]map[string]string{}
			}
			if _, twice := all[table][key]; twice {
				t.Fatalf("%s: the key %q is there twice", table, key)
			}
			all[table][key] = cells
		}
	}
	return all
}

func TestASmallerRoleTakesNothingAwayInPostgreSQL(t *testing.T) {
	smallerRole(t, newLife(t, "postgres", 1003, lives{pgtest.Start(t, false)}))
}

func TestALostJournalAndASecondComputerDoubleNothingInPostgreSQL(t *testing.T) {
	strangers(t, newLife(t, "postgres", 1103, lives{pgtest.Start(t, false)}))
}
