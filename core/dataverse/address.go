package dataverse

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"ferry/core"
)

// An Address is what could be told from an address that somebody pasted.
type Address struct {
	Org     string // https://contoso.crm4.dynamics.com, or with the organisation's path segment on-premises
	Host    string // contoso.crm4.dynamics.com, with the port when it is not 443
	Name    string // contoso
	Region  string // "Europe"; "" when not known
	Cloud   string // "public cloud"; "" when it is not one of Microsoft's hosts
	Online  bool   // one of Microsoft's hosts; else on-premises or of this computer
	Warning string // something a person should know; "" is none

	// Where to sign in, and where one's environments are listed, in the cloud of this environment; "" when it is none of
	// Microsoft's.
	Authority string // https://login.microsoftonline.com
	Discovery string // https://globaldisco.crm.dynamics.com
}

// premises reports whether the environment stands at a company of its own: neither at Microsoft nor on this computer.
func (a Address) premises() bool {
	host, _, err := net.SplitHostPort(a.Host)
	if err != nil {
		host = a.Host
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return !a.Online && host != "localhost" && !(err == nil && ip.IsLoopback())
}

// regions are the digits of crmN.dynamics.com. Others are as good, only not named.
func region(digits string) string {
	switch digits {
	case "":
		return "North America"
	case "2":
		return "South America"
	case "3":
		return "Canada"
	case "4":
		return "Europe"
	case "5":
		return "Asia Pacific"
	case "6":
		return "Australia"
	case "7":
		return "Japan"
	case "8":
		return "India"
	case "9":
		return "United States"
	case "11":
		return "United Kingdom"
	case "12":
		return "France"
	case "14":
		return "South Africa"
	case "15":
		return "United Arab Emirates"
	case "16":
		return "Germany"
	case "17":
		return "Switzerland"
	case "19":
		return "Norway"
	case "20":
		return "Singapore"
	case "21":
		return "Korea"
	case "22":
		return "Sweden"
	}
	return ""
}

// onlineHost is a host of Dataverse online: name, perhaps ".api", the digits, and the cloud's domain.
var onlineHost = regexp.MustCompile(
	`^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.api)?\.crm(\d{0,3})\.(dynamics\.com|microsoftdynamics\.us|microsoftdynamics\.de|appsplatform\.us|dynamics\.cn)$`)

// schemeAt finds an address in the middle of a text.
var schemeAt = regexp.MustCompile(`(?i)https?://[^\s<>"'` + "`" + `]+`)

// onlineAt finds a host of Dataverse in the middle of a text without a scheme.
var onlineAt = regexp.MustCompile(`(?i)[a-z0-9-]+(\.api)?\.crm\d{0,3}\.(dynamics\.com|microsoftdynamics\.(us|de)|appsplatform\.us|dynamics\.cn)[^\s<>"']*`)

// ParseAddress finds the environment in anything that was pasted: the browser's address bar, a deep link, an address
// of the API, a host alone, an address in the middle of a sentence. Addresses of other products are recognised and
// refused with what to paste instead. It is pure and quick; the error is a Fault.
func ParseAddress(text string) (Address, error) {
	u, err := findAddress(text)
	if err != nil {
		return Address{}, err
	}
	host, watched := hostOf(u)
	if u.User != nil {
		return Address{}, addressWithPassword()
	}
	if m := onlineHost.FindStringSubmatch(host); m != nil {
		a, err := online(u, m)
		if watched && err == nil && a.Warning == "" {
			a.Warning = "The address led through Microsoft Defender for Cloud Apps. Ferry uses the environment's own."
		}
		return a, err
	}
	if f := otherProduct(u, host); f != nil {
		if inner := within(text); inner != "" {
			return ParseAddress(inner)
		}
		return Address{}, f
	}
	return onPremises(u, host)
}

// hostOf is the host of an address. watched says that it was behind Microsoft Defender for Cloud Apps, which puts a name of
// its own behind that of the environment.
func hostOf(u *url.URL) (host string, watched bool) {
	host = strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for _, suffix := range []string{".mcas.ms", ".mcas-gov.us", ".mcas-gov.ms", ".access-control.cas.ms"} {
		if own, ok := strings.CutSuffix(host, suffix); ok {
			return own, true
		}
	}
	return host, false
}

// within finds an environment's host that an address of another page leads to: a sign-in page says where it goes back to.
func within(text string) string {
	for range 2 {
		inner, err := url.QueryUnescape(text)
		if err != nil {
			return ""
		}
		text = inner
		if found := onlineAt.FindString(text); found != "" {
			host, _, _ := strings.Cut(found, "/")
			if onlineHost.MatchString(strings.ToLower(host)) {
				return "https://" + host
			}
		}
	}
	return ""
}

// findAddress picks the address out of a text.
func findAddress(text string) (*url.URL, error) {
	text = strings.TrimSpace(strings.NewReplacer("\u200b", "", "\ufeff", "", "\u00a0", " ").Replace(text))
	if text == "" {
		return nil, addressMissing()
	}
	if found := pick(schemeAt.FindAllString(text, 20)); found != "" {
		text = found
	} else if at := onlineAt.FindStringIndex(text); at != nil {
		if before, _ := utf8.DecodeLastRuneInString(text[:at[0]]); before >= utf8.RuneSelf && unicode.IsLetter(before) {
			return nil, addressDisguised("") // the host begins with a letter of another alphabet
		}
		text = "https://" + text[at[0]:at[1]]
	} else if scheme, _, ok := strings.Cut(text, "://"); ok && !strings.ContainsAny(scheme, " \t\n") {
		return nil, addressUnusable()
	} else {
		text = "https://" + strings.Trim(text, "<>\"'`()[]{} \t\r\n")
	}
	text = strings.TrimRight(text, ".,;:!)]}>")
	// Everything behind the host's path is of no use here, and a deep link's query is often not well formed.
	text, _, _ = strings.Cut(text, "#")
	text, _, _ = strings.Cut(text, "?")
	u, err := url.Parse(text)
	if err == nil && strings.ContainsFunc(u.Host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		asked, err := idna.Punycode.ToASCII(core.Seen(u.Host))
		if err != nil {
			asked = ""
		}
		return nil, addressDisguised(asked)
	}
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Host, " \t\r\n") {
		return nil, addressUnusable()
	}
	return u, nil
}

// pick chooses among the addresses in a text: an environment's before any other, which may be of a page about it.
func pick(found []string) string {
	for _, text := range found {
		if u, err := url.Parse(strings.TrimRight(text, ".,;:!)]}>")); err == nil {
			if host, _ := hostOf(u); onlineHost.MatchString(host) {
				return text
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

// online completes the address of one of Microsoft's hosts.
func online(u *url.URL, m []string) (Address, error) {
	name, digits, domain := m[1], m[2], m[3]
	host := name + ".crm" + digits + "." + domain
	switch name {
	case "globaldisco", "disco":
		return Address{}, discoveryHost()
	}
	a := Address{Org: "https://" + host, Host: host, Name: name, Region: region(digits), Cloud: "public cloud", Online: true}
	switch domain {
	case "dynamics.com":
		if digits == "9" {
			a.Cloud = "US government (GCC)"
		}
	case "microsoftdynamics.us":
		a.Region, a.Cloud = "United States", "US government (GCC High)"
	case "appsplatform.us":
		a.Region, a.Cloud = "United States", "US government (DoD)"
	case "dynamics.cn":
		a.Region, a.Cloud = "China", "China (21Vianet)"
	case "microsoftdynamics.de":
		a.Region, a.Cloud = "Germany", "Germany (old)"
		a.Warning = "Microsoft has closed its old German cloud. The environment has probably moved to another address."
	}
	a.Authority, a.Discovery = cloud(domain, digits)
	if p := u.Port(); p != "" && p != "443" {
		return Address{}, addressUnusable()
	}
	if strings.EqualFold(u.Scheme, "http") {
		a.Warning = "The address said http. Ferry uses https."
	}
	return a, nil
}

// cloud tells where a cloud signs in and lists environments.
//
// Dataverse: "Discover user organizations". Microsoft Entra: "National clouds".
func cloud(domain, digits string) (authority, discovery string) {
	switch domain {
	case "microsoftdynamics.us":
		return "https://login.microsoftonline.us", "https://globaldisco.crm.microsoftdynamics.us"
	case "appsplatform.us":
		return "https://login.microsoftonline.us", "https://globaldisco.crm.appsplatform.us"
	case "dynamics.cn":
		return "https://login.partner.microsoftonline.cn", "https://globaldisco.crm.dynamics.cn"
	case "microsoftdynamics.de":
		return "https://login.microsoftonline.de", ""
	}
	if digits == "9" {
		return "https://login.microsoftonline.com", "https://globaldisco.crm9.dynamics.com"
	}
	return "https://login.microsoftonline.com", "https://globaldisco.crm.dynamics.com"
}

// onPremises completes the address of any other host.
func onPremises(u *url.URL, host string) (Address, error) {
	ip, ipErr := netip.ParseAddr(strings.Trim(host, "[]"))
	switch {
	case ipErr == nil, host == "localhost":
	case u.Port() != "":
	case !strings.Contains(host, "."):
		if orgSegment(u.Path) != "" {
			break // https://crmserver/Contoso
		}
		return Address{}, addressIncomplete()
	}
	if !plausibleHost(host) && ipErr != nil {
		return Address{}, addressUnusable()
	}
	if strings.EqualFold(u.Scheme, "http") {
		return Address{}, addressNotSecure()
	}
	shown := host
	if ipErr == nil && ip.Is6() {
		shown = "[" + host + "]"
	}
	if p := u.Port(); p != "" && p != "443" {
		shown = net.JoinHostPort(host, p)
	}
	a := Address{Host: shown, Org: "https://" + shown}
	a.Name, _, _ = strings.Cut(host, ".")
	if ipErr == nil {
		a.Name = host
	}
	if other, err := idna.Punycode.ToUnicode(host); err == nil && other != host {
		a.Warning = "Elsewhere this address is shown as " + core.Marked(other) + ", which may look like another. Go on only if you know it as " + host + "."
	}
	if org := orgSegment(u.Path); org != "" {
		a.Org += "/" + org
		a.Name = org
	}
	return a, nil
}

// orgSegment returns the organisation's segment in a path on-premises: https://crm.example.com/Contoso/main.aspx.
func orgSegment(path string) string {
	first, _, _ := strings.Cut(strings.Trim(path, "/"), "/")
	switch strings.ToLower(first) {
	case "api", "apps", "webresources", "xrmservices", "_static", "_layouts", "tools", "uclient", "adfs", "sfa", "home", "signin", "nga":
		return ""
	}
	if !segmentShape.MatchString(first) {
		return ""
	}
	return first
}

// segmentShape is a unique name of an organisation.
var segmentShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

var hostShape = regexp.MustCompile(`^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$`)

func plausibleHost(host string) bool { return len(host) <= 253 && hostShape.MatchString(host) }
