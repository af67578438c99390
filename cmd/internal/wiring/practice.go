package wiring

import (
	"log/slog"
	"maps"
	"strings"

	"ferry/core"
	"ferry/core/halo"
	"ferry/core/practice"
	"ferry/core/project"
	"ferry/core/rest"
)

// PracticeHalo is the Halo of a practice environment: how a project names it and what opens it.
func PracticeHalo(env *practice.Environment) (project.Destination, map[string]core.Secret) {
	values := map[string]string{"address": env.HaloAddress, "tenant": practice.HaloTenant, "link-module": "77", "id-fields": "ref, other5"}
	for _, customer := range env.Halo.Customers() {
		for _, site := range env.Halo.Sites() {
			if values["default-site"] == "" && plain(customer.Text("name")) && site.Int("client_id") == customer.ID() && !customer.Bool("inactive") && !site.Bool("inactive") {
				values["default-site"] = customer.Text("name") + "/" + site.Text("name")
			}
		}
	}
	return project.Destination{Driver: "halo", Practice: true, Settings: values}, map[string]core.Secret{
		"client-id": core.NewSecret(practice.HaloClientID), "secret": core.NewSecret(practice.HaloSecret),
	}
}

// AtPractice is a destination of the practice environment as it runs now: it has another address each time. A project says all
// the rest of it; one that a command names is as it is offered, but for what the command says.
func AtPractice(env *practice.Environment, d project.Destination) (project.Destination, map[string]core.Secret) {
	now, secrets := PracticeHalo(env)
	all := map[string]string{}
	if !d.Practice {
		maps.Copy(all, now.Settings)
	}
	for name, value := range d.Settings {
		if value != "" {
			all[name] = value
		}
	}
	all["address"] = now.Settings["address"]
	d.Practice, d.Settings = true, all
	return d, secrets
}

// LeavesPractice reports whether the practice environment's made-up records would go where real ones are: from there Ferry writes
// only into new files and into its own Halo.
func LeavesPractice(from project.Connection, to project.Destination) bool {
	return from.Practice && !to.Practice && !IsFile(to)
}

// PracticeDrivers are the destinations of a practice environment that are no files: their certificates are trusted.
func PracticeDrivers(env *practice.Environment, log *slog.Logger) []core.Driver[core.Destination] {
	return []core.Driver[core.Destination]{halo.Driver(halo.Options{Log: log, Network: rest.Network{PEM: env.CA, Proxy: rest.Proxy{Mode: rest.NoProxy}}})}
}

// plain reports whether every keyboard has the letters of a name.
func plain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r > '~' })
}
