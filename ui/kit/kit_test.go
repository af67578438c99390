package kit_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

func TestNumbersHaveSeparators(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 12: "12", 999: "999", 1000: "1,000", 4812: "4,812", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := kit.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestTimesAreSaidAsPeopleSayThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than a second", 9 * time.Second: "9 s", 266 * time.Second: "4 min 26 s", 3720 * time.Second: "1 h 2 min",
	} {
		if got := kit.Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
	now := time.Date(2026, 11, 21, 17, 40, 0, 0, time.Local)
	if got := kit.When(now.Add(-time.Hour), now); got != "today 16:40" {
		t.Errorf("When = %q", got)
	}
	if got := kit.When(now.AddDate(0, 0, -1), now); got != "yesterday 17:40" {
		t.Errorf("When = %q", got)
	}
	if got := kit.Clock(74 * time.Second); got != "1:14" {
		t.Errorf("Clock = %q", got)
	}
	if got := kit.Rate(6.87); got != "412 a minute" {
		t.Errorf("Rate = %q", got)
	}
}

func TestCountsSayHowTrueTheyAre(t *testing.T) {
	for want, c := range map[string]core.Count{
		"4,812 records": {N: 4812, Truth: core.Exact}, "more than 50,000 records": {N: 50000, Truth: core.AtLeast}, "at least 5,000 records": {N: 5000, Truth: core.AtLeast},
		"about 120 records": {N: 120, Truth: core.About}, "1 record": {N: 1, Truth: core.Exact}, "not counted yet": {},
	} {
		if got := kit.Records(c); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSumsAreShownAsTheyAddUp(t *testing.T) {
	c := importer.Counts{Read: 2983, Created: 2411, Updated: 530, Unchanged: 29, Refused: 13}
	if got := kit.Sum(c); got != "read 2,983 = 2,411 + 530 + 29 + 13" {
		t.Errorf("got %q", got)
	}
	if !c.Balanced() {
		t.Error("a sum that is right is called wrong")
	}
	c.Read++
	if c.Balanced() {
		t.Error("a sum that is wrong is called right")
	}
}

func TestOddTextsStayInsideTheirRoom(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.New(look.Light))
	for _, words := range []string{
		strings.Repeat("Donaudampfschifffahrtsgesellschaft", 8), "النظام الجديد للعملاء في المنطقة الشرقية",
		strings.Repeat("生産管理", 20), "🚢🚢🚢 👩‍👩‍👧‍👦 Fabrikam", "line\nbreak\tand\x00zero", "",
	} {
		p := kit.Para(words)
		p.Resize(fyne.NewSize(120, 10))
		p.Resize(fyne.NewSize(120, p.MinSize().Height))
		drawn := ""
		for _, o := range test.WidgetRenderer(p).Objects() {
			drawn += "x"
			if h := o.Position().Y + o.Size().Height; h > p.Size().Height+1 {
				t.Errorf("%q is drawn below its room", words)
			}
		}
		if drawn == "" {
			t.Errorf("%q is not drawn at all", words)
		}
		line := kit.NewElided(words, kit.Style{})
		line.Resize(fyne.NewSize(60, 20))
		if len([]rune(words)) > 30 && !line.Cut() {
			t.Errorf("%q is not cut", words)
		}
	}
}

func TestAButtonThatIsOffSaysWhyAndDoesNothing(t *testing.T) {
	test.NewTempApp(t)
	taps := 0
	b := kit.Primary("Import", func() { taps++ })
	w := test.NewTempWindow(t, b)
	b.Unless("Sign in first.")
	test.Tap(b)
	if taps != 0 || b.Why() != "Sign in first." || !b.Disabled() {
		t.Errorf("taps %d, why %q", taps, b.Why())
	}
	b.Unless("")
	w.Canvas().Focus(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if taps != 2 {
		t.Errorf("Enter and Space pressed it %d times", taps)
	}
}

func TestASheetNeverGivesTheFocusToWhatTakesAway(t *testing.T) {
	test.NewTempApp(t)
	w := test.NewTempWindow(t, kit.Column(0))
	w.Resize(fyne.NewSize(600, 400))
	deleted, cancelled := 0, 0
	cancel := kit.Plain("Cancel", func() { cancelled++ })
	s := kit.ShowSheet(w.Canvas(), kit.SheetJob{Title: "Delete?", Buttons: []fyne.CanvasObject{cancel, kit.Danger("Delete", func() { deleted++ })}})
	if w.Canvas().Focused() != cancel {
		t.Errorf("the focus is on %v", w.Canvas().Focused())
	}
	s.Enter()
	if deleted != 0 || cancelled != 1 {
		t.Errorf("Enter deleted %d times and cancelled %d times", deleted, cancelled)
	}
	s.Close()
	s = kit.ShowSheet(w.Canvas(), kit.SheetJob{Title: "Delete?", Buttons: []fyne.CanvasObject{kit.Danger("Delete", func() { deleted++ })}})
	if s.Enter(); deleted != 0 || w.Canvas().Focused() != nil {
		t.Errorf("alone it has the focus, or Enter deleted %d times", deleted)
	}
}

func TestATipComesOverWhatIsPointedAt(t *testing.T) {
	test.NewTempApp(t)
	b := kit.Plain("Import", nil)
	b.Unless("Sign in first.")
	w := test.NewTempWindow(t, kit.WithTips(kit.Column(0, b)))
	w.Resize(fyne.NewSize(400, 200))
	b.MouseIn(nil)
	if !strings.Contains(test.RenderObjectToMarkup(w.Canvas().Content()), "Sign in first.") {
		t.Error("no tip is shown")
	}
	b.MouseOut()
	if strings.Contains(test.RenderObjectToMarkup(w.Canvas().Content()), "Sign in first.") {
		t.Error("the tip stays")
	}
}

func TestEscapeClosesASheetAlsoFromAField(t *testing.T) {
	test.NewTempApp(t)
	w := test.NewTempWindow(t, kit.WithTips(kit.Column(0)))
	field := kit.NewEntry("Name", "")
	closed := false
	kit.ShowSheet(w.Canvas(), kit.SheetJob{Title: "A sheet", Body: field, Focus: field, Closed: func() { closed = true }})
	if w.Canvas().Focused() != fyne.Focusable(field) {
		t.Fatal("the field has no focus")
	}
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !closed || w.Canvas().Overlays().Top() != nil {
		t.Error("Escape did not close the sheet")
	}
}

func TestAFormIsDrawnFromItsSettings(t *testing.T) {
	test.NewTempApp(t)
	settings := []core.Setting{
		{Name: "file", Title: "File", Kind: core.SettingFile, Required: true, Main: true},
		{Name: "rows", Title: "Rows at once", Kind: core.SettingNumber, Default: "100"},
		{Name: "wide", Title: "Wide", Kind: core.SettingSwitch, Default: "true"},
		{Name: "kind", Title: "Kind", Kind: core.SettingChoice, Choices: []string{"a", "b"}, Default: "b"},
		{Name: "password", Title: "Password", Kind: core.SettingSecret},
	}
	f := kit.NewForm(settings, map[string]string{}, kit.FormCalls{File: func(_ string, picked func(string)) { picked("/tmp/x.db") }})
	if f.Lacks() == "" {
		t.Error("an empty required field is no reason")
	}
	f.First().(*kit.Entry).SetText(" /tmp/y.db ")
	got := f.Values()
	want := map[string]string{"file": "/tmp/y.db", "rows": "100", "wide": "true", "kind": "b"}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s = %q, want %q", k, got[k], v)
		}
	}
	if _, leaked := got["password"]; leaked || f.Lacks() != "" {
		t.Errorf("values %v, lacks %q", got, f.Lacks())
	}
}

func TestWhatIsCopiedForTheAdminHoldsNoValue(t *testing.T) {
	text := kit.ForAdmin(&core.Fault{Code: "x.y", Cause: "No user.", Remedy: "Make one.", Details: "AADSTS1",
		Subject: core.Subject{Table: "account", Key: "k-123", Value: "Ada's salary"}}, [][2]string{{"Environment", "https://a"}, {"Tenant", ""}}, "2026-11-21 16:40:00")
	for _, want := range []string{"No user.", "Make one.", "AADSTS1", "x.y", "https://a", "2026-11-21 16:40:00"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
	for _, not := range []string{"salary", "k-123", "Tenant"} {
		if strings.Contains(text, not) {
			t.Errorf("holds %q", not)
		}
	}
}
