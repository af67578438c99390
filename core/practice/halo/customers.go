package halo

import "strings"

// saveClient checks a customer. One needs a name and stands below a top level.
func (c *call) saveClient(old, next, in record) error {
	if strings.TrimSpace(next.text("name")) == "" {
		return bad("Please enter a value for the field Name.")
	}
	if next.int("toplevel_id") == 0 {
		next["toplevel_id"] = int64(1)
	}
	if c.store.get("toplevel", next.int("toplevel_id")) == nil {
		return bad("The field toplevel_id has a value that does not exist.")
	}
	if old == nil {
		next["domain"] = pick(next["domain"], in["newclient_domain"])
	}
	return nil
}

// clientStored gives a new customer its main site.
//
// Halo API: newclient_* members; the site is called Main when nothing is said (inferred).
func (c *call) clientStored(old, next, in record) error {
	if old != nil {
		return nil
	}
	site := record{
		"id": c.store.next("site"), "datecreated": next["datecreated"], updated: next[updated],
		"name": orText(in.text("newclient_sitename"), "Main"), "client_id": next.id(), "isinvoicesite": true, "inactive": next.bool("inactive"),
		"phonenumber": in["newclient_phonenumber"], "timezone": in["newclient_timezone"], "guid": in["newclient_siteguid"],
		"country_code": in["newclient_countrycode"], "region_code": in["newclient_regioncode"],
	}
	c.address(nil, site, record{"delivery_address": in["newclient_delivery_address"]}, "delivery_address")
	c.put("site", site)
	c.settle(site, in, "newclient_")
	next = next.clone()
	next["main_site_id"] = site.id()
	c.put("client", next)
	return nil
}

// settle makes the General User of a new site, and the person who was named for it.
func (c *call) settle(site, in record, prefix string) {
	c.put("users", record{
		"id": c.store.next("users"), "datecreated": site["datecreated"], updated: site[updated], "name": "General User", "site_id": site.id(), "inactive": false, generalUser: true,
	})
	name := in.text(prefix + "contactname")
	if name == "" {
		return
	}
	contact := record{
		"id": c.store.next("users"), "datecreated": site["datecreated"], updated: site[updated], "name": name, "site_id": site.id(), "inactive": false, "ismaincontact": true,
		"emailaddress": in[prefix+"contactemail"], "title": in[prefix+"contacttitle"], "phonenumber": in[prefix+"contactphonenumber"],
	}
	c.put("users", contact)
	site = c.store.get("site", site.id()).clone()
	site["maincontact_id"] = contact.id()
	c.put("site", site)
}

// showClient adds what Halo works out of a customer.
func (c *call) showClient(r record) {
	stored := c.store.get("client", r.id())
	site := c.store.get("site", stored.int("main_site_id"))
	contact := c.store.get("users", site.int("maincontact_id"))
	r["toplevel_name"] = c.store.get("toplevel", r.int("toplevel_id"))["name"]
	r["main_site_id"], r["main_site_name"], r["main_phonenumber"] = site.id(), site["name"], site["phonenumber"]
	r["main_delivery_address"] = site["delivery_address"]
	r["main_contact_id"], r["main_contact_name"] = contact.id(), contact["name"]
	r["main_contact_email"], r["main_contact_phonenumber"] = contact["emailaddress"], contact["phonenumber"]
	r["use"], r["key"], r["table"], r["alastupdate"] = "client", r.id(), int64(2), stored[updated]
}

// freeClient lets a customer be deleted who has nothing left but what Halo made: the main site and its General User.
// What a real Halo refuses is not known.
func (c *call) freeClient(r record) error {
	for _, site := range c.store.all("site") {
		if site.int("client_id") != r.id() {
			continue
		}
		if site.id() != r.int("main_site_id") {
			return bad("This customer cannot be deleted because it has sites.")
		}
		if err := c.freeSite(site); err != nil {
			return err
		}
		c.drop("site", site.id())
	}
	return nil
}

// saveSite checks a site. One needs a name and a customer; another customer moves it.
func (c *call) saveSite(old, next, in record) error {
	if strings.TrimSpace(next.text("name")) == "" {
		return bad("Please enter a value for the field Name.")
	}
	client := c.store.get("client", next.int("client_id"))
	if client == nil || c.settings.Restricted && client.id()%3 == 0 {
		return bad("The field client_id has a value that does not exist.")
	}
	c.address(old, next, in, "delivery_address")
	c.address(old, next, in, "invoice_address")
	return nil
}

func (c *call) siteStored(old, next, in record) error {
	if old == nil {
		c.settle(next, in, "newsite_")
	}
	return nil
}

// showSite adds what Halo works out of a site.
func (c *call) showSite(r record) {
	stored := c.store.get("site", r.id())
	client := c.store.get("client", r.int("client_id"))
	r["client_name"] = client["name"]
	r["clientsite_name"] = client.text("name") + "/" + r.text("name")
	r["maincontact_name"] = c.store.get("users", r.int("maincontact_id"))["name"]
	r["country_code_name"], r["region_code_name"], r["use"], r["slastupdate"] = r["country_code"], nil, "site", stored[updated]
	address, _ := r["delivery_address"].(record)
	for n, from := range map[string]string{"1": "line1", "2": "line2", "3": "line3", "4": "line4", "5": "postcode"} {
		r["delivery_address_line"+n] = address[from]
	}
}

// freeSite lets a site be deleted where nobody is left but the General User.
func (c *call) freeSite(r record) error {
	for _, u := range c.store.all("users") {
		if u.int("site_id") != r.id() {
			continue
		}
		if !u.bool(generalUser) {
			return bad("This site cannot be deleted because it has users.")
		}
		c.drop("users", u.id())
	}
	return nil
}

// saveUser checks a user. One needs a name and a site; a site of another customer moves the user there (inferred).
func (c *call) saveUser(old, next, in record) error {
	if strings.TrimSpace(next.text("name")) == "" {
		return bad("Please enter a value for the field Name.")
	}
	site := c.store.get("site", next.int("site_id"))
	if site == nil || c.settings.Restricted && site.int("client_id")%3 == 0 {
		return bad("The field site_id has a value that does not exist.")
	}
	email := next.text("emailaddress")
	if !c.settings.UniqueEmail || email == "" || in["emailaddress"] == nil {
		return nil
	}
	for _, u := range c.store.all("users") {
		if u.id() != next.id() && strings.EqualFold(u.text("emailaddress"), email) {
			return bad("A user with this email address already exists: " + u.text("name"))
		}
	}
	return nil
}

// showUser adds what Halo works out of a user.
func (c *call) showUser(r record) {
	stored := c.store.get("users", r.id())
	site := c.store.get("site", r.int("site_id"))
	client := c.store.get("client", site.int("client_id"))
	r["site_id_int"], r["site_name"], r["client_id"], r["client_name"] = site.id(), site["name"], client.id(), client["name"]
	r["user_with_clientsite"] = r.text("name") + " (" + client.text("name") + "/" + site.text("name") + ")"
	r["use"], r["ulastupdate"] = "user", stored[updated]
}

// pick returns the first of two values that is not null.
func pick(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

// freeUser takes what is linked to a user along.
func (c *call) freeUser(r record) error {
	if r.bool(generalUser) {
		return bad("The General User cannot be deleted.")
	}
	return nil
}
