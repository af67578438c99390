// Package report writes what Test connection found, and what a run did, as one file that can be sent on: HTML without
// script and without anything that is loaded from elsewhere, or CSV. It holds no secret, and no value of a
// record unless somebody chose that.
//
// Every text in it comes from outside: names that people gave, words that servers said. They are shown as signs and run
// nothing; signs that steer the direction of writing are shown by their number.
package report

import (
	"time"

	"ferry/core"
)

// A Connection is what the report of a connection is made from. What is empty is left out.
type Connection struct {
	Ferry string    // the version of Ferry
	When  time.Time // of the test

	Name        string // the connection's name
	Org         string // its address
	Environment string // the environment's own name: "Contoso Sales"
	Kind        string // "test", "live"; "" is unknown
	Region      string
	Cloud       string
	Tenant      string
	Version     string // of the environment: "9.2.24104.183"
	Via         string // the proxy's host; "" is none

	Application   bool   // the application itself signs in, not a person
	SignIn        string // in words: "The application signs in with a client secret"
	ClientID      string
	Who           string    // the user or application user that signed in
	SecretExpires string    // 2027-03-31; "" is unknown
	HasSecret     bool      // a client secret belongs to the sign-in
	Certificate   Thumbnail // empty without a certificate

	Checks []core.Check // final states, in the order of the test
	Rights []Right      // per table; empty reads them from Checks
	Hidden []Hidden     // fields hidden by column security

	// Halo is the part For Halo's own integration. HaloWeb is the address of Halo's web application; "" shows the
	// pattern.
	Halo    bool
	HaloWeb string
}

// A Thumbnail is what is public of a certificate.
type Thumbnail struct {
	Subject    string
	Thumbprint string
	Expires    string // 2027-03-31
}

// A Right says whether a table can be read, and how much of it.
type Right struct {
	Table core.TableName
	Read  core.Depth
	Known bool // Read is what the environment said
	State core.CheckState
	Track core.CheckState // change tracking; "" is not known
	Note  string
}

// Hidden are the fields of a table that column security hides.
type Hidden struct {
	Table  core.TableName
	Fields []core.Field
}
