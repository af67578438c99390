package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core/importer"
	"ferry/core/practice/world"
)

func TestAnImportBringsEveryRowAndEveryCell(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	tables := []string{"account", "contact", "new_vessel", "new_voyage", "systemuser", "transactioncurrency", "lead", "task"}
	code, r, text := s.imported("-tables", strings.Join(tables, ","))
	if code != exitWell {
		t.Fatalf("exit %d: %s", code, text)
	}
	if c := table(t, r, "account"); c.Read != 120 || c.Created != 120 {
		t.Errorf("accounts: %+v", c)
	}
	sameAsTruth(t, s.env, s.file(), tables...)

	code, r, text = s.imported("-tables", strings.Join(tables, ","))
	if c := table(t, r, "contact"); code != exitWell || c.Since.IsZero() || c.Read != 0 || r.Reason != "" {
		t.Errorf("again: exit %d, contacts %+v: %s", code, c, text)
	}
	sameAsTruth(t, s.env, s.file(), tables...)

	code, r, text = s.imported("-tables", strings.Join(tables, ","), "-full")
	if c := table(t, r, "contact"); code != exitWell || !c.Since.IsZero() || c.Unchanged != 260 || c.Created != 0 || c.Updated != 0 || r.Reason == "" {
		t.Errorf("in full: exit %d, contacts %+v: %s", code, c, text)
	}
	sameAsTruth(t, s.env, s.file(), tables...)
}

func TestARowThatChangedIsUpdatedAndTheOthersAreNot(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	s.imported()
	account := s.env.World.Table("account")
	row, _ := s.env.World.Row(account, 5)
	if err := s.env.World.Set("account", row.Key, map[string]world.Cell{"name": world.TextCell("Renamed")}); err != nil {
		t.Fatal(err)
	}
	_, r, _ := s.imported()
	if c := table(t, r, "account"); c.Updated != 1 || c.Read != 1 || c.Since.IsZero() {
		t.Errorf("accounts: %+v", c)
	}
	sameAsTruth(t, s.env, s.file(), "account", "contact")
	_, r, _ = s.imported("-full")
	if c := table(t, r, "account"); c.Updated != 0 || c.Unchanged != 120 {
		t.Errorf("accounts in full: %+v", c)
	}
	sameAsTruth(t, s.env, s.file(), "account", "contact")
}

func TestAFilterBringsOnlyWhatFits(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	code, r, text := s.imported("-tables", "account", "-filter", "account=statecode eq 0")
	c := table(t, r, "account")
	if code != exitWell || c.Read == 0 || c.Read >= 120 {
		t.Errorf("exit %d, %+v: %s", code, c, text)
	}
}

func TestWrongUseIsExplainedAndEndsWithTwo(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	notOurs := filepath.Join(s.dir, "not a database.db")
	if err := os.WriteFile(notOurs, bytes.Repeat([]byte("this is a letter to my aunt\n"), 200), 0o600); err != nil {
		t.Fatal(err)
	}
	to := "sqlite:" + s.file()
	for _, c := range []struct {
		name string
		args []string
	}{
		{"an unknown flag", s.args("import", "-nonsense")},
		{"no destination", s.args("import")},
		{"an unknown destination", s.args("import", "-to", "oracle:x")},
		{"an unknown setting", s.args("import", "-to", to, "-set", "colour=red")},
		{"a switch that is neither on nor off", s.args("import", "-to", "csv:"+s.dir, "-set", "apostrophe=ja")},
		{"a folder that is not there", s.args("import", "-to", "sqlite:"+filepath.Join(s.dir, "no", "such", "folder", "x.db"))},
		{"a file that is no database", s.args("import", "-to", "sqlite:"+notOurs)},
		{"a folder in the file's place", s.args("import", "-to", "sqlite:"+s.dir)},
		{"no such table", s.args("import", "-to", to, "-tables", "acount")},
		{"a bad filter", s.args("import", "-to", to, "-filter", "account=nme eq 'x'")},
		{"a filter for another table", s.args("import", "-to", to, "-filter", "lead=statecode eq 0")},
		{"a bad address", []string{"import", "-org", "https://make.powerapps.com/environments/x", "-client-id", "x", "-to", to, "-json"}},
		{"plain http", []string{"import", "-org", "http://127.0.0.1:9", "-client-id", "x", "-to", to, "-json"}},
		{"no address", []string{"import", "-client-id", "x", "-to", to, "-json"}},
		{"no client ID", []string{"import", "-org", s.env.Org, "-to", to, "-json"}},
		{"an unknown way to sign in", s.args("import", "-auth", "telepathy", "-to", to)},
		{"an unknown command", []string{"fly"}},
	} {
		code, lines, text := s.run(c.args...)
		if code != exitUsage {
			t.Errorf("%s: exit %d, not 2: %s", c.name, code, text)
		}
		for _, l := range lines {
			if f, ok := l["fault"].(map[string]any); ok && (f["cause"] == "" || f["remedy"] == "" || f["code"] == "core.bug") {
				t.Errorf("%s: %v", c.name, f)
			}
		}
	}
	if text, err := os.ReadFile(notOurs); err != nil || !bytes.HasPrefix(text, []byte("this is a letter")) {
		t.Errorf("the file that is no database was changed: %v", err)
	}
}

func TestCheckEndsWithTheVerdict(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	code, lines, text := s.run(s.args("check")...)
	last := lines[len(lines)-1]
	if code != exitWell || last["available"] != true || len(last["checks"].([]any)) < 6 {
		t.Errorf("exit %d: %s", code, text)
	}
	s.vars["FERRY_CLIENT_SECRET"] = "wrong~secret~value"
	code, lines, text = s.run(s.args("check")...)
	last = lines[len(lines)-1]
	if code != exitRefused || last["available"] != false {
		t.Errorf("with a wrong secret: exit %d: %s", code, text)
	}
	failed, untried := 0, 0
	for _, c := range last["checks"].([]any) {
		c := c.(map[string]any)
		switch c["state"] {
		case "failed":
			failed++
			if c["cause"] == nil || c["remedy"] == nil || c["who"] == nil {
				t.Errorf("a failed step without cause, remedy or owner: %v", c)
			}
		case "untried":
			untried++
		}
	}
	if failed != 1 || untried == 0 {
		t.Errorf("%d failed and %d untried: %s", failed, untried, text)
	}
	s.vars["FERRY_CLIENT_SECRET"] = s.env.Secret
	_, lines, _ = s.run("check", "-org", "not an address", "-client-id", "x", "-json")
	if last := lines[len(lines)-1]; last["available"] != false {
		t.Errorf("with a bad address the last line is %v", last)
	}
}

func TestTheOtherCommandsAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	if code, lines, text := s.run(s.args("tables")...); code != exitWell || len(lines) < 10 || !strings.Contains(text, `"new_vessel"`) {
		t.Errorf("tables: exit %d: %s", code, text)
	}
	if code, _, text := s.run("settings", "sqlite", "-json", "-data", s.dir); code != exitWell || !strings.Contains(text, `"file"`) {
		t.Errorf("settings: exit %d: %s", code, text)
	}
	if code, lines, text := s.run(s.args("runs")...); code != exitWell || len(lines) != 0 {
		t.Errorf("runs before the first: exit %d: %s", code, text)
	}
	s.imported()
	if code, lines, text := s.run(s.args("runs")...); code != exitWell || len(lines) != 1 || lastReceipt(t, lines, text).State != importer.Complete {
		t.Errorf("runs: exit %d: %s", code, text)
	}
	if code, _, text := s.run("help"); code != exitWell || !strings.Contains(text, "exit codes") {
		t.Errorf("help: exit %d: %s", code, text)
	}
}

func TestADestinationThatWasReplacedGetsEverythingAgainAndTheReceiptSaysWhy(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	s.imported()
	older, err := os.ReadFile(s.file())
	if err != nil {
		t.Fatal(err)
	}
	_, r, _ := s.imported()
	if r.Reason != "" {
		t.Errorf("nothing was replaced, but: %s", r.Reason)
	}
	if err := os.WriteFile(s.file(), older, 0o600); err != nil {
		t.Fatal(err)
	}
	code, r, text := s.imported()
	if code != exitWell || r.Reason == "" || table(t, r, "account").Read != 120 {
		t.Errorf("an older copy: exit %d, reason %q: %s", code, r.Reason, text)
	}
	if err := os.Remove(s.file()); err != nil {
		t.Fatal(err)
	}
	code, r, text = s.imported()
	if code != exitWell || r.Reason == "" || table(t, r, "account").Created != 120 {
		t.Errorf("deleted: exit %d, reason %q: %s", code, r.Reason, text)
	}
	sameAsTruth(t, s.env, s.file(), "account", "contact")
}

func TestNoSecretTokenOrValueIsWrittenAnywhere(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	s.imported()
	s.run(s.args("check")...)
	s.run(s.args("runs")...)
	s.vars["FERRY_CLIENT_SECRET"] = "wrong~secret~value"
	s.run(s.args("check")...)
	s.imported("-full")

	account := s.env.World.Table("account")
	forbidden := []string{s.env.Secret, "wrong~secret~value", "Bearer ", "eyJ"} // a token begins with eyJ
	for i := range 50 {
		row, _ := s.env.World.Row(account, i)
		if name := row.Cells[account.Column("name").Index].S; len(name) > 8 {
			forbidden = append(forbidden, name)
		}
	}
	written := map[string]string{"the log": s.log.String(), "the terminal": s.all.String()}
	err := filepath.WalkDir(filepath.Join(s.dir, "data"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		written[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(written) < 3 || len(s.log.String()) == 0 {
		t.Fatalf("there is nothing to search: %d files, %d bytes of log", len(written), len(s.log.String()))
	}
	for where, text := range written {
		for _, f := range forbidden {
			if f != "" && strings.Contains(text, f) {
				t.Errorf("%s holds %.12q…", where, f)
			}
		}
	}
}
