package practice

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

// A Trust is which certificate the environment shows.
type Trust string

// The certificates.
const (
	Trusted   Trust = ""        // the usual one, of the authority that is handed out
	Inspected Trust = "gateway" // of a company's gateway that looks into connections; nobody was handed its authority
	Renamed   Trust = "renamed" // for another name
	Expired   Trust = "expired"
	Early     Trust = "early" // not valid yet, as to a clock that is slow
)

// An issuer is the certificate authority of one practice environment. It is made when the environment starts, trusted
// only by who is handed it, never installed, and its private key is forgotten as soon as the server has its
// certificates.
type issuer struct {
	pem     []byte
	pool    *x509.CertPool
	gateway []byte // PEM of the authority of the gateway
}

// An authority that can still sign.
type signer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newSigner(name string, from, to time.Time) (signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return signer{}, err
	}
	ca := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             from,
		NotAfter:              to,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &key.PublicKey, key)
	if err != nil {
		return signer{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return signer{cert: cert, key: key}, err
}

func (s signer) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert.Raw})
}

// issue makes a certificate for a name.
func (s signer) issue(name string, from, to time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	server := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    from,
		NotAfter:     to,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{name},
	}
	if name == "localhost" {
		server.DNSNames = append(server.DNSNames, ProxyHost)
		server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	der, err := x509.CreateCertificate(rand.Reader, server, s.cert, &key.PublicKey, s.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, s.cert.Raw}, PrivateKey: key}, nil
}

// certify makes an authority and certificates of it for this machine's own names.
func certify(now time.Time) (issuer, map[Trust]*tls.Certificate, error) {
	fail := func(err error) (issuer, map[Trust]*tls.Certificate, error) {
		return issuer{}, nil, fmt.Errorf("making the practice certificate: %w", err)
	}
	from, to := now.Add(-time.Hour), now.AddDate(0, 0, 30)
	ca, err := newSigner("Ferry practice environment", now.AddDate(0, -3, 0), to)
	if err != nil {
		return fail(err)
	}
	gateway, err := newSigner("Contoso Web Gateway", now.AddDate(0, -3, 0), to)
	if err != nil {
		return fail(err)
	}
	certs := map[Trust]*tls.Certificate{}
	for _, c := range []struct {
		trust    Trust
		by       signer
		name     string
		from, to time.Time
	}{
		{Trusted, ca, "localhost", from, to},
		{Inspected, gateway, "localhost", from, to},
		{Renamed, ca, "crm.contoso.example", from, to},
		{Expired, ca, "localhost", now.AddDate(0, -2, 0), now.AddDate(0, 0, -2)},
		{Early, ca, "localhost", now.AddDate(0, 0, 2), to},
	} {
		if certs[c.trust], err = c.by.issue(c.name, c.from, c.to); err != nil {
			return fail(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return issuer{pem: ca.pem(), pool: pool, gateway: gateway.pem()}, certs, nil
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return big.NewInt(time.Now().UnixNano())
	}
	return n
}

// writeCA writes the authority's certificate, which is public, to a file.
func (i issuer) writeCA(path string) error {
	return os.WriteFile(path, i.pem, 0o644)
}
