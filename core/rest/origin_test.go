package rest

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

func TestOnlyAddressesBelowTheRootAreUsed(t *testing.T) {
	transport, err := NewTransport(Network{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Root: "https://contoso.example/api/data/v9.2", Transport: transport, Service: "Dynamics 365"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Root() != "https://contoso.example/api/data/v9.2/" {
		t.Error(c.Root())
	}
	for address, want := range map[string]string{
		"":                                 "https://contoso.example/api/data/v9.2/",
		"accounts?$top=1":                  "https://contoso.example/api/data/v9.2/accounts?$top=1",
		"Changes(Since=2026-01-01T00:00Z)": "https://contoso.example/api/data/v9.2/Changes(Since=2026-01-01T00:00Z)",
		"accounts(name='a%2Fb')":           "https://contoso.example/api/data/v9.2/accounts(name='a%2Fb')",
		"/api/data/v9.2/accounts":          "https://contoso.example/api/data/v9.2/accounts",
		"https://contoso.example/api/data/v9.2/accounts?$skiptoken=%3Ccookie%20pagenumber=%222%22%3E": "https://contoso.example/api/data/v9.2/accounts?$skiptoken=%3Ccookie%20pagenumber=%222%22%3E",
		"https://CONTOSO.example:443/API/data/v9.2/accounts#x":                                        "https://CONTOSO.example:443/API/data/v9.2/accounts",
		"accounts?$filter=name eq 'Zoë'":                                                              "https://contoso.example/api/data/v9.2/accounts?$filter=name%20eq%20'Zo%C3%AB'",
	} {
		u, err := c.resolve(address)
		if err != nil || u.String() != want {
			t.Errorf("%s became %v, %v", address, u, err)
		}
	}
	for _, address := range []string{
		"https://evil.example/api/data/v9.2/accounts", "http://contoso.example/api/data/v9.2/accounts",
		"https://contoso.example:444/api/data/v9.2/accounts", "https://contoso.example/api/data/v9.1/accounts",
		"https://contoso.example/", "https://contoso.example.evil.example/api/data/v9.2/accounts",
		"https://contoso.example@evil.example/api/data/v9.2/a", "https://me:pw@contoso.example/api/data/v9.2/a",
		"//evil.example/api/data/v9.2/accounts", `\\evil.example\a`, `/\evil.example/a`, "/other", "../v9.1/accounts",
		"accounts/../../v9.1/x", "accounts/%2e%2e/%2e%2e/x", `accounts/..\..\x`, "accounts/..%5c..%5cx",
		"javascript:alert(1)", "file:///etc/passwd", "https:contoso.example/api/data/v9.2/", "https://contoso.example/api/data/v9.2evil/a",
		"https://contoso.example/api/data/v9.2/\x00", "https://[::1", "accounts\r\nHost: evil",
	} {
		wantFault(t, c.Allowed(address), "rest.foreign-address")
		_, err := c.Do(context.Background(), Request{Address: address})
		wantFault(t, err, "rest.foreign-address")
	}
}

func TestARootThatIsNoneOrPlainHTTPWithASecretIsRefused(t *testing.T) {
	for _, bad := range []string{"", "contoso", "contoso.example/api", "ftp://contoso.example/", "https://", "https://u:hunter2@contoso.example/", "https://:443/", "https://a b/"} {
		_, err := New(Config{Root: bad})
		wantFault(t, err, "rest.bad-address")
	}
	secret := func(context.Context, string) (string, error) { return token, nil }
	_, err := New(Config{Root: "http://127.0.0.1/", Token: secret})
	wantFault(t, err, "rest.plain-http")
	if _, err := New(Config{Root: "http://127.0.0.1/"}); err != nil {
		t.Error("without a secret:", err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	elsewhere := play(t, func(_ http.ResponseWriter, r *http.Request) { t.Error("followed with", r.Header) })
	n := 0
	s := play(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		http.Redirect(w, r, elsewhere.server.URL+"/login?hunter2", http.StatusFound)
	})
	_, err := s.get("accounts")
	f := wantFault(t, err, "rest.redirected")
	var a *Answer
	if !errors.As(f, &a) || n != 1 {
		t.Errorf("%d requests, %v", n, f)
	}
}
