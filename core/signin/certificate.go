package signin

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // names a certificate as the portal does; it proves nothing
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/youmark/pkcs8"
	"software.sslmate.com/src/go-pkcs12"

	"ferry/core"
)

const (
	certificateLimit = 1 << 20 // more than this no honest file with a certificate holds
	keyBits          = 2048    // what Microsoft's own tools make; it outlives the two years such a certificate lives
	longestValid     = 2 * 366 * 24 * time.Hour
)

// A Certificate is what an application proves itself with: the certificate that is registered, and its private key.
// Printing, logging or saving it as JSON shows none of the key.
type Certificate struct {
	Subject    string // "Ferry"
	Thumbprint string // SHA-1 in capital letters, as the portal shows it
	NotBefore  time.Time
	NotAfter   time.Time

	chain []*x509.Certificate // the key's own first
	key   *rsa.PrivateKey
}

func (c Certificate) String() string               { return c.Subject + " (" + c.Thumbprint + ")" }
func (c Certificate) GoString() string             { return c.String() }
func (c Certificate) LogValue() slog.Value         { return slog.StringValue("•••") }
func (c Certificate) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// CER is the certificate alone, in the form that is uploaded to the app registration. There is no key in it.
func (c *Certificate) CER() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.chain[0].Raw})
}

// Check returns a Fault when the certificate is not valid at that time.
func (c *Certificate) Check(now time.Time) error {
	switch {
	case now.After(c.NotAfter):
		return faultCertificateExpired(c)
	case now.Before(c.NotBefore):
		return faultCertificateEarly(c)
	}
	return nil
}

// newCertificate puts the certificate that belongs to the key in front of the others.
func newCertificate(certs []*x509.Certificate, key crypto.PrivateKey) (*Certificate, error) {
	if len(certs) == 0 {
		return nil, faultNoCertificate()
	}
	if key == nil {
		return nil, faultNoKey()
	}
	own, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, faultKeyKind()
	}
	best := -1
	for i, cert := range certs {
		public, ok := cert.PublicKey.(*rsa.PublicKey)
		if !ok || !public.Equal(own.Public()) {
			continue
		}
		if best < 0 || cert.NotAfter.After(certs[best].NotAfter) { // a renewed one counts
			best = i
		}
	}
	if best < 0 {
		return nil, faultKeyForeign()
	}
	leaf := certs[best]
	chain := []*x509.Certificate{leaf}
	for i, cert := range certs {
		if i != best && !cert.Equal(leaf) {
			chain = append(chain, cert)
		}
	}
	name := leaf.Subject.CommonName
	if name == "" {
		name = leaf.Subject.String()
	}
	sum := sha1.Sum(leaf.Raw)
	return &Certificate{
		Subject: plain(name), Thumbprint: strings.ToUpper(hex.EncodeToString(sum[:])),
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, chain: chain, key: own,
	}, nil
}

// ReadCertificate reads a certificate with its private key: a PFX (PKCS #12) file, old or new, or PEM text with the key
// as PKCS #8 (also encrypted) or PKCS #1. The order of what is inside does not matter. One that is not valid today is a
// Fault.
func ReadCertificate(data []byte, password core.Secret) (*Certificate, error) {
	if len(data) > certificateLimit {
		return nil, faultCertificateFile()
	}
	c, err := readCertificate(asBytes(data), password)
	if err != nil {
		return nil, err
	}
	if err := c.Check(time.Now()); err != nil {
		return nil, err
	}
	return c, nil
}

func readCertificate(data []byte, password core.Secret) (*Certificate, error) {
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		return readPEM(data, password)
	}
	// Key vaults hand out a PFX as Base64 text.
	if raw, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(data), nil))); err == nil && len(raw) > 0 {
		data = raw
	}
	if certs, err := x509.ParseCertificates(data); err == nil && len(certs) > 0 {
		return nil, faultNoKey()
	}
	return readPFX(data, password)
}

func readPFX(data []byte, password core.Secret) (*Certificate, error) {
	key, cert, others, err := pkcs12.DecodeChain(data, password.Reveal())
	switch {
	case err == nil:
		return newCertificate(append([]*x509.Certificate{cert}, others...), key)
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return nil, faultCertificatePassword(password.Empty())
	case strings.Contains(err.Error(), "private key missing"):
		return nil, faultNoKey()
	case strings.Contains(err.Error(), "certificate missing"):
		return nil, faultNoCertificate()
	case strings.Contains(err.Error(), "exactly one key"):
		return nil, faultSeveralKeys()
	}
	return nil, faultCertificateFile()
}

func readPEM(data []byte, password core.Secret) (*Certificate, error) {
	var certs []*x509.Certificate
	var keys []crypto.PrivateKey
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		switch block.Type {
		case "CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE":
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, faultCertificateFile()
			}
			certs = append(certs, cert)
		case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
			key, err := readKey(block, password)
			if err != nil {
				return nil, err
			}
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		if len(certs) == 0 {
			return nil, faultCertificateFile()
		}
		return nil, faultNoKey()
	}
	var first error
	for _, key := range keys {
		c, err := newCertificate(certs, key)
		if err == nil {
			return c, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func readKey(block *pem.Block, password core.Secret) (crypto.PrivateKey, error) {
	var key any
	var err error
	switch {
	case block.Headers["DEK-Info"] != "": // a protection that guessing breaks; nothing new should rely on it
		return nil, faultKeyOldProtection()
	case block.Type == "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case block.Type == "EC PRIVATE KEY":
		return nil, faultKeyKind()
	case block.Type == "ENCRYPTED PRIVATE KEY":
		if password.Empty() {
			return nil, faultCertificatePassword(true)
		}
		if key, _, err = pkcs8.ParsePrivateKey(block.Bytes, []byte(password.Reveal())); err != nil {
			if strings.Contains(err.Error(), "supported") {
				return nil, faultKeyOldProtection()
			}
			return nil, faultCertificatePassword(false)
		}
	default:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, faultCertificateFile()
	}
	return key, nil
}

// asBytes takes what an editor or a shell may have done to a text file out again.
func asBytes(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !bytes.HasPrefix(data, []byte("\xff\xfe")) {
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
	}
	return []byte(string(utf16.Decode(units)))
}

// MakeCertificate makes a key and a certificate that signs itself. name is what the portal shows; valid is at most two
// years.
func MakeCertificate(name string, valid time.Duration, now time.Time) (*Certificate, error) {
	name = plain(name)
	if r := []rune(name); len(r) > 64 {
		name = string(r[:64]) // more a common name cannot hold
	}
	if name == "" {
		name = "Ferry"
	}
	if valid <= 0 || valid > longestValid {
		return nil, faultCertificateTerm()
	}
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, faultCertificateMaking(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, faultCertificateMaking(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour).UTC(), NotAfter: now.Add(valid).UTC(), // clocks differ a little
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, faultCertificateMaking(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, faultCertificateMaking(err)
	}
	return newCertificate([]*x509.Certificate{cert}, key)
}

// sealed is how a certificate lies in a sealed file.
type sealed struct {
	Version int      `json:"version"`
	Chain   [][]byte `json:"chain"`
	Key     []byte   `json:"key"`
}

// Sealed is the certificate with its key as bytes. It is not protected by itself: it belongs into a sealed file and
// nowhere else.
func (c *Certificate) Sealed() []byte {
	key, err := x509.MarshalPKCS8PrivateKey(c.key)
	if err != nil {
		return nil // an RSA key can always be written
	}
	s := sealed{Version: 1, Key: key}
	for _, cert := range c.chain {
		s.Chain = append(s.Chain, cert.Raw)
	}
	out, _ := json.Marshal(s) // bytes and a number can always be written
	return out
}

// OpenCertificate reads what Sealed wrote. It does not look at the date, so that a page can say when it ended.
func OpenCertificate(data []byte) (*Certificate, error) {
	var s sealed
	if json.Unmarshal(data, &s) != nil || s.Version != 1 {
		return nil, faultCertificateLost()
	}
	key, err := x509.ParsePKCS8PrivateKey(s.Key)
	if err != nil {
		return nil, faultCertificateLost()
	}
	certs := make([]*x509.Certificate, 0, len(s.Chain))
	for _, raw := range s.Chain {
		cert, err := x509.ParseCertificate(raw)
		if err != nil {
			return nil, faultCertificateLost()
		}
		certs = append(certs, cert)
	}
	return newCertificate(certs, key)
}

// hashes are the certificate's two names in the head of what is signed.
func (c *Certificate) hashes() (sha1Sum, sha256Sum []byte) {
	one, two := sha1.Sum(c.chain[0].Raw), sha256.Sum256(c.chain[0].Raw)
	return one[:], two[:]
}
