package halo

import (
	"fmt"
	"strconv"
	"strings"
)

// firstTable is the first id of a custom table: it is its own usage, in the same numbers as Halo's own tables.
const firstTable = 1004

// tableOf is where a row keeps which custom table it belongs to.
const tableOf = "\x00table"

// How rows are written.
const (
	addRows     = iota // they come to those that are there
	replaceRows        // those that are not sent go, unless the field says otherwise (inferred)
	editRows           // they are there already
)

// saveTable checks a custom table.
func (c *call) saveTable(old, next, in record) error {
	if strings.TrimSpace(next.text("name")) == "" {
		return bad("Please enter a value for the field Name.")
	}
	if old != nil {
		return nil
	}
	c.store.table("customtable").last = max(c.store.table("customtable").last, firstTable-1)
	next["id"] = c.store.next("customtable")
	return nil
}

// tableStored makes the fields of a new table and writes rows.
//
// Halo API: rows are added, changed and deleted by a POST of their table. For a table that hangs on records, the rows
// that are sent for one record are all it has from then on: clients warn of it.
func (c *call) tableStored(old, next, in record) error {
	fields, _ := in["fields"].([]record)
	for _, f := range fields {
		f = f.clone()
		f["usage"] = next.id()
		if err := c.nested("fieldinfo", f); err != nil {
			return err
		}
	}
	mode := addRows
	if next.int("linkto_table_id") > 0 {
		mode = replaceRows
		if has := hasAny(in, "customfields", "add_customfields", "_add_rows"); has && c.store.get(tableName(next.int("linkto_table_id")), in.int("key")) == nil {
			return bad("The field key has a value that does not exist.")
		}
	}
	for _, one := range []struct {
		member string
		mode   int
	}{{"customfields", mode}, {"add_customfields", addRows}, {"edit_customfields", editRows}} {
		list, _ := in[one.member].([]record)
		for _, sent := range list {
			if err := c.writeRows(next.id(), in.int("key"), sent, one.mode); err != nil {
				return err
			}
		}
	}
	if rows, ok := in["_add_rows"].([]record); ok {
		if err := c.putRows(next.id(), in.int("key"), rows, addRows, 0); err != nil {
			return err
		}
	}
	gone, _ := in["delete_customfields"].([]int64)
	return c.deleteRows(next.id(), gone)
}

func hasAny(in record, names ...string) bool {
	for _, n := range names {
		if in[n] != nil {
			return true
		}
	}
	return false
}

// writeRows writes the rows that are the value of a custom field, for a parent: a record, a row of another table, or
// nothing.
func (c *call) writeRows(table, parent int64, sent record, mode int) error {
	list, ok := sent["value"].([]any)
	if !ok && sent["value"] != nil {
		return bad("The value of a table must be an array of rows.")
	}
	rows := make([]record, len(list))
	for i, one := range list {
		r, err := understood("CustomTableRow", one, "value["+strconv.Itoa(i)+"]", c.settings.Lenient)
		if err != nil {
			return err
		}
		rows[i] = r
	}
	gone, _ := sent["delete_these_rows"].([]int64)
	if err := c.deleteRows(table, gone); err != nil {
		return err
	}
	if mode == replaceRows && (sent.bool("add_rows") || sent.bool("dont_delete_rows") || sent["value"] == nil) {
		mode = addRows
	}
	return c.putRows(table, parent, rows, mode, sent.int("table_matching_field"))
}

// putRows writes rows. A row is known by its id, or by the value of the matching field.
func (c *call) putRows(table, parent int64, rows []record, mode int, matching int64) error {
	seen := map[int64]bool{}
	for _, in := range rows {
		old := c.store.get("row", in.id())
		switch {
		case in.id() > 0 && (old == nil || old.int(tableOf) != table):
			return bad(fmt.Sprintf("The row %d does not exist.", in.id()))
		case old == nil && mode == editRows:
			return bad("A row that is changed needs its id.")
		case old == nil && matching > 0 && c.settings.MatchRows != "ignored":
			var err error
			if old, err = c.matchingRow(table, parent, in, matching); err != nil {
				return err
			}
		}
		next := record{"fkid": parent, tableOf: table}
		if old != nil {
			next = old.clone()
		} else {
			next["id"] = c.store.next("row")
		}
		seen[next.id()] = true
		list, _ := in["customfields"].([]record)
		merged := c.settings.ReplaceFields
		c.settings.ReplaceFields = false // the cells of a row that are not sent stay
		err := c.writeFields(table, next, list)
		c.settings.ReplaceFields = merged
		if err != nil {
			return err
		}
		c.put("row", next)
	}
	if mode != replaceRows {
		return nil
	}
	for _, r := range c.rowsOf(table, parent) {
		if !seen[r.id()] {
			c.dropRow(r)
		}
	}
	return nil
}

// matchingRow finds the row that has the same value in a field.
func (c *call) matchingRow(table, parent int64, in record, matching int64) (record, error) {
	list, _ := in["customfields"].([]record)
	if c.settings.MatchRows == "anywhere" {
		parent = 0
	}
	for _, sent := range list {
		f, err := c.field(table, sent)
		if err != nil {
			return nil, err
		}
		if f.id() != matching {
			continue
		}
		v, err := c.cell(f, sent)
		if err != nil || v == nil {
			return nil, err
		}
		for _, r := range c.rowsOf(table, parent) {
			if fmt.Sprint(cells(r)[matching]) == fmt.Sprint(v) {
				return r, nil
			}
		}
	}
	return nil, nil
}

func (c *call) rowsOf(table, parent int64) []record {
	return c.store.by("row", holderKey(table, parent))
}

func (c *call) deleteRows(table int64, ids []int64) error {
	for _, id := range ids {
		r := c.store.get("row", id)
		if r == nil || r.int(tableOf) != table {
			return bad(fmt.Sprintf("The row %d does not exist.", id))
		}
		c.dropRow(r)
	}
	return nil
}

// dropRow takes the rows below a row along.
func (c *call) dropRow(r record) {
	for _, f := range c.fieldsFor(r.int(tableOf)) {
		if f.int("type") == TypeTable {
			for _, child := range c.rowsOf(f.int("table_id"), r.id()) {
				c.dropRow(child)
			}
		}
	}
	c.drop("row", r.id())
}

// showRows are the rows below a parent, with the rows below them.
func (c *call) showRows(table, parent int64) []record {
	out := []record{}
	for _, r := range c.rowsOf(table, parent) {
		fields := c.showFields(table, r)
		display := ""
		if len(fields) > 0 {
			display, _ = fields[0]["display"].(string)
		}
		out = append(out, record{"id": r.id(), "fkid": r.int("fkid"), "display": display, "customfields": fields})
	}
	return out
}

// showTable shows a table. Its fields and rows are in the details only.
func (c *call) showTable(r record) {
	r["db_name"] = "CT" + strings.ReplaceAll(r.text("name"), " ", "")
	r["linkto_table_name"] = map[int64]string{2: "Customer", 3: "Site", 4: "User"}[r.int("linkto_table_id")]
	if _, one := c.pathID(); !one || !c.flag("includedetails") {
		return
	}
	fields := []record{}
	for _, f := range c.fieldsFor(r.id()) {
		fields = append(fields, c.show(kindOf("fieldinfo"), f, true))
	}
	rows := c.showRows(r.id(), 0)
	total := len(rows)
	if c.flag("pageinate") {
		size, number := min(c.settings.pageCap(), max(1, c.number("page_size", 50))), max(1, c.number("page_no", 1))
		from := min(total, (number-1)*size)
		rows = rows[from:min(total, from+size)]
		r["page_no"], r["page_size"] = number, size
	}
	r["fields"], r["rows"], r["record_count"] = fields, rows, total
	r["ctfield"] = record{"id": r.id(), "name": r["db_name"], "type": TypeTable, "usage": r.id(), "value": rows}
	r["customfields"] = []any{r["ctfield"]}
}

// freeTable takes the rows and the fields of a table along.
func (c *call) freeTable(r record) error {
	for _, row := range c.rowsOf(r.id(), 0) {
		c.dropRow(row)
	}
	for _, f := range c.fieldsFor(r.id()) {
		c.drop("fieldinfo", f.id())
	}
	return nil
}
