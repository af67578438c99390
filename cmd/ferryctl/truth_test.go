package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core/practice"
	"ferry/core/practice/world"
)

// sameAsTruth compares a database with what the practice environment holds: every row and every cell of a table, and
// nothing besides. It computes what should be there from the world itself, not from anything that Ferry says.
func sameAsTruth(t *testing.T, env *practice.Environment, file string, tables ...string) {
	t.Helper()
	conn, err := sqlite.OpenConn(file, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, name := range tables {
		got := rowsOf(t, conn, name)
		table := env.World.Table(name)
		if table == nil {
			t.Fatalf("the practice environment has no table %s", name)
		}
		wrong, rows := 0, 0
		for i := range env.World.Positions(table) {
			row, ok := env.World.Row(table, i)
			if !ok {
				continue
			}
			rows++
			have, ok := got[row.Key]
			if !ok {
				t.Errorf("%s: the row at %d is not in the file", name, i)
				continue
			}
			delete(got, row.Key)
			for column, want := range expected(table, row) {
				if cell, ok := have[column]; !ok || cell != want {
					if wrong++; wrong <= 10 {
						t.Errorf("%s.%s of row %d is %.80q, not %.80q (column there: %v)", name, column, i, cell, want, ok)
					}
				}
			}
		}
		if len(got) > 0 {
			t.Errorf("%s: %d rows are in the file that the environment does not have", name, len(got))
		}
		if wrong > 10 {
			t.Errorf("%s: %d cells are wrong in all", name, wrong)
		}
		if rows == 0 {
			t.Errorf("%s: there is nothing to compare", name)
		}
	}
}

// A cell is a value with the type it has in SQLite: "integer 5", "text 5", "null".
func rowsOf(t *testing.T, conn *sqlite.Conn, table string) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	err := sqlitex.Execute(conn, `SELECT * FROM "`+table+`"`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		row := make(map[string]string, s.ColumnCount())
		for i := range s.ColumnCount() {
			row[s.ColumnName(i)] = cellOf(s, i)
		}
		key := strings.TrimPrefix(row[keyColumn(conn, table)], "text ")
		if _, double := all[key]; double {
			return fmt.Errorf("the key %q is there twice", key)
		}
		all[key] = row
		return nil
	}})
	if err != nil {
		t.Fatalf("reading %s: %v", table, err)
	}
	return all
}

func keyColumn(conn *sqlite.Conn, table string) string {
	name := ""
	err := sqlitex.Execute(conn, `SELECT name FROM pragma_table_info(?) WHERE pk = 1`, &sqlitex.ExecOptions{Args: []any{table}, ResultFunc: func(s *sqlite.Stmt) error {
		name = s.ColumnText(0)
		return nil
	}})
	if err != nil {
		return ""
	}
	return name
}

func cellOf(s *sqlite.Stmt, i int) string {
	switch s.ColumnType(i) {
	case sqlite.TypeNull:
		return "null"
	case sqlite.TypeInteger:
		return "integer " + strconv.FormatInt(s.ColumnInt64(i), 10)
	case sqlite.TypeFloat:
		return "real " + strconv.FormatFloat(s.ColumnFloat(i), 'g', -1, 64)
	case sqlite.TypeBlob:
		return "blob"
	default:
		return "text " + s.ColumnText(i)
	}
}

// expected is what the default mapping promises for a row: README's table, written down once more.
func expected(table *world.Table, row world.Row) map[string]string {
	want := map[string]string{table.Key: "text " + row.Key}
	for i, c := range table.Columns {
		if !carried(table, c) {
			continue
		}
		cell := row.Cells[i]
		want[c.Logical] = plain(c, cell)
		switch c.Type {
		case "PicklistType", "StateType", "StatusType":
			want[c.Logical+"_label"] = "null"
			if cell.Kind == world.Choice {
				for _, o := range c.Options {
					if int64(o.Value) == cell.N && o.Label != "" {
						want[c.Logical+"_label"] = "text " + o.Label
					}
				}
			}
		case "MultiSelectPicklistType":
			want[c.Logical+"_label"] = labelsOf(c, cell)
		case "LookupType", "OwnerType", "CustomerType":
			if len(c.Targets) != 1 {
				want[c.Logical+"_type"] = "null"
				if cell.Kind == world.Ref {
					want[c.Logical+"_type"] = "text " + cell.Table
				}
			}
		}
	}
	return want
}

func carried(table *world.Table, c *world.Column) bool {
	switch c.Type {
	case "ImageType", "FileType", "PartyListType", "VirtualType", "CalendarRulesType", "ManagedPropertyType":
		return false
	}
	if of := table.Column(c.AttributeOf); of != nil && of.Type == "FileType" {
		return false
	}
	return c.ValidForRead && c.ValidOData && c.Property != "" && c.Logical != table.Key
}

func plain(c *world.Column, cell world.Cell) string {
	switch cell.Kind {
	case world.Null:
		return "null"
	case world.Bool, world.Int, world.Choice:
		return "integer " + strconv.FormatInt(cell.N, 10)
	case world.Double:
		return "real " + strconv.FormatFloat(cell.Float(), 'g', -1, 64)
	case world.Time:
		return "text " + cell.Time().Format("2006-01-02T15:04:05Z")
	case world.Date:
		return "text " + cell.Time().Format("2006-01-02")
	case world.Choices:
		return "text [" + cell.S + "]"
	default:
		return "text " + cell.S
	}
}

func labelsOf(c *world.Column, cell world.Cell) string {
	if cell.Kind != world.Choices {
		return "null"
	}
	var all []*string
	for _, code := range strings.Split(cell.S, ",") {
		var label *string
		for _, o := range c.Options {
			if strconv.Itoa(o.Value) == code && o.Label != "" {
				label = &o.Label
			}
		}
		all = append(all, label)
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err.Error()
	}
	return "text " + string(text)
}
