package microsoft

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" // names a certificate as the portal does; it proves nothing
	"crypto/sha256"
	_ "crypto/sha512" // PS384 to RS512
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	clockSkew     = 5 * time.Minute
	remembersIDs  = 10000
)

// Certificate reads a certificate as one uploads it: a .cer file, PEM or DER.
func Certificate(file []byte) (*x509.Certificate, error) {
	if block, _ := pem.Decode(bytes.TrimSpace(file)); block != nil {
		file = block.Bytes
	}
	c, err := x509.ParseCertificate(file)
	if err != nil {
		return nil, errors.New("the file is no certificate")
	}
	if _, ok := c.PublicKey.(*rsa.PublicKey); !ok {
		return nil, errors.New("the certificate's key is not RSA")
	}
	return c, nil
}

// Register uploads a certificate to an application.
func (a *Authority) Register(applicationID string, file []byte) error {
	c, err := Certificate(file)
	if err != nil {
		return err
	}
	return a.change(applicationID, func(app *application) {
		app.Certificates = append(app.Certificates[:len(app.Certificates):len(app.Certificates)], c)
	})
}

// Unregister takes every certificate from an application.
func (a *Authority) Unregister(applicationID string) error {
	return a.change(applicationID, func(app *application) { app.Certificates = nil })
}

// proved checks the assertion that an application signed with the key of a registered certificate.
//
// Microsoft identity platform: "Certificate credentials". A jti works once here.
func (a *Authority) proved(app *application, tenant string, form url.Values) *refusal {
	if form.Get("client_assertion_type") != assertionType {
		return refuse(900144, "The request body must contain the following parameter: 'client_assertion_type'.")
	}
	j, err := readAssertion(form.Get("client_assertion"))
	if err != nil {
		return refuse(50027, "JWT token is invalid or malformed.")
	}
	cert := registered(app, j)
	if cert == nil {
		return refuse(700027, "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '"+j.thumbprint()+
			"', Please visit the Azure Portal to validate the uploaded keys for the application with ID '"+app.ID+"'.]")
	}
	now := a.now()
	if now.After(cert.NotAfter) || now.Before(cert.NotBefore) {
		return refuse(700027, "The certificate with identifier used to sign the client assertion is expired on application. [Reason - The key used is expired., Thumbprint of key used by client: '"+j.thumbprint()+"']")
	}
	if !j.signedBy(cert.PublicKey.(*rsa.PublicKey)) {
		return refuse(700027, "Client assertion failed signature validation. [Reason - The key was found, but its use to verify the signature failed.]")
	}
	switch {
	case j.claims.Issuer != j.claims.Subject || j.claims.Subject == "":
		return refuse(50027, "JWT token is invalid or malformed: the claims 'iss' and 'sub' must both be the client ID.")
	case !strings.EqualFold(j.claims.Subject, app.ID):
		return refuse(700021, "")
	case j.claims.Expires == 0:
		return refuse(50027, "JWT token is invalid or malformed: there is no claim 'exp'.")
	case now.Add(-clockSkew).After(time.Unix(j.claims.Expires, 0)), j.claims.NotBefore != 0 && now.Add(clockSkew).Before(time.Unix(j.claims.NotBefore, 0)):
		return refuse(700024, "Client assertion is not within its valid time range. Current time: "+now.UTC().Format(time.RFC3339)+
			", expiry time of assertion "+time.Unix(j.claims.Expires, 0).UTC().Format(time.RFC3339)+".")
	case !a.audience(tenant, j.claims.Audience):
		return refuse(700023, "")
	case j.claims.ID != "" && !a.firstUse(app.ID+" "+j.claims.ID, time.Unix(j.claims.Expires, 0)):
		return refuse(50027, "JWT token is invalid or malformed: its 'jti' was used before.")
	}
	return nil
}

// audience reports whether an assertion is meant for this tenant's token address, or for its issuer.
func (a *Authority) audience(tenant, aud string) bool {
	_, issuer := a.bases()
	aud = strings.TrimSuffix(aud, "/")
	if strings.EqualFold(tenant, federation) {
		return strings.EqualFold(aud, issuer+"/adfs/oauth2/token") || strings.EqualFold(aud, issuer+"/adfs")
	}
	for _, t := range []string{tenant, a.opts.Tenant} {
		for _, end := range []string{"/oauth2/v2.0/token", "/oauth2/token", "/v2.0"} {
			if strings.EqualFold(aud, issuer+"/"+t+end) {
				return true
			}
		}
	}
	return false
}

// firstUse notes the jti of an assertion; false when it was there already.
func (a *Authority) firstUse(id string, until time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, used := a.used[id]; used {
		return false
	}
	if len(a.used) >= remembersIDs {
		for old, end := range a.used {
			if a.now().Add(-clockSkew).After(end) {
				delete(a.used, old)
			}
		}
	}
	a.used[id] = until
	return true
}

// An assertion is a JWT that was read and not checked yet.
type assertion struct {
	head struct {
		Algorithm string `json:"alg"`
		One       string `json:"x5t"`
		Two       string `json:"x5t#S256"`
	}
	claims struct {
		Audience  string `json:"aud"`
		Issuer    string `json:"iss"`
		Subject   string `json:"sub"`
		ID        string `json:"jti"`
		Expires   int64  `json:"exp"`
		NotBefore int64  `json:"nbf"`
	}
	signed    string
	signature []byte
}

func readAssertion(text string) (*assertion, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, errors.New("no JWT")
	}
	j := &assertion{signed: parts[0] + "." + parts[1]}
	var err error
	for i, into := range []any{&j.head, &j.claims} {
		var raw []byte
		if raw, err = base64.RawURLEncoding.DecodeString(parts[i]); err != nil {
			return nil, err
		}
		if err = json.Unmarshal(raw, into); err != nil {
			return nil, err
		}
	}
	j.signature, err = base64.RawURLEncoding.DecodeString(parts[2])
	return j, err
}

// hash reads a hash in any of the forms of Base64 that are sent.
func hash(text string) []byte {
	text = strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(text)
	raw, _ := base64.RawStdEncoding.DecodeString(text)
	return raw
}

func (j *assertion) thumbprint() string {
	h := hash(j.head.One)
	if h == nil {
		h = hash(j.head.Two)
	}
	return strings.ToUpper(hex.EncodeToString(h))
}

// registered finds the certificate that the assertion names.
func registered(app *application, j *assertion) *x509.Certificate {
	for _, c := range app.Certificates {
		one, two := sha1.Sum(c.Raw), sha256.Sum256(c.Raw)
		if bytes.Equal(hash(j.head.Two), two[:]) || j.head.Two == "" && bytes.Equal(hash(j.head.One), one[:]) {
			return c
		}
	}
	return nil
}

// signedBy verifies the signature. PS256 goes with x5t#S256 and RS256 with x5t; more bits are as good.
func (j *assertion) signedBy(key *rsa.PublicKey) bool {
	kind := crypto.SHA256
	switch {
	case len(j.head.Algorithm) != 5:
		return false
	case strings.HasSuffix(j.head.Algorithm, "384"):
		kind = crypto.SHA384
	case strings.HasSuffix(j.head.Algorithm, "512"):
		kind = crypto.SHA512
	case !strings.HasSuffix(j.head.Algorithm, "256"):
		return false
	}
	h := kind.New()
	h.Write([]byte(j.signed))
	switch j.head.Algorithm[:2] {
	case "PS":
		return rsa.VerifyPSS(key, kind, h.Sum(nil), j.signature, nil) == nil
	case "RS":
		return rsa.VerifyPKCS1v15(key, kind, h.Sum(nil), j.signature) == nil
	}
	return false
}

// proves checks what the platform wants as a proof, and that none is sent where it wants none.
func (a *Authority) proves(app *application, platform string, r *http.Request) *refusal {
	form := r.PostForm
	secret := form.Get("client_secret")
	asserted := form.Get("client_assertion") != ""
	if app.Public || platform == "native" {
		if secret != "" || asserted {
			return refuse(700025, "")
		}
		return nil
	}
	switch {
	case asserted:
		return a.proved(app, r.PathValue("tenant"), form)
	case secret == "":
		return refuse(7000218, "")
	}
	return a.knows(app, secret)
}
