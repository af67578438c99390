package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core/importer"
)

func takebackCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("takeback")
	f.set.StringVar(&f.to, "to", "", "destination: halo:ADDRESS, sqlite:FILE, postgres:URL, csv:FOLDER or excel:FILE.xlsx (default: the project's)")
	f.set.Var(f.settings, "set", "a setting of the destination, NAME=VALUE; may be repeated")
	f.set.StringVar(&f.runID, "run", "", "which import: its id in ferryctl runs, or how that begins (default: the newest)")
	f.set.BoolVar(&f.rehearse, "rehearse", false, "only tell what would be put back")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	code, err := f.runTakeback(ctx, t)
	if err != nil {
		return t.tell(f.json, err)
	}
	return code
}

func (f *flags) runTakeback(ctx context.Context, t *terminal) (int, error) {
	drivers := wiring.Destinations(f.data, t.log)
	where, err := f.destination(drivers)
	if err != nil {
		return 0, err
	}
	if where.Practice {
		return 0, wrongUse("The practice Halo begins anew with each start: what an import wrote into it is gone already.", "There is nothing to take back.")
	}
	id := ""
	if f.loaded != nil {
		id = f.loaded.ID
	}
	c, err := f.computer(ctx, t)
	if err != nil {
		return 0, err
	}
	if !c.HasJournal(id) {
		return 0, wrongUse("Nothing was imported yet.", "With -project or -data, name the same file or folder as the import did.")
	}
	f.keychain(ctx, t, c, false)
	seal, fault := c.Seal(ctx, id)
	if fault != nil {
		return 0, fault
	}
	destination, err := c.Destination(ctx, drivers, where, f.secrets(ctx, t, c, drivers, where))
	if err != nil {
		return 0, err
	}
	defer destination.Close()
	memory, err := c.Journal(ctx, id)
	if err != nil {
		return 0, err
	}
	defer memory.Close()
	all, err := memory.Receipts(ctx)
	if err != nil {
		return 0, err
	}
	run, err := toTakeBack(all, f.runID)
	if err != nil {
		return 0, err
	}
	job := c.TakeBack(destination, wiring.Place(where), memory, seal)
	job.From, job.To, job.Who = run.From, run.To, run.Who
	bar := &progressBar{t: t, json: f.json, now: time.Now}
	if f.rehearse {
		plan, err := importer.RehearseTakeBack(ctx, job, run.Run, bar.show)
		bar.end()
		if err != nil {
			return 0, err
		}
		return showTakeBackPlan(t, f.json, plan), nil
	}
	receipt, err := importer.TakeBack(ctx, t.wrapped(job), run.Run, bar.show)
	bar.end()
	if err == nil {
		err = destination.Close()
	}
	if receipt.Run == "" && err != nil {
		return 0, err
	}
	return showEnd(t, f.json, receipt, err), nil
}

// toTakeBack is the import that is meant: the newest that was not taken back, unless one is named.
func toTakeBack(all []importer.Receipt, id string) (importer.Receipt, error) {
	if id != "" {
		return chosen(all, id)
	}
	undone := map[string]bool{}
	for _, r := range all {
		if r.Undoes != "" && r.State == importer.Complete {
			undone[r.Undoes] = true
		}
	}
	for _, r := range all {
		if r.Undoes == "" && !undone[r.Run] {
			return r, nil
		}
	}
	return importer.Receipt{}, wrongUse("There is no import that could be taken back.", "ferryctl runs lists what was imported.")
}

// takeBackLine is what a rehearsal says as JSON.
type takeBackLine struct {
	Run   string           `json:"run"`
	Would importer.Receipt `json:"would"`
	Stays []string         `json:"stays,omitempty"` // what the import made
	Until time.Time        `json:"until,omitzero"`
}

func showTakeBackPlan(t *terminal, asJSON bool, plan importer.TakeBackPlan) int {
	refused := int64(0)
	for _, x := range plan.Receipt.Tables {
		refused += x.Refused
	}
	code := exitWell
	if refused > 0 {
		code = exitRefused
	}
	if asJSON {
		line(t.out, takeBackLine{plan.Run.Run, plan.Receipt, plan.Made, plan.Until})
		return code
	}
	fmt.Fprintf(t.out, "The import of %s, run %s. Nothing was changed now.\n", plan.Run.Started.Local().Format("2006-01-02 15:04"), printable(plan.Run.Run))
	for _, x := range plan.Receipt.Tables {
		fmt.Fprintf(t.out, "    %-24s %s would be removed, %s get their former values, %s come again, %s are as before, %s stay because somebody changed them since\n",
			printable(x.Title), thousands(x.Removed), thousands(x.Updated), thousands(x.Created), thousands(x.Unchanged), thousands(x.Refused))
	}
	for _, stay := range plan.Stays {
		fmt.Fprintf(t.out, "    %s stay: %s\n", thousands(stay.Rows), printable(stay.Fault.Cause))
	}
	if len(plan.Made) > 0 {
		fmt.Fprintf(t.out, "Tables and columns that it made stay: %s\n", printable(strings.Join(plan.Made, ", ")))
	}
	if !plan.Until.IsZero() {
		fmt.Fprintf(t.out, "It can be taken back until %s.\n", plan.Until.Local().Format("2006-01-02"))
	}
	return code
}

// forget deletes what this computer knows of a project.
func (f *flags) forget(ctx context.Context, t *terminal) error {
	c := &wiring.Computer{Data: f.data, Log: t.log}
	f.keychain(ctx, t, c, false)
	d, err := c.DeleteKnown(ctx, f.loaded)
	if err != nil {
		return err
	}
	if f.json {
		line(t.out, map[string]any{"deleted": d.Runs, "files": d.Spools, "tables": d.Tables})
		return nil
	}
	fmt.Fprintf(t.out, "Deleted: the history of %s imports, refused records, what was needed to take imports back, and its key.\n", thousands(int64(d.Runs)))
	for _, file := range d.Spools {
		fmt.Fprintf(t.out, "Deleted: the rows kept here for %s. The next import into it wants another place, or the file moved away.\n", printable(file))
	}
	if d.Tables > 0 {
		fmt.Fprintf(t.out, "Deleted: what was told about %s tables.\n", thousands(int64(d.Tables)))
	}
	fmt.Fprintln(t.out, "Not deleted, because only you can: what stands at the destination, reports that were saved, the project file, and passwords of connections in the keychain.")
	return nil
}

// seal lets imports be taken back, where a keychain can keep the key.
func (e *errand) seal(ctx context.Context, t *terminal, c *wiring.Computer, id string, job *importer.Job) {
	if c.Store == nil {
		c.Store, _ = t.keys(ctx)
	}
	seal, fault := c.Seal(ctx, id)
	switch {
	case fault != nil:
		t.log.Info("imports cannot be taken back", "code", fault.Code)
	case seal == nil || !seal.Lasting():
		t.log.Info("imports cannot be taken back: there is no keychain")
	default:
		job.Seal = seal
		return
	}
	if e.instead == nil && !e.rehearse && c.KeepFor() >= 0 {
		fmt.Fprintln(t.err, "There is no keychain that could protect what was there before, so it is not kept: this import cannot be taken back.")
	}
}
