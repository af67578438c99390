package wiring_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/keychain"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
	"ferry/core/project"
	"ferry/core/signin"
)

// A ring is a keychain that can be counted.
type ring struct {
	mu    sync.Mutex
	items map[string]string
}

func (r *ring) Get(_, item string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, ok := r.items[item]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return text, nil
}

func (r *ring) Set(_, item, secret string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[item] = secret
	return nil
}

func (r *ring) Delete(_, item string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.items[item]; !ok {
		return keyring.ErrNotFound
	}
	delete(r.items, item)
	return nil
}

func (r *ring) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.items)
}

func machine(t *testing.T) (*wiring.Computer, *ring) {
	r := &ring{items: map[string]string{}}
	return &wiring.Computer{Data: t.TempDir(), Store: keychain.New(keychain.Options{Backend: r})}, r
}

// kept are the files in a folder that hold anything.
func kept(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > 0 || !strings.HasSuffix(path, ".lock") {
			files = append(files, filepath.Base(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

const (
	tenantGUID = "11111111-2222-4333-8444-555555555555"
	otherGUID  = "99999999-2222-4333-8444-555555555555"
)

// contoso is a connection for which everything is kept that can be kept.
func contoso(auth project.Auth) wiring.Connection {
	return wiring.Connection{
		Connection: project.Connection{Name: "Contoso", Org: "https://contoso.crm.dynamics.com", Tenant: tenantGUID, ClientID: otherGUID, Auth: auth, User: `CONTOSO\ada`},
		Access: project.Access{
			Authority:       "https://login.contoso.example",
			AuthorizeParams: []project.Param{{Name: "hint", Secret: true}},
			TokenParams:     []project.Param{{Name: "key", Secret: true}, {Name: "open", Value: "known to all"}},
		},
	}
}

func keep(t *testing.T, c *wiring.Computer, to wiring.Connection) wiring.Connection {
	t.Helper()
	ctx := t.Context()
	c.Settings.Keep(to.Org, to.Access)
	c.Settings.Network.Proxy = project.Proxy{Mode: project.OwnProxy, Host: "proxy.contoso.example", Port: 8080, User: "ada"}
	params := []wiring.Param{{Org: to.Org, Name: "hint", Value: core.NewSecret("the hint")}, {Org: to.Org, Token: true, Name: "key", Value: core.NewSecret("the key")}}
	if err := c.KeepSecrets(ctx, core.NewSecret("the proxy's"), params); err != nil {
		t.Fatal(err)
	}
	if err := c.Store.Set(ctx, wiring.SecretName(to), core.NewSecret("the secret")); err != nil {
		t.Fatal(err)
	}
	if to.NeedsCertificate() {
		key, err := signin.MakeCertificate("Ferry", 24*time.Hour, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if to.Certificate, err = c.KeepKey(ctx, to, key); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// found are the secrets that a connection gets from the keychain.
func found(t *testing.T, c *wiring.Computer, to wiring.Connection) (all []string) {
	t.Helper()
	if err := c.Unlock(t.Context(), &to); err != nil {
		t.Fatal(err)
	}
	if !to.Secret.Empty() {
		all = append(all, to.Secret.Reveal())
	}
	if to.Key != nil {
		all = append(all, "the certificate")
	}
	for _, p := range append(append([]project.Param(nil), to.Access.AuthorizeParams...), to.Access.TokenParams...) {
		if p.Secret && p.Value != "" {
			all = append(all, p.Value)
		}
	}
	return all
}

func TestASecretIsFoundOnlyForWhatItMayBeSentTo(t *testing.T) {
	changes := map[string]func(*wiring.Connection){
		"another sign-in service":         func(to *wiring.Connection) { to.Access.Authority = "https://login.evil.example" },
		"another port of it":              func(to *wiring.Connection) { to.Access.Authority += ":8443" },
		"Microsoft's own sign-in service": func(to *wiring.Connection) { to.Access.Authority = "" },
		"another token address":           func(to *wiring.Connection) { to.Access.TokenURL = "https://evil.example/token" },
		"another environment":             func(to *wiring.Connection) { to.Org = "https://evil.crm.dynamics.com" },
		"another environment in disguise": func(to *wiring.Connection) { to.Org = "https://contoso.crm.dynamics.com.evil.example" },
		"another port of the environment": func(to *wiring.Connection) { to.Org += ":8443" },
	}
	own := map[string]func(*wiring.Connection){ // of the client secret; parameters are the environment's
		"another tenant":    func(to *wiring.Connection) { to.Tenant = otherGUID },
		"another client ID": func(to *wiring.Connection) { to.ClientID = tenantGUID },
	}
	for _, auth := range []project.Auth{project.Secret, project.Certificate, project.Windows} {
		c, _ := machine(t)
		to := keep(t, c, contoso(auth))
		want := map[project.Auth]string{project.Secret: "the secret the hint the key", project.Certificate: "the certificate the hint the key", project.Windows: "the secret the hint the key"}[auth]
		if got := strings.Join(found(t, c, to), " "); got != want {
			t.Fatalf("%s: the right connection gets %q", auth, got)
		}
		for what, change := range changes {
			other := to
			change(&other)
			got := strings.Join(found(t, c, other), " ")
			if auth == project.Windows && !strings.Contains(what, "environment") {
				got = strings.TrimPrefix(got, "the secret") // Windows signs in at the environment itself
			}
			if got != "" {
				t.Errorf("%s: %s gets %q", auth, what, got)
			}
		}
		if auth != project.Secret {
			continue
		}
		for what, change := range own {
			other := to
			change(&other)
			if got := strings.Join(found(t, c, other), " "); strings.Contains(got, "the secret") {
				t.Errorf("%s gets %q", what, got)
			}
		}
	}
}

func TestATenantInTheAuthorityBindsASecretToo(t *testing.T) {
	c, _ := machine(t)
	to := contoso(project.Secret)
	to.Tenant, to.Access.Authority = "", "https://login.contoso.example/"+tenantGUID
	if err := c.Store.Set(t.Context(), wiring.SecretName(to), core.NewSecret("the secret")); err != nil {
		t.Fatal(err)
	}
	named := to
	named.Tenant, named.Access.Authority = tenantGUID, "https://login.contoso.example"
	if got := found(t, c, named); len(got) != 1 {
		t.Errorf("the same written otherwise gets %q", got)
	}
	to.Access.Authority = "https://login.contoso.example/" + otherGUID
	if got := found(t, c, to); len(got) != 0 {
		t.Errorf("another tenant gets %q", got)
	}
}

func TestTheWindowsPasswordIsTheUsersAndTheServers(t *testing.T) {
	c, _ := machine(t)
	to := keep(t, c, contoso(project.Windows))
	other := to
	other.User = `CONTOSO\eve`
	if got := strings.Join(found(t, c, other), " "); strings.Contains(got, "the secret") {
		t.Errorf("another user gets %q", got)
	}
	other = to
	other.Auth = project.Secret
	if got := strings.Join(found(t, c, other), " "); strings.Contains(got, "the secret") {
		t.Errorf("a sign-in service gets the Windows password: %q", got)
	}
}

func TestACertificateIsFoundByItsThumbprintOnly(t *testing.T) {
	c, _ := machine(t)
	to := keep(t, c, contoso(project.Certificate))
	to.Certificate.Thumbprint = strings.Repeat("AB", 20)
	if got := strings.Join(found(t, c, to), " "); strings.Contains(got, "the certificate") {
		t.Errorf("another thumbprint gets %q", got)
	}
}

func TestTheProxysPasswordIsForThatProxyAndUser(t *testing.T) {
	c, _ := machine(t)
	keep(t, c, contoso(project.Secret))
	if err := c.UnlockProxy(t.Context()); err != nil || c.ProxyPassword.Reveal() != "the proxy's" {
		t.Fatalf("the right proxy gets %v", err)
	}
	for what, change := range map[string]func(*project.Proxy){
		"another host": func(p *project.Proxy) { p.Host = "proxy.evil.example" },
		"another port": func(p *project.Proxy) { p.Port = 8081 },
		"another user": func(p *project.Proxy) { p.User = "eve" },
		"no own proxy": func(p *project.Proxy) { p.Mode = project.SystemProxy },
	} {
		other := *c
		other.ProxyPassword = core.Secret{}
		change(&other.Settings.Network.Proxy)
		if err := other.UnlockProxy(t.Context()); err != nil || !other.ProxyPassword.Empty() {
			t.Errorf("%s gets the password (%v)", what, err)
		}
	}
}

func TestDisconnectLeavesNothing(t *testing.T) {
	for _, auth := range []project.Auth{project.Secret, project.Certificate, project.Windows} {
		c, items := machine(t)
		to := keep(t, c, contoso(auth))
		before := items.count()
		// The proxy's password belongs to the computer and stays.
		if err := c.Forget(t.Context(), to, nil); err != nil || items.count() != 1 || len(kept(t, c.Data)) != 0 {
			t.Errorf("%s: of %d items %d are left, and the files %v: %v", auth, before, items.count(), kept(t, c.Data), err)
		}
		if err := c.Forget(t.Context(), to, nil); err != nil {
			t.Errorf("%s: what is gone cannot be forgotten again: %v", auth, err)
		}
	}
}

func TestDisconnectLeavesNothingOfASignIn(t *testing.T) {
	for _, made := range []bool{true, false} {
		e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 1, "contact": 1}})
		c, items := machine(t)
		c.Settings.Network.Proxy.Mode = project.NoProxy
		c.Open = func(link string) error {
			_, err := e.Visit(t.Context(), link, practice.SignsIn)
			return err
		}
		to := wiring.Connection{
			Connection: project.Connection{Org: e.Org, Tenant: e.Tenant, ClientID: e.ClientID, Auth: project.Browser},
			Access:     project.Access{Authority: e.Authority}, CA: string(e.CA), Keep: true,
		}
		link, err := c.Connect(to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := link.SignIn(t.Context(), func(signin.Step) {}); err != nil {
			t.Fatal(err)
		}
		if items.count() != 1 || len(kept(t, c.Data)) != 1 {
			t.Fatalf("kept are %d items and %v", items.count(), kept(t, c.Data))
		}
		again, err := c.Connect(to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Session.Token(context.WithoutCancel(t.Context()), ""); err != nil {
			t.Errorf("the sign-in was not kept: %v", err)
		}
		if !made { // the connection was changed meanwhile, so that no link can be made
			link = nil
		}
		if err := c.Forget(t.Context(), to, link); err != nil || items.count() != 0 || len(kept(t, c.Data)) != 0 {
			t.Errorf("left are %d items and %v: %v", items.count(), kept(t, c.Data), err)
		}
		if link == nil {
			continue
		}
		if _, err := link.Session.Token(t.Context(), ""); core.AsFault(err).Code != "signin.first" {
			t.Errorf("somebody is still signed in: %v", err)
		}
	}
}
