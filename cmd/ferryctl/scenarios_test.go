package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ferry/core/importer"
	"ferry/core/practice/world"
)

// told is an import of what may be read, whatever that is.
func (l *life) told(more ...string) importer.Receipt {
	l.Helper()
	before := l.content()
	out, code := l.command(l.project("import", more...), 1)
	if l.remember(before); code != exitWell && code != killedAfterReceipt {
		l.wrong("exit %d: %s", code, lastOf(out))
	}
	r := receiptOf(l, out)
	if r.Late && l.known[r.Run] { // it was told before
		return l.told(more...)
	}
	l.known[r.Run] = true
	return r
}

func TestASmallerRoleAndASecuredColumnTakeNothingAway(t *testing.T) {
	t.Parallel()
	for seed, kind := range []string{"sqlite", "csv", "excel"} {
		t.Run(kind, func(t *testing.T) { t.Parallel(); smallerRole(t, newLife(t, kind, uint64(1000+seed), nil)) })
	}
}

// smallerRole takes rights away between two imports, gives them back, and takes every import back.
func smallerRole(t *testing.T, l *life) {
	w, me := l.s.env.World, l.s.env.ApplicationUser
	accounts := w.Table("account")
	l.v = variant{number: true, branch: true}
	l.imports()
	first := l.there
	row, _ := w.Row(accounts, 2)
	for i := range 5 {
		r, ok := w.Row(accounts, i)
		if !ok {
			continue
		}
		if err := w.Set("account", r.Key, map[string]world.Cell{"accountnumber": world.TextCell("A-1"), "name": world.TextCell("Renamed")}); err != nil {
			t.Fatal(err)
		}
	}
	l.imports()
	full := l.there

	if err := w.SetDepth(me, w.Privilege(accounts, "Read"), "Basic"); err != nil {
		t.Fatal(err)
	}
	nothingLess := func(when string, r importer.Receipt, says ...string) {
		t.Helper()
		words := r.Reason
		for _, x := range r.Tables {
			words += " " + strings.Join(x.Notes, " ")
			if x.Removed > 0 {
				l.wrong("%s: %d removed from %s", when, x.Removed, x.Table)
			}
		}
		for _, say := range says {
			if !strings.Contains(words, say) {
				l.wrong("%s: it does not say %q: %s", when, say, words)
			}
		}
		if lost := differences(l.content(), full, nil); len(lost) > 0 {
			l.wrong("%s: %d differences\n%s", when, len(lost), strings.Join(lost[:min(8, len(lost))], "\n"))
		}
		if l.kind == "csv" { // what was just compared are the rows that are kept for the file
			text, err := os.ReadFile(filepath.Join(l.place(), "firm.csv"))
			if head, _, _ := strings.Cut(string(text), "\r\n"); err != nil || !slices.Contains(strings.Split(head, ","), "number") || strings.Count(string(text), "A-1") < 5 {
				l.wrong("%s: the file has %s: %v", when, head, err)
			}
		}
	}
	nothingLess("with a smaller role", l.told(), "rights", "may still read")
	nothingLess("with the smaller role once more", l.told("-full"), "may still read")

	if err := w.Secure("account", "accountnumber"); err != nil {
		t.Fatal(err)
	}
	if err := w.HideSecured(me); err != nil {
		t.Fatal(err)
	}
	nothingLess("with a hidden column", l.told(), "accountnumber", "hides")
	if err := w.SetDepth(me, w.Privilege(accounts, "Read"), "Global"); err != nil {
		t.Fatal(err)
	}
	nothingLess("with the old role and a hidden column", l.told("-full"), "accountnumber", "hides")

	// What was hidden is shown again, and a firm was deleted meanwhile.
	if err := w.AlterColumn("account", "accountnumber", func(c *world.Column) { c.Secured = false }); err != nil {
		t.Fatal(err)
	}
	l.unlink("account", "parentaccountid", row.Key)
	l.unlink("contact", "parentcustomerid", row.Key)
	if err := w.Delete("account", row.Key); err != nil {
		t.Fatal(err)
	}
	l.there = l.content()
	l.imports()
	if len(l.there["firm"]) != len(full["firm"])-1 {
		l.wrong("%d firms, there were %d", len(l.there["firm"]), len(full["firm"]))
	}
	for len(l.past) > 1 {
		l.takeBack()
	}
	if wrong := differences(l.there, first, nil); len(wrong) > 0 {
		l.wrong("everything is taken back, and %d cells differ", len(wrong))
	}
}

func TestALostJournalAndASecondComputerDoubleNothing(t *testing.T) {
	t.Parallel()
	for seed, kind := range []string{"sqlite", "csv", "excel"} {
		t.Run(kind, func(t *testing.T) { t.Parallel(); strangers(t, newLife(t, kind, uint64(1100+seed), nil)) })
	}
}

// strangers loses the journal, goes on with a second computer, and comes back to the first.
func strangers(t *testing.T, l *life) {
	l.v = variant{number: true, parent: true}
	works := func() {
		for range 6 {
			l.work()
		}
	}
	l.imports()
	works()
	l.imports()

	err := filepath.WalkDir(filepath.Join(l.s.dir, "data"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(filepath.Base(path), "journal") {
			l.tell("%s is lost", filepath.Base(path))
			return os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.runs()) != 0 {
		t.Fatal("the journal is still there")
	}
	works()
	l.forget()
	l.newcomer, l.must = true, "not known here"
	l.imports()
	works()
	l.imports()
	l.takeBack()
	l.imports()

	l.forget()
	l.data, l.newcomer, l.must = "second", true, "not known here"
	l.s.settle(l.data)
	works()
	switch l.kind {
	case "csv", "excel": // the rows are kept in the data folder, so that the files are made anew
		l.there, l.must = content{}, ""
		out, code := l.once(l.project("import"), fate{}, 0)
		if l.kind == "csv" {
			if code == exitWell || !strings.Contains(out, "sheet.not-our-file") {
				l.wrong("exit %d: %s", code, lastOf(out))
			}
			l.remember(content{})
			l.imports("-set", "replace=true")
			break
		}
		l.remember(content{})
		l.known[receiptOf(l, out).Run] = true
		l.settle(l.expect(content{}, l.tables()), l.tables())
	default:
		l.imports()
		works()
		l.imports()
		l.takeBack()
		l.forget()
		l.data, l.must = "data", "Another Ferry"
		works()
		l.imports()
	}
	l.takeBack()
}
