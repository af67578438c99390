package importer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/mapping"
)

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsAndReasonsReadWell(t *testing.T) {
	var b strings.Builder
	for _, f := range []*core.Fault{
		stopped(context.Canceled), AlreadyRunning(), LookedAt(), nothingToDo(), sameMappingTwice("account"),
		waitsForAnother("account", "hunter2", "parentaccountid"), lookupLeftEmpty("account", "hunter2", "parentaccountid"),
		lookupSeveral("account", "hunter2", "parentaccountid"), noRules("Accounts"),
		noAnswer("account", "hunter2"), foundTwice("account", "hunter2"), wrongOutcomes(), unbalanced("Accounts"), unreadable("Accounts"),
		rehearsalStopped(context.Canceled), changedSinceRehearsal("account", "hunter2"), matchesSeveral("account", "hunter2"), matchIsTaken("account", "hunter2"),
	} {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "importer.") {
			t.Errorf("%s is not whole: %+v", f.Code, *f)
		}
		if strings.Contains(f.Error(), "hunter2") {
			t.Errorf("%s shows a key", f.Code)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	b.WriteString("Reasons in a receipt\n")
	for _, r := range []string{
		reasonReplaced, reasonOlder, reasonForeign, reasonUnknown, reasonAsked, reasonMapping("Accounts"), reasonExpired("Accounts"),
		reasonForgot("Accounts"), reasonDropped("Accounts"), reasonOtherRights("Accounts"), reasonUntoldRights("Accounts"), reasonShape("Accounts"),
		reasonRights("Accounts"), reasonBrake("Accounts", 120, 300), remarkBlind("Accounts"), remarkRights("Accounts"), remarkBrake("Accounts", 120, 300),
	} {
		b.WriteString("  " + r + "\n")
	}
	b.WriteString("Notes in a receipt\n")
	for _, n := range []string{
		notePartly("Accounts"), noteUntold("Accounts"), noteUnrest("Accounts", mapping.ByTime), noteUnrest("Accounts", mapping.ByPerson),
		noteUnrest("Accounts", mapping.ByOthers), noteUnrest("Accounts", mapping.ByUnknown), noteUnrest("Accounts", mapping.ByCalculation), noteDeletedOthers("Contacts"),
		noteDerived([]string{"opendeals"}), noteLooked([]string{"ownerid", "primarycontactid"}), noteHidden([]string{"creditlimit"}), noteVeiled([]string{"creditlimit"}),
	} {
		b.WriteString("  " + n + "\n")
	}
	file := filepath.Join("testdata", "faults.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
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
