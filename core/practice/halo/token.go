package halo

import (
	"crypto/rand"
	"crypto/subtle"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A token is one that was given out.
type token struct {
	until  time.Time
	scopes []string
}

// signIn gives a token for a client ID and its secret.
//
// Halo API: POST {auth}/token?tenant=…; one client sends the tenant in the form.
func (c *call) signIn() error {
	if c.r.Method != http.MethodPost {
		return unknown("the method here")
	}
	if kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return c.say(http.StatusBadRequest, map[string]any{"error": "invalid_request"})
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return c.say(http.StatusBadRequest, map[string]any{"error": "invalid_request"})
	}
	if form.Get("grant_type") != "client_credentials" {
		return c.say(http.StatusBadRequest, map[string]any{"error": "unsupported_grant_type"})
	}
	tenant := orText(c.query.Get("tenant"), form.Get("tenant"))
	wrongTenant := tenant != "" && !strings.EqualFold(tenant, c.options.Tenant) || tenant == "" && c.settings.NeedTenant
	if wrongTenant || !same(form.Get("client_id"), c.options.ClientID) || !same(form.Get("client_secret"), c.options.Secret) {
		return c.say(http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
	}
	asked := strings.Fields(form.Get("scope"))
	for _, s := range asked {
		if !grants(strings.Fields(orText(c.settings.Scopes, "all")), s) {
			return c.say(http.StatusBadRequest, map[string]any{"error": "invalid_scope"})
		}
	}
	text := "practice-" + rand.Text()
	life := c.settings.tokenLife()
	c.tokens[text] = token{until: c.now().Add(time.Duration(life) * time.Second), scopes: asked}
	return c.say(http.StatusOK, map[string]any{
		"access_token": text, "token_type": "Bearer", "expires_in": life, "scope": strings.Join(asked, " "), "refresh_token": "practice-" + rand.Text(), "id_token": "practice-" + rand.Text(),
	})
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// grants says whether scopes hold one: edit holds read, all holds each, all:standard each but admin (inferred).
func grants(have []string, want string) bool {
	for _, s := range have {
		if s == want || s == "all" || s == "all:standard" && want != "admin" && want != "all" {
			return true
		}
		if what, ok := strings.CutPrefix(want, "read:"); ok && s == "edit:"+what {
			return true
		}
	}
	return false
}

// admit lets a request with a good token through.
func (c *call) admit() error {
	text, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	t, known := c.tokens[text]
	if !ok || !known || !c.now().Before(t.until) {
		return &failure{status: http.StatusUnauthorized, message: "The access token is invalid or has expired."}
	}
	c.token = t
	return nil
}

// scope refuses what the token is not for. area is "customers", "admin", or "" for what every token may.
func (c *call) scope(area string) error {
	want := area
	if area == "customers" {
		want = "read:" + area
		if c.r.Method != http.MethodGet {
			want = "edit:" + area
		}
	}
	if area != "" && !grants(c.token.scopes, want) {
		return forbidden("You do not have permission to access this resource. Required scope: " + want)
	}
	return nil
}

// ExpireTokens ends every token that is out.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// authInfo tells where tokens can be had.
func (c *call) authInfo() error {
	url := c.options.Address + "/auth"
	switch c.settings.AuthInfo {
	case "missing":
		return missing()
	case "elsewhere":
		url = c.options.Elsewhere + "/auth"
	case "plain":
		url = strings.Replace(url, "https://", "http://", 1)
	}
	info := map[string]any{"auth_url": url, "tenant_id": c.options.Tenant}
	if c.settings.NoTenantID {
		info["tenant_id"] = nil
	}
	return c.say(http.StatusOK, info)
}

// instanceInfo tells what this Halo is. Whether it needs a token on a real one is not known; here it does not.
func (c *call) instanceInfo() error {
	return c.say(http.StatusOK, map[string]any{
		"dbid": c.id, "app_version": "2.182.1", "database_version": "2.182.1", "agent_count": 3, "licensed_agent_count": 5, "online_agent_count": 1,
		"app_name": "Practice Halo", "agent_url": c.options.Address, "portal_url": c.options.Address + "/portal", "auth_url": c.options.Address + "/auth",
		"using_event_service": true, "using_outgoing_service": true,
	})
}
