package dynamics

import (
	"strings"

	"ferry/core/practice/world"
)

// label writes a text as labels are written: in the languages it has, and in the caller's.
//
// Web API: UserLocalizedLabel may be null although LocalizedLabels is not: no label in the caller's language.
func label(text string, language int, userNull bool, id string) object {
	if text == "" {
		return object{members: []member{{"LocalizedLabels", []object{}}, {"UserLocalizedLabel", nil}}}
	}
	one := object{members: []member{
		{"Label", text}, {"LanguageCode", language}, {"IsManaged", true}, {"MetadataId", id}, {"HasChanged", nil},
	}}
	var user any = one
	if userNull || language != 1033 {
		user = nil
	}
	return object{members: []member{{"LocalizedLabels", []object{one}}, {"UserLocalizedLabel", user}}}
}

// tableObject is what EntityDefinitions tells about a table.
func (c *call) tableObject(t *world.Table) object {
	id := t.MetadataID
	return object{members: []member{
		{"ActivityTypeMask", 0},
		{"IsActivity", t.Activity},
		{"IsActivityParty", false},
		{"IsAvailableOffline", true},
		{"IsChildEntity", false},
		{"IsCustomEntity", t.Custom},
		{"IsIntersect", t.Intersect},
		{"IsPrivate", t.Private},
		{"IsManaged", !t.Custom},
		{"IsLogicalEntity", false},
		{"IsValidForAdvancedFind", !t.Intersect && !t.Private},
		{"IsEnabledForCharts", !t.Intersect},
		{"LogicalName", t.Logical},
		{"LogicalCollectionName", orNil(t.CollectionName)},
		{"CollectionSchemaName", orNil(t.Schema + "s")},
		{"EntitySetName", t.Set},
		{"SchemaName", t.Schema},
		{"ObjectTypeCode", t.ObjectTypeCode},
		{"OwnershipType", enum{"OwnershipTypes", t.Ownership}},
		{"PrimaryIdAttribute", t.Key},
		{"PrimaryNameAttribute", orNil(t.Title)},
		{"PrimaryImageAttribute", nil},
		{"TableType", tableType(t)},
		{"DataProviderId", nil},
		{"ChangeTrackingEnabled", t.Tracked},
		{"CanChangeTrackingBeEnabled", managed(true, "canchangetrackingbeenabled")},
		{"CanCreateAttributes", managed(true, "cancreateattributes")},
		{"IsCustomizable", managed(true, "iscustomizable")},
		{"DisplayName", label(t.Display, t.Language, t.LabelsNull, id)},
		{"DisplayCollectionName", label(t.Plural, t.Language, t.LabelsNull, id)},
		{"Description", label("", 0, false, id)},
		{"MetadataId", id},
		{"HasChanged", nil},
		{"Privileges", c.privilegeObjects(t)},
	}}
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func tableType(t *world.Table) string {
	if t.Activity {
		return "Activity"
	}
	return "Standard"
}

// privilegeObjects names the rights on a table.
func (c *call) privilegeObjects(t *world.Table) []object {
	var list []object
	for _, right := range []string{"Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share"} {
		name := c.store.world.Privilege(t, right)
		list = append(list, object{members: []member{
			{"CanBeBasic", t.Ownership == "UserOwned"}, {"CanBeDeep", t.Ownership == "UserOwned"}, {"CanBeGlobal", true},
			{"CanBeLocal", t.Ownership == "UserOwned"}, {"Name", name}, {"PrivilegeId", c.store.world.PrivilegeID(name)}, {"PrivilegeType", right},
		}})
	}
	return list
}

// casts tells which metadata type a column has, by its AttributeTypeName.
func cast(col *world.Column) string {
	switch col.Type {
	case "LookupType", "OwnerType", "CustomerType", "PartyListType":
		return "LookupAttributeMetadata"
	case "UniqueidentifierType":
		return "UniqueIdentifierAttributeMetadata"
	case "VirtualType", "CalendarRulesType":
		return "AttributeMetadata"
	}
	return strings.TrimSuffix(col.Type, "Type") + "AttributeMetadata"
}

// attributeObject is what Attributes tells about a column: what all have, and what its type has.
func attributeObject(t *world.Table, col *world.Column) object {
	id := col.MetadataID
	o := object{kind: cast(col), members: []member{
		{"AttributeOf", orNil(col.AttributeOf)},
		{"AttributeType", enum{"AttributeTypeCode", col.Code}},
		{"AttributeTypeName", object{members: []member{{"Value", col.Type}}}},
		{"CanBeSecuredForCreate", true},
		{"CanBeSecuredForRead", true},
		{"CanBeSecuredForUpdate", true},
		{"ColumnNumber", col.Index + 1},
		{"EntityLogicalName", t.Logical},
		{"IsCustomAttribute", col.Custom},
		{"IsFilterable", false},
		{"IsLogical", col.Logicalised},
		{"IsManaged", !col.Custom},
		{"IsPrimaryId", col.Logical == t.Key},
		{"IsPrimaryName", col.Logical == t.Title},
		{"IsSecured", col.Secured},
		{"IsValidForCreate", col.ValidForCreate},
		{"IsValidForRead", col.ValidForRead},
		{"IsValidForUpdate", col.ValidForUpdate},
		{"IsValidODataAttribute", col.ValidOData},
		{"IsValidForAdvancedFind", managed(col.ValidOData, "canmodifysearchsettings")},
		{"LogicalName", col.Logical},
		{"SchemaName", col.Schema},
		{"SourceType", sourceType(col)},
		{"RequiredLevel", managed(enum{"AttributeRequiredLevel", col.Required}, "canmodifyrequirementlevelsettings")},
		{"DisplayName", label(col.Display, col.Language, col.LabelsNull, id)},
		{"Description", label("", 0, false, id)},
		{"MetadataId", id},
		{"HasChanged", nil},
	}}
	o.members = append(o.members, typed(col)...)
	return o
}

func sourceType(col *world.Column) any {
	switch col.Type {
	case "LookupType", "OwnerType", "CustomerType", "UniqueidentifierType", "VirtualType":
		if col.SourceType == 0 {
			return nil
		}
	}
	return col.SourceType
}

// typed is what only the type of a column has.
func typed(col *world.Column) []member {
	switch col.Type {
	case "StringType":
		format := col.Format
		if format == "" {
			format = "Text"
		}
		return []member{
			{"MaxLength", col.MaxLength}, {"DatabaseLength", 2 * col.MaxLength}, {"Format", format},
			{"FormatName", object{members: []member{{"Value", format}}}}, {"AutoNumberFormat", nil}, {"YomiOf", nil},
		}
	case "MemoType":
		return []member{{"MaxLength", col.MaxLength}, {"Format", "TextArea"}}
	case "IntegerType":
		return []member{{"MinValue", bound(col.Min, -2147483648)}, {"MaxValue", bound(col.Max, 2147483647)}, {"Format", orText(col.Format, "None")}}
	case "BigIntType":
		return []member{{"MinValue", bound(col.Min, 0)}, {"MaxValue", bound(col.Max, 0)}}
	case "DecimalType", "DoubleType":
		return []member{{"Precision", col.Precision}, {"MinValue", bound(col.Min, -100000000000)}, {"MaxValue", bound(col.Max, 100000000000)}}
	case "MoneyType":
		return []member{
			{"Precision", col.Precision}, {"PrecisionSource", 2}, {"IsBaseCurrency", col.CalculationOf != ""},
			{"CalculationOf", orNil(col.CalculationOf)}, {"MinValue", bound(col.Min, -922337203685477)}, {"MaxValue", bound(col.Max, 922337203685477)},
		}
	case "BooleanType":
		return []member{{"DefaultValue", false}}
	case "PicklistType", "StateType", "StatusType", "MultiSelectPicklistType":
		return []member{{"DefaultFormValue", -1}}
	case "DateTimeType":
		return []member{
			{"Format", orText(col.Format, "DateAndTime")},
			{"DateTimeBehavior", object{members: []member{{"Value", orText(col.Behavior, "UserLocal")}}}}, {"ImeMode", "Inactive"},
		}
	case "LookupType", "OwnerType", "CustomerType", "PartyListType":
		return []member{{"Targets", append([]string{}, col.Targets...)}, {"Format", "None"}}
	case "ImageType":
		return []member{{"MaxHeight", 144}, {"MaxWidth", 144}, {"IsPrimaryImage", true}, {"CanStoreFullImage", false}, {"MaxSizeInKB", 10240}}
	case "FileType":
		return []member{{"MaxSizeInKB", 32768}}
	}
	return nil
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func bound(f *float64, other float64) float64 {
	if f == nil {
		return other
	}
	return *f
}

// optional reports whether a column has options.
func optional(col *world.Column) bool {
	switch col.Type {
	case "BooleanType", "PicklistType", "StateType", "StatusType", "MultiSelectPicklistType":
		return true
	}
	return false
}

// optionSet is the set of options of a column.
func optionSet(t *world.Table, col *world.Column) object {
	kind := "OptionSetMetadata"
	name := col.OptionSet
	if name == "" {
		name = t.Logical + "_" + col.Logical
	}
	o := object{kind: kind}
	if col.Type == "BooleanType" {
		o.kind = "BooleanOptionSetMetadata"
		for _, opt := range col.Options {
			side := "FalseOption"
			if opt.Value != 0 {
				side = "TrueOption"
			}
			o.members = append(o.members, member{side, optionObject(col, opt)})
		}
	} else {
		list := []object{}
		for _, opt := range col.Options {
			list = append(list, optionObject(col, opt))
		}
		o.members = append(o.members, member{"Options", list})
	}
	o.members = append(o.members,
		member{"IsCustomOptionSet", col.Custom}, member{"IsGlobal", col.Global != ""}, member{"IsManaged", !col.Custom},
		member{"Name", name}, member{"OptionSetType", enum{"OptionSetType", optionSetType(col)}},
		member{"DisplayName", label(col.Display, col.Language, col.LabelsNull, col.MetadataID)},
		member{"MetadataId", col.MetadataID}, member{"HasChanged", nil})
	return o
}

func optionSetType(col *world.Column) string {
	switch col.Type {
	case "BooleanType":
		return "Boolean"
	case "StateType":
		return "State"
	case "StatusType":
		return "Status"
	}
	return "Picklist"
}

func optionObject(col *world.Column, opt world.Option) object {
	o := object{members: []member{
		{"Value", opt.Value},
		{"Label", label(opt.Label, col.Language, col.LabelsNull, col.MetadataID)},
		{"Description", label("", 0, false, "")},
		{"Color", nil}, {"IsManaged", true}, {"ExternalValue", nil}, {"ParentValues", []string{}}, {"MetadataId", nil}, {"HasChanged", nil},
	}}
	switch col.Type {
	case "StateType":
		o.kind = "StateOptionMetadata"
		o.members = append(o.members, member{"DefaultStatus", opt.DefaultStatus}, member{"InvariantName", orNil(opt.Label)})
	case "StatusType":
		o.kind = "StatusOptionMetadata"
		o.members = append(o.members, member{"State", opt.State}, member{"TransitionData", nil})
	}
	return o
}

func relationObject(r *world.Relation) object {
	cascade := object{}
	for _, n := range []string{"Assign", "Delete", "Archive", "Merge", "Reparent", "Share", "Unshare", "RollupView"} {
		v := "NoCascade"
		if n == "Delete" {
			v = "RemoveLink"
		}
		cascade.members = append(cascade.members, member{n, v})
	}
	return object{members: []member{
		{"ReferencedAttribute", r.ReferencedAttribute}, {"ReferencedEntity", r.ReferencedEntity},
		{"ReferencingAttribute", r.ReferencingAttribute}, {"ReferencingEntity", r.ReferencingEntity},
		{"ReferencedEntityNavigationPropertyName", orNil(r.ReferencedNav)}, {"ReferencingEntityNavigationPropertyName", orNil(r.ReferencingNav)},
		{"IsHierarchical", false}, {"IsCustomRelationship", r.Custom}, {"IsManaged", !r.Custom}, {"IsValidForAdvancedFind", true},
		{"SchemaName", r.Schema}, {"SecurityTypes", "Append"}, {"RelationshipType", enum{"RelationshipType", "OneToManyRelationship"}},
		{"CascadeConfiguration", cascade}, {"MetadataId", stableID("relation " + r.Schema)}, {"HasChanged", nil},
	}}
}

func manyObject(r *world.ManyRelation) object {
	return object{members: []member{
		{"Entity1LogicalName", r.Entity1}, {"Entity1IntersectAttribute", r.Entity1Attribute}, {"Entity1NavigationPropertyName", orNil(r.Entity1Nav)},
		{"Entity2LogicalName", r.Entity2}, {"Entity2IntersectAttribute", r.Entity2Attribute}, {"Entity2NavigationPropertyName", orNil(r.Entity2Nav)},
		{"IntersectEntityName", r.Intersect}, {"IsCustomRelationship", r.Custom}, {"IsManaged", !r.Custom}, {"SchemaName", r.Schema},
		{"RelationshipType", enum{"RelationshipType", "ManyToManyRelationship"}}, {"MetadataId", stableID("relation " + r.Schema)}, {"HasChanged", nil},
	}}
}

func keyObject(t *world.Table, k *world.AlternateKey) object {
	return object{members: []member{
		{"KeyAttributes", append([]string{}, k.Columns...)}, {"EntityLogicalName", t.Logical}, {"LogicalName", k.Logical}, {"SchemaName", k.Schema},
		{"EntityKeyIndexStatus", enum{"EntityKeyIndexStatus", k.Status}}, {"IsManaged", false},
		{"DisplayName", label(k.Schema, 1033, false, "")}, {"MetadataId", stableID("key " + t.Logical + "." + k.Logical)}, {"HasChanged", nil},
	}}
}
