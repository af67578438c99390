package world

import "strings"

// The organisation's own tables: ships and their voyages, with every type of column there is.

const (
	vessel    = "new_vessel"
	voyage    = "new_voyage"
	crew      = "new_vessel_contact"
	ledger    = "new_ledger"
	stockroom = "new_stockroom"
)

// uncodedClass is a code that rows of new_vessel.new_class still carry although the option was deleted long ago.
const uncodedClass = 100000099

// A maker of tables: it copies what the platform puts into every table from account.
type builder struct {
	account *Table
	table   *Table
}

// platformColumns is what every table owned by users has.
var platformColumns = []string{
	"createdon", "createdby", "createdbyname", "createdbyyominame", "createdonbehalfby", "createdonbehalfbyname",
	"createdonbehalfbyyominame", "modifiedon", "modifiedby", "modifiedbyname", "modifiedbyyominame",
	"modifiedonbehalfby", "modifiedonbehalfbyname", "modifiedonbehalfbyyominame", "overriddencreatedon",
	"importsequencenumber", "versionnumber", "timezoneruleversionnumber", "utcconversiontimezonecode", "ownerid",
	"owneridname", "owneridyominame", "owneridtype", "owninguser", "owningteam", "owningbusinessunit", "statecode",
	"statecodename", "statuscode", "statuscodename",
}

func build(account *Table, schema, display, plural string, code int) *builder {
	logical := strings.ToLower(schema)
	b := &builder{account: account, table: &Table{
		Logical: logical, Schema: schema, Set: logical + "s", CollectionName: logical + "s", Display: display, Plural: plural,
		Key: logical + "id", Title: "new_name", Ownership: "UserOwned", ObjectTypeCode: code, Custom: true, Tracked: true,
		Language: english,
	}}
	b.add(schema+"Id", display, "Uniqueidentifier", func(c *Column) {
		c.Required, c.ValidForUpdate, c.Custom = "SystemRequired", false, false
	})
	for _, name := range platformColumns {
		b.borrow(name)
	}
	return b
}

// borrow copies a column of account and the relationships it stands for.
func (b *builder) borrow(name string) {
	for _, c := range b.account.Columns {
		if c.Logical != name {
			continue
		}
		mine := *c
		mine.MetadataID = ""
		if mine.OptionSet != "" && mine.Global == "" {
			mine.OptionSet = b.table.Logical + "_" + name
		}
		b.table.Columns = append(b.table.Columns, &mine)
	}
	for _, r := range b.account.ManyToOne {
		if r.ReferencingAttribute != name {
			continue
		}
		r.Schema = strings.ReplaceAll(r.Schema, "account", b.table.Logical)
		if !strings.Contains(r.Schema, b.table.Logical) {
			r.Schema = b.table.Logical + "_" + r.Schema
		}
		r.ReferencingEntity, r.ReferencedNav = b.table.Logical, r.Schema
		b.table.ManyToOne = append(b.table.ManyToOne, r)
	}
}

// add puts a column in. The schema name keeps its case.
func (b *builder) add(schema, display, kind string, more ...func(c *Column)) *Column {
	c := &Column{
		Logical: strings.ToLower(schema), Schema: schema, Display: display, Type: kind + "Type", Custom: true,
		ValidForRead: true, ValidForCreate: true, ValidForUpdate: true, ValidOData: true, Language: english,
	}
	for _, m := range more {
		m(c)
	}
	c.complete(b.table.Logical)
	b.table.Columns = append(b.table.Columns, c)
	return c
}

// name adds the column that only shows what another one means; it is none in the Web API.
func (b *builder) name(of *Column, kind string) {
	c := b.add(of.Schema+"Name", "", kind, func(c *Column) {
		c.AttributeOf, c.ValidForCreate, c.ValidForUpdate, c.ValidOData, c.Logicalised = of.Logical, false, false, false, true
		if kind == "String" {
			c.MaxLength, c.Format = 100, "Text"
		}
	})
	c.Property = ""
}

func (b *builder) text(schema, display string, length int, more ...func(c *Column)) *Column {
	return b.add(schema, display, "String", append([]func(c *Column){func(c *Column) {
		c.MaxLength, c.Format = length, "Text"
	}}, more...)...)
}

// choice adds a choice of the given type with its options, as in "1=Open".
func (b *builder) choice(schema, display, kind string, options []Option) *Column {
	c := b.add(schema, display, kind, func(c *Column) { c.Options = options })
	b.name(c, "Virtual")
	return c
}

// lookup adds a lookup and a relationship for each target. With several targets the name by which it is written has
// the target's name behind it.
func (b *builder) lookup(schema, display, kind string, targets ...string) *Column {
	c := b.add(schema, display, kind, func(c *Column) { c.Targets = targets })
	b.name(c, "String")
	for _, target := range targets {
		nav, name := schema, target+"_"+b.table.Logical
		if len(targets) > 1 {
			nav += "_" + target
			name += "_" + schema
		}
		if target == vessel {
			name = "new_vessel_new_voyage"
		}
		if !strings.HasPrefix(name, "new_") {
			name = "new_" + name
		}
		b.table.ManyToOne = append(b.table.ManyToOne, Relation{
			Schema: name, ReferencedEntity: target, ReferencedAttribute: target + "id", ReferencingEntity: b.table.Logical,
			ReferencingAttribute: c.Logical, ReferencedNav: name, ReferencingNav: nav, Custom: true,
		})
	}
	return c
}

func between(low, high float64, precision int) func(c *Column) {
	return func(c *Column) { c.Min, c.Max, c.Precision = &low, &high, precision }
}

func dates(format, behavior string) func(c *Column) {
	return func(c *Column) { c.Format, c.Behavior = format, behavior }
}

// ownTables makes the organisation's own tables.
func ownTables(standard []*Table) []*Table {
	account := standard[0]
	return []*Table{vesselTable(account), voyageTable(account), crewTable(), ledgerTable(account), stockroomTable(account)}
}

func vesselTable(account *Table) *Table {
	b := build(account, "new_Vessel", "Vessel", "Vessels", 10112)
	b.text("new_Name", "Name", 200, func(c *Column) { c.Required = "ApplicationRequired" })
	b.text("new_Number", "Number", 20)
	b.text("new_Remark", "Remark", 4000, func(c *Column) { c.Format = "TextArea" })
	b.add("new_Log", "Log", "Memo", func(c *Column) { c.MaxLength, c.Format = 1048576, "TextArea" })
	b.add("new_Berths", "Berths", "Integer", between(-2147483648, 2147483647, 0), func(c *Column) { c.Format = "None" })
	b.add("new_Transponder", "Transponder", "BigInt", between(-9223372036854775808, 9223372036854775807, 0))
	b.add("new_Draught", "Draught (m)", "Decimal", between(-100000000000, 100000000000, 10))
	b.add("new_Speed", "Speed (kn)", "Double", between(-100000000000, 100000000000, 5))
	price := b.add("new_Price", "Price", "Money", between(-922337203685477, 922337203685477, 4))
	b.add("new_price_Base", "Price (Base)", "Money", between(-922337203685477, 922337203685477, 4), func(c *Column) {
		c.CalculationOf, c.ValidForCreate, c.ValidForUpdate = price.Logical, false, false
	})
	b.borrow("transactioncurrencyid")
	b.borrow("transactioncurrencyidname")
	b.borrow("exchangerate")
	b.choice("new_IsAfloat", "Afloat", "Boolean", []Option{{Value: 1, Label: "Yes"}, {Value: 0, Label: "No"}})
	class := b.choice("new_Class", "Class", "Picklist", []Option{
		{Value: 100000000, Label: "Barque"}, {Value: 100000001, Label: "Brig"}, {Value: 100000002, Label: "Schooner"},
		{Value: 100000003}, {Value: -1, Label: "Wreck"}, {Value: 2147483647, Label: "Škuner \"Baltik\""},
	})
	class.Required = "Recommended"
	b.choice("new_Cargo", "Cargo", "MultiSelectPicklist", []Option{
		{Value: 1, Label: "Timber"}, {Value: 2, Label: "Grain; dry"}, {Value: 9, Label: "Tea, black"}, {Value: 100, Label: "Sel"}, {Value: 7},
	})
	b.add("new_Launched", "Launched", "DateTime", dates("DateOnly", "DateOnly"))
	b.add("new_LastSeen", "Last seen", "DateTime", dates("DateAndTime", "UserLocal"))
	b.add("new_Departs", "Departs (local time)", "DateTime", dates("DateAndTime", "TimeZoneIndependent"))
	b.lookup("new_HomeAccountId", "Home", "Lookup", "account")
	b.lookup("new_Holder", "Holder", "Customer", "account", "contact")
	b.add("new_ExternalId", "External id", "Uniqueidentifier")
	image := b.add("new_PortraitId", "Portrait id", "Uniqueidentifier", func(c *Column) { c.ValidForCreate, c.ValidForUpdate = false, false })
	b.add("new_Portrait", "Portrait", "Image", func(c *Column) { c.AttributeOf = image.Logical })
	b.text("new_Portrait_URL", "", 200, func(c *Column) {
		c.AttributeOf, c.Format, c.ValidForCreate, c.ValidForUpdate = image.Logical, "Url", false, false
	})
	b.add("new_Portrait_Timestamp", "", "BigInt", func(c *Column) {
		c.AttributeOf, c.ValidForCreate, c.ValidForUpdate = image.Logical, false, false
	})
	manifest := b.add("new_Manifest", "Manifest", "File")
	b.text("new_Manifest_Name", "", 200, func(c *Column) {
		c.AttributeOf, c.ValidForCreate, c.ValidForUpdate, c.ValidOData = manifest.Logical, false, false, true
	})
	b.text("new_Passcode", "Passcode", 100, func(c *Column) { c.Secured = true })
	b.text("new_Heimathafen", "Heimathafen", 100, func(c *Column) { c.LabelsNull, c.Language = true, german })
	b.add("new_VoyageCount", "Voyages", "Integer", between(0, 2147483647, 0), func(c *Column) {
		c.SourceType, c.ValidForCreate, c.ValidForUpdate = 2, false, false
	})
	b.table.Keys = []AlternateKey{
		{Schema: "new_VesselNumber", Logical: "new_vesselnumber", Columns: []string{"new_number"}, Status: "Active"},
		{Schema: "new_VesselNameClass", Logical: "new_vesselnameclass", Columns: []string{"new_name", "new_class"}, Status: "Failed"},
	}
	b.table.ManyToMany = []ManyRelation{{
		Schema: crew, Intersect: crew, Entity1: vessel, Entity1Attribute: "new_vesselid", Entity1Nav: crew,
		Entity2: "contact", Entity2Attribute: "contactid", Entity2Nav: crew, Custom: true,
	}}
	return b.table
}

func voyageTable(account *Table) *Table {
	b := build(account, "new_Voyage", "Voyage", "Voyages", 10113)
	b.text("new_Name", "Name", 100)
	b.lookup("new_VesselId", "Vessel", "Lookup", vessel)
	b.add("new_From", "From", "DateTime", dates("DateOnly", "UserLocal"))
	b.add("new_Until", "Until", "DateTime", dates("DateAndTime", "UserLocal"))
	b.add("new_Miles", "Miles", "Decimal", between(0, 1000000, 2))
	b.lookup("new_CaptainId", "Captain", "Lookup", "contact")
	b.add("new_Story", "Story", "Memo", func(c *Column) { c.MaxLength, c.Format = 10000, "RichText" })
	b.table.Tracked = false
	return b.table
}

// crewTable holds the pairs of vessel and contact.
func crewTable() *Table {
	b := &builder{table: &Table{
		Logical: crew, Schema: crew, Set: crew + "set", CollectionName: crew + "set", Display: "", Plural: "",
		Key: crew + "id", Ownership: "None", ObjectTypeCode: 10114, Custom: true, Intersect: true, Language: english,
	}}
	readOnly := func(c *Column) { c.ValidForCreate, c.ValidForUpdate = false, false }
	b.add(crew+"id", "", "Uniqueidentifier", readOnly)
	b.add("new_vesselid", "", "Uniqueidentifier", readOnly)
	b.add("contactid", "", "Uniqueidentifier", readOnly)
	b.add("versionnumber", "", "BigInt", readOnly)
	return b.table
}

// ledgerTable is private: the system keeps it for itself.
func ledgerTable(account *Table) *Table {
	b := build(account, "new_Ledger", "Ledger", "Ledgers", 10115)
	b.text("new_Name", "Name", 100)
	b.table.Private, b.table.Tracked = true, false
	return b.table
}

// stockroomTable has labels in German only, whatever language the caller speaks.
func stockroomTable(account *Table) *Table {
	b := build(account, "new_Stockroom", "Lagerplatz", "Lagerplätze", 10116)
	b.text("new_Name", "Bezeichnung", 100)
	b.add("new_Flaeche", "Fläche (m²)", "Decimal", between(0, 100000, 2))
	b.table.LabelsNull, b.table.Language = true, german
	for _, c := range b.table.Columns {
		c.LabelsNull, c.Language = true, german
	}
	return b.table
}

// extendStandard adds the organisation's own columns to standard tables.
func extendStandard(tables []*Table) {
	for _, t := range tables {
		b := &builder{table: t}
		switch t.Logical {
		case "account":
			b.choice("new_Segments", "Segments", "MultiSelectPicklist", []Option{
				{Value: 1, Label: "Owners"}, {Value: 2, Label: "Charterers"}, {Value: 3, Label: "Yards"}, {Value: 4},
			})
			b.add("new_Limit", "Own limit", "Money", between(-922337203685477, 922337203685477, 4))
			b.text("new_Scoring", "Scoring", 50, func(c *Column) { c.Secured = true })
		case "contact":
			b.add("new_Certified", "Certified on", "DateTime", dates("DateOnly", "DateOnly"))
			b.add("new_Allergies", "Allergies", "Memo", func(c *Column) { c.MaxLength, c.Format = 4000, "TextArea" })
		}
	}
}
