package report

import (
	"cmp"
	"io"
	"strconv"

	"ferry/core/csvtext"
	"ferry/core/importer"
)

// compareColumns are those of the report of a comparison as CSV. Line says what a line is about: the comparison (with its
// sums), a table, a kind of difference of a table, a field, or a record.
var compareColumns = [...]string{
	"Line", "Project", "From", "To", "Who", "Started (UTC)", "Ended (UTC)", "Whole", "Table", "Table name", "Destination table", "Compared with the import of (UTC)",
	"Source", "Destination", "Equal", "Differ", "Missing there", "Only there", "Adds up", "Difference", "Records", "Values", "Field", "Source field", "Record id", "Reason", "What to do",
}

// CompareCSV writes the report of a comparison as CSV. A program finds each column by its name.
func CompareCSV(w io.Writer, c Comparison) error {
	out := csvtext.NewWriter(w)
	out.Begin()
	columns := compareColumns[:]
	if c.Values {
		columns = append(columns[:len(columns):len(columns)], "Record", "There", "In Dynamics")
	}
	out.Write(columns...)
	line := func(kind string, cells map[string]string) {
		row := make([]string, len(columns))
		for i, name := range columns {
			row[i] = cells[name]
		}
		row[0] = kind
		out.Write(row...)
	}
	x := c.Comparison
	cells := compareCells(x.Sum())
	cells["Adds up"] = yesNo(c.balanced())
	cells["Project"], cells["From"], cells["To"], cells["Who"] = safe(c.Project), safe(x.From), safe(x.To), safe(x.Who)
	cells["Started (UTC)"], cells["Ended (UTC)"], cells["Whole"] = stamp(x.Started), stamp(x.Ended), yesNo(x.Whole)
	line("comparison", cells)
	for _, t := range x.Tables {
		named := func(cells map[string]string) map[string]string {
			cells["Table"], cells["Table name"], cells["Destination table"] = safe(t.Table), safe(t.Title), safe(t.To)
			return cells
		}
		cells := named(compareCells(t))
		cells["Compared with the import of (UTC)"] = stamp(t.Since)
		line("table", cells)
		for _, d := range importer.EachDifference() {
			if t.Records[d]+t.Values[d] > 0 {
				line("kind", named(map[string]string{"Difference": d.String(), "Records": digits(t.Records[d]), "Values": digits(t.Values[d])}))
			}
		}
		for _, f := range t.Fields {
			for _, d := range importer.EachDifference() {
				if f.Values[d] > 0 {
					line("field", named(map[string]string{"Difference": d.String(), "Values": digits(f.Values[d]), "Field": safe(f.Column), "Source field": safe(f.Field)}))
				}
			}
		}
	}
	for _, remark := range Remarks(x) {
		line("remark", map[string]string{"Reason": safe(remark)})
	}
	err := c.each(func(r importer.RehearsedRow) error {
		cells := map[string]string{"Table": safe(r.Table), "Record id": safe(c.id(r.Key)), "Difference": r.Differs.String(), "Record": exact(r.Name)}
		if r.Fault != nil {
			cells["Reason"], cells["What to do"] = safe(r.Fault.Cause), safe(r.Fault.Remedy)
		}
		if len(r.Changes) == 0 {
			line("record", cells)
		}
		for _, v := range r.Changes {
			cells["Field"], cells["Difference"] = safe(v.Column), cmp.Or(v.Why, r.Differs).String()
			cells["There"], cells["In Dynamics"] = exact(v.Was), exact(v.Becomes)
			line("record", cells)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

func compareCells(t importer.ComparedTable) map[string]string {
	cells := map[string]string{
		"Source": digits(t.Source), "Equal": digits(t.Equal), "Differ": digits(t.Records.Total()), "Missing there": digits(t.Missing), "Only there": digits(t.Extra),
		"Adds up": yesNo(t.Balanced()), "Records": digits(t.Records.Total()), "Values": digits(t.Values.Total()),
	}
	if t.Counted {
		cells["Destination"] = digits(t.Destination)
	}
	return cells
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "NO"
}
