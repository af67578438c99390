package uitest

import (
	"context"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
)

// Places is what a destination with tables of its own is asked for.
type Places struct {
	Practice ui.PracticeDestination
	Kept     map[string]bool
	Offers   []string
	Forecast string
	Tables   []core.TableName
	Begun    map[string]mapping.Mapping // by "table" or "table into"
}

// PracticeDestination implements ui.Engine.
func (e *Engine) PracticeDestination(ctx context.Context, driver string) (ui.PracticeDestination, error) {
	if p := e.Places.Practice; p.Destination == nil || p.Destination.Driver == driver {
		return p, e.called(ctx, "PracticeDestination")
	}
	return ui.PracticeDestination{}, e.called(ctx, "PracticeDestination")
}

// KnowsDestination implements ui.Engine.
func (e *Engine) KnowsDestination(context.Context, project.Destination) map[string]bool {
	return e.Places.Kept
}

// DestinationOffers implements ui.Engine.
func (e *Engine) DestinationOffers(ctx context.Context, _ project.Destination, _ string) ([]string, error) {
	return e.Places.Offers, e.called(ctx, "DestinationOffers")
}

// DestinationTables implements ui.Engine.
func (e *Engine) DestinationTables(ctx context.Context, _ project.Destination) ([]core.TableName, error) {
	return e.Places.Tables, e.called(ctx, "DestinationTables")
}

// BeginMapping implements ui.Engine.
func (e *Engine) BeginMapping(ctx context.Context, _ project.Connection, _ project.Destination, table, into string) (mapping.Mapping, error) {
	if err := e.called(ctx, "BeginMapping"); err != nil {
		return mapping.Mapping{}, err
	}
	for _, name := range []string{table + " " + into, table} {
		if m, ok := e.Places.Begun[name]; ok {
			return m, nil
		}
	}
	return mapping.Mapping{}, &core.Fault{Kind: core.Wrong, Code: "ferry.not-adopted", Owner: core.You, Cause: "Nobody has said yet what becomes of this table at the destination.",
		Remedy: "Make a mapping for it in Ferry's window, or leave the table out."}
}

// ForecastImport implements ui.Engine.
func (e *Engine) ForecastImport(ctx context.Context, _ project.Destination, _ map[string]int64) (string, error) {
	return e.Places.Forecast, e.called(ctx, "ForecastImport")
}
