package postgres

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"ferry/core"
)

// The ways to encrypt, in PostgreSQL's own words.
const (
	automatic  = "automatic" // verify-full, but disable for this computer
	verifyFull = "verify-full"
	verifyCA   = "verify-ca"
	require    = "require"
	disable    = "disable"
)

func settings() []core.Setting {
	return []core.Setting{
		{
			Name: "address", Title: "Address", Kind: core.SettingText, Required: true, Main: true,
			Help: "The server: db.example.com, or db.example.com:5432/database, or postgres://user@db.example.com/database. Never with a password in it.",
		},
		{Name: "port", Title: "Port", Kind: core.SettingNumber, Help: "Where the address does not say it; usually 5432."},
		{Name: "database", Title: "Database", Kind: core.SettingText, Help: "Where the address does not say it. It has to be there already; its tables are made by Ferry."},
		{Name: "user", Title: "User", Kind: core.SettingText, Help: "Where the address does not say it."},
		{
			Name: "password", Title: "Password", Kind: core.SettingSecret, Env: "PGPASSWORD",
			Help: "It is kept in this computer's keychain, never in a file. ferryctl takes it from the environment variable PGPASSWORD.",
		},
		{Name: "schema", Title: "Schema", Kind: core.SettingText, Default: "public", Help: "The part of the database in which the tables lie. Ferry makes it when there is none."},
		{
			Name: "encryption", Title: "Encryption", Kind: core.SettingChoice, Default: automatic,
			Choices: []string{automatic, verifyFull, verifyCA, require, disable},
			Help:    "automatic: encrypted, and the server has to prove its name (verify-full); without encryption on this computer only. verify-ca does not look at the name, require at nothing.",
		},
	}
}

// A target is where the tables are to lie.
type target struct {
	host, database, user, schema string // host: a name, an address, or the folder of a socket
	port                         uint16
	encryption                   string // never automatic
	binding                      bool   // the sign-in must be bound to the encrypted connection
}

// parse reads the settings. Its error is a Fault.
func parse(values map[string]string) (target, error) {
	a, err := parseAddress(values["address"])
	if err != nil {
		return target{}, err
	}
	for _, part := range []struct {
		name string
		into *string
	}{
		{"port", &a.port}, {"database", &a.database}, {"user", &a.user}, {"schema", &a.schema}, {"encryption", &a.encryption},
	} {
		value := strings.TrimSpace(values[part.name])
		switch {
		case value == "", part.name == "encryption" && value == automatic, part.name == "schema" && value == "public" && *part.into != "":
		case *part.into != "" && *part.into != value:
			return target{}, saidTwice(part.name)
		default:
			*part.into = value
		}
	}
	return a.target()
}

// An address is what the setting of that name says; "" is not said.
type address struct {
	host, port, database, user, schema, encryption string
	binding                                        bool
}

func parseAddress(words string) (address, error) {
	words = strings.TrimPrefix(strings.TrimSpace(words), "jdbc:")
	if words == "" {
		return address{}, noAddress()
	}
	if holdsPassword(words) {
		return address{}, passwordInAddress()
	}
	switch {
	case strings.HasPrefix(words, "/"):
		if !strings.HasPrefix(words, "//") {
			return address{host: words}, nil // the folder of a socket
		}
		words = "postgres:" + words
	case !strings.Contains(words, "://"):
		words = "postgres://" + words
	}
	u, err := url.Parse(words)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Opaque != "" || u.Fragment != "" ||
		strings.ContainsAny(u.Host, ", =") || strings.Contains(strings.Trim(u.Path, "/"), "/") {
		return address{}, badAddress()
	}
	a := address{host: u.Hostname(), port: u.Port(), database: strings.Trim(u.Path, "/"), user: u.User.Username()}
	return a, a.parameters(u.RawQuery)
}

// parameters reads what stands behind the question mark.
func (a *address) parameters(query string) error {
	all, err := url.ParseQuery(query)
	if err != nil {
		return badAddress()
	}
	for name, values := range all {
		value := values[len(values)-1]
		switch strings.ToLower(name) {
		case "host":
			a.host = value
		case "port":
			a.port = value
		case "user":
			a.user = value
		case "dbname":
			a.database = value
		case "sslmode":
			a.encryption = value
		case "schema", "currentschema", "search_path":
			a.schema = value
		case "channel_binding":
			a.binding = value == "require"
		case "application_name", "connect_timeout", "target_session_attrs":
		case "password", "sslpassword":
			return passwordInAddress()
		default:
			return badParameter(name)
		}
	}
	return nil
}

// holdsPassword reports whether an address has a password in it, also one that cannot be read otherwise.
func holdsPassword(words string) bool {
	_, rest, whole := strings.Cut(words, "//")
	if !whole {
		rest, _, _ = strings.Cut(words, "/")
	}
	at := strings.LastIndex(rest, "@")
	return at >= 0 && strings.Contains(rest[:at], ":")
}

func (a address) target() (target, error) {
	t := target{host: a.host, database: a.database, user: a.user, schema: a.schema, encryption: a.encryption, binding: a.binding, port: 5432}
	if a.port != "" {
		n, err := strconv.ParseUint(a.port, 10, 16)
		if err != nil || n == 0 {
			return t, badPort()
		}
		t.port = uint16(n)
	}
	if t.schema == "" {
		t.schema = "public"
	}
	switch t.encryption {
	case "":
		t.encryption = verifyFull
		if t.here() {
			t.encryption = disable
		}
	case verifyFull, verifyCA, require, disable:
	case "prefer", "allow":
		return t, downgrade(t.encryption)
	default:
		return t, badEncryption()
	}
	switch {
	case t.host == "":
		return t, noAddress()
	case t.database == "":
		return t, noDatabase()
	case t.user == "":
		return t, noUser()
	case !t.socket() && strings.ContainsFunc(t.host, func(r rune) bool { return r >= utf8.RuneSelf }):
		return t, disguised()
	case strings.ContainsRune(t.host+t.database+t.user+t.schema, 0), len(t.schema) > maxName:
		return t, badAddress()
	case strings.HasPrefix(t.schema, "pg_"), t.schema == "information_schema":
		return t, reservedSchema()
	}
	return t, nil
}

// here reports whether the server is on this computer.
func (t target) here() bool {
	if ip, err := netip.ParseAddr(t.host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return t.socket() || strings.EqualFold(t.host, "localhost")
}

func (t target) socket() bool { return strings.HasPrefix(t.host, "/") }

// server is the host with its port.
func (t target) server() string { return net.JoinHostPort(t.host, strconv.Itoa(int(t.port))) }

// name is for people.
func (t target) name() string {
	name := t.database + " on " + t.host
	if t.port != 5432 {
		name = t.database + " on " + t.server()
	}
	if t.schema != "public" {
		name += ", schema " + t.schema
	}
	return name
}

// Place is where the settings point at: server, database and schema. It names the place for people and in the journal;
// "" when the settings cannot be read.
func Place(s core.Settings) string {
	t, err := parse(s.Values)
	if err != nil {
		return ""
	}
	return t.server() + "/" + t.database + "/" + t.schema
}

// Receiver is whom the password may be sent to: server, database and user, and how well the server must prove who it is.
// A project file that asks for less finds no password. "" when the settings cannot be read.
func Receiver(s core.Settings) string {
	t, err := parse(s.Values)
	if err != nil {
		return ""
	}
	return t.user + "@" + t.server() + "/" + t.database + " " + t.encryption
}
