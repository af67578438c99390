package core_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

func TestDuringSaysWhatWasDoneOnce(t *testing.T) {
	if core.During("reading", nil) != nil {
		t.Error("no error becomes one")
	}
	cause := &core.Fault{Kind: core.Wrong, Code: "x.y", Cause: "The file is missing.", Remedy: "Choose another.", Err: errors.New("below")}
	once := core.During("reading accounts", cause)
	twice := core.During("importing", fmt.Errorf("wrapped: %w", once))
	if once.Error() != "reading accounts: The file is missing." || core.AsFault(twice).Op != "reading accounts" {
		t.Errorf("told is %v, then %v", once, twice)
	}
	if cause.Op != "" {
		t.Error("the Fault itself was changed")
	}
	if !errors.Is(once, cause.Err) {
		t.Error("the error below is lost")
	}
}

func TestAnErrorThatNobodyKnowsShowsNoText(t *testing.T) {
	f := core.AsFault(errors.New("secret=abc"))
	if f.Kind != core.Bug || f.Remedy == "" || strings.Contains(f.Error(), "abc") {
		t.Errorf("told is %+v", f)
	}
	if s := core.AsFault(fmt.Errorf("x: %w", context.Canceled)); s.Kind != core.Stopped || !errors.Is(s, context.Canceled) {
		t.Errorf("a stop is told as %+v", s)
	}
}

func TestTheSubjectStaysOnTheScreen(t *testing.T) {
	f := &core.Fault{Op: "writing", Cause: "It was refused.", Details: "SQLITE_CONSTRAINT", Subject: core.Subject{Table: "t-1", Key: "k-1", Field: "f-1", Value: "v-1"}}
	if got := f.Error(); got != "writing: It was refused. (SQLITE_CONSTRAINT)" {
		t.Errorf("the log would say %q", got)
	}
}

func TestASecretIsNeverShown(t *testing.T) {
	s := core.NewSecret("hunter2")
	text, err := s.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprint(s) + fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, s) + string(text) + s.LogValue().String() + fmt.Sprintf("%+v", core.Settings{Secrets: map[string]core.Secret{"a": s}})
	if strings.Contains(shown, "hunter2") || s.Reveal() != "hunter2" || s.Empty() || !core.NewSecret("").Empty() {
		t.Errorf("shown is %s", shown)
	}
}

func TestNoticesReachWhoeverListens(t *testing.T) {
	core.Tell(t.Context(), core.Notice{Text: "nobody listens"})
	var told []core.Notice
	ctx := core.WithNotices(t.Context(), func(n core.Notice) { told = append(told, n) })
	core.Tell(ctx, core.Notice{Text: "wait"})
	if len(told) != 1 || told[0].Text != "wait" {
		t.Errorf("told is %v", told)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	if err := core.Wait(t.Context(), time.Microsecond); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := core.Wait(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped wait ends with %v", err)
	}
}
