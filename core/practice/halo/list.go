package halo

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// page answers a list of customers, sites or users.
//
// Halo API: the names page_no, pageinate and record_count are spelt like this. A page has at most so many rows, whatever
// is asked for, and nothing says so. Without an order there is no total one.
func (c *call) page(k *kind) error {
	if err := c.knows("search", "search_name_only", "search_phonenumbers", "advanced_search", "includeactive", "includeinactive", "activeinactive", "toplevel_id", "client_id",
		"site_id", "count", "idonly", "pageinate", "page_no", "page_size", "order", "orderdesc", "includedetails", "includeaddress", "includenotes",
		"exclude_generaluser", "include_custom_fields", "domain", "exclude_internal", "lastupdatefromdate"); err != nil {
		return err
	}
	var found []record
	keep, err := c.filter(k)
	if err != nil {
		return err
	}
	for _, r := range c.store.all(k.name) {
		if !c.hidden(k, r) && keep(r) {
			found = append(found, r)
		}
	}
	if err := c.sort(k, found); err != nil {
		return err
	}
	total := len(found)
	paged := c.flag("pageinate")
	size, number := c.settings.pageCap(), 1
	if paged {
		size, number = min(size, max(1, c.number("page_size", 50))), max(1, c.number("page_no", 1))
	} else {
		size = min(size, max(0, c.number("count", size)))
	}
	from := min(total, (number-1)*size)
	found = found[from:min(total, from+size)]
	rows := make([]record, len(found))
	for i, r := range found {
		rows[i] = c.row(k, r)
	}
	out := record{"record_count": total, k.key: rows, "page_no": nil, "page_size": nil}
	if paged {
		out["page_no"], out["page_size"] = number, size
		out["columns_id"] = 0
	}
	if k.name == "users" {
		out["user_ids"] = nil
	}
	return c.say(200, out)
}

// row is a record as lists show it.
func (c *call) row(k *kind, r record) record {
	all := c.show(k, r, false)
	out := record{"id": all["id"]}
	if c.flag("idonly") {
		return out
	}
	names := k.rows
	if c.settings.Sparse {
		names = []string{"id", "name", "inactive", "client_id", "site_id", "use"}
	}
	for _, n := range names {
		if v, ok := all[n]; ok {
			out[n] = v
		}
	}
	if !c.settings.Sparse {
		out["customfields"] = c.fieldColumns(k, r)
	}
	if c.flag("includenotes") {
		out["notes"] = all["notes"]
	}
	if c.flag("includeaddress") && k.name == "site" {
		for _, n := range []string{"delivery_address_line1", "delivery_address_line2", "delivery_address_line3", "delivery_address_line4", "delivery_address_line5"} {
			out[n] = all[n]
		}
	}
	return out
}

// filter says which records a list has. Inactive ones only when they are asked for (inferred).
func (c *call) filter(k *kind) (func(record) bool, error) {
	active, inactive := true, c.flag("includeinactive")
	if v := c.query.Get("includeactive"); v != "" {
		active = c.flag("includeactive")
	}
	if v := c.query.Get("activeinactive"); v != "" {
		parts := strings.Split(strings.ToLower(v), ",")
		active, inactive = contains(parts, "true"), contains(parts, "false")
	}
	advanced, err := c.advanced()
	if err != nil {
		return nil, err
	}
	search := strings.ToLower(c.query.Get("search"))
	in := searched(k)
	if c.flag("search_phonenumbers") {
		in = append(in, "phonenumber", "mobilenumber", "homenumber")
	}
	if c.flag("search_name_only") {
		in = []string{"name"}
	}
	return func(r record) bool {
		if r.bool("inactive") && !inactive || !r.bool("inactive") && !active {
			return false
		}
		if !c.belongs(k, r) || !advanced(r) {
			return false
		}
		if c.flag("exclude_generaluser") && r.bool(generalUser) {
			return false
		}
		if d := c.query.Get("domain"); d != "" && !strings.EqualFold(r.text("domain"), d) {
			return false
		}
		if from := c.query.Get("lastupdatefromdate"); from != "" && r.text(updated) < from {
			return false
		}
		return search == "" || slices.ContainsFunc(in, func(n string) bool { return strings.Contains(strings.ToLower(r.text(n)), search) })
	}, nil
}

// searched are the members in which a search looks.
func searched(k *kind) []string {
	if k.name == "users" {
		return []string{"name", "firstname", "surname", "emailaddress", "email2", "email3", "login"}
	}
	return []string{"name", "ref"}
}

// belongs keeps the records of a customer, a site or a top level.
func (c *call) belongs(k *kind, r record) bool {
	site, client := r.id(), r.int("client_id")
	switch k.name {
	case "users":
		site = r.int("site_id")
		client = c.store.get("site", site).int("client_id")
	case "client":
		client = r.id()
	}
	if n := c.number("site_id", 0); n > 0 && int64(n) != site {
		return false
	}
	if n := c.number("client_id", 0); n > 0 && int64(n) != client {
		return false
	}
	n := c.number("toplevel_id", 0)
	return n <= 0 || c.store.get("client", client).int("toplevel_id") == int64(n)
}

// advanced reads advanced_search. Only some members can be searched like this; which ones differs between instances.
func (c *call) advanced() (func(record) bool, error) {
	text := c.query.Get("advanced_search")
	if text == "" {
		return func(record) bool { return true }, nil
	}
	var list []struct {
		Name  string `json:"filter_name"`
		Type  int    `json:"filter_type"`
		Value string `json:"filter_value"`
	}
	allowed := c.settings.AdvancedSearch
	if allowed == nil {
		allowed = []string{"azureoid", "emailaddress"}
	}
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil, bad("Invalid advanced search parameter")
	}
	for _, f := range list {
		if f.Type != 2 || !contains(allowed, f.Name) {
			return nil, bad("Invalid advanced search parameter: " + f.Name)
		}
	}
	return func(r record) bool {
		for _, f := range list {
			if !strings.EqualFold(r.text(f.Name), f.Value) {
				return false
			}
		}
		return true
	}, nil
}

// sort orders as asked. Without an order, or among equals, the next list may have another one.
func (c *call) sort(k *kind, rows []record) error {
	by := orText(strings.ToLower(c.query.Get("order")), "name")
	m, ok := schema[k.entity][by]
	if !ok || m.Use != Kept || m.Kind == Object || m.Kind == List {
		return bad("Invalid order parameter: " + by)
	}
	c.lists++
	if c.lists%2 == 0 {
		slices.Reverse(rows)
	}
	down := c.flag("orderdesc")
	slices.SortStableFunc(rows, func(a, b record) int {
		n := 0
		switch m.Kind {
		case Text, Date:
			n = strings.Compare(strings.ToLower(a.text(by)), strings.ToLower(b.text(by)))
		case Int, ID:
			n = cmp.Compare(a.int(by), b.int(by))
		case Bool:
			n = cmp.Compare(strconv.FormatBool(a.bool(by)), strconv.FormatBool(b.bool(by)))
		}
		if down {
			n = -n
		}
		return n
	})
	return nil
}

func (c *call) flag(name string) bool { return strings.EqualFold(c.query.Get(name), "true") }

func (c *call) number(name string, usual int) int {
	n, err := strconv.Atoi(c.query.Get(name))
	if err != nil {
		return usual
	}
	return n
}

// bare answers a list without an envelope.
func (c *call) bare(k *kind) error {
	if err := c.knows("customonly", "usage", "includedetails", "includeinactive", "showall"); err != nil {
		return err
	}
	rows := []record{}
	for _, r := range c.store.all(k.name) {
		rows = append(rows, c.show(k, r, false))
	}
	return c.sayList(k, rows)
}

// sayList answers a list of what an administrator sets up: a bare array, or in an envelope.
func (c *call) sayList(k *kind, rows []record) error {
	if c.settings.Envelopes {
		return c.say(200, record{"record_count": len(rows), k.key: rows})
	}
	return c.say(200, rows)
}
