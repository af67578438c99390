package setup

import (
	"html"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"unicode"
)

// longest is how much of a text is looked at. A mail with what Ferry needs is never as long.
const longest = 2 << 20

// tidy turns whatever was pasted into plain lines: no markup, no quotation signs, ordinary blanks, quotes and hyphens.
func tidy(text string) string {
	if len(text) > longest {
		text = text[:longest]
	}
	text = strings.ToValidUTF8(text, " ")
	if encoded.MatchString(text) {
		if plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text))); err == nil {
			text = strings.ToValidUTF8(string(plain), " ")
		}
	}
	if markup.MatchString(text) {
		text = unmarked(text)
	}
	text = strings.Map(ordinary, text)
	text = bold.ReplaceAllString(signs.Replace(text), "$1$2")
	var b strings.Builder
	b.Grow(len(text))
	last := ""
	for line := range strings.Lines(text) {
		line = spoken.ReplaceAllString(unquoted(strings.TrimRight(line, "\n")), "")
		if rest := strings.TrimLeft(line, " "); continues(last, rest) {
			line = rest
		} else if last != "" || b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
		last = line
	}
	b.WriteByte('\n')
	return wordDash.ReplaceAllString(b.String(), "$1-")
}

var (
	encoded  = regexp.MustCompile(`(?i)content-transfer-encoding:\s*quoted-printable`)
	markup   = regexp.MustCompile(`(?i)<(?:html|body|table|tbody|tr|td|th|p|br|div|span|li|ul|pre|code|a|b|strong)(?:\s[^<>]*)?/?>`)
	wordDash = regexp.MustCompile(`([0-9a-fA-F]{4})[–—−]`)
	bold     = regexp.MustCompile(`(^|[^*])\*\*([^*]|$)`)
	// spoken is who said something when, in front of a line of a chat.
	spoken = regexp.MustCompile(`^ *\[(?:[0-9./-]{6,10},? )?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: [AaPp][Mm])?\] *\p{L}[\p{L} .'-]{0,40}: `)
	signs  = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "`", "")
)

// ordinary replaces signs that look like others by the others, and drops what cannot be seen.
func ordinary(r rune) rune {
	switch r {
	case '\u00a0', '\u2007', '\u202f', '\u3000':
		return ' '
	case '“', '”', '„', '‟', '«', '»', '″':
		return '"'
	case '‘', '’', '‚', '‛', '′':
		return '\''
	case '\u2010', '\u2011', '\u2012':
		return '-'
	case '：':
		return ':'
	case '＝':
		return '='
	case '→', '⇒', '➜':
		return ':'
	case '\u00ad', '\ufeff':
		return -1
	case '\n', '\r', '\t', '\u2028', '\u2029':
		return r
	}
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	if unicode.IsControl(r) || unicode.Is(unicode.Zs, r) {
		return ' '
	}
	return r
}

// continues reports whether an ID or a secret was broken at the end of a line and goes on at the beginning of the next.
func continues(line, next string) bool {
	hex := func(b byte) bool {
		return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F' || b == '-'
	}
	secret := func(b byte) bool { return secretByte(b) }
	first, second := ending(line, hex), beginning(next, hex)
	if n := len(first) + len(second); n == 36 && first != "" && second != "" && isGUID(strings.ToLower(first+second)) {
		return true
	}
	first, second = ending(line, secret), beginning(next, secret)
	if len(first) < 7 || len(first) >= 37 || second == "" || first[4:6] != "Q~" || strings.TrimSpace(next) != second {
		return false
	}
	n := len(first) + len(second)
	return n == 40 || n >= 37 && n < 40 && len(second) < 20
}

// ending and beginning are the last and the first signs of a line that are all good.
func ending(line string, good func(byte) bool) string {
	i := len(line)
	for i > 0 && i > len(line)-41 && good(line[i-1]) {
		i--
	}
	return line[i:]
}

func beginning(line string, good func(byte) bool) string {
	i := 0
	for i < len(line) && i < 41 && good(line[i]) {
		i++
	}
	return line[:i]
}

// unquoted takes the signs of a quoted mail from the beginning of a line.
func unquoted(line string) string {
	for {
		cut := strings.TrimLeft(line, " ")
		if !strings.HasPrefix(cut, ">") {
			return line
		}
		line = cut[1:]
	}
}

// unmarked makes lines and columns of HTML. It never fails; what it does not know it drops.
func unmarked(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	open := false
	for text != "" {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(text[:i])
		text = text[i:]
		end := strings.IndexByte(text, '>')
		name := tagName(text)
		if end < 0 || name == "" {
			b.WriteByte('<')
			text = text[1:]
			continue
		}
		tag := text[:end+1]
		text = text[end+1:]
		switch name {
		case "style", "script", "head":
			// What is never closed is looked for once.
			if open {
				break
			}
			if m := closing.FindStringIndex(text); m != nil {
				text = text[m[0]:]
			} else {
				open = true
			}
		case "td", "th":
			b.WriteByte('\t')
		case "br", "p", "/p", "div", "/div", "tr", "/tr", "li", "/li", "table", "/table", "h1", "/h1", "h2", "/h2", "h3", "/h3", "pre", "/pre", "dt", "/dt", "dd", "/dd":
			b.WriteByte('\n')
		case "a":
			if m := href.FindStringSubmatch(tag); m != nil {
				b.WriteString(" " + m[1] + " ")
			}
		case "/td", "/th", "span", "/span", "/a", "b", "/b", "i", "/i", "em", "/em", "strong", "/strong", "code", "/code", "font", "/font", "u", "/u":
		default:
			b.WriteByte(' ')
		}
	}
	return html.UnescapeString(b.String())
}

var closing = regexp.MustCompile(`(?i)</(?:style|script|head)`)

var href = regexp.MustCompile(`(?i)href\s*=\s*["']?(https?://[^"'\s>]+)`)

// tagName is the name of the tag at the beginning of a text, with its slash; "" when there is none.
func tagName(text string) string {
	i := 1
	if i < len(text) && text[i] == '/' {
		i++
	}
	start := i
	for i < len(text) && i < start+12 && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z' || i > start && text[i] >= '0' && text[i] <= '9') {
		i++
	}
	if i == start || i >= len(text) || !strings.ContainsRune(" \t\r\n/>", rune(text[i])) {
		return ""
	}
	return strings.ToLower(text[1:i])
}
