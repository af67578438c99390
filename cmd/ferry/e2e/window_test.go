//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const long = 40 * time.Second

// practise goes from the first start to the sign-in page of the practice environment.
func (d *desk) practise() {
	d.t.Helper()
	d.see("Carry Dynamics 365 where you need it", long)
	d.picture("01-first-start")
	d.click("Practise")
}

// signIn signs in on the practice login page with a real browser.
func (d *desk) signIn() {
	d.t.Helper()
	d.clickUntil("Open the sign-in page", func() bool {
		_, err := os.Stat(filepath.Join(d.home, "run", "browser.pid"))
		return err == nil
	})
	d.browser("PRACTICE")
	d.picture("03-browser")
	// On a busy machine the page is there before it listens to keys.
	pressed := time.Time{}
	d.wait("the browser to go on from the sign-in page", 90*time.Second, func() bool {
		if id, err := d.do("xdotool", "search", "--onlyvisible", "--name", "^Sign in"); err != nil || id == "" {
			return true
		}
		if time.Since(pressed) > 4*time.Second {
			d.key("Return")
			pressed = time.Now()
		}
		return false
	})
}

func TestFromTheFirstStartToAReceipt(t *testing.T) {
	d := sit(t, "import", 1280, 860)
	d.practise()
	d.see("Open the sign-in page", long)
	d.picture("02-sign-in")
	d.signIn()
	d.see("Connection available", long)
	d.closeBrowser()
	d.focus()
	d.picture("04-tested")
	d.clickTo("Continue", "Use and check")
	d.picture("05-destination")
	d.clickUntil("Database file", func() bool { return d.fieldEnds(".db") })
	d.clickTo("Use and check", "Destination available")
	d.picture("06-destination-checked")
	d.clickTo("Continue to import", "Import everything")
	d.picture("07-import")
	d.click("Import everything")
	d.see("Open the folder", 3*time.Minute)
	d.picture("08-receipt")

	files, err := filepath.Glob(filepath.Join(d.home, "Documents", "Ferry", "*", "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d database files were made: %v", len(files), err)
	}
	for table, want := range map[string]int64{"account": 500, "contact": 1400} {
		if got := count(t, files[0], table); got != want {
			t.Errorf("%s has %d rows, not %d", table, got, want)
		}
	}
	d.click("Open the folder")
	d.wait("the folder to be opened", long, func() bool {
		text, err := os.ReadFile(filepath.Join(d.home, "run", "opened"))
		return err == nil && string(text) == filepath.Dir(files[0])+"\n"
	})
	d.click("History")
	d.see("complete", long)
	d.picture("09-history")
	d.takeBack(files[0])
}

// takeBack takes the only import back: all that it made is gone then.
func (d *desk) takeBack(file string) {
	d.t.Helper()
	d.clickTo("Accounts, Contacts", "Back to the list")
	d.scrollTo("Take back this import…")
	d.clickTo("Take back this import…", "Former values")
	d.picture("10-take-back")
	d.click("Take back")
	d.see("Taken back: everything is as it was before", time.Minute)
	d.picture("11-taken-back")
	for _, table := range []string{"account", "contact"} {
		if got := count(d.t, file, table); got != 0 {
			d.t.Errorf("%s has %d rows after the import was taken back", table, got)
		}
	}
	d.clickTo("Settings", "Save the network settings") // what comes later moves what stands below
	d.wait("the end of the page", long, func() bool {
		d.must("xdotool", "mousemove", "1104", "400", "click", "5", "click", "5") // beside the fields: they scroll by themselves
		_, there := d.find("Licences")
		return there
	})
	d.clickTo("Delete what this project knows…", "Is deleted, for good")
	d.picture("12-delete")
	d.clickTo("Delete", "Deleted")
	d.click("Close")
	d.clickTo("History", "No import yet")
	if left, _ := filepath.Glob(filepath.Join(d.home, ".config", "Ferry", "projects", "*")); len(left) > 0 {
		d.t.Errorf("the data folder still has %v", left)
	}
}

func TestAWrongSecretGetsACrossAndTheRightRemedy(t *testing.T) {
	d := sit(t, "secret", 1280, 860)
	d.practise()
	d.see("Open the sign-in page", long)
	d.clickTo("Back", "Who signs in?")
	d.clickTo("The application signs in", "It proves itself with")
	d.click("leave empty to use the one of")
	d.write("this-is-not-the-secret")
	d.picture("01-values")
	d.click("Continue to sign-in")
	d.reads("The client secret is wrong.")
	d.reads("copy its Value. The Secret ID beside it is something else.")
	d.picture("02-wrong-secret")
}

func count(t *testing.T, file, table string) int64 {
	t.Helper()
	conn, err := sqlite.OpenConn(file, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	n, err := sqlitex.ResultInt64(conn.Prep(`SELECT count(*) FROM "` + table + `"`))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
