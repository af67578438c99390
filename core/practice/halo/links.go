package halo

import (
	"strings"
	"unicode/utf8"
)

// listLinks answers the external links that fit what is asked for. The description knows no pages of them.
func (c *call) listLinks(k *kind) error {
	if err := c.knows("table_id", "module_id", "third_party_id", "halo_id", "third_party_secondary_id", "details_id",
		"pageinate", "page_no", "page_size", "order", "orderdesc"); err != nil {
		return err
	}
	if c.settings.Links == "unreadable" {
		return forbidden("You do not have permission to access this resource.")
	}
	rows := []record{}
	for _, r := range c.store.all(k.name) {
		fits := true
		for _, name := range []string{"table_id", "module_id", "halo_id", "details_id"} {
			fits = fits && (c.query.Get(name) == "" || int64(c.number(name, -1)) == r.int(name))
		}
		for _, name := range []string{"third_party_id", "third_party_secondary_id"} {
			fits = fits && (c.query.Get(name) == "" || strings.EqualFold(c.query.Get(name), r.text(name)))
		}
		if fits {
			rows = append(rows, c.show(k, r, true))
		}
	}
	switch {
	case c.settings.PagedLinks && c.flag("pageinate"):
		size, number := min(c.settings.pageCap(), max(1, c.number("page_size", 50))), max(1, c.number("page_no", 1))
		from := min(len(rows), (number-1)*size)
		return c.say(200, record{"record_count": len(rows), "page_no": number, "page_size": size, k.key: rows[from:min(len(rows), from+size)]})
	case c.settings.CapLinks:
		rows = rows[:min(len(rows), c.settings.pageCap())]
	}
	return c.sayList(k, rows)
}

// sameLink finds a link by its id or by what it is known by (inferred): table, module, connection and foreign id.
func (c *call) sameLink(k *kind, in record) (record, error) {
	if in.id() > 0 {
		return c.byID(k, in)
	}
	if found := c.store.by("externallink", linkKey(in)); len(found) > 0 {
		return found[0], nil
	}
	return nil, nil
}

// saveLink checks a link.
func (c *call) saveLink(old, next, in record) error {
	if old == nil {
		next["date_created"] = next["datecreated"]
	}
	next["date_updated"] = c.stamp()
	switch {
	case next.text("third_party_id") == "":
		return bad("Please enter a value for the field third_party_id.")
	case utf8.RuneCountInString(next.text("third_party_id")) > 1000:
		return bad("String or binary data would be truncated: third_party_id.")
	case c.store.get(tableName(next.int("table_id")), next.int("halo_id")) == nil:
		return bad("The field halo_id has a value that does not exist.")
	}
	return nil
}

// tableName is the kind that a number of Halo's tables stands for.
func tableName(id int64) string {
	return map[int64]string{2: "client", 3: "site", 4: "users"}[id]
}

// linked finds the record that a write is about: by its id, or by the foreign id that it is to be matched by. What the
// matching members do is inferred from their names.
func (c *call) linked(k *kind, in record) (record, error) {
	if in.id() > 0 || c.settings.MatchIgnored || c.settings.Links == "ignored" {
		return c.byID(k, in)
	}
	third, module := in.text("_match_thirdparty_id"), in.int("_match_integration_id")
	if third == "" && in.bool("_isimport") {
		third, module = in.text("_importthirdpartyid"), in.int("_importtypeid")
	}
	if third == "" {
		return nil, nil
	}
	link, _ := c.sameLink(k, record{"table_id": k.table, "module_id": module, "details_id": in.int("import_details_id"), "third_party_id": third})
	if r := c.store.get(k.name, link.int("halo_id")); r != nil && !c.hidden(k, r) {
		return r, nil
	}
	return nil, nil
}

// writeLink stores the link that came with a record.
func (c *call) writeLink(k *kind, next, in record) error {
	link, ok := in["new_external_link"].(record)
	if !ok && in.text("_importthirdpartyid") != "" {
		link, ok = record{"module_id": in.int("_importtypeid"), "details_id": in.int("import_details_id"), "third_party_id": in["_importthirdpartyid"]}, true
	}
	if !ok || c.settings.Links == "ignored" {
		return nil
	}
	link = link.clone()
	link["table_id"], link["halo_id"] = k.table, next.id()
	return c.nested("externallink", link)
}

// showLinks are the links of a record.
func (c *call) showLinks(k *kind, r record) []record {
	out := []record{}
	if c.settings.Links == "unreadable" {
		return out
	}
	for _, l := range c.store.by("externallink", holderKey(k.table, r.id())) {
		out = append(out, c.show(kindOf("externallink"), l, false))
	}
	return out
}

// unlink takes the links and rows of a deleted record along.
func (c *call) unlink(k *kind, id int64) {
	if k.table == 0 {
		return
	}
	for _, l := range c.store.by("externallink", holderKey(k.table, id)) {
		c.drop("externallink", l.id())
	}
}
