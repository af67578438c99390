package report_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/csvtext"
	"ferry/core/importer"
	"ferry/core/report"
)

// compared is a comparison with differences of every kind. text is put into every field that comes from outside.
func compared(text string) report.Comparison {
	s := func(own string) string {
		if text != "" {
			return text
		}
		return own
	}
	start := time.Date(2026, 11, 21, 9, 12, 44, 0, time.UTC)
	var rows []importer.RehearsedRow
	accounts := importer.ComparedTable{Mapping: "account", Table: s("account"), Title: s("Accounts"), To: s("firm"), Since: start.Add(-time.Hour), Counted: true, Source: 4812, Destination: 4810, Same: 90000,
		Records: importer.Differences{}, Values: importer.Differences{}}
	for _, d := range importer.EachDifference() {
		n := int64(3)
		if d == importer.ChangedThere {
			n = 150
		}
		accounts.Records[d] = n
		for i := range n {
			r := importer.RehearsedRow{Mapping: "account", Table: s("account"), Key: guidA, Name: s("Fabrikam"), Differs: d}
			switch d {
			case importer.NewHere, importer.RemovedThere:
				accounts.Missing++
			case importer.AddedThere, importer.GoneHere, importer.LeftFilter:
				accounts.Extra++
				if i == 0 {
					r.Key = s("ada@contoso.com")
				}
			default:
				r.Changes = []importer.Change{{Column: s("telephone1"), Was: s("555-0100"), Becomes: s("555-0199"), Why: d}}
				accounts.Values[d]++
			}
			if d == importer.Unexplained {
				r.Fault = &core.Fault{Kind: core.BadRecord, Cause: s("Nothing explains it."), Remedy: s("Import with everything read again.")}
			}
			rows = append(rows, r)
		}
	}
	accounts.Equal = accounts.Source + accounts.Extra - accounts.Records.Total()
	accounts.Destination = accounts.Source - accounts.Missing + accounts.Extra
	accounts.Fields = []importer.ComparedField{{Column: s("telephone1"), Field: s("telephone1"), Values: accounts.Values}}
	contacts := importer.ComparedTable{Mapping: "contact", Table: s("contact"), Title: s("Contacts"), To: s("contact"), Since: start, Counted: true, Source: 61240, Destination: 61240, Equal: 61240, Touched: "changed"}
	return report.Comparison{
		Ferry: s("1.2.0"), When: start.Add(time.Hour), Project: s("Contoso move"),
		Comparison: importer.Comparison{From: s("Contoso"), To: s("sqlite:/home/ada/Contoso.db"), Who: s("Ada Lovelace"), Started: start, Ended: start.Add(3 * time.Minute), Whole: true,
			Tables: []importer.ComparedTable{accounts, contacts}, Remarks: []string{s("The destination is an older copy.")}},
		Each: func(each func(importer.RehearsedRow) error) error {
			for _, r := range rows {
				if err := each(r); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func handover(text string) report.Handover {
	c := compared(text)
	s := func(own string) string {
		if text != "" {
			return text
		}
		return own
	}
	return report.Handover{Ferry: c.Ferry, When: c.When, Project: c.Project, Comparison: c.Comparison, Imports: 4, First: c.When.AddDate(0, 0, -9), Last: c.When,
		Done: []string{s("Schedule removed"), s("Webhooks removed")}, Open: []string{s("Client secret removed"), s("App registration removed"), s("Application user switched off"), s("What this computer knows deleted")}}
}

func pageOf(t *testing.T, write func(b *bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func comparePage(t *testing.T, c report.Comparison) string {
	return pageOf(t, func(b *bytes.Buffer) error { return report.CompareHTML(b, c) })
}

func compareLines(t *testing.T, c report.Comparison) []map[string]string {
	t.Helper()
	text := pageOf(t, func(b *bytes.Buffer) error { return report.CompareCSV(b, c) })
	return read(t, text)
}

func TestTheReportOfAComparisonHoldsValuesOnlyWhenChosen(t *testing.T) {
	c := compared("")
	page, lines := comparePage(t, c), compareLines(t, c)
	text := fmt.Sprint(page, lines)
	for _, value := range []string{"555-0100", "555-0199", "Fabrikam", "ada@contoso.com"} {
		if strings.Contains(text, value) {
			t.Errorf("%s is in the report", value)
		}
	}
	for _, want := range []string{guidA, "telephone1", "Not explained", "3 records differ, and nothing explains it", "And 50 more", "was changed by somebody", "older copy",
		"4,812 in Dynamics", "Nothing that Ferry knows"} {
		if !strings.Contains(strings.ReplaceAll(page, "66,052 in Dynamics", "4,812 in Dynamics"), want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	c.Values = true
	text = fmt.Sprint(comparePage(t, c), compareLines(t, c))
	for _, value := range []string{"555-0100", "555-0199", "Fabrikam", "ada@contoso.com", "It holds values of records"} {
		if !strings.Contains(text, value) {
			t.Errorf("%s was chosen and is not in the report", value)
		}
	}
}

func TestTheCSVOfAComparisonAddsUp(t *testing.T) {
	c := compared("")
	kinds, records := map[string]int{}, map[string]int{}
	for _, line := range compareLines(t, c) {
		if line["Adds up"] == "NO" {
			t.Errorf("%v", line)
		}
		switch line["Line"] {
		case "kind":
			n := 0
			fmt.Sscan(line["Records"], &n)
			kinds[line["Difference"]] = n
		case "record":
			records[line["Difference"]]++
		}
	}
	if len(kinds) != 12 || fmt.Sprint(kinds) != fmt.Sprint(records) {
		t.Errorf("kinds %v, records %v", kinds, records)
	}
	c.Comparison.Tables[0].Equal--
	if page := comparePage(t, c); !strings.Contains(page, "do not add up") {
		t.Error("it does not say that it does not add up")
	}
}

func TestTheReceiptOfTheMoveIsOnePageToSign(t *testing.T) {
	page := pageOf(t, func(b *bytes.Buffer) error { return report.HandoverHTML(b, handover("")) })
	for _, want := range []string{"Receipt of the move", "Ada Lovelace", "4, from", "Handed over by", "Taken over by", "Signature", "☑", "☐", "App registration removed", "Not explained"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not there", want)
		}
	}
	for _, never := range []string{guidA, "Fabrikam", "555-0100"} {
		if strings.Contains(page, never) {
			t.Errorf("it names %s", never)
		}
	}
	if folder := os.Getenv("FERRY_REPORTS"); folder != "" { // to look at
		for name, text := range map[string]string{"handover.html": page, "compare.html": comparePage(t, compared(""))} {
			if err := os.WriteFile(folder+"/"+name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestHostileTextsChangeNoReportOfAComparison(t *testing.T) {
	for _, text := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "=HYPERLINK(\"http://x\")", "a\u202eb", "{{.}}"} {
		c := compared(text)
		c.Values = true
		page := comparePage(t, c) + pageOf(t, func(b *bytes.Buffer) error { return report.HandoverHTML(b, handover(text)) })
		if strings.Contains(page, "<script>") || strings.Contains(page, "<img") || strings.Contains(page, "\u202e") {
			t.Errorf("%q steers the page", text)
		}
		raw := pageOf(t, func(b *bytes.Buffer) error { return report.CompareCSV(b, c) })
		all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(raw, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range all {
			for _, cell := range line {
				if _, runs := csvtext.Safe(cell); runs {
					t.Errorf("the cell %q would run", cell)
				}
			}
		}
	}
}

func TestAFailingListOfDifferencesIsTold(t *testing.T) {
	c := compared("")
	c.Each = func(func(importer.RehearsedRow) error) error { return errors.New("damaged") }
	var b bytes.Buffer
	if report.CompareHTML(&b, c) == nil || report.CompareCSV(&b, c) == nil {
		t.Error("it says nothing")
	}
}
