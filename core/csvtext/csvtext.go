// Package csvtext writes CSV that programs read back sign by sign and that spreadsheets do not run: a text that a
// spreadsheet would take for a formula gets an apostrophe in front.
//
// Sources of facts. RFC 4180: records end in CRLF, a field with a comma, a quote or a line end stands in quotes, a quote
// in it is doubled. OWASP, CSV Injection: which first signs start a formula.
package csvtext

import (
	"bufio"
	"io"
	"strings"
)

// BOM at the beginning of a file tells Excel that it is UTF-8.
const BOM = "\ufeff"

// Safe returns text as a spreadsheet shows it and does not run it, and whether it had to put an apostrophe in front. It
// does so when text begins with = @ tab or CR, or with + or - without being wholly a number or a phone number.
func Safe(text string) (safe string, changed bool) {
	if text == "" {
		return text, false
	}
	switch text[0] {
	case '=', '@', '\t', '\r':
		return "'" + text, true
	case '+', '-':
		if !number(text[1:]) && !(text[0] == '+' && phone(text[1:])) {
			return "'" + text, true
		}
	}
	return text, false
}

// number reports whether a text without its sign is a number: digits, at most one point, an exponent.
func number(s string) bool {
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	if scientific && !digits(strings.TrimLeft(exponent[:min(1, len(exponent))], "+-")+exponent[min(1, len(exponent)):]) {
		return false
	}
	return decimal(mantissa, ".", ",") || decimal(mantissa, ",", ".")
}

// decimal reports whether s is digits with at most one point, which much of the world writes as a comma.
func decimal(s, point, comma string) bool {
	whole, part, pointed := strings.Cut(s, point)
	switch {
	case !pointed:
		return grouped(whole, comma)
	case whole == "":
		return digits(part)
	}
	return grouped(whole, comma) && (part == "" || digits(part))
}

// grouped reports whether s is digits, perhaps with a sign before each three of them.
func grouped(s, sign string) bool {
	groups := strings.Split(s, sign)
	for i, g := range groups {
		if !digits(g) || len(groups) > 1 && (i == 0 && len(g) > 3 || i > 0 && len(g) != 3) {
			return false
		}
	}
	return true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// phone reports whether a text behind its + is a phone number: at least three digits, and what people put between them.
// An area code in parentheses may stand anywhere; each is closed, and none is empty. An extension may follow.
func phone(s string) bool {
	s = beforeExtension(s)
	n, open := 0, -1
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n++
		case c == '(':
			if open >= 0 {
				return false
			}
			open = n
		case c == ')':
			if open < 0 || open == n {
				return false
			}
			open = -1
		case c == ' ' || c == '-' || c == '.' || c == '/':
		default:
			return false
		}
	}
	return n >= 3 && open < 0
}

// beforeExtension is a phone number without its extension: digits behind ext, ext., x or #, as people write them. The words are
// no function's name, and nothing follows the digits.
func beforeExtension(s string) string {
	rest := strings.TrimRight(s, "0123456789")
	if n := len(s) - len(rest); n == 0 || n > 7 {
		return s
	}
	rest = strings.ToLower(strings.TrimRight(rest, " "))
	for _, word := range []string{"ext.", "ext", "x", "#"} {
		if before, ok := strings.CutSuffix(rest, word); ok && strings.TrimRight(before, " ,;") != "" {
			return s[:len(strings.TrimRight(before, " ,;"))]
		}
	}
	return s
}

// A Writer writes records. An error shows at the end, when it is flushed.
type Writer struct {
	w *bufio.Writer
}

// NewWriter returns a Writer of fields with commas between them.
func NewWriter(w io.Writer) *Writer { return &Writer{w: bufio.NewWriter(w)} }

// Begin tells readers that the file is UTF-8.
func (w *Writer) Begin() { _, _ = w.w.WriteString(BOM) }

// Write writes one record. Fields are written as they are: who may not trust them asks Safe first.
func (w *Writer) Write(fields ...string) {
	for i, f := range fields {
		if i > 0 {
			_ = w.w.WriteByte(',')
		}
		if f != "" && strings.ContainsAny(f, ",\"\r\n") || strings.TrimSpace(f) != f || len(fields) == 1 && f == "" {
			_ = w.w.WriteByte('"')
			_, _ = w.w.WriteString(strings.ReplaceAll(f, `"`, `""`))
			_ = w.w.WriteByte('"')
			continue
		}
		_, _ = w.w.WriteString(f)
	}
	_, _ = w.w.WriteString("\r\n")
}

// Flush writes what is still held, and returns the first error there was.
func (w *Writer) Flush() error { return w.w.Flush() }
