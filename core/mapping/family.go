package mapping

import "ferry/core"

// A family is a group of types that behave alike when something is put into them.
type family uint8

const (
	familyOther family = iota
	familyText
	familyID
	familyWhole
	familyNumber
	familyBoolean
	familyChoice
	familyChoices
	familyDateTime
	familyDate
	familyLookup
	familyBytes
	familyFile
	familyParties
	families
)

// familyTitles are what people call them.
var familyTitles = [families]string{
	familyOther: "other", familyText: "text", familyID: "id", familyWhole: "whole number", familyNumber: "number", familyBoolean: "yes or no",
	familyChoice: "choice", familyChoices: "choices (several)", familyDateTime: "date and time", familyDate: "date", familyLookup: "lookup",
	familyBytes: "image", familyFile: "file", familyParties: "participants",
}

func familyOf(t core.FieldType) family {
	switch t {
	case core.TypeText, core.TypeMemo, core.TypeTable:
		return familyText
	case core.TypeID:
		return familyID
	case core.TypeInteger, core.TypeBigInt:
		return familyWhole
	case core.TypeDecimal, core.TypeDouble, core.TypeMoney:
		return familyNumber
	case core.TypeBoolean:
		return familyBoolean
	case core.TypeChoice, core.TypeState, core.TypeStatus:
		return familyChoice
	case core.TypeChoices:
		return familyChoices
	case core.TypeDateTime:
		return familyDateTime
	case core.TypeDate:
		return familyDate
	case core.TypeLookup, core.TypeOwner, core.TypeCustomer:
		return familyLookup
	case core.TypeImage:
		return familyBytes
	case core.TypeFile:
		return familyFile
	case core.TypeParties:
		return familyParties
	}
	return familyOther
}

// columnFamily is the family of a column that Ferry makes; false when the type is not known.
func columnFamily(t core.ColumnType) (family, bool) {
	switch t {
	case core.ColumnText:
		return familyText, true
	case core.ColumnInteger:
		return familyWhole, true
	case core.ColumnDecimal, core.ColumnDouble:
		return familyNumber, true
	case core.ColumnBoolean:
		return familyBoolean, true
	case core.ColumnDateTime:
		return familyDateTime, true
	case core.ColumnDate:
		return familyDate, true
	case core.ColumnJSON:
		return familyChoices, true
	case core.ColumnBytes:
		return familyBytes, true
	}
	return familyOther, false
}

// kindFamily is the family of a value that is there.
func kindFamily(k core.Kind) family {
	switch k {
	case core.KindBool:
		return familyBoolean
	case core.KindInt:
		return familyWhole
	case core.KindDecimal:
		return familyNumber
	case core.KindText:
		return familyText
	case core.KindTime:
		return familyDateTime
	case core.KindDate:
		return familyDate
	case core.KindChoice:
		return familyChoice
	case core.KindChoices:
		return familyChoices
	case core.KindRef:
		return familyLookup
	case core.KindBytes:
		return familyBytes
	}
	return familyOther
}
