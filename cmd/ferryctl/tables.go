package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"ferry/cmd/internal/wiring"
	"ferry/core"
)

func tablesCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("tables")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	if err := f.runTables(ctx, t); err != nil {
		return t.tell(f.json, err)
	}
	return exitWell
}

func (f *flags) runTables(ctx context.Context, t *terminal) error {
	computer, err := f.computer(ctx, t)
	if err != nil {
		return err
	}
	to, err := f.connection(ctx, t, computer)
	if err != nil {
		return err
	}
	link, err := computer.Connect(to)
	if err != nil {
		return err
	}
	defer link.Source.Close()
	if err := signIn(ctx, t, link, to, false); err != nil {
		return err
	}
	all, err := link.Source.Tables(ctx)
	if err != nil {
		return err
	}
	for _, n := range all {
		if f.json {
			line(t.out, map[string]any{"table": n.Logical, "name": n.Display, "plural": n.Plural, "custom": n.Custom})
		} else {
			fmt.Fprintf(t.out, "%-40s %s\n", printable(n.Logical), printable(n.Display))
		}
	}
	return nil
}

func settingsCommand(_ context.Context, t *terminal, args []string) int {
	f := connectionFlags("settings")
	kind := ""
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		kind, args = args[0], args[1:]
	}
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	drivers := wiring.Destinations(t.log)
	if kind == "" {
		for _, d := range drivers {
			if f.json {
				line(t.out, map[string]any{"destination": d.Name, "title": d.Title, "summary": d.Summary})
			} else {
				fmt.Fprintf(t.out, "%-10s %s\n", d.Name, d.Title)
			}
		}
		return exitWell
	}
	driver := find(drivers, kind)
	if driver == nil {
		return t.tell(f.json, wrongUse(fmt.Sprintf("This Ferry knows no destination %q.", kind), "Choose one of: "+names(drivers)+"."))
	}
	for _, s := range driver.Settings {
		if f.json {
			line(t.out, map[string]any{"setting": s.Name, "title": s.Title, "help": s.Help, "kind": s.Kind, "required": s.Required, "main": s.Main, "default": s.Default, "choices": s.Choices, "environment": s.Env})
			continue
		}
		how := "-set " + s.Name + "=…"
		switch {
		case s.Main:
			how = "-to " + driver.Name + ":…"
		case s.Kind == core.SettingSecret:
			how = s.Env
		}
		fmt.Fprintf(t.out, "%-24s %s\n", how, s.Help)
	}
	return exitWell
}

func runsCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("runs")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	if err := f.runRuns(ctx, t); err != nil {
		return t.tell(f.json, err)
	}
	return exitWell
}

func (f *flags) runRuns(ctx context.Context, t *terminal) error {
	id := ""
	if f.loaded != nil {
		id = f.loaded.ID
	}
	if !hasJournal(f.data, id) {
		if !f.json {
			fmt.Fprintln(t.err, "Nothing was imported yet.")
		}
		return nil
	}
	memory, err := (&wiring.Computer{Data: f.data, Log: t.log}).Journal(ctx, id)
	if err != nil {
		return err
	}
	defer memory.Close()
	all, err := memory.Runs(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		if f.json {
			line(t.out, receiptLine{r})
			continue
		}
		fmt.Fprintf(t.out, "%s  %-11s  %s → %s\n", r.Started.Local().Format("2006-01-02 15:04:05"), r.State, printable(r.From), printable(r.To))
		for _, x := range r.Tables {
			fmt.Fprintf(t.out, "    %-24s read %s, created %s, updated %s, unchanged %s, refused %s\n", printable(x.Table), thousands(x.Read), thousands(x.Created), thousands(x.Updated), thousands(x.Unchanged), thousands(x.Refused))
		}
	}
	return nil
}

// hasJournal looks before it opens: listing runs makes no files.
func hasJournal(data, id string) bool {
	path := filepath.Join(data, "journal.db")
	if id != "" {
		path = filepath.Join(data, "projects", id, "journal.db")
	}
	_, err := os.Stat(path)
	return err == nil
}
