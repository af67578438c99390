package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"ferry/core/importer"
)

// dieAtReceipt lets ferryctl be killed at its last word: "before" it or right "behind" it.
const dieAtReceipt = "FERRY_TEST_DIE_AT_RECEIPT"

// mortal is ferryctl that is killed at its last word.
func mortal(when string) int {
	t := system()
	t.out = deadly{t.out, when}
	return run(context.Background(), t, os.Args[1:])
}

// deadly kills its own process when the receipt is written.
type deadly struct {
	io.Writer
	when string
}

func (d deadly) Write(b []byte) (int, error) {
	if !bytes.HasPrefix(b, []byte(`{"receipt"`)) {
		return d.Writer.Write(b)
	}
	if d.when == "behind" {
		if n, err := d.Writer.Write(b); err != nil {
			return n, err
		}
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		return 0, err
	}
	select {} // the kill is on its way
}

func TestAKillAtTheLastWordDoesNotTakeTheReceiptWithIt(t *testing.T) {
	for _, when := range []string{"before", "behind"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			s := open(t, small())
			args := s.args("import", "-to", "sqlite:"+s.file())
			for range 2 { // killed twice in the same place
				c, out := s.process(args...)
				c.Env = append(c.Env, dieAtReceipt+"="+when)
				if err := c.Run(); err == nil || c.ProcessState.ExitCode() != -1 {
					t.Fatalf("it was not killed: %v: %s", err, out)
				}
				if told := strings.Contains(out.String(), `{"receipt"`); told != (when == "behind") {
					t.Fatalf("told is %v: %s", told, out)
				}
			}
			again := func() importer.Receipt {
				t.Helper()
				c, out := s.process(args...)
				if err := c.Run(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				return receiptOf(t, out.String())
			}
			whole := again()
			if a, c := table(t, whole, "account"), table(t, whole, "contact"); !whole.Late || whole.State != importer.Complete || a.Read != 120 || a.Created != 120 || c.Created != 260 || c.Read != 260 {
				t.Errorf("the whole run is told as %+v", whole)
			}
			sameAsTruth(t, s.env, s.file(), "account", "contact")
			next := again()
			if a, c := table(t, next, "account"), table(t, next, "contact"); next.Late || next.Run == whole.Run || a.Since.IsZero() || a.Read != 0 || c.Since.IsZero() || c.Read != 0 {
				t.Errorf("the next import is told as %+v", next)
			}
			sameAsTruth(t, s.env, s.file(), "account", "contact")
		})
	}
}

func TestAReceiptThatNobodyCouldReadIsToldAgain(t *testing.T) {
	s := open(t, small())
	full, err := os.OpenFile(os.DevNull, os.O_RDONLY, 0) // every write to it fails
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	c, out := s.process(s.args("import", "-to", "sqlite:"+s.file())...)
	c.Stdout = full
	if err := c.Run(); c.ProcessState.ExitCode() != exitPartway {
		t.Fatalf("nobody could read it: %v: %s", err, out)
	}
	if _, r, text := s.imported(); !r.Late || table(t, r, "account").Created != 120 {
		t.Errorf("it is told as %s", text)
	}
}
