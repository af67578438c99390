package rest

import (
	"crypto/tls"
	"encoding/asn1"
	"net"
	"slices"
	"strings"
)

// Inspector names who issued the certificate of one of Microsoft's hosts when that was nobody public: then somebody
// between here and there opens the connection, as companies do to look for malware, and this computer trusts them. "" is
// all well, or a host of which nothing can be said.
//
// Public issuers must write each certificate into public logs and put the logs' receipts into it (Certificate
// Transparency, RFC 6962); who inspects cannot get such receipts.
func Inspector(host string, state tls.ConnectionState) string {
	if !microsofts(host) || len(state.PeerCertificates) == 0 || len(state.SignedCertificateTimestamps) > 0 {
		return ""
	}
	leaf := state.PeerCertificates[0]
	receipts := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}
	for _, e := range leaf.Extensions {
		if e.Id.Equal(receipts) {
			return ""
		}
	}
	if who := issuer(leaf); who != "" {
		return who
	}
	return "somebody without a name"
}

// microsofts reports whether a host is one of Microsoft's own, in any of its clouds.
func microsofts(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = "." + strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc([]string{
		".dynamics.com", ".microsoftdynamics.us", ".appsplatform.us", ".dynamics.cn",
		".microsoftonline.com", ".microsoftonline.us", ".microsoftonline.cn", ".chinacloudapi.cn",
		".microsoft.com", ".windows.net",
	}, func(suffix string) bool { return strings.HasSuffix(host, suffix) })
}
