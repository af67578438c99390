package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/project"
)

// toWays are the ways to name a destination.
const toWays = "-to halo:ADDRESS, excel:FILE.xlsx, sqlite:FILE, csv:FOLDER or postgres:URL"

// destination takes -to KIND:WHERE and -set NAME=VALUE apart.
func (f *flags) destination(drivers []core.Driver[core.Destination]) (project.Destination, error) {
	var d project.Destination
	if f.loaded != nil && f.loaded.Destination != nil {
		d = *f.loaded.Destination
		for _, name := range []string{"file", "folder"} {
			file := d.Settings[name]
			if file == "" || f.to != "" {
				continue
			}
			// A whole path is meant by whoever runs the command. One to another computer has to stand in the command itself.
			whole, err := project.Place(f.project, file, !strings.HasPrefix(strings.ReplaceAll(file, `\`, "/"), "//"))
			if err != nil {
				return d, err
			}
			d.Settings[name] = whole
		}
	}
	if f.to == "" && d.Driver == "" && f.loaded != nil {
		return d, wrongUse("The project has no destination yet.", "Choose one in Ferry's window, or name it with "+toWays+", for example -to sqlite:contoso.db")
	}
	if f.to == "" && d.Driver == "" {
		return d, wrongUse("The destination is missing.", "Name it with "+toWays+", for example -to sqlite:contoso.db")
	}
	if f.to != "" {
		kind, where, _ := strings.Cut(f.to, ":")
		d = project.Destination{Driver: kind, Settings: map[string]string{}}
		driver := find(drivers, kind)
		if driver == nil {
			return d, wrongUse(fmt.Sprintf("This Ferry knows no destination %q.", kind), "Choose one of: "+names(drivers)+".")
		}
		for _, s := range driver.Settings {
			if s.Main {
				d.Settings[s.Name] = where
			}
		}
	}
	driver := find(drivers, d.Driver)
	if driver == nil {
		return d, wrongUse(fmt.Sprintf("This Ferry knows no destination %q.", d.Driver), "Choose one of: "+names(drivers)+".")
	}
	for name, value := range f.settings {
		i := slices.IndexFunc(driver.Settings, func(s core.Setting) bool { return s.Name == name })
		if i < 0 {
			return d, wrongUse(fmt.Sprintf("The destination %s has no setting %q.", d.Driver, name), "ferryctl settings "+d.Driver+" lists them.")
		}
		switch driver.Settings[i].Kind {
		case core.SettingSecret:
			return d, wrongUse("A secret is never a flag: other programs on this computer can see it.", "Put it into the environment variable "+driver.Settings[i].Env+".")
		case core.SettingSwitch:
			var known bool
			if value, known = switchWord(value); !known {
				return d, wrongUse(fmt.Sprintf("The setting %q is on or off, and what was given is neither.", name), "Write -set "+name+"=true or -set "+name+"=false.")
			}
		}
		d.Settings[name] = value
	}
	if f.loaded != nil { // what the project has for this kind of destination counts
		kind := ""
		if driver.Described {
			kind = driver.Name
		}
		f.loaded.Turn(kind)
	}
	return d, nil
}

// secrets finds the secrets of a destination: in the environment, else in the keychain, else by a question where there is
// somebody to ask. Not every server wants one, so one that is nowhere is left out.
func (f *flags) secrets(ctx context.Context, t *terminal, c *wiring.Computer, drivers []core.Driver[core.Destination], d project.Destination) map[string]core.Secret {
	found := map[string]core.Secret{}
	driver := find(drivers, d.Driver)
	for _, s := range driver.Settings {
		if s.Kind != core.SettingSecret {
			continue
		}
		if secret := core.NewSecret(t.env(s.Env)); !secret.Empty() {
			found[s.Name] = secret
			continue
		}
		f.keychain(ctx, t, c, false)
		secret := c.DestinationSecret(ctx, *driver, d, s.Name)
		if secret.Empty() && driver.Receiver != nil && driver.Receiver(core.Settings{Values: d.Settings}) != "" {
			secret, _ = t.ask(askFor(s)+" for "+wiring.Where(d)+orNone(s), s.Env) // nobody to ask: there is none
		}
		found[s.Name] = secret
	}
	return found
}

// askFor is what a secret is called in a question.
func askFor(s core.Setting) string { return strings.ToLower(s.Title[:1]) + s.Title[1:] }

func orNone(s core.Setting) string {
	if s.Required {
		return ""
	}
	return " (Enter for none)"
}

func find(drivers []core.Driver[core.Destination], name string) *core.Driver[core.Destination] {
	for i := range drivers {
		if drivers[i].Name == name {
			return &drivers[i]
		}
	}
	return nil
}

func names(drivers []core.Driver[core.Destination]) string {
	all := make([]string, 0, len(drivers))
	for _, d := range drivers {
		all = append(all, d.Name)
	}
	return strings.Join(all, ", ")
}

// switchWord is what the window saves of a switch: "true", "false", or "" for what it is by itself.
func switchWord(value string) (word string, known bool) {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "":
		return "", true
	case "true", "yes", "on", "1":
		return "true", true
	case "false", "no", "off", "0":
		return "false", true
	}
	return "", false
}
