// Package project is the project file: connections, a destination and mappings, without any secret.
package project

import "ferry/core/mapping"

// Version is the newest file format this Ferry writes and reads.
const Version = 1

// A Project is what a .ferry file holds. It never holds a secret.
type Project struct {
	Version     int               `json:"version"`
	ID          string            `json:"id"` // random; names the journal
	Name        string            `json:"name"`
	Connections []Connection      `json:"connections,omitempty"`
	Connection  string            `json:"connection,omitempty"` // name of the one in use
	Destination *Destination      `json:"destination,omitempty"`
	Mappings    []mapping.Mapping `json:"mappings,omitempty"` // saved ones; tables without one get the default
	Tables      []string          `json:"tables,omitempty"`   // take part in Import everything
}

// A Connection is an environment and how we sign in to it.
type Connection struct {
	Name      string `json:"name"`
	Org       string `json:"org"`              // https://contoso.crm.dynamics.com
	Tenant    string `json:"tenant,omitempty"` // GUID or domain; "" asks the environment
	ClientID  string `json:"clientId,omitempty"`
	Auth      Auth   `json:"auth"`
	HasSecret bool   `json:"hasSecret,omitempty"` // signs in as a person, with a client secret
	Redirect  string `json:"redirect,omitempty"`
	Kind      string `json:"kind,omitempty"`     // what the person said or the system told: "test", "live"; "" is unknown
	Practice  bool   `json:"practice,omitempty"` // the practice environment of this computer
}

// Auth is a way to sign in.
type Auth string

const (
	Browser Auth = "browser" // I sign in
	Secret  Auth = "secret"  // the application signs in, with a client secret
)

// A Destination is where records go.
type Destination struct {
	Driver   string            `json:"driver"` // "sqlite"
	Settings map[string]string `json:"settings,omitempty"`
}
