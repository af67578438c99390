package sheet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"ferry/core"
)

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsReadWell(t *testing.T) {
	secret := errors.New("hunter2")
	var b strings.Builder
	for _, f := range []*core.Fault{cannotOpen(secret), notExcel(), openDocument(), oldExcel(), locked(), macros(), pointsElsewhere(), tooLarge(), damaged(secret), notOurs(), noHead(), tooMany(), nothingToAsk(), notMade(secret),
		noPlace("folder", "Choose where the files should lie, such as a folder in your Documents."), noSuchValue("delimiter", "comma", "tab"), notXLSX("a.xls"), notOurFile("a.csv"), folderInTheWay("a.csv"), fileInTheWay("a"), noFolder("a"),
		inUse("a.csv", secret), openElsewhere("a.csv", "LibreOffice"), nearlyFull("a", "12.0 MB"), changedByOthers("a.csv"), goneSince("a.csv"), longPath("a.xlsx"), tooWide("account", 20_000),
		tooManyLong("account"), memoryDamaged(secret), core.AsFault(fileFault("a.csv", secret)), core.AsFault(fileFault("a.csv", syscall.ENOSPC)),
		core.AsFault(fileFault("a.csv", syscall.ENAMETOOLONG)), core.AsFault(fileFault("a.csv", syscall.EROFS)), core.AsFault(fileFault("b/a.csv", fs.ErrNotExist)),
		core.AsFault(fileFault("a.csv", fs.ErrExist))} {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "sheet.") {
			t.Errorf("%s is not whole: %+v", f.Code, *f)
		}
		if strings.Contains(f.Cause+f.Remedy+f.Error(), "hunter2") {
			t.Errorf("%s shows what it must not", f.Code)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	const file = "testdata/faults.golden"
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("the words have changed:\n%s", b.String())
	}
}
