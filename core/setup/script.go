package setup

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"text/template"
	"time"
	"unicode"
)

// A ScriptKind is where a script runs.
type ScriptKind string

const (
	Bash       ScriptKind = "bash"       // Azure Cloud Shell, or any bash with az
	PowerShell ScriptKind = "powershell" // Azure Cloud Shell, or Windows with az or the Az module
)

// Labels of what a script prints, and of the table in a mail. Find reads them back.
const (
	labelOrg     = "Organisation URL"
	labelTenant  = "Directory (tenant) ID"
	labelClient  = "Application (client) ID"
	labelSecret  = "Client secret (Value)"
	labelExpires = "Client secret expires"
)

// dataverseAPI is the application ID of Dynamics CRM, the same in every tenant of every cloud.
const dataverseAPI = "00000007-0000-0000-c000-000000000000"

// Script writes the script that sets all up: registers the app for one tenant, adds the permission, the redirect URI and a
// secret or the certificate, makes the application user where the application signs in, and prints what to paste into
// Ferry. No value can run anything: each stands in single quotes, in JSON without any sign that a shell knows, or has been
// checked. The error is a Fault.
func Script(kind ScriptKind, v Values) (string, error) {
	parts, err := prepare(v)
	if err != nil {
		return "", err
	}
	text, quote := bashScript, quoteBash
	switch kind {
	case Bash:
	case PowerShell:
		text, quote = powerShellScript, quotePowerShell
	default:
		return "", faultKind()
	}
	t, err := template.New(string(kind)).Funcs(template.FuncMap{"q": quote}).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, parts); err != nil {
		return "", err
	}
	return b.String(), nil
}

// parts are what the templates are filled with.
type parts struct {
	App, Org, Tenant, ClientID, Role string
	TenantIsID                       bool
	Graph, AzCloud                   string
	Application                      bool   // JSON of the registration
	Registration                     string // JSON of the registration
	Desktop, Web                     string // redirect URI by platform
	Device                           bool   // public client flows
	Secret, Certificate              bool
	Password                         string // JSON of addPassword
	CER                              string // base64
	Ends                             string
	Person, Consent                  bool
	RoleFilter                       string // percent-encoded
	OrgLabel, TenantLabel            string
	ClientLabel, SecretLabel         string
	ExpiresLabel                     string
	API                              string
	AppUsersPage, Clicks             string
}

var (
	plainOrg      = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9_-]+)?$`)
	plainTenant   = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,100})$`)
	plainRedirect = regexp.MustCompile(`^http://localhost(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?$`)
)

// prepare checks the values and completes them.
func prepare(v Values) (parts, error) {
	v.Org = strings.TrimSuffix(strings.TrimSpace(v.Org), "/")
	v.Tenant, v.ClientID = strings.ToLower(strings.TrimSpace(v.Tenant)), strings.ToLower(strings.TrimSpace(v.ClientID))
	uri, platform := RedirectURI(v.Way, v.WithSecret || len(v.Certificate) > 0)
	if uri != "" && v.Redirect != "" {
		uri = v.Redirect
	}
	ends := v.ends()
	switch {
	case v.Way == WayWindows:
		return parts{}, faultWindows()
	case v.Org != "" && !plainOrg.MatchString(v.Org):
		return parts{}, faultAddress()
	case v.Tenant != "" && !plainTenant.MatchString(v.Tenant):
		return parts{}, faultTenant()
	case v.ClientID != "" && !isGUID(v.ClientID):
		return parts{}, faultClientID()
	case uri != "" && !plainRedirect.MatchString(uri):
		return parts{}, faultRedirect()
	case calendarISO(ends) == "":
		return parts{}, faultExpires()
	}
	p := parts{
		App: v.appName(), Org: v.Org, Tenant: v.Tenant, TenantIsID: isGUID(v.Tenant), ClientID: v.ClientID, Role: v.role(), Application: v.Way.Application(),
		Device: v.Way == WayDevice, Person: !v.Way.Application(), Consent: v.Consent && !v.Way.Application(), Ends: ends,
		Secret: v.Way == WaySecret || !v.Way.Application() && v.WithSecret, API: dataverseAPI,
		OrgLabel: labelOrg, TenantLabel: labelTenant, ClientLabel: labelClient, SecretLabel: labelSecret, ExpiresLabel: labelExpires,
	}
	if v.Way == WayCertificate || len(v.Certificate) > 0 && !p.Secret {
		if _, err := x509.ParseCertificate(v.Certificate); err != nil {
			return parts{}, faultCertificate()
		}
		p.Certificate, p.CER = true, base64.StdEncoding.EncodeToString(v.Certificate)
	}
	if platform == PlatformWeb {
		p.Web = uri
	} else {
		p.Desktop = uri
	}
	cloud := CloudOf(v.Org)
	p.Graph, p.AzCloud = graphs(cloud)
	p.RoleFilter = url.PathEscape("name eq '" + strings.ReplaceAll(p.Role, "'", "''") + "' and _businessunitid_value eq ")
	p.RoleFilter = strings.NewReplacer("'", "%27", "&", "%26", "$", "%24", "+", "%2B", "=", "%3D", ";", "%3B").Replace(p.RoleFilter)
	if link, ok := LinkTo(PageApplicationUsers, cloud, v.Tenant, v.ClientID, v.environment()); ok {
		p.AppUsersPage, p.Clicks = link.URL, link.Clicks
	}
	p.Registration = p.registration()
	p.Password = harmless(map[string]any{"passwordCredential": map[string]any{"displayName": "Ferry", "endDateTime": ends + "T00:00:00Z"}})
	return p, nil
}

// registration is the app registration as Microsoft Graph takes it. PERMISSION-ID is put in when the script runs.
func (p parts) registration() string {
	app := map[string]any{
		"displayName": p.App, "signInAudience": "AzureADMyOrg",
		"requiredResourceAccess": []any{map[string]any{
			"resourceAppId": p.API, "resourceAccess": []any{map[string]any{"id": "PERMISSION-ID", "type": "Scope"}},
		}},
	}
	if p.Desktop != "" {
		app["publicClient"] = map[string]any{"redirectUris": []string{p.Desktop}}
	}
	if p.Web != "" {
		app["web"] = map[string]any{"redirectUris": []string{p.Web}}
	}
	if p.Device {
		app["isFallbackPublicClient"] = true
	}
	return harmless(app)
}

func (v Values) appName() string {
	if name := oneLine(v.App, 100); name != "" {
		return name
	}
	return "Ferry"
}

// environment is what leads to the environment's pages: its ID, or else its address.
func (v Values) environment() string {
	if isGUID(strings.ToLower(v.Environment)) {
		return v.Environment
	}
	return v.Org
}

func (v Values) role() string {
	if role := oneLine(v.Role, 100); role != "" {
		return role
	}
	return "Service Reader"
}

// ends is the end of a new secret: half a year from now unless somebody said otherwise.
func (v Values) ends() string {
	if v.SecretExpires != "" {
		return v.SecretExpires
	}
	at := v.At
	if at.IsZero() {
		at = time.Now()
	}
	return at.UTC().AddDate(0, 6, 0).Format(time.DateOnly)
}

func calendarISO(date string) string {
	if t, err := time.Parse(time.DateOnly, date); err == nil {
		return t.Format(time.DateOnly)
	}
	return ""
}

// oneLine makes a name fit on one line, without signs that cannot be seen.
func oneLine(text string, most int) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))), " ")
	if runes := []rune(text); len(runes) > most {
		text = strings.TrimSpace(string(runes[:most]))
	}
	return text
}

// harmless is JSON in which no sign stands that a shell could take for its own.
func harmless(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return "{}"
	}
	var b strings.Builder
	for _, r := range string(data) {
		switch {
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		case r > 0x7e || strings.ContainsRune("'`$!%&|<>^;", r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// quoteBash puts a text into single quotes, in which bash knows no other sign.
func quoteBash(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// quotePowerShell puts a text into single quotes. PowerShell takes four more signs for one, and each is doubled.
func quotePowerShell(text string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range text {
		b.WriteRune(r)
		if strings.ContainsRune("'\u2018\u2019\u201a\u201b", r) {
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// graphs are Microsoft Graph's address in a cloud, and the cloud's name in the Azure CLI.
func graphs(c Cloud) (graph, azCloud string) {
	switch c {
	case GCCHigh:
		return "https://graph.microsoft.us", "AzureUSGovernment"
	case DoD:
		return "https://dod-graph.microsoft.us", "AzureUSGovernment"
	case China:
		return "https://microsoftgraph.chinacloudapi.cn", "AzureChinaCloud"
	}
	return "https://graph.microsoft.com", "AzureCloud"
}
