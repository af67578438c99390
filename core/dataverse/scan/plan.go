package scan

import "ferry/core"

// A Type says what a member is turned into.
type Type uint8

const (
	Text    Type = iota
	Integer      // a whole number; anything else stays exact
	Number       // a number, its digits exactly as sent
	Boolean
	Choice
	Choices // "1,9"
	Time
	Clock // a time of no time zone, which is sent with a Z all the same
	Date
	Ref   // a GUID and, in an annotation, the table it belongs to
	ID    // a GUID
	Bytes // base64
)

// A Field is one value of a record: which member it stands in and what that is turned into.
type Field struct {
	Name  string // the member: "name", "_ownerid_value"
	Type  Type
	Table string // of a Ref: the table when no annotation names one
}

// A Plan says what is taken from each record. It never changes once made and may be shared.
type Plan struct {
	fields []Field
	slots  map[string]slot
	copies [][2]int // fields that ask for a member again: from, to
	nulls  []core.Value
}

// A slot is what is done with one member.
type slot struct {
	job   job
	field int // index into fields; -1 for a key that was not asked for
}

type job uint8

const (
	skip    job = iota
	convert     // turn into fields[field]
	key         // the record's key, and fields[field]
	table       // annotation: the table of the Ref in fields[field]
	context     // of a delta: ends in $deletedEntity where the record is gone
	removed     // of a delta: present where the record is gone
	id          // of a delta: the key of a record that is gone
)

// Unasked says that the answer has whatever the server gives: of what is not in it nothing is known, not that it is empty.
func (p *Plan) Unasked() {
	for i := range p.nulls {
		p.nulls[i] = core.Value{}
	}
}

// lookupTable is the annotation that names the table a lookup points at.
const lookupTable = "@Microsoft.Dynamics.CRM.lookuplogicalname"

// NewPlan makes a plan for records whose key is the member named keyName. With delta, deleted records are recognised.
func NewPlan(keyName string, fields []Field, delta bool) *Plan {
	p := &Plan{fields: fields, slots: make(map[string]slot, 2*len(fields)+4)}
	if delta {
		p.slots["@odata.context"] = slot{context, -1}
		p.slots["@context"] = slot{context, -1}
		p.slots["@removed"] = slot{removed, -1}
		p.slots["@odata.removed"] = slot{removed, -1}
		p.slots["@odata.id"] = slot{id, -1}
		p.slots["id"] = slot{id, -1}
	}
	p.slots[keyName] = slot{key, -1}
	for i, f := range fields {
		p.nulls = append(p.nulls, core.Null())
		before, twice := p.slots[f.Name]
		switch {
		case f.Name == keyName && before.field < 0:
			p.slots[f.Name] = slot{key, i}
		case twice && before.field >= 0:
			p.copies = append(p.copies, [2]int{before.field, i})
		default:
			p.slots[f.Name] = slot{convert, i}
		}
		if f.Type == Ref && !(twice && before.field >= 0) {
			p.slots[f.Name+lookupTable] = slot{table, i}
		}
	}
	return p
}
