package practice

import (
	"strings"

	"ferry/core/practice/dynamics"
)

// OnPremises makes the environment one that a company runs itself.
type OnPremises struct {
	Organization string // the path segment: "Contoso"; "" is none, as with Internet-facing deployment
	Version      string // of its Web API, "v8.0" to "v9.1"; "" is a server of 2011 to 2015, which has none
	Windows      bool   // people sign in as at Windows; else by AD FS
}

// A Login is a Windows account.
type Login struct {
	User     string // PRACTICE\ada
	Password string
}

// settle gives the environment a company's addresses.
func (e *Environment) settle(p *OnPremises, authority string) {
	if p.Organization != "" {
		e.Org += "/" + p.Organization
	}
	e.Authority, e.Tenant = authority+"/adfs", ""
	if p.Windows {
		e.Windows = Login{User: `PRACTICE\ada`, Password: e.Person.Password}
	}
}

// premises are the same in the words of the server.
func (e *Environment) premises(p *OnPremises) *dynamics.Premises {
	if p == nil {
		return nil
	}
	out := &dynamics.Premises{Organization: p.Organization, Version: p.Version}
	if p.Windows {
		out.Windows = &dynamics.Windows{Password: func(domain, user string) (string, string, bool) {
			named := strings.EqualFold(domain+`\`+user, e.Windows.User) || domain == "" && strings.EqualFold(user, e.Person.UPN)
			return e.Windows.Password, e.PersonUser, named
		}}
	}
	return out
}
