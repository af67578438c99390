package mapping

import (
	"strings"
	"unicode"

	"ferry/core"
)

// An index makes finding fields quick. It is made once for a Draft, when it is first needed: tables do not change while
// they are edited.
type index struct {
	byName  map[string]int   // logical name, folded
	byLabel map[string][]int // folded display name
	byBare  map[string][]int // letters and digits only, of both names, without a publisher's prefix
	byWord  map[string][]int // the words of both names
	hay     []string         // what a search looks through
}

func (d *Draft) look() *index {
	if d.index == nil {
		d.index = newIndex(d.source.Fields)
	}
	return d.index
}

func newIndex(fields []core.Field) *index {
	x := &index{byName: make(map[string]int, len(fields)), byLabel: make(map[string][]int, len(fields)),
		byBare: make(map[string][]int, 2*len(fields)), byWord: map[string][]int{}, hay: make([]string, len(fields))}
	for i := range fields {
		f := &fields[i]
		name, label := strings.ToLower(f.Name), fold(f.Display)
		x.byName[name] = i
		if label != "" {
			x.byLabel[label] = append(x.byLabel[label], i)
		}
		a, b := bare(f.Name), bare(f.Display)
		x.byBare[a] = append(x.byBare[a], i)
		if b != a && b != "" {
			x.byBare[b] = append(x.byBare[b], i)
		}
		for _, w := range words(f.Name, f.Display) {
			x.byWord[w] = append(x.byWord[w], i)
		}
		x.hay[i] = name + "\n" + label
	}
	return x
}

// bare is a name without what is only form: case, signs, and the prefix that a publisher puts before its own names.
func bare(name string) string {
	name = strings.ToLower(name)
	if i := strings.IndexByte(name, '_'); i > 1 && i <= 8 && !strings.ContainsRune(name, ' ') {
		name = name[i+1:]
	}
	name = strings.TrimPrefix(strings.TrimPrefix(name, "cf"), "sf") // custom fields of Halo
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// words are the words of names, each once, without those that say nothing.
func words(names ...string) []string {
	var out []string
	for _, n := range names {
		for _, w := range strings.FieldsFunc(strings.ToLower(n), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			w = strings.TrimRight(w, "0123456789")
			if len(w) < 3 || dull[w] {
				continue
			}
			known := false
			for _, o := range out {
				known = known || o == w
			}
			if !known {
				out = append(out, w)
			}
		}
	}
	return out
}

var dull = map[string]bool{"the": true, "code": true, "field": true, "value": true, "new": true, "cust": true, "custom": true}
