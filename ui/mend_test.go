package ui_test

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui"
	"ferry/ui/uitest"
)

func waitsStage(t *testing.T, m uitest.Mending) (*uitest.Engine, *uitest.Stage) {
	t.Helper()
	e := uitest.Works()
	e.Mends = m
	refused := uitest.Refused()
	refused.Run = "r1"
	e.History = []importer.Receipt{refused}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project, o.Documents = uitest.Contoso(), t.TempDir() })
	s.Tap("Import")
	s.Sees("Fix and retry")
	return e, s
}

func TestFixAndRetryIsTheStrongButtonWhileSomethingWaits(t *testing.T) {
	e, s := waitsStage(t, uitest.Waits(6))
	s.Sees("9 records of the import of")
	s.Press(fyne.KeyReturn)
	s.Sees("By cause")
	if e.Called("Import") != 0 {
		t.Error("something was imported")
	}
	for _, words := range []string{"A value is larger than the file can hold.", "4 refused", "2 refused", "2 unsure", "1 waiting", "Fabrikam 0  ·  account", "Retry all"} {
		s.Sees(words)
	}
	s.Press(fyne.KeyEscape)
	s.Sees("Import everything")
	s.SeesNot("By cause")

	e = uitest.Works()
	s = uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Sees("Import everything")
	s.SeesNot("Fix and retry")
}

func TestWhatWaitsIsRetriedWholeByCauseOrAlone(t *testing.T) {
	e, s := waitsStage(t, uitest.Waits(6))
	e.Receipt = uitest.Done()
	e.Receipt.Retries = "r1"
	s.Tap("Fix and retry")
	s.Tap("Retry all")
	s.Sees("Retried: every record is settled")
	if r := e.LastRequest; r.Retry == nil || r.Retry.Run != "r1" || !r.Retry.Only.All() || len(r.Tables) != 2 || r.Limit != 0 {
		t.Errorf("%+v", r)
	}

	e, s = waitsStage(t, uitest.Waits(6))
	s.Tap("Fix and retry")
	s.Tap("Retry these")
	s.Until(func() bool { return e.Called("Import") == 1 })
	if r := e.LastRequest; r.Retry == nil || len(r.Retry.Only.Causes) != 1 || r.Retry.Only.Causes[0].Code == "" {
		t.Errorf("%+v", r.Retry)
	}

	e, s = waitsStage(t, uitest.Waits(6))
	s.Tap("Fix and retry")
	s.TapRow("Fabrikam 0  ·  account")
	s.Tap("Retry this one")
	s.Until(func() bool { return e.Called("Import") == 1 })
	if r := e.LastRequest.Retry; r == nil || len(r.Only.Records) != 1 || r.Only.Records[0] != (importer.WaitsFor{Mapping: "account", Key: e.Mends.Rows[0].Key}) {
		t.Errorf("%+v", r)
	}
}

func TestARecordIsOpenedAndItsValueMended(t *testing.T) {
	e, s := waitsStage(t, uitest.Waits(6))
	s.Tap("Fix and retry")
	s.TapRow("Fabrikam 0  ·  account")
	s.Sees("In Dynamics 365 now")
	s.SeesNot("telephone1")
	s.Tap("Show all 4 fields")
	s.Sees("telephone1")
	s.Tap("Mend")
	s.Type("Value for name", "Fab")
	if why := s.Why("Retry this one"); !strings.Contains(why, "first") {
		t.Errorf("a value that is being typed would be lost: %q", why)
	}
	s.Tap("Use this value")
	s.Sees("Mended. It holds as long as Dynamics has the value beside it.")
	key := e.Mends.Rows[0].Key
	if e.Mends.Mended[key+" name"] != "Fab" {
		t.Errorf("%v", e.Mends.Mended)
	}
	s.Sees("mended")
	s.Tap("Withdraw")
	s.Until(func() bool { return e.Called("Examine") == 3 })
	s.Drain()
	s.SeesNot("Mended. It holds as long as Dynamics has the value beside it.")
	if len(e.Mends.Mended) != 0 {
		t.Errorf("%v", e.Mends.Mended)
	}
	e.Fail = map[string]error{"Mend": &core.Fault{Kind: core.Wrong, Code: "importer.mended-not-taken", Owner: core.You, Cause: "This field does not take that value.", Remedy: "Write a number."}}
	s.Tap("Mend")
	s.Type("Value for name", "x")
	s.Tap("Use this value")
	s.Sees("This field does not take that value.")
	s.Sees("Use this value")
}

// How long it takes is said of the records that are retried, not of the whole table.
func TestTheSheetBeforeARetryCountsWhatIsRetried(t *testing.T) {
	e := uitest.Works()
	e.Mends = uitest.Waits(6)
	s := uitest.Open(t, e, func(o *ui.Options) { toHalo(e, o) })
	s.Tap("Import")
	s.Tap("Fix and retry")
	s.TapRow("Fabrikam 0  ·  account")
	s.Tap("Retry this one")
	s.Sees("One record that an earlier import left over is read again and written.")
	s.Until(func() bool { return e.Called("ForecastImport") == 1 })
	if n := e.Places.Foreseen; len(n) != 1 || n["customers"] != 1 {
		t.Errorf("asked how long %v takes", n)
	}
	s.Tap("Cancel")
	s.Tap("Retry all")
	s.Sees("9 records that an earlier import left over")
}

func TestHiddenValuesStayHiddenInWhatWaits(t *testing.T) {
	_, s := waitsStage(t, uitest.Waits(6))
	s.Tap("Fix and retry")
	s.Sees("Fabrikam 0  ·  account")
	s.Tap("Hide values")
	s.SeesNot("Fabrikam 0  ·  account")
	s.TapRow("•••  ·  account")
	s.Sees("In Dynamics 365 now")
	s.SeesNot("Fabrikam 0")
	s.Tap("Mend")
	if got := s.Field("Value for name").Text; got != "" {
		t.Errorf("a hidden value is offered: %q", got)
	}
}

func TestAPersonSaysWhetherAnUnsureRecordIsThere(t *testing.T) {
	e, s := waitsStage(t, uitest.Waits(6))
	nothing, hits := e.Mends.Rows[6].Key, e.Mends.Rows[7].Key
	s.Tap("Fix and retry")
	s.TapRow("Northwind  ·  account")
	s.Sees("It carries the record's id.")
	s.Tap("It is this one")
	s.Sees("You said: it is there, as c-4711. The next retry takes it off the list.")
	if v := e.Mends.Verdicts[hits]; v == nil || !v.There || v.ID != "c-4711" {
		t.Errorf("%+v", v)
	}
	s.Tap("Take that back")
	s.Sees("It is not there: send it")
	s.Press(fyne.KeyEscape)
	s.TapRow("Adventure Works  ·  account")
	s.Sees("Ferry looked for it just now and found nothing. That does not prove that it is not there.")
	s.Tap("It is not there: send it")
	s.Sees("You said: it is not there. The next retry sends it, unless Ferry finds it.")
	if v := e.Mends.Verdicts[nothing]; v == nil || v.There {
		t.Errorf("%+v", v)
	}
	s.Press(fyne.KeyEscape)
	s.Sees("send it")
}

func TestTheMappingOpensWhereTheCauseIsMended(t *testing.T) {
	e := uitest.MapsInto(nil)
	e.Mends = uitest.Waits(6)
	e.Mends.List.Groups = e.Mends.List.Groups[:1] // a name that is too long
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Tap("Fix and retry")
	s.Tap("Open the mapping")
	s.Sees("Account Name to name") // the field is open
}

func TestTheListIsNarrowedSearchedAndExported(t *testing.T) {
	e, s := waitsStage(t, uitest.Waits(6))
	s.Tap("Fix and retry")
	s.Tap("Show")
	s.Sees("Fabrikam 0  ·  account")
	s.Sees("Only: A value is larger than the file can hold.")
	s.Sees("4 records")
	s.Tap("Show all")
	s.Type("Search records", "000000000003")
	s.Sees("1 record")
	s.Type("Search records", "brikam 4")
	s.Sees("1 record")
	s.Sees("Fabrikam 4  ·  account")
	s.Tap("Export…")
	s.Type("File", filepath.Join(t.TempDir(), "refused.xlsx"))
	s.Tap("Save")
	s.Until(func() bool { return e.Called("SaveRunReport") == 1 })
	if r := e.LastReport; !r.Refused || r.Run != "r1" || !strings.HasSuffix(r.Path, ".xlsx") || r.Waits == nil || r.Waits.Run != "r1" || r.Waits.Text != "brikam 4" {
		t.Errorf("%+v", r)
	}
}

// What was kept of names when records were refused is seen without asking Dynamics, which may not be there.
func TestNamesThatWereKeptAreSeenWithoutAConnection(t *testing.T) {
	e, s := waitsStage(t, uitest.Waits(6))
	e.Mends.Names = nil
	s.Tap("Fix and retry")
	s.Sees("Fabrikam 0  ·  account")
	if words := s.Field("Search records").PlaceHolder; words != "Search by name, id, field or reason" {
		t.Errorf("the search says %q", words)
	}
	s.Tap("Hide values")
	s.SeesNot("Fabrikam 0  ·  account")
}

func TestANewerListIsLedTo(t *testing.T) {
	m := uitest.Waits(3)
	for i := range m.List.Groups {
		m.List.Groups[i].Overtaken = "r2"
	}
	e := uitest.Works()
	e.Mends = m
	refused := uitest.Refused()
	refused.Run = "r1"
	e.History = []importer.Receipt{refused}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Tap("Fix and retry")
	s.Sees("A newer import has read these records once more.")
	if why := s.Why("Retry all"); !strings.Contains(why, "newer import") {
		t.Errorf("it can be retried: %q", why)
	}
	s.Press(fyne.KeyEscape)
	s.Sees("Receipt")
}

func TestARetryThatWasStoppedGoesOnAsOne(t *testing.T) {
	e := uitest.Works()
	stopped := uitest.Stopped()
	stopped.Retries = "r1"
	e.History = []importer.Receipt{stopped}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Tap("Go on")
	s.Until(func() bool { return e.Called("Import") == 1 })
	if r := e.LastRequest.Retry; r == nil || r.Run != "r1" {
		t.Errorf("%+v", r)
	}
	s.Tap("History")
	s.Sees("Retry: ")
}

// A hundred thousand refused records scroll: the window reads those that are seen, and lets go of those that are not.
func TestAHundredThousandRefusedRecordsScroll(t *testing.T) {
	const many = 100_000
	e, s := waitsStage(t, uitest.Waits(many))
	s.Tap("Fix and retry")
	s.Sees("Fabrikam 0  ·  account")
	s.Sees("100,003 records")
	if e.Mends.Read > 240 {
		t.Errorf("%d records were read to show the first", e.Mends.Read)
	}
	s.Type("Search records", "000000099999")
	s.Sees("Fabrikam 99999  ·  account")
	if e.Mends.Read > 500 {
		t.Errorf("%d records were read to find one", e.Mends.Read)
	}
}
