package mapping

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// A chooser turns options into values, in one step.
type chooser struct {
	to      map[int64]core.Value
	labels  map[int64]string
	codes   map[string]int64 // of folded labels of the source's options
	other   Unmatched
	preset  core.Value
	several bool // the column takes several options
}

func newChooser(b *Binding, d destination) (*chooser, error) {
	c := &chooser{to: make(map[int64]core.Value, len(b.Choices.Values)), labels: d.options, other: b.Choices.Else,
		codes: map[string]int64{}, several: d.family == familyChoices}
	for code, label := range d.options {
		c.codes[fold(label)] = code
	}
	for _, pair := range b.Choices.Values {
		if pair.Empty {
			c.to[pair.Code] = core.Null()
			continue
		}
		v, ok := d.fixed(pair.To)
		if !ok {
			return nil, errors.New(pair.To)
		}
		c.to[pair.Code] = v
	}
	if c.other == UseDefault {
		v, ok := d.fixed(b.Choices.Default)
		if !ok {
			return nil, errors.New(b.Choices.Default)
		}
		c.preset = v
	}
	return c, nil
}

// fixed reads a value that a person wrote for a column.
func (d destination) fixed(text string) (core.Value, bool) {
	if d.family == familyText || d.family == familyOther {
		return core.Text(text), true
	}
	if strings.TrimSpace(text) == "" {
		return core.Null(), true
	}
	switch d.family {
	case familyChoice, familyChoices:
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			return d.choice(n), true
		}
		if d.natural && d.family == familyChoices {
			return core.Text(text), true
		}
		code, ok := d.labels[fold(text)]
		return d.choice(code), ok
	case familyWhole:
		return readWhole(core.Text(text))
	case familyNumber:
		return readNumber(core.Text(text))
	case familyBoolean:
		return readYesNo(core.Text(text))
	case familyDate:
		return readDate(core.Text(text))
	case familyDateTime:
		return readInstant(core.Text(text))
	case familyID:
		return readGUID(core.Text(text))
	case familyLookup:
		return core.Text(text), true // an id at the destination
	}
	return core.Null(), false
}

// choose gives the value for an option, or for several; false when the record is refused.
func (c *chooser) choose(v core.Value) (core.Value, bool) {
	switch v.Kind() {
	case core.KindChoice, core.KindInt, core.KindBool:
		return c.one(v.AsInt())
	case core.KindText:
		code, ok := c.codes[fold(v.AsText())]
		if !ok {
			return c.unknown(v)
		}
		return c.one(code)
	case core.KindChoices:
		return c.all(v)
	}
	return v, false
}

func (c *chooser) one(code int64) (core.Value, bool) {
	if to, ok := c.to[code]; ok {
		return to, true
	}
	if c.other == Create {
		label, ok := c.labels[code]
		return core.Text(label), ok
	}
	return c.unknown(core.Choice(code))
}

func (c *chooser) unknown(v core.Value) (core.Value, bool) {
	switch c.other {
	case LeaveEmpty:
		return core.Null(), true
	case UseDefault:
		return c.preset, true
	case Create:
		return v, v.Kind() == core.KindText
	}
	return v, false
}

// all maps each of several options. What is left empty falls out; what is the same is there once.
func (c *chooser) all(v core.Value) (core.Value, bool) {
	var codes []int64
	var texts []string
	for _, code := range v.AsChoices() {
		to, ok := c.one(code)
		if !ok {
			return v, false
		}
		switch to.Kind() {
		case core.KindChoices:
			codes = append(codes, to.AsChoices()...)
		case core.KindText:
			if !slices.Contains(texts, to.AsText()) {
				texts = append(texts, to.AsText())
			}
		}
	}
	if c.several && len(texts) == 0 {
		if len(codes) == 0 {
			return core.Null(), true
		}
		slices.Sort(codes)
		return core.Choices(slices.Compact(codes)...), true
	}
	if len(codes) > 0 { // some exist there and some would have to be made: not in one value
		return v, false
	}
	if len(texts) == 0 {
		return core.Null(), true
	}
	return core.Text(strings.Join(texts, "; ")), true
}
