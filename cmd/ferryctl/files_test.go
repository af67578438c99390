package main

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"zombiezen.com/go/sqlite"

	"ferry/cmd/internal/wiring"
	"ferry/core/coretest"
	"ferry/core/csvtext"
	"ferry/core/importer"
	"ferry/core/practice"
	"ferry/core/practice/world"
)

// spool is where the rows of a destination lie that is a file.
func (s *session) spool(kind, where string) string { return s.spoolIn("data", kind, where) }

func (s *session) spoolIn(data, kind, where string) string {
	return wiring.Spools(filepath.Join(s.dir, data), nil).Path(kind, where)
}

// databaseRows are the rows of a table in a SQLite file.
func databaseRows(t *testing.T, file, table string) map[string]map[string]string {
	t.Helper()
	conn, err := sqlite.OpenConn(file, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return rowsOf(t, conn, table)
}

// csvIsAsTheDatabase compares a CSV file, as the standard library reads it, with a table of a SQLite file.
func csvIsAsTheDatabase(t *testing.T, folder, database, table string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, table+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), csvtext.BOM))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := databaseRows(t, database, table)
	sameCells(t, table, records, want, func(_, cell string) string {
		_, cell, _ = strings.Cut(cell, " ")
		safe, _ := csvtext.Safe(cell)
		return strings.ReplaceAll(safe, "\r\n", "\n") // the reader's doing
	}, nil)
}

// excelIsAsTheDatabase compares the sheet of a workbook with a table of a SQLite file.
func excelIsAsTheDatabase(t *testing.T, file, database, table string) {
	t.Helper()
	f, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := f.GetRows(table, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	sameCells(t, table, records, databaseRows(t, database, table), func(_, cell string) string {
		_, cell, _ = strings.Cut(cell, " ")
		return cell
	}, alikeInExcel)
}

// alikeInExcel compares numbers and days, which a workbook keeps as numbers.
func alikeInExcel(got, want string) bool {
	a, err := strconv.ParseFloat(got, 64)
	if err != nil {
		return false
	}
	if b, err := strconv.ParseFloat(want, 64); err == nil {
		return a == b
	}
	at, err := time.Parse(time.RFC3339Nano, want)
	if err != nil {
		at, err = time.Parse(time.DateOnly, want)
	}
	return err == nil && int64(math.Round((a-25569)*86_400_000)) == at.UnixMilli()
}

// sameCells compares records below a head with rows: every cell of every row, and nothing besides.
func sameCells(t *testing.T, table string, records [][]string, want map[string]map[string]string, as func(column, cell string) string, alike func(got, want string) bool) {
	t.Helper()
	if len(records)-1 != len(want) || len(want) == 0 {
		t.Errorf("%s: %d rows, want %d", table, len(records)-1, len(want))
	}
	head, wrong := records[0], 0
	for _, r := range records[1:] {
		row := want[r[0]]
		if len(row) != len(head) {
			t.Fatalf("%s: a row is not in the database, or has %d columns there and %d here", table, len(row), len(head))
		}
		for i, column := range head {
			got := ""
			if i < len(r) {
				got = r[i]
			}
			expected := as(column, row[column])
			if got == expected || alike != nil && alike(got, expected) {
				continue
			}
			if wrong++; wrong <= 10 {
				t.Errorf("%s.%s is %.80q, want %.80q", table, column, got, expected)
			}
		}
		delete(want, r[0])
	}
	if wrong > 10 {
		t.Errorf("%s: %d cells are wrong in all", table, wrong)
	}
}

func TestAnImportIntoFilesIsWhatADatabaseHas(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	folder, book := filepath.Join(s.dir, "csv"), filepath.Join(s.dir, "book.xlsx")
	if code, _, text := s.imported(); code != exitWell {
		t.Fatalf("exit %d: %s", code, text)
	}
	for _, to := range []string{"csv:" + folder, "excel:" + book} {
		code, lines, text := s.run(s.args("import", "-to", to, "-tables", "account,contact")...)
		r := lastReceipt(t, lines, text)
		if code != exitWell || table(t, r, "account").Created != 120 || table(t, r, "contact").Created != 260 {
			t.Fatalf("%s: exit %d: %s", to, code, text)
		}
		if strings.HasPrefix(to, "csv:") && !strings.Contains(text, "apostrophe in front") {
			t.Errorf("the receipt does not count apostrophes: %s", text)
		}
		// Once more: nothing is doubled, and the run knows its destination.
		code, lines, text = s.run(s.args("import", "-to", to, "-tables", "account,contact")...)
		if r = lastReceipt(t, lines, text); code != exitWell || table(t, r, "account").Since.IsZero() || table(t, r, "account").Read != 0 || r.Reason != "" {
			t.Errorf("%s: exit %d, reason %q: %s", to, code, r.Reason, text)
		}
		if code, _, text = s.run(s.args("check", "-to", to)...); code != exitWell {
			t.Errorf("%s is not available: %s", to, text)
		}
	}
	for _, name := range []string{"account", "contact"} {
		csvIsAsTheDatabase(t, folder, s.file(), name)
		excelIsAsTheDatabase(t, book, s.file(), name)
	}
	// Without its memory everything is brought again, and the person is told why. The file that is there is known for the
	// workbook's own; of text files nobody can tell.
	for to, fault := range map[string]string{"csv:" + folder: "sheet.not-our-file", "excel:" + book: ""} {
		kind, where, _ := strings.Cut(to, ":")
		if err := os.Remove(s.spool(kind, where)); err != nil {
			t.Fatal(err)
		}
		code, lines, text := s.run(s.args("import", "-to", to, "-tables", "account,contact")...)
		if fault != "" {
			if code == exitWell || !strings.Contains(text, fault) {
				t.Errorf("%s: exit %d: %s", to, code, text)
			}
			code, lines, text = s.run(s.args("import", "-to", to, "-tables", "account,contact", "-set", "replace=true")...)
		}
		r := lastReceipt(t, lines, text)
		if code != exitWell || table(t, r, "account").Created != 120 || r.Reason == "" {
			t.Errorf("%s: exit %d, reason %q: %s", to, code, r.Reason, text)
		}
	}
	csvIsAsTheDatabase(t, folder, s.file(), "account")
	excelIsAsTheDatabase(t, book, s.file(), "contact")
}

func TestAKilledImportIntoFilesGoesOnWithoutLossOrDouble(t *testing.T) {
	t.Parallel()
	for kind, name := range map[string]string{"csv": "out", "excel": "out.xlsx"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			// Some pages come late, so that a kill in the first second always meets an import that is under way.
			o := killed()
			for _, page := range []int{2, 6, 11} {
				o.Script = append(o.Script, practice.Step{Side: practice.SideDynamics, Table: "account", Page: page, Times: 1, Do: practice.DoDelay, For: practice.Duration(1500 * time.Millisecond)})
			}
			s := open(t, o)
			where := filepath.Join(s.dir, name)
			args := s.args("import", "-to", kind+":"+where, "-page-size", "100")
			random := rand.New(rand.NewPCG(2, uint64(len(kind))))
			died := 0
			for try := 0; ; try++ {
				c, out := s.process(args...)
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				var kill *time.Timer
				if try < coretest.Rounds(6) {
					kill = time.AfterFunc(time.Duration(200+random.IntN(1000))*time.Millisecond, func() { c.Process.Kill() })
				}
				err := c.Wait()
				if kill != nil {
					kill.Stop()
				}
				if err == nil || strings.Contains(out.String(), `"receipt"`) {
					checkWholeReceipt(t, out.String())
					break
				}
				if c.ProcessState.ExitCode() != -1 {
					t.Fatalf("try %d: %v: %s", try, err, out)
				}
				died++
			}
			if died == 0 {
				t.Error("no process was killed in time")
			}
			database := s.spool(kind, where)
			sameAsTruth(t, s.env, database, "account", "contact")
			for _, name := range []string{"account", "contact"} {
				if kind == "csv" {
					csvIsAsTheDatabase(t, where, database, name)
				} else {
					excelIsAsTheDatabase(t, where, database, name)
				}
			}
		})
	}
}

// What was changed at the source comes into the file; the receipt says what changed, not that the file is new.
func TestAFileIsUpdatedAndNotDoubled(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	folder := filepath.Join(s.dir, "csv")
	if code, _, text := s.run(s.args("import", "-to", "csv:"+folder, "-tables", "account")...); code != exitWell {
		t.Fatal(text)
	}
	if err := os.Remove(filepath.Join(folder, "account.csv")); err != nil {
		t.Fatal(err)
	}
	code, lines, text := s.run(s.args("import", "-to", "csv:"+folder, "-tables", "account")...)
	r := lastReceipt(t, lines, text)
	if c := table(t, r, "account"); code != exitWell || r.State != importer.Complete || c.Since.IsZero() || c.Read != 0 {
		t.Errorf("exit %d: %+v: %s", code, c, text)
	}
	csvIsAsTheDatabase(t, folder, s.spool("csv", folder), "account")
}

// With only-changes each import writes a file of what changed since the one before, and the receipt names it.
func TestOnlyTheChangedRowsComeIntoANewFile(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	for kind, name := range map[string]string{"csv": "out", "excel": "out.xlsx"} {
		args := s.args("import", "-to", kind+":"+filepath.Join(s.dir, kind, name), "-tables", "account,contact", "-set", "only-changes=true")
		if err := os.MkdirAll(filepath.Join(s.dir, kind), 0o700); err != nil {
			t.Fatal(err)
		}
		rows := func(path string) int {
			if kind == "excel" {
				f, err := excelize.OpenFile(path)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				all, err := f.GetRows("account")
				if err != nil {
					t.Fatal(err)
				}
				return len(all) - 1
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), csvtext.BOM))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			return len(all) - 1
		}
		table := s.env.World.Table("account")
		for i, want := range []int{120, 0, 3} {
			if want == 3 {
				for at := range want {
					if err := s.env.World.Set("account", s.env.World.Key(table, at), map[string]world.Cell{"name": world.TextCell("Changed for " + kind)}); err != nil {
						t.Fatal(err)
					}
				}
			}
			code, lines, text := s.run(args...)
			if code != exitWell {
				t.Fatalf("%s, import %d: exit %d: %s", kind, i+1, code, text)
			}
			said := ""
			for _, line := range lastReceipt(t, lines, text).Tables {
				if line.Table == "account" {
					said = line.Remark
				}
			}
			_, path, found := strings.Cut(said, "“")
			switch path, _, _ = strings.Cut(path, "”"); {
			case want == 0 && said != "Nothing changed, so no file was written.":
				t.Errorf("%s, import %d: the receipt says %q", kind, i+1, said)
			case want > 0 && !found, want > 0 && rows(path) != want:
				t.Errorf("%s, import %d: the receipt says %q, want %d rows", kind, i+1, said, want)
			}
		}
	}
}
