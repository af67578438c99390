package setup

import (
	"net/url"
	"regexp"
	"sort"
	"strings"
)

// most is how many values of a kind are looked at.
const most = 2000

// A kind is what a value looks like.
type kind int

const (
	kindURL kind = iota
	kindMail
	kindGUID
	kindDate
	kindSecret // has the shape of Entra's secrets
	kindToken  // stands where a secret stands
	kindDomain
)

// A value is something in the text that could be wanted.
type value struct {
	kind       kind
	start, end int
	text       string
	other      string // of a date: the other way to read it
	class      class
	strong     bool
	weak       bool // the place it was found in says little
}

var (
	urlShape    = regexp.MustCompile(`(?i)\b(?:https?://|api://)[^\s<>"'|{};]+`)
	onlineShape = regexp.MustCompile(`(?i)\b[a-z0-9-]+(?:\.api)?\.crm\d{0,3}\.(?:dynamics\.com|microsoftdynamics\.(?:us|de)|appsplatform\.us|dynamics\.cn)(?:/[^\s<>"'|{}]*)?`)
	mailShape   = regexp.MustCompile(`(?i)[\w.+#-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`)
	guidShape   = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	bareGUID    = regexp.MustCompile(`(?i)\b[0-9a-f]{32}\b`)
	// Microsoft identity platform: secrets are three characters, a digit, "Q~" and 31 to 34 characters.
	secretShape = regexp.MustCompile(`[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}`)
	olderShape  = regexp.MustCompile(`[A-Za-z0-9_~.+/=\[\]?:@*!$%&#^-]{30,64}`)
	domainShape = regexp.MustCompile(`(?i)\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+\b`)
	guidExact   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// isGUID reports whether a text is a GUID in lower case.
func isGUID(text string) bool { return guidExact.MatchString(text) }

// known are GUIDs that belong to Microsoft and to nobody's application.
func known(guid string) bool {
	switch guid {
	case "00000000-0000-0000-0000-000000000000",
		"00000007-0000-0000-c000-000000000000", // Dynamics CRM
		"78ce3f0f-a1ce-49c2-8cde-64b5c0896db4", // user_impersonation
		"00000003-0000-0000-c000-000000000000", // Microsoft Graph
		"e1fe6dd8-ba31-4d61-89e7-88639da4683d", // User.Read
		"00000002-0000-0000-c000-000000000000",
		"04b07795-8ddb-461a-bbee-02f9e1bf7b46", // Azure CLI
		"51f81489-12ee-4a9e-aaae-a2591f45987d": // Microsoft's sample application
		return true
	}
	return false
}

// A collector gathers the values of a text, each place once.
type collector struct {
	text   string
	used   []bool
	values []value
}

func collect(text string) []value {
	c := &collector{text: text, used: make([]bool, len(text))}
	c.urls()
	c.all(mailShape, kindMail, nil)
	c.guids()
	c.secrets()
	for _, d := range days(text, c.used) {
		c.values = append(c.values, value{kind: kindDate, start: d.start, end: d.end, text: d.date, other: d.other})
	}
	c.tokens()
	c.all(domainShape, kindDomain, func(s string) bool {
		return strings.ContainsAny(s[strings.LastIndexByte(s, '.'):], "abcdefghijklmnopqrstuvwxyz")
	})
	sort.SliceStable(c.values, func(i, j int) bool { return c.values[i].start < c.values[j].start })
	return c.values
}

func (c *collector) free(start, end int) bool {
	for i := start; i < end; i++ {
		if c.used[i] {
			return false
		}
	}
	return true
}

func (c *collector) add(k kind, start, end int, text string) *value {
	for i := start; i < end; i++ {
		c.used[i] = true
	}
	c.values = append(c.values, value{kind: k, start: start, end: end, text: text})
	return &c.values[len(c.values)-1]
}

func (c *collector) all(shape *regexp.Regexp, k kind, good func(string) bool) {
	for _, m := range shape.FindAllStringIndex(c.text, most) {
		s := strings.ToLower(c.text[m[0]:m[1]])
		if c.free(m[0], m[1]) && (good == nil || good(s)) {
			c.add(k, m[0], m[1], s)
		}
	}
}

// urls finds addresses, also without https where the host says enough, and looks through the wrappers that mail
// programs put around them.
func (c *collector) urls() {
	for _, m := range urlShape.FindAllStringIndex(c.text, most) {
		c.add(kindURL, m[0], m[1], unwrapped(c.text[m[0]:m[1]]))
	}
	for _, m := range onlineShape.FindAllStringIndex(c.text, most) {
		if c.free(m[0], m[1]) && (m[0] == 0 || c.text[m[0]-1] != '@') {
			c.add(kindURL, m[0], m[1], "https://"+c.text[m[0]:m[1]])
		}
	}
}

// unwrapped takes an address out of the one that a mail program made of it.
func unwrapped(address string) string {
	address = strings.TrimRight(address, ".,;:!)]")
	lower := strings.ToLower(address)
	switch {
	case strings.Contains(lower, "safelinks.protection."):
		if u, err := url.Parse(address); err == nil {
			if inner := u.Query().Get("url"); inner != "" {
				return inner
			}
		}
	case strings.Contains(lower, "urldefense."):
		if i := strings.Index(lower[8:], "https://"); i >= 0 {
			inner, _, _ := strings.Cut(address[8+i:], "__")
			return inner
		}
	}
	return address
}

func (c *collector) guids() {
	for _, m := range guidShape.FindAllStringIndex(c.text, most) {
		if c.free(m[0], m[1]) && (m[0] == 0 || !wordly(c.text[m[0]-1])) && (m[1] == len(c.text) || !wordly(c.text[m[1]]) && c.text[m[1]] != '@') {
			c.add(kindGUID, m[0], m[1], strings.ToLower(c.text[m[0]:m[1]]))
		}
	}
	for _, m := range bareGUID.FindAllStringIndex(c.text, most) {
		if c.free(m[0], m[1]) {
			g := strings.ToLower(c.text[m[0]:m[1]])
			c.add(kindGUID, m[0], m[1], g[:8]+"-"+g[8:12]+"-"+g[12:16]+"-"+g[16:20]+"-"+g[20:]).weak = true
		}
	}
}

func wordly(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '-' || b == '_'
}

// secrets finds what has the shape of Entra's secrets, whatever stands beside it.
func (c *collector) secrets() {
	for _, m := range secretShape.FindAllStringIndex(c.text, most) {
		start, end := m[0], m[1]
		raw := c.text[start:end]
		if end < len(c.text) && secretByte(c.text[end]) && c.text[end] != '.' && c.text[end] != '-' {
			continue // longer than a secret
		}
		if start > 0 && secretByte(c.text[start-1]) || !c.free(start, end) {
			continue
		}
		if len(raw) < 40 && strings.HasSuffix(raw, ".") {
			raw, end = raw[:len(raw)-1], end-1 // the end of a sentence
		}
		c.add(kindSecret, start, end, raw)
	}
}

func secretByte(b byte) bool { return wordly(b) || b == '~' || b == '.' }

// tokens finds what stands alone on its line, or behind a sign that says "here it comes", and could be a secret.
func (c *collector) tokens() {
	for _, m := range olderShape.FindAllStringIndex(c.text, most) {
		s := c.text[m[0]:m[1]]
		if c.free(m[0], m[1]) && mixed(s) && (m[0] == 0 || strings.IndexByte(" \t\n\"'|=:,;", c.text[m[0]-1]) >= 0) &&
			(m[1] == len(c.text) || strings.IndexByte(" \t\n\"'|,;", c.text[m[1]]) >= 0) && !strings.ContainsAny(s[:8], ":=") {
			c.add(kindToken, m[0], m[1], s)
		}
	}
}

// mixed reports whether a text is as mixed as a generated secret: letters both ways and digits, and not only hexadecimal.
func mixed(s string) bool {
	var lower, upper, digit, other int
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b >= 'a' && b <= 'z':
			lower++
		case b >= 'A' && b <= 'Z':
			upper++
		case b >= '0' && b <= '9':
			digit++
		default:
			other++
		}
	}
	return lower > 1 && upper > 1 && digit > 0 && other <= len(s)/2
}
