package practice

import (
	"net/http"
	"strings"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/microsoft"
)

// register makes both tenants: the one the environment belongs to, and another that knows nothing of it.
func (e *Environment) register(o Options, issuer, pages string) {
	e.Guest = Person{Name: "Grace Hopper", UPN: "grace@" + OtherDomain, Password: "practice"}
	guest := microsoft.Person{ObjectID: guestID, Name: e.Guest.Name, UPN: e.Guest.UPN, Password: e.Guest.Password, Home: OtherTenant}
	names := [2]string{"Ferry", "Ferry practice"}
	if o.Hostile {
		names[0], names[1] = names[0]+" "+HostileText, names[1]+" "+HostileText
	}
	apps := []microsoft.Application{
		{ID: PublicClientID, Name: names[0], Public: true, Redirects: []microsoft.Redirect{{URI: "http://localhost", Platform: "native"}}},
		{ID: SecretClientID, Name: names[1], Secrets: []string{Secret}, Redirects: []microsoft.Redirect{{URI: "http://localhost/signin", Platform: "web"}}},
	}
	base := microsoft.Options{
		Now: o.Now, TokenLifetime: o.TokenLifetime, RefreshLifetime: o.RefreshLifetime, DeviceInterval: o.DeviceInterval, DeviceLifetime: o.DeviceLifetime,
		Issuer: issuer, Pages: pages, Resources: e.resource,
	}
	own := base
	own.Tenant, own.Domain, own.Applications = Tenant, Domain, apps
	own.People = []microsoft.Person{{ObjectID: personID, Name: e.Person.Name, UPN: e.Person.UPN, Password: e.Person.Password, Admin: true}, guest}
	e.Microsoft = microsoft.New(own)
	other := base
	guest.Home, guest.Admin = "", true
	other.Tenant, other.Domain, other.Applications, other.People = OtherTenant, OtherDomain, apps[1:], []microsoft.Person{guest}
	e.Elsewhere = microsoft.New(other)
}

// resource reports whether tokens can be had for an address.
func (e *Environment) resource(r string) bool {
	r = strings.Replace(r, ProxyHost, "localhost", 1)
	return strings.EqualFold(r, e.Org) || r == e.Discovery || e.options.OnPremises != nil && r == e.doors[0].address("https")
}

// both lets the second tenant answer what is asked of it, and the first all else.
func both(first, second http.Handler, other *microsoft.Authority) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if other.Knows(name) {
			second.ServeHTTP(w, r)
			return
		}
		first.ServeHTTP(w, r)
	})
}

// instances are the environments that the Global Discovery Service lists: this one, one that is switched off, and some
// of other clouds, which no honest service would mix.
func (e *Environment) instances() []dynamics.Instance {
	name := "Nordwind Practice"
	if e.options.Hostile {
		name += " " + HostileText
	}
	one := func(name, url string, state, kind int, region string) dynamics.Instance {
		return dynamics.Instance{
			ID: e.World.OrganizationID(), OrganizationID: e.World.OrganizationID(), EnvironmentID: e.World.OrganizationID(), TenantID: Tenant,
			UniqueName: "unqpractice", URLName: "practice", FriendlyName: name, State: state, Version: "9.2.24104.00188", URL: url + "/", APIURL: url + "/",
			LastUpdated: "2026-05-20T12:00:00Z", SchemaType: "Full", Region: region, Type: kind,
		}
	}
	return []dynamics.Instance{
		one(name, e.Org, 0, 13, "EMEA"),
		one("Old sandbox", e.doors[0].address("https")+"/old", 1, 5, "EMEA"),
		one("Contoso", "https://contoso.crm.dynamics.com", 0, 0, "NA"),
		one("Government", "https://agency.crm9.dynamics.com", 0, 0, "NA"),
		one("China", "https://contoso.crm.dynamics.cn", 0, 0, "CHN"),
	}
}
