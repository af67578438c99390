package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/practice"
)

// demoCommand does the main job once, on this computer alone: sign in, test, import, look at the result.
func demoCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("demo")
	f.set.StringVar(&f.to, "to", "", "destination: halo is the practice Halo (default: sqlite:ferry-demo/practice.db in the temporary folder)")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	code, err := f.runDemo(ctx, t)
	if err != nil {
		return t.tell(f.json, err)
	}
	return code
}

func (f *flags) runDemo(ctx context.Context, t *terminal) (int, error) {
	folder := filepath.Join(os.TempDir(), "ferry-demo")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 0, core.AsFault(err)
	}
	if f.to == "" {
		f.to = "sqlite:" + filepath.Join(folder, "practice.db")
	}
	drivers := wiring.Destinations(folder, t.log)
	where, err := f.destination(drivers)
	if err != nil {
		return 0, err
	}
	f.say(t, "Starting the practice environment: Microsoft sign-in and Dynamics 365 on this computer, with 500 companies and 1,400 people.")
	env, err := practice.Start(ctx, practice.Options{Seed: 1, Log: t.log})
	if err != nil {
		return 0, err
	}
	defer env.Close()
	var secrets map[string]core.Secret
	if where.Driver == "halo" {
		where, secrets = wiring.AtPractice(env, where)
		drivers = wiring.PracticeDrivers(env, t.log)
	}
	computer := &wiring.Computer{Data: folder, Log: t.log}
	to := practiceConnection(env, "Practice")
	link, err := computer.Connect(to)
	if err != nil {
		return 0, err
	}
	f.say(t, "\nTesting the connection to "+env.Org)
	checks := check(ctx, t, f.json, link.Source, core.Need{Tables: []string{"account", "contact"}, Fresh: true})
	link.Source.Close()
	if code := verdict(t, f.json, core.Available(checks), checks); code != exitWell {
		return code, nil
	}
	f.say(t, "\nImporting accounts and contacts into "+wiring.Where(where))
	if secrets == nil {
		secrets = f.secrets(ctx, t, computer, drivers, where)
	}
	code, err := carry(ctx, t, computer, errand{to: to, where: where, drivers: drivers, tables: []string{"account", "contact"}, json: f.json, secrets: secrets})
	if err == nil && where.Driver == "halo" {
		f.say(t, fmt.Sprintf("\nThe practice Halo has %d customers and %d users now. It wrote %d mails to people.", len(env.Halo.Customers()), len(env.Halo.Users()), len(env.Halo.Outbox())))
	}
	if err == nil && code == exitWell && where.Driver == "sqlite" {
		f.say(t, "\nLook at it: the file "+where.Settings["file"]+" opens in any program that reads SQLite.\nRun it again: nothing is doubled.")
	}
	return code, err
}

func (f *flags) say(t *terminal, text string) {
	if !f.json {
		fmt.Fprintln(t.out, text)
	}
}
