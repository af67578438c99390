package csvtext_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"ferry/core/csvtext"
)

func TestOnlyWhatASpreadsheetWouldRunGetsAnApostrophe(t *testing.T) {
	for text, guarded := range map[string]bool{
		"": false, "Contoso": false, "1+1": false, "'quoted": false, " =1": false, "a=b": false, "12": false,
		"=1+1": true, `=HYPERLINK("http://x")`: true, "@SUM(A1)": true, "\t=1": true, "\r=1": true,
		"-12": false, "+12.50": false, "-.5": false, "-1,234,567.89": false, "+1e9": false, "-1.5E-3": false, "-12.": false,
		"+49 30 1234-567": false, "+1 (425) 555-0100": false, "+44/20.7946.0000": false, "+49(0)30/1234": false,
		"+49 30 1234 ext. 5": false, "+1 (425) 555-0100 x12": false, "+1 425 555 0100 Ext 7": false, "+14255550100x12": false, "+1-425-555-0100, ext. 4411": false, "+49 30 1234 #5": false,
		"-12,5": false, "+1.234,56": false, "-1.234.567": false, "-,5": false,
		"-": true, "+": true, "--1": true, "-1+1": true, "+1+cmd|' /C calc'!A0": true, "-2+3+cmd": true, "-A1": true, "+A1": true, "-1,23,4": true,
		"-1e": true, "-1.2.3": true, "+1e+": true, "- item": true, "+1 425 x": true, "+x12": true, "+1 x12": true, "+A1 x12": true, "+1 425 555 ext. 5+1": true, "+1 425 555 next 5": true,
		"+1 425 555 0100 x12345678": true, "-555 x12": true, "+12.34,5": true, "-1.23.4": true, "-1,2,3": true, "+=1 x12": true, "+cmd|'/C calc'!x12": true,
		"+(": true, "+12()3": true, "+(12": true, "+12)3": true,
		"+1e+-1": true, "+12": false,
	} {
		safe, changed := csvtext.Safe(text)
		want := text
		if guarded {
			want = "'" + text
		}
		if safe != want || changed != guarded {
			t.Errorf("%q becomes %q, %v", text, safe, changed)
		}
	}
}

func TestAnotherReaderReadsTheSame(t *testing.T) {
	rows := [][]string{
		{"a", "b", "c"}, {"", "", ""}, {`say "hi"`, "a,b", "two\nlines"}, {" edges ", "\u202eexe", "النظام 生産 🚢"}, {`"`, "'=1", "\ttab"},
	}
	var b bytes.Buffer
	w := csvtext.NewWriter(&b)
	w.Begin()
	for _, r := range rows {
		w.Write(r...)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), csvtext.BOM)
	if !marked || strings.Count(text, "\r\n") != len(rows) {
		t.Errorf("%q", b.String())
	}
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(got) != len(rows) {
		t.Fatal(got, err)
	}
	for i := range rows {
		if !slices.Equal(got[i], rows[i]) {
			t.Errorf("%q came back as %q", rows[i], got[i])
		}
	}
}

// Line ends within a field stay as they were, which the standard library's writer does not do.
func TestLineEndsStayAsTheyWere(t *testing.T) {
	var b bytes.Buffer
	w := csvtext.NewWriter(&b)
	w.Write("a\rb\nc\r\nd", "")
	w.Write("")
	if err := w.Flush(); err != nil || b.String() != "\"a\rb\nc\r\nd\",\r\n\"\"\r\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestADiskThatIsFullIsTold(t *testing.T) {
	w := csvtext.NewWriter(full{})
	w.Write(strings.Repeat("x", 10_000))
	if err := w.Flush(); !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}

func FuzzWhatIsSafeStartsNoFormula(f *testing.F) {
	for _, s := range []string{"=1", "+1", "-x", "\t", "+1e-5", "+(1)2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		safe, changed := csvtext.Safe(text)
		if again, twice := csvtext.Safe(safe); changed && (again != safe || twice) || strings.TrimPrefix(safe, "'") != strings.TrimPrefix(text, "'") {
			t.Errorf("%q, %q, %q", text, safe, again)
		}
		if safe != "" && strings.ContainsAny(safe[:1], "=@\t\r") || strings.ContainsAny(safe, "|!=") && strings.ContainsAny(safe[:1], "+-") {
			t.Errorf("%q could run", safe)
		}
	})
}
