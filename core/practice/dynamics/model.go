package dynamics

import (
	"strings"
	"sync"

	"ferry/core/practice/world"
)

// A model is a table as the Web API sees it: its properties and its navigation properties.
type model struct {
	*world.Table
	key        *world.Column
	columns    map[string]*world.Column // by property name
	logical    map[string]*world.Column // by logical name
	properties []*world.Column          // in the order of an answer without $select
	single     map[string]single
	many       map[string]collection
	currency   *world.Column // the row's currency, which comes along with every amount of money
}

// A single is a single-valued navigation property: the lookup behind it and the table it leads to.
type single struct {
	name   string
	column *world.Column
	target string
}

// A collection is a collection-valued navigation property.
type collection struct {
	name   string
	table  string // of the rows
	column string // of that table: the lookup that points back; "" for a many-to-many relationship
	// Of a many-to-many relationship: the table of pairs, its column for this table and its column for the other.
	pairs, here, there string
}

// models keeps the models that were made, as long as their tables stay as they are.
type models struct {
	world *world.World
	old   bool // a server that does not know what came with version 9

	mu   sync.Mutex
	made map[string]*model
}

func newModels(w *world.World) *models {
	return &models{world: w, made: map[string]*model{}}
}

func (m *models) table(logical string) *model { return m.of(m.world.Table(logical)) }

func (m *models) set(set string) *model { return m.of(m.world.BySet(set)) }

func (m *models) of(t *world.Table) *model {
	if t == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if made := m.made[t.Logical]; made != nil && made.Table == t {
		return made
	}
	made := build(t, m.old)
	m.made[t.Logical] = made
	return made
}

func build(t *world.Table, old bool) *model {
	o := &model{
		Table: t, columns: map[string]*world.Column{}, logical: map[string]*world.Column{},
		single: map[string]single{}, many: map[string]collection{},
	}
	for _, c := range t.Columns {
		o.logical[c.Logical] = c
		if c.Logical == t.Key {
			o.key = c
		}
		if c.Property == "" || !c.ValidForRead || old && newer(c) {
			continue
		}
		o.columns[c.Property] = c
		o.properties = append(o.properties, c)
		if c.Logical == "transactioncurrencyid" {
			o.currency = c
		}
	}
	o.relate()
	return o
}

// newer reports whether a column is of a type that came with version 9.
func newer(c *world.Column) bool { return c.Type == "MultiSelectPicklistType" || c.Type == "FileType" }

// relate finds the navigation properties.
func (o *model) relate() {
	for _, r := range o.ManyToOne {
		c := o.logical[r.ReferencingAttribute]
		if c == nil || r.ReferencingNav == "" {
			continue
		}
		o.single[r.ReferencingNav] = single{name: r.ReferencingNav, column: c, target: r.ReferencedEntity}
		// An activity also has the names of the table that all activities share.
		if shared, own := strings.CutSuffix(r.ReferencingNav, "_"+o.Logical); own && o.Activity {
			if _, taken := o.single[shared]; !taken {
				o.single[shared] = single{name: shared, column: c, target: r.ReferencedEntity}
			}
		}
	}
	for _, r := range o.OneToMany {
		if r.ReferencedNav != "" {
			o.many[r.ReferencedNav] = collection{name: r.ReferencedNav, table: r.ReferencingEntity, column: r.ReferencingAttribute}
		}
	}
	for _, r := range o.ManyToMany {
		if r.Entity1 == o.Logical && r.Entity1Nav != "" {
			o.many[r.Entity1Nav] = collection{name: r.Entity1Nav, table: r.Entity2, pairs: r.Intersect, here: r.Entity1Attribute, there: r.Entity2Attribute}
		}
		if r.Entity2 == o.Logical && r.Entity2Nav != "" {
			o.many[r.Entity2Nav] = collection{name: r.Entity2Nav, table: r.Entity1, pairs: r.Intersect, here: r.Entity2Attribute, there: r.Entity1Attribute}
		}
	}
}

// navigation returns the name by which a lookup that points at table is bound, "" when there is none.
func (o *model) navigation(c *world.Column, table string) string {
	owner := ""
	for _, r := range o.ManyToOne {
		if r.ReferencingAttribute != c.Logical {
			continue
		}
		if r.ReferencedEntity == table {
			return r.ReferencingNav
		}
		if r.ReferencedEntity == "owner" {
			owner = r.ReferencingNav
		}
	}
	return owner
}

// abstract reports whether a table is only what users and teams have in common.
func abstract(table string) bool { return table == "owner" || table == "principal" }

// lookup reports whether a column holds a reference.
func lookup(c *world.Column) bool {
	switch c.Type {
	case "LookupType", "OwnerType", "CustomerType":
		return true
	}
	return false
}

// edm is the type that a column has in the Web API, "" when it has none.
func edm(c *world.Column) string {
	switch c.Type {
	case "StringType", "MemoType", "MultiSelectPicklistType", "EntityNameType":
		return "Edm.String"
	case "IntegerType", "PicklistType", "StateType", "StatusType":
		return "Edm.Int32"
	case "BigIntType":
		return "Edm.Int64"
	case "DecimalType", "MoneyType":
		return "Edm.Decimal"
	case "DoubleType":
		return "Edm.Double"
	case "BooleanType":
		return "Edm.Boolean"
	case "ManagedPropertyType":
		return "mscrm.BooleanManagedProperty"
	case "DateTimeType":
		if c.Behavior == "DateOnly" {
			return "Edm.Date"
		}
		return "Edm.DateTimeOffset"
	case "LookupType", "OwnerType", "CustomerType", "UniqueidentifierType", "FileType":
		return "Edm.Guid"
	case "ImageType":
		return "Edm.Binary"
	}
	if strings.HasSuffix(c.Type, "Type") {
		return "Edm.String"
	}
	return ""
}
