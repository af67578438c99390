package transform

import (
	"archive/zip"
	gobuild "go/build"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// zones are all time zones that Go brings along.
func zones(t *testing.T) map[string]*time.Location {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join(gobuild.Default.GOROOT, "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	all := map[string]*time.Location{}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name], err = time.LoadLocationFromTZData(f.Name, data); err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 500 {
		t.Fatalf("only %d zones were found", len(all))
	}
	return all
}

func TestADateNeverShiftsInAnyTimeZone(t *testing.T) {
	days := []core.Value{core.Date(1753, 1, 1), core.Date(1990, 7, 14), core.Date(2011, 12, 30), core.Date(9999, 12, 30)}
	for d := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2024; d = d.AddDate(0, 0, 1) {
		days = append(days, core.Date(d.Date()))
	}
	steps := []Step{{Name: "date-only"}, {Name: "format-date"}, {Name: "read-date", Params: map[string]string{"format": "YYYY-MM-DD"}}}
	for name, zone := range zones(t) {
		c, err := Compile(steps, Env{Input: core.Field{Name: "d", Type: core.TypeDate}, Location: zone})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range days {
			if got, f := c.Apply(d, nil); f != nil || got != d {
				t.Fatalf("in %s %s becomes %s (%v)", name, Show(d), Show(got), f)
			}
		}
	}
}

func TestDateOnlyIsTheDayOnTheWallInEveryTimeZone(t *testing.T) {
	for name, zone := range zones(t) {
		c, err := Compile([]Step{{Name: "date-only"}}, Env{Input: core.Field{Name: "d", Type: core.TypeDateTime}, Location: zone})
		if err != nil {
			t.Fatal(err)
		}
		for d := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2024; d = d.AddDate(0, 0, 1) {
			// What Dynamics stores for a day in a UserLocal field: local midnight, or the first moment of a day without one.
			local := time.Date(2024, d.Month(), d.Day(), 0, 0, 0, 0, zone)
			for local.In(zone).Day() != d.Day() {
				local = local.Add(15 * time.Minute)
			}
			if got, f := c.Apply(core.Time(local), nil); f != nil || got != core.Date(d.Date()) {
				t.Fatalf("in %s the day %s becomes %s (%v)", name, d.Format(time.DateOnly), Show(got), f)
			}
		}
	}
}

func TestAClockIsMovedInNoTimeZone(t *testing.T) {
	// Both sides of midnight, and the hours that summer time skips or has twice somewhere.
	var clocks []core.Value
	for _, day := range []time.Time{time.Date(2024, 3, 10, 0, 0, 0, 0, time.UTC), time.Date(2024, 3, 31, 0, 0, 0, 0, time.UTC), time.Date(2024, 10, 27, 0, 0, 0, 0, time.UTC),
		time.Date(2024, 11, 3, 0, 0, 0, 0, time.UTC), time.Date(2011, 12, 30, 0, 0, 0, 0, time.UTC), time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)} {
		for _, minutes := range []int{0, 1, 90, 150, 12 * 60, 23*60 + 59} {
			clocks = append(clocks, core.Clock(day.Add(time.Duration(minutes)*time.Minute)))
		}
	}
	const format = "YYYY-MM-DD HH:mm"
	in := core.Field{Name: "d", Type: core.TypeDateTime, Dates: core.TimeZoneIndependent}
	field := func(name string) (int, core.Field, bool) { return 0, in, name == "d" }
	for name, zone := range zones(t) {
		own := map[string]string{"zone": name}
		if name == "Factory" || name == "Local" {
			own = nil
		}
		chains := map[string][]Step{
			"date-only": {{Name: "date-only"}}, "date-only of its own zone": {{"date-only", own}},
			"format-date":  {{Name: "format-date", Params: with(own, "format", format)}},
			"template":     {{Name: "template", Params: map[string]string{"template": "{{d}}"}}},
			"first-filled": {{Name: "first-filled", Params: map[string]string{"fields": "d"}}, {Name: "date-only"}},
		}
		for what, steps := range chains {
			c, err := Compile(steps, Env{Input: in, Location: zone, Field: field})
			if err != nil {
				t.Fatalf("%s: %v", what, core.AsFault(err).Remedy)
			}
			for _, v := range clocks {
				want := core.Date(v.AsTime().Date())
				if what == "format-date" || what == "template" {
					want = core.Text(v.AsTime().Format("2006-01-02 15:04"))
				}
				if got, f := c.Apply(v, []core.Value{v}); f != nil || got != want {
					t.Fatalf("in %s, by %s, %s becomes %s (%v)", name, what, Show(v), Show(got), f)
				}
			}
		}
	}
}

func TestAnInstantIsWrittenAsTheClockInItsZoneShowsIt(t *testing.T) {
	for name, zone := range zones(t) {
		c, err := Compile([]Step{{Name: "format-date", Params: map[string]string{"format": "YYYY-MM-DD HH:mm"}}}, Env{Input: core.Field{Name: "d", Type: core.TypeDateTime, Dates: core.UserLocal}, Location: zone})
		if err != nil {
			t.Fatal(err)
		}
		for at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2024; at = at.Add(601 * time.Minute) {
			want := core.Text(at.In(zone).Format("2006-01-02 15:04"))
			if got, f := c.Apply(core.Time(at), nil); f != nil || got != want {
				t.Fatalf("in %s %s becomes %s (%v)", name, at, Show(got), f)
			}
		}
	}
}

func with(params map[string]string, name, value string) map[string]string {
	out := map[string]string{name: value}
	for k, v := range params {
		out[k] = v
	}
	return out
}

func TestATimeThatIsReadIsTheOneOnTheWall(t *testing.T) {
	const format = "YYYY-MM-DD HH:mm"
	for name, zone := range zones(t) {
		c, err := Compile([]Step{{"read-date", map[string]string{"format": format, "otherwise": "empty"}}}, Env{Input: core.Field{Name: "d", Type: core.TypeText}, Location: zone})
		if err != nil {
			t.Fatal(err)
		}
		for d := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2024; d = d.Add(275 * time.Minute) {
			text := d.Format("2006-01-02 15:04")
			got, f := c.Apply(core.Text(text), nil)
			if f != nil {
				t.Fatal(f)
			}
			if got.Kind() == core.KindTime && got.AsTime().In(zone).Format("2006-01-02 15:04") != text {
				t.Fatalf("in %s %s becomes %s", name, text, Show(got))
			}
			if there := time.Date(d.Year(), d.Month(), d.Day(), d.Hour(), d.Minute(), 0, 0, zone); got.Kind() == core.KindNull && there.In(zone).Format("2006-01-02 15:04") == text {
				t.Fatalf("in %s %s exists and is refused", name, text)
			}
		}
	}
}
