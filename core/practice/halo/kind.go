package halo

import "strings"

// A kind is one type of record with a route of its own.
type kind struct {
	name   string // in paths
	entity string // in the description
	table  int64  // Halo's number of it
	key    string // of the rows in a list
	scope  string
	rows   []string // members of the rows of a list

	list   func(c *call, k *kind) error
	find   func(c *call, k *kind, in record) (record, error) // which record a write is about; nil makes a new one
	saved  func(c *call, old, next, in record) error         // checks and completes a record before it is stored
	stored func(c *call, old, next, in record) error         // what follows from it; nil is nothing
	shown  func(c *call, r record)                           // adds what Halo works out
	freed  func(c *call, r record) error                     // before a record is deleted; nil is nothing
}

// kindOf returns the kind that a path names.
func kindOf(name string) *kind {
	switch name {
	case "client":
		return &kind{name: name, entity: "Area", table: 2, key: "clients", scope: "customers", list: (*call).page, find: (*call).linked,
			rows:  strings.Fields("id name toplevel_id toplevel_name inactive colour ref use key table accountsid stopped customertype is_vip is_account"),
			saved: (*call).saveClient, stored: (*call).clientStored, shown: (*call).showClient, freed: (*call).freeClient}
	case "site":
		return &kind{name: name, entity: "Site", table: 3, key: "sites", scope: "customers", list: (*call).page, find: (*call).linked,
			rows:  strings.Fields("id name client_id client_name clientsite_name inactive sla_id phonenumber timezone use ref maincontact_id country_code_name region_code_name"),
			saved: (*call).saveSite, stored: (*call).siteStored, shown: (*call).showSite, freed: (*call).freeSite}
	case "users":
		return &kind{name: name, entity: "Users", table: 4, key: "users", scope: "customers", list: (*call).page, find: (*call).linked,
			rows: strings.Fields("id name site_id site_id_int site_name client_id client_name firstname surname initials title emailaddress phonenumber phonenumber_preferred " +
				"homenumber mobilenumber mobilenumber2 fax telpref login inactive isimportantcontact isserviceaccount other1 other2 other3 other4 other5 notes azureoid use"),
			saved: (*call).saveUser, shown: (*call).showUser, freed: (*call).freeUser}
	case "toplevel":
		return &kind{name: name, entity: "TopLevel", key: "toplevels", scope: "customers", list: (*call).bare, find: (*call).byID, saved: (*call).saveTopLevel, shown: (*call).showTopLevel}
	case "externallink":
		return &kind{name: name, entity: "ExternalLink", key: "externallinks", scope: "customers", list: (*call).listLinks, find: (*call).sameLink, saved: (*call).saveLink}
	case "fieldinfo":
		return &kind{name: name, entity: "FieldInfo", key: "fieldinfos", scope: "admin", list: (*call).listFields, find: (*call).byID, saved: (*call).saveField, shown: (*call).showField, freed: (*call).freeField}
	case "lookup":
		return &kind{name: name, entity: "Lookup", key: "lookups", scope: "admin", list: (*call).listOptions, find: (*call).sameOption, saved: (*call).saveOption, shown: (*call).showOption}
	case "customtable":
		return &kind{name: name, entity: "CustomTable", key: "customtables", scope: "admin", list: (*call).bare, find: (*call).byID, saved: (*call).saveTable, stored: (*call).tableStored, shown: (*call).showTable, freed: (*call).freeTable}
	}
	return nil
}

// A client is hidden from an agent who may not use all customers. Its sites and users are too.
func (c *call) hidden(k *kind, r record) bool {
	if !c.settings.Restricted {
		return false
	}
	switch k.name {
	case "client":
		return r.id()%3 == 0
	case "site":
		return r.int("client_id")%3 == 0
	case "users":
		return c.store.get("site", r.int("site_id")).int("client_id")%3 == 0
	}
	return false
}

// show makes the object of a record: what is stored, what was never written as null, 0 or false, and what Halo works
// out.
func (c *call) show(k *kind, r record, details bool) record {
	out := record{}
	for name, m := range schema[k.entity] {
		if m.Use != Kept {
			continue
		}
		if v, ok := r[name]; ok {
			out[name] = v
			continue
		}
		switch m.Kind {
		case Int:
			out[name] = int64(0)
		case Bool:
			out[name] = false
		case List:
			out[name] = []record{}
		default:
			out[name] = nil
		}
	}
	if k.table > 0 {
		out["datecreated"] = r["datecreated"]
		if details {
			out["customfields"] = c.showFields(k.table, r)
			out["external_links"] = c.showLinks(k, r)
		}
	}
	if k.shown != nil {
		k.shown(c, out)
	}
	for name, m := range schema[k.entity] {
		if n, ok := out[name].(int64); ok && m.Kind == ID {
			out[name] = double(n)
		}
	}
	return out
}

// one answers one record.
func (c *call) one(k *kind, id int64) error {
	if err := c.knows("includedetails", "includeactivity", "includeprepay", "getlookupvalues", "entityid", "includevalues", "lookupid", "pageinate", "page_no", "page_size"); err != nil {
		return err
	}
	r := c.store.get(k.name, c.key(k, id))
	if r == nil || c.hidden(k, r) {
		if c.settings.NullForGone {
			return c.say(200, nil)
		}
		return missing()
	}
	return c.say(200, c.show(k, r, true))
}

// knows refuses parameters that the emulator does not play for this route.
func (c *call) knows(names ...string) error {
	for name := range c.query {
		if !contains(names, name) {
			return unknown("the parameter " + name)
		}
	}
	return nil
}

// remove deletes a record. What Halo answers is not known.
func (c *call) remove(k *kind, id int64) error {
	id = c.key(k, id)
	r := c.store.get(k.name, id)
	switch {
	case r == nil || c.hidden(k, r):
		return missing()
	case c.settings.DeletesRefused:
		return forbidden("You do not have permission to delete this.")
	}
	shown := c.show(k, r, false)
	if k.freed != nil {
		if err := k.freed(c, r); err != nil {
			c.rollback(0)
			return err
		}
	}
	c.drop(k.name, id)
	c.unlink(k, id)
	return c.say(200, shown)
}
