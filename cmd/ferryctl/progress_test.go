package main

import (
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
)

func TestTablesThatAreImportedAtOnceAreShownTogether(t *testing.T) {
	reading := func(name string, read, total int64) importer.TableProgress {
		return importer.TableProgress{Table: name, State: importer.Reading, Counts: importer.Counts{Read: read}, Total: core.Count{N: total, Truth: core.Exact}}
	}
	done := reading("lead", 9, 9)
	done.State = importer.Done
	p := importer.Progress{Tables: []importer.TableProgress{done, reading("account", 1500, 2000)}, Current: 1, Rate: 100, Left: 5 * time.Second}
	if got := short(p, time.Time{}); got != "account  1,500 of 2,000  [##################      ]  100 a second  5s left" {
		t.Errorf("one table: %s", got)
	}
	p.Tables = append(p.Tables, reading("contact", 500, 2000))
	if got := short(p, time.Time{}); got != "account, contact  2,000 of 4,000  [############            ]  100 a second  5s left" {
		t.Errorf("two tables: %s", got)
	}
	p.Tables = append(p.Tables, reading("task", 0, 0), reading("email", 0, 0))
	if got := atOnce(p).Table; got != "account, contact, task and 1 more" {
		t.Errorf("four tables: %s", got)
	}
}
