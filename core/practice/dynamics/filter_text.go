package dynamics

import (
	"fmt"
	"strings"

	"ferry/core/practice/world"
)

// text binds contains, startswith and endswith.
func (b *binder) text(n *node) (test, error) {
	left, err := b.operand(n.args[0])
	if err != nil {
		return nil, err
	}
	right, err := b.operand(n.args[1])
	if err != nil {
		return nil, err
	}
	if left.class != "Edm.String" || right.class != "Edm.String" || right.literal == nil {
		return nil, badURI(fmt.Sprintf("No function signature for the function with name '%s' matches the specified arguments. The function signatures considered are: %s(Edm.String Nullable=true, Edm.String Nullable=true).", n.name, n.name))
	}
	want := strings.ToLower(right.literal.S)
	match := matcher(n.name, want)
	v := left.value
	return func(s *scope) bool {
		c := v(s)
		return c.Kind != world.Null && match(strings.ToLower(c.S))
	}, nil
}

func matcher(function, want string) func(string) bool {
	if strings.ContainsAny(want, "%_[") {
		pattern := want
		if function != "startswith" {
			pattern = "%" + pattern
		}
		if function != "endswith" {
			pattern += "%"
		}
		return func(s string) bool { return like(s, pattern) }
	}
	switch function {
	case "startswith":
		return func(s string) bool { return strings.HasPrefix(s, want) }
	case "endswith":
		return func(s string) bool { return strings.HasSuffix(s, want) }
	}
	return func(s string) bool { return strings.Contains(s, want) }
}

// like matches the wildcards of the database: % any text, _ any character, [abc] one of these, [^abc] none of them.
// Both are in lower case already. It goes back only to the last %, so that no pattern takes long.
func like(text, pattern string) bool {
	t, p := []rune(text), []rune(pattern)
	var star, mark []rune // behind the last %, and where the text stood
	for {
		switch {
		case len(p) > 0 && p[0] == '%':
			p = p[1:]
			star, mark = p, t
			continue
		case len(p) == 0 && len(t) == 0:
			return true
		case len(t) > 0:
			if n := matchOne(t[0], p); n > 0 {
				t, p = t[1:], p[n:]
				continue
			}
		}
		if star == nil && mark == nil || len(mark) == 0 {
			return false
		}
		mark = mark[1:]
		t, p = mark, star
	}
}

// matchOne tells how long the part of the pattern is that c matches; 0 when it does not.
func matchOne(c rune, p []rune) int {
	if len(p) == 0 {
		return 0
	}
	if end := indexRune(p, ']'); p[0] == '[' && end >= 2 {
		if oneOf(c, p[1:end]) {
			return end + 1
		}
		return 0
	}
	if p[0] == '_' || p[0] == c {
		return 1
	}
	return 0
}

func indexRune(p []rune, r rune) int {
	for i, c := range p {
		if c == r {
			return i
		}
	}
	return -1
}

func oneOf(c rune, set []rune) bool {
	not := set[0] == '^'
	if not {
		set = set[1:]
	}
	in := false
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			in = in || c >= set[i] && c <= set[i+2]
			i += 2
			continue
		}
		in = in || set[i] == c
	}
	return in != not
}
