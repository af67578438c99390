package dynamics

import (
	"fmt"
	"regexp"
	"strings"
)

// A token is one word of a $filter, $orderby or $expand text.
type token struct {
	kind tokenKind
	text string // as written; of a string without its quotes
	at   int    // where it begins
}

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokName
	tokString
	tokNumber
	tokGUID
	tokDate
	tokInstant
	tokEnum  // Namespace.Type'Member'
	tokAlias // @p1
	tokPunct // ( ) , = / : ; [ ]
)

var (
	guidShape    = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)
	instantShape = regexp.MustCompile(`^-?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,12})?)?(Z|z|[+-]\d{2}:\d{2})`)
	dateShape    = regexp.MustCompile(`^-?\d{4}-\d{2}-\d{2}`)
	numberShape  = regexp.MustCompile(`^-?(\d+(\.\d+)?([eE][+-]?\d+)?|INF)`)
	nameShape    = regexp.MustCompile(`^[\p{L}_$][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*`)
	aliasShape   = regexp.MustCompile(`^@[\p{L}_][\p{L}\p{N}_]*`)
)

// lex cuts a text into tokens, the last of which is tokEnd.
func lex(text string) ([]token, error) {
	var toks []token
	for i := 0; i < len(text); {
		c := text[i]
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			i++
			continue
		}
		t, n, err := next(text, i)
		if err != nil {
			return nil, err
		}
		toks = append(toks, t)
		i += n
	}
	return append(toks, token{kind: tokEnd, at: len(text)}), nil
}

// next reads the token at i and tells how long it is.
func next(text string, i int) (token, int, error) {
	rest := text[i:]
	switch c := rest[0]; {
	case c == '\'':
		s, n, ok := quoted(rest)
		if !ok {
			return token{}, 0, badURI(fmt.Sprintf("There is an unterminated string literal at position %d in '%s'.", len(text), text))
		}
		return token{tokString, s, i}, n, nil
	case strings.IndexByte("(),=/:;[]{}*", c) >= 0:
		return token{tokPunct, rest[:1], i}, 1, nil
	case c == '"':
		n := doubleQuoted(rest)
		if n == 0 {
			return token{}, 0, badURI(fmt.Sprintf("There is an unterminated string literal at position %d in '%s'.", len(text), text))
		}
		return token{tokString, rest[1 : n-1], i}, n, nil
	}
	for _, shape := range []struct {
		kind tokenKind
		re   *regexp.Regexp
	}{{tokGUID, guidShape}, {tokInstant, instantShape}, {tokDate, dateShape}, {tokNumber, numberShape}, {tokAlias, aliasShape}, {tokName, nameShape}} {
		m := shape.re.FindString(rest)
		if m == "" {
			continue
		}
		if after := rest[len(m):]; shape.kind == tokName && strings.HasPrefix(after, "'") {
			s, n, ok := quoted(after)
			if !ok {
				return token{}, 0, badURI(fmt.Sprintf("There is an unterminated string literal at position %d in '%s'.", len(text), text))
			}
			return token{tokEnum, m + "'" + s, i}, len(m) + n, nil
		}
		if shape.kind != tokName && shape.kind != tokAlias && len(rest) > len(m) && wordByte(rest[len(m)]) {
			continue
		}
		return token{shape.kind, m, i}, len(m), nil
	}
	return token{}, 0, badURI(fmt.Sprintf("Syntax error at position %d in '%s'.", i, text))
}

func wordByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// quoted reads a text in single quotes, in which two stand for one.
func quoted(s string) (text string, length int, ok bool) {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			i++
			continue
		}
		return strings.ReplaceAll(s[1:i], "''", "'"), i + 1, true
	}
	return "", 0, false
}

// doubleQuoted returns the length of a JSON string, 0 when it does not end.
func doubleQuoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}
