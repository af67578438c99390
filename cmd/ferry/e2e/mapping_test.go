//go:build e2e

package e2e

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// A person says by hand what goes where: other names for columns, values of one's own for options, a template, a filter
// and a related table. What the database holds then is compared with what was said.
func TestAMappingMadeByHandIsWhatTheDatabaseHolds(t *testing.T) {
	d := sit(t, "mapping", 1280, 860)
	d.practise()
	d.see("Open the sign-in page", long)
	d.signIn()
	d.see("Connection available", long)
	d.closeBrowser()
	d.focus()
	d.clickTo("Continue", "Use and check")
	d.clickUntil("Database file", func() bool { return d.fieldEnds(".db") })
	d.clickTo("Use and check", "Destination available")
	d.clickTo("Mappings", "every field, as it comes")
	d.picture("01-list")
	d.clickTo("Accounts", "Which records")
	d.reads("500 records")
	d.picture("02-fields")

	// A column with another name, and a change on its way.
	d.click("Search by either name")
	d.write("account name")
	d.see("Yomi Account Name", long)
	d.clickTo("Account Name", "Add a change…")
	d.retype("name", "company")
	d.clickTo("Rename", "Account Name to company")
	d.clickTo("Add a change…", "Which change?")
	d.write("upper")
	d.closes("Upper case", "Which change?")
	d.see("1.", long)
	d.picture("03-field")
	d.closes("Done", "Account Name to company")

	// A template.
	d.clickTo("Add a column…", "A template")
	d.clickTo("A template", "Template")
	d.write("{{accountnumber}} in {{address1_city}}")
	d.clickTo("Continue", "Name of the column")
	d.key("ctrl+a")
	d.write("shown_as")
	d.clickTo("Continue", "is written as")
	d.picture("04-template")
	d.closes("Done", "is written as")

	// Values of one's own for the options of a choice.
	d.clickTo("Choices", "Options of")
	d.see("Category (accountcategorycode) to accountcategorycode", long)
	d.clickTo("Begin with the labels", "Goes to")
	d.clickLast("Standard")
	d.see("What does “Standard” become?", long)
	d.key("ctrl+a")
	d.write("STD")
	d.clickTo("Use this value", "STD")
	d.picture("05-choices")

	// Only some records.
	d.clickTo("Which records", "Add a condition")
	d.clickTo("Add a condition", "Choose a field…")
	d.clickTo("Choose a field…", "Field of Accounts")
	d.write("name")
	d.key("Return")
	d.clickTo("is", "does not contain")
	d.closes("contains", "does not contain")
	d.click("a text")
	d.write("Bakery")
	d.see("Exactly 27 records", long)
	d.picture("06-filter")

	// A related table.
	d.clickTo("Children", "Add a related table")
	d.clickTo("Add a related table", "Search by name or logical name")
	d.write("contact")
	d.see("through parentcustomerid", long)
	d.key("Return")
	d.see("Open Contacts", long)
	d.picture("07-children")

	d.clickTo("Go to import", "Import accounts")
	d.clickTo("Import accounts", "It adds up")
	d.picture("08-receipt")

	files, err := filepath.Glob(filepath.Join(d.home, "Documents", "Ferry", "*", "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d database files were made: %v", len(files), err)
	}
	holds(t, files[0])
}

// holds compares the database with what was said in the window.
func holds(t *testing.T, file string) {
	t.Helper()
	conn, err := sqlite.OpenConn(file, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	one := func(query string) int64 {
		t.Helper()
		n, err := sqlitex.ResultInt64(conn.Prep(query))
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return n
	}
	var columns []string
	if err := sqlitex.Execute(conn, `SELECT name FROM pragma_table_info('account')`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		columns = append(columns, s.ColumnText(0))
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(columns, "name") || !slices.Contains(columns, "company") || !slices.Contains(columns, "shown_as") {
		t.Errorf("the columns are %s", strings.Join(columns, ", "))
	}
	for _, c := range []struct {
		what, query string
		want        int64
	}{
		{"accounts whose name holds Bakery", `SELECT count(*) FROM account`, 27},
		{"accounts with the name in large letters", `SELECT count(*) FROM account WHERE company LIKE '%BAKERY%' AND company NOT GLOB '*[a-z]*'`, 27},
		{"accounts whose template was filled in", `SELECT count(*) FROM account WHERE shown_as = accountnumber || ' in ' || coalesce(address1_city, '')`, 27},
		{"accounts that still have a code for their category", `SELECT count(*) FROM account WHERE accountcategorycode IN ('1', '2')`, 0},
		{"accounts with another value than those that were given", `SELECT count(*) FROM account WHERE accountcategorycode NOT IN ('STD', 'Preferred Customer')`, 0},
		{"accounts whose category and its label do not go together", `SELECT count(*) FROM account WHERE (accountcategorycode = 'STD') <> (accountcategorycode_label = 'Standard')`, 0},
		{"contacts without an imported account", `SELECT count(*) FROM account_contact WHERE parentcustomerid IS NULL OR parentcustomerid NOT IN (SELECT accountid FROM account)`, 0},
		{"contacts of the imported accounts", `SELECT count(*) FROM account_contact`, 63},
	} {
		if got := one(c.query); got != c.want {
			t.Errorf("%s: %d, not %d", c.what, got, c.want)
		}
	}
	if one(`SELECT count(*) FROM account WHERE accountcategorycode = 'STD'`) == 0 {
		t.Error("no account of the sample has the option whose value was changed: the comparison proves nothing")
	}
	if one(`SELECT count(*) FROM sqlite_master WHERE name = 'contact'`) != 0 {
		t.Error("a table was made that nobody asked for")
	}
}

// retype puts another text into the field that holds one.
func (d *desk) retype(old, text string) {
	d.t.Helper()
	d.click(old)
	d.key("ctrl+a")
	d.write(text)
	d.see(text, long)
}

// closes clicks until something is not there any more.
func (d *desk) closes(button, there string) {
	d.t.Helper()
	d.clickUntil(button, func() bool { _, open := d.find(there); return !open })
}

// clickLast clicks on the last of several equal texts: the value, not the label beside it.
func (d *desk) clickLast(text string) {
	d.t.Helper()
	var last shown
	d.wait(text+" twice", long, func() bool {
		n := 0
		for _, s := range d.texts() {
			if s.Text == text {
				last = s
				n++
			}
		}
		return n > 1
	})
	d.must("xdotool", "mousemove", strconv.Itoa(int(last.X+last.W/2)), strconv.Itoa(int(last.Y+last.H/2)), "click", "1")
}

// fieldEnds reports whether some text on the window ends so.
func (d *desk) fieldEnds(ending string) bool {
	return slices.ContainsFunc(d.texts(), func(s shown) bool { return strings.HasSuffix(strings.TrimSpace(s.Text), ending) })
}
