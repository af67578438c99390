package main

import (
	"context"
	"fmt"

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
	drivers := wiring.Destinations(f.data, t.log)
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
