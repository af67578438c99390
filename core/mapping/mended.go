package mapping

import (
	"strings"

	"ferry/core"
)

// A person may give another value for one column of one record. It takes the place of what the mapping would make, wherever
// in the mapping that would have failed.

// Given reads what a person wrote as a value of a column; false when that column does not take it. Nothing written is no
// value. A reference is named by its record's id at the source: "0000…", or "contact/0000…" where a lookup has several targets.
func (p *Program) Given(column int, text string) (core.Value, bool) {
	if column < 0 || column >= len(p.columns) {
		return core.Value{}, false
	}
	c := &p.columns[column]
	if strings.TrimSpace(text) == "" {
		return core.Null(), !c.binding.NotNull
	}
	if p.plan.Columns[column].Ref {
		return c.reference(strings.TrimSpace(text))
	}
	v, ok := c.takes.fixed(text)
	return v, ok && !(c.binding.NotNull && blank(v))
}

func (c *column) reference(text string) (core.Value, bool) {
	table, id, several := strings.Cut(text, "/")
	if !several {
		table, id = "", text
		if c.target != "" {
			table = c.target
		} else if len(c.targets) == 1 {
			table = c.targets[0]
		}
	}
	v, ok := readGUID(core.Text(id))
	if !ok || table == "" {
		return core.Value{}, false
	}
	for _, known := range c.targets {
		if known == table {
			return core.Ref(table, v.AsText()), true
		}
	}
	return core.Value{}, false
}

// Feeds are the source fields that a column is made from, as places in Fields; none for a constant.
func (p *Program) Feeds(column int) []int {
	if column < 0 || column >= len(p.columns) {
		return nil
	}
	return p.columns[column].feeds()
}

func (c *column) feeds() []int {
	var at []int
	switch {
	case c.field >= 0:
		at = []int{c.field}
	case len(c.several) > 0:
		at = c.several
	default:
		for _, piece := range c.piece {
			if piece.field != "" {
				at = append(at, piece.at)
			}
		}
	}
	return at
}

// ApplyGiven is Apply with some columns' values given by a person.
func (p *Program) ApplyGiven(in core.Record, out []core.Value, given map[int]core.Value) ([]core.Value, *core.Fault) {
	for i := range p.columns {
		v, ok := given[i]
		if !ok {
			var fault *core.Fault
			if v, fault = p.make(&p.columns[i], in.Values); fault != nil {
				return out, fault
			}
		}
		out = append(out, v)
	}
	return out, nil
}
