package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core/csvtext"
	"ferry/core/practice"
	"ferry/core/practice/world"
)

// A database is a server in which lives have databases of their own.
type database interface {
	fresh(t *testing.T, name string)
	to(name string) string
	password() string
	content(t *testing.T, name string, tables []string) content
	do(t *testing.T, name, sql string)
}

// work is one thing that somebody does in the environment.
func (l *life) work() {
	l.Helper()
	w := l.s.env.World
	cities := []string{"Graz", "Linz", "Wien"}
	some := func(table string) (world.Row, bool) {
		t := w.Table(table)
		return w.Row(t, l.random.IntN(w.Positions(t)))
	}
	set := func(table string, values map[string]world.Cell) {
		if row, ok := some(table); ok {
			if err := w.Set(table, row.Key, values); err != nil {
				l.Fatal(err)
			}
		}
	}
	n := l.random.IntN(1000)
	switch l.random.IntN(14) {
	case 0, 1:
		values := map[string]world.Cell{"name": world.TextCell(fmt.Sprint("Firm ", n)), "address1_city": world.TextCell(cities[n%3])}
		if _, err := w.Insert("account", "", values); err != nil {
			l.Fatal(err)
		}
	case 2:
		if row, ok := some("account"); ok {
			if _, err := w.Insert("contact", "", map[string]world.Cell{"fullname": world.TextCell(fmt.Sprint("Person ", n)), "parentcustomerid": world.RefCell("account", row.Key)}); err != nil {
				l.Fatal(err)
			}
		}
	case 3, 4, 5:
		set("account", map[string]world.Cell{"address1_city": world.TextCell(cities[n%3])})
	case 6:
		set("account", map[string]world.Cell{"name": world.TextCell(fmt.Sprint([]string{"Zz ", "Renamed ", "Ümlaut, \"quoted\"\n", "=SUM(1) "}[n%4], n))})
	case 7:
		set("account", map[string]world.Cell{"name": {}})
	case 8:
		set("account", map[string]world.Cell{"statecode": world.ChoiceCell(n % 2), "statuscode": world.ChoiceCell(1 + n%2)})
	case 9:
		values := map[string]world.Cell{"accountnumber": world.TextCell(fmt.Sprint("A-", n)), "revenue": world.DecimalCell(fmt.Sprintf("%d.%04d", n, n))}
		if w.Table("account").Column("accountnumber") == nil {
			delete(values, "accountnumber")
		}
		set("account", values)
	case 10:
		if row, ok := some("account"); ok {
			set("account", map[string]world.Cell{"parentaccountid": world.RefCell("account", row.Key)})
		}
	case 11:
		if row, ok := some("account"); ok {
			set("contact", map[string]world.Cell{"parentcustomerid": world.RefCell("account", row.Key), "fullname": world.TextCell(fmt.Sprint("Moved ", n))})
		}
	case 12:
		if row, ok := some("account"); ok && w.Len("account") > 10 {
			l.unlink("account", "parentaccountid", row.Key)
			l.unlink("contact", "parentcustomerid", row.Key)
			if err := w.Delete("account", row.Key); err != nil {
				l.Fatal(err)
			}
		}
	case 13:
		if row, ok := some("contact"); ok && w.Len("contact") > 10 {
			if err := w.Delete("contact", row.Key); err != nil {
				l.Fatal(err)
			}
		}
	}
}

// unlink empties what points at a record that is about to be deleted, as the service does.
func (l *life) unlink(table, column, key string) {
	l.Helper()
	t := l.s.env.World.Table(table)
	l.each(t, func(r world.Row) {
		if c := r.Cells[t.Column(column).Index]; c.Kind == world.Ref && c.S == key {
			if err := l.s.env.World.Set(table, r.Key, map[string]world.Cell{column: {}}); err != nil {
				l.Fatal(err)
			}
		}
	})
}

// alter changes the mapping.
func (l *life) alter() {
	yes := func() bool { return l.chance(2) }
	was := l.v
	l.v = variant{filter: l.random.IntN(filterKinds), number: yes(), revenue: yes(), branch: yes(), parent: yes(), lower: l.chance(4), leaves: l.chance(3), family: l.chance(4)}
	if l.v.family && l.v.filter == 1 {
		l.v.filter = 3 // a filter by hand does not hold for children
	}
	l.v.needsName = !l.v.parent && !l.v.family && l.chance(3)
	if l.s.env.World.Table("account").Column("accountnumber") == nil {
		l.v.number = false
	}
	if l.chance(2) && was != (variant{}) { // only one thing
		l.v, was = was, l.v
		if l.v.filter = was.filter; l.v.family && l.v.filter == 1 {
			l.v.filter = 0
		}
	}
	if l.badThere != "" { // what belongs to a refused firm waits for it, and its name has to stay what is refused
		l.v.family, l.v.parent, l.v.lower = false, false, false
	}
	l.tell("the mapping is %+v", l.v)
}

// troubles are what goes wrong on the way, once or twice.
func (l *life) troubles() {
	l.Helper()
	var script practice.Script
	for range l.random.IntN(3) {
		s := practice.Step{Side: practice.SideDynamics, Table: []string{"account", "contact"}[l.random.IntN(2)], Times: 1 + l.random.IntN(2), Page: l.random.IntN(3)}
		if l.chance(4) {
			s.Table, s.Page, s.Nth = "", 0, 1+l.random.IntN(20) // whatever is asked for
		}
		at := int64(l.random.IntN(3000))
		switch l.random.IntN(13) {
		case 0:
			s.Do, s.Status, s.Code, s.RetryAfter = practice.DoStatus, 429, "0x80072322", seconds(1)
		case 1:
			s.Do, s.Status, s.Code, s.RetryAfter = practice.DoStatus, 429, "0x80072321", seconds(2)
		case 2:
			s.Do, s.Status, s.Code = practice.DoStatus, 429, "0x80072326"
		case 3:
			s.Do, s.Status = practice.DoStatus, 503
		case 4:
			s.Do = practice.DoHTML
		case 5:
			s.Do = practice.DoCut
		case 6:
			s.Do, s.Bytes = practice.DoCut, at
		case 7:
			s.Do, s.Bytes = practice.DoCutGzip, at
		case 8:
			s.Do, s.Bytes = practice.DoGarbage, at
		case 9:
			s.Do, s.Bytes = practice.DoTruncate, at
		case 10:
			s.Do = practice.DoRepeatRow
		case 11:
			s.Do, s.Times = practice.DoExpire, 1 // a token that is refused right behind its renewal ends an import
		case 12:
			s = practice.Step{Side: practice.SideMicrosoft, Every: 2, Do: practice.DoStatus, Status: 503, Times: 3}
		}
		if s.Do == practice.DoExpire && slices.ContainsFunc(script, func(b practice.Step) bool { return b.Do == practice.DoExpire }) {
			continue // two behind each other are such a refusal too
		}
		script = append(script, s)
		l.tell("trouble: %s %d %s on page %d of %s, request %d, %d times", s.Do, s.Status, s.Code, s.Page, s.Table, s.Nth, s.Times)
	}
	if err := l.s.env.Play(script); err != nil {
		l.Fatal(err)
	}
	l.troubled = len(script) > 0
}

// quiet ends the troubles.
func (l *life) quiet() {
	l.Helper()
	for _, n := range l.s.env.Played() {
		l.count.troubles.Add(int64(n))
	}
	if err := l.s.env.Play(nil); err != nil {
		l.Fatal(err)
	}
}

// noColumn removes a column while it is read. The import stops and says so, or goes on without it; with a mapping that does
// not want it, the next one brings all. Once in a life.
func (l *life) noColumn() bool {
	if l.s.env.World.Table("account").Column("accountnumber") == nil || !l.v.number {
		return false
	}
	if err := l.s.env.Play(practice.Script{{Side: practice.SideDynamics, Table: "account", Column: "accountnumber", Do: practice.DoRemoveColumn, Nth: 1 + l.random.IntN(30)}}); err != nil {
		l.Fatal(err)
	}
	l.troubled = true
	before := l.content()
	out, code := l.command(l.project("import"), l.random.IntN(2))
	l.remember(before)
	l.tell("a column was removed in mid-run: exit %d", code)
	if code != exitWell && code != exitRefused && code != killedAfterReceipt && !strings.Contains(out, `"remedy"`) {
		l.wrong("exit %d: %s", code, lastOf(out))
	}
	l.quiet()
	if l.s.env.World.Table("account").Column("accountnumber") != nil {
		if err := l.s.env.World.RemoveColumn("account", "accountnumber"); err != nil {
			l.Fatal(err)
		}
	}
	l.v.number, l.there, l.must, l.blurred = false, l.content(), "", true
	for _, r := range l.runs() {
		l.known[r.Run] = true
	}
	l.imports()
	return true
}

// to is the destination as -to names it, and place its file or folder.
func (l *life) to() string {
	if l.server != nil {
		return l.server.to(l.database())
	}
	return l.kind + ":" + l.place()
}

func (l *life) place() string {
	return map[string]string{"sqlite": l.s.file(), "csv": filepath.Join(l.s.dir, "csv"), "excel": filepath.Join(l.s.dir, "out.xlsx")}[l.kind]
}

// sql runs statements in the destination.
func (l *life) sql(text string) {
	l.Helper()
	if l.server != nil {
		l.server.do(l.T, l.database(), text)
		return
	}
	conn, err := sqlite.OpenConn(l.s.file(), sqlite.OpenReadWrite)
	if err != nil {
		l.Fatal(err)
	}
	defer conn.Close()
	if err := sqlitex.ExecuteScript(conn, text, nil); err != nil {
		l.Fatal(err)
	}
}

// chaosTables are the tables that any mapping of a life fills.
var chaosTables = []string{"firm", "person", "contact"}

// content is what stands at the destination, read without Ferry.
func (l *life) content() content {
	l.Helper()
	if l.server != nil {
		return l.server.content(l.T, l.database(), chaosTables)
	}
	file := l.s.file()
	if l.kind != "sqlite" {
		file = l.s.spoolIn(l.data, l.kind, l.place())
	}
	return fileContent(l.T, file)
}

func fileContent(t *testing.T, file string) content {
	t.Helper()
	all := content{}
	if _, err := os.Stat(file); err != nil {
		return all
	}
	conn, err := sqlite.OpenConn(file, sqlite.OpenReadWrite) // a process that was killed leaves pages that belong to it
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, table := range chaosTables {
		there := false
		err := sqlitex.Execute(conn, "SELECT 1 FROM sqlite_master WHERE name = ?", &sqlitex.ExecOptions{Args: []any{table}, ResultFunc: func(*sqlite.Stmt) error { there = true; return nil }})
		if err != nil {
			t.Fatal(err)
		}
		if !there {
			continue
		}
		for key, row := range rowsOf(t, conn, table) {
			cells := map[string]string{}
			for column, cell := range row {
				if text := untyped(cell); text != "" {
					cells[column] = text
				}
			}
			if all[table] == nil {
				all[table] = map[string]map[string]string{}
			}
			all[table][key] = cells
		}
	}
	return all
}

// files compares the files that people open with the rows that are kept of them.
func (l *life) files() {
	l.Helper()
	for _, table := range chaosTables {
		if len(l.there[table]) == 0 || l.away[table] {
			continue
		}
		var records [][]string
		alike := func(string, string) bool { return false }
		as := func(_, cell string) string { return cell }
		switch l.kind {
		case "csv":
			text, err := os.ReadFile(filepath.Join(l.place(), table+".csv"))
			if err == nil {
				records, err = csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), csvtext.BOM))).ReadAll()
			}
			if err != nil {
				l.wrong("%v", err)
			}
			as = func(_, cell string) string {
				safe, _ := csvtext.Safe(cell)
				return strings.ReplaceAll(safe, "\r\n", "\n") // the reader's doing
			}
		case "excel":
			f, err := excelize.OpenFile(l.place())
			if err == nil {
				records, err = f.GetRows(table, excelize.Options{RawCellValue: true})
				_ = f.Close()
			}
			if err != nil {
				l.wrong("%v", err)
			}
			alike = alikeInExcel
		default:
			return
		}
		want := map[string]map[string]string{}
		for key, cells := range l.there[table] {
			want[key] = map[string]string{}
			for _, column := range records[0] {
				want[key][column] = cells[column]
			}
		}
		if sameCells(l.T, table, records, want, as, alike); l.Failed() {
			l.wrong("the file is not as its rows")
		}
	}
}
