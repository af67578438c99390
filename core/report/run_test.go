package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/csvtext"
	"ferry/core/importer"
	"ferry/core/report"
)

const guidA, guidB, guidC = "5f0c1a7e-0000-4000-8000-00000000000a", "5f0c1a7e-0000-4000-8000-00000000000b", "5f0c1a7e-0000-4000-8000-00000000000c"

// refused is a run with every kind of outcome. text is put into every field that comes from outside.
func refused(text string) report.Run {
	s := func(own string) string {
		if text != "" {
			return text
		}
		return own
	}
	start := time.Date(2026, 11, 21, 9, 12, 44, 0, time.UTC)
	big := func(key string) *core.Fault {
		return &core.Fault{Kind: core.BadRecord, Code: s("sqlite.too-big"), Owner: core.You, Cause: s("A value is larger than the file can hold."),
			Remedy: s("Shorten the text in Dynamics 365, then import again."), Subject: core.Subject{Table: "account", Key: key, Field: s("description"), Value: s("a very long text")}}
	}
	lookup := &core.Fault{Kind: core.BadRecord, Code: s("importer.lookup-left-empty"), Owner: core.DynamicsAdmin, Cause: s("A lookup was left empty."), Remedy: s("Import that record too."),
		Link: "https://learn.microsoft.com/x", Details: s("0x80040220")}
	return report.Run{
		Ferry: s("1.2.0"), When: start.Add(time.Hour), Project: s("Contoso move"),
		Receipt: importer.Receipt{
			Run: s("r-7"), State: importer.Complete, From: s("Contoso"), To: s("sqlite:/home/ada/Contoso.db"), Who: s("Ada Lovelace"),
			Reason: s("The mapping of Accounts changed, so everything was read again."), Started: start, Ended: start.Add(11*time.Minute + 43*time.Second),
			Tables: []importer.TableReceipt{
				{Table: s("account"), Title: s("Accounts"), To: s("firm"), Unresolved: 1, Counts: importer.Counts{Read: 4812, Created: 4270, Updated: 501, Unchanged: 29, Skipped: 9, Refused: 2, Unsure: 1}},
				{Table: s("contact"), Title: s("Contacts"), To: s("contact"), Counts: importer.Counts{Read: 61240, Created: 61239, Removed: 1}},
			},
			Refusals: []importer.Refusal{
				{Table: s("account"), Key: guidA, Kind: core.Refused, Fault: big(guidA)},
				{Table: s("account"), Key: guidC, Kind: core.Created, Fault: lookup},
				{Table: s("account"), Key: s("ada@contoso.com"), Kind: core.Refused, Fault: big(s("grace@contoso.com"))},
				{Table: s("account"), Key: guidB, Kind: core.Unsure},
			},
		},
	}
}

func fails() report.Run {
	r := refused("")
	r.Receipt.State, r.Receipt.Ended, r.Receipt.Refusals, r.Receipt.Reason, r.Project = importer.Interrupted, time.Time{}, nil, "", ""
	r.Receipt.Tables = r.Receipt.Tables[:1]
	r.Receipt.Tables[0].Read++
	r.Receipt.Fault = &core.Fault{Kind: core.Wrong, Code: "sqlite.full", Owner: core.You, Cause: "The disk is full.", Remedy: "Make room, then start the same import again.", Details: "SQLITE_FULL"}
	return r
}

func withValues(r report.Run) report.Run { r.Values = true; return r }

// nasty is what names and values hold now and then.
const nasty = "=HYPERLINK(\"http://x\",\"a,b\")\r\n\u202eexe.gpj النظام ‘生産’ <b>&\"'"

func runPage(t *testing.T, r report.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.RunHTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func runCSV(t *testing.T, r report.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.RunCSV(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func refusedCSV(t *testing.T, r report.Run) string {
	t.Helper()
	var b bytes.Buffer
	if n, err := report.RefusedCSV(&b, r); err != nil || n != int64(len(r.Receipt.Refusals)) {
		t.Fatal(n, err)
	}
	return b.String()
}

func TestReportsOfRunsAreAsTheyWereRead(t *testing.T) {
	for name, r := range map[string]report.Run{"run": refused(""), "run-values": withValues(refused("")), "run-fails": fails(), "run-nasty": withValues(refused(nasty))} {
		golden(t, name+".html", runPage(t, r))
		golden(t, name+".csv", runCSV(t, r))
		golden(t, name+"-refused.csv", refusedCSV(t, r))
	}
}

func TestTheReportOfARunSaysWhatBecameOfIt(t *testing.T) {
	unbalanced := fails()
	plain := refused("")
	plain.Receipt.Tables, plain.Receipt.Refusals = plain.Receipt.Tables[1:], nil
	for name, c := range map[string]struct {
		r    report.Run
		want []string
		not  []string
	}{
		"refused": {refused(""), []string{"Import complete, but 3 records need a look", "It adds up: read 66,052 = 65,509 created + 501 updated + 29 unchanged + 1 removed + 9 skipped + 2 refused + 1 unsure.",
			"so everything was read again", "Ada Lovelace", "after 11m43s", "2 records, refused", "Shorten the text", guidA, guidB, guidC, "description", "lookup left empty", "the Dynamics administrator", "No reason was kept.",
			"Of 9 records that were skipped only the number is known", "(not shown without values)", "no value of a record"}, []string{"ada@", "grace@", "a very long text"}},
		"with values": {withValues(refused("")), []string{"ada@contoso.com", "grace@contoso.com", "a very long text", "Handle it like the data itself", "It holds values of records"}, []string{"(not shown", "no value of a record"}},
		"values that are not kept": {func() report.Run {
			r := withValues(refused(""))
			r.Receipt.Refusals = []importer.Refusal{{Table: "account", Key: guidA, Kind: core.Refused}}
			return r
		}(), []string{"Values were asked for, but Ferry's journal has none to show", "no value of a record", "Of 1 record that was refused only the number is known"}, nil},
		"does not add up": {unbalanced, []string{"The counts do not add up", "It does not add up: read 4,813 ≠ 4,270 created", "does not add up", "Why it stopped", "The disk is full.", "SQLITE_FULL", "Contoso → sqlite:"}, []string{"It adds up"}},
		"all is well":     {plain, []string{"Import complete", "It adds up"}, []string{"Records that need a look", "need a look", "Refused", "Lookups left empty", "Together"}},
	} {
		seen := visible(t, runPage(t, c.r))
		for _, want := range c.want {
			if !strings.Contains(seen, want) {
				t.Errorf("%s: the page does not say %q", name, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(seen, not) || strings.HasSuffix(not, ".com") && strings.Contains(runCSV(t, c.r)+refusedCSV(t, c.r), not) {
				t.Errorf("%s: it says %q", name, not)
			}
		}
	}
	for state, says := range map[importer.RunState]string{importer.Running: "still running", importer.Interrupted: "can go on", importer.Abandoned: "A later import took its place"} {
		r := refused("")
		r.Receipt.State = state
		if !strings.Contains(visible(t, runPage(t, r)), says) {
			t.Errorf("%s is not said", state)
		}
	}
}

// read reads CSV with another reader and gives each line by its columns.
func read(t *testing.T, text string) (lines []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, csvtext.BOM))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all[1:] {
		line := map[string]string{}
		for i, name := range all[0] {
			line[name] = row[i]
		}
		lines = append(lines, line)
	}
	return lines
}

func TestAProgramFindsEverythingInTheCSV(t *testing.T) {
	count := map[string]int{}
	for _, l := range read(t, runCSV(t, refused(""))) {
		count[l["Line"]]++
		switch {
		case l["Run"] != "r-7":
			t.Errorf("a line without its run: %v", l)
		case l["Line"] == "run" && (l["Read"] != "66052" || l["Adds up"] != "yes" || l["State"] != "complete" || l["Ended (UTC)"] != "2026-11-21 09:24:27" || l["Lookups left empty"] != "1"):
			t.Errorf("the run: %v", l)
		case l["Line"] == "table" && l["Table"] == "account" && (l["Refused"] != "2" || l["Destination table"] != "firm" || l["Table name"] != "Accounts"):
			t.Errorf("the table: %v", l)
		case l["Line"] == "cause" && l["Code"] == "sqlite.too-big" && (l["Records"] != "2" || l["What became of it"] != "refused" || l["Who can do it"] != "you, who use Ferry"):
			t.Errorf("the cause: %v", l)
		case l["Line"] == "record" && l["Record id"] == guidA && (l["Field"] != "description" || l["Cause"] == "" || l["Value"] != ""):
			t.Errorf("the record: %v", l)
		}
	}
	if want := map[string]int{"run": 1, "table": 2, "cause": 3, "record": 4}; !reflect.DeepEqual(count, want) {
		t.Errorf("it has %v", count)
	}
	if l := read(t, runCSV(t, fails())); l[0]["Adds up"] != "NO" || l[1]["Adds up"] != "NO" || l[0]["Cause"] != "The disk is full." {
		t.Errorf("it does not say that it does not add up, or why it stopped: %v", l)
	}
}

func TestNoCellOfAReportRuns(t *testing.T) {
	for _, hostile := range []string{nasty, "=1+1", "@x", "\t=1", "\r=1", "-1+1", "+x", "\u200f=1"} {
		r := withValues(refused(hostile))
		for _, text := range []string{runCSV(t, r), refusedCSV(t, r)} {
			for _, line := range read(t, text) {
				for name, cell := range line {
					if _, runs := csvtext.Safe(cell); runs {
						t.Errorf("%q: %s runs: %q", hostile, name, cell)
					}
					if name != "Value" && name != "About" && strings.ContainsAny(cell, "\u202e\u200f\r\n\t") {
						t.Errorf("%q: %s steers: %q", hostile, name, cell)
					}
				}
			}
		}
	}
	lines := read(t, refusedCSV(t, withValues(refused("a\rb\nc "+nasty[1:]))))
	// The reader turns CRLF within a field into LF, as the standard library does.
	if want := strings.ReplaceAll("a\rb\nc "+nasty[1:], "\r\n", "\n"); lines[0]["Value"] != want {
		t.Errorf("the value is not as it was: %q", lines[0]["Value"])
	}
}

func TestHostileTextsChangeNoReportOfARun(t *testing.T) {
	harmless := shape(t, runPage(t, withValues(refused("harmless words"))))
	for _, hostile := range []string{
		nasty, `"><img src=x onerror=alert(1)>`, `</style><script>alert(1)</script>`, `</title><svg onload=alert(1)>`, `<!--`, `{{.Ferry}}`, "\x00\x1b[2Jx", "\u2066\u2067\u2069\u200f", `</bdi></main></body></html>`, "\xff\xfe",
	} {
		h := runPage(t, withValues(refused(hostile)))
		if got := shape(t, h); !reflect.DeepEqual(got, harmless) {
			t.Errorf("%q changes the page:\n%s", hostile, strings.Join(got, "\n"))
		}
		for _, bad := range []string{"\u202e", "\u2066", "\u2069", "\u200f", "\x00", "\x1b"} {
			if strings.Contains(h, bad) {
				t.Errorf("%q: a sign that steers gets through", hostile)
			}
		}
	}
	_, style, _ := strings.Cut(runPage(t, refused("")), "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	hash := sha256.Sum256([]byte(style))
	if !strings.Contains(runPage(t, refused("")), "style-src 'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'") {
		t.Error("the policy does not name the style that is in the page")
	}
}

func TestManyRefusedRecordsAndCausesStayAPage(t *testing.T) {
	r := refused("")
	r.Each = func(each func(importer.Refusal) error) error {
		for i := range 100_000 {
			f := &core.Fault{Code: "x", Cause: fmt.Sprint("cause ", i%2000)}
			if err := each(importer.Refusal{Table: "account", Key: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i), Kind: core.Refused, Fault: f}); err != nil {
				return err
			}
		}
		return nil
	}
	page := runPage(t, r)
	if seen := visible(t, page); len(page) > 8<<20 || !strings.Contains(seen, "Other reasons, too many to name each.") || !strings.Contains(seen, "And 74,900 more") {
		t.Errorf("%d bytes", len(page))
	}
	if n := strings.Count(runCSV(t, r), "\r\nrecord,"); n != 100_000 {
		t.Errorf("%d records in the CSV", n)
	}
}

func TestAJournalOrFileThatFailsIsTold(t *testing.T) {
	r := refused("")
	if report.RunHTML(broken{}, r) == nil || report.RunCSV(broken{}, r) == nil {
		t.Error("a file that cannot be written: nothing was said")
	}
	if _, err := report.RefusedCSV(broken{}, r); err == nil {
		t.Error("a file that cannot be written: nothing was said")
	}
	gone := errors.New("gone")
	r.Each = func(func(importer.Refusal) error) error { return gone }
	if report.RunHTML(&bytes.Buffer{}, r) != gone || report.RunCSV(&bytes.Buffer{}, r) != gone {
		t.Error("the journal failed, and nothing was said")
	}
	if _, err := report.RefusedCSV(&bytes.Buffer{}, r); err != gone {
		t.Error(err)
	}
}

func TestTheReportOfTakingBackSaysWhatIsThereAgain(t *testing.T) {
	r := refused("")
	r.Receipt.Undoes, r.Receipt.Reason, r.Receipt.Refusals = "r-6", "", nil
	r.Receipt.Tables = []importer.TableReceipt{{Table: "account", Title: "Accounts", To: "firm", Counts: importer.Counts{Read: 40, Removed: 30, Updated: 7, Created: 1, Refused: 2}}}
	said := func() string {
		var b bytes.Buffer
		if err := report.RunHTML(&b, r); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, want := range []string{"Import taken back, but not wholly", "38 rows put back. 2 stay as they are", "Former values", "There again", "Takes back the run", "r-6"} {
		if !strings.Contains(said(), want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	r.Receipt.State = importer.Interrupted
	if text := said(); !strings.Contains(text, "Import taken back in part") || strings.Contains(text, "Import not complete") {
		t.Error("a taking back that was stopped is not said to be one")
	}
}
