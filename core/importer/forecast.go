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
	said := f.Forecast(records)
	if said.Text == "" {
		return
	}
	e.teller.change(func() { e.teller.forecast, e.teller.warning = said.Takes, said.Warning })
	e.teller.notice(core.Notice{Text: said.Text})
	e.log.Info("the import takes about", "time", said.Takes.Round(time.Second))
}
