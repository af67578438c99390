package transform

import (
	"time"

	"ferry/core"
)

func dateOnly() *Transform {
	return &Transform{
		Name: "date-only", Title: "Date only", Group: Dates, Takes: days, Gives: only(core.KindDate),
		Summary: "Takes the day of a date and time, as the clock in a time zone shows it. A date stays the day it is.",
		Params:  []Param{zoneParam()},
		Examples: []Example{
			{Params: map[string]string{"zone": "Europe/Berlin"}, In: at(2024, 6, 30, 22, 30), Out: core.Date(2024, 7, 1), Why: "Half past midnight in Berlin is already July."},
			{Params: map[string]string{"zone": "America/Los_Angeles"}, In: at(2024, 7, 1, 1, 0), Out: core.Date(2024, 6, 30), Why: "In California it is still June."},
			{Params: map[string]string{"zone": "Pacific/Kiritimati"}, In: core.Clock(at(2024, 6, 30, 22, 30).AsTime()), Out: core.Date(2024, 6, 30), Why: "A field that is independent of time zones shows the same day everywhere."},
			{Params: map[string]string{"zone": "Pacific/Kiritimati"}, In: core.Date(1990, 7, 14), Out: core.Date(1990, 7, 14), Why: "A date has no zone and never shifts."},
			{In: core.Null(), Out: core.Null(), Why: "Empty stays empty."},
			{Params: map[string]string{"zone": "Berlin"}, In: core.Null(), Refused: "transform.setting", Why: "The zone must be one of the list."},
		},
		make: func(b *build) Func {
			zone := b.zone("zone")
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				if v.Kind() == core.KindDate {
					return v, nil
				}
				return core.Date(v.In(zone).Date()), nil
			}
		},
	}
}

// at is an instant of the examples.
func at(year, month, day, hour, minute int) core.Value {
	return core.Time(time.Date(year, time.Month(month), day, hour, minute, 0, 0, time.UTC))
}
