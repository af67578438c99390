package importer

import (
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
)

// unmarking adds to a mapping the columns in which its policies mark a record as inactive and that nothing else is written
// to: a record that comes back loses the mark, when it is still the one that Ferry left. A destination with tables of its
// own has to be told by the mapping what a record that is there looks like.
func unmarking(m mapping.Mapping) (out mapping.Mapping, marks []string) {
	if slices.ContainsFunc(m.Columns, func(b mapping.Binding) bool { return b.To != "" }) {
		return m, nil
	}
	for _, p := range []mapping.Policy{m.Gone, m.Left} {
		taken := strings.EqualFold(p.Column, m.Key) || slices.ContainsFunc(m.Columns, func(b mapping.Binding) bool { return strings.EqualFold(b.Column, p.Column) })
		if p.Do != mapping.MarkInactive || p.Column == "" || taken {
			continue
		}
		m.Columns = append(slices.Clone(m.Columns), mapping.Binding{
			Column: p.Column, Type: core.ColumnText, From: mapping.FromConstant, MayEmpty: true, Made: mapping.UnlessChanged, Found: mapping.UnlessChanged,
		})
		marks = append(marks, p.Column)
	}
	return m, marks
}
