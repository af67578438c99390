package mapping

import (
	"strings"

	"ferry/core"
)

// fieldsByHand are the fields of a table that a filter by hand asks for. What stands behind a slash belongs to another
// record; query functions name their field in quotes.
func fieldsByHand(filter string, t *core.Table) (all []*core.Field) {
	add := func(name string) {
		name = strings.ToLower(name)
		f := t.Field(name)
		if f == nil {
			if lookup, ok := strings.CutSuffix(name, "_value"); ok {
				f = t.Field(strings.TrimPrefix(lookup, "_"))
			}
		}
		if f != nil {
			all = append(all, f)
		}
	}
	function := "" // the last words in front of a quote
	for i, part := range strings.Split(filter, "'") {
		if i%2 == 1 {
			if strings.HasSuffix(strings.ToLower(strings.ReplaceAll(function, " ", "")), "propertyname=") {
				add(strings.TrimSpace(part))
			}
			continue
		}
		function = part
		from := -1
		for at, c := range part + " " {
			word := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
			switch {
			case word && from < 0:
				from = at
			case !word && from >= 0:
				if from == 0 || part[from-1] != '/' {
					add(part[from:at])
				}
				from = -1
			}
		}
	}
	return all
}

// hiddenByHand is the first field that a filter by hand asks for and that nobody may read; nil when there is none. A source
// may take it for empty, so that every record would seem to have left the filter.
func hiddenByHand(filter string, t *core.Table) *core.Field {
	for _, f := range fieldsByHand(filter, t) {
		if f.Secured && !f.Readable {
			return f
		}
	}
	return nil
}
