package halo

// A Seed is what a new instance has in it. The same seed gives the same ids.
type Seed struct {
	Customers []Customer
}

// A Customer of a seed. The first site is the main one; without sites it is called Main.
type Customer struct {
	Name, Website, Ref, Phone string
	Inactive                  bool
	Sites                     []Site
}

// A Site of a seed.
type Site struct {
	Name, Phone string
	Inactive    bool
	Users       []User
}

// A User of a seed.
type User struct {
	Name, First, Last, Email, Title, Phone, Mobile string
	Inactive                                       bool
}

// sow puts the seed in.
func (s *Server) sow(seed Seed) {
	c := &call{Server: s}
	c.put("toplevel", record{"id": c.store.next("toplevel"), "name": "Customers", "long_name": "Customers", "parentid": int64(0)})
	c.put("toplevel", record{"id": c.store.next("toplevel"), "name": "Partners", "long_name": "Customers/Partners", "parentid": int64(1)})
	for _, customer := range seed.Customers {
		c.sowCustomer(customer)
	}
}

func (c *call) sowCustomer(customer Customer) {
	made := record{
		"id": c.store.next("client"), "datecreated": c.stamp(), updated: c.stamp(), "name": customer.Name, "toplevel_id": int64(1), "inactive": customer.Inactive,
		"website": text(customer.Website), "ref": text(customer.Ref),
	}
	sites := customer.Sites
	if len(sites) == 0 {
		sites = []Site{{Name: "Main", Phone: customer.Phone}}
	}
	for i, site := range sites {
		at := record{
			"id": c.store.next("site"), "datecreated": c.stamp(), updated: c.stamp(), "name": site.Name, "client_id": made.id(), "inactive": site.Inactive,
			"phonenumber": text(site.Phone), "isinvoicesite": i == 0,
		}
		if i == 0 {
			made["main_site_id"] = at.id()
		}
		c.put("site", at)
		c.settle(at, record{}, "newsite_")
		for _, u := range site.Users {
			c.put("users", record{
				"id": c.store.next("users"), "datecreated": c.stamp(), updated: c.stamp(), "name": u.Name, "firstname": text(u.First), "surname": text(u.Last),
				"emailaddress": text(u.Email), "title": text(u.Title), "phonenumber": text(u.Phone), "mobilenumber": text(u.Mobile), "site_id": at.id(), "inactive": u.Inactive,
			})
		}
	}
	c.put("client", made)
}

// text is a text, or null.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
