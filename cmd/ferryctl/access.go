package main

import (
	"context"
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
	"ferry/core/project"
	"ferry/core/signin"
)

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
