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

// Offers implements core.Offerer: the active sites, as the default site is written, and fields that nobody uses.
func (d *Destination) Offers(ctx context.Context, setting string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch setting {
	case "default-site":
		return d.offerSites(ctx)
	case "id-fields":
		return d.offerFields(ctx)
	}
	return nil, nil
}

func (d *Destination) offerSites(ctx context.Context) ([]string, error) {
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

// mostOffered is how many fields of a table are offered for the Dynamics ID.
const mostOffered = 3

// offerFields are fields of customers and users for the Dynamics ID, as the setting has them. Only those are offered that lists
// tell, since by them records are found, and in which nobody keeps anything of his own.
func (d *Destination) offerFields(ctx context.Context) (all []string, err error) {
	ofCustomers, err := d.unused(ctx, customers)
	if err != nil {
		return nil, err
	}
	ofUsers, err := d.unused(ctx, users)
	if err != nil {
		return nil, err
	}
	for _, c := range ofCustomers {
		for _, u := range ofUsers {
			one := c + ", " + u
			if strings.EqualFold(c, u) {
				one = c
			}
			all = append(all, one)
		}
	}
	return all, nil
}

// unused are fields of a table that hold texts and that nobody uses, those first that are called after Dynamics.
func (d *Destination) unused(ctx context.Context, name string) ([]string, error) {
	t, err := d.table(ctx, name)
	if err != nil {
		return nil, err
	}
	ix, err := d.index(ctx, t)
	if err != nil {
		return nil, err
	}
	var free []string
	for i := range t.fields {
		f := &t.fields[i]
		spare := f.at == custom && f.typ == core.TypeText || f.at == own && (f.name == "ref" || strings.HasPrefix(f.name, "other"))
		if !spare || !f.writable() || f.length > 0 && f.length < 36 {
			continue
		}
		taken := false
		for _, e := range ix.rows {
			text, told := e.told(f)
			if taken = !told || text != "" && !looksLikeKey(text); taken {
				break
			}
		}
		if !taken {
			free = append(free, f.name)
		}
	}
	rank := func(name string) int {
		switch name = strings.ToLower(name); {
		case strings.Contains(name, "dynamics"):
			return 0
		case strings.HasPrefix(name, "cf"):
			return 2
		}
		return 1
	}
	slices.SortStableFunc(free, func(a, b string) int { return rank(a) - rank(b) })
	return free[:min(len(free), mostOffered)], nil
}
