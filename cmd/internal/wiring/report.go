package wiring

import (
	"bytes"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/project"
	"ferry/core/report"
)

// SaveReport writes the connection report of a test as one HTML file.
func (c *Computer) SaveReport(path string, to Connection, checks []core.Check, version string, when time.Time) error {
	r := report.Connection{
		Ferry: version, When: when, Name: to.Name, Org: to.Org, Kind: to.Kind, Tenant: to.Tenant, ClientID: to.ClientID,
		Application: !to.Auth.Person(), SignIn: SignInWords(to.Connection), SecretExpires: to.SecretExpires, HasSecret: to.NeedsSecret(),
		Checks: checks, Halo: !to.Practice,
	}
	if to.NeedsCertificate() {
		r.Certificate = report.Thumbnail(to.Certificate)
	}
	if address, err := dataverse.ParseAddress(to.Org); err == nil {
		r.Region, r.Cloud = address.Region, address.Cloud
		if transport, err := c.transport(to); err == nil {
			r.Via = transport.Via(address.Host)
		}
	}
	for _, check := range checks {
		switch check.ID {
		case "environment":
			if told, ok := strings.CutPrefix(check.Detail, "tenant "); ok && r.Tenant == "" {
				r.Tenant = told
			}
		case "whoami":
			r.Who = check.Detail
		case "version":
			r.Version = strings.TrimPrefix(check.Detail, "version ")
		}
	}
	var text bytes.Buffer
	if err := report.HTML(&text, r); err != nil {
		return err
	}
	return SaveFile(path, text.Bytes())
}

// SignInWords say how a connection signs in, for reports and the history.
func SignInWords(c project.Connection) string {
	switch {
	case c.Auth == project.Secret:
		return "The application signs in, with a client secret"
	case c.Auth == project.Certificate:
		return "The application signs in, with a certificate"
	case c.Auth == project.Windows:
		return "A person signs in, as at Windows"
	case c.Auth == project.Device:
		return "A person signs in, with a code on another device"
	}
	return "A person signs in, in the browser"
}
