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
		// A TimeZoneIndependent field is a clock value: read as stored, whatever the project's zone.
		stored, err := Compile([]Step{{"date-only", map[string]string{"zone": "UTC"}}}, Env{Input: core.Field{Name: "d", Type: core.TypeDateTime}, Location: zone})
		if err != nil {
			t.Fatal(err)
		}
		for _, hour := range []int{0, 11, 23} {
			if got, _ := stored.Apply(at(2024, 3, 31, hour, 59), nil); got != core.Date(2024, 3, 31) {
				t.Fatalf("in %s %d:59 as stored becomes %s", name, hour, Show(got))
			}
		}
	}
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
