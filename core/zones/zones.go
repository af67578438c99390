// Package zones lists the time zones that people can choose from, and tells which one this computer is in.
//
// The names are those of the IANA time zone database that stand for a place. Their rules come with Go (time/tzdata), so
// they are the same on every computer; Windows has none that Go could read.
package zones

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // see above

	"github.com/thlib/go-timezone-local/tzlocal"
)

//go:embed zones.txt
var names string

// UTC is the zone of those who want none.
const UTC = "UTC"

// A Zone is one that can be chosen.
type Zone struct {
	Name   string        // "Europe/Berlin"
	Offset time.Duration // from UTC, at the time that was asked about
}

// String is how a zone is shown: "Europe/Berlin (UTC+02:00)".
func (z Zone) String() string { return z.Name + " (" + z.Clock() + ")" }

// Clock is the offset as people write it: "UTC+02:00".
func (z Zone) Clock() string {
	sign, minutes := "+", int(z.Offset/time.Minute)
	if minutes < 0 {
		sign, minutes = "−", -minutes
	}
	return fmt.Sprintf("UTC%s%02d:%02d", sign, minutes/60, minutes%60)
}

// All are all zones by their names, UTC first, with their offsets at a time.
func All(at time.Time) []Zone {
	var out []Zone
	for name := range strings.Lines(names) {
		name = strings.TrimSpace(name)
		if place, err := time.LoadLocation(name); err == nil {
			_, seconds := at.In(place).Zone()
			out = append(out, Zone{name, time.Duration(seconds) * time.Second})
		}
	}
	return out
}

// Known reports whether a name is one of the list.
func Known(name string) bool { return name != "" && slices.Contains(strings.Fields(names), name) }

// Own is the zone of this computer; "" when it cannot be told. It asks the system and may read a file.
func Own() string {
	name, err := tzlocal.RuntimeTZ()
	switch {
	case err != nil:
		return ""
	case name == "Etc/UTC", name == "Etc/UCT", name == "UCT", name == "Etc/Universal", name == "Universal", name == "Zulu", name == "Etc/Zulu", name == "Etc/GMT", name == "GMT":
		return UTC
	case Known(name):
		return name
	}
	return ""
}
