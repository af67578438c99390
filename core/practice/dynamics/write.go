package dynamics

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"ferry/core/practice/world"
)

// bodyLimit is how large the body of one write may be.
const bodyLimit = 16 << 20

// write answers what changes rows: create, update, delete, single properties and references.
func (c *call) write(m *model) error {
	if err := c.mayRead(m); err != nil {
		return err
	}
	first := c.path[0]
	method := c.r.Method
	switch {
	case len(c.path) == 1 && !first.call && method == http.MethodPost:
		return c.create(m)
	case len(c.path) == 1 && !first.call:
		return &failure{status: http.StatusMethodNotAllowed, code: "0x80060888", message: "The requested resource does not support http method '" + method + "'."}
	case len(c.path) == 1 && method == http.MethodPatch:
		return c.update(m)
	case len(c.path) == 1 && method == http.MethodDelete:
		return c.remove(m)
	case len(c.path) == 2 && first.call && method == http.MethodPost && c.path[1].name == queryNamespace+"AddPrivilegesRole":
		return c.addPrivileges(m)
	case len(c.path) == 2 && first.call && (method == http.MethodPut || method == http.MethodDelete) && m.columns[c.path[1].name] != nil:
		return c.writeProperty(m)
	case len(c.path) == 3 && first.call && c.path[2].name == "$ref":
		return c.writeReference(m)
	}
	return unknown(method + " of " + c.path[len(c.path)-1].name)
}

func (c *call) body() ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(c.r.Body, bodyLimit+1))
	if err != nil {
		return nil, badPayload("The body could not be read.")
	}
	if len(b) > bodyLimit {
		return nil, &failure{status: http.StatusRequestEntityTooLarge, code: "0x80060888", message: "The request body is too large."}
	}
	return b, nil
}

func (c *call) create(m *model) error {
	if err := c.may(m, "Create"); err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	cells, id, err := c.payload(m, body, true)
	if err != nil {
		return err
	}
	if err := c.mayEnter(m, cells); err != nil {
		return err
	}
	return c.insert(m, id, cells)
}

// insert stores a new row and answers as a create does.
func (c *call) insert(m *model, id string, cells map[string]world.Cell) error {
	if id != "" {
		if _, there := c.store.world.Find(m.Table, id); there {
			return &failure{status: http.StatusPreconditionFailed, code: "0x80040237", message: "A record with matching key values already exists."}
		}
	}
	key, err := c.store.world.Insert(m.Logical, id, cells)
	if err != nil {
		return err
	}
	c.later(func() { _ = c.store.world.Delete(m.Logical, key) })
	return c.written(m, key, true)
}

// written answers a create or an update: with the row when it is asked for, else with its address.
func (c *call) written(m *model, key string, created bool) error {
	address := c.base + "/" + m.Set + "(" + key + ")"
	h := c.w.Header()
	if c.prefer.representation {
		row := c.store.row(m.Logical, key)
		if row == nil {
			return noRow(m.Logical, key)
		}
		h.Add("Preference-Applied", "return=representation")
		h.Set("Location", address)
		if created {
			c.w = &createdWriter{c.w}
		}
		return c.oneRow(m, row, m.Set, true)
	}
	h.Set("OData-EntityId", address)
	if created {
		h.Set("Location", address)
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// createdWriter says 201 where 200 was meant.
type createdWriter struct{ http.ResponseWriter }

func (w *createdWriter) WriteHeader(code int) {
	if code == http.StatusOK {
		code = http.StatusCreated
	}
	w.ResponseWriter.WriteHeader(code)
}

// update answers PATCH: an update, or a create where there is no such row and no header forbids it.
func (c *call) update(m *model) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	key, err := c.keyOf(m, c.path[0].args)
	if err != nil {
		return err
	}
	row := c.store.row(m.Logical, key)
	right := "Write"
	if row == nil {
		right = "Create"
	}
	if err := c.may(m, right); err != nil {
		return err
	}
	match := c.r.Header.Get("If-Match")
	switch {
	case row == nil && match != "":
		return noRow(m.Logical, key)
	case row != nil && c.r.Header.Get("If-None-Match") == "*":
		return &failure{status: http.StatusPreconditionFailed, code: "0x80040237", message: "A record with matching key values already exists."}
	case row != nil && match != "" && match != "*" && match != `W/"`+strconv.FormatInt(row.Version, 10)+`"`:
		return &failure{status: http.StatusPreconditionFailed, code: "0x80060882", message: "The version of the existing record doesn't match the RowVersion property provided."}
	}
	cells, _, err := c.payload(m, body, row == nil)
	if err != nil {
		return err
	}
	if row == nil {
		return c.insert(m, key, cells)
	}
	if err := c.set(m, row, cells); err != nil {
		return err
	}
	return c.written(m, key, false)
}

// set changes a row, in a way that a change set can take back.
func (c *call) set(m *model, row *world.Row, cells map[string]world.Cell) error {
	before := map[string]world.Cell{}
	for name := range cells {
		before[name] = row.Cells[m.logical[name].Index]
	}
	if err := c.store.world.Set(m.Logical, row.Key, cells); err != nil {
		return err
	}
	c.later(func() { _ = c.store.world.Set(m.Logical, row.Key, before) })
	return nil
}

// later notes how a write of a change set is taken back.
func (c *call) later(undo func()) {
	if c.undo != nil {
		*c.undo = append(*c.undo, undo)
	}
}

func (c *call) remove(m *model) error {
	if err := c.may(m, "Delete"); err != nil {
		return err
	}
	row, err := c.find(m, c.path[0])
	if err != nil {
		return err
	}
	if match := c.r.Header.Get("If-Match"); match != "" && match != "*" && match != `W/"`+strconv.FormatInt(row.Version, 10)+`"` {
		return &failure{status: http.StatusPreconditionFailed, code: "0x80060882", message: "The version of the existing record doesn't match the RowVersion property provided."}
	}
	if err := c.store.world.Delete(m.Logical, row.Key); err != nil {
		return err
	}
	c.later(func() {
		cells := map[string]world.Cell{}
		for _, col := range m.Columns {
			cells[col.Logical] = row.Cells[col.Index]
		}
		_, _ = c.store.world.Insert(m.Logical, row.Key, cells)
	})
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// writeProperty answers PUT and DELETE of one property.
func (c *call) writeProperty(m *model) error {
	if err := c.may(m, "Write"); err != nil {
		return err
	}
	row, err := c.find(m, c.path[0])
	if err != nil {
		return err
	}
	name := c.path[1].name
	value := json.RawMessage("null")
	if c.r.Method == http.MethodPut {
		body, err := c.body()
		if err != nil {
			return err
		}
		var in struct {
			Value json.RawMessage `json:"value"`
		}
		if json.Unmarshal(body, &in) != nil || in.Value == nil {
			return badPayload("The body must be {\"value\":…}.")
		}
		value = in.Value
	}
	object, err := json.Marshal(map[string]json.RawMessage{name: value})
	if err != nil {
		return badPayload("The value is no JSON.")
	}
	cells, _, err := c.payload(m, object, false)
	if err != nil {
		return err
	}
	if err := c.set(m, row, cells); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// writeReference answers PUT, POST and DELETE of …/$ref.
func (c *call) writeReference(m *model) error {
	if m.Logical == "systemuser" && c.path[1].name == rolesOfUser {
		return c.giveRole(m)
	}
	if err := c.may(m, "Write"); err != nil {
		return err
	}
	row, err := c.find(m, c.path[0])
	if err != nil {
		return err
	}
	nav, coll := c.path[1], collection{}
	one, isOne := m.single[nav.name]
	if !isOne {
		var ok bool
		if coll, ok = m.many[nav.name]; !ok {
			return noProperty(nav.name, m.Logical)
		}
	}
	if c.r.Method == http.MethodDelete && isOne {
		if err := c.set(m, row, map[string]world.Cell{one.column.Logical: {}}); err != nil {
			return err
		}
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	other, err := c.otherEnd(nav)
	if err != nil {
		return err
	}
	me := world.RefCell(m.Logical, row.Key)
	if isOne {
		err = c.set(m, row, map[string]world.Cell{one.column.Logical: other})
	} else {
		err = c.link(coll, me, other, c.r.Method == http.MethodDelete)
	}
	if err == nil {
		c.w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// otherEnd is the row at the other end of a reference: in the body, in the path or in $id.
func (c *call) otherEnd(nav segment) (world.Cell, error) {
	if c.r.Method == http.MethodDelete {
		if nav.call {
			coll := c.store.models.set(c.path[0].name).many[nav.name]
			return world.RefCell(coll.table, strings.ToLower(nav.args)), nil
		}
		return c.reference(c.r.URL.Query().Get("$id"))
	}
	body, err := c.body()
	if err != nil {
		return world.Cell{}, err
	}
	var in struct {
		ID string `json:"@odata.id"`
	}
	if json.Unmarshal(body, &in) != nil || in.ID == "" {
		return world.Cell{}, badPayload("The body must be {\"@odata.id\":…}.")
	}
	return c.reference(in.ID)
}

// link adds a row to a collection or takes it out.
func (c *call) link(coll collection, me, other world.Cell, cut bool) error {
	if coll.pairs == "" {
		child := c.store.models.table(other.Table)
		row := c.store.row(other.Table, other.S)
		if child == nil || row == nil || child.logical[coll.column] == nil {
			return noRow(other.Table, other.S)
		}
		value := me
		if cut {
			value = world.Cell{}
		}
		return c.set(child, row, map[string]world.Cell{coll.column: value})
	}
	pairs := c.store.models.table(coll.pairs)
	if pairs == nil || pairs.logical[coll.here] == nil || pairs.logical[coll.there] == nil {
		return unknown("the table of pairs " + coll.pairs)
	}
	here, there := pairs.logical[coll.here], pairs.logical[coll.there]
	for _, at := range c.store.pointing(pairs, here, me.S) {
		pair := c.store.at(pairs, at)
		if pair == nil || pair.Cells[there.Index].S != other.S {
			continue
		}
		if cut {
			return c.store.world.Delete(coll.pairs, pair.Key)
		}
		return nil // they are linked already
	}
	if cut {
		return nil
	}
	_, err := c.store.world.Insert(coll.pairs, "", map[string]world.Cell{coll.here: pairCell(here, me), coll.there: pairCell(there, other)})
	return err
}

// pairCell is a reference as a table of pairs keeps it: as its id, or as a lookup.
func pairCell(col *world.Column, ref world.Cell) world.Cell {
	if lookup(col) {
		return ref
	}
	return world.TextCell(ref.S)
}
