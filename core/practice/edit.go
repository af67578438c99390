package practice

import (
	"bytes"
	"encoding/json"
)

// lastRow finds the last row of a page: body[from:to] is its text, without the comma before it.
func lastRow(body []byte) (from, to int, ok bool) {
	start := bytes.Index(body, []byte(`"value":[`))
	if start < 0 {
		return 0, 0, false
	}
	i := start + len(`"value":[`)
	for depth, text := 0, false; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth == 0 {
				from = i
			}
			depth++
		case c == ']' && depth == 0:
			return from, to, ok
		case c == '}' || c == ']':
			depth--
			if depth == 0 {
				to, ok = i+1, true
			}
		}
	}
	return 0, 0, false
}

// repeatLast writes the last row of a page twice.
func repeatLast(body []byte) []byte {
	from, to, ok := lastRow(body)
	if !ok {
		return body
	}
	out := make([]byte, 0, len(body)+to-from+1)
	out = append(out, body[:to]...)
	out = append(out, ',')
	out = append(out, body[from:to]...)
	return append(out, body[to:]...)
}

// nextLink replaces the link to the next page, or adds one to the last page, which then has no link for changes.
func nextLink(body []byte, link string) []byte {
	text, err := json.Marshal(link)
	if err != nil {
		return body
	}
	for _, name := range []string{`,"@odata.nextLink":`, `,"@odata.deltaLink":`} {
		at := bytes.LastIndex(body, []byte(name))
		if at < 0 {
			continue
		}
		end := at + len(name)
		length := bytes.IndexByte(body[end+1:], '"') // a link holds no quotes
		if length < 0 {
			return body
		}
		out := append([]byte(nil), body[:at]...)
		out = append(out, `,"@odata.nextLink":`...)
		out = append(out, text...)
		return append(out, body[end+length+2:]...)
	}
	at := bytes.LastIndexByte(body, '}')
	if at < 0 {
		return body
	}
	out := append([]byte(nil), body[:at]...)
	out = append(out, `,"@odata.nextLink":`...)
	out = append(out, text...)
	return append(out, body[at:]...)
}

// linkOf returns the link to the next page, "" when there is none.
func linkOf(body []byte) string {
	const name = `"@odata.nextLink":"`
	at := bytes.LastIndex(body, []byte(name))
	if at < 0 {
		return ""
	}
	rest := body[at+len(name):]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return ""
	}
	var s string
	if json.Unmarshal([]byte(`"`+string(rest[:end])+`"`), &s) != nil {
		return ""
	}
	return s
}

// emptied returns the page without its rows.
func emptied(body []byte) []byte {
	start := bytes.Index(body, []byte(`"value":[`))
	_, to, ok := lastRow(body)
	if !ok {
		return body
	}
	out := append([]byte(nil), body[:start+len(`"value":[`)]...)
	return append(out, body[to:]...)
}
