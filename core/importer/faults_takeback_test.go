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

// eachKind has a value of each kind that there is.
func eachKind() []core.Value {
	at := time.Date(2021, 3, 28, 1, 59, 59, 7, time.UTC)
	return []core.Value{
		{}, core.Null(), core.Bool(true), core.Bool(false), core.Int(-3), core.Decimal("1.5"), core.Text("\x00ü"), core.Time(at), core.Clock(at), core.Date(1899, 12, 30),
		core.Choice(100000001), core.Choices(3, -1), core.Choices(), core.Ref("account", "site:45"), core.Ref("", "~7"), core.Bytes([]byte{0, 255}),
	}
}

// What stands at a destination may be of any kind, and comes back as it was.
func TestAnImageHoldsValuesOfEachKind(t *testing.T) {
	seen := map[core.Kind]bool{}
	rows, err := unpackReplaced(packReplaced([]core.Replaced{{Key: "b", Was: eachKind()}}))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range eachKind() {
		if seen[v.Kind()] = true; rows[0].Was[i] != v {
			t.Errorf("%#v became %#v", v, rows[0].Was[i])
		}
	}
	for k := core.KindAbsent; k <= core.KindBytes; k++ {
		if !seen[k] {
			t.Errorf("no value of the kind %d", k)
		}
	}
}

func FuzzAnImageOfAnythingIsReadOrRefused(f *testing.F) {
	f.Add(packReplaced([]core.Replaced{{Key: "a", Made: true, Left: "x"}, {Key: "b", Old: "c", Was: eachKind(), Left: "y"}}))
	f.Add([]byte{255, 255, 255, 255, 7})
	f.Fuzz(func(t *testing.T, in []byte) {
		rows, err := unpackReplaced(in)
		if err != nil {
			return
		}
		twice, err := unpackReplaced(packReplaced(rows))
		if err != nil || fmt.Sprint(twice) != fmt.Sprint(rows) {
			t.Errorf("%v %v, want %v", twice, err, rows)
		}
	})
}
