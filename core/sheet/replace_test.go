package sheet

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
)

func states(t *testing.T, d core.Destination) map[string]core.Check {
	t.Helper()
	all := map[string]core.Check{}
	for _, c := range coretest.Checks(t, d, core.Need{Tables: []string{"account", "contact"}}) {
		all[c.ID] = c
	}
	return all
}

func wantFault(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || core.AsFault(err).Code != code {
		t.Errorf("the error is %v, want %s", err, code)
	}
}

func TestAFileThatFerryDidNotMakeIsNeverWrittenOver(t *testing.T) {
	at := placeOf(t)
	if err := os.MkdirAll(at.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(at.folder, "Account.CSV")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(mine, filepath.Join(at.folder, "account.csv")); err != nil { // as where capital letters are not told apart
		t.Fatal(err)
	}
	d := at.csv(t)
	if err := d.Start(t.Context(), core.Identity{ID: "one", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	_, err := d.Missing(t.Context(), accounts())
	wantFault(t, err, "sheet.not-our-file")
	if c := states(t, d)["files"]; c.State != core.CheckFailed || c.Fault.Code != "sheet.not-our-file" {
		t.Errorf("the check says %+v", c)
	}
	// It came after the import began.
	if err := os.Rename(filepath.Join(at.folder, "account.csv"), filepath.Join(at.folder, "away")); err != nil {
		t.Fatal(err)
	}
	prepared(t, d, accounts())
	if _, err := d.Write(t.Context(), accounts(), core.Batch{ID: "b1", Pass: 1, Rows: []core.Record{account(1, "Contoso")}}); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(at.folder, "away"), filepath.Join(at.folder, "account.csv")); err != nil {
		t.Fatal(err)
	}
	wantFault(t, d.Finish(t.Context(), accounts()), "sheet.not-our-file")
	if content(t, mine) != "mine" {
		t.Error("somebody's file was changed")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	brought(t, at.csv(t, "replace", "true"), accounts(), "b1", account(1, "Contoso"))
	if !strings.Contains(content(t, at.folder, "account.csv"), "Contoso") || content(t, mine) != "mine" {
		t.Error("with the switch the name is Ferry's, and what the link led to is not")
	}
}

func TestAFileThatSomebodyChangedIsKeptAndWrittenAnew(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	d.now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	brought(t, d, accounts(), "b1", account(1, "Contoso"))
	path := filepath.Join(at.folder, "account.csv")
	whole := content(t, path)
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(whole, "Contoso", "Costoso")), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := states(t, d)["files"]; c.State != core.CheckWarned || c.Fault.Code != "sheet.changed" {
		t.Errorf("the check says %+v", c)
	}
	brought(t, d, accounts(), "b2", account(1, "Contoso"))
	if content(t, path) != whole {
		t.Error("the file is not whole again")
	}
	if kept := content(t, at.folder, "account (changed, kept 2026-01-02 03.04.05).csv"); !strings.Contains(kept, "Costoso") {
		t.Errorf("what somebody made of it is lost: %s", kept)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if c := states(t, d)["files"]; c.State != core.CheckWarned || c.Fault.Code != "sheet.gone" {
		t.Errorf("the check says %+v", c)
	}
	brought(t, d, accounts(), "b3", account(1, "Contoso"))
	if content(t, path) != whole || len(namesIn(t, at.folder)) != 2 {
		t.Errorf("the folder has %v", namesIn(t, at.folder))
	}
}

func TestAFileWhoseRowsDidNotChangeIsLeftAlone(t *testing.T) {
	at := placeOf(t)
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "Contoso"))
	path := filepath.Join(at.folder, "account.csv")
	if err := os.Chtimes(path, long, long); err != nil { // copied back from somewhere: the same, at another time
		t.Fatal(err)
	}
	brought(t, d, accounts(), "b2", account(1, "Contoso"))
	if about, err := os.Stat(path); err != nil || !about.ModTime().Equal(long) {
		t.Errorf("the file was written again: %v", err)
	}
	// A process that changed a row and was killed before Finish left no note of what it changed, but that it might have.
	if _, err := d.Write(t.Context(), accounts(), core.Batch{ID: "b3", Pass: 1, Rows: []core.Record{account(1, "Fabrikam")}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	brought(t, at.csv(t), accounts(), "b4", account(1, "Fabrikam"))
	if !strings.Contains(content(t, path), "Fabrikam") {
		t.Error("the change did not come into the file")
	}
}

func TestAStopInFinishLeavesTheOldFileWhole(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "Contoso"))
	old := content(t, at.folder, "account.csv")
	var many []core.Record
	for i := range 5000 {
		many = append(many, account(i, "Fabrikam"))
	}
	if _, err := d.Write(t.Context(), accounts(), core.Batch{ID: "b2", Pass: 1, Rows: many}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	d.Spool = stopping{d.Spool, cancel}
	if err := d.Finish(ctx, accounts()); err == nil || core.AsFault(err).Kind != core.Stopped {
		t.Errorf("a stopped Finish ends with %v", err)
	}
	if content(t, at.folder, "account.csv") != old || len(namesIn(t, at.folder)) != 1 {
		t.Errorf("the folder has %v", namesIn(t, at.folder))
	}
	d.Spool = d.Spool.(stopping).Spool
	if err := d.Finish(t.Context(), accounts()); err != nil || strings.Count(content(t, at.folder, "account.csv"), "Fabrikam") != 5000 {
		t.Errorf("it does not go on: %v", err)
	}
}

// stopping is a spool that somebody stops at its thousandth row.
type stopping struct {
	Spool
	stop func()
}

func (s stopping) Rows(ctx context.Context, p core.Plan, row func(string, []core.Value) error) error {
	n := 0
	return s.Spool.Rows(ctx, p, func(key string, values []core.Value) error {
		if n++; n == 1000 {
			s.stop()
		}
		return row(key, values)
	})
}

func TestADiskThatFillsUpLeavesTheOldFileWhole(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "Contoso"))
	path := filepath.Join(at.folder, "account.csv")
	old := content(t, path)
	for code, write := range map[string]func(io.Writer) error{
		"sheet.disk-full":     func(io.Writer) error { return &os.PathError{Op: "write", Path: path, Err: syscall.ENOSPC} },
		"sheet.too-many-long": func(io.Writer) error { return tooManyLong("account") },
	} {
		_, err := d.replace(t.Context(), path, d.memory.Tables[0].Left, nil, write, func(*left) error { return nil })
		if wantFault(t, err, code); content(t, path) != old || len(namesIn(t, at.folder)) != 1 {
			t.Errorf("%s: %v, %v", code, err, namesIn(t, at.folder))
		}
	}
}

// What the process was that this test starts: it is killed in the middle of Finish.
const killedEnv = "FERRY_TEST_KILLED_IN_FINISH"

func TestAKillInFinishLeavesTheOldFileWhole(t *testing.T) {
	if folder := os.Getenv(killedEnv); folder != "" {
		dieInFinish(t, place{filepath.Join(folder, "data", "spools"), filepath.Join(folder, "out")})
		return
	}
	for _, when := range []string{"rows", "noted"} {
		at := placeOf(t)
		d, e := at.csv(t), at.excel(t)
		brought(t, d, accounts(), "b1", account(1, "Contoso"))
		brought(t, e, accounts(), "b1", account(1, "Contoso"))
		if err := errors.Join(d.Close(), e.Close()); err != nil {
			t.Fatal(err)
		}
		old, book := content(t, at.folder, "account.csv"), content(t, at.folder, "out.xlsx")
		for _, kind := range []string{"csv", "excel"} {
			c := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
			c.Env = append(os.Environ(), killedEnv+"="+filepath.Dir(at.folder), "FERRY_TEST_KIND="+kind, "FERRY_TEST_WHEN="+when)
			if out, err := c.CombinedOutput(); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("the process was not killed: %v\n%s", err, out)
			}
		}
		if content(t, at.folder, "account.csv") != old || content(t, at.folder, "out.xlsx") != book {
			t.Errorf("%s: the old file is not as it was", when)
		}
		d, e = at.csv(t), at.excel(t)
		for _, dest := range []core.Destination{d, e} {
			prepared(t, dest, accounts())
			if err := dest.Finish(t.Context(), accounts()); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(content(t, at.folder, "account.csv"), "Fabrikam") || !slices.Equal(namesIn(t, at.folder), []string{"account.csv", "out.xlsx"}) {
			t.Errorf("%s: it does not go on: %v", when, namesIn(t, at.folder))
		}
		if rows := sheetRows(t, filepath.Join(at.folder, "out.xlsx"), "account"); len(rows) != 2 || rows[1][1] != "Fabrikam" {
			t.Errorf("%s: the workbook has %q", when, rows)
		}
	}
}

func dieInFinish(t *testing.T, at place) {
	die := func() { _ = exec.Command("kill", "-9", strconv.Itoa(os.Getpid())).Run(); select {} }
	var d core.Destination = at.csv(t)
	if os.Getenv("FERRY_TEST_KIND") == "excel" {
		d = at.excel(t)
	}
	prepared(t, d, accounts())
	if _, err := d.Write(t.Context(), accounts(), core.Batch{ID: "b2", Pass: 1, Rows: []core.Record{account(1, "Fabrikam")}}); err != nil {
		t.Fatal(err)
	}
	f := filesOf(d)
	if os.Getenv("FERRY_TEST_WHEN") == "rows" {
		f.Spool = dying{f.Spool, "", die}
	} else {
		f.Spool = dying{f.Spool, filesNote, die} // the next one is what is about to take the old file's place
	}
	t.Error(d.Finish(t.Context(), accounts()))
}

// dying is a spool at which the process is killed: at the first row, or behind a note.
type dying struct {
	Spool
	note string
	die  func()
}

func (s dying) Rows(ctx context.Context, p core.Plan, row func(string, []core.Value) error) error {
	return s.Spool.Rows(ctx, p, func(key string, values []core.Value) error {
		if s.note == "" {
			s.die()
		}
		return row(key, values)
	})
}

func (s dying) SetNote(ctx context.Context, name, text string) error {
	err := s.Spool.SetNote(ctx, name, text)
	if s.note == name {
		s.die()
	}
	return err
}

// The process may also be killed between the new file's taking its place and the note of it.
func TestAKillBehindTheNewFileKeepsNoCopyOfIt(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "Contoso"))
	if _, err := d.Write(t.Context(), accounts(), core.Batch{ID: "b2", Pass: 1, Rows: []core.Record{account(1, "Fabrikam")}}); err != nil {
		t.Fatal(err)
	}
	d.Spool = forgetful{d.Spool, new(int)}
	if err := d.Finish(t.Context(), accounts()); err == nil {
		t.Fatal("the note was taken")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again := at.csv(t)
	prepared(t, again, accounts())
	if err := again.Finish(t.Context(), accounts()); err != nil {
		t.Fatal(err)
	}
	if names := namesIn(t, at.folder); len(names) != 1 || !strings.Contains(content(t, at.folder, names[0]), "Fabrikam") {
		t.Errorf("the folder has %v", names)
	}
}

// forgetful is a spool that takes one note and no more.
type forgetful struct {
	Spool
	notes *int
}

func (s forgetful) SetNote(ctx context.Context, name, text string) error {
	if *s.notes++; *s.notes > 1 {
		return errors.New("the power went")
	}
	return s.Spool.SetNote(ctx, name, text)
}

func TestAPlaceThatCannotBeWrittenIsSaidInTheCheck(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	if c := states(t, d); c["place"].State != core.CheckPassed || !strings.Contains(c["place"].Detail, "first import") {
		t.Errorf("a folder that is not there yet: %+v", c["place"])
	}
	if _, err := os.Stat(at.folder); !os.IsNotExist(err) {
		t.Error("the check made the folder")
	}
	if err := os.WriteFile(at.folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := states(t, d); c["place"].State != core.CheckFailed || c["files"].State != core.CheckUntried {
		t.Errorf("a file stands in the way: %+v", c)
	}
	below, err := newCSV(settings("folder", filepath.Join(at.folder, "x", "y")), spoolsIn(at.data), nil)
	if c := states(t, opened(t, below, err)); c["place"].State != core.CheckFailed || c["place"].Fault.Code != "sheet.no-folder" {
		t.Errorf("no folder above: %+v", c["place"])
	}
}

// Where Ferry may make no files, the test says so of the folder and of its own copy of the rows; the latter is tried also when
// the former failed.
func TestAFolderWithoutTheRightToCreateIsSaid(t *testing.T) {
	at := place{"/proc/self/spools", "/proc/self/out"} // takes no files from anybody, not even from an administrator
	if _, err := os.Stat("/proc/self"); err != nil {
		up := t.TempDir()
		if err := os.Chmod(up, 0o500); err != nil {
			t.Fatal(err)
		}
		at = place{filepath.Join(up, "spools"), filepath.Join(up, "out")}
	}
	c := states(t, at.csv(t))
	for _, id := range []string{"place", "memory"} {
		if c[id].State != core.CheckFailed || c[id].Fault.Code != "sheet.not-writable" && c[id].Fault.Code != "sheet.no-folder" || c[id].Fault.Remedy == "" {
			t.Errorf("%s: %+v, %v", id, c[id], c[id].Fault)
		}
	}
	if c["files"].State != core.CheckUntried {
		t.Errorf("files: %+v", c["files"])
	}
}

func TestADiskThatIsNearlyFullIsSaidBeforeTheImport(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	d.free = func(folder string) (uint64, bool) { return 12 << 20, true }
	for _, id := range []string{"place", "memory"} {
		if c := states(t, d)[id]; c.State != core.CheckWarned || c.Fault.Code != "sheet.nearly-full" || !strings.Contains(c.Fault.Cause, "12.0 MB") {
			t.Errorf("%s: %+v", id, c)
		}
	}
}

func TestAFileThatIsOpenElsewhereIsSaid(t *testing.T) {
	at := placeOf(t)
	e := at.excel(t)
	for sign, program := range map[string]string{".~lock.out.xlsx#": "LibreOffice", "~$out.xlsx": "Excel"} {
		path := filepath.Join(at.folder, sign)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if c := states(t, e)["files"]; c.State != core.CheckWarned || c.Fault.Code != "sheet.open-elsewhere" || !strings.Contains(c.Fault.Cause, program) {
			t.Errorf("%s: %+v", sign, c)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASpoolOfAnotherPlaceIsNotBelieved(t *testing.T) {
	at, other := placeOf(t), placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "Contoso"))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	there := other.csv(t)
	if err := os.MkdirAll(other.data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there.path, []byte(content(t, d.path)), 0o600); err != nil {
		t.Fatal(err)
	}
	if id, err := there.Identity(t.Context()); err != nil || id.ID != "" || id.Name != "out" {
		t.Errorf("the identity is %+v, %v", id, err)
	}
	brought(t, there, accounts(), "b2", account(2, "Fabrikam"))
	if text := content(t, other.folder, "account.csv"); strings.Contains(text, "Contoso") || !strings.Contains(text, "Fabrikam") {
		t.Errorf("the file is %s", text)
	}
}

func TestTheSpoolIsPrivate(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	brought(t, d, accounts(), "b1", account(1, "Contoso"))
	for _, path := range []string{at.data, d.path} {
		if about, err := os.Stat(path); err != nil || about.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", path, about.Mode(), err)
		}
	}
	if c := states(t, d)["memory"]; c.State != core.CheckPassed || !strings.Contains(c.Detail, d.path) {
		t.Errorf("the check does not say where it is: %+v", c)
	}
}

// Taking back names the table and nothing more.
func TestWhatIsTakenBackLeavesTheFile(t *testing.T) {
	at := placeOf(t)
	for _, d := range []core.Destination{at.csv(t), at.excel(t)} {
		brought(t, d, accounts(), "b1", account(1, "Contoso"))
		var columns []string
		var replaced []core.Replaced
		outcomes, err := d.Write(t.Context(), accounts(), core.Batch{ID: "b2", Pass: 1, Rows: []core.Record{account(1, "Fabrikam"), account(2, "Northwind")},
			Before: func(c []string, r []core.Replaced) error { columns, replaced = c, r; return nil }})
		if err != nil || len(outcomes) != 2 || len(replaced) != 2 {
			t.Fatalf("%v, told were %d rows: %v", outcomes, len(replaced), err)
		}
		if err := d.Finish(t.Context(), accounts()); err != nil {
			t.Fatal(err)
		}
		table := core.Plan{ID: "m1", Source: "account", Table: "account"}
		if _, err := d.(core.Rememberer).PutBack(t.Context(), core.Plan{ID: "m1", Source: "account", Table: "account", Key: "accountid"}, columns, replaced, false); err != nil {
			t.Fatal(err)
		}
		if err := d.Finish(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	text := content(t, at.folder, "account.csv")
	if rows := sheetRows(t, filepath.Join(at.folder, "out.xlsx"), "account"); len(rows) != 2 || rows[1][1] != "Contoso" || len(rows[0]) != 10 || strings.Count(text, "\r\n") != 2 || !strings.Contains(text, "Contoso,1234.5600") {
		t.Errorf("the files are %q and %s", rows, text)
	}
}
