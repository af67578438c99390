package main

import (
	"context"
	"slices"
	"strings"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/core/report"
	"ferry/ui"
)

// remembering opens the journal of a project for do; where there is none, nothing is done.
func (e *Engine) remembering(ctx context.Context, p *project.Project, do func(*journal.Journal) error) error {
	if !e.machine().HasJournal(p.ID) {
		return nil
	}
	memory, err := e.machine().Journal(ctx, p.ID)
	if err != nil {
		return err
	}
	defer memory.Close()
	return do(memory)
}

// Waiting is the list to which a run belongs, or that of the newest run of which something waits.
func (e *Engine) Waiting(ctx context.Context, p *project.Project, run string) (w importer.WaitList, err error) {
	err = e.remembering(ctx, p, func(j *journal.Journal) (err error) {
		switch {
		case run != "":
			w, _, err = j.Waiting(ctx, run)
		case p.Destination != nil:
			w, _, err = j.LeftOver(ctx, wiring.Place(*p.Destination))
		}
		return err
	})
	w.Named = w.Named && e.names(ctx, p) != nil
	return w, err
}

// names opens what people call the records that wait; nil where it cannot be opened.
func (e *Engine) names(ctx context.Context, p *project.Project) importer.Seal {
	seal, fault := e.machine().Seal(ctx, p.ID)
	if fault != nil {
		e.machine().Log.Info("names of refused records are not shown", "code", fault.Code)
	}
	return seal
}

// WaitingPlaces tells where the records are that fit.
func (e *Engine) WaitingPlaces(ctx context.Context, p *project.Project, q importer.WaitSearch) (places []int64, err error) {
	if q.Text != "" {
		q.Seal = e.names(ctx, p)
	}
	err = e.remembering(ctx, p, func(j *journal.Journal) (err error) {
		places, err = j.WaitingPlaces(ctx, q)
		return err
	})
	return places, err
}

// WaitingRows reads records by their places.
func (e *Engine) WaitingRows(ctx context.Context, p *project.Project, run string, places []int64) (rows []importer.WaitRow, err error) {
	err = e.remembering(ctx, p, func(j *journal.Journal) (err error) {
		rows, err = j.WaitingRows(ctx, run, places)
		return err
	})
	seal := e.names(ctx, p)
	for i, r := range rows {
		rows[i].Name = importer.NameOf(seal, r.Mapping, r.Key, r.Called)
	}
	return rows, err
}

// RecordNames reads what people call some records.
func (e *Engine) RecordNames(ctx context.Context, p *project.Project, table string, keys []string) (map[string]string, error) {
	names := map[string]string{}
	c := p.Current()
	if c == nil {
		return names, nil
	}
	link, err := e.link(ctx, *c)
	if err != nil {
		return nil, err
	}
	about, err := link.Source.Describe(ctx, table)
	if err != nil {
		return nil, err
	}
	if f := about.Field(about.Title); f == nil || !f.Readable {
		return names, nil
	}
	for page, err := range link.Source.Read(ctx, core.Query{Table: table, Fields: []string{about.Title}, Keys: keys}, core.Bookmark{}) {
		if err != nil {
			return names, err
		}
		for _, r := range page.Records {
			if len(r.Values) == 1 && !r.Values[0].Blank() {
				names[strings.Clone(r.Key)] = strings.Clone(r.Values[0].Canonical())
			}
		}
		page.Release()
	}
	return names, nil
}

// mendJob is a job about one mapping, without a run; a child is part of its parent's.
func (e *Engine) mendJob(ctx context.Context, p *project.Project, id string) (importer.Job, func(), error) {
	name := id
	for _, m := range p.Mappings {
		if slices.ContainsFunc(mapping.Flatten(m, nil), func(part mapping.Mapping) bool { return part.ID == id }) {
			name = m.ID
		}
	}
	job, _, done, err := e.job(ctx, p, ui.ImportRequest{Tables: []string{name}})
	return job, done, err
}

// Examine looks at one record now.
func (e *Engine) Examine(ctx context.Context, p *project.Project, id, key string, find bool) (importer.Examined, error) {
	job, done, err := e.mendJob(ctx, p, id)
	if err != nil {
		return importer.Examined{}, err
	}
	defer done()
	return importer.Examine(ctx, job, id, key, find)
}

// Mend gives a value for a column of a record.
func (e *Engine) Mend(ctx context.Context, p *project.Project, id, key, column, text string) error {
	job, done, err := e.mendJob(ctx, p, id)
	if err != nil {
		return err
	}
	defer done()
	return importer.Mend(ctx, job, id, key, column, text)
}

// Withdraw forgets a mended value.
func (e *Engine) Withdraw(ctx context.Context, p *project.Project, id, key, column string) error {
	return e.remembering(ctx, p, func(j *journal.Journal) error { return j.ForgetMended(ctx, id, key, column) })
}

// Judge keeps what a person says of a record that is unsure.
func (e *Engine) Judge(ctx context.Context, p *project.Project, run, id, key string, v *importer.Verdict) error {
	return e.remembering(ctx, p, func(j *journal.Journal) error { return j.KeepVerdict(ctx, run, id, key, v) })
}

// recordsOf reads what a list of refused records shows of each besides the reason, when values were chosen and the project
// that imported them is open.
func (e *Engine) recordsOf(ctx context.Context, r ui.RunReport) (*report.Records, error) {
	if r.Of == nil || !r.Refused || !r.Values || r.Of.Current() == nil {
		return nil, nil
	}
	w, err := e.Waiting(ctx, r.Of, r.Run)
	if err != nil {
		return nil, err
	}
	link, err := e.link(ctx, *r.Of.Current())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range w.Run.Tables { // children come with their parents
		if _, ok := wiring.Saved(r.Of.Mappings, t.Mapping, r.Of.Tables...); ok || t.Mapping == t.Table {
			names = append(names, t.Mapping)
		}
	}
	maps, err := wiring.Mappings(ctx, link.Source, nil, wiring.Asked(r.Of.Mappings, r.Of.Tables, names), names, nil)
	if err != nil {
		return nil, err
	}
	return wiring.RecordsOf(ctx, link.Source, maps)
}
