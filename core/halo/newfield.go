package halo

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"ferry/core"
)

// A newField is a custom field that is to be made. Neither its name nor its kind can be changed afterwards.
type newField struct {
	name, label string
	holds       core.FieldType
	options     []core.Choosing // of a list
}

var customName = regexp.MustCompile(`^CF[A-Za-z0-9_]{1,60}$`)

// kindFor is the kind of custom field that holds what a field of Dynamics holds; false when none does.
func kindFor(t core.FieldType) (fieldKind, bool) {
	switch t {
	case core.TypeChoice, core.TypeState, core.TypeStatus:
		return kindChoice, true
	case core.TypeChoices:
		return kindChoices, true
	case core.TypeBoolean:
		return kindCheckbox, true
	case core.TypeDate, core.TypeDateTime:
		return kindDate, true
	case core.TypeMemo:
		return kindMemo, true
	case core.TypeImage, core.TypeFile, core.TypeParties, core.TypeOther:
		return "", false
	}
	return kindText, true
}

// newFieldOf is the custom field that a column of a plan needs.
func newFieldOf(p core.Plan, column core.Column) newField {
	n := newField{name: column.Name, holds: column.Holds, options: p.Choices[column.Name]}
	switch {
	case n.options != nil && column.Holds == core.TypeChoices, column.Type == core.ColumnJSON:
		n.holds = core.TypeChoices
	case n.options != nil && column.Type != core.ColumnBoolean:
		n.holds = core.TypeChoice
	case column.Type == core.ColumnBoolean:
		n.holds = core.TypeBoolean
	case column.Type == core.ColumnDate:
		n.holds = core.TypeDate
	case column.Type == core.ColumnDateTime:
		n.holds = core.TypeDateTime
	case column.Type == core.ColumnInteger:
		n.holds = core.TypeInteger
	case column.Type == core.ColumnDecimal || column.Type == core.ColumnDouble:
		if column.Holds != core.TypeMoney {
			n.holds = core.TypeDecimal
		}
	case column.Type == core.ColumnText && inputOf(usualInputs(), column.Holds) > 0: // its digits
	case column.Holds != core.TypeMemo: // what goes in is text, whatever it was
		n.holds = core.TypeText
	}
	return n
}

// makeField makes a custom field, with the values of its list and their ids in Dynamics.
func (c *client) makeField(ctx context.Context, number int64, f newField) error {
	if !customName.MatchString(f.name) {
		return badFieldName(f.name)
	}
	kind, ok := kindFor(f.holds)
	if !ok {
		return unknownType(f.name)
	}
	n, ok := numberOf(c.to.types, kind)
	if !ok {
		return unknownType(f.name)
	}
	if f.label == "" {
		f.label = label(f.name)
	}
	o := object{"name": strings.TrimPrefix(f.name, "CF"), "label": f.label, "type": n, "custom": 1, "usage": number}
	if f.holds == core.TypeDateTime {
		o["inputtype"] = 1
	}
	input := int64(0)
	if kind == kindText {
		input = inputOf(c.to.inputs, f.holds)
	}
	if input > 0 {
		o["inputtype"] = input
	}
	saved, err := c.postField(ctx, number, o)
	if input > 0 && answered(err) == 400 { // this Halo has no such input type: an ordinary text holds the number too
		delete(o, "inputtype")
		saved, err = c.postField(ctx, number, o)
	}
	if err != nil || len(f.options) == 0 || kind != kindChoice && kind != kindChoices {
		return err
	}
	var d definition
	if len(saved) == 1 {
		d.lookup, _ = saved[0].id("lookup")
	}
	if d.lookup == 0 { // the answer does not tell the list
		fields, err := c.customFields(ctx, number)
		if err != nil {
			return err
		}
		for _, there := range fields {
			if strings.EqualFold(there.name, f.name) {
				d = *there.def
			}
		}
	}
	if d.lookup == 0 {
		return noList(f.name)
	}
	return c.makeValues(ctx, &d, f.options)
}

// postField makes a field, once: where no answer came it is looked for first.
func (c *client) postField(ctx context.Context, number int64, o object) ([]object, error) {
	elements := []object{o}
	return c.postOnce(ctx, "making a custom field in Halo", "FieldInfo", elements, func() error {
		fields, err := c.customFields(ctx, number)
		if slices.ContainsFunc(fields, func(there field) bool { return strings.EqualFold(there.name, "CF"+o.text("name")) }) {
			elements = nil
		}
		return err
	}, func() []object { return elements })
}

// label is what people read: "CFCustomerSegment" becomes "Customer Segment".
func label(name string) string {
	var b strings.Builder
	name = strings.ReplaceAll(strings.TrimPrefix(name, "CF"), "_", " ")
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
