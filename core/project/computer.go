package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// A Computer holds the settings of this computer: how it reaches the outside, and whom it believes. They are never taken
// from a project file, which may come from somebody else. Passwords are in the keychain.
type Computer struct {
	Version int               `json:"version"`
	Network Network           `json:"network,omitzero"`
	Access  map[string]Access `json:"access,omitempty"` // by host of the environment

	// KeepDays is for how many days what holds people's data is kept on this computer: nil is KeepUsual, 0 keeps nothing. A
	// project file has no say in it.
	KeepDays *int `json:"keepDays,omitempty"`
}

// Days for which what holds people's data is kept.
const (
	KeepUsual = 30
	KeepMost  = 3650
)

// Keeps is for how many days what holds people's data is kept.
func (c *Computer) Keeps() int {
	if c.KeepDays == nil {
		return KeepUsual
	}
	return *c.KeepDays
}

// Network says how this computer reaches the outside.
type Network struct {
	Proxy          Proxy  `json:"proxy,omitzero"`
	CAFile         string `json:"caFile,omitempty"`         // PEM, trusted beside what the system trusts
	ConnectTimeout int    `json:"connectTimeout,omitempty"` // seconds; 0 is Ferry's own, Endless waits as long as it takes
	ReadTimeout    int    `json:"readTimeout,omitempty"`
}

// Endless is a timeout that never ends.
const Endless = -1

// A ProxyMode says where the proxy comes from.
type ProxyMode string

const (
	SystemProxy ProxyMode = ""     // what the operating system says
	NoProxy     ProxyMode = "none" // none at all
	OwnProxy    ProxyMode = "own"  // the one named here
)

// A Proxy stands between this computer and the outside.
type Proxy struct {
	Mode   ProxyMode `json:"mode,omitempty"`
	Host   string    `json:"host,omitempty"` // a name; https:// or socks5:// before it says how one speaks to it
	Port   int       `json:"port,omitempty"`
	User   string    `json:"user,omitempty"`   // DOMAIN\user for Windows proxies
	Bypass string    `json:"bypass,omitempty"` // hosts that are reached without it, separated by commas: localhost, *.contoso.local
}

// Access says how one environment is signed in to, where that is not Microsoft's usual way.
type Access struct {
	Authority       string    `json:"authority,omitempty"`    // https address of the sign-in service
	AuthorizeURL    string    `json:"authorizeUrl,omitempty"` // page on which a person signs in
	TokenURL        string    `json:"tokenUrl,omitempty"`
	Scope           string    `json:"scope,omitempty"`
	AuthorizeParams []Param   `json:"authorizeParams,omitempty"` // added to the sign-in page's address
	TokenParams     []Param   `json:"tokenParams,omitempty"`     // added to each request for a token
	Assertion       Assertion `json:"assertion,omitzero"`
}

// A Param is an extra parameter. The value of a secret one is in the keychain and empty here.
type Param struct {
	Name   string `json:"name"`
	Value  string `json:"value,omitempty"`
	Secret bool   `json:"secret,omitempty"`
}

// An Assertion says how a sign-in with a certificate is signed, where it is not the usual way.
type Assertion struct {
	Algorithm string  `json:"algorithm,omitempty"` // "PS256", "RS256"; "" is what the sign-in service expects
	Audience  string  `json:"audience,omitempty"`  // "" is the token address
	Lifetime  int     `json:"lifetime,omitempty"`  // seconds; 0 is 10 minutes
	NoID      bool    `json:"noId,omitempty"`      // without jti
	Claims    []Param `json:"claims,omitempty"`
}

// At returns the access settings of an environment; the zero Access when it has none.
func (c *Computer) At(org string) Access { return c.Access[hostOf(org)] }

// Keep sets the access settings of an environment; the zero Access forgets them.
func (c *Computer) Keep(org string, a Access) {
	host := hostOf(org)
	if a.empty() {
		delete(c.Access, host)
		return
	}
	if c.Access == nil {
		c.Access = map[string]Access{}
	}
	c.Access[host] = a
}

// Copy shares nothing with the original.
func (c Computer) Copy() Computer {
	access := c.Access
	c.Access = nil
	if c.KeepDays != nil {
		days := *c.KeepDays
		c.KeepDays = &days
	}
	for host, a := range access {
		a.AuthorizeParams, a.TokenParams = slices.Clone(a.AuthorizeParams), slices.Clone(a.TokenParams)
		a.Assertion.Claims = slices.Clone(a.Assertion.Claims)
		if c.Access == nil {
			c.Access = map[string]Access{}
		}
		c.Access[host] = a
	}
	return c
}

func (a Access) empty() bool {
	s := a.Assertion
	return a.Authority+a.AuthorizeURL+a.TokenURL+a.Scope == "" && len(a.AuthorizeParams)+len(a.TokenParams)+len(s.Claims) == 0 &&
		s.Algorithm+s.Audience == "" && s.Lifetime == 0 && !s.NoID
}

func hostOf(org string) string {
	if u, err := url.Parse(org); err == nil && u.Host != "" {
		return strings.ToLower(u.Host)
	}
	return strings.ToLower(org)
}

// Address is host and port of an own proxy; "" when there is none.
func (p Proxy) Address() string {
	if p.Mode != OwnProxy || p.Host == "" {
		return ""
	}
	if p.Port == 0 {
		return p.Host
	}
	return p.Host + ":" + strconv.Itoa(p.Port)
}

// ReadComputer reads the settings of this computer; there is nothing in them when the file is not there.
func ReadComputer(path string) (*Computer, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Computer{Version: computerVersion}, nil
	}
	if err != nil {
		return nil, computerUnreadable(path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, computerUnreadable(path, err)
	}
	c := new(Computer)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil || c.Version < 1 || c.Version > computerVersion {
		return nil, computerUnreadable(path, err)
	}
	return c, nil
}

// Write writes the settings beside the old file and puts them into its place only when they are complete.
func (c *Computer) Write(path string) error {
	if err := c.check(); err != nil {
		return err
	}
	c.Version = computerVersion
	text, err := json.MarshalIndent(c, "", "  ")
	if err == nil {
		err = replace(path, append(text, '\n'))
	}
	if err != nil {
		return unwritableComputer(path, err)
	}
	return nil
}

// check refuses what can only be a mistake, or what would put a password into the file.
func (c *Computer) check() error {
	p := c.Network.Proxy
	host := p.Host
	for _, scheme := range []string{"http://", "https://", "socks5://"} {
		host = strings.TrimPrefix(host, scheme)
	}
	if p.Mode == OwnProxy && (host == "" || strings.ContainsAny(host, "/@ \t") || p.Port < 0 || p.Port > 65535) {
		return &core.Fault{
			Kind: core.Wrong, Code: "project.proxy", Owner: core.You,
			Cause:  "The proxy needs a host and a port, without a path and without a password.",
			Remedy: "Fill in the host, for example proxy.contoso.local, and the port, for example 8080.",
		}
	}
	if days := c.Keeps(); days < 0 || days > KeepMost {
		return keepDays()
	}
	for _, a := range c.Access {
		for _, address := range []string{a.Authority, a.AuthorizeURL, a.TokenURL} {
			u, err := url.Parse(address)
			if address != "" && (err != nil || u.Host == "" || u.User != nil || u.Scheme != "https") {
				return &core.Fault{
					Kind: core.Wrong, Code: "project.sign-in-address", Owner: core.You,
					Cause:  "An address of the sign-in service is not one that Ferry can use.",
					Remedy: "Give it as https://host/path, without a password in it.",
				}
			}
		}
		for _, p := range append(append([]Param(nil), a.AuthorizeParams...), a.TokenParams...) {
			if p.Secret && p.Value != "" {
				return secretInside("the parameter " + p.Name)
			}
		}
	}
	return nil
}

// replace writes a file whole: beside the old one, flushed, then renamed into its place.
func replace(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".saving-*"+filepath.Ext(path))
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

func keepDays() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.keep-days", Owner: core.You,
		Cause: "What holds people's data cannot be kept for that long.", Remedy: "Give a number of days from 0 to 3650. 0 keeps nothing.",
	}
}

func computerUnreadable(path string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.computer-unreadable", Owner: core.You, Err: err,
		Cause:   "The settings of this computer cannot be read, or were written by a newer Ferry.",
		Remedy:  "Move the file settings.json out of Ferry's data folder and set proxy and certificates again.",
		Subject: core.Subject{Value: path},
	}
}

func unwritableComputer(path string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.computer-unwritable", Owner: core.You, Err: err,
		Cause:   "The settings of this computer cannot be saved. They are as they were.",
		Remedy:  "Look whether Ferry's data folder can be written and has space left.",
		Subject: core.Subject{Value: path},
	}
}
