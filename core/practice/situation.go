package practice

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net/http"
	"time"

	"ferry/core/practice/microsoft"
)

// A Way is how somebody signs in.
type Way string

// The ways.
const (
	ByBrowser     Way = "browser"     // a person, in the browser
	ByDevice      Way = "device"      // a person, with a code on another screen
	BySecret      Way = "secret"      // the application, with its client secret
	ByCertificate Way = "certificate" // the application, with its certificate
	ByWindows     Way = "windows"     // a person, as at Windows
)

// Person reports whether a person signs in.
func (w Way) Person() bool { return w != BySecret && w != ByCertificate }

// Values are what somebody enters as a connection. They are those of the environment, but for what a situation has
// wrong.
type Values struct {
	Way       Way
	Org       string
	Tenant    string // "" asks the environment
	ClientID  string
	Secret    string // of BySecret, and of people when WithSecret
	Authority string // without the tenant
	Redirect  string // "" is Ferry's own

	WithSecret bool // a person signs in and the application has a secret

	Certificate   []byte    // PEM with its key
	Audience      string    // of the assertion; "" is the token address
	SecretExpires time.Time // zero is not known

	Scope         string // under Advanced; "" is Ferry's own
	User          string // of Windows
	Password      string
	Proxy         string // http://localhost:PORT; "" is none
	ProxyUser     string
	ProxyPassword string
	CA            []byte // PEM of what is trusted

	Tables []string // that are wanted
}

// A Where is where somebody meets a situation.
type Where string

// The places.
const (
	InFerry Where = ""        // Ferry hears of it and says it
	OnPage  Where = "page"    // it stays on Microsoft's page, and Ferry goes on waiting
	Entered Where = "entered" // what was entered shows it, before anything is sent
	Listed  Where = "listed"  // when environments are listed
	Renewed Where = "renewed" // it comes when a sign-in is renewed that went well: after Later
)

// A Situation is one way in which a connection fails or limps, and how to bring it about.
type Situation struct {
	Name  string // "secret-expired": does not change
	About string // what is wrong, in a sentence
	Ways  []Way  // in which it is met; the first is the one to try
	Where Where

	Options func(*Options)                  // how the environment is started; nil is as usual
	Set     func(*Environment) error        // what is done to it then; nil is nothing
	Values  func(e *Environment, v *Values) // what is entered; nil is what is right
	Act     Act                             // what the person does; "" signs in
	Later   func(*Environment) error        // what happens after all went well once; nil is nothing

	Said  string // what the service says: "AADSTS7000222", "0x80042f09"; "" is nothing of the kind
	Fault string // the code of Ferry's Fault, where it is certain
}

// Meet starts an environment in which a situation is to be met, and returns what to enter. o may be the zero Options.
func Meet(ctx context.Context, s Situation, o Options) (*Environment, Values, error) {
	if s.Options != nil {
		s.Options(&o)
	}
	e, err := Start(ctx, o)
	if err != nil {
		return nil, Values{}, err
	}
	if s.Set != nil {
		if err := s.Set(e); err != nil {
			e.Close()
			return nil, Values{}, err
		}
	}
	way := BySecret
	if len(s.Ways) > 0 {
		way = s.Ways[0]
	}
	v, err := e.Values(way)
	if err != nil {
		e.Close()
		return nil, Values{}, err
	}
	if s.Values != nil {
		s.Values(e, &v)
	}
	return e, v, nil
}

// Values are what is right for a way.
func (e *Environment) Values(way Way) (Values, error) {
	v := Values{
		Way: way, Org: e.Org, Tenant: e.Tenant, Authority: e.doors[1].address("https"), CA: e.CA, Tables: []string{"account", "contact"},
		SecretExpires: e.now().AddDate(1, 0, 0),
	}
	if e.options.OnPremises != nil {
		v.Authority += "/adfs"
	}
	switch way {
	case BySecret:
		v.ClientID, v.Secret = e.SecretApp, e.Secret
	case ByCertificate:
		file, err := e.Certificate()
		if err != nil {
			return v, err
		}
		v.ClientID, v.Certificate = e.SecretApp, file
	case ByWindows:
		v.User, v.Password, v.Authority = e.Windows.User, e.Windows.Password, ""
	default:
		v.ClientID = e.ClientID
	}
	return v, nil
}

// Certificate is one that is registered with the application that has a secret, with its key, as PEM. It is made when
// it is first asked for.
func (e *Environment) Certificate() ([]byte, error) {
	e.mu.Lock()
	file := e.pair
	e.mu.Unlock()
	if file != nil {
		return file, nil
	}
	file, err := e.certificate(e.now().AddDate(0, 0, -1), e.now().AddDate(1, 0, 0))
	if err != nil {
		return nil, err
	}
	if err := e.Microsoft.Register(e.SecretApp, file); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pair = file
	return file, nil
}

// certificate makes a certificate with its key that nobody knows yet.
func (e *Environment) certificate(from, to time.Time) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	c := &x509.Certificate{SerialNumber: serial(), Subject: pkix.Name{CommonName: "Ferry practice"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	file := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return append(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})...), nil
}

// Situations are all of them: what is wrong with the registration, with the person, with the secret or certificate,
// with what was entered, in the environment, on the way there, and at a company's own server.
func Situations() []Situation {
	var all []Situation
	for _, some := range [][]Situation{
		registrationSituations(), personSituations(), ruleSituations(), credentialSituations(), enteredSituations(),
		serviceSituations(), userSituations(), environmentSituations(), networkSituations(), premisesSituations(),
	} {
		all = append(all, some...)
	}
	return all
}

// What follows makes the tables short.

func person() []Way      { return []Way{ByBrowser, ByDevice} }
func browser() []Way     { return []Way{ByBrowser} }
func application() []Way { return []Way{BySecret, ByCertificate} }
func secret() []Way      { return []Way{BySecret} }
func certificate() []Way { return []Way{ByCertificate} }
func anyone() []Way      { return []Way{BySecret, ByCertificate, ByBrowser, ByDevice} }

// public changes the application that signs people in.
func public(change func(*microsoft.Application)) func(*Environment) error {
	return func(e *Environment) error { return e.Microsoft.Change(e.ClientID, change) }
}

// confidential changes the one that has a secret.
func confidential(change func(*microsoft.Application)) func(*Environment) error {
	return func(e *Environment) error { return e.Microsoft.Change(e.SecretApp, change) }
}

func somebody(change func(*microsoft.Person)) func(*Environment) error {
	return func(e *Environment) error { return e.Microsoft.ChangePerson(e.Person.UPN, change) }
}

// onPage shows a code on Microsoft's page.
func onPage(code int) func(*Environment) error {
	return func(e *Environment) error { e.Microsoft.FailOnPage(code); return nil }
}

// back tells the application a code after the page.
func back(code int) func(*Environment) error {
	return func(e *Environment) error { e.Microsoft.FailBack(code); return nil }
}

// atToken answers every request for a token with a code.
func atToken(code int) func(*Environment) error {
	return func(e *Environment) error { e.Microsoft.Fail(code); return nil }
}

// expiring ends all tokens, and lets the renewing fail with a code.
func expiring(code int) func(*Environment) error {
	return func(e *Environment) error {
		e.Microsoft.ExpireTokens()
		e.Microsoft.Fail(code)
		return nil
	}
}

// plays lets a script play.
func plays(steps ...Step) func(*Environment) error {
	return func(e *Environment) error { return e.Play(steps) }
}

// asks changes what is entered as the address.
func asks(address string) func(*Environment, *Values) {
	return func(_ *Environment, v *Values) { v.Org = address }
}

const serviceUnavailable = http.StatusServiceUnavailable
