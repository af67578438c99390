package core_test

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"ferry/core"
)

func TestAValueIsAtMost32Bytes(t *testing.T) {
	if size := unsafe.Sizeof(core.Value{}); size > 32 {
		t.Errorf("a Value has %d bytes", size)
	}
}

func TestTheZeroValueIsAbsent(t *testing.T) {
	var v core.Value
	if v.Kind() != core.KindAbsent || !v.Empty() || v == core.Null() || !core.Null().Empty() || core.Text("").Empty() {
		t.Error("absent, null and the empty text are not told apart")
	}
}

func TestValuesComeBackAsTheyWentIn(t *testing.T) {
	berlin := time.FixedZone("", 2*3600)
	for _, c := range []struct {
		name      string
		v         core.Value
		kind      core.Kind
		canonical string
	}{
		{"absent", core.Value{}, core.KindAbsent, ""},
		{"null", core.Null(), core.KindNull, ""},
		{"true", core.Bool(true), core.KindBool, "1"},
		{"false", core.Bool(false), core.KindBool, "0"},
		{"the least whole number", core.Int(math.MinInt64), core.KindInt, "-9223372036854775808"},
		{"the greatest whole number", core.Int(math.MaxInt64), core.KindInt, "9223372036854775807"},
		{"money", core.Decimal("20000.0000"), core.KindDecimal, "20000.0000"},
		{"more digits than a float has", core.Decimal("922337203685477.5807"), core.KindDecimal, "922337203685477.5807"},
		{"text", core.Text("a\x00b"), core.KindText, "a\x00b"},
		{"a time in another zone", core.Time(time.Date(2024, 7, 1, 1, 30, 0, 0, berlin)), core.KindTime, "2024-06-30T23:30:00Z"},
		{"a time with nanoseconds", core.Time(time.Date(2024, 2, 29, 23, 59, 59, 120_000_000, time.UTC)), core.KindTime, "2024-02-29T23:59:59.12Z"},
		{"the first time", core.Time(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)), core.KindTime, "0001-01-01T00:00:00Z"},
		{"the last time", core.Time(time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)), core.KindTime, "9999-12-31T23:59:59.999999999Z"},
		{"a day", core.Date(1753, 1, 1), core.KindDate, "1753-01-01"},
		{"the last day", core.Date(9999, 12, 31), core.KindDate, "9999-12-31"},
		{"a choice", core.Choice(100000001), core.KindChoice, "100000001"},
		{"choices in their order", core.Choices(9, -1, 1), core.KindChoices, "9,-1,1"},
		{"no choices", core.Choices(), core.KindChoices, ""},
		{"a reference", core.Ref("account", "a/b"), core.KindRef, "a/b"},
		{"a reference without a table", core.Ref("", "id"), core.KindRef, "id"},
		{"bytes", core.Bytes([]byte{0, 255}), core.KindBytes, "\x00\xff"},
	} {
		if c.v.Kind() != c.kind || c.v.Canonical() != c.canonical {
			t.Errorf("%s: kind %d, %q; want kind %d, %q", c.name, c.v.Kind(), c.v.Canonical(), c.kind, c.canonical)
		}
		if c.v.Empty() != (c.kind <= core.KindNull) {
			t.Errorf("%s: empty is %v", c.name, c.v.Empty())
		}
	}
	table, id := core.Ref("account", "a/b").AsRef()
	if table != "account" || id != "a/b" {
		t.Errorf("the reference is to %q, %q", table, id)
	}
	if !slices.Equal(core.Choices(9, -1).AsChoices(), []int64{9, -1}) || core.Choices().AsChoices() != nil {
		t.Error("choices change")
	}
	if b := core.Bool(true); !b.AsBool() || core.Int(1).AsBool() || core.Choice(7).AsInt() != 7 || core.Text("7").AsInt() != 0 || core.Int(7).AsText() != "" {
		t.Error("a value answers for another kind")
	}
	raw := []byte("raw")
	v := core.Bytes(raw)
	raw[0] = 'X'
	v.AsBytes()[1] = 'X'
	if string(v.AsBytes()) != "raw" {
		t.Error("bytes can be changed from outside")
	}
}

func FuzzChoicesKeepTheirCodes(f *testing.F) {
	f.Add(int64(1), int64(-5), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, a, b, c int64) {
		if got := core.Choices(a, b, c).AsChoices(); !slices.Equal(got, []int64{a, b, c}) {
			t.Errorf("%d, %d, %d become %v", a, b, c, got)
		}
		if core.Choice(a).Canonical() != strconv.FormatInt(a, 10) {
			t.Error("a choice changes")
		}
	})
}

func TestAvailableIsTheVerdictOverAllChecks(t *testing.T) {
	check := func(s core.CheckState, optional bool) core.Check { return core.Check{State: s, Optional: optional} }
	for _, c := range []struct {
		name   string
		checks []core.Check
		want   bool
	}{
		{"nothing was looked at", nil, false},
		{"all passed", []core.Check{check(core.CheckPassed, false), check(core.CheckPassed, true)}, true},
		{"a warning", []core.Check{check(core.CheckWarned, false)}, true},
		{"one failed", []core.Check{check(core.CheckPassed, false), check(core.CheckFailed, false)}, false},
		{"an optional one failed", []core.Check{check(core.CheckPassed, false), check(core.CheckFailed, true)}, true},
		{"only an optional one failed", []core.Check{check(core.CheckFailed, true)}, false},
		{"one was not tried", []core.Check{check(core.CheckPassed, false), check(core.CheckUntried, false)}, false},
		{"an optional one was not tried", []core.Check{check(core.CheckPassed, false), check(core.CheckUntried, true)}, true},
		{"one still runs", []core.Check{check(core.CheckPassed, false), check(core.CheckRunning, false)}, false},
	} {
		if got := core.Available(c.checks); got != c.want {
			t.Errorf("%s: available is %v", c.name, got)
		}
	}
}

func TestAClockIsMovedByNoTimeZone(t *testing.T) {
	far := time.FixedZone("far", 14*3600)
	c := core.Clock(time.Date(2024, 5, 1, 23, 30, 0, 5, time.FixedZone("near", -3600)))
	if got := c.In(far); got != time.Date(2024, 5, 1, 23, 30, 0, 5, time.UTC) {
		t.Errorf("a clock shows %v", got)
	}
	instant := core.Time(time.Date(2024, 5, 1, 23, 30, 0, 0, time.UTC))
	if got := instant.In(far).Format(time.DateTime); got != "2024-05-02 13:30:00" {
		t.Errorf("an instant shows %s", got)
	}
	if got := core.Date(2024, 5, 1).In(far).Format(time.DateOnly); got != "2024-05-01" {
		t.Errorf("a day became %s", got)
	}
	if !c.IsClock() || instant.IsClock() || c.Kind() != core.KindTime || c.Canonical() != "2024-05-01T23:30:00.000000005Z" {
		t.Errorf("%+v, %s", c, c.Canonical())
	}
}
