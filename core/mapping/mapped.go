package mapping

import (
	"strings"

	"ferry/core"
)

// Mapped is what mappings and their children put into the tables of a destination that has its own, for its test.
func Mapped(all ...Mapping) (out []core.Mapped) {
	for _, m := range all {
		one := core.Mapped{Title: m.Title, Table: m.Table, Values: map[string][]string{}}
		if one.Title == "" {
			one.Title = m.Source
		}
		for _, b := range m.Columns {
			one.Columns = append(one.Columns, b.Column)
			if b.Choices == nil || familyOf(b.To) != familyChoice && familyOf(b.To) != familyChoices {
				continue
			}
			for _, pair := range b.Choices.Values {
				if !pair.Empty {
					one.Values[b.Column] = append(one.Values[b.Column], pair.To)
				}
			}
			if b.Choices.Else == UseDefault && strings.TrimSpace(b.Choices.Default) != "" {
				one.Values[b.Column] = append(one.Values[b.Column], b.Choices.Default)
			}
		}
		out = append(append(out, one), Mapped(m.Children...)...)
	}
	return out
}
