package report_test

import (
	"encoding/csv"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/report"
)

// An auditor reads what a run says who was not there: nothing must sound like more, or like something else, than it was.
func TestAnAuditorReadsWhatHappened(t *testing.T) {
	bare := func(counts importer.Counts, change func(*importer.Receipt)) report.Run {
		r := refused("")
		r.Receipt.Reason, r.Receipt.Refusals = "", nil
		r.Receipt.Tables = []importer.TableReceipt{{Table: "account", Title: "Accounts", To: "firm", Counts: counts}}
		if change != nil {
			change(&r.Receipt)
		}
		return r
	}
	first := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	for name, x := range map[string]struct {
		run     report.Run
		says    []string
		silent  []string
		columns map[string]string
	}{
		"nothing read": {bare(importer.Counts{}, nil), []string{"Import complete", "No record was read, and nothing was written.", "read 0 = 0 created"}, []string{"0 read."}, map[string]string{"Read": "0", "Adds up": "yes"}},
		"nothing changed": {bare(importer.Counts{}, func(r *importer.Receipt) { r.Tables[0].Since = first }),
			[]string{"Nothing had changed: no record was read, and nothing was written.", "what changed since 20 November 2026"}, nil, map[string]string{"table Only what changed since (UTC)": "2026-11-20 08:00:00"}},
		"only refused": {bare(importer.Counts{Read: 3, Refused: 3}, nil), []string{"Import complete, but 3 records need a look", "3 read, nothing was written.", "read 3 = 0 created + 3 refused"}, nil, map[string]string{"Refused": "3"}},
		"unsure":       {bare(importer.Counts{Read: 3, Unsure: 3}, nil), []string{"3 read."}, []string{"nothing was written"}, nil},
		"stopped": {bare(importer.Counts{Read: 3, Created: 3}, func(r *importer.Receipt) { r.State, r.Limit = importer.Interrupted, 10 }),
			[]string{"Import not complete", "3 read. It can go on where it stopped.", "At most 10 records of each table were wanted."}, nil, map[string]string{"State": "interrupted", "At most": "10"}},
		"a retry": {bare(importer.Counts{Read: 1, Created: 1}, func(r *importer.Receipt) { r.Retries = "r-6" }), []string{"Retry complete", "Retries what was left by the run", "r-6"}, nil, map[string]string{"Retries run": "r-6"}},
		"of a rehearsal": {bare(importer.Counts{Read: 1, Created: 1}, func(r *importer.Receipt) {
			r.Tables[0].Only, r.Tables[0].Held, r.Tables[0].Made, r.Tables[0].Remark = "0a1b", 1, []string{"firm", "firm.name"}, "2 texts got an apostrophe."
		}), []string{"Accounts: only the records that a rehearsal had shown were imported.", "agrees to their number: 1 record.", "made at the destination: firm, firm.name.", "Accounts: 2 texts got an apostrophe."}, []string{"0a1b"},
			map[string]string{"table Notes": "Accounts: only the records that a rehearsal had shown were imported. Accounts: gone in Dynamics or outside the filter now, and left alone until somebody agrees to their number: 1 record. Accounts: 2 texts got an apostrophe. Accounts: made at the destination: firm, firm.name."}},
		"taken back partly": {bare(importer.Counts{Read: 40, Removed: 30, Updated: 7, Unchanged: 1, Refused: 2}, func(r *importer.Receipt) { r.Undoes = "r-6" }),
			[]string{"Import taken back, but not wholly", "37 rows put back. 2 stay as they are", "Rows that stay as they are", "rows 40 = 0 there again + 7 with former values + 1 as before + 30 removed + 2 stay"}, []string{"updated", "need a look", "nothing was written"}, map[string]string{"Takes back run": "r-6", "Removed": "30"}},
		"taking back stopped": {bare(importer.Counts{Read: 4, Removed: 4}, func(r *importer.Receipt) {
			r.Undoes, r.State = "r-6", importer.Interrupted
			r.Fault = &core.Fault{Kind: core.Stopped, Code: "importer.takeback-stopped", Cause: "Taking back was stopped.", Remedy: "Start it again.", Owner: core.You}
		}), []string{"Import taken back in part", "4 rows put back.", "Taking back was stopped."}, []string{"Import not complete"}, map[string]string{"State": "interrupted", "Code": "importer.takeback-stopped"}},
	} {
		page := html.UnescapeString(tags.ReplaceAllString(runPage(t, x.run), " "))
		if os.Getenv("FERRY_READ") != "" {
			t.Logf("%s:\n%s", name, strings.Join(strings.Fields(page[strings.Index(page, "</style>")+1:]), " "))
		}
		for _, words := range x.says {
			if !strings.Contains(page, words) {
				t.Errorf("%s: the page does not say %q", name, words)
			}
		}
		for _, words := range x.silent {
			if strings.Contains(page, words) {
				t.Errorf("%s: the page says %q", name, words)
			}
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(runCSV(t, x.run), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for column, want := range x.columns {
			line := rows[1]
			if rest, ok := strings.CutPrefix(column, "table "); ok {
				line, column = rows[2], rest
			}
			for i, head := range rows[0] {
				if head == column && line[i] != want {
					t.Errorf("%s: the CSV has %q in %s, want %q", name, line[i], column, want)
				}
			}
		}
	}
}

var tags = regexp.MustCompile(`(?s)<style.*?</style>|<[^>]*>`)
