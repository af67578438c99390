package importer

import (
	"time"

	"ferry/core"
)

// forecast says, before the first record is written, how long a destination will take that takes only so much in a time. It is
// shown until records move, and counts as the time left until that can be measured.
func (e *engine) forecast() {
	f, ok := e.Destination.(core.Forecaster)
	if !ok {
		return
	}
	records := map[string]int64{}
	for _, t := range e.tables {
		if !t.run.Finished && t.total.Truth != core.Unknown {
			records[t.plan.Table] += max(0, t.total.N-t.counts().Read)
		}
	}
	text, takes := f.Forecast(records)
	if text == "" {
		return
	}
	e.teller.change(func() { e.teller.forecast = takes })
	e.teller.notice(core.Notice{Text: text})
	e.log.Info("the import takes about", "time", takes.Round(time.Second))
}
