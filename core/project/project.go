// Package project is the project file: connections, a destination and mappings, without any secret.
package project

import (
	"ferry/core"
	"ferry/core/mapping"
)

// Version is the newest file format this Ferry reads. A file says the oldest that has all of what is in it, so that older
// Ferries go on reading what they understand, and refuse politely what they do not.
const Version = 3

// computerVersion is the format of the settings of this computer.
const computerVersion = 1

// A Project is what a .ferry file holds. It never holds a secret.
type Project struct {
	Version     int               `json:"version"`
	ID          string            `json:"id"` // random; names the journal
	Name        string            `json:"name"`
	Connections []Connection      `json:"connections,omitempty"`
	Connection  string            `json:"connection,omitempty"` // name of the one in use
	Destination *Destination      `json:"destination,omitempty"`
	Mappings    []mapping.Mapping `json:"mappings,omitempty"` // saved ones; tables without one get the default
	Tables      []string          `json:"tables,omitempty"`   // the list: IDs of mappings; one without a saved mapping is a table by its logical name
	Off         []string          `json:"off,omitempty"`      // those of the list that take no part in Import everything
	For         string            `json:"for,omitempty"`      // the driver for whose tables the list is; "" is for every kind that makes its tables itself
	Aside       map[string]List   `json:"aside,omitempty"`    // lists for other kinds of destination, by what For says of them; see Turn
	Language    int               `json:"language,omitempty"` // of labels, as an LCID: 1031 is German; 0 is that of whoever signs in
}

// A Connection is an environment and how we sign in to it. Two of them are equal (==) when everything saved is.
type Connection struct {
	Name           string           `json:"name"`
	Org            string           `json:"org"`              // https://contoso.crm.dynamics.com
	Tenant         string           `json:"tenant,omitempty"` // GUID or domain; "" asks the environment
	ClientID       string           `json:"clientId,omitempty"`
	Auth           Auth             `json:"auth"`
	HasSecret      bool             `json:"hasSecret,omitempty"`      // a person signs in, and the application has a client secret
	HasCertificate bool             `json:"hasCertificate,omitempty"` // a person signs in, and the application has a certificate
	User           string           `json:"user,omitempty"`           // of Windows: DOMAIN\user
	Redirect       string           `json:"redirect,omitempty"`
	Kind           string           `json:"kind,omitempty"`          // what the person said or the system told: "test", "live"; "" is unknown
	Practice       bool             `json:"practice,omitempty"`      // the practice environment of this computer
	SecretExpires  string           `json:"secretExpires,omitempty"` // 2027-03-31; "" is unknown
	Certificate    CertificateFacts `json:"certificate,omitzero"`    // of the certificate in use; its key is in the keychain
	Version        string           `json:"version,omitempty"`       // of the Web API: "v9.2"; "" leaves it to Ferry
	App            string           `json:"app,omitempty"`           // ID of the app in which records are opened
	PageSize       int              `json:"pageSize,omitempty"`      // rows; 0 leaves it to Ferry
	Requests       int              `json:"requests,omitempty"`      // at once; 0 leaves it to Ferry
	Tested         string           `json:"tested,omitempty"`        // when it was last available, UTC in RFC 3339; "" is a draft
	Waiting        Waiting          `json:"waiting,omitzero"`        // for somebody who has to do something first
}

// Auth is a way to sign in.
type Auth string

const (
	Browser     Auth = "browser"     // I sign in
	Device      Auth = "device"      // I sign in on another device, with a code
	Secret      Auth = "secret"      // the application signs in, with a client secret
	Certificate Auth = "certificate" // the application signs in, with a certificate
	Windows     Auth = "windows"     // I sign in as at Windows, on-premises
)

// Person reports whether a person signs in.
func (a Auth) Person() bool { return a != Secret && a != Certificate }

// NeedsSecret reports whether a client secret belongs to the sign-in.
func (c Connection) NeedsSecret() bool {
	return c.Auth == Secret || (c.Auth == Browser || c.Auth == Device) && c.HasSecret
}

// NeedsCertificate reports whether a certificate belongs to the sign-in.
func (c Connection) NeedsCertificate() bool {
	return c.Auth == Certificate || (c.Auth == Browser || c.Auth == Device) && c.HasCertificate
}

// CertificateFacts say which certificate a connection uses. They are public.
type CertificateFacts struct {
	Subject    string `json:"subject,omitempty"`
	Thumbprint string `json:"thumbprint,omitempty"` // SHA-1 in hex, as Entra shows it
	Expires    string `json:"expires,omitempty"`    // 2027-03-31
}

// Waiting says that somebody was asked to do something before the connection can work.
type Waiting struct {
	For   core.Owner `json:"for,omitempty"`
	What  string     `json:"what,omitempty"`  // "admin-approval", "registration", "application-user", or a Fault's code
	Since string     `json:"since,omitempty"` // UTC in RFC 3339
}

// A Destination is where records go.
type Destination struct {
	Driver   string            `json:"driver"` // "sqlite"
	Settings map[string]string `json:"settings,omitempty"`
	Practice bool              `json:"practice,omitempty"` // of the practice environment of this computer
	Kind     string            `json:"kind,omitempty"`     // what the person said: "test", "live"; "" is unknown and counts as live
}
