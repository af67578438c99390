package setup

import (
	"time"

	"ferry/core"
)

// Values are what scripts and mails are made from. All may be empty; what is empty is asked for or left out.
type Values struct {
	App         string // the name of the app registration; "" is "Ferry"
	Name        string // what the connection or the company is called, for the mail
	Org         string // https://contoso.crm4.dynamics.com
	Environment string // the environment's ID (a GUID), when known; for links
	Tenant      string // GUID or domain
	ClientID    string // of an app registration that is there already; "" makes a new one
	Way         Way
	WithSecret  bool   // a person signs in, and the application has a client secret
	Redirect    string // "" is what fits the way
	Certificate []byte // the .cer to upload, DER; for WayCertificate, or a person's sign-in with a certificate

	SecretExpires string // 2027-03-31: the end of the secret that the script makes; "" is half a year from At
	Consent       bool   // the script also grants the permission for everybody
	Role          string // the application user's security role; "" is "Service Reader"
	Tables        []string

	ConsentLink string      // the page on which an administrator grants for everybody
	Account     string      // who tried to sign in: ada@contoso.com
	Fault       *core.Fault // for AskFault
	At          time.Time   // now; for the mail and for end dates
	Version     string      // Ferry's
}

// A Way is how one signs in. The values are those of a saved connection.
type Way string

const (
	WayBrowser     Way = "browser"     // I sign in
	WayDevice      Way = "device"      // I sign in on another device, with a code
	WaySecret      Way = "secret"      // the application signs in, with a client secret
	WayCertificate Way = "certificate" // the application signs in, with a certificate
	WayWindows     Way = "windows"     // I sign in as at Windows, on-premises: nothing is set up in Entra
)

// Application reports whether the application itself signs in, so that the environment needs an application user.
func (w Way) Application() bool { return w == WaySecret || w == WayCertificate }

// Platforms of a redirect URI, as Entra calls them.
const (
	PlatformDesktop = "Mobile and desktop applications"
	PlatformWeb     = "Web"
)

// RedirectURI is the redirect URI to register and the platform to register it under, for a person who signs in. An
// application that signs in itself needs none: both are empty. with says that there is a client secret or a certificate.
func RedirectURI(way Way, with bool) (uri, platform string) {
	switch {
	case way.Application(), way == WayWindows, way == WayDevice && !with:
		return "", ""
	case with:
		return "http://localhost:33333/signin", PlatformWeb
	}
	return "http://localhost", PlatformDesktop
}
