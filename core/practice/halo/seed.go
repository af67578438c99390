package halo

import (
	"encoding/json"
	"fmt"
)

// A Seed is what a new instance has in it. The same seed gives the same ids.
type Seed struct {
	Tables    []Table
	Fields    []Field
	Customers []Customer
}

// A Field of a seed. Its options are labels, each with its Dynamics ID behind an equals sign where it has one.
type Field struct {
	Table     int64  // 2 customers, 3 sites, 4 users
	Name      string // with CF in front
	Label     string
	Type      int
	Options   []string // "Gold=1"
	Of        string   // the custom table of a table field
	Limit     int
	Mandatory bool
}

// A Table of a seed. A table field in it may only name a table that stands before it.
type Table struct {
	Name   string
	LinkTo int64 // 0 hangs on nothing
	Fields []Field
	Rows   []Values
}

// Values are what custom fields hold, by name: text, bool, the label of an option, a list of labels, or rows of Values.
type Values map[string]any

// A Customer of a seed. The first site is the main one; without sites it is called Main.
type Customer struct {
	Name, Website, Ref, Phone string
	Inactive                  bool
	Fields                    Values
	Sites                     []Site
}

// A Site of a seed.
type Site struct {
	Name, Phone string
	Inactive    bool
	Fields      Values
	Users       []User
}

// A User of a seed.
type User struct {
	Name, First, Last, Email, Title, Phone, Mobile string
	Inactive                                       bool
	Fields                                         Values
}

// sow puts the seed in. A seed is part of the program: what does not fit in it is a broken build.
func (s *Server) sow(seed Seed) {
	c := &call{Server: s}
	c.put("toplevel", record{"id": c.store.next("toplevel"), "name": "Customers", "parentid": int64(0)})
	c.put("toplevel", record{"id": c.store.next("toplevel"), "name": "Partners", "parentid": int64(1)})
	for _, t := range seed.Tables {
		made := record{"name": t.Name, "linkto_table_id": t.LinkTo}
		id := c.must("customtable", made)
		for _, f := range t.Fields {
			f.Table = id
			c.sowField(f)
		}
		for _, row := range t.Rows {
			c.sowRow(id, 0, row)
		}
	}
	for _, f := range seed.Fields {
		c.sowField(f)
	}
	for _, customer := range seed.Customers {
		c.sowCustomer(customer)
	}
}

func (c *call) must(name string, in record) int64 {
	id, err := c.upsert(kindOf(name), in)
	if err != nil {
		panic(fmt.Sprintf("the seed of the practice Halo: %v", err))
	}
	return id
}

func (c *call) sowField(f Field) {
	in := record{"name": f.Name, "label": text(f.Label), "type": int64(f.Type), "usage": f.Table, "characterlimit": int64(f.Limit), "mandatory": f.Mandatory}
	for _, t := range c.store.all("customtable") {
		if f.Of != "" && t.text("name") == f.Of {
			in["table_id"] = t.id()
		}
	}
	var options []record
	for _, o := range f.Options {
		label, id := cut(o)
		one := record{"name": label}
		if slot := c.settings.slot(); slot != "" && id != "" {
			one[slot] = id
		}
		options = append(options, one)
	}
	if options != nil {
		in["values"] = options
	}
	c.must("fieldinfo", in)
}

func cut(option string) (label, id string) {
	for i := len(option) - 1; i > 0; i-- {
		if option[i] == '=' {
			return option[:i], option[i+1:]
		}
	}
	return option, ""
}

// sowRow writes a row of a custom table.
func (c *call) sowRow(table, parent int64, v Values) {
	r := record{"id": c.store.next("row"), "fkid": parent, tableOf: table}
	c.sowFields(table, r, v)
	c.put("row", r)
}

// sowFields writes values of custom fields into a record, as a request would.
func (c *call) sowFields(usage int64, r record, v Values) {
	var list []record
	for _, f := range c.fieldsFor(usage) {
		value, ok := v[f.text("name")]
		if !ok {
			continue
		}
		if rows, ok := value.([]Values); ok {
			for _, row := range rows {
				c.sowRow(f.int("table_id"), r.id(), row)
			}
			continue
		}
		list = append(list, record{"id": json.Number(fmt.Sprint(f.id())), "value": c.coded(f, value)})
	}
	if err := c.writeFields(usage, r, list); err != nil {
		panic(fmt.Sprintf("the seed of the practice Halo: %v", err))
	}
}

// coded makes codes of labels.
func (c *call) coded(f record, v any) any {
	find := func(label string) int64 {
		for _, o := range c.optionRecords(f.int("lookup")) {
			if o.text("name") == label {
				return o.int(code)
			}
		}
		return -1
	}
	switch v := v.(type) {
	case string:
		if f.int("type") == TypeSingle {
			return fmt.Sprint(find(v))
		}
	case []string:
		var list []any
		for _, label := range v {
			list = append(list, map[string]any{"id": find(label)})
		}
		return list
	}
	return v
}

func (c *call) sowCustomer(customer Customer) {
	made := record{
		"id": c.store.next("client"), "datecreated": c.stamp(), updated: c.stamp(), "name": customer.Name, "toplevel_id": int64(1), "inactive": customer.Inactive,
		"website": text(customer.Website), "ref": text(customer.Ref),
	}
	c.sowFields(2, made, customer.Fields)
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
		c.sowFields(3, at, site.Fields)
		c.put("site", at)
		c.settle(at, record{}, "newsite_")
		for _, u := range site.Users {
			person := record{
				"id": c.store.next("users"), "datecreated": c.stamp(), updated: c.stamp(), "name": text(u.Name), "firstname": text(u.First), "surname": text(u.Last),
				"emailaddress": text(u.Email), "title": text(u.Title), "phonenumber": text(u.Phone), "mobilenumber": text(u.Mobile), "site_id": at.id(), "inactive": u.Inactive,
			}
			c.sowFields(4, person, u.Fields)
			c.put("users", person)
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
