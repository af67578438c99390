package halo

// code is where an option keeps the number by which it is known in its list; its own id is made of both.
const code = "\x00code"

// lookupTypes is the list of lists.
const lookupTypes = 11

func optionKey(list, code int64) int64 { return list<<24 | code }

// key is the id under which a record of a kind is kept: that of an option is made of its list and its code.
func (c *call) key(k *kind, id int64) int64 {
	if k.name == "lookup" {
		return optionKey(int64(c.number("lookupid", 0)), id)
	}
	return id
}

// listOptions answers a list of values. Inactive ones come with showallcodes only (inferred).
func (c *call) listOptions(k *kind) error {
	if err := c.knows("lookupid", "showallcodes", "exclude_zero", "iscustomfield"); err != nil {
		return err
	}
	list := int64(c.number("lookupid", 0))
	if list == lookupTypes {
		rows := []record{}
		for _, f := range c.store.all("fieldinfo") {
			if f.int("lookup") > 0 {
				rows = append(rows, record{"lookupid": int64(lookupTypes), "id": f.int("lookup"), "name": f.text("label")})
			}
		}
		return c.sayList(k, rows)
	}
	return c.sayList(k, c.optionsOf(list, c.flag("showallcodes")))
}

func (c *call) optionRecords(list int64) []record {
	return c.store.by("lookup", holderKey(list, 0))
}

func (c *call) optionsOf(list int64, inactive bool) []record {
	rows := []record{}
	for _, r := range c.optionRecords(list) {
		if inactive || !r.bool("inactive") {
			rows = append(rows, c.show(kindOf("lookup"), r, true))
		}
	}
	return rows
}

// sameOption finds an option by its list and its code.
func (c *call) sameOption(k *kind, in record) (record, error) {
	if in.id() <= 0 {
		return nil, nil
	}
	old := c.store.get("lookup", optionKey(in.int("lookupid"), in.id()))
	if old == nil {
		return nil, missing()
	}
	return old, nil
}

// saveOption checks an option of a list that a field has.
func (c *call) saveOption(old, next, in record) error {
	list := next.int("lookupid")
	if list == 0 || list > c.store.table("list").last {
		return bad("The field lookupid has a value that does not exist.")
	}
	if next.text("name") == "" {
		return bad("Please enter a value for the field Name.")
	}
	if old != nil {
		return nil
	}
	for _, r := range c.optionRecords(list) {
		next[code] = max(next.int(code), r.int(code))
	}
	next[code] = next.int(code) + 1
	next["id"] = optionKey(list, next.int(code))
	if next["sequence"] == nil {
		next["sequence"] = next[code]
	}
	return nil
}

func (c *call) showOption(r record) {
	id, _ := r["id"].(int64)
	r["id"] = id & (1<<24 - 1)
}
