package halo

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"ferry/core"
)

// guide says how Halo is made ready for Ferry.
//
// Halo: guide "Creating a New Application for API Connections".
func guide() core.Guide {
	return core.Guide{
		Title: "In Halo, once",
		Steps: []string{
			"Open Configuration, Integrations, Halo API. The page “API Details” names both servers and, where there is one, the tenant.",
			"View Applications, New. Name it Ferry. Authentication method: Client ID and Secret (Services).",
			"Login type: Agent. Choose an agent whose role may see all customers: those that it does not see would be made a second time.",
			"Save, and only then copy the client ID. The secret is shown once.",
			"Permissions: read:customers and edit:customers; for custom fields and custom tables also admin, or all.",
		},
		Note: "Ferry tests the connection as the Halo Integrator does, with a tick or a cross for each point. The test changes nothing in Halo.",
	}
}

// Offers implements core.Offerer: the active sites, as the default site is written.
func (d *Destination) Offers(ctx context.Context, setting string) ([]string, error) {
	if setting != "default-site" {
		return nil, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	err := d.c.list(ctx, "reading the sites of Halo", "Site", "sites", url.Values{"includeinactive": {"false"}}, func(row object) error {
		if name, customer := row.text("name"), row.text("client_name"); name != "" && customer != "" && !row.yes("inactive") {
			all = append(all, customer+"/"+name)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b string) int { return strings.Compare(fold(a), fold(b)) })
	return slices.Compact(all), err
}
