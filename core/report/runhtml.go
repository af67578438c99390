package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/importer"
)

// A runView is the report of a run in words. Every text in it has gone through plain.
type runView struct {
	Title, State, Sign, Verdict, Remark string
	When, Ferry                         string
	Facts                               []fact
	Stopped                             *cause1
	Heads                               []string
	Tables                              []countRow
	Together                            *countRow
	Adds, Balanced                      string // the sentence, and its class
	Look                                string // over the causes
	Causes                              []causeView
	Missing                             []string
	Kept, Footer                        string
}

type countRow struct {
	Name, Logical, To string
	Cells             []string
	State, Sign, Word string
}

type cause1 struct{ Cause, Remedy, Owner, Link, Details string }

type causeView struct {
	cause1
	State, Sign, Word, N string
	Records              []recordView
	More                 string
}

type recordView struct{ Table, Key, Field, About, Value string }

// RunHTML writes the report of a run as one HTML file.
func RunHTML(w io.Writer, r Run) error {
	v, err := buildRun(r)
	if err != nil {
		return err
	}
	return writePage(w, "Import report", style+runStyle, runBody, v)
}

func buildRun(r Run) (runView, error) {
	causes, err := r.causes()
	if err != nil {
		return runView{}, err
	}
	sum, unresolved := r.sum()
	v := runView{When: moment(r.When), Ferry: plain(r.Ferry), Title: plain(r.Project)}
	if v.Title == "" {
		v.Title = plain(r.Receipt.From + " → " + r.Receipt.To)
	}
	v.Look = "Records that need a look"
	if r.Receipt.Undoes != "" {
		v.Look = "Rows that stay as they are"
	}
	v.verdict(r, sum)
	v.facts(r)
	if f := r.Receipt.Fault; f != nil {
		one := words(f)
		v.Stopped = &one
	}
	v.counts(r, sum, unresolved)
	values := 0
	for _, c := range causes {
		one, n := r.causeView(c)
		v.Causes, values = append(v.Causes, one), values+n
	}
	for _, k := range []struct {
		kind    core.OutcomeKind
		counted int64
	}{{core.Refused, sum.Refused}, {core.Unsure, sum.Unsure}, {core.Skipped, sum.Skipped}} {
		if n := nameless(causes, k.kind, k.counted); n > 0 {
			v.Missing = append(v.Missing, fmt.Sprintf("Of %s that %s %s only the number is known: Ferry's journal on this computer keeps neither their ids nor a reason.", records(n), was(n), k.kind))
		}
	}
	v.Kept = "Records are named by their id in Dynamics 365. Ferry's journal keeps id, field and reason of each for as long as the journal is there. Names and values of them are not in this report."
	v.Footer = "This report holds no password, no secret and no value of a record. It loads nothing and runs nothing."
	switch {
	case r.Values && values > 0:
		v.Kept = "Values are in this report because somebody chose that. Handle it like the data itself."
		v.Footer = "This report holds no password and no secret. It holds values of records. It loads nothing and runs nothing."
	case r.Values:
		v.Kept = "Values were asked for, but Ferry's journal has none to show: it keeps id, field and reason of each record, for as long as the journal is there. Look the records up in Dynamics 365 by their ids."
	}
	return v, nil
}

func (v *runView) verdict(r Run, sum importer.Counts) {
	look := sum.Refused + sum.Unsure
	v.State, v.Remark = "warned", readWords(r, sum)
	switch {
	case !r.balanced():
		v.State, v.Verdict, v.Remark = "failed", "The counts do not add up", "Compare the number of records on both sides, and tell us."
	case r.Receipt.State == importer.Running:
		v.Verdict = "The import was still running"
	case r.Receipt.State == importer.Abandoned:
		v.Verdict, v.Remark = "Import not complete", v.Remark+" A later import took its place."
	case r.Receipt.State != importer.Complete:
		v.Verdict, v.Remark = "Import not complete", v.Remark+" It can go on where it stopped."
	case look > 0:
		v.Verdict = "Import complete, but " + records(look) + " need a look"
		if look == 1 {
			v.Verdict = "Import complete, but 1 record needs a look"
		}
	default:
		v.State, v.Verdict = "passed", "Import complete"
	}
	if r.Receipt.Undoes != "" {
		v.back(r, sum)
	}
	if rest, ok := strings.CutPrefix(v.Verdict, "Import "); ok && r.Receipt.Retries != "" {
		v.Verdict = "Retry " + rest
	}
	v.Sign = map[string]string{"passed": "✓", "warned": "!", "failed": "✕"}[v.State]
}

// readWords say how much was read, and that nothing was written where nothing was.
func readWords(r Run, sum importer.Counts) string {
	since := slices.ContainsFunc(r.Receipt.Tables, func(t importer.TableReceipt) bool { return !t.Since.IsZero() })
	written := sum.Created + sum.Updated + sum.Removed
	switch {
	case sum.Read == 0 && since:
		return "Nothing had changed: no record was read, and nothing was written."
	case sum.Read == 0:
		return "No record was read, and nothing was written."
	case written == 0 && sum.Unsure == 0:
		return thousands(sum.Read) + " read, nothing was written."
	}
	return thousands(sum.Read) + " read."
}

// back is the verdict of a run that took another back.
func (v *runView) back(r Run, sum importer.Counts) {
	if v.State == "failed" {
		return
	}
	v.Remark = thousands(sum.Removed+sum.Updated+sum.Created) + " rows put back."
	switch {
	case r.Receipt.State == importer.Running:
		v.Verdict = "An import was still being taken back"
	case r.Receipt.State != importer.Complete:
		v.Verdict = "Import taken back in part"
	case sum.Refused > 0:
		v.Verdict, v.Remark = "Import taken back, but not wholly", v.Remark+" "+thousands(sum.Refused)+" stay as they are, because somebody changed them since."
	default:
		v.Verdict = "Import taken back"
	}
}

func (v *runView) facts(r Run) {
	add := func(name, value string) {
		if value = plain(value); value != "" {
			v.Facts = append(v.Facts, fact{name, value})
		}
	}
	x := r.Receipt
	add("From", x.From)
	add("To", x.To)
	add("Who", x.Who)
	if !x.Started.IsZero() {
		add("Started", moment(x.Started))
	}
	if x.Ended.After(x.Started) {
		add("Ended", moment(x.Ended)+", after "+lasted(x.Ended.Sub(x.Started)))
	}
	add("State", string(x.State))
	add("Read again", x.Reason)
	add("Only some", limitWords(x.Limit))
	for _, t := range x.Tables {
		if !t.Since.IsZero() {
			add("Only changes", cmp.Or(t.Title, t.Table)+": what changed since "+moment(t.Since)+" was read.")
		}
		for _, note := range notes(t) {
			add("Note", note)
		}
	}
	add("Run", x.Run)
	add("Takes back the run", x.Undoes)
	add("Retries what was left by the run", x.Retries)
}

func (v *runView) counts(r Run, sum importer.Counts, unresolved int64) {
	type column struct {
		head string
		of   func(importer.Counts) int64
	}
	columns := []column{
		{"Read", func(c importer.Counts) int64 { return c.Read }}, {"Created", func(c importer.Counts) int64 { return c.Created }},
		{"Updated", func(c importer.Counts) int64 { return c.Updated }}, {"Unchanged", func(c importer.Counts) int64 { return c.Unchanged }},
	}
	for _, c := range []column{
		{"Removed", func(c importer.Counts) int64 { return c.Removed }}, {"Skipped", func(c importer.Counts) int64 { return c.Skipped }},
		{"Refused", func(c importer.Counts) int64 { return c.Refused }}, {"Unsure", func(c importer.Counts) int64 { return c.Unsure }},
	} {
		for _, t := range r.Receipt.Tables {
			if c.of(t.Counts) != 0 {
				columns = append(columns, c)
				break
			}
		}
	}
	again := map[string]string{"Read": "Rows", "Created": "There again", "Updated": "Former values", "Unchanged": "As before", "Refused": "Stay"}
	for _, c := range columns {
		if r.Receipt.Undoes != "" {
			c.head = cmp.Or(again[c.head], c.head)
		}
		v.Heads = append(v.Heads, c.head)
	}
	if unresolved != 0 {
		v.Heads = append(v.Heads, "Lookups left empty")
	}
	row := func(name, logical, to string, c importer.Counts, left int64, balanced bool) countRow {
		out := countRow{Name: plain(name), Logical: plain(logical), To: plain(to), State: "passed", Sign: "✓", Word: "adds up"}
		if !balanced {
			out.State, out.Sign, out.Word = "failed", "✕", "does not add up"
		}
		if out.Name == "" {
			out.Name = out.Logical
		}
		for _, col := range columns {
			out.Cells = append(out.Cells, thousands(col.of(c)))
		}
		if unresolved != 0 {
			out.Cells = append(out.Cells, thousands(left))
		}
		return out
	}
	for _, t := range r.Receipt.Tables {
		v.Tables = append(v.Tables, row(t.Title, t.Table, t.To, t.Counts, t.Unresolved, t.Balanced()))
	}
	if len(v.Tables) > 1 {
		all := row("Together", "", "", sum, unresolved, r.balanced())
		v.Together = &all
	}
	v.Adds, v.Balanced = "It adds up: "+r.sumWords(sum)+".", "passed"
	if !r.balanced() {
		v.Adds, v.Balanced = "It does not add up: "+r.sumWords(sum)+".", "failed"
	}
}

// causeView is a cause in words, and how many values of records are in it.
func (r Run) causeView(c *cause) (v causeView, values int) {
	v = causeView{cause1: words(c.fault), N: records(c.n), Word: became(c.kind), State: "warned", Sign: "!"}
	if c.kind == core.Refused {
		v.State, v.Sign = "failed", "✕"
	}
	for _, x := range c.records {
		one := recordView{Table: plain(x.Table), Key: plain(r.recordID(x)), Field: plain(field(x))}
		key, value := r.about(x)
		if one.About, one.Value = plain(key), plain(value); key+value != "" || r.Values && x.Key != "" && !guid.MatchString(x.Key) {
			values++
		}
		v.Records = append(v.Records, one)
	}
	if more := c.n - int64(len(c.records)); more > 0 {
		v.More = "And " + thousands(more) + " more: the report as CSV and the list of refused records name each."
	}
	return v, values
}

func words(f *core.Fault) cause1 {
	return cause1{Cause: plain(f.Cause), Remedy: plain(f.Remedy), Owner: owner(f), Link: link(f.Link), Details: plain(f.Details)}
}

// sumWords names each part of a sum: as an import does, or as taking one back does.
func (r Run) sumWords(c importer.Counts) string {
	words, begin := [...]string{"created", "updated", "unchanged", "removed", "skipped", "refused", "unsure"}, "read "
	if r.Receipt.Undoes != "" {
		words, begin = [...]string{"there again", "with former values", "as before", "removed", "skipped", "stay", "unsure"}, "rows "
	}
	terms := []string{thousands(c.Created) + " " + words[0]}
	for i, n := range [...]int64{c.Updated, c.Unchanged, c.Removed, c.Skipped, c.Refused, c.Unsure} {
		if n != 0 {
			terms = append(terms, thousands(n)+" "+words[i+1])
		}
	}
	equals := " = "
	if !c.Balanced() {
		equals = " ≠ "
	}
	return begin + thousands(c.Read) + equals + strings.Join(terms, " + ")
}

func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05") + " UTC" }

func lasted(d time.Duration) string {
	if d < time.Second {
		return "less than a second"
	}
	return d.Round(time.Second).String()
}

func records(n int64) string {
	if n == 1 {
		return "1 record"
	}
	return thousands(n) + " records"
}

func was(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// thousands writes a number with separators.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
