package report

import (
	"io"
	"strconv"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/csvtext"
	"ferry/core/importer"
)

// runColumns are those of the report of a run as CSV. Line says what a line is about: the run (with its sums), a table,
// a cause, or a record.
var runColumns = [...]string{
	"Line", "Run", "Project", "State", "Started (UTC)", "Ended (UTC)", "Who", "From", "To", "Why everything was read again",
	"Table", "Table name", "Destination table", "Read", "Created", "Updated", "Unchanged", "Removed", "Skipped", "Refused", "Unsure",
	"Lookups left empty", "Adds up", "What became of it", "Records", "Cause", "What to do", "Who can do it", "Code", "Record id", "Field", "About", "Value",
	"Takes back run", "Retries run", "At most", "Only what changed since (UTC)", "Notes",
}

// RunCSV writes the report of a run as CSV. A program finds each column by its name.
func RunCSV(w io.Writer, r Run) error {
	causes, err := r.causes()
	if err != nil {
		return err
	}
	out := csvtext.NewWriter(w)
	out.Begin()
	out.Write(runColumns[:]...)
	line := func(kind string, cells map[string]string) {
		row := make([]string, len(runColumns))
		for i, name := range runColumns {
			row[i] = cells[name]
		}
		row[0], row[1] = kind, safe(r.Receipt.Run)
		out.Write(row...)
	}
	sum, unresolved := r.sum()
	cells := countCells(sum, unresolved, r.balanced())
	cells["Project"], cells["State"], cells["Who"], cells["Why everything was read again"] = safe(r.Project), string(r.Receipt.State), safe(r.Receipt.Who), safe(r.Receipt.Reason)
	cells["Started (UTC)"], cells["Ended (UTC)"] = stamp(r.Receipt.Started), stamp(r.Receipt.Ended)
	cells["From"], cells["To"] = safe(r.Receipt.From), safe(r.Receipt.To)
	cells["Takes back run"], cells["Retries run"] = safe(r.Receipt.Undoes), safe(r.Receipt.Retries)
	if r.Receipt.Limit > 0 {
		cells["At most"] = strconv.Itoa(r.Receipt.Limit)
	}
	if f := r.Receipt.Fault; f != nil {
		faultCells(cells, f)
	}
	line("run", cells)
	for _, t := range r.Receipt.Tables {
		cells := countCells(t.Counts, t.Unresolved, t.Balanced())
		cells["Table"], cells["Table name"], cells["Destination table"] = safe(t.Table), safe(t.Title), safe(t.To)
		cells["Only what changed since (UTC)"], cells["Notes"] = stamp(t.Since), safe(strings.Join(notes(t), " "))
		line("table", cells)
	}
	for _, c := range causes {
		cells := map[string]string{"What became of it": became(c.kind), "Records": strconv.FormatInt(c.n, 10)}
		faultCells(cells, c.fault)
		line("cause", cells)
	}
	err = r.each(func(x importer.Refusal) error {
		key, value := r.about(x)
		cells := map[string]string{
			"What became of it": became(x.Kind), "Table": safe(x.Table), "Table name": safe(r.title(x.Table)), "Record id": safe(r.recordID(x)),
			"Field": safe(field(x)), "About": exact(key), "Value": exact(value),
		}
		faultCells(cells, orNoReason(x.Fault))
		line("record", cells)
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// RefusedCSV writes every record that was not written as it should with the reason beside it, and returns how many.
func RefusedCSV(w io.Writer, r Run) (n int64, err error) {
	out := csvtext.NewWriter(w)
	out.Begin()
	head := r.RefusedHead()
	for i := range head {
		head[i] = exact(head[i])
	}
	out.Write(head...)
	n, err = r.Refused(func(row ...string) error {
		for i := range row {
			row[i] = exact(row[i])
		}
		out.Write(row...)
		return nil
	})
	if err != nil {
		return n, err
	}
	return n, out.Flush()
}

func countCells(c importer.Counts, unresolved int64, balanced bool) map[string]string {
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	adds := "yes"
	if !balanced {
		adds = "NO"
	}
	return map[string]string{
		"Read": n(c.Read), "Created": n(c.Created), "Updated": n(c.Updated), "Unchanged": n(c.Unchanged), "Removed": n(c.Removed),
		"Skipped": n(c.Skipped), "Refused": n(c.Refused), "Unsure": n(c.Unsure), "Lookups left empty": n(unresolved), "Adds up": adds,
	}
}

func faultCells(cells map[string]string, f *core.Fault) {
	cells["Cause"], cells["What to do"], cells["Who can do it"], cells["Code"] = safe(f.Cause), safe(f.Remedy), safe(owner(f)), safe(f.Code)
}

func orNoReason(f *core.Fault) *core.Fault {
	if f == nil {
		return &core.Fault{Cause: "No reason was kept."}
	}
	return f
}

// safe is a text for a cell: one line, with nothing in it that steers or runs.
func safe(text string) string {
	text, _ = csvtext.Safe(plain(text))
	return text
}

// exact is a value for a cell, sign by sign; only what would run gets its apostrophe.
func exact(value string) string {
	value, _ = csvtext.Safe(value)
	return value
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
