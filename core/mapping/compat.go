package mapping

import (
	"slices"
	"strings"

	"ferry/core"
)

// A Fit says whether a type can be put into another.
type Fit struct {
	OK         bool
	Conversion string // what is done on the way, for people: "the label"; "" when the value stays as it is
	Why        string // why it does not fit
}

// A conversion is what is done to a value on its way into another type.
type conversion uint8

const (
	asItIs      conversion = iota
	toDigits               // a number as text
	toNumber               // text that is a number
	toWhole                // a number without a fraction
	toLabel                // the label of an option
	toCode                 // the code of an option
	toOption               // an option to an option, by the table of choices
	toYesNo                // text or 1 and 0 to yes or no
	toOneZero              // yes or no to 1 and 0
	toYesNoText            // yes or no as text
	toISO                  // a date as text: 2024-05-01
	toDate                 // text that is a date: 2024-05-01
	toInstant              // text that is a date with a time
	toDay                  // the day of an instant in the mapping's time zone
	toMidnight             // the start of a day, UTC
	toID                   // the id of the record that a lookup points at
	toGUID                 // text that is an id
	toRecord               // the record that a lookup points at, there
	toItself               // the record itself, as another mapping of its table imports it
	toName                 // the name of the record that a lookup points at
	conversions
)

var conversionTitles = [conversions]string{
	toDigits:    "written as digits",
	toNumber:    "read as a number; other texts are refused",
	toWhole:     "whole numbers only; fractions are refused",
	toLabel:     "the label",
	toCode:      "the code",
	toOption:    "option by option, in the table of choices",
	toYesNo:     "read as yes or no; anything else is refused",
	toOneZero:   "1 for yes and 0 for no",
	toYesNoText: "the words for yes and no",
	toISO:       "written as 2024-05-01",
	toDate:      "read as a date such as 2024-05-01; other texts are refused",
	toInstant:   "read as a date with time such as 2024-05-01T13:45:00Z; other texts are refused",
	toDay:       "the day in the mapping's time zone",
	toMidnight:  "the start of the day, UTC",
	toID:        "the id of the record",
	toGUID:      "read as an id; other texts are refused",
	toRecord:    "the record there that it points at",
	toItself:    "the record itself, as its other mapping imports it",
	toName:      "the name of the record",
}

// compatible is the one table of what can be put into what. What is not in it does not fit.
var compatible = [families]map[family]conversion{
	familyText: {familyText: asItIs, familyID: toGUID, familyWhole: toWhole, familyNumber: toNumber, familyBoolean: toYesNo,
		familyChoice: toOption, familyDateTime: toInstant, familyDate: toDate},
	familyID:       {familyText: asItIs, familyID: asItIs},
	familyWhole:    {familyText: toDigits, familyWhole: asItIs, familyNumber: asItIs, familyBoolean: toYesNo, familyChoice: toOption},
	familyNumber:   {familyText: toDigits, familyWhole: toWhole, familyNumber: asItIs},
	familyBoolean:  {familyText: toYesNoText, familyWhole: toOneZero, familyNumber: toOneZero, familyBoolean: asItIs, familyChoice: toOption},
	familyChoice:   {familyText: toLabel, familyWhole: toCode, familyBoolean: toOption, familyChoice: toOption, familyChoices: toOption},
	familyChoices:  {familyText: toLabel, familyChoices: toOption},
	familyDateTime: {familyText: toISO, familyDateTime: asItIs, familyDate: toDay},
	familyDate:     {familyText: toISO, familyDateTime: toMidnight, familyDate: asItIs},
	familyLookup:   {familyText: toID, familyID: toID, familyLookup: toRecord},
	familyBytes:    {familyBytes: asItIs},
	familyOther:    {familyText: asItIs},
}

// unfit says why nothing else fits into a family.
var unfit = [families]string{
	familyOther:    "Ferry does not know how to write a field of this type.",
	familyText:     "What this field holds cannot be written as text.",
	familyID:       "Only an id fits into an id field.",
	familyWhole:    "Only a number fits into a field for whole numbers.",
	familyNumber:   "Only a number fits into a number field.",
	familyBoolean:  "Only a yes or no, or a choice, fits into a yes or no field.",
	familyChoice:   "Only a choice, a yes or no, or the label of an option fits into a choice field.",
	familyChoices:  "Only choices fit into a field that takes several options.",
	familyDateTime: "Only a date fits into a field for date and time.",
	familyDate:     "Only a date fits into a date field.",
	familyLookup:   "Only a lookup can point at another record.",
	familyBytes:    "Only an image fits into an image field.",
	familyFile:     "Files are not carried by a mapping.",
	familyParties:  "Participants are not carried by a mapping.",
}

// Fits says whether a field of one type can be put into a field of another.
func Fits(from, to core.FieldType) Fit { return fitFamilies(familyOf(from), familyOf(to)) }

// FitsColumn says whether a field can be put into a column that Ferry makes.
func FitsColumn(from core.FieldType, to core.ColumnType) Fit {
	f, ok := columnFamily(to)
	if !ok {
		return Fit{Why: unfit[familyOther]}
	}
	fit := fitFamilies(familyOf(from), f)
	if f == familyChoices && fit.OK {
		fit.Conversion = "" // a column of codes has no options of its own
	}
	return fit
}

// FitsField says whether one field can be put into another, beyond their types: whether it can be read and written at
// all, and whether a lookup points at a table that the other may point at.
func FitsField(from, to core.Field) Fit {
	switch {
	case !from.Readable && from.Secured:
		return Fit{Why: "Column security hides this field from you."}
	case !from.Readable:
		return Fit{Why: "This field cannot be read."}
	case !to.Writable && to.Derived:
		return Fit{Why: "The destination calculates this field itself."}
	case !to.Writable:
		return Fit{Why: "This field cannot be written."}
	}
	return fitTypes(from, to)
}

// fitTypes is Fits of two fields: a record's own id means the record, and where the destination gives its fields themselves a
// lookup is read by people.
func fitTypes(from, to core.Field) Fit {
	switch {
	case itself(from) && to.Type.IsLookup():
		return Fit{OK: true, Conversion: conversionTitles[toItself]}
	case from.Type.IsLookup() && familyOf(to.Type) == familyText:
		return Fit{OK: true, Conversion: conversionTitles[toName]}
	}
	return Fits(from.Type, to.Type)
}

// itself reports whether a field is its record's own id.
func itself(f core.Field) bool { return f.Type == core.TypeID && len(f.Targets) == 1 }

func fitFamilies(from, to family) Fit {
	c, ok := compatible[from][to]
	if ok {
		return Fit{OK: true, Conversion: conversionTitles[c]}
	}
	return Fit{Why: reason(from, to)}
}

func reason(from, to family) string {
	switch {
	case from == familyChoices && (to == familyChoice || to == familyBoolean):
		return "Several options do not fit into a field that takes one. Choose a field that takes several."
	case from == familyFile || from == familyParties:
		return unfit[from]
	case from == familyBytes && to != familyParties && to != familyFile:
		return "An image only fits into an image field."
	}
	return unfit[to]
}

// A Compatibility is one line of the table as it is shown.
type Compatibility struct {
	From, To string // "choice", "text"
	Fit
}

// Compatibilities are the whole table, for the page that explains it.
func Compatibilities() []Compatibility {
	var out []Compatibility
	for from := family(0); from < families; from++ {
		for to := family(0); to < families; to++ {
			out = append(out, Compatibility{familyTitles[from], familyTitles[to], fitFamilies(from, to)})
		}
	}
	slices.SortStableFunc(out, func(a, b Compatibility) int { return strings.Compare(a.From, b.From) })
	return out
}

// TypeTitle is what people call a type: "choices (several)".
func TypeTitle(t core.FieldType) string { return familyTitles[familyOf(t)] }
