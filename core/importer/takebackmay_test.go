package importer_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/keychain"
)

func (l *ledger) may(run string, look bool, change ...func(*importer.Job)) (time.Time, string) {
	l.t.Helper()
	d := l.open()
	defer d.Close()
	j := l.job(d, l.journal)
	for _, f := range change {
		f(&j)
	}
	until, err := importer.MayTakeBack(context.Background(), j, run, look)
	if err != nil {
		return until, core.AsFault(err).Code
	}
	return until, ""
}

func TestWhyAnImportCannotBeTakenBackIsToldBeforeAnybodyTries(t *testing.T) {
	a := accounts(30)
	l := newLedger(t, defaults(a), a)
	first := l.run()
	a = accounts(30)
	a.Records[3].Values[1] = core.Text("changed")
	l.source.Set(a)
	second := l.run()
	want := func(what, run string, look bool, code string, change ...func(*importer.Job)) {
		t.Helper()
		if until, got := l.may(run, look, change...); got != code || code == "" && until.IsZero() {
			t.Errorf("%s: %q until %v, want %q", what, got, until, code)
		}
	}
	want("the newest", second.Run, true, "")
	want("an older one", first.Run, false, "importer.newer-first")
	want("none", "x", false, "importer.no-such-run")
	keys := l.keys
	l.keys = keychain.NewMemory()
	want("without its key", second.Run, false, "importer.image-key-lost")
	l.keys = keys
	path := l.path
	l.path = filepath.Join(l.folder, "another.db")
	want("another destination", second.Run, true, "importer.other-destination")
	want("another destination, not looked at", second.Run, false, "")
	l.path = path
	if until, _ := l.may(second.Run, false); until.Sub(second.Started) != 30*24*time.Hour {
		t.Errorf("until %v, begun %v", until, second.Started)
	}
	if until, _ := l.may(second.Run, false, func(j *importer.Job) { j.KeepFor = 7 * 24 * time.Hour }); until.Sub(second.Started) != 7*24*time.Hour {
		t.Errorf("until %v", until)
	}
	if _, err := l.takeBack(second.Run); err != nil {
		t.Fatal(err)
	}
	want("taken back", second.Run, true, "importer.taken-back-already")
	want("the taking back", l.entries()[0].Run, true, "importer.is-take-back")
	want("the first, now", first.Run, true, "")
	l.now = l.now.Add(31 * 24 * time.Hour)
	if _, err := l.journal.Expire(context.Background(), importer.Forgets(l.now, 0)); err != nil {
		t.Fatal(err)
	}
	want("too old", first.Run, true, "importer.forgotten")
}

// A run that went on for days is forgotten as a whole with its oldest part: half of it is never put back.
func TestARunIsForgottenWholeOrNotAtAll(t *testing.T) {
	a := accounts(60)
	l := newLedger(t, defaults(a), a)
	k := &killer{at: 40}
	d := l.open()
	r, err := importer.Run(context.Background(), l.job(mortalBackOf(d, k), mortalMemory{mortalJournal{l.journal, k}, l.journal}), nil)
	d.Close()
	if !errors.Is(err, errKilled) {
		t.Fatalf("it was not killed: %v", err)
	}
	images, _, _ := l.journal.Remembered(context.Background(), r.Run)
	l.reopen()
	l.now = l.now.Add(20 * 24 * time.Hour)
	went := l.run()
	if more, _, _ := l.journal.Remembered(context.Background(), r.Run); went.Run != r.Run || images == 0 || more <= images {
		t.Fatalf("run %s went on as %s, %d images, then %d", r.Run, went.Run, images, more)
	}
	l.now = l.now.Add(15 * 24 * time.Hour)
	l.run()
	was := everything(t, l.path)
	if _, code := l.may(r.Run, true); code != "importer.forgotten" {
		t.Errorf("it may be taken back: %q", code)
	}
	if _, err := l.takeBack(r.Run); core.AsFault(err).Code != "importer.forgotten" {
		t.Errorf("half of it is taken back: %v", err)
	}
	wantContents(t, "forgotten", l.path, was)
}

func TestWhereNothingIsToBeKeptNothingIs(t *testing.T) {
	a := accounts(30)
	l := newLedger(t, defaults(a), a)
	first := l.run()
	a = accounts(30)
	a.Records[3].Values[1] = core.Text("changed")
	l.source.Set(a)
	d := l.open()
	j := l.job(d, l.journal)
	j.KeepFor = -1
	second, err := importer.Run(context.Background(), j, nil)
	d.Close()
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []string{first.Run, second.Run} {
		if images, _, _ := l.journal.Remembered(context.Background(), run); images != 0 {
			t.Errorf("%d images are kept", images)
		}
		if _, code := l.may(run, false); code != "importer.forgotten" {
			t.Errorf("it may be taken back: %q", code)
		}
	}
}

func TestWhatStaysIsToldWithItsReason(t *testing.T) {
	l, second, _ := move(t)
	sqlOf(t, l.path, "UPDATE firm SET name = 'edited' WHERE accountid = '"+key("account", 1)+"'")
	sqlOf(t, l.path, "INSERT INTO firm (accountid, name) VALUES ('"+key("account", 22)+"', 'somebody else')")
	plan, err := l.rehearse(second.Run)
	if err != nil || len(plan.Stays) != 1 || plan.Stays[0].Rows != 2 || !strings.Contains(plan.Stays[0].Fault.Cause, "changed") || plan.Stays[0].Fault.Subject != (core.Subject{}) {
		t.Errorf("%+v, %v", plan.Stays, err)
	}
}
