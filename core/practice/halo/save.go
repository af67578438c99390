package halo

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// Names under which a record keeps what is never sent or read.
const (
	generalUser = "\x00general" // a user that Halo made for a site
	updated     = "\x00updated"
)

// save stores the records of a POST: those with an id are changed in the members that they have, others are made.
//
// Halo API: a POST is an array; one record is answered by an object, several by an array in their order (inferred).
func (c *call) save(k *kind) error {
	if len(c.query) > 0 {
		return c.knows()
	}
	if !strings.Contains(c.r.Header.Get("Content-Type"), "json") {
		return &failure{status: http.StatusUnsupportedMediaType, message: "Unsupported Media Type"}
	}
	in, err := read(k.entity, c.body, c.settings.Lenient)
	if err != nil {
		return err
	}
	saved := make([]record, len(in))
	for i, r := range in {
		mark := len(c.undo)
		id, err := c.upsert(k, r)
		if err != nil {
			if c.settings.Batch != "partial" {
				mark = 0
			}
			c.rollback(mark)
			return err
		}
		saved[i] = c.show(k, c.store.get(k.name, id), true)
		if c.settings.Warning != "" {
			saved[i]["_warning"] = c.settings.Warning
		}
	}
	status := http.StatusCreated
	if c.settings.Status200 {
		status = http.StatusOK
	}
	if len(saved) == 1 && !c.settings.OneAsArray {
		return c.say(status, saved[0])
	}
	return c.say(status, saved)
}

// upsert stores one record and returns its id.
func (c *call) upsert(k *kind, in record) (int64, error) {
	old, err := k.find(c, k, in)
	if err != nil {
		return 0, err
	}
	next := record{"id": c.fresh(k, in), "datecreated": c.stamp()}
	if old != nil {
		next = old.clone()
	}
	for name, v := range in {
		if m := schema[k.entity][name]; name != "id" && m.Use == Kept && m.Kind != Object && m.Kind != List {
			next[name] = v
		}
	}
	next[updated] = c.stamp()
	if err := c.fits(k, next); err != nil {
		return 0, err
	}
	if err := k.saved(c, old, next, in); err != nil {
		return 0, err
	}
	if list, ok := in["customfields"].([]record); ok && k.table > 0 {
		if err := c.writeFields(k.table, next, list); err != nil {
			return 0, err
		}
	}
	if err := c.complete(k, old, next); err != nil {
		return 0, err
	}
	c.put(k.name, next)
	if k.stored != nil {
		if err := k.stored(c, old, next, in); err != nil {
			return 0, err
		}
	}
	if k.table > 0 {
		if err := c.writeLink(k, next, in); err != nil {
			return 0, err
		}
	}
	c.announce(k, old, next, in)
	return next.id(), nil
}

// columns are the lengths of columns that are known; all others are 4000.
func columns(k *kind, name string) int {
	return or(map[string]int{"users.name": 255, "users.firstname": 200, "users.surname": 200}[k.name+"."+name], 4000)
}

// fits refuses texts that are longer than their column.
func (c *call) fits(k *kind, next record) error {
	for name, v := range next {
		text, ok := v.(string)
		if !ok || k.table == 0 || utf8.RuneCountInString(text) <= columns(k, name) {
			continue
		}
		f := &failure{status: http.StatusBadRequest, message: "String or binary data would be truncated: " + name + "."}
		if c.settings.TooLong == "exception" {
			f.status = http.StatusInternalServerError
		}
		return f
	}
	return nil
}

// fresh is an id for a new record, 0 when the write is about one that is there.
func (c *call) fresh(k *kind, in record) int64 {
	if k.name == "lookup" || k.name == "customtable" || in.id() > 0 {
		return 0
	}
	return c.store.next(k.name)
}

// byID finds the record that a write is about by its id alone: without one it is a new record, whatever is there
// already.
func (c *call) byID(k *kind, in record) (record, error) {
	id := in.id()
	if id <= 0 {
		return nil, nil
	}
	old := c.store.get(k.name, id)
	if old == nil || c.hidden(k, old) {
		return nil, missing()
	}
	return old, nil
}

// complete refuses a new record without a field that this instance wants.
func (c *call) complete(k *kind, old, next record) error {
	if old != nil {
		return nil
	}
	for _, m := range c.settings.Mandatory {
		name, ok := strings.CutPrefix(m, k.name+".")
		if !ok {
			continue
		}
		v := next[name]
		if f := c.fieldNamed(k.table, name); f != nil {
			v = cells(next)[f.id()]
		}
		if v == nil || v == "" || v == int64(0) {
			return bad("Please make sure that the mandatory field " + name + " has a value.")
		}
	}
	return nil
}

// stamp is now as Halo writes it.
func (c *call) stamp() string { return c.now().UTC().Format("2006-01-02T15:04:05.000") }

// A Mail is something that Halo sent because of a write that did not tell it to keep quiet.
type Mail struct {
	Entity string // "client", "site", "users"
	ID     int64
	What   string // "welcome", "automation", "import"
	To     string
}

// announce sends what a write sets off: a welcome to new people with an address, unless it is switched off; whatever
// automations there are, unless they are; and word to the agents that somebody works here, unless it is an import.
// What a real Halo does is inferred; here everything is sent that is not forbidden in so many words.
func (c *call) announce(k *kind, old, next, in record) {
	var sent []Mail
	if k.table == 0 {
		return
	}
	welcome := map[string][2]string{"client": {"newclient_sendwelcomeemail", "newclient_contactemail"}, "site": {"newsite_sendwelcomeemail", "newsite_contactemail"},
		"users": {"sendwelcomeemail", "emailaddress"}}[k.name]
	never := k.name == "users" && next.bool("neversendemails")
	told, isTold := in[welcome[0]].(bool)
	if to := in.text(welcome[1]); to != "" && !never && (told || !isTold && old == nil) {
		sent = append(sent, Mail{k.name, next.id(), "welcome", to})
	}
	if !in.bool("_dont_fire_automations") {
		sent = append(sent, Mail{k.name, next.id(), "automation", in.text(welcome[1])})
	}
	if !in.bool("_isimport") {
		sent = append(sent, Mail{k.name, next.id(), "import", ""})
	}
	before := len(c.store.outbox)
	c.undo = append(c.undo, func() { c.store.outbox = c.store.outbox[:before] })
	c.store.outbox = append(c.store.outbox, sent...)
}

// address merges an address into what is stored under a name.
func (c *call) address(old, next, in record, name string) {
	sent, ok := in[name].(record)
	if !ok {
		if _, given := in[name]; given {
			next[name] = nil
		}
		return
	}
	a := record{"id": int64(0)}
	if was, ok := old[name].(record); ok {
		a = was.clone()
	}
	for n, v := range sent {
		if schema["AddressStore"][n].Use == Kept && n != "id" {
			a[n] = v
		}
	}
	if a.id() == 0 {
		a["id"] = c.store.next("address")
	}
	next[name] = a
}
