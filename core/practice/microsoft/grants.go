package microsoft

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// A code stands for one sign-in on the page, until it is redeemed.
type code struct {
	grant
	redirect  string
	challenge string
	until     time.Time
	used      bool
}

// A refresh is what a refresh token stands for.
type refresh struct {
	grant
	until   time.Time
	used    bool
	revoked bool
}

// token is the token address: every grant begins here.
func (a *Authority) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		a.refused(w, r, refuse(900144, "The request body could not be read."))
		return
	}
	out, f := a.redeem(r)
	if f != nil {
		a.refused(w, r, f)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

func (a *Authority) redeem(r *http.Request) (map[string]any, *refusal) {
	if code := a.ordered(); code != 0 {
		return nil, a.forced(code)
	}
	if code := a.redeeming(); code != 0 {
		return nil, a.forced(code)
	}
	form := r.PostForm
	if form.Get("grant_type") == "" {
		return nil, refuse(900144, "The request body must contain the following parameter: 'grant_type'.")
	}
	if inFederation(r) {
		if f := named(form); f != nil {
			return nil, f
		}
	}
	app, f := a.client(r)
	if f != nil {
		return nil, f
	}
	_, common := a.tenant(r.PathValue("tenant"))
	info := form.Get("client_info") == "1"
	switch form.Get("grant_type") {
	case "authorization_code":
		return a.redeemCode(app, r, info)
	case "refresh_token":
		return a.redeemRefresh(app, r, info)
	case "client_credentials":
		if common {
			return nil, refuse(50059, "")
		}
		return a.asItself(app, r)
	case deviceGrant, oldDeviceGrant:
		return a.redeemDevice(app, r, info)
	}
	return nil, refuse(70003, "")
}

// client reads which application asks, and in which tenant.
func (a *Authority) client(r *http.Request) (*application, *refusal) {
	if known, _ := a.tenant(r.PathValue("tenant")); !known {
		return nil, refuse(90002, "Tenant '"+r.PathValue("tenant")+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
	}
	id := r.PostForm.Get("client_id")
	if id == "" {
		return nil, refuse(900144, "The request body must contain the following parameter: 'client_id'.")
	}
	app := a.application(id)
	if app == nil {
		return nil, refuse(700016, "Application with identifier '"+id+"' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant.")
	}
	if app.Disabled {
		return nil, refuse(7000112, "Application '"+app.ID+"'("+app.Name+") is disabled.")
	}
	return app, nil
}

// knows checks a secret.
func (a *Authority) knows(app *application, secret string) *refusal {
	for _, s := range app.Secrets {
		if subtle.ConstantTimeCompare([]byte(s), []byte(secret)) == 1 {
			if app.expired || !app.SecretExpires.IsZero() && !a.now().Before(app.SecretExpires) {
				return refuse(7000222, "")
			}
			return nil
		}
	}
	return refuse(7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+app.ID+"'.")
}

func (a *Authority) redeemCode(app *application, r *http.Request, info bool) (map[string]any, *refusal) {
	form := r.PostForm
	a.mu.Lock()
	known, ok := a.codes[form.Get("code")]
	var c code
	if ok {
		c = *known
	}
	a.mu.Unlock()
	if !ok || !strings.EqualFold(c.app, app.ID) {
		return nil, refuse(70000, "")
	}
	if c.platform == "spa" && r.Header.Get("Origin") == "" {
		return nil, refuse(9002327, "")
	}
	if c.platform != "spa" {
		if f := a.proves(app, c.platform, r); f != nil {
			return nil, f
		}
	}
	switch {
	case c.used:
		return nil, refuse(54005, "")
	case !a.now().Before(c.until):
		return nil, refuse(70008, "")
	case form.Get("redirect_uri") != c.redirect:
		return nil, refuse(500112, "")
	case c.challenge != "" && !verifies(form.Get("code_verifier"), c.challenge):
		return nil, refuse(501481, "")
	}
	if f := a.stepUp(c.grant); f != nil {
		return nil, f
	}
	if form.Get("scope") != "" {
		resource, _, f := a.wanted(form.Get("scope"))
		if f != nil {
			return nil, f
		}
		if resource != "" && resource != c.resource {
			return nil, refuse(70000, "The scope is not the one that was asked for on the sign-in page.")
		}
	}
	a.mu.Lock()
	again := known.used
	known.used = true
	a.mu.Unlock()
	if again {
		return nil, refuse(54005, "")
	}
	return a.tokens(c.grant, info), nil
}

func verifies(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return verifier != "" && subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

func (a *Authority) redeemRefresh(app *application, r *http.Request, info bool) (map[string]any, *refusal) {
	form := r.PostForm
	a.mu.Lock()
	known, ok := a.refresh[form.Get("refresh_token")]
	var old refresh
	if ok {
		old = *known
	}
	a.mu.Unlock()
	if !ok || !strings.EqualFold(old.app, app.ID) {
		return nil, refuse(70000, "")
	}
	if f := a.proves(app, old.platform, r); f != nil {
		return nil, f
	}
	if f := a.consents(app, old.grant); f != nil {
		return nil, f
	}
	if p, ok := a.person(old.person.UPN); !ok || p.Disabled {
		return nil, refuse(50057, "")
	}
	switch {
	case old.revoked:
		return nil, refuse(50173, "")
	case old.used:
		return nil, refuse(70000, "The refresh token was used before.")
	case !a.now().Before(old.until):
		return nil, refuse(700082, "")
	}
	g := old.grant
	g.nonce = ""
	if f := a.stepUp(g); f != nil {
		return nil, f
	}
	if claims := form.Get("claims"); claims != "" {
		g.claims = claims
	}
	if form.Get("scope") != "" {
		resource, scopes, f := a.wanted(form.Get("scope"))
		if f != nil {
			return nil, f
		}
		if resource != "" {
			g.resource, g.scopes = resource, scopes
		}
	}
	a.mu.Lock()
	again := known.used
	known.used = true
	a.mu.Unlock()
	if again {
		return nil, refuse(70000, "The refresh token was used before.")
	}
	return a.tokens(g, info), nil
}

func (a *Authority) asItself(app *application, r *http.Request) (map[string]any, *refusal) {
	form := r.PostForm
	if f := a.proves(app, "web", r); f != nil {
		return nil, f
	}
	for _, s := range strings.Fields(form.Get("scope")) {
		if !openID(s) && !strings.HasSuffix(s, "/.default") {
			return nil, refuse(1002012, "The provided value for scope "+s+" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).")
		}
	}
	resource, _, f := a.wanted(form.Get("scope"))
	if f != nil {
		return nil, f
	}
	if resource == "" {
		return nil, refuse(1002012, "")
	}
	return a.tokens(grant{app: app.ID, platform: "web", resource: resource, claims: form.Get("claims")}, false), nil
}

// wanted reads a scope parameter: the one resource it names, and all its parts.
func (a *Authority) wanted(scope string) (resource string, scopes []string, f *refusal) {
	for _, s := range strings.Fields(scope) {
		scopes = append(scopes, s)
		if openID(s) {
			continue
		}
		cut := strings.LastIndex(s, "/")
		if cut <= len("https://") || !strings.HasPrefix(strings.ToLower(s), "https://") {
			return "", nil, refuse(70011, "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope "+s+" is not valid.")
		}
		name := normal(s[:cut])
		switch {
		case resource != "" && resource != name:
			return "", nil, refuse(70011, "The provided value for the input parameter 'scope' is not valid. One or more scopes belong to different resources.")
		case !a.opts.Resources(name):
			return "", nil, refuse(500011, "The resource principal named "+name+" was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.")
		case s[cut:] != "/.default" && s[cut:] != "/user_impersonation":
			return "", nil, refuse(650053, "The application asked for scope '"+s[cut+1:]+"' that doesn't exist on the resource.")
		}
		resource = name
	}
	return resource, scopes, nil
}

func openID(scope string) bool {
	switch scope {
	case "openid", "profile", "offline_access", "email":
		return true
	}
	return false
}
