package main

import (
	"context"
	"fmt"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
)

// checkLine is one step of check -json.
type checkLine struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	State   string `json:"state"`
	Detail  string `json:"detail,omitempty"`
	Code    string `json:"code,omitempty"`
	Cause   string `json:"cause,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
	Who     string `json:"who,omitempty"`
	Link    string `json:"link,omitempty"`
	Details string `json:"details,omitempty"`
}

func checkOf(c core.Check) checkLine {
	l := checkLine{ID: c.ID, Name: c.Title, State: string(c.State), Detail: c.Detail}
	if f := c.Fault; f != nil {
		l.Code, l.Cause, l.Remedy, l.Who, l.Link, l.Details = f.Code, f.Cause, f.Remedy, string(f.Owner), f.Link, f.Details
	}
	return l
}

func checkCommand(ctx context.Context, t *terminal, args []string) int {
	f := connectionFlags("check")
	f.set.StringVar(&f.to, "to", "", "test this destination too (default: the project's): halo:ADDRESS, excel:FILE.xlsx, sqlite:FILE, csv:FOLDER or postgres:URL")
	f.set.Var(f.settings, "set", "a setting of the destination, NAME=VALUE; may be repeated")
	f.set.StringVar(&f.tables, "tables", "", "tables that must be readable (default: account,contact)")
	f.set.StringVar(&f.report, "report", "", "write a connection report to this file (HTML)")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	code, err := f.runCheck(ctx, t)
	if err == nil {
		return code
	}
	if f.json { // the last line always has the verdict
		settings := core.Check{ID: "settings", Title: "Settings", State: core.CheckFailed, Fault: core.AsFault(err)}
		verdict(t, true, false, []core.Check{settings})
	} else {
		t.words(core.AsFault(err))
	}
	return exitOf(err)
}

func (f *flags) runCheck(ctx context.Context, t *terminal) (int, error) {
	tables, err := f.wanted()
	if err != nil {
		return 0, err
	}
	computer, err := f.computer(ctx, t)
	if err != nil {
		return 0, err
	}
	to, err := f.connection(ctx, t, computer)
	if err != nil {
		return 0, err
	}
	link, err := computer.Connect(to)
	if err != nil {
		return 0, err
	}
	defer link.Source.Close()
	var source core.System = link.Source
	if to.Auth.Person() {
		if err := signIn(ctx, t, link, to, true); err != nil {
			if ctx.Err() != nil {
				return 0, err
			}
			source = signedOut{link.Source, core.AsFault(err)}
		}
	}
	checks := check(ctx, t, f.json, source, core.Need{Tables: tables, Fresh: true})
	available := core.Available(checks)
	var unsaved error // the verdict is told all the same
	if f.report != "" {
		unsaved = computer.SaveReport(f.report, to, checks, version, time.Now())
	}
	if f.to != "" || f.loaded != nil && f.loaded.Destination != nil {
		drivers := wiring.Destinations(f.data, t.log)
		where, err := f.destination(drivers)
		if err != nil {
			return 0, err
		}
		at, err := f.reached(ctx, t, computer, reach{where: where, drivers: drivers}, to)
		if err != nil {
			return 0, err
		}
		destination, err := computer.Destination(ctx, at.drivers, at.where, at.secrets)
		if err != nil {
			return 0, err
		}
		defer destination.Close()
		need := core.Need{Tables: tables}
		if core.Available(checks) {
			need.Mapped = f.mapped(ctx, t, link.Source, destination, tables, &checks)
		}
		more := check(ctx, t, f.json, destination, need)
		checks = append(checks, more...)
		available = available && core.Available(more) && core.Available(checks)
	}
	code := verdict(t, f.json, available, checks)
	switch {
	case unsaved != nil:
		t.words(core.AsFault(unsaved))
		code = exitOf(unsaved)
	case f.report != "" && !f.json:
		fmt.Fprintf(t.out, "The report is in %s\n", printable(f.report))
	}
	return code, nil
}

// mapped is what an import would put into a destination's own tables. A mapping that cannot be made is a step that failed.
func (f *flags) mapped(ctx context.Context, t *terminal, source core.Source, destination core.Destination, tables []string, checks *[]core.Check) []core.Mapped {
	if _, ok := destination.(core.Adopter); !ok {
		return nil
	}
	var saved, maps []mapping.Mapping
	if f.loaded != nil {
		saved = wiring.Asked(f.loaded.Mappings, f.loaded.Tables, tables)
	}
	for _, name := range tables {
		some, err := wiring.Mappings(ctx, source, destination, saved, []string{name}, nil)
		switch k := core.AsFault(err).Kind; {
		case err == nil:
			maps = append(maps, some...)
		case k == core.Wrong: // all else is told by the destination's own steps
			c := core.Check{ID: "mapping-" + name, Title: "Mapping of " + name, State: core.CheckFailed, Fault: core.AsFault(err)}
			*checks = append(*checks, c)
			showCheck(t, f.json, c)
		}
	}
	return mapping.Mapped(maps...)
}

// signedOut is an environment that nobody could be signed in to. Its steps are taken all the same: what is wrong may be
// the network. The step of the sign-in tells why nobody is signed in, not only that it is so.
type signedOut struct {
	core.System
	why *core.Fault
}

func (s signedOut) Checks(ctx context.Context, need core.Need, tell func(core.Check)) {
	s.System.Checks(ctx, need, func(c core.Check) {
		if c.ID == "signin" && c.State == core.CheckFailed {
			c.Fault = s.why
		}
		tell(c)
	})
}

// check runs the steps of a system and shows each as it ends.
func check(ctx context.Context, t *terminal, asJSON bool, s core.System, need core.Need) []core.Check {
	var ended []core.Check
	s.Checks(ctx, need, func(c core.Check) {
		if c.State == core.CheckRunning {
			return
		}
		ended = append(ended, c)
		showCheck(t, asJSON, c)
	})
	return ended
}

func showCheck(t *terminal, asJSON bool, c core.Check) {
	if asJSON {
		line(t.out, map[string]any{"check": checkOf(c)})
		return
	}
	fmt.Fprintf(t.out, "%s %-44s %s\n", sign(c.State), printable(c.Title), printable(c.Detail))
	if c.Fault != nil {
		f := c.Fault
		fmt.Fprintf(t.out, "    %s\n    %s\n", printable(f.Cause), printable(f.Remedy))
		if f.Subject.Value != "" {
			fmt.Fprintf(t.out, "    %s\n", printable(f.Subject.Value))
		}
		if f.Owner != "" && f.Owner != core.You {
			fmt.Fprintf(t.out, "    Who can do it: %s\n", f.Owner)
		}
		if f.Link != "" {
			fmt.Fprintf(t.out, "    %s\n", printable(f.Link))
		}
	}
}

func verdict(t *terminal, asJSON, available bool, checks []core.Check) int {
	if asJSON {
		all := make([]checkLine, 0, len(checks))
		for _, c := range checks {
			all = append(all, checkOf(c))
		}
		line(t.out, map[string]any{"available": available, "checks": all})
	} else if available {
		fmt.Fprintln(t.out, "\nConnection available")
	} else {
		fmt.Fprintln(t.out, "\nConnection unavailable")
	}
	if !available {
		return exitRefused
	}
	return exitWell
}
