package main

import (
	"context"
	"fmt"
	"strings"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
)

func retryCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("retry")
	f.set.StringVar(&f.to, "to", "", "destination, as for the import: "+toWays)
	f.set.Var(f.settings, "set", "a setting of the destination, NAME=VALUE; may be repeated")
	f.set.StringVar(&f.tables, "tables", "", "logical names, separated by commas (default: those of the import)")
	f.set.Var(f.filters, "filter", "only records that fit, TABLE=ODATA, as for the import; may be repeated")
	f.set.StringVar(&f.language, "language", "", "language of labels, as for the import")
	f.set.StringVar(&f.runID, "run", "", "which import: its id in ferryctl runs, or how that begins (default: the newest that left something over)")
	f.set.BoolVar(&f.lists, "list", false, "only tell what waits, by cause")
	f.set.Var(f.there, "there", "a record that is unsure is there: ID=IDTHERE, the second one as the destination has it; may be repeated")
	f.set.StringVar(&f.send, "send", "", "records that are unsure and not found are not there, and are sent: ids, separated by commas, or all")
	f.set.StringVar(&f.record, "record", "", "only these records: ids, separated by commas; MAPPING=ID where several mappings left one over")
	f.set.Var(f.mend, "mend", "another value for a field of the one record that -record names, FIELD=VALUE; nothing behind = is an empty value; may be repeated")
	f.set.StringVar(&f.withdraw, "withdraw", "", "forget values that were mended for the one record that -record names: fields, separated by commas; nothing is retried")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	code, err := f.runRetry(ctx, t)
	if err != nil {
		return t.tell(f.json, err)
	}
	return code
}

func (f *flags) runRetry(ctx context.Context, t *terminal) (int, error) {
	if err := f.mending(); err != nil {
		return 0, err
	}
	id := ""
	if f.loaded != nil {
		id = f.loaded.ID
	}
	c := &wiring.Computer{Data: f.data, Log: t.log}
	if !c.HasJournal(id) {
		return 0, wrongUse("Nothing was imported yet.", "With -project or -data, name the same file or folder as the import did.")
	}
	memory, err := c.Journal(ctx, id)
	if err != nil {
		return 0, err
	}
	defer memory.Close()
	waiting, err := f.leftOver(ctx, memory)
	if err != nil {
		return 0, err
	}
	some, err := f.named(ctx, memory, waiting.Run.ID)
	if err != nil {
		return 0, err
	}
	if f.withdraw != "" {
		return exitWell, f.withdrawn(ctx, t, memory, some[0])
	}
	if f.lists && len(some) == 0 || f.runID == "" && len(waiting.Groups) == 0 {
		return showWaiting(t, f.json, waiting), nil
	}
	if err := f.verdicts(ctx, memory, waiting.Run.ID); err != nil {
		return 0, err
	}
	if f.tables == "" {
		f.tables = strings.Join(f.tablesOf(waiting.Run), ",")
	}
	computer, e, err := f.errand(ctx, t)
	if err != nil {
		return 0, err
	}
	e.retry = &importer.Retry{Run: waiting.Run.ID, Only: importer.Selection{Records: some}}
	switch {
	case f.lists:
		e.instead = f.examined(ctx, t, some[0])
	case len(f.mend) > 0:
		e.before = func(job importer.Job) error { return f.mended(ctx, some[0], job) }
	}
	return carry(ctx, t, computer, e)
}

// leftOver is what waits: of the run that is named, or of the newest of which something does.
func (f *flags) leftOver(ctx context.Context, memory *journal.Journal) (w importer.WaitList, err error) {
	if f.runID == "" {
		w, _, err = memory.LeftOver(ctx, "")
		return w, err
	}
	all, err := memory.Receipts(ctx)
	if err != nil {
		return w, err
	}
	one, err := chosen(all, f.runID)
	if err != nil {
		return w, err
	}
	w, _, err = memory.Waiting(ctx, one.Run)
	return w, err
}

// tablesOf are the mappings that took part in a run, as -tables names them: children come with their parents.
func (f *flags) tablesOf(r importer.Entry) (names []string) {
	for _, t := range r.Tables {
		if _, ok := f.saved(t.Mapping); ok || t.Mapping == t.Table {
			names = append(names, t.Mapping)
		}
	}
	return names
}

// verdicts keeps what -there and -send say.
func (f *flags) verdicts(ctx context.Context, memory *journal.Journal, run string) error {
	send := map[string]bool{}
	for _, id := range strings.Split(f.send, ",") {
		if id = strings.ToLower(strings.TrimSpace(id)); id != "" {
			send[id] = true
		}
	}
	all := send["all"]
	delete(send, "all")
	met := map[string]bool{}
	var unsure []importer.WaitRow
	if len(send) > 0 || all || len(f.there) > 0 {
		if err := memory.EachWaiting(ctx, importer.WaitSearch{Run: run}, func(r importer.WaitRow) error {
			if r.Kind == core.Unsure {
				unsure = append(unsure, r)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	for _, r := range unsure {
		key := strings.ToLower(r.Key)
		met[key] = true
		there, said := f.there[r.Key]
		if !said {
			there, said = f.there[key]
		}
		switch {
		case said:
			if err := memory.KeepVerdict(ctx, run, r.Mapping, r.Key, &importer.Verdict{There: true, ID: there}); err != nil {
				return err
			}
		case all || send[key]:
			if err := memory.KeepVerdict(ctx, run, r.Mapping, r.Key, &importer.Verdict{}); err != nil {
				return err
			}
		}
	}
	for key := range f.there {
		send[strings.ToLower(key)] = true
	}
	for key := range send {
		if !met[key] {
			return wrongUse("A record that -there or -send names is not among those that are unsure.", "ferryctl runs -refused FILE.csv saves which ones are.")
		}
	}
	return nil
}

// groupLine is what -list says as JSON.
type groupLine struct {
	importer.Cause
	Kind      string `json:"kind"`
	Records   int64  `json:"records"`
	Words     string `json:"cause"`
	Remedy    string `json:"remedy"`
	Overtaken string `json:"overtaken,omitempty"` // by the run whose list counts
}

func showWaiting(t *terminal, asJSON bool, w importer.WaitList) int {
	if len(w.Groups) == 0 {
		if asJSON {
			line(t.out, map[string]any{"waiting": []groupLine{}})
		} else {
			fmt.Fprintln(t.out, "No record waits for a retry.")
		}
		return exitWell
	}
	lines := make([]groupLine, len(w.Groups))
	for i, g := range w.Groups {
		lines[i] = groupLine{Cause: g.Cause, Kind: g.Kind.String(), Records: g.Records, Overtaken: g.Overtaken, Words: "No reason was kept."}
		if g.Fault != nil {
			lines[i].Words, lines[i].Remedy = g.Fault.Cause, g.Fault.Remedy
		}
	}
	if asJSON {
		line(t.out, map[string]any{"run": w.Run.ID, "waiting": lines})
		return exitRefused
	}
	fmt.Fprintf(t.out, "The import of %s, run %s\n", w.Run.Started.Local().Format("2006-01-02 15:04"), printable(w.Run.ID))
	for _, g := range lines {
		where := g.Table
		if g.Field != "" {
			where += "." + g.Field
		}
		fmt.Fprintf(t.out, "  %s %s %s: %s\n", thousands(g.Records), g.Kind, printable(where), printable(g.Words))
		if g.Remedy != "" {
			fmt.Fprintf(t.out, "    %s\n", printable(g.Remedy))
		}
		if g.Overtaken != "" {
			fmt.Fprintf(t.out, "    A newer import has read them once more: run %s\n", printable(g.Overtaken))
		}
	}
	return exitRefused
}
