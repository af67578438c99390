package dynamics

import (
	"net/http"
	"net/url"
	"strings"
)

// A segment is one part of a path: accounts(…) has the name accounts and what stands in the parentheses.
type segment struct {
	name string
	args string
	call bool // there were parentheses
}

// segments cuts a path at its slashes, except those in quotes and parentheses.
func segments(path string) ([]segment, error) {
	var out []segment
	depth, start, inQuote := 0, 0, false
	for i := 0; i <= len(path); i++ {
		if i < len(path) {
			switch c := path[i]; {
			case c == '\'':
				inQuote = !inQuote
				continue
			case inQuote:
				continue
			case c == '(':
				depth++
				continue
			case c == ')':
				depth--
				continue
			case c != '/' || depth > 0:
				continue
			}
		}
		if part := path[start:i]; part != "" {
			s, err := oneSegment(part)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
		start = i + 1
	}
	if depth != 0 || inQuote {
		return nil, badURI("Bad Request - Error in query syntax.")
	}
	return out, nil
}

func oneSegment(s string) (segment, error) {
	name, rest, call := strings.Cut(s, "(")
	if !call {
		return segment{name: s}, nil
	}
	if !strings.HasSuffix(rest, ")") {
		return segment{}, badURI("Bad Request - Error in query syntax.")
	}
	return segment{name: name, args: rest[:len(rest)-1], call: true}, nil
}

// keyword splits Name='value' into its halves.
func keyword(args string) (name, value string) {
	name, value, ok := strings.Cut(args, "=")
	if !ok {
		return "", unquote(args)
	}
	return strings.TrimSpace(name), unquote(value)
}

func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	}
	return s
}

// options are the query options of an address.
type options struct {
	raw       string
	selects   []string
	hasSelect bool
	filter    string
	orderby   string
	expand    string
	top       string
	count     string
	apply     string
	skiptoken string
	delta     string
	fetchXML  string
	aliases   map[string]string
	given     map[string]bool
}

// parseOptions reads the query. Names are case-sensitive; what Dataverse does not know, it refuses.
func parseOptions(raw string) (options, error) {
	o := options{raw: raw, aliases: map[string]string{}, given: map[string]bool{}}
	if raw == "" {
		return o, nil
	}
	for _, p := range strings.Split(raw, "&") {
		if p == "" {
			continue
		}
		k, v, _ := strings.Cut(p, "=")
		name, err := url.QueryUnescape(k)
		if err != nil {
			return o, badURI("Bad Request - Error in query syntax.")
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return o, badURI("Bad Request - Error in query syntax.")
		}
		if o.given[name] {
			return o, badURI("Query option '" + name + "' was specified more than once, but it must be specified at most once.")
		}
		o.given[name] = true
		if err := o.set(name, value); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *options) set(name, value string) error {
	switch name {
	case "$select":
		o.hasSelect = true
		for _, s := range strings.Split(value, ",") {
			o.selects = append(o.selects, strings.TrimSpace(s))
		}
	case "$filter":
		o.filter = value
	case "$orderby":
		o.orderby = value
	case "$expand":
		o.expand = value
	case "$top":
		o.top = value
	case "$count":
		o.count = value
	case "$apply":
		o.apply = value
	case "$skiptoken":
		o.skiptoken = value
	case "$deltatoken":
		o.delta = value
	case "fetchXml":
		o.fetchXML = value
	case "$skip":
		return badURI("Skip Clause is not supported in CRM")
	case "savedQuery", "userQuery":
		return unknown("saved queries")
	case "annotations", "LabelLanguages", "tag", "$id":
	default:
		if strings.HasPrefix(name, "@") {
			o.aliases[name] = value
			return nil
		}
		return badURI("The query parameter " + name + " is not supported")
	}
	return nil
}

// prefer is what the Prefer header asks for.
type prefer struct {
	pageSize       int // 0 when not asked for
	annotations    []string
	track          bool
	representation bool
	goOn           bool
}

func parsePrefer(h http.Header) prefer {
	var p prefer
	for _, line := range h.Values("Prefer") {
		for _, item := range splitPreferences(line) {
			name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "odata.maxpagesize", "maxpagesize":
				p.pageSize = pageSize(value)
			case "odata.include-annotations":
				for _, a := range strings.Split(value, ",") {
					p.annotations = append(p.annotations, strings.TrimSpace(a))
				}
			case "odata.track-changes":
				p.track = true
			case "return":
				p.representation = value == "representation"
			case "odata.continue-on-error":
				p.goOn = true
			}
		}
	}
	return p
}

const largestPage = 5000

func pageSize(s string) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0
		}
		if n = n*10 + int(c-'0'); n > largestPage {
			return largestPage
		}
	}
	return n
}

// splitPreferences cuts at the commas that stand outside quotes.
func splitPreferences(line string) []string {
	var out []string
	start, inQuote := 0, false
	for i, c := range line {
		switch {
		case c == '"':
			inQuote = !inQuote
		case c == ',' && !inQuote:
			out = append(out, line[start:i])
			start = i + 1
		}
	}
	return append(out, line[start:])
}

// wants reports whether an annotation was asked for: by its name, by a name that ends in *, and not by -name.
func (p prefer) wants(name string) bool {
	yes := false
	for _, a := range p.annotations {
		not := strings.HasPrefix(a, "-")
		a = strings.TrimPrefix(a, "-")
		if a == name || a == "*" || strings.HasSuffix(a, "*") && strings.HasPrefix(name, a[:len(a)-1]) {
			if not {
				return false
			}
			yes = true
		}
	}
	return yes
}
