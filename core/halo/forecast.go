package halo

import (
	"fmt"
	"strconv"
	"time"

	"ferry/core"
)

// Forecast implements core.Forecaster. Records go in arrays, and what is there is read in pages of a hundred; where Ferry can
// leave no mark each new record goes alone, and how long it would take with one is said beside. Nothing is asked for it.
func (d *Destination) Forecast(records map[string]int64) core.Forecast {
	d.mu.Lock()
	defer d.mu.Unlock()
	arrays, alone, all, slow := int64(6), int64(6), int64(0), int64(0) // sign-in, what Halo is, fields
	for name, n := range records {
		batch := int64(d.to.batch)
		one := 4 + (n+batch-1)/batch + n/100
		arrays += one
		all += n
		if d.markless(name) {
			one = 4 + n + n/100
			slow += n
		}
		alone += one
	}
	if all == 0 {
		return core.Forecast{}
	}
	takes := d.lasts(alone)
	f := core.Forecast{Takes: takes, Text: fmt.Sprintf("Halo takes %s requests in %s: %s records need about %s, which is about %s",
		thousands(int64(d.c.pace.most)), spanned(d.c.pace.window), thousands(all), thousands(alone), inWords(takes))}
	if slow > 1 {
		f.Warning = oneByOne(fmt.Sprintf("%s records take about %s. With an id they take about %s", thousands(all), inWords(takes), inWords(d.lasts(arrays))))
	}
	return f
}

// markless reports whether Ferry can leave no mark on the records of a table, as far as it knows without asking.
func (d *Destination) markless(name string) bool {
	if t := d.tables[name]; t != nil {
		return d.way(t).kind == byNothing
	}
	fixed := name == customers || name == sites || name == users
	return fixed && d.to.module == 0 && len(d.to.idFields) == 0
}

// lasts is how long so many requests take.
func (d *Destination) lasts(calls int64) time.Duration {
	return max(d.c.pace.takes(calls), time.Duration(calls)*time.Second/2)
}

// aThousand says how long records take that go alone, where nobody knows how many they are.
func (d *Destination) aThousand() string {
	return fmt.Sprintf("1,000 records take about %s. With an id they take about %s", inWords(d.lasts(1000)), inWords(d.lasts(int64(1000/d.to.batch+10))))
}

// thousands writes a number as people read it.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// spanned says a span of time to a person, exactly: "5 minutes", "90 seconds".
func spanned(d time.Duration) string {
	switch n := int64(d / time.Second); {
	case n == 1:
		return "a second"
	case n == 60:
		return "a minute"
	case n%60 == 0:
		return thousands(n/60) + " minutes"
	default:
		return thousands(n) + " seconds"
	}
}

// inWords says a time to a person.
func inWords(d time.Duration) string {
	switch minutes := int((d + time.Minute - 1) / time.Minute); {
	case minutes <= 1:
		return "a minute"
	case minutes < 120:
		return fmt.Sprintf("%d minutes", minutes)
	default:
		return fmt.Sprintf("%d hours", (minutes+30)/60)
	}
}
