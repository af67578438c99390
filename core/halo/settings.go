package halo

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/rest"
)

// Options are what a Destination gets from the computer it runs on. The zero Options are those of an ordinary one.
type Options struct {
	Network rest.Network // how the outside is reached; the CA files of core.Settings are added
	Wait    func(ctx context.Context, d time.Duration) error
	Now     func() time.Time
	Log     *slog.Logger
}

// Driver describes the destination.
func Driver(o Options) core.Driver[core.Destination] {
	return core.Driver[core.Destination]{
		Name:     "halo",
		Title:    "Halo",
		Summary:  "HaloPSA, HaloITSM or HaloCRM: accounts become customers, contacts become users, other tables become custom tables.",
		Settings: settings(),
		New: func(s core.Settings) (core.Destination, error) {
			d, err := New(s, o)
			if err != nil {
				return nil, err
			}
			return d, nil
		},
		Place:     Place,
		Receiver:  Receiver,
		Described: true,
		Guide:     guide(),
	}
}

func settings() []core.Setting {
	return []core.Setting{
		{
			Name: "address", Title: "Address", Kind: core.SettingText, Required: true, Main: true,
			Help: "Where you open Halo in the browser: https://acme.halopsa.com. Both servers of its API are found from it.",
		},
		{
			Name: "client-id", Title: "Client ID", Kind: core.SettingSecret, Open: true, Required: true, Env: "FERRY_HALO_CLIENT_ID",
			Help: "In Halo: Configuration, Integrations, Halo API, View Applications, New: authentication method “Client ID and Secret (Services)”, login type Agent. Copy it after saving.",
		},
		{
			Name: "secret", Title: "Client secret", Kind: core.SettingSecret, Required: true, Env: "FERRY_HALO_SECRET",
			Help: "Halo shows it once, when the application is made. It is kept in this computer's keychain.",
		},
		{Name: "tenant", Title: "Tenant", Kind: core.SettingText, Help: "Only where Halo's page “API Details” names one; usually it is found."},
		{
			Name: "auth-address", Title: "Sign-in address", Kind: core.SettingText,
			Help: "The “Authorisation Server” of the page “API Details”. Fill it in only where it is on another host than Halo itself: the secret is sent there.",
		},
		{Name: "scope", More: true, Title: "Scopes", Kind: core.SettingText, Default: "all", Help: "What the application asks for. Customers, sites and users need read:customers edit:customers; custom fields and tables need admin or all."},
		{
			Name: "default-site", Title: "Default site", Kind: core.SettingText, Offered: true,
			Help: "Written as customer/site: Contoso Ltd/Main. Users whose account is not imported go there; without one they wait, or are left out.",
		},
		{
			Name: "parent-account", More: true, Title: "Parent account", Kind: core.SettingText,
			Help: "What the parent of an account becomes: “top level”, or the name of a text field such as CFParent, which gets its name. Empty: it is left out. It counts for a mapping that begins; later the mapping itself says it.",
		},
		{
			Name: "link-module", More: true, Title: "Number of the link module", Kind: core.SettingNumber,
			Help: "The number under which Halo keeps external links of Dynamics. Ferry proves with one record that links are kept before it relies on them; without a number it does not use them.",
		},
		{
			Name: "id-fields", Title: "Fields for the Dynamics ID", Kind: core.SettingText, Offered: true,
			Help: "By these Ferry finds its records again where external links do not work: fields that nobody else uses, with commas between, such as ref, other5 or CFDynamicsId. Each table takes the first that it has.",
		},
		{
			Name: "dynamics-value", More: true, Title: "Column for the Dynamics ID of list values", Kind: core.SettingText,
			Help: "Where Halo keeps the Dynamics ID of a list's value, for example value2 or custom1. Empty: it is not written.",
		},
		{Name: "make", More: true, Title: "Make missing custom fields and values", Kind: core.SettingSwitch, Default: "false", Help: "Custom fields and list values that a mapping names and Halo does not have are made. The type of a custom field cannot be changed afterwards."},
		{
			Name: "notify", Title: "Let Halo write to people", Kind: core.SettingSwitch, Notifies: true, Default: "false",
			Help: "Off: each request tells Halo to send no welcome mail and to start no automation. Switch it on only if each imported person is to hear from Halo.",
		},
		{Name: "delete", More: true, Title: "Delete when an import is taken back", Kind: core.SettingSwitch, Deletes: true, Default: "false", Help: "Off: what an import made is set inactive, with all its tickets. On: it is deleted, which cannot be undone."},
		{Name: "some-customers", More: true, Title: "Import although the agent sees only some customers", Kind: core.SettingSwitch, Default: "false", Help: "Off: no import begins while Halo says so, because customers that the agent does not see would be made a second time."},
		{Name: "requests", More: true, Title: "Requests that Halo takes", Kind: core.SettingNumber, Default: "300", Help: "Halo stops answering above 300 in five minutes; other programs that use its API take part of them. Ferry keeps below."},
		{Name: "window", More: true, Title: "Within so many seconds", Kind: core.SettingNumber, Default: "300", Help: "The time over which Halo counts requests: 300 seconds are five minutes. Change it only where another limit was agreed for your Halo, or where it is your own server."},
		{Name: "batch", More: true, Title: "Records per request", Kind: core.SettingNumber, Default: "50", Help: "How many records are written at once."},
		{Name: "field-types", More: true, Title: "Numbers of field types", Kind: core.SettingText, Help: "Only where Halo shows other numbers than Ferry expects: 0=text, 1=memo, 2=choice, 3=choices, 4=date, 5=time, 6=checkbox, 7=table, 8=dynamic, 10=rich."},
		{Name: "input-types", More: true, Title: "Numbers of input types", Kind: core.SettingText, Help: "For custom fields that Ferry makes of numbers, only where Halo shows other ones than 1=integer, 2=money, 3=decimal. 0=money makes ordinary text fields."},
		{Name: "headers", More: true, Title: "Extra headers", Kind: core.SettingSecret, Env: "FERRY_HALO_HEADERS", Help: "Header: value, one on each line, where Halo has agreed on something special with you."},
	}
}

// A target is what the settings say.
type target struct {
	resource    *url.URL // the API's root; ends in a slash
	auth        *url.URL // nil: it is found
	tenant      string
	scope       string
	id, secret  core.Secret
	header      http.Header
	defaultSite string
	parent      string // the field that gets the name of an account's parent; "" is none
	module      int64  // 0: external links are not used
	idFields    []string
	slot        string
	notify      bool
	delete      bool
	make        bool
	some        bool // an agent who sees some customers will do
	requests    int
	window      time.Duration // over which Halo counts requests
	batch       int
	types       map[int64]fieldKind
	inputs      map[int64]core.FieldType // of text fields that take numbers
}

// parse reads the settings. Its error is a Fault.
func parse(s core.Settings) (target, error) {
	t := target{
		tenant: strings.TrimSpace(s.Get("tenant")), scope: strings.TrimSpace(s.Get("scope")), id: s.Secrets["client-id"], secret: s.Secrets["secret"],
		defaultSite: strings.TrimSpace(s.Get("default-site")), slot: strings.TrimSpace(s.Get("dynamics-value")),
		parent: parentField(s.Get("parent-account")),
	}
	if t.scope == "" {
		t.scope = "all"
	}
	var err error
	if t.resource, err = parseAddress(s.Get("address"), "api"); err != nil {
		return t, err
	}
	if own := strings.TrimSpace(s.Get("auth-address")); own != "" {
		if t.auth, err = parseAddress(own, "auth"); err != nil {
			return t, err
		}
	}
	for _, name := range strings.Split(s.Get("id-fields"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			t.idFields = append(t.idFields, name)
		}
	}
	seconds := 0
	for _, n := range []struct {
		name             string
		into             *int
		own, least, most int
	}{{"window", &seconds, int(usualWindow / time.Second), 1, 86400}, {"requests", &t.requests, 300, 2, 1_000_000}, {"batch", &t.batch, 50, 1, 1000}} {
		if *n.into, err = number(s, n.name, n.own, n.least, n.most); err != nil {
			return t, err
		}
	}
	t.window = time.Duration(seconds) * time.Second
	module, err := number(s, "link-module", 0, 0, 1<<31-1)
	if err != nil {
		return t, err
	}
	t.module = int64(module)
	for name, into := range map[string]*bool{"notify": &t.notify, "delete": &t.delete, "make": &t.make, "some-customers": &t.some} {
		*into = yes(s.Get(name))
	}
	if !lookupSlot(t.slot) {
		return t, badSlot(t.slot)
	}
	if t.types, err = parseTypes(s.Get("field-types")); err != nil {
		return t, err
	}
	if t.inputs, err = parseInputs(s.Get("input-types")); err != nil {
		return t, err
	}
	t.header, err = parseHeaders(s.Secrets["headers"].Reveal())
	return t, err
}

func yes(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}

func number(s core.Settings, name string, own, least, most int) (int, error) {
	text := strings.TrimSpace(s.Get(name))
	if text == "" {
		return own, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, badNumber(name, least, most)
	}
	return n, nil
}

// lookupSlot reports whether Halo's values have such a column.
func lookupSlot(name string) bool {
	switch {
	case name == "", name == "custom1", name == "custom2", name == "valueint1":
		return true
	}
	return len(name) == 6 && strings.HasPrefix(name, "value") && name[5] >= '2' && name[5] <= '9'
}

// parseAddress reads the address of Halo, or of one of its servers. own is the path under which that lies.
func parseAddress(text, own string) (*url.URL, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, noAddress()
	}
	if core.Disguised(text) || core.Seen(text) != text {
		return nil, disguised()
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, badAddress()
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, plainHTTP()
	}
	u.RawQuery, u.Fragment = "", ""
	path := strings.Trim(u.Path, "/")
	switch {
	case path == "" || strings.EqualFold(path, "portal"):
		path = own
	case strings.EqualFold(path, own), strings.HasSuffix(strings.ToLower(path), "/"+own):
	case own == "auth" && strings.HasSuffix(strings.ToLower(path), "auth/token"):
		path = strings.TrimSuffix(path[:len(path)-len("token")], "/")
	default:
		path += "/" + own
	}
	u.Path, u.RawPath = "/"+path+"/", ""
	return u, nil
}

// loopback reports whether a host is this computer.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// parseHeaders reads the extra headers. Their text is shown nowhere.
func parseHeaders(text string) (http.Header, error) {
	h := http.Header{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		if !ok || name == "" || strings.ContainsAny(name, " \t\"(),/:;<=>?@[\\]{}") || strings.EqualFold(name, "Authorization") || strings.EqualFold(name, "Host") {
			return nil, badHeader()
		}
		h.Add(name, strings.TrimSpace(value))
	}
	return h, nil
}

// Place is where the settings point at: host and path of Halo.
func Place(s core.Settings) string {
	u, err := parseAddress(s.Get("address"), "api")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(u.Host)+strings.TrimSuffix(u.Path, "/"), "/api")
}

// Receiver is whom the secret may be sent to: the server that signs in, and Halo, which gets what that gives out.
func Receiver(s core.Settings) string {
	t, err := parse(core.Settings{Values: s.Values})
	if err != nil {
		return ""
	}
	to := strings.ToLower(t.resource.Scheme + "://" + hostPort(t.resource))
	if t.auth != nil && hostPort(t.auth) != hostPort(t.resource) {
		to += " " + strings.ToLower(t.auth.Scheme+"://"+hostPort(t.auth))
	}
	return "halo " + to + " " + t.tenant
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
