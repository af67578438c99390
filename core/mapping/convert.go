package mapping

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// A converter changes a value into what a column holds; false when it cannot.
type converter func(core.Value) (core.Value, bool)

// converters are by the kind of the value; nil leaves it as it is.
type converters [core.KindBytes + 1]converter

// A target is what a column takes, as the converters need it.
type destination struct {
	family  family
	options map[int64]string // of the source's field: the labels of its codes
	labels  map[string]int64 // of the destination's field: the codes of its folded labels, without ambiguous ones
	zone    *time.Location
	refs    bool // references stay references
	natural bool // the destination writes codes and ids as they are: a column that Ferry makes
}

// convertersFor are those that carry any value into a column. Values whose family does not fit are refused, but never
// where the column is one that Ferry makes under the type that the field has.
func convertersFor(d destination) (c converters) {
	for k := core.KindBool; k <= core.KindBytes; k++ {
		conv, ok := compatible[kindFamily(k)][d.family]
		if !ok {
			if !d.natural {
				c[k] = func(v core.Value) (core.Value, bool) { return v, false }
			}
			continue
		}
		c[k] = d.converter(conv)
	}
	return c
}

func (d destination) converter(c conversion) converter {
	switch c {
	case toDigits:
		return always(func(v core.Value) core.Value { return core.Text(v.Canonical()) })
	case toNumber:
		return readNumber
	case toWhole:
		return readWhole
	case toLabel:
		return d.label
	case toCode, asItIs:
		return nil
	case toOption:
		return d.option
	case toYesNo:
		return readYesNo
	case toOneZero:
		return always(func(v core.Value) core.Value { return core.Int(v.AsInt()) })
	case toYesNoText:
		return d.word
	case toISO:
		return always(func(v core.Value) core.Value { return core.Text(v.Canonical()) })
	case toDate:
		return readDate
	case toInstant:
		return readInstant
	case toDay:
		zone := d.zone
		return always(func(v core.Value) core.Value { return core.Date(v.In(zone).Date()) })
	case toMidnight:
		return always(func(v core.Value) core.Value { return core.Time(v.AsTime()) })
	case toGUID:
		return readGUID
	case toID:
		if d.refs || d.natural {
			return nil
		}
		return always(func(v core.Value) core.Value { return core.Text(v.Canonical()) })
	}
	return nil
}

func always(f func(core.Value) core.Value) converter {
	return func(v core.Value) (core.Value, bool) { return f(v), true }
}

var (
	numberShape = regexp.MustCompile(`^[+-]?[0-9]{1,400}(\.[0-9]{1,400})?$`)
	wholeShape  = regexp.MustCompile(`^[+-]?[0-9]{1,400}(\.0+)?$`)
	guidShape   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

func readNumber(v core.Value) (core.Value, bool) {
	s := strings.TrimSpace(v.Canonical())
	if s == "" {
		return core.Null(), true
	}
	if !numberShape.MatchString(s) {
		return v, false
	}
	return core.Decimal(strings.TrimPrefix(s, "+")), true
}

func readWhole(v core.Value) (core.Value, bool) {
	s := strings.TrimSpace(v.Canonical())
	if s == "" {
		return core.Null(), true
	}
	if !wholeShape.MatchString(s) {
		return v, false
	}
	s, _, _ = strings.Cut(s, ".")
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "+"), 10, 64)
	return core.Int(n), err == nil
}

func readYesNo(v core.Value) (core.Value, bool) {
	switch fold(v.Canonical()) {
	case "":
		return core.Null(), true
	case "1", "yes", "true", "y":
		return core.Bool(true), true
	case "0", "no", "false", "n":
		return core.Bool(false), true
	}
	return v, false
}

func readDate(v core.Value) (core.Value, bool) {
	s := strings.TrimSpace(v.AsText())
	if s == "" {
		return core.Null(), true
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return v, false
	}
	return core.Date(t.Date()), true
}

func readInstant(v core.Value) (core.Value, bool) {
	s := strings.TrimSpace(v.AsText())
	if s == "" {
		return core.Null(), true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return v, false
	}
	return core.Time(t), true
}

func readGUID(v core.Value) (core.Value, bool) {
	s := strings.ToLower(strings.Trim(strings.TrimSpace(v.AsText()), "{}"))
	if s == "" {
		return core.Null(), true
	}
	return core.Text(s), guidShape.MatchString(s)
}

// label gives the label of an option, those of several with a semicolon between. A code without a label is refused: it
// would be lost without a word.
func (d destination) label(v core.Value) (core.Value, bool) {
	if v.Kind() != core.KindChoices {
		text, ok := d.options[v.AsInt()]
		return core.Text(text), ok
	}
	var all []string
	for _, code := range v.AsChoices() {
		text, ok := d.options[code]
		if !ok {
			return v, false
		}
		all = append(all, text)
	}
	return core.Text(strings.Join(all, "; ")), true
}

// word gives the label of yes and no.
func (d destination) word(v core.Value) (core.Value, bool) {
	if text, ok := d.options[v.AsInt()]; ok {
		return core.Text(text), true
	}
	if v.AsBool() {
		return core.Text("Yes"), true
	}
	return core.Text("No"), true
}

// option finds the destination's option of a label. Options without a table of choices get here as codes: nothing is
// guessed from equal codes.
func (d destination) option(v core.Value) (core.Value, bool) {
	if v.Kind() != core.KindText {
		return v, d.natural
	}
	if blank(v) {
		return core.Null(), true
	}
	code, ok := d.labels[fold(v.AsText())]
	if !ok {
		return v, false
	}
	return d.choice(code), true
}

// choice makes an option of the destination a value of the column.
func (d destination) choice(code int64) core.Value {
	switch d.family {
	case familyBoolean:
		return core.Bool(code != 0)
	case familyChoices:
		return core.Choices(code)
	case familyWhole:
		return core.Int(code)
	}
	return core.Choice(code)
}

// partLabel gives the label of a choice, and a JSON array of labels for choices. A code without a label gives Null.
func partLabel(labels map[int64]string, v core.Value) core.Value {
	switch v.Kind() {
	case core.KindChoice, core.KindInt, core.KindBool:
		if text, ok := labels[v.AsInt()]; ok {
			return core.Text(text)
		}
		return core.Null()
	case core.KindChoices:
		all := make([]*string, 0, 4)
		for _, code := range v.AsChoices() {
			if text, ok := labels[code]; ok {
				all = append(all, &text)
			} else {
				all = append(all, nil)
			}
		}
		text, err := json.Marshal(all)
		if err != nil {
			return core.Null()
		}
		return core.Text(string(text))
	case core.KindAbsent:
		return v
	default:
		return core.Null()
	}
}

// partTarget gives the table a lookup points at, and Null where that is not known.
func partTarget(v core.Value) core.Value {
	if v.Kind() == core.KindAbsent {
		return v
	}
	if table, _ := v.AsRef(); table != "" {
		return core.Text(table)
	}
	return core.Null()
}
