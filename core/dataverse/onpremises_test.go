package dataverse

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ferry/core"
)

// A server on-premises: one organisation below a path segment, and the versions of the Web API up to its own.
type premises struct {
	*httptest.Server
	versions []string
	windows  bool // wants a Windows user
	door     int  // instead of anything: this status, with this Location
	location string
	old      bool // of 2011 to 2015

	mu    sync.Mutex
	asked []string
}

func newPremises(t *testing.T, change func(*premises)) *premises {
	p := &premises{versions: []string{"v9.1", "v9.0", "v8.2", "v8.1", "v8.0"}}
	if change != nil {
		change(p)
	}
	p.Server = httptest.NewTLSServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *premises) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.URL.Path)
	p.mu.Unlock()
	signed := r.Header.Get("Authorization") == "Bearer token" || p.windows && r.Header.Get("Authorization") == "NTLM good"
	path, ours := strings.CutPrefix(r.URL.Path, "/Contoso/")
	switch {
	case p.door != 0:
		w.Header().Set("Location", p.location)
		w.WriteHeader(p.door)
		return
	case !signed && p.windows:
		w.Header().Add("WWW-Authenticate", "Negotiate")
		w.Header().Add("WWW-Authenticate", "NTLM")
		w.WriteHeader(http.StatusUnauthorized)
		return
	case p.old && ours && path == "XRMServices/2011/Organization.svc":
		_, _ = fmt.Fprint(w, "<html>Service</html>")
		return
	case p.old || !ours:
		http.NotFound(w, r)
		return
	case !signed:
		w.Header().Set("WWW-Authenticate", "Bearer authorization_uri=https://adfs.example.com/adfs/oauth2/authorize, resource_id="+p.URL+"/")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	version, path, _ := strings.Cut(strings.TrimPrefix(path, "api/data/"), "/")
	if !slices.Contains(p.versions, version) {
		refuse(w, http.StatusNotImplemented, "0x80060888", "not supported")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	p.answer(w, r, path)
}

// answer is what a server of version 8.0 answers: fewer members of definitions, no counts, no names of rights.
func (p *premises) answer(w http.ResponseWriter, r *http.Request, path string) {
	for _, newer := range []string{"IsPrivate", "IsValidODataAttribute", "applicationid", "_roletemplateid_value"} {
		if strings.Contains(r.URL.RawQuery, newer) {
			refuse(w, 400, "0x80060888", "Could not find a property named '"+newer+"'")
			return
		}
	}
	base := p.URL + strings.TrimSuffix(r.URL.Path, path)
	switch {
	case path == "":
		_, _ = fmt.Fprint(w, `{"value":[]}`)
	case path == "RetrieveVersion()":
		_, _ = fmt.Fprintf(w, `{"Version":"%s.0.1090"}`, strings.TrimPrefix(p.versions[0], "v"))
	case path == "WhoAmI":
		_, _ = fmt.Fprintf(w, `{"UserId":%q,"OrganizationId":%q}`, id(1), id(3))
	case path == "systemusers("+id(1)+")":
		_, _ = fmt.Fprint(w, `{"fullname":"Ada Lovelace","isdisabled":false}`)
	case strings.HasSuffix(path, "systemuserroles_association"):
		_, _ = fmt.Fprint(w, `{"value":[{"name":"Reader"}]}`)
	case strings.HasSuffix(path, "RetrieveUserPrivileges()"):
		_, _ = fmt.Fprintf(w, `{"RolePrivileges":[{"Depth":"Global","PrivilegeId":%q}]}`, id(70))
	case path == "EntityDefinitions":
		_, _ = fmt.Fprintf(w, `{"value":[%s]}`, thing)
	case path == "EntityDefinitions(LogicalName='thing')" && strings.Contains(r.URL.RawQuery, "Privileges"):
		_, _ = fmt.Fprintf(w, `{"Privileges":[{"PrivilegeId":%q,"Name":"prvReadThing","PrivilegeType":"Read"}]}`, id(70))
	case path == "EntityDefinitions(LogicalName='thing')":
		_, _ = fmt.Fprint(w, thing)
	case path == "EntityDefinitions(LogicalName='thing')/Attributes":
		_, _ = fmt.Fprint(w, thingAttributes)
	case path == "things" && r.URL.Query().Get("$skiptoken") == "":
		_, _ = fmt.Fprintf(w, `{"value":[%s,%s],"@odata.nextLink":"%sthings?$skiptoken=2"}`, record(0), record(1), base)
	case path == "things":
		_, _ = fmt.Fprintf(w, `{"value":[%s]}`, record(2))
	default:
		refuse(w, 404, "0x80060888", "Resource not found for the segment")
	}
}

// signs plays a transport that signs in with a Windows user.
type signs struct {
	http.RoundTripper
	as string
}

func (s signs) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "NTLM "+s.as)
	return s.RoundTripper.RoundTrip(r)
}

func (p *premises) source(t *testing.T, change func(*Config)) *Source {
	t.Helper()
	c := Config{
		Org: p.URL + "/Contoso/main.aspx", Transport: p.Client().Transport, Token: token,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestEveryVersionSince2016IsFoundOutAndRead(t *testing.T) {
	all := []string{"v9.2", "v9.1", "v9.0", "v8.2", "v8.1", "v8.0"}
	for i, version := range all {
		p := newPremises(t, func(p *premises) { p.versions = all[i:] })
		s := p.source(t, nil)
		keys, _, err := read(s, things("name", "size"), core.Bookmark{})
		if err != nil || !slices.Equal(keys, ids(0, 3)) || !strings.HasSuffix(s.root, "/Contoso/api/data/"+version+"/") {
			t.Errorf("%s: %v %v by %s", version, keys, err, s.root)
		}
		d, err := s.Describe(context.Background(), "thing")
		if err != nil || d.Rights != (core.Rights{Read: core.DepthGlobal, Known: true}) {
			t.Errorf("%s: rights %+v, %v", version, d.Rights, err)
		}
		if n, err := s.Count(context.Background(), things()); err != nil || n.Truth == core.Exact && n.N != 3 {
			t.Errorf("%s: counted %+v %v", version, n, err)
		}
		got := test(t, s, oneThing)
		if !got.available() || !strings.HasSuffix(got.last["version"].Detail, "Web API "+version) || got.last["read-thing"].Detail != "organisation-wide" {
			t.Errorf("%s: %+v", version, got.last)
		}
	}
}

func TestASetVersionIsNotAskedFor(t *testing.T) {
	p := newPremises(t, nil)
	s := p.source(t, func(c *Config) { c.Version = "v8.2" })
	if _, _, err := read(s, things("name"), core.Bookmark{}); err != nil || slices.ContainsFunc(p.asked, func(a string) bool { return !strings.Contains(a, "/v8.2/") }) {
		t.Errorf("asked %v: %v", p.asked, err)
	}
}

func TestManyFindOutTheVersionOnce(t *testing.T) {
	p := newPremises(t, nil)
	s := p.source(t, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.Tables(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, a := range p.asked {
		if strings.HasSuffix(a, "v9.2/WhoAmI") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestAWindowsUserSignsInWithoutAToken(t *testing.T) {
	p := newPremises(t, func(p *premises) { p.windows = true })
	with := func(as string) *Source {
		return p.source(t, func(c *Config) {
			c.Windows, c.Transport = true, signs{p.Client().Transport, as}
			c.Token = func(context.Context, string) (string, error) { t.Error("a token was asked for"); return "", nil }
		})
	}
	s := with("good")
	got := test(t, s, oneThing)
	if !got.available() || got.last["signin"].Detail != "Windows sign-in" || got.last["whoami"].Detail != "user Ada Lovelace" {
		t.Errorf("%+v", got.last)
	}
	if keys, _, err := read(s, things("name"), core.Bookmark{}); err != nil || len(keys) != 3 {
		t.Errorf("read %v %v", keys, err)
	}
	got = test(t, with("bad"), oneThing)
	if got.available() || got.code("signin") != "dataverse.windows-refused" || got.last["environment"].State != core.CheckPassed || got.last["whoami"].State != core.CheckUntried {
		t.Errorf("a wrong password: %+v", got.last)
	}
	if _, _, err := read(with("bad"), things("name"), core.Bookmark{}); core.AsFault(err).Code != "dataverse.windows-refused" {
		t.Errorf("reading with a wrong password: %v", err)
	}
	says := p.source(t, func(c *Config) { // as the transport says it that signs in
		c.Windows, c.Transport = true, trip(func(*http.Request) (*http.Response, error) {
			return nil, &core.Fault{Kind: core.SignIn, Code: "rest.windows-refused", Cause: "No.", Remedy: "Yes."}
		})
	})
	got = test(t, says, oneThing)
	if got.available() || got.code("signin") != "rest.windows-refused" || got.last["environment"].State != core.CheckPassed {
		t.Errorf("a wrong password that the transport tells: %+v", got.last)
	}
	got = test(t, p.source(t, nil), oneThing)
	if got.code("environment") != "dataverse.windows-wanted" {
		t.Errorf("without a Windows user: %+v", got.last["environment"])
	}
}

func TestServersThatCannotBeReadAreRecognised(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*premises)
		windows bool
		code    string
		reading string
	}{
		"of 2011 to 2015":                      {func(p *premises) { p.old = true }, false, CodeTooOld, CodeTooOld},
		"of 2011 to 2015, with a Windows user": {func(p *premises) { p.old, p.windows = true, true }, true, CodeTooOld, CodeTooOld},
		"nothing of Dynamics":                  {func(p *premises) { p.door = 404 }, false, "dataverse.not-dataverse", "dataverse.not-found"},
		"with OAuth switched off": {func(p *premises) {
			p.door, p.location = 302, "https://adfs.example.com/adfs/ls/?wa=wsignin1.0"
		}, false, "dataverse.oauth-off", "rest.redirected"},
		"sending somewhere else": {func(p *premises) { p.door, p.location = 302, "https://other.example.com/" }, false, "rest.redirected", "rest.redirected"},
	} {
		p := newPremises(t, c.change)
		s := p.source(t, func(conf *Config) {
			if c.windows {
				conf.Windows, conf.Transport = true, signs{p.Client().Transport, "good"}
			}
		})
		got := test(t, s, oneThing)
		if got.available() || got.code("environment") != c.code {
			t.Errorf("%s: %s %+v", name, got.code("environment"), got.last["address"])
		}
		if _, _, err := read(s, things("name"), core.Bookmark{}); core.AsFault(err).Code != c.reading {
			t.Errorf("%s: reading: %v", name, err)
		}
	}
}

func TestABookmarkOfAnotherVersionIsTooOldAndNotForeign(t *testing.T) {
	p := newPremises(t, nil)
	s := p.source(t, nil)
	if _, _, err := read(s, things("name"), core.Bookmark{Address: p.URL + "/Contoso/api/data/v8.2/things?$skiptoken=2"}); core.AsFault(err).Code != CodeBookmarkExpired {
		t.Errorf("a bookmark: %v", err)
	}
	if _, _, err := read(s, things("name"), core.Bookmark{Address: p.URL + "/Fabrikam/api/data/v8.2/things?$skiptoken=2"}); core.AsFault(err).Code != "rest.foreign-address" {
		t.Errorf("another organisation's bookmark: %v", err)
	}
	for _, err := range s.Changed(context.Background(), "thing", core.Mark(p.URL+"/Contoso/api/data/v8.2/things?$deltatoken=1")) {
		if core.AsFault(err).Code != CodeMarkExpired {
			t.Errorf("a mark: %v", err)
		}
	}
}

func TestAServerThatIsGoneForAWhileIsWaitedForBeforeItsVersionIsKnown(t *testing.T) {
	p := newPremises(t, nil)
	var gone atomic.Int32
	gone.Store(3)
	s := p.source(t, func(c *Config) {
		inner := c.Transport
		c.Transport = trip(func(r *http.Request) (*http.Response, error) {
			if gone.Add(-1) >= 0 {
				return nil, fmt.Errorf("connection reset")
			}
			return inner.RoundTrip(r)
		})
	})
	if keys, _, err := read(s, things("name"), core.Bookmark{}); err != nil || len(keys) != 3 {
		t.Errorf("read %v %v", keys, err)
	}
}

type trip func(*http.Request) (*http.Response, error)

func (t trip) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// A server of somebody's own may know one version only, tell no version, and ask for a sign-in at every address.
func TestAServerThatTellsLittleIsNotTakenForAnOldOne(t *testing.T) {
	for _, one := range []string{"v9.2", "v8.2"} {
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Header.Get("Authorization") != "Bearer token":
				w.Header().Set("WWW-Authenticate", "Bearer authorization_uri=https://login.microsoftonline.com/t/oauth2/authorize")
				w.WriteHeader(http.StatusUnauthorized)
			case r.URL.Path == "/api/data/"+one+"/WhoAmI":
				_, _ = fmt.Fprint(w, `{"UserId":"11111111-2222-3333-4444-555555555555"}`)
			default:
				http.NotFound(w, r)
			}
		}))
		t.Cleanup(server.Close)
		p := &premises{Server: server}
		s := p.source(t, func(c *Config) { c.Org = server.URL })
		if err := s.ready(context.Background()); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
		if want := server.URL + "/api/data/" + one + "/"; s.root != want {
			t.Errorf("%s: the root is %s", one, s.root)
		}
	}
}
