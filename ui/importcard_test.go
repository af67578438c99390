package ui_test

import (
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/ui"
	"ferry/ui/uitest"
)

// imported is the line of a mapping in the receipt of a whole import into the present destination.
func imported(run string, ago time.Duration, tables ...importer.TableReceipt) importer.Receipt {
	return importer.Receipt{Run: run, State: importer.Complete, To: "/home/ada/Documents/Ferry/Contoso/Contoso.db", Started: uitest.Now().Add(-ago), Tables: tables}
}

func accountsLine(digest string, marked bool) importer.TableReceipt {
	return importer.TableReceipt{Mapping: "account", Digest: digest, Table: "account", To: "account", Marked: marked, Counts: importer.Counts{Read: 4812, Created: 4812}}
}

func TestACardCountsWhatItsMappingHolds(t *testing.T) {
	m := mapping.Mapping{ID: "account", Source: "account", Table: "account", Key: "accountid", Title: "Accounts", ActiveOnly: true}
	copied := m
	copied.ID, copied.Title, copied.ActiveOnly, copied.Filter = "account-2", "Big ones", false, "revenue gt 1000000"
	e := uitest.Works()
	e.Counts["account"], e.Counts["account-2"] = core.Count{N: 77, Truth: core.Exact}, core.Count{N: 5, Truth: core.Exact}
	s := uitest.Open(t, e, func(o *ui.Options) {
		o.Project = uitest.Contoso()
		o.Project.Tables = []string{"account", "account-2", "contact"}
		o.Project.Mappings = []mapping.Mapping{m, copied}
	})
	s.Tap("Import")
	s.Sees("77 records by its filter")
	s.Sees("5 records by its filter")
	s.Sees("more than 50,000 records")
	s.SeesNot("more than 50,000 records by its filter")
}

func TestACardForeseesWhatTheNextImportReads(t *testing.T) {
	m := mapping.Mapping{ID: "account", Source: "account", Table: "account", Key: "accountid", Title: "Accounts"}
	now := mapping.Digest(mapping.Flatten(m, nil)[0])
	elsewhere := imported("r1", time.Hour, accountsLine(now, true))
	elsewhere.To = "/home/ada/Old.db"
	try := imported("r2", time.Minute, accountsLine("other", false))
	try.Limit = 10
	back := imported("r2", time.Minute, accountsLine(now, false))
	back.Undoes = "r1"
	stopped := imported("r2", time.Minute, accountsLine(now, false))
	stopped.State = importer.Abandoned
	for name, c := range map[string]struct {
		runs []importer.Receipt // newest first
		says string
	}{
		"changes":                   {[]importer.Receipt{imported("r1", time.Hour, accountsLine(now, true))}, "next: only what changed since"},
		"changes, behind a stopped": {[]importer.Receipt{stopped, imported("r1", time.Hour, accountsLine(now, true))}, "next: only what changed since"},
		"nobody can tell":           {[]importer.Receipt{imported("r1", time.Hour, accountsLine(now, false))}, "next: everything is read and compared"},
		"another mapping":           {[]importer.Receipt{imported("r1", time.Hour, accountsLine("other", true))}, "next: everything, because the mapping changed"},
		"ten tried by another":      {[]importer.Receipt{try, imported("r1", time.Hour, accountsLine(now, true))}, "next: everything, because the mapping changed"},
		"taken back":                {[]importer.Receipt{back, imported("r1", time.Hour, accountsLine(now, true))}, "next: everything, because an import was taken back"},
		"another destination":       {[]importer.Receipt{elsewhere}, "next: everything, because the destination is another one"},
		"only ten were imported ever": {[]importer.Receipt{func() importer.Receipt {
			r := try
			r.Tables = []importer.TableReceipt{accountsLine(now, false)}
			return r
		}()}, "last today"},
	} {
		e := uitest.Works()
		e.History = c.runs
		s := uitest.Open(t, e, func(o *ui.Options) {
			o.Project = uitest.Contoso()
			o.Project.Tables, o.Project.Mappings = []string{"account"}, []mapping.Mapping{m}
		})
		s.Tap("Import")
		t.Log(name)
		s.Sees(c.says)
		if name == "only ten were imported ever" {
			s.SeesNot("next:")
		}
	}
}

// A child that was imported as part of its parent is no import of the mapping that has the same table.
func TestAChildIsNotTheMappingOfItsTable(t *testing.T) {
	e := uitest.Works()
	e.History = []importer.Receipt{imported("r1", time.Hour, accountsLine("", true), importer.TableReceipt{Mapping: "account.contacts", Table: "contact", To: "contact", Counts: importer.Counts{Read: 9}})}
	s := uitest.Open(t, e, func(o *ui.Options) {
		o.Project = uitest.Contoso()
		o.Project.Tables = []string{"account", "contact"}
	})
	s.Tap("Import")
	s.Sees("4,812 read")
	s.Sees("not imported yet")
	s.SeesNot("9 read")
}

func TestOneMappingIsImportedAnewOrOpenedFromItsCard(t *testing.T) {
	e := uitest.Works()
	e.Map = uitest.MapsInto(nil).Map
	e.History = []importer.Receipt{imported("r1", time.Hour, accountsLine("", true))}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project, o.Documents = uitest.Contoso(), t.TempDir() })
	s.Tap("Import")
	s.Sees("4,812 records")
	s.Tap("More about Accounts")
	s.Tap("Import all of it anew")
	s.Sees("It adds up")
	if r := e.LastRequest; !r.Full || len(r.Tables) != 1 || r.Tables[0] != "account" {
		t.Errorf("asked was for %+v", r)
	}
	s.Tap("Close")
	s.Tap("More about Projects")
	s.Tap("Take off the list")
	s.SeesNot("new_project")
	s.Tap("More about Accounts")
	s.SeesNot("Take off the list")
	s.Tap("Open the mapping")
	s.Sees("Which records")
}
