package dataverse

import (
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
)

// TestTheSourcePassesTheSuite holds Dataverse to what every source promises.
func TestTheSourcePassesTheSuite(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 130}})
	sample := coretest.Sample{
		New: func(t *testing.T) core.Source {
			return connect(t, e, func(c *Config) { c.PageSize = 30 })
		},
		Table:  "account",
		Fields: []string{"accountid", "name", "revenue", "statecode", "createdon", "ownerid", "primarycontactid", "description", "donotemail", "versionnumber"},
		Filter: "statecode eq 0",
	}
	described, err := sample.New(t).Describe(t.Context(), "account")
	if err != nil {
		t.Fatal(err)
	}
	table := e.World.Table("account")
	for i := range e.World.Positions(table) {
		row, ok := e.World.Row(table, i)
		if !ok {
			continue
		}
		rec := core.Record{Key: row.Key}
		for _, f := range sample.Fields {
			rec.Values = append(rec.Values, wanted(row.Cells[table.Column(f).Index], described.Field(f)))
		}
		sample.Records = append(sample.Records, rec)
		if row.Cells[table.Column("statecode").Index].N == 0 {
			sample.Filtered = append(sample.Filtered, row.Key)
		}
	}
	coretest.Source(t, sample)
}
