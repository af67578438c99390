package transform

import (
	"strings"

	"ferry/core"
)

// Kinds is a set of kinds of value.
type Kinds uint16

// Every is all kinds that are not empty.
const Every = Kinds(1<<(core.KindBytes+1) - 1<<core.KindBool)

// written is what has a form in words: all but bytes.
const written = Every &^ (1 << core.KindBytes)

const (
	texts  = Kinds(1 << core.KindText)
	number = Kinds(1<<core.KindInt | 1<<core.KindDecimal)
	days   = Kinds(1<<core.KindTime | 1<<core.KindDate)
	choice = Kinds(1<<core.KindChoice | 1<<core.KindChoices)
)

func only(k core.Kind) Kinds { return 1 << k }

// Has reports whether k is in s.
func (s Kinds) Has(k core.Kind) bool { return s&(1<<k) != 0 }

// String lists the kinds in words: "text or a date".
func (s Kinds) String() string {
	if s == Every {
		return "any value"
	}
	if s == written {
		return "any value but files and images"
	}
	var names []string
	for k := core.KindBool; k <= core.KindBytes; k++ {
		if s.Has(k) {
			names = append(names, kindName(k))
		}
	}
	switch len(names) {
	case 0:
		return "no value"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	}
}

func kindName(k core.Kind) string {
	switch k {
	case core.KindBool:
		return "yes/no"
	case core.KindInt:
		return "a whole number"
	case core.KindDecimal:
		return "a number"
	case core.KindText:
		return "text"
	case core.KindTime:
		return "a date and time"
	case core.KindDate:
		return "a date"
	case core.KindChoice:
		return "a choice"
	case core.KindChoices:
		return "choices"
	case core.KindRef:
		return "a lookup"
	case core.KindBytes:
		return "a file or image"
	default:
		return "nothing"
	}
}

// KindsOf are the kinds of value that a field of type t may give. What is not known may be anything.
func KindsOf(t core.FieldType) Kinds {
	switch t {
	case core.TypeText, core.TypeMemo, core.TypeID, core.TypeTable:
		return texts
	case core.TypeInteger, core.TypeBigInt:
		return only(core.KindInt)
	case core.TypeDecimal, core.TypeDouble, core.TypeMoney:
		return number
	case core.TypeBoolean:
		return only(core.KindBool)
	case core.TypeChoice, core.TypeState, core.TypeStatus:
		return only(core.KindChoice)
	case core.TypeChoices:
		return only(core.KindChoices)
	case core.TypeDateTime:
		return only(core.KindTime)
	case core.TypeDate:
		return only(core.KindDate)
	case core.TypeLookup, core.TypeOwner, core.TypeCustomer:
		return only(core.KindRef)
	case core.TypeImage:
		return only(core.KindBytes)
	default:
		return Every
	}
}
