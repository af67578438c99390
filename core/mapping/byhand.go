package mapping

import (
	"regexp"
	"slices"
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

// handWord is what stands between signs in a filter by hand: a name or a way to one, a number, a date, an id.
var handWord = regexp.MustCompile(`[A-Za-z0-9_./:+-]+`)

// handValue is a word that is no name.
var handValue = regexp.MustCompile(`^(?i:[0-9+-].*|[0-9a-f]{8}-[0-9a-f]{4}-.*|and|or|not|eq|ne|gt|ge|lt|le|null|true|false)$`)

// handFunctions are what may stand in front of a bracket in a filter that is carried along a lookup.
var handFunctions = []string{"and", "or", "not", "contains", "startswith", "endswith"}

// carried is a filter by hand as a table one step away asks it: each name has the way in front. false where that cannot be,
// as with query functions, which only take a table's own fields.
func carried(filter, way string) (string, bool) {
	parts := strings.Split(filter, "'")
	for i := 0; i < len(parts); i += 2 {
		part := parts[i]
		if strings.ContainsAny(part, "@=[]{}$") || len(parts)%2 == 0 {
			return "", false
		}
		var b strings.Builder
		done := 0
		for _, at := range handWord.FindAllStringIndex(part, -1) {
			word := part[at[0]:at[1]]
			b.WriteString(part[done:at[0]])
			done = at[1]
			switch called := strings.HasPrefix(strings.TrimLeft(part[at[1]:], " "), "("); {
			case called && !slices.Contains(handFunctions, strings.ToLower(word)):
				return "", false
			case called || handValue.MatchString(word):
			case strings.Contains(word, ":"):
				return "", false
			default:
				b.WriteString(way)
			}
			b.WriteString(word)
		}
		parts[i] = b.String() + part[done:]
	}
	return strings.Join(parts, "'"), true
}
