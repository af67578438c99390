package importer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsOfTakingBackReadWell(t *testing.T) {
	var b strings.Builder
	for _, f := range []*core.Fault{
		core.AsFault(backStopped(context.Canceled)), cannotTakeBack(), noSuchRun(), isTakeBack(), takenBackAlready(), otherDestination(),
		newerFirst(time.Date(2024, 5, 1, 8, 0, 0, 0, time.Local)), forgotten(), keyLost(),
	} {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "importer.") {
			t.Errorf("%s is not whole: %+v", f.Code, *f)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	b.WriteString("Reason in a receipt\n  " + reasonTakenBack("Accounts") + "\n")
	file := filepath.Join("testdata", "takeback.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("the words have changed: %v\n%s", err, b.String())
	}
}

func FuzzAnImageOfAnythingIsReadOrRefused(f *testing.F) {
	packed, err := packReplaced([]core.Replaced{
		{Key: "a", Made: true, Left: "x"}, {Key: "b", Old: "c", Was: []core.Value{{}, core.Null(), core.Int(-3), core.Decimal("1.5"), core.Text("\x00ü"), core.Bytes([]byte{0, 255})}, Left: "y"},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte{255, 255, 255, 255, 7})
	f.Fuzz(func(t *testing.T, in []byte) {
		rows, err := unpackReplaced(in)
		if err != nil {
			return
		}
		again, err := packReplaced(rows)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := unpackReplaced(again)
		if err != nil || fmt.Sprint(twice) != fmt.Sprint(rows) {
			t.Errorf("%v %v, want %v", twice, err, rows)
		}
	})
}
