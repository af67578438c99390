package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/mapping"
	"ferry/core/practice"
	"ferry/core/project"
	"ferry/core/signin"
)

// flags are the flags of the commands that speak to Dynamics 365.
type flags struct {
	set *flag.FlagSet

	project, org, tenant, clientID, authority, scope, auth, redirect, proxy string
	certificate, user, report                                               string
	runID, refused                                                          string
	values, forgets, lists                                                  bool
	there, mend                                                             pairs
	record, withdraw                                                        string
	send                                                                    string

	connectTimeout, readTimeout time.Duration
	pageSize, requests          int
	data                        string
	json                        bool

	to                string
	tables            string
	settings, filters pairs
	retire            pairs
	full              bool
	rehearse          bool
	rows, keys, only  string
	language          string
	keepDays          days
	loaded            *project.Project
	practice          *practice.Environment // once it was started
}

// pairs are NAME=VALUE flags that may be repeated.
type pairs map[string]string

func (p pairs) String() string { return "" }

func (p pairs) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("it must look like NAME=VALUE")
	}
	p[name] = value
	return nil
}

// days is a flag of days that may be left out.
type days struct {
	n     int
	given bool
}

func (d *days) String() string { return "" }

func (d *days) Set(text string) (err error) {
	d.n, err = strconv.Atoi(text)
	if d.given = err == nil; err != nil || d.n < 0 || d.n > project.KeepMost {
		return errors.New("it must be a number from 0 to 3650")
	}
	return nil
}

// keepFlag is for the commands that keep what holds people's data.
func (f *flags) keepFlag() {
	f.set.Var(&f.keepDays, "keep-days", "for how many days what holds people's data is kept, so that imports can be taken back: 0 keeps nothing (default: as this computer is set, 30)")
}

func connectionFlags(name string) *flags {
	f := &flags{set: flag.NewFlagSet(name, flag.ContinueOnError), settings: pairs{}, filters: pairs{}, retire: pairs{}, there: pairs{}, mend: pairs{}}
	s := f.set
	s.StringVar(&f.project, "project", "", "project file (.ferry); flags go before what it says")
	s.StringVar(&f.org, "org", "", "address of the environment: https://contoso.crm.dynamics.com")
	s.StringVar(&f.tenant, "tenant", "", "tenant: GUID or domain; without it the environment is asked")
	s.StringVar(&f.clientID, "client-id", "", "application (client) ID of the app registration")
	s.StringVar(&f.authority, "authority", "", "another sign-in service than Microsoft's own: https://HOST[/TENANT]")
	s.StringVar(&f.scope, "scope", "", "another scope than ORG/.default")
	s.StringVar(&f.auth, "auth", "", "you sign in: browser, device (a code on another device), windows (on-premises); the application signs in: secret, certificate; without it: by what there is")
	s.StringVar(&f.certificate, "certificate", "", "PFX or PEM file with certificate and key; its password comes from FERRY_CERTIFICATE_PASSWORD")
	s.StringVar(&f.user, "user", "", "with -auth windows: DOMAIN\\NAME; the password comes from FERRY_WINDOWS_PASSWORD")
	s.StringVar(&f.redirect, "redirect", "", "redirect URI as registered: http://localhost, or http://localhost:33333/signin with a secret")
	s.StringVar(&f.proxy, "proxy", "", "system, none, or http://[USER@]HOST:PORT; the password comes from FERRY_PROXY_PASSWORD")
	s.DurationVar(&f.connectTimeout, "connect-timeout", 0, "how long to wait for a connection (0: Ferry's own, 15s; -1s: as long as it takes)")
	s.DurationVar(&f.readTimeout, "read-timeout", 0, "how long to wait for an answer (0: Ferry's own, 2m; -1s: as long as it takes)")
	s.IntVar(&f.pageSize, "page-size", 0, "records per request, 1 to 5000 (0: 5000)")
	s.IntVar(&f.requests, "requests", 0, "requests at once (0: Dynamics says how many)")
	s.StringVar(&f.data, "data", "", "folder of journal and state (default: the user's own)")
	s.BoolVar(&f.json, "json", false, "one JSON object per line on stdout")
	return f
}

// parse reads the flags; false means that help or a Fault was shown, and the code to end with.
func (f *flags) parse(t *terminal, args []string) (int, bool) {
	if code, ok := parseFlags(t, f.set, &f.json, args); !ok {
		return code, false
	}
	if f.project != "" {
		p, err := project.Read(f.project)
		if err != nil {
			return t.tell(f.json, err), false
		}
		f.loaded = p
	}
	if f.data == "" {
		folder, err := dataFolder()
		if err != nil {
			return t.tell(f.json, err), false
		}
		f.data = folder
	}
	return exitWell, true
}

func wrongUse(cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "ferryctl.usage", Owner: core.You, Cause: cause, Remedy: remedy}
}

// computer is what this process shares. Only a sign-in in the browser needs the keychain, so only then it is opened.
func (f *flags) computer(ctx context.Context, t *terminal) (*wiring.Computer, error) {
	settings, err := project.ReadComputer(filepath.Join(f.data, "settings.json"))
	if err != nil {
		return nil, err
	}
	c := &wiring.Computer{Data: f.data, Log: t.log, Open: t.browse, Settings: *settings, Wait: t.wait}
	n := &c.Settings.Network
	if f.connectTimeout != 0 {
		n.ConnectTimeout = wholeSeconds(f.connectTimeout)
	}
	if f.readTimeout != 0 {
		n.ReadTimeout = wholeSeconds(f.readTimeout)
	}
	if f.proxy != "" {
		if n.Proxy, err = proxyOf(f.proxy); err != nil {
			return nil, err
		}
	}
	if f.keepDays.given {
		c.Settings.KeepDays = &f.keepDays.n
	}
	c.ProxyPassword = core.NewSecret(t.env(proxyPassword))
	if n.Proxy.User != "" && c.ProxyPassword.Empty() {
		f.keychain(ctx, t, c, false)
		if err := c.UnlockProxy(ctx); err != nil {
			t.log.Info("the keychain was not read", "code", core.AsFault(err).Code)
		}
	}
	return c, nil
}

// wholeSeconds are at least one, so that a short time is not taken for Ferry's own; a negative time has no end.
func wholeSeconds(d time.Duration) int {
	if d < 0 {
		return project.Endless
	}
	return max(1, int((d+time.Second-1)/time.Second))
}

// proxyOf reads the flag -proxy: system, none, or the address of a proxy.
func proxyOf(text string) (project.Proxy, error) {
	switch text {
	case "system":
		return project.Proxy{}, nil
	case "none":
		return project.Proxy{Mode: project.NoProxy}, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" {
		return project.Proxy{}, wrongUse("The proxy's address cannot be read.", "Write it like this: -proxy http://proxy.example:8080, or -proxy none.")
	}
	if _, has := u.User.Password(); has {
		return project.Proxy{}, wrongUse("There is a password in the proxy's address.", "Put it into the environment variable FERRY_PROXY_PASSWORD.")
	}
	port, _ := strconv.Atoi(u.Port())
	if port == 0 {
		port = 80
	}
	return project.Proxy{Mode: project.OwnProxy, Host: u.Hostname(), Port: port, User: u.User.Username()}, nil
}

// connection puts together project file, flags and environment, and finds the secret.
func (f *flags) connection(ctx context.Context, t *terminal, c *wiring.Computer) (wiring.Connection, error) {
	var to wiring.Connection
	if f.loaded != nil {
		if saved := f.loaded.Current(); saved != nil {
			to.Connection = *saved
		}
	}
	for _, x := range []struct{ from, into *string }{
		{&f.org, &to.Org}, {&f.tenant, &to.Tenant}, {&f.clientID, &to.ClientID}, {&f.redirect, &to.Redirect}, {&f.user, &to.User},
	} {
		if *x.from != "" {
			*x.into = *x.from
		}
	}
	if to.Practice && f.org == "" {
		return f.atPractice(ctx, t, to.Name)
	}
	to.Practice = false // an environment that is named takes its place
	if to.Org == "" && f.loaded != nil {
		return to, wrongUse("The project has no connection that is finished.", "Finish it in Ferry's window, or name the environment with -org https://contoso.crm.dynamics.com")
	}
	if to.Org == "" {
		return to, wrongUse("The address of the environment is missing.", "Name it with -org https://contoso.crm.dynamics.com")
	}
	address, err := dataverse.ParseAddress(to.Org)
	if err != nil {
		return to, err
	}
	to.Org = address.Org
	to.Access = c.Settings.At(to.Org)
	if f.authority != "" {
		to.Access.Authority = f.authority
	}
	if f.scope != "" {
		to.Access.Scope = f.scope
	}
	if f.pageSize < 0 || f.pageSize > 5000 {
		return to, wrongUse("The page size must be 1 to 5000.", "Leave -page-size out, or name a number from 1 to 5000.")
	}
	if f.requests < 0 || f.requests > 52 {
		return to, wrongUse("Dynamics allows 1 to 52 requests at once.", "Leave -requests out: Dynamics says how many.")
	}
	if f.pageSize > 0 {
		to.PageSize = f.pageSize
	}
	if f.requests > 0 {
		to.Requests = f.requests
	}
	return f.credentials(ctx, t, c, to)
}

// credentials decides who signs in and finds what that needs: in the environment first, then in the keychain, then by a
// question.
func (f *flags) credentials(ctx context.Context, t *terminal, c *wiring.Computer, to wiring.Connection) (wiring.Connection, error) {
	secret := core.NewSecret(t.env(clientSecret))
	to.Auth = f.way(to.Auth, !secret.Empty())
	switch to.Auth {
	case project.Secret, project.Certificate:
	case project.Browser, project.Device:
		to.Keep = true
		to.HasSecret = to.HasSecret || !secret.Empty() && f.auth != ""
		to.HasCertificate = to.HasCertificate || f.certificate != ""
	case project.Windows:
		secret = core.NewSecret(t.env(windowsPassword))
		if to.User == "" {
			return to, wrongUse("The Windows user is missing.", `Name it with -user CONTOSO\ada`)
		}
	default:
		return to, wrongUse(fmt.Sprintf("Ferry cannot sign in by %q.", to.Auth), "Choose -auth browser, device, windows, secret or certificate.")
	}
	if to.ClientID == "" && to.Auth != project.Windows {
		return to, wrongUse("The application (client) ID is missing.", "Name it with -client-id. It stands on the Overview page of the app registration.")
	}
	needs := to.NeedsSecret() || to.Auth == project.Windows
	if needs {
		to.Secret = secret
	}
	if f.certificate != "" {
		if err := f.readCertificate(t, &to); err != nil {
			return to, err
		}
	}
	if to.Keep || needs && to.Secret.Empty() || to.NeedsCertificate() && to.Key == nil || secretParams(to.Access) {
		f.keychain(ctx, t, c, to.Keep)
		if err := c.Unlock(ctx, &to); err != nil {
			t.log.Info("the keychain was not read", "code", core.AsFault(err).Code)
		}
	}
	if to.NeedsCertificate() && to.Key == nil {
		return to, wrongUse("The certificate is missing.", "Name its file with -certificate FILE.")
	}
	if needs && to.Secret.Empty() {
		what, variable := "client secret", clientSecret
		if to.Auth == project.Windows {
			what, variable = "password of "+to.User, windowsPassword
		}
		asked, err := t.ask(what, variable)
		if err != nil {
			return to, err
		}
		to.Secret = asked
	}
	return to, nil
}

// secretParams reports whether there are parameters whose values are in the keychain.
func secretParams(a project.Access) bool {
	secret := func(p project.Param) bool { return p.Secret }
	return slices.ContainsFunc(a.AuthorizeParams, secret) || slices.ContainsFunc(a.TokenParams, secret)
}

// way is how one signs in: as the flag says, as the project says, or by what there is.
func (f *flags) way(saved project.Auth, secret bool) project.Auth {
	switch {
	case f.auth != "":
		return project.Auth(f.auth)
	case saved != "":
		return saved
	case f.certificate != "":
		return project.Certificate
	case f.user != "":
		return project.Windows
	case secret:
		return project.Secret
	}
	return project.Browser
}

// readCertificate reads the file of -certificate.
func (f *flags) readCertificate(t *terminal, to *wiring.Connection) error {
	data, err := os.ReadFile(f.certificate)
	if err != nil {
		return wrongUse("The certificate's file cannot be read.", "Look whether the file is there and whether you may open it.")
	}
	password := core.NewSecret(t.env(certificatePassword))
	to.Key, err = signin.ReadCertificate(data, password)
	if err == nil || !password.Empty() || core.AsFault(err).Code != "signin.certificate-password-wanted" {
		return err
	}
	if password, err = t.ask("password of the certificate's file", certificatePassword); err != nil {
		return err
	}
	to.Key, err = signin.ReadCertificate(data, password)
	return err
}

// keychain opens the keychain, once. Without one, a sign-in is not kept, and that is said when it would be.
func (f *flags) keychain(ctx context.Context, t *terminal, c *wiring.Computer, tell bool) {
	if c.Store != nil {
		return
	}
	store, warning := t.keys(ctx)
	c.Store = store
	if warning != nil && tell {
		t.words(warning)
	}
}

// wanted are the tables that were asked for: logical names, or IDs of the project's mappings.
func (f *flags) wanted() ([]string, error) {
	text := f.tables
	if text == "" && f.loaded != nil && (len(f.loaded.Tables) > 0 || len(f.loaded.Mappings) > 0) {
		return f.switchedOn()
	}
	if text == "" {
		text = "account,contact"
	}
	var all []string
	for _, name := range strings.Split(text, ",") {
		name = strings.TrimSpace(name)
		if _, ok := f.saved(name); !ok {
			name = strings.ToLower(name)
		}
		if name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return nil, wrongUse("No table is named.", "Name logical names with -tables account,contact; ferryctl tables lists them.")
	}
	return all, f.filtered(all)
}

// switchedOn are the tables of the project that take part in Import everything.
func (f *flags) switchedOn() ([]string, error) {
	var all []string
	for _, name := range f.loaded.Tables {
		if !slices.Contains(f.loaded.Off, name) && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return nil, wrongUse("No table of this project takes part in Import everything.", "Switch one on in Mappings, or name tables with -tables account,contact.")
	}
	return all, f.filtered(all)
}

func (f *flags) saved(name string) (mapping.Mapping, bool) {
	if f.loaded == nil {
		return mapping.Mapping{}, false
	}
	return wiring.Saved(f.loaded.Mappings, name, f.loaded.Tables...)
}

// filtered refuses a filter for a table that is not imported.
func (f *flags) filtered(all []string) error {
	for name := range f.filters {
		known := slices.ContainsFunc(all, func(table string) bool {
			m, ok := f.saved(table)
			return table == name || ok && m.Source == name
		})
		if !known {
			return wrongUse(fmt.Sprintf("There is a filter for %q, which is not imported.", name), "Name the table with -tables too.")
		}
	}
	return nil
}

// toWays are the ways to name a destination.
const toWays = "-to halo:ADDRESS, excel:FILE.xlsx, sqlite:FILE, csv:FOLDER or postgres:URL"

// destination takes -to KIND:WHERE and -set NAME=VALUE apart.
func (f *flags) destination(drivers []core.Driver[core.Destination]) (project.Destination, error) {
	var d project.Destination
	if f.loaded != nil && f.loaded.Destination != nil {
		d = *f.loaded.Destination
		for _, name := range []string{"file", "folder"} {
			file := d.Settings[name]
			if file == "" || f.to != "" {
				continue
			}
			// A whole path is meant by whoever runs the command. One to another computer has to stand in the command itself.
			whole, err := project.Place(f.project, file, !strings.HasPrefix(strings.ReplaceAll(file, `\`, "/"), "//"))
			if err != nil {
				return d, err
			}
			d.Settings[name] = whole
		}
	}
	if f.to == "" && d.Driver == "" && f.loaded != nil {
		return d, wrongUse("The project has no destination yet.", "Choose one in Ferry's window, or name it with "+toWays+", for example -to sqlite:contoso.db")
	}
	if f.to == "" && d.Driver == "" {
		return d, wrongUse("The destination is missing.", "Name it with "+toWays+", for example -to sqlite:contoso.db")
	}
	if f.to != "" {
		kind, where, _ := strings.Cut(f.to, ":")
		d = project.Destination{Driver: kind, Settings: map[string]string{}}
		driver := find(drivers, kind)
		if driver == nil {
			return d, wrongUse(fmt.Sprintf("This Ferry knows no destination %q.", kind), "Choose one of: "+names(drivers)+".")
		}
		for _, s := range driver.Settings {
			if s.Main {
				d.Settings[s.Name] = where
			}
		}
	}
	driver := find(drivers, d.Driver)
	if driver == nil {
		return d, wrongUse(fmt.Sprintf("This Ferry knows no destination %q.", d.Driver), "Choose one of: "+names(drivers)+".")
	}
	for name, value := range f.settings {
		if !slices.ContainsFunc(driver.Settings, func(s core.Setting) bool { return s.Name == name }) {
			return d, wrongUse(fmt.Sprintf("The destination %s has no setting %q.", d.Driver, name), "ferryctl settings "+d.Driver+" lists them.")
		}
		if i := slices.IndexFunc(driver.Settings, func(s core.Setting) bool { return s.Name == name && s.Kind == core.SettingSecret }); i >= 0 {
			return d, wrongUse("A secret is never a flag: other programs on this computer can see it.", "Put it into the environment variable "+driver.Settings[i].Env+".")
		}
		d.Settings[name] = value
	}
	if f.loaded != nil { // what the project has for this kind of destination counts
		kind := ""
		if driver.Described {
			kind = driver.Name
		}
		f.loaded.Turn(kind)
	}
	return d, nil
}

// secrets finds the secrets of a destination: in the environment, else in the keychain, else by a question where there is
// somebody to ask. Not every server wants one, so one that is nowhere is left out.
func (f *flags) secrets(ctx context.Context, t *terminal, c *wiring.Computer, drivers []core.Driver[core.Destination], d project.Destination) map[string]core.Secret {
	found := map[string]core.Secret{}
	driver := find(drivers, d.Driver)
	for _, s := range driver.Settings {
		if s.Kind != core.SettingSecret {
			continue
		}
		if secret := core.NewSecret(t.env(s.Env)); !secret.Empty() {
			found[s.Name] = secret
			continue
		}
		f.keychain(ctx, t, c, false)
		secret := c.DestinationSecret(ctx, *driver, d, s.Name)
		if secret.Empty() && driver.Receiver != nil && driver.Receiver(core.Settings{Values: d.Settings}) != "" {
			secret, _ = t.ask(askFor(s)+" for "+wiring.Where(d)+orNone(s), s.Env) // nobody to ask: there is none
		}
		found[s.Name] = secret
	}
	return found
}

// askFor is what a secret is called in a question.
func askFor(s core.Setting) string { return strings.ToLower(s.Title[:1]) + s.Title[1:] }

func orNone(s core.Setting) string {
	if s.Required {
		return ""
	}
	return " (Enter for none)"
}

func find(drivers []core.Driver[core.Destination], name string) *core.Driver[core.Destination] {
	for i := range drivers {
		if drivers[i].Name == name {
			return &drivers[i]
		}
	}
	return nil
}

func names(drivers []core.Driver[core.Destination]) string {
	all := make([]string, 0, len(drivers))
	for _, d := range drivers {
		all = append(all, d.Name)
	}
	return strings.Join(all, ", ")
}
