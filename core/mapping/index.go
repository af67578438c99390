package mapping

import (
	"slices"
	"strings"
	"unicode"

	"ferry/core"
)

// An index finds fields by their names, for suggestions. It is made once for a Draft, when it is first needed: tables do
// not change while they are edited.
type index struct {
	byName  map[string]int   // logical name, folded
	byLabel map[string][]int // folded display name
	byBare  map[string][]int // letters and digits only, of both names, without a publisher's prefix
	byWord  map[string][]int // the words of both names
}

func (d *Draft) look() *index {
	if d.index == nil {
		d.index = newIndex(d.source.Fields)
	}
	return d.index
}

func newIndex(fields []core.Field) *index {
	x := &index{byName: make(map[string]int, len(fields)), byLabel: make(map[string][]int, len(fields)),
		byBare: make(map[string][]int, 2*len(fields)), byWord: map[string][]int{}}
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
	}
	return x
}

// A hay is what a search looks through: both names of every field, one behind the other.
type hay struct {
	text  string
	start []int // where each field's names begin
}

func newHay(fields []core.Field) *hay {
	var b strings.Builder
	h := &hay{start: make([]int, len(fields))}
	for i := range fields {
		h.start[i] = b.Len()
		b.WriteString(strings.ToLower(fields[i].Name))
		b.WriteByte('\n')
		b.WriteString(fold(fields[i].Display))
		b.WriteByte('\n')
	}
	h.text = b.String()
	return h
}

// find gives the fields with a text in one of their names, in their order.
func (h *hay) find(text string) (out []int) {
	for from := 0; from < len(h.text); {
		at := strings.Index(h.text[from:], text)
		if at < 0 {
			break
		}
		i, exact := slices.BinarySearch(h.start, from+at)
		if !exact {
			i--
		}
		out = append(out, i)
		if i+1 == len(h.start) {
			break
		}
		from = h.start[i+1]
	}
	return out
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
