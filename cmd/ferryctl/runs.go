package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core/importer"
	"ferry/core/report"
)

func runsCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("runs")
	f.set.StringVar(&f.report, "report", "", "save the report of one import: FILE.html or FILE.csv")
	f.set.StringVar(&f.refused, "refused", "", "save the records that were not written, with the reason beside each: FILE.csv or FILE.xlsx")
	f.set.StringVar(&f.runID, "run", "", "which import: its id in the list, or how that begins (default: the newest)")
	f.set.BoolVar(&f.values, "values", false, "with what may hold people's data: ids that are no GUIDs, and values, as far as they are kept")
	f.set.BoolVar(&f.forgets, "forget", false, "delete what this computer knows of the project: history, refused records, what is needed to take imports back")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	if f.forgets {
		if f.report != "" || f.refused != "" || f.runID != "" || f.values {
			return t.tell(f.json, wrongUse("-forget goes alone.", "Save the reports first, then delete."))
		}
		if err := f.forget(ctx, t); err != nil {
			return t.tell(f.json, err)
		}
		return exitWell
	}
	if err := f.runRuns(ctx, t); err != nil {
		return t.tell(f.json, err)
	}
	return exitWell
}

func (f *flags) runRuns(ctx context.Context, t *terminal) error {
	saves := f.report != "" || f.refused != ""
	if f.values && !saves {
		return wrongUse("-values says nothing without a report.", "Add -report FILE.html, or -refused FILE.csv.")
	}
	id := ""
	if f.loaded != nil {
		id = f.loaded.ID
	}
	computer := &wiring.Computer{Data: f.data, Log: t.log}
	if !computer.HasJournal(id) { // listing runs makes no files
		if saves || f.runID != "" {
			return wrongUse("Nothing was imported yet.", "Import first. With -project or -data, name the same file or folder as the import did.")
		}
		if !f.json {
			fmt.Fprintln(t.err, "Nothing was imported yet.")
		}
		return nil
	}
	all, err := f.receipts(ctx, computer, id)
	if err != nil {
		return err
	}
	if f.runID != "" || saves {
		one, err := chosen(all, f.runID)
		if err != nil {
			return err
		}
		all = []importer.Receipt{one}
	}
	if saves {
		return f.saveReports(ctx, t, computer, id, all[0].Run)
	}
	for _, r := range all {
		if f.json {
			line(t.out, receiptLine{r})
			continue
		}
		fmt.Fprintf(t.out, "%s  %-11s  %s → %s  (%s)\n", r.Started.Local().Format("2006-01-02 15:04:05"), r.State, printable(r.From), printable(r.To), printable(r.Run))
		if r.Undoes != "" {
			fmt.Fprintf(t.out, "    takes back run %s: created are there again, updated have their former values, removed were made by it\n", printable(r.Undoes))
		}
		for _, x := range r.Tables {
			fmt.Fprintf(t.out, "    %-24s read %s, created %s, updated %s, unchanged %s, refused %s\n", printable(x.Table), thousands(x.Read), thousands(x.Created), thousands(x.Updated), thousands(x.Unchanged), thousands(x.Refused))
		}
	}
	return nil
}

func (f *flags) receipts(ctx context.Context, c *wiring.Computer, id string) ([]importer.Receipt, error) {
	memory, err := c.Journal(ctx, id)
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	return memory.Receipts(ctx)
}

// chosen is the run whose id begins as was asked; the newest when nothing was asked.
func chosen(all []importer.Receipt, id string) (one importer.Receipt, err error) {
	var fit []importer.Receipt
	for _, r := range all {
		if r.Run == id {
			return r, nil
		}
		if strings.HasPrefix(r.Run, strings.ToLower(id)) {
			fit = append(fit, r)
		}
	}
	switch {
	case len(fit) == 0:
		return one, wrongUse("There is no such import.", "ferryctl runs lists them; the id stands at the end of the line.")
	case len(fit) > 1 && id != "":
		return one, wrongUse("The id of more than one import begins like this.", "Write more of it. ferryctl runs lists them.")
	}
	return fit[0], nil
}

// saveReports saves what was asked for of one run. Two files of one name are refused before one is written.
func (f *flags) saveReports(ctx context.Context, t *terminal, c *wiring.Computer, id, run string) error {
	if filepath.Clean(f.report) == filepath.Clean(f.refused) {
		return wrongUse("-report and -refused name the same file.", "Give each its own name.")
	}
	name := ""
	if f.loaded != nil {
		name = f.loaded.Name
	}
	records, forget, err := f.records(ctx, t, run, c, id)
	if err != nil {
		return err
	}
	defer forget()
	for _, file := range []struct {
		path    string
		refused bool
	}{{f.report, false}, {f.refused, true}} {
		if file.path == "" {
			continue
		}
		n, err := c.SaveRunReport(ctx, wiring.RunReport{
			Project: id, Name: name, Run: run, Path: file.path, Refused: file.refused, Values: f.values, Records: records, Ferry: version, When: time.Now(),
		})
		if err != nil {
			return err
		}
		if f.json {
			line(t.out, map[string]any{"saved": file.path, "run": run, "records": n})
			continue
		}
		what := "The report is saved"
		if file.refused {
			what = "The records that were not written are saved"
		}
		fmt.Fprintf(t.out, "%s: %s (%s, %s)\n", what, printable(file.path), "run "+printable(run), thousands(n)+" records named")
	}
	return nil
}

// records reads what a list of refused records shows of each besides the reason, when values were chosen and the project says
// where they come from: what Dynamics has now. forget ends the connection.
func (f *flags) records(ctx context.Context, t *terminal, run string, c *wiring.Computer, id string) (r *report.Records, forget func(), err error) {
	forget = func() {}
	if !f.values || f.refused == "" || f.loaded == nil {
		return nil, forget, nil
	}
	memory, err := c.Journal(ctx, id)
	if err != nil {
		return nil, forget, err
	}
	w, ok, err := memory.Waiting(ctx, run)
	memory.Close()
	if err != nil || !ok {
		return nil, forget, err
	}
	computer, err := f.computer(ctx, t)
	if err != nil {
		return nil, forget, err
	}
	to, err := f.connection(ctx, t, computer)
	if err != nil {
		return nil, forget, err
	}
	link, err := computer.Connect(to)
	if err != nil {
		return nil, forget, err
	}
	forget = func() { link.Source.Close() }
	if err := signIn(ctx, t, link, to, false); err != nil {
		return nil, forget, err
	}
	names := f.tablesOf(w.Run)
	maps, err := wiring.Mappings(ctx, link.Source, nil, wiring.Asked(f.loaded.Mappings, f.loaded.Tables, names), names, nil)
	if err != nil {
		return nil, forget, err
	}
	r, err = wiring.RecordsOf(ctx, link.Source, maps)
	return r, forget, err
}
