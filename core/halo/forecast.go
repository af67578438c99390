package halo

import (
	"fmt"
	"time"
)

// Forecast implements core.Forecaster. Records go in arrays, and what is there is read in pages of a hundred; where Ferry can
// leave no mark each new record goes alone. Nothing is asked for it.
func (d *Destination) Forecast(records map[string]int64) (string, time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	calls, all := int64(6), int64(0) // sign-in, what Halo is, fields
	for name, n := range records {
		each := int64(d.to.batch)
		if t := d.tables[name]; t != nil && d.way(t).kind == byNothing || d.to.module == 0 && len(d.to.idFields) == 0 {
			each = 1
		}
		calls += 4 + (n+each-1)/each + n/100
		all += n
	}
	if all == 0 {
		return "", 0
	}
	takes := max(d.c.pace.takes(calls), time.Duration(calls)*time.Second/2)
	return fmt.Sprintf("Halo takes %d requests in five minutes: %d records need about %d, which is about %s", d.c.pace.most, all, calls, inWords(takes)), takes
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
