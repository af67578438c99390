package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core/importer"
	"ferry/core/rehearsal"
	"ferry/core/report"
)

func compareCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("compare")
	f.set.StringVar(&f.to, "to", "", "destination: sqlite:FILE, postgres:URL, excel:FILE.xlsx or csv:FOLDER (default: the project's)")
	f.set.Var(f.settings, "set", "a setting of the destination, NAME=VALUE; may be repeated")
	f.set.StringVar(&f.tables, "tables", "", "logical names, separated by commas (default: what takes part in the project's Import everything, else account,contact)")
	f.set.Var(f.filters, "filter", "only records that fit, TABLE=ODATA, in place of what the project says; may be repeated")
	f.set.StringVar(&f.language, "language", "", "language of labels: de, or an LCID such as 1031 (default: the project's, else that of whoever signs in)")
	f.set.StringVar(&f.rows, "rows", "", "save every difference, both sides beside each other: FILE.csv")
	f.set.StringVar(&f.report, "report", "", "save the report: FILE.html or FILE.csv")
	f.set.BoolVar(&f.values, "values", false, "with -report: with what may hold people's data, such as names and values")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	code, err := f.runCompare(ctx, t)
	if err != nil {
		return t.tell(f.json, err)
	}
	return code
}

func (f *flags) runCompare(ctx context.Context, t *terminal) (int, error) {
	ending := strings.ToLower(filepath.Ext(f.report))
	switch { // said before a long wait, not behind it
	case f.rows != "" && strings.ToLower(filepath.Ext(f.rows)) != ".csv":
		return 0, wrongUse("The differences are saved as CSV.", "Name a file that ends in .csv.")
	case f.report != "" && ending != ".html" && ending != ".htm" && ending != ".csv":
		return 0, wrongUse("The report is saved as HTML or CSV.", "Name a file that ends in .html or .csv.")
	case f.values && f.report == "":
		return 0, wrongUse("-values says nothing without a report.", "Add -report FILE.html. What -rows saves has values always.")
	case f.report != "" && filepath.Clean(f.report) == filepath.Clean(f.rows):
		return 0, wrongUse("-report and -rows name the same file.", "Give each its own name.")
	}
	computer, e, err := f.errand(ctx, t)
	if err != nil {
		return 0, err
	}
	e.instead = func(job importer.Job) (int, error) { return f.compare(ctx, t, computer, job) }
	return carry(ctx, t, computer, e)
}

// compare compares, and shows what differs.
func (f *flags) compare(ctx context.Context, t *terminal, c *wiring.Computer, job importer.Job) (int, error) {
	bar := &progressBar{t: t, json: f.json, now: time.Now}
	r, err := c.Compare(ctx, job, bar.show)
	bar.end()
	if r == nil {
		return 0, err
	}
	defer r.Close()
	if err != nil {
		if len(r.Tables) == 0 {
			return 0, err
		}
		code := t.tell(f.json, err)
		showComparison(t, f.json, r.Comparison)
		return code, nil
	}
	if f.rows != "" {
		n, err := r.SaveDifferences(ctx, f.rows, rehearsal.Search{})
		if err != nil {
			return 0, err
		}
		saved(t, f.json, "%s differences are in %s.\n", n, f.rows)
	}
	if f.report != "" {
		name := ""
		if f.loaded != nil {
			name = f.loaded.Name
		}
		n, err := r.SaveReport(ctx, wiring.CompareReport{Name: name, Path: f.report, Values: f.values, Ferry: version, When: time.Now()})
		if err != nil {
			return 0, err
		}
		saved(t, f.json, "The report of %s differences is in %s.\n", n, f.report)
	}
	showComparison(t, f.json, r.Comparison)
	if !r.Explained() {
		return exitRefused, nil
	}
	return exitWell, nil
}

// showComparison shows counts and kinds; with -json it is the last line.
func showComparison(t *terminal, asJSON bool, c importer.Comparison) {
	if asJSON {
		line(t.out, map[string]any{"comparison": c, "explained": c.Explained()})
		return
	}
	for _, x := range c.Tables {
		title := x.Table
		if x.Title != "" {
			title = x.Title + " (" + x.Table + ")"
		}
		there := "rows not counted"
		if x.Counted || x.Destination > 0 {
			there = thousands(x.Destination) + " there"
		}
		fmt.Fprintf(t.out, "%s: %s in Dynamics, %s; %s equal, %s differ, %s missing there, %s only there\n", printable(title), thousands(x.Source), there,
			thousands(x.Equal), thousands(x.Records.Total()), thousands(x.Missing), thousands(x.Extra))
		for _, d := range importer.EachDifference() {
			if x.Records[d] == 0 && x.Values[d] == 0 {
				continue
			}
			words, _ := report.DifferenceWords(d)
			mark := " "
			if d == importer.Unexplained {
				mark = "✕"
			}
			fmt.Fprintf(t.out, "%s %s: %s records, %s values%s\n", mark, words, thousands(x.Records[d]), thousands(x.Values[d]), fieldsOf(x, d))
		}
	}
	for _, remark := range report.Remarks(c) {
		fmt.Fprintf(t.out, "! %s\n", printable(remark))
	}
	verdict, _ := report.ComparisonVerdict(c)
	fmt.Fprintf(t.out, "%s. Nothing was written.\n", verdict)
}

// fieldsOf names the fields in which values of a kind differ.
func fieldsOf(x importer.ComparedTable, d importer.Difference) string {
	var names []string
	for _, f := range x.Fields {
		if f.Values[d] == 0 {
			continue
		}
		if len(names) == 6 {
			names = append(names, "…")
			break
		}
		names = append(names, printable(f.Column))
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}
