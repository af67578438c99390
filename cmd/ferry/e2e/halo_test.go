//go:build e2e

package e2e

import (
	"testing"
	"time"
)

// From the practice environment into its Halo: nothing has to be filled in, accounts and contacts go where they belong, and
// a try comes before the import.
func TestFromThePracticeEnvironmentIntoItsHalo(t *testing.T) {
	d := sit(t, "halo", 1280, 860)
	d.practise()
	d.see("Open the sign-in page", long)
	d.signIn()
	d.see("Connection available", long)
	d.closeBrowser()
	d.focus()
	d.clickTo("Continue", "Use and check")
	d.clickUntil("Halo", func() bool { _, there := d.find("In Halo, once"); return there })
	d.picture("01-form")
	d.clickTo("Use and check", "Destination available")
	d.picture("02-checked")
	d.clickTo("Mappings", "account → customers")
	d.reads("contact → users")
	d.picture("03-mappings")
	d.clickTo("Accounts", "Which records")
	d.reads("Phone of the main site")
	d.picture("04-mapping")
	d.clickTo("Import", "Try 10 of each")
	d.clickTo("Try 10 of each", "Nobody is written to")
	d.picture("05-sheet")
	d.clickTo("Try 10", "Look in Halo whether it sent")
	d.picture("06-tried")
	d.clickTo("Import everything", "Nobody is written to")
	d.see("Halo takes", long) // the sheet is as high as it will be
	d.closes("Import", "Nobody is written to")
	d.see("1,680", 3*time.Minute) // read together, 452 active accounts and 1,228 active contacts
	d.picture("07-receipt")
}
