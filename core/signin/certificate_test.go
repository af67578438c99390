package signin_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/youmark/pkcs8"
	"software.sslmate.com/src/go-pkcs12"

	"ferry/core"
	"ferry/core/signin"
)

const certificatePassword = "open~sesame~of~the~file"

// A pair is a certificate with its key, as somebody's tools make it.
type pair struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newPair(t *testing.T, name string, key crypto.Signer, from, to time.Time) pair {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(from.Unix()), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: to}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return pair{cert, key}
}

// keys are made once: making one takes a while.
var keys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var k [2]*rsa.PrivateKey
	for i := range k {
		k[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return k
})

func goodPair(t *testing.T) pair {
	return newPair(t, "Ferry at night", keys()[0], time.Now().Add(-time.Hour), time.Now().Add(90*24*time.Hour))
}

func inPEM(blocks ...*pem.Block) []byte {
	var b bytes.Buffer
	for _, block := range blocks {
		_ = pem.Encode(&b, block)
	}
	return b.Bytes()
}

func certBlock(p pair) *pem.Block { return &pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw} }

func keyBlock(t *testing.T, key any) *pem.Block {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &pem.Block{Type: "PRIVATE KEY", Bytes: raw}
}

func lockedBlock(t *testing.T, key any) *pem.Block {
	raw, err := pkcs8.MarshalPrivateKey(key, []byte(certificatePassword), pkcs8.DefaultOpts)
	if err != nil {
		t.Fatal(err)
	}
	return &pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: raw}
}

func pfx(t *testing.T, e *pkcs12.Encoder, p pair, others ...*x509.Certificate) []byte {
	raw, err := e.Encode(p.key, p.cert, others, certificatePassword)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestEveryKindOfCertificateFileIsRead(t *testing.T) {
	p := goodPair(t)
	other := newPair(t, "Somebody's CA", keys()[1], time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	older := newPair(t, "Ferry last year", keys()[0], time.Now().Add(-800*24*time.Hour), time.Now().Add(-time.Hour))
	rsaKey := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(keys()[0])}
	text := inPEM(certBlock(p), keyBlock(t, p.key))
	wide := []byte("\xff\xfe")
	for _, c := range text {
		wide = append(wide, c, 0)
	}
	for name, data := range map[string][]byte{
		"PFX with AES":                  pfx(t, pkcs12.Modern2023, p),
		"PFX with AES and a chain":      pfx(t, pkcs12.Modern2023, p, other.cert),
		"PFX with triple DES":           pfx(t, pkcs12.LegacyDES, p),
		"PFX with RC2":                  pfx(t, pkcs12.LegacyRC2, p, other.cert),
		"PFX as text of a key vault":    []byte(base64.StdEncoding.EncodeToString(pfx(t, pkcs12.Modern2023, p)) + "\r\n"),
		"PEM, PKCS #8":                  text,
		"PEM, key first":                inPEM(keyBlock(t, p.key), certBlock(p)),
		"PEM, PKCS #1":                  inPEM(certBlock(p), rsaKey),
		"PEM, encrypted key":            inPEM(certBlock(p), lockedBlock(t, p.key)),
		"PEM, CA before the leaf":       inPEM(certBlock(other), certBlock(p), keyBlock(t, p.key)),
		"PEM, renewed, the older first": inPEM(certBlock(older), certBlock(p), keyBlock(t, p.key)),
		"PEM, two keys":                 inPEM(keyBlock(t, other.key), certBlock(p), keyBlock(t, p.key)),
		"PEM with a mark of Notepad":    append([]byte("\xef\xbb\xbf"), text...),
		"PEM in UTF-16":                 wide,
		"PEM with words around":         append([]byte("Bag Attributes\n  friendlyName: ferry\n"), text...),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := signin.ReadCertificate(data, core.NewSecret(certificatePassword))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha1.Sum(p.cert.Raw)
			if c.Subject != "Ferry at night" || c.Thumbprint != strings.ToUpper(hex.EncodeToString(sum[:])) || !c.NotAfter.Equal(p.cert.NotAfter) {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestACertificateFileThatCannotBeUsedSaysWhy(t *testing.T) {
	p := goodPair(t)
	other := newPair(t, "Else", keys()[1], time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	ended := newPair(t, "Old", keys()[0], time.Now().Add(-48*time.Hour), time.Now().Add(-time.Hour))
	early := newPair(t, "New", keys()[0], time.Now().Add(48*time.Hour), time.Now().Add(96*time.Hour))
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	bent := newPair(t, "Curve", curve, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	old := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("x"), Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "DES-EDE3-CBC,00"}}
	trust, err := pkcs12.Modern2023.EncodeTrustStore([]*x509.Certificate{p.cert}, certificatePassword)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data     []byte
		password string
		code     string
	}{
		"PFX, wrong password":     {pfx(t, pkcs12.Modern2023, p), "wrong~password", "signin.certificate-password"},
		"old PFX, wrong password": {pfx(t, pkcs12.LegacyRC2, p), "wrong~password", "signin.certificate-password"},
		"PFX, no password":        {pfx(t, pkcs12.Modern2023, p), "", "signin.certificate-password-wanted"},
		"PEM, wrong password":     {inPEM(certBlock(p), lockedBlock(t, p.key)), "wrong~password", "signin.certificate-password"},
		"PEM, no password":        {inPEM(certBlock(p), lockedBlock(t, p.key)), "", "signin.certificate-password-wanted"},
		"a .cer in PEM":           {inPEM(certBlock(p)), "", "signin.certificate-no-key"},
		"a .cer in DER":           {p.cert.Raw, "", "signin.certificate-no-key"},
		"a PFX of trust alone":    {trust, certificatePassword, "signin.certificate-no-key"},
		"a key alone":             {inPEM(keyBlock(t, p.key)), "", "signin.certificate-none"},
		"another's key":           {inPEM(certBlock(p), keyBlock(t, other.key)), "", "signin.certificate-other-key"},
		"PFX with another's key":  {pfx(t, pkcs12.Modern2023, pair{p.cert, other.key}), certificatePassword, "signin.certificate-other-key"},
		"an elliptic curve":       {pfx(t, pkcs12.Modern2023, bent), certificatePassword, "signin.certificate-kind"},
		"a curve in PEM":          {inPEM(certBlock(bent), keyBlock(t, curve)), "", "signin.certificate-kind"},
		"ended":                   {inPEM(certBlock(ended), keyBlock(t, ended.key)), "", "signin.certificate-expired"},
		"not valid yet":           {pfx(t, pkcs12.Modern2023, early), certificatePassword, "signin.certificate-early"},
		"old protection":          {inPEM(certBlock(p), old), "x", "signin.certificate-protection"},
		"a picture":               {[]byte("\x89PNG\r\n\x1a\n0000"), "", "signin.certificate-file"},
		"nothing":                 {nil, "", "signin.certificate-file"},
		"a text":                  {[]byte("-----BEGIN NOTHING-----\n"), "", "signin.certificate-file"},
		"half a certificate":      {inPEM(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw[:100]}), "", "signin.certificate-file"},
		"too large":               {bytes.Repeat([]byte("A"), 2<<20), "", "signin.certificate-file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signin.ReadCertificate(c.data, core.NewSecret(c.password))
			f := wantFault(t, err, c.code)
			if c.password != "" && strings.Contains(f.Error(), c.password) {
				t.Errorf("the password is told: %v", f)
			}
		})
	}
}

func TestACertificateIsMadeHere(t *testing.T) {
	now := time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)
	c, err := signin.MakeCertificate("Ferry for Contoso \u202e", 365*24*time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(c.CER())
	if block == nil || block.Type != "CERTIFICATE" || len(rest) != 0 || bytes.Contains(c.CER(), []byte("PRIVATE")) {
		t.Fatalf("%s", c.CER())
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	public, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || public.N.BitLen() < 2048 || cert.Subject.CommonName != "Ferry for Contoso" || cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) != nil {
		t.Errorf("%+v", cert.Subject)
	}
	if !c.NotAfter.Equal(now.Add(365*24*time.Hour)) || c.NotBefore.After(now) || c.Check(now) != nil {
		t.Errorf("valid from %v to %v", c.NotBefore, c.NotAfter)
	}
	wantFault(t, c.Check(now.Add(366*24*time.Hour)), "signin.certificate-expired")
	wantFault(t, c.Check(now.Add(-48*time.Hour)), "signin.certificate-early")
	for _, valid := range []time.Duration{0, -1, 3 * 366 * 24 * time.Hour} {
		_, err := signin.MakeCertificate("x", valid, now)
		wantFault(t, err, "signin.certificate-term")
	}

	again, err := signin.OpenCertificate(c.Sealed())
	if err != nil || again.Thumbprint != c.Thumbprint || again.Subject != c.Subject || !again.NotAfter.Equal(c.NotAfter) {
		t.Errorf("%v, %v", again, err)
	}
	for _, lost := range []string{"", "{}", `{"version":1,"chain":[],"key":"AA=="}`} {
		_, err := signin.OpenCertificate([]byte(lost))
		wantFault(t, err, "signin.certificate-lost")
	}
}

func TestACertificateThatIsPrintedShowsNoKey(t *testing.T) {
	p := goodPair(t)
	c, err := signin.ReadCertificate(inPEM(certBlock(p), keyBlock(t, p.key)), core.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "certificate", c, "value", *c)
	asJSON, err := json.Marshal(map[string]any{"c": c, "config": struct{ C *signin.Certificate }{c}})
	if err != nil {
		t.Fatal(err)
	}
	key := keys()[0]
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s", c, c, c, c), fmt.Sprintf("%+v %#v", *c, *c), fmt.Sprintf("%+v", struct{ C *signin.Certificate }{c}), log.String(), string(asJSON)} {
		if strings.Contains(shown, key.D.String()[:20]) || strings.Contains(shown, key.Primes[0].String()[:20]) || strings.Contains(shown, "MII") {
			t.Errorf("the key is shown: %s", shown)
		}
	}
}

func withCertificate(t *testing.T, w *world, way signin.Way) (signin.Config, pair) {
	t.Helper()
	p := goodPair(t)
	c, err := signin.ReadCertificate(pfx(t, pkcs12.Modern2023, p), core.NewSecret(certificatePassword))
	if err != nil {
		t.Fatal(err)
	}
	config := w.config(way, secretApp)
	config.Secret, config.Certificate = core.Secret{}, c
	return config, p
}

// verified checks the proof in a form as a sign-in service does, and returns its head and claims.
func verified(t *testing.T, p pair, form url.Values) (map[string]any, jwt.MapClaims) {
	t.Helper()
	if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || form.Has("client_secret") {
		t.Errorf("form: %v", form)
	}
	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(form.Get("client_assertion"), claims, func(*jwt.Token) (any, error) { return p.key.Public(), nil }, jwt.WithoutClaimsValidation())
	if err != nil {
		t.Fatalf("the proof does not hold: %v", err)
	}
	return token.Header, claims
}

func TestTheApplicationSignsInWithItsCertificate(t *testing.T) {
	w := newWorld(t)
	config, p := withCertificate(t, w, signin.Application)
	f := fakeService(w)
	f.token = func(int, url.Values) (int, string) {
		return 200, `{"access_token":"1.practice.x","expires_in":3600,"token_type":"Bearer"}`
	}
	id, err := w.session(config).SignIn(context.Background(), nil)
	if err != nil || !id.Application || id.Name != secretApp {
		t.Fatalf("%+v, %v", id, err)
	}
	head, claims := verified(t, p, f.asked()[0])
	sum := sha256.Sum256(p.cert.Raw)
	if head["alg"] != "PS256" || head["x5t#S256"] != base64.StdEncoding.EncodeToString(sum[:]) || head["x5t"] != nil || head["x5c"] != nil {
		t.Errorf("head: %v", head)
	}
	at := w.api.URL + "/" + tenant + "/oauth2/v2.0/token"
	if claims["aud"] != at || claims["iss"] != secretApp || claims["sub"] != secretApp || claims["jti"] == nil {
		t.Errorf("claims: %v", claims)
	}
	if log := w.log.String(); strings.Contains(log, "eyJ") || strings.Contains(log, certificatePassword) {
		t.Errorf("the log holds the proof: %s", log)
	}
}

func TestWhatIsSignedCanBeSetAndShown(t *testing.T) {
	for name, c := range map[string]struct {
		set    signin.Assertion
		head   string
		claims func(jwt.MapClaims) bool
	}{
		"RS256, no ID":   {signin.Assertion{Algorithm: "RS256", NoID: true}, "x5t", func(m jwt.MapClaims) bool { return m["jti"] == nil }},
		"PS384":          {signin.Assertion{Algorithm: "PS384"}, "x5t#S256", func(m jwt.MapClaims) bool { return m["jti"] != nil }},
		"an audience":    {signin.Assertion{Audience: "https://else.example/token"}, "x5t#S256", func(m jwt.MapClaims) bool { return m["aud"] == "https://else.example/token" }},
		"five minutes":   {signin.Assertion{Lifetime: 5 * time.Minute}, "x5t#S256", func(m jwt.MapClaims) bool { return m["exp"].(float64)-m["nbf"].(float64) == 300 }},
		"further claims": {signin.Assertion{Claims: map[string]string{"xms": "<a&b>"}}, "x5t#S256", func(m jwt.MapClaims) bool { return m["xms"] == "<a&b>" }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			config, p := withCertificate(t, w, signin.Application)
			config.Assertion = c.set
			f := fakeService(w)
			f.token = func(int, url.Values) (int, string) { return 200, `{"access_token":"1.practice.x","expires_in":3600}` }
			s := w.session(config)
			shownHead, shownClaims, err := s.Assertion(context.Background())
			if err != nil || len(f.asked()) != 0 {
				t.Fatalf("%v after %d requests", err, len(f.asked()))
			}
			w.token(s, "")
			head, claims := verified(t, p, f.asked()[0])
			if head[c.head] == nil || !c.claims(claims) || c.set.Algorithm != "" && head["alg"] != c.set.Algorithm {
				t.Errorf("%v %v", head, claims)
			}
			var shown jwt.MapClaims
			if json.Unmarshal([]byte(shownClaims), &shown) != nil || !c.claims(shown) || len(shown) != len(claims) || shown["iss"] != claims["iss"] {
				t.Errorf("shown: %s", shownClaims)
			}
			var h map[string]any
			if json.Unmarshal([]byte(shownHead), &h) != nil || len(h) != len(head) || h[c.head] != head[c.head] {
				t.Errorf("shown: %s", shownHead)
			}
		})
	}
}

func TestAnAssertionThatCannotWorkIsRefusedBeforeAnythingIsSent(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		set  signin.Assertion
		code string
	}{
		"none":              {signin.Assertion{Algorithm: "none"}, "signin.algorithm"},
		"a shared key":      {signin.Assertion{Algorithm: "HS256"}, "signin.algorithm"},
		"two days":          {signin.Assertion{Lifetime: 48 * time.Hour}, "signin.lifetime"},
		"ended before":      {signin.Assertion{Lifetime: -time.Minute}, "signin.lifetime"},
		"another's name":    {signin.Assertion{Claims: map[string]string{"iss": "x"}}, "signin.claim-protected"},
		"an audience twice": {signin.Assertion{Claims: map[string]string{"AUD": "x"}}, "signin.claim-protected"},
	} {
		config, _ := withCertificate(t, w, signin.Application)
		config.Assertion = c.set
		if _, err := signin.New(config); err == nil {
			t.Errorf("%s is taken", name)
		} else {
			wantFault(t, err, c.code)
		}
	}
	_, _, err := w.session(w.config(signin.Application, secretApp)).Assertion(context.Background())
	wantFault(t, err, "signin.nothing-signed")
}

func TestACertificateThatEndedIsNotSent(t *testing.T) {
	w := newWorld(t)
	config, _ := withCertificate(t, w, signin.Application)
	w.later(100 * 24 * time.Hour)
	_, err := w.session(config).SignIn(context.Background(), nil)
	wantFault(t, err, "signin.certificate-expired")
	_, err = w.session(config).Token(context.Background(), "")
	wantFault(t, err, "signin.certificate-expired")
	if len(w.authority.Log()) != 0 {
		t.Error("the service was asked")
	}
}

func TestAPersonSignsInToAnApplicationWithACertificate(t *testing.T) {
	w := newWorld(t)
	config, p := withCertificate(t, w, signin.Browser)
	f := fakeService(w)
	f.token = func(n int, _ url.Values) (int, string) { return 200, forAda(n) }
	config.Cache = &memory{}
	config.Open = func(link string) error { // the page answers at once
		u, _ := url.Parse(link)
		q := u.Query()
		if q.Get("redirect_uri") == "" || !strings.HasSuffix(q.Get("redirect_uri"), "/signin") {
			t.Errorf("redirect: %s", q.Get("redirect_uri"))
		}
		go func() {
			if res, err := http.PostForm(q.Get("redirect_uri"), url.Values{"code": {"c"}, "state": q["state"]}); err == nil {
				_ = read(res)
			}
		}()
		return nil
	}
	s := w.session(config)
	if id, err := s.SignIn(context.Background(), nil); err != nil || id.Name != "Ada Lovelace" {
		t.Fatalf("%+v, %v", id, err)
	}
	w.later(2 * time.Hour)
	w.token(s, "")
	forms := f.asked()
	if len(forms) != 2 || forms[0].Get("grant_type") != "authorization_code" || len(forms[0].Get("code_verifier")) < 43 || forms[1].Get("refresh_token") != "1.practice.refresh-1" {
		t.Fatalf("%d requests", len(forms))
	}
	for _, form := range forms {
		verified(t, p, form)
	}
}
