package postgres

import (
	"strings"
	"testing"
	"time"

	"ferry/core"
)

func TestARowIsWrittenAsCopyReadsIt(t *testing.T) {
	p := core.Plan{Table: "account", Key: "accountid", Columns: []core.Column{
		{Name: "a", Type: core.ColumnText}, {Name: "b", Type: core.ColumnDecimal}, {Name: "c", Type: core.ColumnDateTime}, {Name: "d", Type: core.ColumnBytes},
		{Name: "e", Type: core.ColumnJSON}, {Name: "f", Type: core.ColumnText},
	}}
	l, f := encode(p, 7, &core.Record{Key: "k\\1", Values: []core.Value{
		core.Text("a\tb\nc\rd\\e\\N"), core.Decimal("1.1000"), core.Time(time.Date(1, 2, 3, 4, 5, 6, 123_456_789, time.UTC)), core.Bytes([]byte{0, 255}),
		core.Choices(1, 9), core.Null(),
	}})
	if want := "7\t\\N\tk\\\\1\ta\\tb\\nc\\rd\\\\e\\\\N\t1.1000\t0001-02-03T04:05:06.123456Z\t\\\\x00ff\t[1,9]\t\\N\n"; f != nil || string(l.text) != want {
		t.Errorf("written is %q, want %q, %v", l.text, want, f)
	}
	l, f = encode(p, 8, &core.Record{Key: "k", Values: make([]core.Value, 6)})
	if want := "8\t111111\tk\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n"; f != nil || string(l.text) != want || !l.part {
		t.Errorf("a row without anything is written as %q, %v", l.text, f)
	}
}

func TestWhatCannotBeHeldIsRefusedAlone(t *testing.T) {
	p := core.Plan{Table: "account", Key: "accountid", Columns: []core.Column{{Name: "a", Type: core.ColumnText}}}
	for code, r := range map[string]core.Record{
		"no-key":            {Values: []core.Value{core.Null()}},
		"zero-character":    {Key: "k", Values: []core.Value{core.Text("a\x00b")}},
		"not-text":          {Key: "k", Values: []core.Value{core.Text("a\xffb")}},
		"date-out-of-range": {Key: "k", Values: []core.Value{core.Time(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}},
		"too-big":           {Key: "k", Values: []core.Value{core.Text(strings.Repeat("x", maxValue+1))}},
	} {
		_, f := encode(p, 0, &r)
		if f == nil || f.Code != "postgres."+code || f.Kind != core.BadRecord || f.Subject.Table != "account" || f.Subject.Key != r.Key {
			t.Errorf("%s: told is %+v", code, f)
		}
		if f != nil && r.Key != "" && f.Subject.Field != "a" {
			t.Errorf("%s: the column is not named", code)
		}
	}
}

func TestNamesAreCutWhereTheServerCutsThem(t *testing.T) {
	if got := cut(strings.Repeat("a", 70)); len(got) != 63 {
		t.Errorf("cut to %d bytes", len(got))
	}
	if got := cut(strings.Repeat("é", 40)); got != strings.Repeat("é", 31) {
		t.Errorf("a letter is cut in two: %q", got)
	}
	if got := quote(`a"b`); got != `"a""b"` {
		t.Errorf("quoted is %s", got)
	}
	if got := string(array([]string{`a"b\c`, ""})); got != `{"a\"b\\c",""}` {
		t.Errorf("the list is %s", got)
	}
}

func TestPlansThatNoDatabaseCanHoldAreRefused(t *testing.T) {
	long := strings.Repeat("x", 63)
	many := make([]core.Column, maxColumns)
	for i := range many {
		many[i].Name = string(rune('a'+i%26)) + strings.Repeat("y", i/26)
	}
	column := func(names ...string) (all []core.Column) {
		for _, n := range names {
			all = append(all, core.Column{Name: n})
		}
		return all
	}
	for code, p := range map[string]core.Plan{
		"reserved-name":    {Table: "_ferry_batch", Key: "id"},
		"too-many-columns": {Table: "t", Key: "id", Columns: many},
		"bad-name":         {Table: "t", Key: "id", Columns: column("a\x00")},
		"same-column":      {Table: "t", Key: "id", Columns: column("a", "a")},
		"same-beginning":   {Table: "t", Key: "id", Columns: column(long+"1", long+"2")},
		"reserved-column":  {Table: "t", Key: "id", Columns: column("xmin")},
	} {
		if err := possible(p); err == nil || core.AsFault(err).Code != "postgres."+code {
			t.Errorf("%s: told is %v", code, err)
		}
	}
	if err := possible(core.Plan{Table: long + "1", Key: "id", Columns: column(long+"1", "A", "a")}); err != nil {
		t.Errorf("long names and capital letters are no mistake: %v", err)
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("postgres://ada@db/crm?sslmode=require")
	f.Fuzz(func(t *testing.T, words string) {
		to, err := parse(map[string]string{"address": words})
		if err == nil && (to.host == "" || to.encryption == automatic || to.port == 0) {
			t.Errorf("%q is read as %+v", words, to)
		}
		if err != nil && core.AsFault(err).Kind == core.Bug {
			t.Errorf("%q: %v", words, err)
		}
	})
}

func TestAListOfLabelsIsNoListOfCodes(t *testing.T) {
	for text, want := range map[string]core.Kind{"[1, 9]": core.KindChoices, "[]": core.KindChoices, "[null]": core.KindText, `["a", null]`: core.KindText, "[1, null]": core.KindText} {
		if got := read([]byte(text), core.ColumnJSON); got.Kind() != want {
			t.Errorf("%s is read as %v", text, got.Kind())
		}
	}
}
