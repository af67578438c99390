package importer_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
)

// keptTrack makes a source tell what changed in a table.
func keptTrack(d coretest.Data) coretest.Data {
	d.Table.Tracked = true
	return d
}

// since reports whether only changes were read of a table.
func since(t *testing.T, r importer.Receipt, table string) bool {
	return !sum(t, r, table).Since.IsZero()
}

func TestAMarkIsTakenBeforeTheFirstRecordAndTheNextRunReadsJustWhatChanged(t *testing.T) {
	d := newFileDesk(t, keptTrack(things(60)))
	d.job.Mappings = policed(remove, mark)
	first := d.imports()
	if since(t, first, "thing") || !sum(t, first, "thing").Marked {
		t.Errorf("the first import: %+v", first.Tables)
	}
	data := keptTrack(things(60, 3))
	data.Records[7].Values[1] = core.Text("Renamed")
	data.Records[9].Values[2] = core.Text("out")
	data.Add(key("thing", 90), core.Text("New"), core.Text("in"))
	d.source.Set(data)
	reads := len(d.source.Reads())
	r := d.imports()
	wants(t, r, "thing", importer.Counts{Created: 1, Updated: 2, Removed: 1})
	if !since(t, r, "thing") || r.Reason != "" {
		t.Errorf("reason %q, %+v", r.Reason, r.Tables)
	}
	for _, q := range d.source.Reads()[reads:] {
		if q.Keys == nil {
			t.Errorf("it was asked for %+v", q)
		}
	}
	reads = len(d.source.Reads())
	if r := d.imports(); sum(t, r, "thing").Read != 0 || len(d.source.Reads()) != reads {
		t.Errorf("nothing changed, and it read %+v", r.Tables)
	}
}

func TestAChangeDuringTheFirstLoadIsNotMissed(t *testing.T) {
	d := newFileDesk(t, keptTrack(things(60)))
	d.source.BeforePage = func(_ context.Context, n int, _ core.Page) error {
		if n == 3 { // the first page was read already
			data := keptTrack(things(60))
			data.Records[0].Values[1] = core.Text("Renamed")
			d.source.Set(data)
		}
		return nil
	}
	d.imports()
	d.source.BeforePage = nil
	wants(t, d.imports(), "thing", importer.Counts{Updated: 1})
	if n := d.sql("SELECT count(*) FROM thing WHERE name = 'Renamed'"); n[0] != "1" {
		t.Error("the change did not arrive")
	}
}

func TestWhatMakesAnImportReadEverythingAgainAndSayWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *fileDesk, data *coretest.Data)
		says   string
	}{
		"the source forgot":       {func(d *fileDesk, _ *coretest.Data) { d.source.Forgotten = true }, "does not tell any more"},
		"somebody asked":          {func(d *fileDesk, _ *coretest.Data) { d.job.Full = true }, "You asked"},
		"the filter changed":      {func(d *fileDesk, _ *coretest.Data) { d.job.Mappings[0].Filter = "" }, "mapping of"},
		"the mapping has more":    {func(d *fileDesk, _ *coretest.Data) { d.job.Mappings[0].Columns[0].MayEmpty = false }, "mapping of"},
		"the rights are smaller":  {func(_ *fileDesk, data *coretest.Data) { data.Table.Rights.Read = core.DepthUnit }, "rights"},
		"the rights are not told": {func(_ *fileDesk, data *coretest.Data) { data.Table.Rights = core.Rights{} }, "did not say"},
		"a choice was renamed": {func(_ *fileDesk, data *coretest.Data) {
			data.Table.Fields = slices.Clone(data.Table.Fields)
			data.Table.Fields[2].Options = []core.Option{{Code: 1, Label: "Other"}}
		}, "choices"},
		"the journal is lost": {func(d *fileDesk, _ *coretest.Data) {
			d.job.Journal = open(d.t, filepath.Join(d.t.TempDir(), "journal.db"))
		}, "not known here"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newFileDesk(t, keptTrack(things(40)))
			d.job.Mappings = policed(mapping.Policy{}, mapping.Policy{})
			d.imports()
			if r := d.imports(); !since(t, r, "thing") {
				t.Fatalf("without need: %+v", r)
			}
			data := keptTrack(things(40))
			c.change(&d, &data)
			d.source.Set(data)
			r := d.imports()
			if since(t, r, "thing") || !strings.Contains(r.Reason, c.says) {
				t.Errorf("reason %q, %+v", r.Reason, r.Tables)
			}
			wants(t, r, "thing", importer.Counts{Unchanged: 40})
			d.source.Forgotten, d.job.Full = false, false
			if r := d.imports(); since(t, r, "thing") == strings.Contains(name, "smaller") || r.Reason != "" {
				t.Errorf("the time after: reason %q, %+v", r.Reason, r.Tables)
			}
		})
	}
}

func TestSmallerRightsAndAHiddenColumnTakeNothingAway(t *testing.T) {
	d := newFileDesk(t, keptTrack(things(30)))
	d.job.Mappings = policed(remove, remove)
	d.job.Mappings[0].Columns[1].MayEmpty = true
	d.imports()
	less := things(20)
	less.Table.Tracked, less.Table.Rights.Read = true, core.DepthUser
	less.Table.Fields = slices.Clone(less.Table.Fields)
	less.Table.Fields[1].Secured, less.Table.Fields[1].Readable = true, false
	for i := range less.Records {
		less.Records[i].Values[1] = core.Null() // as Dynamics gives what it hides
	}
	d.source.Set(less)
	r := d.imports()
	if n := d.sql("SELECT count(*) FROM thing WHERE name LIKE 'Thing %'"); n[0] != "30" {
		t.Errorf("%s rows have their name", n)
	}
	told := strings.Join(sum(t, r, "thing").Notes, " ")
	if !strings.Contains(r.Reason, "rights") || !strings.Contains(r.Reason, "may still read") || !strings.Contains(told, "hides") || !strings.Contains(told, "name") {
		t.Errorf("reason %q, notes %q", r.Reason, told)
	}
	wants(t, r, "thing", importer.Counts{Unchanged: 20})

	// It stays so: the rights are those of the last import, and smaller than those with which the rows were read.
	for range 2 {
		r = d.imports()
		wants(t, r, "thing", importer.Counts{Unchanged: 20})
		if n := d.sql("SELECT count(*) FROM thing"); n[0] != "30" || !strings.Contains(r.Reason, "may still read") {
			t.Errorf("%s rows, reason %q", n, r.Reason)
		}
	}

	// The rights come back: everything is read, and then changes are enough again.
	d.source.Set(keptTrack(things(30, 4)))
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 29, Removed: 1})
	if r := d.imports(); !since(t, r, "thing") || len(sum(t, r, "thing").Notes) > 0 {
		t.Errorf("afterwards: %+v", r)
	}
}

func TestAFieldOfWhichNobodyTellsWhetherItIsHiddenEmptiesNothing(t *testing.T) {
	d := newFileDesk(t, keptTrack(things(30)))
	d.job.Mappings[0].Columns[0].MayEmpty = true
	d.imports()
	veiled := keptTrack(things(30))
	veiled.Table.Fields = slices.Clone(veiled.Table.Fields)
	veiled.Table.Fields[1].Secured, veiled.Table.Fields[1].Veiled = true, true
	for i := range veiled.Records {
		veiled.Records[i].Values[1] = core.Null()
	}
	d.source.Set(veiled)
	r := d.imports()
	if n := d.sql("SELECT count(*) FROM thing WHERE name LIKE 'Thing %'"); n[0] != "30" {
		t.Errorf("%s rows have their name", n)
	}
	if told := strings.Join(sum(t, r, "thing").Notes, " "); !strings.Contains(told, "may hide these fields") || !strings.Contains(told, "name") {
		t.Errorf("notes %q", told)
	}

	// The veil is lifted: everything is read once more, and what is empty is.
	open := keptTrack(things(30))
	open.Records[4].Values[1] = core.Null()
	d.source.Set(open)
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 29, Updated: 1})
}

func TestRefusedRecordsJoinTheNextImportOfChanges(t *testing.T) {
	d := newFileDesk(t, keptTrack(things(20)))
	d.job.Mappings = defaults(things(0))
	d.job.Mappings[0].Columns[0].NotNull = true
	data := keptTrack(things(20))
	data.Records[4].Values[1] = core.Null()
	d.source.Set(data)
	wants(t, d.imports(), "thing", importer.Counts{Created: 19, Refused: 1})
	wants(t, d.imports(), "thing", importer.Counts{Refused: 1})
	wants(t, d.imports(), "thing", importer.Counts{Refused: 1})
	data = keptTrack(things(20))
	d.source.Set(data)
	wants(t, d.imports(), "thing", importer.Counts{Created: 1})
	wants(t, d.imports(), "thing", importer.Counts{})
}

func TestWhatTheBrakeHeldBackIsStillOfferedAfterChangesWereRead(t *testing.T) {
	d := newFileDesk(t, keptTrack(things(200)))
	d.job.Mappings = policed(remove, mapping.Policy{})
	d.imports()
	d.source.Set(keptTrack(things(120)))
	r := d.imports()
	wants(t, r, "thing", importer.Counts{})
	if !strings.Contains(r.Reason, "80 of 200") || !since(t, r, "thing") {
		t.Errorf("reason %q", r.Reason)
	}
	d.job.Retire = map[string]int64{"thing": 80}
	wants(t, d.imports(), "thing", importer.Counts{Read: 80, Removed: 80})
	if n := d.sql("SELECT count(*) FROM thing"); n[0] != "120" {
		t.Errorf("%s rows", n)
	}
}

func TestATryWithAnotherMappingIsPutRightByTheNextImport(t *testing.T) {
	d := newFileDesk(t, keptTrack(things(30)))
	d.imports()
	whole := d.job.Mappings[0]
	tried := whole
	tried.Columns = slices.Clone(whole.Columns)
	tried.Columns[0].Steps = []mapping.Step{{Name: "upper"}}
	d.job.Mappings, d.job.Limit = []mapping.Mapping{tried}, 10
	wants(t, d.imports(), "thing", importer.Counts{Updated: 10})
	d.job.Mappings, d.job.Limit = []mapping.Mapping{whole}, 0
	r := d.imports()
	wants(t, r, "thing", importer.Counts{Updated: 10, Unchanged: 20})
	if !strings.Contains(r.Reason, "mapping of") {
		t.Errorf("reason %q", r.Reason)
	}
}

func TestASecondComputerDoublesNothingAndTheFirstNoticesIt(t *testing.T) {
	d := newFileDesk(t, keptTrack(things(30)))
	d.imports()
	first := d.job.Journal
	d.job.Journal = open(t, filepath.Join(t.TempDir(), "journal.db"))
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 30})
	d.job.Journal = first
	r := d.imports()
	wants(t, r, "thing", importer.Counts{Unchanged: 30})
	if !strings.Contains(r.Reason, "Another Ferry") {
		t.Errorf("reason %q", r.Reason)
	}
	if n := d.sql("SELECT count(*) FROM thing"); n[0] != "30" {
		t.Errorf("%s rows", n)
	}
}

func TestCalculatedFieldsAndNamesOfOthersAreSaidToBeFreshOnlyInAFullImport(t *testing.T) {
	a, c := keptTrack(accounts(20)), keptTrack(contacts(20))
	a.Table.Fields[1].Derived = true
	d := newDesk(t, coretest.StoreOptions{}, a, c)
	named(d, "")
	if r := d.run(); len(sum(t, r, "account").Notes) > 0 {
		t.Errorf("the first import says %q", sum(t, r, "account").Notes)
	}
	r := d.run()
	notes := strings.Join(sum(t, r, "account").Notes, " ")
	if !since(t, r, "account") || !strings.Contains(notes, "calculates them: name") || !strings.Contains(notes, "primarycontactid") {
		t.Errorf("notes %q", notes)
	}
}
