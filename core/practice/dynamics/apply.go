package dynamics

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// aggregateLimit is how many rows Dataverse works through for an aggregate.
const aggregateLimit = 50_000

// apply answers $apply as far as it counts: aggregate($count as n), behind any number of filter(…).
//
// Web API: "Aggregate data using OData", "Limitations": 50,000 rows at most, no $orderby.
func (c *call) apply(l listing) error {
	if c.opts.given["$orderby"] {
		return badURI("The query node SingleValueOpenPropertyAccess is not supported")
	}
	for _, o := range []string{"$filter", "$select", "$expand", "$count", "$top", "$skiptoken"} {
		if c.opts.given[o] {
			return unknown(o + " beside $apply")
		}
	}
	filter, alias, err := readApply(c.opts.apply)
	if err != nil {
		return err
	}
	inner := *c
	inner.opts = options{aliases: c.opts.aliases, given: map[string]bool{}, hasSelect: true, selects: []string{l.model.Key}}
	if filter != "" {
		inner.opts.filter, inner.opts.given["$filter"] = filter, true
	}
	q, err := inner.question(l)
	if err != nil {
		return err
	}
	n, over := q.counted(aggregateLimit)
	if over {
		return &failure{status: http.StatusBadRequest, code: "0x8004e023", message: "AggregateQueryRecordLimit exceeded. Cannot perform this operation."}
	}
	out := newStream(c.w)
	out.b = append(out.b, `{"@odata.context":`...)
	out.b = appendText(out.b, c.base+"/$metadata#"+l.context)
	out.b = append(out.b, `,"value":[{`...)
	out.b = appendText(out.b, alias)
	out.b = append(out.b, ':')
	out.b = strconv.AppendInt(out.b, int64(n), 10)
	out.b = append(out.b, "}]}"...)
	out.flush(true)
	return nil
}

var countsAs = regexp.MustCompile(`^aggregate\(\s*\$count\s+as\s+([A-Za-z_][A-Za-z0-9_]*)\s*\)$`)

// readApply reads the transformations: one filter of all filters, and the name of the count.
func readApply(text string) (filter, alias string, err error) {
	rest := strings.TrimSpace(text)
	for strings.HasPrefix(rest, "filter(") {
		end := closing(rest)
		if end < 0 || end+1 >= len(rest) || rest[end+1] != '/' {
			return "", "", badURI("Syntax error at position " + strconv.Itoa(len(text)) + " in '" + text + "'.")
		}
		part := rest[len("filter("):end]
		if filter != "" {
			part = "(" + filter + ") and (" + part + ")"
		}
		filter, rest = part, rest[end+2:]
	}
	if m := countsAs.FindStringSubmatch(rest); m != nil {
		return filter, m[1], nil
	}
	for _, known := range []string{"aggregate(", "groupby("} {
		if strings.HasPrefix(rest, known) {
			return "", "", unknown("$apply=" + known + "…)")
		}
	}
	return "", "", badURI("'" + rest + "' is not a valid transformation in $apply.")
}

// closing is the place of the bracket that closes the first one; -1 when none does. Texts in quotes do not count.
func closing(text string) int {
	depth, quoted := 0, false
	for i := range len(text) {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case quoted:
		case text[i] == '(':
			depth++
		case text[i] == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
