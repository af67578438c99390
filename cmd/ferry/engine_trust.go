package main

import (
	"context"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
)

// tidyEvery is how often a window that stays open looks for what is too old.
const tidyEvery = 6 * time.Hour

// tidy deletes what is too old, at once and again and again, until ctx ends.
func (e *Engine) tidy(ctx context.Context) {
	for {
		e.looks.Lock()
		_ = e.machine().Expire(ctx) // what cannot be deleted now is logged, and goes the next time
		e.looks.Unlock()
		if core.Wait(ctx, tidyEvery) != nil {
			return
		}
	}
}

// looked waits until nothing of the window's own looks at a destination any more.
func (e *Engine) looked() {
	e.looks.Lock()
	defer e.looks.Unlock()
}

// Keeps tells whether what an import replaces will be kept.
func (e *Engine) Keeps(ctx context.Context, p *project.Project) ui.BackTerms {
	terms := ui.BackTerms{Days: e.machine().Settings.Keeps()}
	if seal, _ := e.machine().Seal(ctx, p.ID); seal != nil {
		terms.Lasting = seal.Lasting()
	} else {
		terms.Days = 0
	}
	return terms
}

// back makes the job of taking an import back. done gives back what it holds.
func (e *Engine) back(ctx context.Context, p *project.Project) (job importer.Job, lasting bool, done func(), err error) {
	if p.Destination == nil {
		return job, false, nil, &core.Fault{
			Kind: core.Wrong, Code: "ferry.no-destination", Owner: core.You,
			Cause: "There is no destination any more.", Remedy: "Choose the destination again that the import went into.",
		}
	}
	seal, fault := e.machine().Seal(ctx, p.ID)
	if fault != nil {
		return job, false, nil, fault
	}
	destination, err := e.destination(ctx, *p.Destination)
	if err != nil {
		return job, false, nil, err
	}
	memory, err := e.machine().Journal(ctx, p.ID)
	if err != nil {
		_ = destination.Close() // the first error is the one to tell
		return job, false, nil, err
	}
	job = e.machine().TakeBack(destination, wiring.Place(*p.Destination), memory, seal)
	if c := p.Current(); c != nil {
		job.From, job.Who = c.Name, e.who(c.Name)
	}
	job.To = wiring.Where(*p.Destination)
	return job, seal != nil && seal.Lasting(), func() {
		_ = destination.Close() // what it kept is written
		_ = memory.Close()
	}, nil
}

// MayTakeBack tells whether an import can be taken back. Only a file is looked at: anything else is asked when a person wants
// to take it back.
func (e *Engine) MayTakeBack(ctx context.Context, p *project.Project, run string) (ui.BackTerms, error) {
	e.looks.Lock()
	defer e.looks.Unlock()
	job, lasting, done, err := e.back(ctx, p)
	if err != nil {
		return ui.BackTerms{}, err
	}
	defer done()
	until, err := importer.MayTakeBack(ctx, job, run, wiring.IsFile(*p.Destination))
	return ui.BackTerms{Until: until, Days: e.machine().Settings.Keeps(), Lasting: lasting}, err
}

// RehearseTakeBack tells what TakeBack would do.
func (e *Engine) RehearseTakeBack(ctx context.Context, p *project.Project, run string, progress func(importer.Progress)) (importer.TakeBackPlan, error) {
	e.looked()
	job, _, done, err := e.back(ctx, p)
	if err != nil {
		return importer.TakeBackPlan{}, err
	}
	defer done()
	return importer.RehearseTakeBack(ctx, job, run, progress)
}

// TakeBack takes an import back.
func (e *Engine) TakeBack(ctx context.Context, p *project.Project, run string, progress func(importer.Progress)) (importer.Receipt, error) {
	e.looked()
	job, _, done, err := e.back(ctx, p)
	if err != nil {
		return importer.Receipt{}, err
	}
	defer done()
	return importer.TakeBack(ctx, job, run, progress)
}

// KnownOf tells what this computer knows of a project.
func (e *Engine) KnownOf(ctx context.Context, p *project.Project) (ui.Known, error) {
	k, err := e.machine().Known(ctx, p)
	return knownOf(k), err
}

// DeleteKnown deletes it.
func (e *Engine) DeleteKnown(ctx context.Context, p *project.Project) (ui.Known, error) {
	e.EndRehearsal()
	e.EndComparison()
	k, err := e.machine().DeleteKnown(ctx, p)
	return knownOf(k), err
}

func knownOf(k wiring.Known) ui.Known {
	return ui.Known{Runs: k.Runs, Refused: k.Refused, Back: k.Back, Files: k.Spools, Tables: k.Tables}
}
