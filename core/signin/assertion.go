package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/golang-jwt/jwt/v5"

	"ferry/core"
)

const (
	assertionLife = 10 * time.Minute
	longestLife   = 24 * time.Hour // more Microsoft does not accept
)

// An Assertion says how an application with a certificate proves itself. The zero Assertion is what Microsoft wants:
// PS256 to Microsoft Entra, RS256 to AD FS, for the token address, for ten minutes.
//
// Microsoft identity platform: "Certificate credentials".
type Assertion struct {
	Algorithm string            // PS256, PS384, PS512, RS256, RS384, RS512; "" is the service's own
	Audience  string            // "" is the token address
	Lifetime  time.Duration     // 0 is ten minutes
	NoID      bool              // without jti
	Claims    map[string]string // more claims
}

// check refuses what cannot work, and claims that Ferry itself must set.
func (a Assertion) check() *core.Fault {
	if a.Algorithm != "" && !slices.Contains([]string{"PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}, a.Algorithm) {
		return faultAlgorithm()
	}
	if a.Lifetime < 0 || a.Lifetime > longestLife || a.Lifetime > 0 && a.Lifetime < time.Second {
		return faultLifetime()
	}
	for _, name := range slices.Sorted(maps.Keys(a.Claims)) {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "", "iss", "sub", "aud", "exp", "nbf", "jti":
			return faultClaimProtected(name)
		}
	}
	return nil
}

// statement is what is signed: the head and the claims of the assertion.
func (s *Session) statement(e *exchanger, endpoint string) (head, claims map[string]any) {
	a := s.config.Assertion
	algorithm := a.Algorithm
	if algorithm == "" {
		if algorithm = "PS256"; e.where.adfs() {
			algorithm = "RS256"
		}
	}
	head = map[string]any{"alg": algorithm, "typ": "JWT"}
	// Which hash goes with which algorithm, and that it is padded Base64: as MSAL does it.
	one, two := s.config.Certificate.hashes()
	if algorithm == "RS256" {
		head["x5t"] = base64.StdEncoding.EncodeToString(one)
	} else {
		head["x5t#S256"] = base64.StdEncoding.EncodeToString(two)
	}
	claims = map[string]any{}
	for name, value := range a.Claims {
		claims[strings.TrimSpace(name)] = value
	}
	life := a.Lifetime
	if life == 0 {
		life = assertionLife
	}
	now := s.client.now()
	audience := a.Audience
	if audience == "" {
		audience = endpoint
	}
	claims["aud"], claims["iss"], claims["sub"] = audience, s.config.ClientID, s.config.ClientID
	claims["nbf"], claims["exp"] = now.Unix(), now.Add(life).Unix()
	if !a.NoID {
		claims["jti"] = random()
	}
	return head, claims
}

// sign makes the assertion for a token address.
func (s *Session) sign(e *exchanger, endpoint string) (string, error) {
	head, claims := s.statement(e, endpoint)
	t := jwt.NewWithClaims(jwt.GetSigningMethod(head["alg"].(string)), jwt.MapClaims(claims))
	t.Header = head
	text, err := t.SignedString(s.config.Certificate.key)
	if err != nil {
		return "", faultKeySmall()
	}
	return text, nil
}

// credential is what the application proves itself with. What is signed is made here and not by MSAL, which knows none
// of the settings and no clock but its own; so what is shown is what is sent.
func (s *Session) credential(e *exchanger) (confidential.Credential, error) {
	if s.config.Certificate == nil {
		return confidential.NewCredFromSecret(s.config.Secret.Reveal())
	}
	return confidential.NewCredFromAssertionCallback(func(_ context.Context, o confidential.AssertionRequestOptions) (string, error) {
		return s.sign(e, o.TokenEndpoint)
	}), nil
}

// Assertion shows what an application with a certificate signs: head and claims as JSON. Neither key nor signature is
// in it; time and ID are those of now.
func (s *Session) Assertion(ctx context.Context) (header, claims string, err error) {
	if s.config.Certificate == nil {
		return "", "", faultNothingSigned()
	}
	ctx = patient(ctx, shortPatience)
	e, f := s.where(ctx)
	if f != nil {
		return "", "", f
	}
	at, f := e.endpoints(ctx)
	if f != nil {
		return "", "", f
	}
	h, c := s.statement(e, at.token)
	return indented(h), indented(c), nil
}

func indented(m map[string]any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(m) // texts and numbers can always be written
	return strings.TrimSpace(b.String())
}
