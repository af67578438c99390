package uitest

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
)

// AllRuns implements ui.Engine: the present project with History, and Others.
func (e *Engine) AllRuns(ctx context.Context, p *project.Project) ([]ui.ProjectRuns, error) {
	all := []ui.ProjectRuns{}
	if p != nil && len(e.History) > 0 {
		all = append(all, ui.ProjectRuns{ID: p.ID, Name: p.Name, Runs: bare(e.History)})
	}
	for _, o := range e.Others {
		o.Runs = bare(o.Runs)
		all = append(all, o)
	}
	return all, e.called(ctx, "AllRuns")
}

// bare are runs without their refused records.
func bare(runs []importer.Receipt) []importer.Receipt {
	runs = slices.Clone(runs)
	for i := range runs {
		runs[i].Refusals = nil
	}
	return runs
}

// Run implements ui.Engine.
func (e *Engine) Run(ctx context.Context, id, run string) (importer.Receipt, error) {
	if err := e.called(ctx, "Run"); err != nil {
		return importer.Receipt{}, err
	}
	for _, o := range e.Others {
		for _, r := range o.Runs {
			if o.ID == id && r.Run == run {
				return r, nil
			}
		}
	}
	return importer.Receipt{}, &core.Fault{Kind: core.Wrong, Code: "test.no-such-run", Owner: core.You,
		Cause: "There is no such import in the history.", Remedy: "Choose one that is there."}
}

// SaveRunReport implements ui.Engine.
func (e *Engine) SaveRunReport(ctx context.Context, r ui.RunReport) (int64, error) {
	e.mu.Lock()
	e.written, e.LastReport = r.Path, r
	e.mu.Unlock()
	return 13, e.called(ctx, "SaveRunReport")
}

// Elsewhere are runs of other projects: one with refused records, the terminal's, and one that cannot be read.
func Elsewhere() []ui.ProjectRuns {
	fabrikam, terminal := Refused(), Done()
	fabrikam.Run, fabrikam.From, fabrikam.To = "r9", "Fabrikam", "Fabrikam.db"
	terminal.Run, terminal.From, terminal.To = "r8", "https://adventure.crm.dynamics.com", "sqlite:adventure.db"
	return []ui.ProjectRuns{
		{ID: strings.Repeat("0", 31) + "2", Name: "Fabrikam move", Runs: []importer.Receipt{fabrikam}},
		{Runs: []importer.Receipt{terminal}},
		{ID: strings.Repeat("0", 31) + "3", Fault: &core.Fault{Kind: core.Wrong, Code: "journal.too-new", Owner: core.You,
			Cause: "The journal was written by a newer Ferry.", Remedy: "Install the newest Ferry."}},
	}
}
