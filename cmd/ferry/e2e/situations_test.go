//go:build e2e

package e2e

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ferry/core/practice"
	"ferry/core/project"
)

// A met situation: how one gets to see it, and what the window must then say.
type met struct {
	situation string
	at        step
	cause     string
	remedy    string
	who       string // who can mend it; "" is the person who reads
	offers    string // a button that stands there
}

// A step is how far one gets.
type step int

const (
	atAddress step = iota // the address itself shows it
	atPaste               // what was pasted shows it
	atValues              // the values are tried and do not work
	atPage                // the browser's page says it, and is told to Ferry
	atSignIn              // it comes back from the browser
	atTest                // Test connection says it
)

var situations = []met{
	{"address-of-power-apps", atAddress, "This is the address of Power Apps, not of a Dynamics 365 environment.",
		"press the gear at the top and then Session details", "", "Open the page"},
	{"secret-expired", atValues, "The client secret has expired.",
		"In the app registration, open Certificates & secrets, make a new secret, copy its Value", "the Entra administrator", ""},
	{"secret-id-instead-of-value", atPaste, "This is the ID of the secret, not its Value.",
		"In Certificates & secrets, copy what stands under Value.", "", "Continue"},
	{"client-id-unknown", atValues, "The organisation does not know an application with this client ID.",
		"Compare the client ID and the tenant with the app registration's Overview.", "", ""},
	{"application-user-missing", atTest, "Sign-in worked, but the environment has no application user for this client ID.",
		"In the Power Platform admin center, open the environment", "the Dynamics administrator", "Make the application user for me"},
	{"application-user-without-role", atTest, "The application user has no security role in this environment.",
		"Manage security roles, and give a role that may read the tables", "the Dynamics administrator", "Make the application user for me"},
	{"table-not-readable", atTest, "the right prvReadAccount is missing at every depth",
		"Add the right prvReadAccount to a security role", "the Dynamics administrator", ""},
	{"environment-disabled", atTest, "The environment is switched off", "Look at its state in the Power Platform admin center", "the Dynamics administrator", ""},
	{"captive-portal", atTest, "The network you are in wants you to sign in to it first",
		"Open a browser, go to any page, and sign in to the network", "", "Try again"},
	{"admin-consent-needed", atPage, "Only an administrator can allow this application to be used.",
		"1. The administrator grants it for everybody", "", "Copy only the link"},
	{"no-consent", atSignIn, "Nobody has allowed this application to read Dynamics 365 for you.",
		"There are three ways. One of them is enough.", "", "I asked: wait for the answer"},
	{"user-without-role", atTest, "This person has no security role in this environment.",
		"Manage security roles, and give a role that may read the tables", "the Dynamics administrator", "Try again"},
}

// TestTheWindowSaysWhatIsWrongAndWhatToDo connects as a person does who was sent the values in a mail. To the window the
// environment is like any other: address, sign-in service and certificate authority are all it gets.
func TestTheWindowSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	all := map[string]practice.Situation{}
	for _, s := range practice.Situations() {
		all[s.Name] = s
	}
	for _, m := range situations {
		t.Run(m.situation, func(t *testing.T) {
			s, ok := all[m.situation]
			if !ok {
				t.Fatal("there is no such situation")
			}
			env, v, err := practice.Meet(context.Background(), s, practice.Options{Rows: map[string]int{"account": 20, "contact": 20}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(env.Close)
			d := sit(t, "situation-"+m.situation, 1120, 740, func(home string) { settle(t, home, v) })
			d.meet(m, v)
			d.scrollTo(m.cause)
			d.picture("told")
			d.scrollTo(m.remedy)
			d.scrollTo(m.who)
			d.scrollTo(m.offers)
		})
	}
}

// settle writes the settings of a computer that trusts the environment's authority and knows its sign-in service.
func settle(t *testing.T, home string, v practice.Values) {
	t.Helper()
	data := filepath.Join(home, ".config", "Ferry")
	c := project.Computer{Network: project.Network{CAFile: filepath.Join(data, "ca.pem")}}
	if u, err := url.Parse(v.Org); err == nil && u.Port() != "" {
		c.Keep(v.Org, project.Access{Authority: v.Authority})
	}
	if u, err := url.Parse(v.Proxy); err == nil && v.Proxy != "" {
		port, _ := strconv.Atoi(u.Port())
		c.Network.Proxy = project.Proxy{Mode: project.OwnProxy, Host: u.Hostname(), Port: port}
	}
	if err := c.Write(filepath.Join(data, "settings.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.Network.CAFile, v.CA, 0o600); err != nil {
		t.Fatal(err)
	}
}

// mail is how somebody sends values.
func mail(v practice.Values) string {
	lines := []string{"Hello, here is what you asked for.", "", "Environment: " + v.Org}
	for _, l := range [][2]string{{"Directory (tenant) ID: ", v.Tenant}, {"Application (client) ID: ", v.ClientID}, {"Client secret: ", v.Secret}} {
		if l[1] != "" {
			lines = append(lines, l[0]+l[1])
		}
	}
	if v.Secret != "" && !v.SecretExpires.IsZero() {
		lines = append(lines, "Expires: "+v.SecretExpires.Format(time.DateOnly))
	}
	return strings.Join(append(lines, "", "Regards"), "\n")
}

// meet goes as far as one gets.
func (d *desk) meet(m met, v practice.Values) {
	d.t.Helper()
	d.see("Carry Dynamics 365 where you need it", long)
	d.clickTo("Connect", "Which environment?")
	if m.at == atAddress {
		d.paste(v.Org)
		return
	}
	d.paste(mail(v))
	if strings.Contains(v.Org, "://localhost") { // where browsers come back to: no mail means an environment by it
		d.see("The address of the environment was not in it.", long)
		if m.at == atPaste {
			return
		}
		d.paste(v.Org)
	}
	d.see("The other values of what you pasted are on the next page.", long)
	d.clickTo("Continue", "Paste the whole mail")
	if !v.Way.Person() {
		d.clickUntil("Continue to sign-in", func() bool {
			_, there := d.find("Continue to sign-in")
			return !there || strings.Contains(d.page(), m.cause)
		})
		return
	}
	d.clickTo("Continue to sign-in", "Open the sign-in page")
	d.signIn()
	if m.at == atPage {
		d.browser("PRACTICE")
		d.picture("page")
		d.closeBrowser()
		d.focus()
		d.clickTo("What does the page say?", "What does it mean?")
		d.paste("Sorry, but we're having trouble signing you in. " + m.said() + ": see the details.")
		d.reads(m.cause)
		d.clickTo("Show the three ways", "1. The administrator grants it for everybody")
		return
	}
	d.reads(m.cause)
	d.closeBrowser()
	d.focus()
}

// said is the code that the service says in a situation.
func (m met) said() string {
	for _, s := range practice.Situations() {
		if s.Name == m.situation {
			return s.Said
		}
	}
	return ""
}
