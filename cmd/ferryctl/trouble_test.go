package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"ferry/core/practice"
)

func seconds(n int) *int { return &n }

// Each trouble passes: it is waited for and gone on, and every row and cell is there at the end.
func TestPassingTroubleIsWaitedForAndNothingIsLostOrDoubled(t *testing.T) {
	contacts := practice.Step{Side: practice.SideDynamics, Table: "contact"}
	step := func(change func(*practice.Step)) practice.Script {
		s := contacts
		change(&s)
		return practice.Script{s}
	}
	for _, c := range []struct {
		name   string
		script practice.Script
	}{
		{"429, requests", step(func(s *practice.Step) {
			s.Do, s.Status, s.Code, s.RetryAfter, s.Times = practice.DoStatus, 429, "0x80072322", seconds(1), 2
		})},
		{"429, time", step(func(s *practice.Step) {
			s.Do, s.Status, s.Code, s.RetryAfter, s.Times = practice.DoStatus, 429, "0x80072321", seconds(1), 1
		})},
		{"429, at once, without Retry-After", step(func(s *practice.Step) { s.Do, s.Status, s.Code, s.Times = practice.DoStatus, 429, "0x80072326", 1 })},
		{"503", step(func(s *practice.Step) { s.Do, s.Status, s.Times = practice.DoStatus, 503, 2 })},
		{"an HTML page", step(func(s *practice.Step) { s.Do, s.Page, s.Times = practice.DoHTML, 2, 1 })},
		{"cut before the answer", step(func(s *practice.Step) { s.Do, s.Page, s.Times = practice.DoCut, 2, 1 })},
		{"cut in mid-body", step(func(s *practice.Step) { s.Do, s.Page, s.Bytes, s.Times = practice.DoCut, 2, 20000, 1 })},
		{"cut in mid-gzip", step(func(s *practice.Step) { s.Do, s.Page, s.Bytes, s.Times = practice.DoCutGzip, 2, 9000, 1 })},
		{"bad JSON", step(func(s *practice.Step) { s.Do, s.Page, s.Bytes, s.Times = practice.DoGarbage, 3, 30000, 1 })},
		{"JSON that ends too early", step(func(s *practice.Step) { s.Do, s.Page, s.Bytes, s.Times = practice.DoTruncate, 3, 30000, 1 })},
		{"a row served twice", step(func(s *practice.Step) { s.Do, s.Page, s.Times = practice.DoRepeatRow, 2, 1 })},
		{"a token that expires", step(func(s *practice.Step) { s.Do, s.Page, s.Times = practice.DoExpire, 3, 1 })},
		{"the server gone for a while", step(func(s *practice.Step) {
			s.Do, s.Page, s.Times, s.For = practice.DoAway, 2, 1, practice.Duration(3*time.Second)
		})},
		{"the sign-in service failing every other time", practice.Script{{Side: practice.SideMicrosoft, Every: 2, Do: practice.DoStatus, Status: 503}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := small()
			o.Script = c.script
			s := open(t, o)
			p, out := s.process(s.args("import", "-to", "sqlite:"+s.file(), "-page-size", "100")...)
			if err := p.Run(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			r := receiptOf(t, out.String())
			if a, c := table(t, r, "account"), table(t, r, "contact"); a.Created != 120 || c.Created != 260 || c.Read != 260 {
				t.Errorf("accounts %+v, contacts %+v", a, c)
			}
			sameAsTruth(t, s.env, s.file(), "account", "contact")
			if played := s.env.Played(); len(played) != 1 || played[0] == 0 {
				t.Error("the trouble never happened")
			}
		})
	}
}

// A hostile server gets a Fault, quickly, and little memory.
func TestAHostileServerGetsAFaultQuickly(t *testing.T) {
	for _, c := range []struct {
		name string
		step practice.Step
	}{
		{"a foreign nextLink", practice.Step{Do: practice.DoForeignLink, Link: "host"}},
		{"a nextLink to plain http", practice.Step{Do: practice.DoForeignLink, Link: "http"}},
		{"a nextLink to another API root", practice.Step{Do: practice.DoForeignLink, Link: "root"}},
		{"a nextLink with a user", practice.Step{Do: practice.DoForeignLink, Link: "user"}},
		{"endless empty pages", practice.Step{Do: practice.DoEndlessEmpty}},
		{"a nextLink to itself", practice.Step{Do: practice.DoEndlessSame}},
		{"a page that repeats", practice.Step{Do: practice.DoRepeatPage}},
		{"a cell of 1 GB", practice.Step{Do: practice.DoHugeCell}},
		{"a gzip bomb", practice.Step{Do: practice.DoGzipBomb}},
		{"a redirect", practice.Step{Do: practice.DoRedirect, To: "https://example.com/api/data/v9.2/contacts"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := small()
			c.step.Side, c.step.Table = practice.SideDynamics, "contact"
			o.Script = practice.Script{c.step}
			s := open(t, o)
			p, out := s.process(s.args("import", "-to", "sqlite:"+s.file(), "-page-size", "100")...)
			memory, err := runMeasured(p)
			if err == nil {
				t.Fatalf("it ended well: %s", out)
			}
			if took := p.ProcessState.UserTime() + p.ProcessState.SystemTime(); took > time.Minute { // work, not waiting for others
				t.Errorf("it took %v", took)
			}
			if code := p.ProcessState.ExitCode(); code != exitPartway && code != exitUsage {
				t.Errorf("exit %d: %s", code, out)
			}
			if memory > 128<<20 {
				t.Errorf("it needed %d MB", memory>>20)
			}
			if !bytes.Contains(out.Bytes(), []byte(`"fault"`)) || strings.Contains(out.String(), "core.bug") {
				t.Errorf("no Fault: %s", out)
			}
			if !strings.Contains(out.String(), `"receipt"`) {
				t.Errorf("no receipt: %s", out)
			}
		})
	}
}
