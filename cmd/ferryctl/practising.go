package main

import (
	"context"
	"fmt"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/practice"
	"ferry/core/project"
)

// practising starts the practice environment, once, for a project of the window that reads from it. It is another one in each
// process, and ends with the command: so does what was written into its Halo.
func (f *flags) practising(ctx context.Context, t *terminal) (*practice.Environment, error) {
	if f.practice != nil {
		return f.practice, nil
	}
	if !f.json {
		fmt.Fprintln(t.err, "Starting the practice environment. It ends with this command, and so does what is written into its Halo.")
	}
	env, err := practice.Start(ctx, practice.Options{Seed: 1, Log: t.log})
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, env.Close)
	f.practice = env
	return env, nil
}

// atPractice is the connection to the practice environment. Its application signs in: there may be no browser here.
func (f *flags) atPractice(ctx context.Context, t *terminal, name string) (wiring.Connection, error) {
	env, err := f.practising(ctx, t)
	if err != nil {
		return wiring.Connection{}, err
	}
	return practiceConnection(env, name), nil
}

func practiceConnection(env *practice.Environment, name string) wiring.Connection {
	return wiring.Connection{
		Connection: project.Connection{Name: name, Org: env.Org, ClientID: env.SecretApp, Auth: project.Secret, Practice: true},
		Access:     project.Access{Authority: env.Authority}, Secret: core.NewSecret(env.Secret), CA: string(env.CA),
	}
}

// A reach is how a destination is reached.
type reach struct {
	where   project.Destination
	drivers []core.Driver[core.Destination]
	secrets map[string]core.Secret
}

// reached is how the destination of a command is reached: that of the practice environment as it runs now, every other as its
// settings say. From the practice environment Ferry writes into files and into its own Halo only.
func (f *flags) reached(ctx context.Context, t *terminal, c *wiring.Computer, r reach, from wiring.Connection) (reach, error) {
	its := r.where.Practice || r.where.Driver == "halo" && r.where.Settings["address"] == "" && from.Practice
	switch {
	case its && !from.Practice:
		return r, wrongUse("The project's destination is the practice Halo, which takes only what the practice environment has.", "Name another destination with "+toWays+".")
	case !its && wiring.LeavesPractice(from.Connection, r.where):
		return r, wrongUse(wiring.OnlyPractised().Cause, "Leave -to out, or name a file, or the practice Halo: -to halo")
	case !its:
		r.secrets = f.secrets(ctx, t, c, r.drivers, r.where)
		return r, nil
	}
	env, err := f.practising(ctx, t)
	if err != nil {
		return r, err
	}
	r.where, r.secrets = wiring.AtPractice(env, r.where)
	r.drivers = wiring.PracticeDrivers(env, t.log)
	return r, nil
}
