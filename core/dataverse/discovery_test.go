package dataverse

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// hosts sends every request to one server, whatever host it is for.
type hosts struct{ server *httptest.Server }

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host = r.URL.Host
	r.URL.Host = strings.TrimPrefix(h.server.URL, "https://")
	return h.server.Client().Transport.RoundTrip(r)
}

func listing(t *testing.T, serve http.HandlerFunc) http.RoundTripper {
	t.Helper()
	server := httptest.NewTLSServer(serve)
	t.Cleanup(server.Close)
	return hosts{server}
}

func token(context.Context, string) (string, error) { return "token", nil }

func TestEnvironmentsAreListedWithoutForeignOnes(t *testing.T) {
	var host, path string
	transport := listing(t, func(w http.ResponseWriter, r *http.Request) {
		host, path = r.Host, r.URL.Path
		instance := func(name, url string, more string) string {
			return fmt.Sprintf(`{"FriendlyName":%q,"UniqueName":"unq","Url":%q,"ApiUrl":"","Region":"EMEA","Version":"9.2.1.2","TenantId":%q,"EnvironmentId":"env-1"%s}`, name, url, strings.ToUpper(id(7)), more)
		}
		_, _ = fmt.Fprintf(w, `{"value":[%s]}`, strings.Join([]string{
			instance("Zulu", "https://zulu.crm4.dynamics.com/", `,"State":0,"OrganizationType":5`),
			instance("Off", "https://off.crm.dynamics.com/", `,"State":1`),
			instance("alpha\u202e", "https://alpha.crm99.dynamics.com/", `,"State":"Enabled","OrganizationType":"x"`),
			instance("Government", "https://gov.crm9.dynamics.com/", ""),
			instance("Thief", "https://crm4.dynamics.com.evil.example/", ""),
			instance("Private", "https://crm.example.com/Org", ""),
			instance("Plain", "http://plain.example.com", ""),
			instance("Nothing", "", ""),
		}, ","))
	})
	got, err := Environments(context.Background(), EnvironmentsConfig{Transport: transport, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	if host != "globaldisco.crm.dynamics.com" || path != "/api/discovery/v2.0/Instances" {
		t.Errorf("asked %s%s", host, path)
	}
	want := []Environment{
		{Name: "alpha", Org: "https://alpha.crm99.dynamics.com", Region: "EMEA", Version: "9.2.1.2", State: "enabled", Tenant: id(7), EnvironmentID: "env-1"},
		{Name: "Zulu", Org: "https://zulu.crm4.dynamics.com", Region: "Europe", Version: "9.2.1.2", State: "enabled", Tenant: id(7), EnvironmentID: "env-1", Kind: "sandbox"},
		{Name: "Off", Org: "https://off.crm.dynamics.com", Region: "North America", Version: "9.2.1.2", State: "disabled", Tenant: id(7), EnvironmentID: "env-1"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
}

func TestAListThatIsNotMicrosoftsMayNameItsOwnHostOnly(t *testing.T) {
	transport := listing(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"value":[{"FriendlyName":"Practice","Url":"https://localhost:4444/"},{"FriendlyName":"Other","Url":"https://contoso.crm.dynamics.com"},{"FriendlyName":"Third","Url":"https://example.com"}]}`)
	})
	got, err := Environments(context.Background(), EnvironmentsConfig{Discovery: "https://localhost:3333/", Transport: transport, Token: token})
	if err != nil || len(got) != 1 || got[0].Org != "https://localhost:4444" {
		t.Errorf("got %+v %v", got, err)
	}
}

func TestNoEnvironmentAndNoAnswerAreExplained(t *testing.T) {
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		code  string
	}{
		"an empty list": {func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `{"value":[]}`) }, "dataverse.no-environments"},
		"refused":       {func(w http.ResponseWriter, _ *http.Request) { refuse(w, 403, "0x80040220", "") }, "dataverse.no-environments"},
		"no token":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, "dataverse.list-refused"},
		"busy":          {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, "rest.unavailable"},
		"sent on": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://evil.example")
			w.WriteHeader(302)
		}, "rest.redirected"},
	} {
		_, err := Environments(context.Background(), EnvironmentsConfig{
			Transport: listing(t, c.serve), Token: token, Wait: func(context.Context, time.Duration) error { return nil },
		})
		if f := core.AsFault(err); err == nil || f.Code != c.code || f.Remedy == "" {
			t.Errorf("%s: %v (%s)", name, err, f.Code)
		}
	}
	if _, err := Environments(context.Background(), EnvironmentsConfig{Discovery: "http://disco.example", Token: token}); core.AsFault(err).Code != "rest.plain-http" {
		t.Errorf("plain http: %v", err)
	}
}
