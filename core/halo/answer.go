package halo

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"ferry/core"
	"ferry/core/rest"
)

// said is what Halo says in a refusal, in whichever shape. It may hold people's data: it is looked at and not shown. fields are
// those that it names by itself.
func said(a *rest.Answer) (text string, fields []string) {
	var in struct {
		ErrorMessage string              `json:"errorMessage"`
		Message      string              `json:"message"`
		Error        json.RawMessage     `json:"error"`
		Description  string              `json:"error_description"`
		Title        string              `json:"title"`
		Errors       map[string][]string `json:"errors"`
	}
	if json.Unmarshal(a.Body, &in) != nil {
		var word string
		if json.Unmarshal(a.Body, &word) == nil {
			return word, nil
		}
		return string(a.Body), nil
	}
	var word string
	_ = json.Unmarshal(in.Error, &word) // it may be anything
	parts := []string{in.ErrorMessage, in.Message, in.Description, word}
	for name, texts := range in.Errors {
		fields = append(fields, name)
		parts = append(parts, texts...)
	}
	return strings.TrimSpace(strings.Join(parts, " ")), fields
}

var (
	saysMissing = regexp.MustCompile(`(?i)\b(mandatory|required|must be (entered|set|given|specified|provided|selected|supplied|filled)|missing|cannot be (null|empty|blank)|no value|please (enter|select|specify|provide))\b`)
	saysTaken   = regexp.MustCompile(`(?i)\b(already (exists|in use|used|taken)|duplicate|collision|not unique|in use by)\b`)
	saysEmail   = regexp.MustCompile(`(?i)e-?mail`)
	saysLong    = regexp.MustCompile(`(?i)\b(truncated|too long|maximum length)\b`)
	saysLimit   = regexp.MustCompile(`(?i)rate limit|too many requests`)
)

// throttled reports whether a refusal means the limit, whatever its status.
func throttled(a *rest.Answer) bool {
	text, _ := said(a)
	return a.Status == http.StatusTooManyRequests || saysLimit.MatchString(text)
}

// recordFault says of a refusal which record it is about, and which field: the one of the table that Halo's text names.
func recordFault(t *table, key string, err error) *core.Fault {
	f := core.AsFault(err)
	var a *rest.Answer
	if !errors.As(err, &a) || f.Kind != core.BadRecord {
		return about(f, t.name, key, "")
	}
	text, names := said(a)
	field := t.named(text, names)
	var g *core.Fault
	switch {
	case saysTaken.MatchString(text) && saysEmail.MatchString(text):
		g = emailTaken()
		if field == nil {
			field = t.field("emailaddress")
		}
	case field != nil && saysMissing.MatchString(text):
		g = fieldMissing(field.display)
	case field != nil && (f.Code != "halo.internal" || saysLong.MatchString(text)):
		g = fieldRefused(field.display)
	default:
		return about(f, t.name, key, "")
	}
	g.Details, g.Err, g.Op = f.Details, f.Err, f.Op
	if field != nil {
		return about(g, t.name, key, field.name)
	}
	return about(g, t.name, key, "")
}

// named is the field of a table that a text names: by the name that Halo uses for it, by its own, or by its label. The longest
// name counts.
func (t *table) named(text string, names []string) *field {
	lower := " " + strings.ToLower(text) + " "
	var best *field
	longest := 0
	for i := range t.fields {
		f := &t.fields[i]
		for _, name := range []string{f.name, f.member, f.display} {
			if name == "" || len(name) <= longest {
				continue
			}
			hit := holdsWord(lower, strings.ToLower(name))
			for _, n := range names {
				hit = hit || strings.EqualFold(n, name) || strings.HasSuffix(strings.ToLower(n), "."+strings.ToLower(name))
			}
			if hit {
				best, longest = f, len(name)
			}
		}
	}
	return best
}

// holdsWord reports whether text has word in it with no letter or digit beside it.
func holdsWord(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(word)
		if (i == 0 || !wordByte(text[i-1])) && (end >= len(text) || !wordByte(text[end])) {
			return true
		}
		from = i + 1
	}
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}
