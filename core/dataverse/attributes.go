package dataverse

import (
	"strings"

	"ferry/core"
)

// An attribute is what the base type of an attribute says. What a server leaves out is nil or empty.
type attribute struct {
	LogicalName        string
	MetadataID         string `json:"MetadataId"`
	AttributeType      string
	AttributeTypeName  *struct{ Value string }
	IsValidForRead     *bool
	IsValidForCreate   *bool
	IsValidForUpdate   *bool
	IsValidODataAttr   *bool `json:"IsValidODataAttribute"`
	RequiredLevel      *struct{ Value string }
	AttributeOf        string
	SourceType         *int
	IsSecured          *bool
	IsPrimaryID        *bool `json:"IsPrimaryId"`
	DisplayName        label
	attributeTypeParts // present when the server sends whole attributes
}

// attributeTypeParts are what concrete attribute types add.
type attributeTypeParts struct {
	MaxLength        int
	Targets          []string
	DateTimeBehavior *struct{ Value string }
	OptionSet        *optionSet
	GlobalOptionSet  *optionSet
}

type optionSet struct {
	Options     []option
	TrueOption  *option
	FalseOption *option
}

type option struct {
	Value *int64
	Label label
	State *int64
}

func attributeParts() []string {
	return []string{
		"?$select=LogicalName,AttributeType,AttributeTypeName,IsValidForRead,IsValidForCreate,IsValidForUpdate,IsValidODataAttribute," +
			"RequiredLevel,AttributeOf,SourceType,IsSecured,IsPrimaryId,DisplayName",
		"?$select=LogicalName,AttributeType,AttributeTypeName,IsValidForRead,IsValidForCreate,IsValidForUpdate,RequiredLevel,AttributeOf,DisplayName",
		"",
	}
}

// kind is the attribute's type name without "Type". It is never AttributeType when there is a type name: that says
// Virtual for multi-select choices, images and files.
func (a *attribute) kind() string {
	if a.AttributeTypeName != nil && a.AttributeTypeName.Value != "" {
		return strings.TrimSuffix(a.AttributeTypeName.Value, "Type")
	}
	return a.AttributeType
}

// fieldType is the type of an attribute before more is known of it.
func fieldType(kind string) core.FieldType {
	switch kind {
	case "String":
		return core.TypeText
	case "Memo":
		return core.TypeMemo
	case "Integer":
		return core.TypeInteger
	case "BigInt":
		return core.TypeBigInt
	case "Decimal":
		return core.TypeDecimal
	case "Double":
		return core.TypeDouble
	case "Money":
		return core.TypeMoney
	case "Boolean":
		return core.TypeBoolean
	case "Picklist":
		return core.TypeChoice
	case "MultiSelectPicklist":
		return core.TypeChoices
	case "State":
		return core.TypeState
	case "Status":
		return core.TypeStatus
	case "DateTime":
		return core.TypeDateTime
	case "Lookup":
		return core.TypeLookup
	case "Owner":
		return core.TypeOwner
	case "Customer":
		return core.TypeCustomer
	case "Uniqueidentifier":
		return core.TypeID
	case "EntityName":
		return core.TypeTable
	case "Image":
		return core.TypeImage
	case "File":
		return core.TypeFile
	case "PartyList":
		return core.TypeParties
	}
	return core.TypeOther
}

// readable says whether an attribute is a property of the Web API. Derived display columns (AttributeOf) are none,
// except those of an image.
func (a *attribute) readable(images map[string]bool) bool {
	if is(a.IsValidForRead, false) || is(a.IsValidODataAttr, false) {
		return false
	}
	switch a.kind() {
	case "PartyList", "CalendarRules", "Virtual", "Custom":
		return false
	}
	if a.AttributeOf == "" {
		return true
	}
	for _, suffix := range []string{"", "_url", "_timestamp", "id"} {
		if base, ok := strings.CutSuffix(a.LogicalName, suffix); ok && images[base] {
			return true
		}
	}
	return false
}

// describes says whether an attribute only describes another one in words: the name beside a lookup, the label beside a
// choice. The Web API has them as annotations, and nobody looks for them.
func (a *attribute) describes() bool {
	switch fieldType(a.kind()) {
	case core.TypeText, core.TypeMemo, core.TypeOther:
		return a.AttributeOf != ""
	}
	return false
}

func is(b *bool, want bool) bool { return b != nil && *b == want }

// fields makes the fields of a table from its attributes.
func (s *Source) fields(attributes []attribute) []core.Field {
	images := make(map[string]bool)
	for i := range attributes {
		if attributes[i].kind() == "Image" {
			images[attributes[i].LogicalName] = true
		}
	}
	fields := make([]core.Field, 0, len(attributes))
	told := make(map[string]bool, len(attributes)) // a list may tell something twice
	for i := range attributes {
		a := &attributes[i]
		readable := a.readable(images)
		twice := told[a.LogicalName]
		told[a.LogicalName] = true
		if a.LogicalName == "" || twice || !readable && a.describes() {
			continue
		}
		f := core.Field{
			Name: a.LogicalName, Display: a.DisplayName.in(s.speaks()), Type: fieldType(a.kind()),
			Readable: readable,
			Writable: is(a.IsValidForCreate, true) || is(a.IsValidForUpdate, true),
			Secured:  is(a.IsSecured, true),
			Derived:  a.SourceType != nil && *a.SourceType != 0,
		}
		if f.Display == "" {
			f.Display = f.Name
		}
		if a.RequiredLevel != nil {
			f.Required = a.RequiredLevel.Value == "SystemRequired" || a.RequiredLevel.Value == "ApplicationRequired"
		}
		s.concrete(&f, &a.attributeTypeParts)
		fields = append(fields, f)
	}
	return fields
}

// concrete adds what the concrete type of an attribute says.
func (s *Source) concrete(f *core.Field, p *attributeTypeParts) {
	if p.MaxLength > 0 {
		f.Length = p.MaxLength
	}
	if len(p.Targets) > 0 {
		f.Targets = p.Targets
	}
	// Web API: DateTimeAttributeMetadata. Only one behaviour is a calendar day on the wire. A user-local field that shows
	// days only is an instant, and a time without a zone comes with a Z all the same.
	if f.Type == core.TypeDateTime && p.DateTimeBehavior != nil {
		switch b := core.DateBehavior(p.DateTimeBehavior.Value); b {
		case core.DateOnly:
			f.Type, f.Dates = core.TypeDate, b
		case core.UserLocal, core.TimeZoneIndependent:
			f.Dates = b
		}
	}
	for _, set := range []*optionSet{p.OptionSet, p.GlobalOptionSet} {
		if set == nil || len(f.Options) > 0 {
			continue
		}
		f.Options = s.options(set)
	}
}

func (s *Source) options(set *optionSet) []core.Option {
	var list []core.Option
	add := func(o *option, code int64) {
		if o == nil {
			return
		}
		if o.Value != nil {
			code = *o.Value
		}
		out := core.Option{Code: code, Label: o.Label.in(s.speaks())}
		out.Other = out.Label != "" && !o.Label.has(s.speaks())
		if o.State != nil {
			out.State = *o.State
		}
		list = append(list, out)
	}
	add(set.FalseOption, 0)
	add(set.TrueOption, 1)
	for i := range set.Options {
		if set.Options[i].Value != nil {
			add(&set.Options[i], 0)
		}
	}
	return list
}
