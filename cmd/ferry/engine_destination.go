package main

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
)

// placed is a destination with what it was made from.
type placed struct {
	from project.Destination
	made core.Destination
}

// destination makes a destination: one of the practice environment as it runs now, every other as its settings say. Whoever
// asked for it closes it.
func (e *Engine) destination(ctx context.Context, d project.Destination) (core.Destination, error) {
	if !d.Practice {
		return e.machine().Destination(ctx, e.drivers, d, nil)
	}
	env, err := e.practise()
	if err != nil {
		return nil, err
	}
	d, secrets := wiring.AtPractice(env, d)
	e.mu.Lock()
	maps.Copy(secrets, e.opens)
	e.mu.Unlock()
	return e.machine().Destination(ctx, wiring.PracticeDrivers(env, e.machine().Log), d, secrets)
}

// described reports whether a destination has tables of its own.
func (e *Engine) described(d project.Destination) bool {
	return slices.ContainsFunc(e.drivers, func(driver core.Driver[core.Destination]) bool { return driver.Name == d.Driver && driver.Described })
}

// asked is a destination to ask about its tables. It is the same one each time, so that it signs in once, keeps its own
// pace, and knows what it was told already. A test of the destination makes it anew.
func (e *Engine) asked(ctx context.Context, d project.Destination) (core.Destination, error) {
	e.mu.Lock()
	there := e.there
	e.mu.Unlock()
	if there != nil && reflect.DeepEqual(there.from, d) {
		return there.made, nil
	}
	made, err := e.destination(ctx, d)
	if err != nil {
		return nil, err
	}
	e.ask(&placed{from: project.Destination{Driver: d.Driver, Settings: maps.Clone(d.Settings), Practice: d.Practice}, made: made})
	return made, nil
}

// ask makes a destination the one that is asked. The former one gives back its connections; who still waits for an answer
// of it gets one.
func (e *Engine) ask(next *placed) {
	e.mu.Lock()
	old := e.there
	e.there = next
	e.mu.Unlock()
	if old != nil {
		_ = old.made.Close() // it wrote nothing
	}
}

// KeepDestination puts a destination's secrets into the keychain. Those of a practice destination are kept in memory: a wrong
// one is there to be tried.
func (e *Engine) KeepDestination(ctx context.Context, d project.Destination, secrets map[string]core.Secret) error {
	e.ask(nil)
	if !d.Practice {
		return e.machine().KeepDestination(ctx, e.drivers, d, secrets)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.opens == nil {
		e.opens = map[string]core.Secret{}
	}
	maps.Copy(e.opens, secrets)
	return nil
}

// KnowsDestination tells which secrets are kept.
func (e *Engine) KnowsDestination(ctx context.Context, d project.Destination) map[string]bool {
	if d.Practice {
		return map[string]bool{"client-id": true, "secret": true}
	}
	return e.machine().KnowsDestination(ctx, e.drivers, d)
}

// CheckDestination is the destination's test.
func (e *Engine) CheckDestination(ctx context.Context, d project.Destination, need core.Need, tell func(core.Check)) error {
	e.ask(nil)
	if e.described(d) {
		destination, err := e.asked(ctx, d)
		if err == nil {
			destination.Checks(ctx, need, tell)
		}
		return err
	}
	destination, err := e.destination(ctx, d)
	if err != nil {
		return err
	}
	defer destination.Close()
	destination.Checks(ctx, need, tell)
	return nil
}

// PracticeDestination tells how the practice environment's destination of a kind is reached.
func (e *Engine) PracticeDestination(_ context.Context, driver string) (ui.PracticeDestination, error) {
	env, err := e.practise()
	if err != nil {
		return ui.PracticeDestination{}, err
	}
	d, secrets := wiring.PracticeHalo(env)
	if d.Driver != driver {
		return ui.PracticeDestination{}, nil
	}
	return ui.PracticeDestination{Destination: &d, Secrets: secrets}, nil
}

// DestinationOffers tells what a setting could be.
func (e *Engine) DestinationOffers(ctx context.Context, d project.Destination, setting string) ([]string, error) {
	destination, err := e.asked(ctx, d)
	if err != nil {
		return nil, err
	}
	if o, ok := destination.(core.Offerer); ok {
		return o.Offers(ctx, setting)
	}
	return nil, nil
}

// DestinationTables lists the destination's own tables.
func (e *Engine) DestinationTables(ctx context.Context, d project.Destination) ([]core.TableName, error) {
	if !e.described(d) {
		return nil, nil
	}
	destination, err := e.asked(ctx, d)
	if err != nil {
		return nil, err
	}
	return destination.Tables(ctx)
}

// BeginMapping begins a mapping into one of the destination's own tables.
func (e *Engine) BeginMapping(ctx context.Context, c project.Connection, d project.Destination, table, into string) (mapping.Mapping, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return mapping.Mapping{}, err
	}
	destination, err := e.asked(ctx, d)
	if err != nil {
		return mapping.Mapping{}, err
	}
	return wiring.BeginMapping(ctx, link.Source, destination, table, into)
}

// ForecastImport says how long an import takes.
func (e *Engine) ForecastImport(ctx context.Context, d project.Destination, records map[string]int64) (core.Forecast, error) {
	destination, err := e.asked(ctx, d)
	if err != nil {
		return core.Forecast{}, err
	}
	if f, ok := destination.(core.Forecaster); ok {
		return f.Forecast(records), nil
	}
	return core.Forecast{}, nil
}

// maker is a destination that makes what a mapping lacks.
func (e *Engine) maker(ctx context.Context, d project.Destination) (core.Maker, error) {
	destination, err := e.asked(ctx, d)
	if err != nil {
		return nil, err
	}
	if m, ok := destination.(core.Maker); ok {
		return m, nil
	}
	return nil, &core.Fault{
		Kind: core.Wrong, Code: "ferry.makes-nothing", Owner: core.You,
		Cause: "Ferry cannot make fields or values at this destination.", Remedy: "Make them there, then map to them.",
	}
}

// MakeField makes a field at the destination.
func (e *Engine) MakeField(ctx context.Context, d project.Destination, table string, f core.Field) error {
	m, err := e.maker(ctx, d)
	if err != nil {
		return err
	}
	return m.MakeField(ctx, table, f)
}

// MakeValues adds values to a list at the destination.
func (e *Engine) MakeValues(ctx context.Context, d project.Destination, table, field string, values []core.Option) error {
	m, err := e.maker(ctx, d)
	if err != nil {
		return err
	}
	return m.MakeValues(ctx, table, field, values)
}
