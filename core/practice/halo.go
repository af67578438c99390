package practice

import (
	"net/http"
	"strings"

	"ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// What opens the practice Halo.
const (
	HaloTenant   = "practice"
	HaloClientID = "4e1d7c3a-92b5-4f60-a8d7-5c6b7a8f9e01"
	HaloSecret   = "practice~Halo.5Tr8wL2-9c4e1b7a"
)

// newHalo makes the practice Halo behind a door.
func (e *Environment) newHalo(o Options, d *door) http.Handler {
	e.HaloAddress = d.address("https")
	e.Halo = halo.New(halo.Options{
		Address: e.HaloAddress, Elsewhere: strings.Replace(e.HaloAddress, "localhost", "127.0.0.1", 1),
		Tenant: HaloTenant, ClientID: HaloClientID, Secret: HaloSecret, Settings: o.Halo, Seed: e.acquainted(), Now: o.Now,
	})
	return e.Halo
}

// acquainted is a Halo in which some of the organisation's companies and people are already, so that matching has
// something to find: some once, one in other letters, one twice, one inactive; and some whom Dynamics does not know.
func (e *Environment) acquainted() halo.Seed {
	seed := halo.Instance()
	known := e.companies(10)
	for i, c := range known {
		switch i {
		case 1:
			c.Name = strings.ToUpper(c.Name)
		case 2:
			c.Fields = halo.Values{"CFTier": "Standard", "CFSegments": []string{"Owners", "Yards"}, "CFRemark": "Written by hand", "CFKeyAccount": true,
				"CFSince": "2019-04-01", "CFOpens": "08:30", "CFStory": "<p>Old friends</p>", "CFContract": "4711", "CFBerths": []halo.Values{{"CFBerth": "A 1"}, {"CFBerth": "A 2"}}}
			c.Website, c.Ref = "https://kept.example", "H-0002"
		case 3: // twice
			seed.Customers = append(seed.Customers, halo.Customer{Name: c.Name, Ref: "second"})
		case 4:
			c.Inactive = true
		}
		seed.Customers = append(seed.Customers, c)
	}
	seed.Customers = append(seed.Customers,
		halo.Customer{Name: "Halcyon Chandlers", Website: "halcyon.example", Phone: "+44 20 7946 0101", Sites: []halo.Site{
			{Name: "Main", Phone: "+44 20 7946 0101", Fields: halo.Values{"CFSiteCode": "LON"}, Users: []halo.User{
				{Name: "Mo Halcyon", First: "Mo", Last: "Halcyon", Email: "mo@halcyon.example", Title: "Owner"}, {Name: "Shared desk", Email: "desk@halcyon.example", Inactive: true}}},
			{Name: "", Users: []halo.User{{Email: "nameless@halcyon.example"}}}, // both were imported long ago without a name
			{Name: "Old quay", Inactive: true},
		}},
		halo.Customer{Name: "Unassigned", Sites: []halo.Site{{Name: "Main"}}},
	)
	return seed
}

// companies are the first active companies of the organisation with a name, each with some of its people.
func (e *Environment) companies(most int) []halo.Customer {
	var found []halo.Customer
	places := map[string]int{}
	accounts := reader{e.World, e.World.Table("account")}
	for i := 0; i < min(200, e.World.Positions(accounts.table)) && len(found) < most; i++ {
		name := accounts.text(i, "name")
		if name == "" || accounts.cell(i, "statecode").N != 0 {
			continue
		}
		places[e.World.Key(accounts.table, i)] = len(found)
		found = append(found, halo.Customer{Name: name, Website: accounts.text(i, "websiteurl"), Sites: []halo.Site{{Name: "Main", Phone: accounts.text(i, "telephone1")}}})
	}
	contacts := reader{e.World, e.World.Table("contact")}
	for i := range min(1500, e.World.Positions(contacts.table)) {
		at, ok := places[contacts.cell(i, "parentcustomerid").S]
		if !ok || len(found[at].Sites[0].Users) > 2 {
			continue
		}
		u := halo.User{Name: contacts.text(i, "fullname"), First: contacts.text(i, "firstname"), Last: contacts.text(i, "lastname"), Email: contacts.text(i, "emailaddress1")}
		if u.Name != "" && u.Email != "" {
			found[at].Sites[0].Users = append(found[at].Sites[0].Users, u)
		}
	}
	return found
}

// A reader reads cells of a table by their names.
type reader struct {
	world *world.World
	table *world.Table
}

func (r reader) cell(i int, column string) world.Cell {
	c := r.table.Column(column)
	if c == nil {
		return world.Cell{}
	}
	return r.world.Cell(r.table, i, c)
}

func (r reader) text(i int, column string) string { return r.cell(i, column).S }
