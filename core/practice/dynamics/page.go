package dynamics

import (
	"encoding/xml"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// A cookie is where a page begins. On the wire it is the paging cookie of Dataverse, which nobody but its maker reads.
//
// Web API: "Page results": the next link holds a $skiptoken in which a cookie is encoded twice; it must be used as it
// came, with the same Prefer header.
type cookie struct {
	page     int
	size     int      // of the pages; 0 is not known
	last     string   // primary key of the last row before; "" begins at the first row
	place    int      // where that row stands, from 1; 0 begins at the first row
	order    []string // values of the $orderby columns in that row
	tracking bool
	version  int64 // of an initial load with change tracking: the version when it began
	until    int64 // of changes: the version up to which they are told
	taken    int   // of changes: how many were told already
}

type cookieXML struct {
	XMLName  xml.Name `xml:"cookie"`
	Page     int      `xml:"pagenumber,attr"`
	Inner    string   `xml:"pagingcookie,attr"`
	Tracking string   `xml:"istracking,attr"`
}

type innerXML struct {
	XMLName xml.Name `xml:"cookie"`
	Page    int      `xml:"page,attr"`
	Size    int      `xml:"pagesize,attr"`
	Place   int      `xml:"place,attr"`
	Version int64    `xml:"version,attr"`
	Until   int64    `xml:"until,attr"`
	Taken   int      `xml:"taken,attr"`
	Keys    []struct {
		Name  string
		Last  string `xml:"last,attr"`
		Order string `xml:"order,attr"`
	} `xml:",any"`
}

// skiptoken writes the cookie as it stands in an address. key is the name of the table's primary key.
func (c cookie) skiptoken(key string) string {
	var in strings.Builder
	in.WriteString(`<cookie page="` + strconv.Itoa(c.page-1) + `"`)
	for _, a := range []struct {
		name string
		n    int64
	}{{"pagesize", int64(c.size)}, {"place", int64(c.place)}, {"version", c.version}, {"until", c.until}, {"taken", int64(c.taken)}} {
		if a.n != 0 {
			in.WriteString(" " + a.name + `="` + strconv.FormatInt(a.n, 10) + `"`)
		}
	}
	in.WriteByte('>')
	for _, v := range c.order {
		in.WriteString(`<by order="`)
		_ = xml.EscapeText(&in, []byte(v))
		in.WriteString(`"/>`)
	}
	in.WriteString("<" + key + ` last="`)
	if c.last != "" {
		in.WriteString("{" + strings.ToUpper(c.last) + "}")
	}
	in.WriteString(`" /></cookie>`)
	tracking := "False"
	if c.tracking {
		tracking = "True"
	}
	outer := `<cookie pagenumber="` + strconv.Itoa(c.page) + `" pagingcookie="` + escapeAll(in.String()) + `" istracking="` + tracking + `" />`
	return escapeOuter(outer)
}

// escapeAll encodes everything but letters, digits and a few harmless marks, in lower case as .NET does.
func escapeAll(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte("0123456789abcdef"[c>>4])
		b.WriteByte("0123456789abcdef"[c&15])
	}
	return b.String()
}

var outerEscapes = strings.NewReplacer("%", "%25", "<", "%3C", ">", "%3E", " ", "%20", `"`, "%22", "&", "%26", "#", "%23", "+", "%2B")

func escapeOuter(s string) string { return outerEscapes.Replace(s) }

var cookieKey = regexp.MustCompile(`^\{?([0-9a-fA-F-]{36})\}?$`)

// parseCookie reads the value of $skiptoken, once decoded.
func parseCookie(text string) (cookie, bool) {
	var o cookieXML
	if xml.Unmarshal([]byte(text), &o) != nil || o.Page < 1 {
		return cookie{}, false
	}
	inner, err := url.PathUnescape(o.Inner)
	if err != nil {
		return cookie{}, false
	}
	var in innerXML
	if xml.Unmarshal([]byte(inner), &in) != nil {
		return cookie{}, false
	}
	c := cookie{page: o.Page, tracking: o.Tracking == "True", size: in.Size, place: in.Place, version: in.Version, until: in.Until, taken: in.Taken}
	for i, k := range in.Keys {
		if i < len(in.Keys)-1 {
			c.order = append(c.order, k.Order)
			continue
		}
		if k.Last == "" {
			continue
		}
		m := cookieKey.FindStringSubmatch(k.Last)
		if m == nil {
			return cookie{}, false
		}
		c.last = strings.ToLower(m[1])
	}
	return c, true
}

// withoutToken returns a raw query without its $skiptoken.
func withoutToken(raw string) string {
	var keep []string
	for _, p := range strings.Split(raw, "&") {
		name, _, _ := strings.Cut(p, "=")
		if name, err := url.QueryUnescape(name); err == nil && name == "$skiptoken" || p == "" {
			continue
		}
		keep = append(keep, p)
	}
	return strings.Join(keep, "&")
}

// next is the address of the page that c begins, for the query that was asked.
func (c cookie) next(address, rawQuery, key string) string {
	q := withoutToken(rawQuery)
	if q != "" {
		q += "&"
	}
	return address + "?" + q + "$skiptoken=" + c.skiptoken(key)
}

// Again returns an address that differs from u and leads to the same rows.
func Again(u *url.URL) string {
	c, ok := parseCookie(u.Query().Get("$skiptoken"))
	if !ok {
		c = cookie{page: 1}
	}
	c.page++
	here := *u
	here.RawQuery, here.Fragment = "", ""
	return c.next(here.String(), u.RawQuery, "id")
}

var rowsPath = regexp.MustCompile(`^(?:/[A-Za-z0-9_-]+)?/api/data/v\d+\.\d+/([A-Za-z_][A-Za-z0-9_]*)(\([^/]*\))?(/.*)?$`)

// RowsOf tells which entity set an address asks for and which page of it, counted from 1. The set is "" when the
// address is about something else.
func RowsOf(u *url.URL) (set string, page int) {
	m := rowsPath.FindStringSubmatch(u.Path)
	if m == nil {
		return "", 0
	}
	switch m[1] {
	case "EntityDefinitions", "GlobalOptionSetDefinitions", "RelationshipDefinitions", "WhoAmI":
		return "", 0
	}
	if m[2] != "" {
		return m[1], 0
	}
	if c, ok := parseCookie(u.Query().Get("$skiptoken")); ok {
		return m[1], c.page
	}
	return m[1], 1
}
