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
	Foreseen map[string]int64 // of how many records of each table it was asked last
	Slow     *core.Fault      // what makes an import slow
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
func (e *Engine) ForecastImport(ctx context.Context, _ project.Destination, records map[string]int64) (core.Forecast, error) {
	e.mu.Lock()
	e.Places.Foreseen = records
	e.mu.Unlock()
	return core.Forecast{Text: e.Places.Forecast, Warning: e.Places.Slow}, e.called(ctx, "ForecastImport")
}

// MakeField implements ui.Engine: it is there afterwards.
func (e *Engine) MakeField(ctx context.Context, _ project.Destination, table string, f core.Field) error {
	if err := e.called(ctx, "MakeField"); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if t := e.Map.Places[table]; t != nil {
		next := *t
		f.Readable, f.Writable = true, true
		next.Fields = append(append([]core.Field{}, t.Fields...), f)
		e.Map.Places[table] = &next
	}
	return nil
}

// MakeValues implements ui.Engine: they are there afterwards, under codes of the destination's own.
func (e *Engine) MakeValues(ctx context.Context, _ project.Destination, table, field string, values []core.Option) error {
	if err := e.called(ctx, "MakeValues"); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if t := e.Map.Places[table]; t != nil {
		next := *t
		next.Fields = append([]core.Field{}, t.Fields...)
		f := next.Field(field)
		f.Options = append([]core.Option{}, f.Options...)
		for _, v := range values {
			f.Options = append(f.Options, core.Option{Code: 900 + int64(len(f.Options)), Label: v.Label})
		}
		e.Map.Places[table] = &next
	}
	return nil
}
