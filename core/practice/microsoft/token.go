package microsoft

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Why Check refuses a token.
var (
	ErrNoToken  = errors.New("there is no token, or it is not one of this authority")
	ErrExpired  = errors.New("the token expired")
	ErrRevoked  = errors.New("the token was revoked")
	ErrAudience = errors.New("the token is for another resource")
)

// Check says whose an access token is. bearer may begin with the word Bearer; audience is the organisation URL the
// token was used at.
func (a *Authority) Check(bearer, audience string) (Claims, error) {
	if scheme, rest, ok := strings.Cut(bearer, " "); ok && strings.EqualFold(scheme, "bearer") {
		bearer = strings.TrimSpace(rest)
	}
	var c accessClaims
	if err := a.verify(bearer, &c); err != nil || c.Use != "access" {
		return Claims{}, ErrNoToken
	}
	a.mu.Lock()
	generation, ended := a.generation, a.ended
	a.mu.Unlock()
	switch {
	case c.Generation != generation:
		return Claims{}, ended
	case !a.now().Before(time.Unix(c.Expires, 0)):
		return Claims{}, ErrExpired
	case c.Audience != normal(audience):
		return Claims{}, ErrAudience
	}
	out := Claims{Subject: c.Subject, ObjectID: c.ObjectID, ApplicationID: c.AppID, Name: c.Name, Application: c.IDType == "app", Demanded: c.Claims}
	if out.Application {
		out.ObjectID = ""
	}
	return out, nil
}

// accessClaims are what an access token says.
type accessClaims struct {
	Audience   string `json:"aud"`
	Issuer     string `json:"iss"`
	Issued     int64  `json:"iat"`
	NotBefore  int64  `json:"nbf"`
	Expires    int64  `json:"exp"`
	Subject    string `json:"sub"`
	ObjectID   string `json:"oid"`
	TenantID   string `json:"tid"`
	AppID      string `json:"appid"`
	IDType     string `json:"idtyp"`
	Name       string `json:"name,omitempty"`
	UPN        string `json:"upn,omitempty"`
	Scope      string `json:"scp,omitempty"`
	Use        string `json:"practice_use"`
	Generation int    `json:"practice_generation"`
	ID         string `json:"uti"`
	Version    string `json:"ver"`
	Claims     string `json:"practice_claims,omitempty"`
}

// normal is an organisation URL as tokens name it.
func normal(resource string) string {
	return strings.ToLower(strings.TrimRight(resource, "/"))
}

// sign makes a token in the shape of a JWT from claims.
func (a *Authority) sign(claims any) string {
	head := []byte(`{"typ":"JWT","alg":"HS256","kid":"practice"}`)
	body, err := json.Marshal(claims)
	if err != nil {
		panic("claims that cannot be written: " + err.Error())
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	return text + "." + base64.RawURLEncoding.EncodeToString(a.mac(text))
}

func (a *Authority) mac(text string) []byte {
	m := hmac.New(sha256.New, a.key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func (a *Authority) verify(token string, claims any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ErrNoToken
	}
	mac, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || subtle.ConstantTimeCompare(mac, a.mac(parts[0]+"."+parts[1])) != 1 {
		return ErrNoToken
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ErrNoToken
	}
	return json.Unmarshal(body, claims)
}

// A grant is what somebody was given: who, by which application, for which resource.
type grant struct {
	app      string
	platform string
	person   *Person // nil: the application itself
	resource string
	scopes   []string // as asked for
	nonce    string
	claims   string // that the sign-in was asked to prove
}

// tokens writes the answer to a successful token request.
func (a *Authority) tokens(g grant, info bool) map[string]any {
	now := a.now()
	life := int64(a.opts.TokenLifetime / time.Second)
	_, issuer := a.bases()
	a.mu.Lock()
	generation := a.generation
	a.mu.Unlock()
	c := accessClaims{
		Audience: g.resource, Issuer: issuer + "/" + a.opts.Tenant + "/", TenantID: a.opts.Tenant, AppID: g.app,
		Issued: now.Unix(), NotBefore: now.Unix(), Expires: now.Unix() + life,
		Use: "access", Generation: generation, ID: random()[:22], Version: "1.0", Claims: g.claims,
	}
	if g.person == nil {
		app := a.application(g.app)
		c.IDType, c.Subject, c.ObjectID = "app", g.app, g.app
		if app != nil {
			c.Name = app.Name
		}
		return map[string]any{
			"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": a.sign(c),
		}
	}
	c.IDType, c.Subject, c.ObjectID = "user", g.person.ObjectID, g.person.ObjectID
	c.Name, c.UPN, c.Scope = g.person.Name, g.person.UPN, "user_impersonation"
	out := map[string]any{
		"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": a.sign(c),
		"scope": g.resource + "/user_impersonation " + strings.Join(g.scopes, " "),
	}
	if has(g.scopes, "openid") {
		out["id_token"] = a.sign(map[string]any{
			"ver": "2.0", "iss": issuer + "/" + a.opts.Tenant + "/v2.0", "aud": g.app, "sub": g.person.ObjectID,
			"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Unix() + life, "nonce": g.nonce,
			"name": g.person.Name, "preferred_username": g.person.UPN, "upn": g.person.UPN, "oid": g.person.ObjectID, "tid": a.opts.Tenant,
		})
	}
	if info {
		raw, _ := json.Marshal(map[string]string{"uid": g.person.ObjectID, "utid": a.opts.Tenant})
		out["client_info"] = base64.RawURLEncoding.EncodeToString(raw)
	}
	if has(g.scopes, "offline_access") {
		out["refresh_token"] = a.remember(g)
	}
	return out
}

const remembered = 10000 // more refresh tokens than these, and those that are over are forgotten

// remember makes a refresh token of a grant.
func (a *Authority) remember(g grant) string {
	token := "1.practice." + random() + random()
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := a.now(); len(a.refresh) > remembered {
		for old, r := range a.refresh {
			if r.used || r.revoked || !now.Before(r.until) {
				delete(a.refresh, old)
			}
		}
	}
	a.refresh[token] = &refresh{grant: g, until: a.now().Add(a.opts.RefreshLifetime)}
	return token
}

func has(list []string, want string) bool {
	for _, s := range list {
		if strings.EqualFold(s, want) {
			return true
		}
	}
	return false
}
