package zones

import (
	"archive/zip"
	"go/build"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryPlaceOfTheDatabaseCanBeChosen(t *testing.T) {
	all := All(time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC))
	if all[0] != (Zone{Name: UTC}) || !slices.IsSortedFunc(all[1:], func(a, b Zone) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("UTC is not the first, or the others are not sorted")
	}
	offered := map[string]bool{}
	for _, z := range all {
		if offered[z.Name] {
			t.Errorf("%s is there twice", z.Name)
		}
		offered[z.Name] = true
	}
	if len(all) != len(strings.Fields(names)) {
		t.Errorf("%d of %d names can be used", len(all), len(strings.Fields(names)))
	}
	known, err := zip.OpenReader(filepath.Join(build.Default.GOROOT, "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer known.Close()
	for _, f := range known.File {
		region, city, _ := strings.Cut(f.Name, "/")
		switch region {
		case "Etc", "US", "Canada", "Brazil", "Chile", "Mexico", "SystemV", "posix", "right":
		default:
			if city != "" && !offered[f.Name] {
				t.Errorf("%s is not offered", f.Name)
			}
		}
	}
}

func TestAnOffsetIsShownAsPeopleWriteIt(t *testing.T) {
	summer := map[string]string{}
	for _, z := range All(time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)) {
		summer[z.Name] = z.String()
	}
	for name, want := range map[string]string{
		"UTC": "UTC (UTC+00:00)", "Europe/Berlin": "Europe/Berlin (UTC+02:00)", "Asia/Kathmandu": "Asia/Kathmandu (UTC+05:45)",
		"America/St_Johns": "America/St_Johns (UTC−02:30)", "Pacific/Kiritimati": "Pacific/Kiritimati (UTC+14:00)",
	} {
		if summer[name] != want {
			t.Errorf("%s is shown as %q", name, summer[name])
		}
	}
}

func TestTheZoneOfThisComputerIsOneOfTheList(t *testing.T) {
	for tz, want := range map[string]string{"Europe/Berlin": "Europe/Berlin", ":America/New_York": "America/New_York", "Etc/UTC": UTC, "": UTC, "EST5EDT": ""} {
		t.Setenv("TZ", tz)
		if got := Own(); got != want {
			t.Errorf("with TZ=%s it is %q, not %q", tz, got, want)
		}
	}
	if Known("Local") || Known("") || !Known("Asia/Tokyo") {
		t.Error("the list knows what is no name, or does not know what is one")
	}
}
