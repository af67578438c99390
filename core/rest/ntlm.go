package rest

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"

	ntlmssp "github.com/Azure/go-ntlmssp"

	"ferry/core"
)

// How a proxy or a server wants a password. Negotiate is answered with NTLM as well.
const (
	ntlm      = "NTLM"
	negotiate = "Negotiate"
	basic     = "Basic"

	oldNTLM = "an outdated NTLM"
)

// preferred picks the scheme of a password that is shown least; "" when there is none that we know.
func preferred(offered []string) string {
	for _, scheme := range []string{ntlm, negotiate, basic} {
		for _, o := range offered {
			if strings.EqualFold(firstWord(o), scheme) {
				return scheme
			}
		}
	}
	return ""
}

// schemeName names what was offered, for people.
func schemeName(offered []string) string {
	var names []string
	for _, o := range offered {
		if name := firstWord(o); plainName(name) && len(names) < 3 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "it does not say which"
	}
	return strings.Join(names, ", ")
}

func plainName(s string) bool { return s != "" && len(s) <= 20 && plainWord(s) == s }

func firstWord(s string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return strings.TrimSuffix(name, ",")
}

func basicAnswer(user string, password core.Secret) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password.Reveal()))
}

// ntlmHello begins a sign-in. Neither this computer nor its domain is named.
func ntlmHello(scheme string) (string, error) {
	message, err := ntlmssp.NewNegotiateMessage("", "")
	if err != nil {
		return "", err
	}
	return scheme + " " + base64.StdEncoding.EncodeToString(message), nil
}

// ntlmChallenge finds the other side's challenge; nil when there is none.
func ntlmChallenge(offered []string, scheme string) []byte {
	for _, o := range offered {
		name, text, _ := strings.Cut(strings.TrimSpace(o), " ")
		if !strings.EqualFold(name, scheme) {
			continue
		}
		message, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err == nil && len(message) > 0 && len(message) <= 8<<10 {
			return message
		}
	}
	return nil
}

// ntlmReply answers a challenge. The user is "DOMAIN\name" or "name@domain".
func ntlmReply(scheme string, challenge []byte, user string, password core.Secret, binding []byte) (string, error) {
	message, err := ntlmssp.NewAuthenticateMessage(bound(challenge, binding), user, password.Reveal(), nil)
	if err != nil {
		return "", err
	}
	return scheme + " " + base64.StdEncoding.EncodeToString(message), nil
}

// channelBinding is what ties a sign-in to the server's certificate, so that nobody in between can use it elsewhere:
// servers with Extended Protection want it. nil when there is no certificate.
//
// Source: RFC 5929, tls-server-end-point; MS-NLMP 2.2.2.1, MsvAvChannelBindings: the MD5 of gss_channel_bindings_struct.
func channelBinding(state *tls.ConnectionState) []byte {
	if state == nil || len(state.PeerCertificates) == 0 {
		return nil
	}
	leaf := state.PeerCertificates[0]
	var sum []byte
	switch leaf.SignatureAlgorithm {
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		s := sha512.Sum384(leaf.Raw)
		sum = s[:]
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		s := sha512.Sum512(leaf.Raw)
		sum = s[:]
	default:
		s := sha256.Sum256(leaf.Raw)
		sum = s[:]
	}
	data := append([]byte("tls-server-end-point:"), sum...)
	all := make([]byte, 16, 20+len(data)) // no addresses
	all = binary.LittleEndian.AppendUint32(all, uint32(len(data)))
	hash := md5.Sum(append(all, data...))
	return hash[:]
}

// bound puts a channel binding into a challenge's list of facts, which the answer repeats and signs. A challenge that
// is not as it should be stays as it is.
//
// Source: MS-NLMP 2.2.1.2, CHALLENGE_MESSAGE: the facts' length, room and place are at 40; 2.2.2.1: each has a number
// and a length of two bytes each, number 0 ends the list.
func bound(challenge, binding []byte) []byte {
	const fields, number = 40, 10
	if binding == nil || len(challenge) < fields+8 {
		return challenge
	}
	length := int(binary.LittleEndian.Uint16(challenge[fields:]))
	from := int(binary.LittleEndian.Uint32(challenge[fields+4:]))
	if length < 4 || from < fields+8 || from+length > len(challenge) || length+20 > 0xffff {
		return challenge
	}
	facts := challenge[from : from+length-4] // without the end
	for at := 0; at < len(facts); {
		if at+4 > len(facts) || binary.LittleEndian.Uint16(facts[at:]) == number {
			return challenge
		}
		at += 4 + int(binary.LittleEndian.Uint16(facts[at+2:]))
	}
	whole := append([]byte(nil), challenge...)
	place := len(whole)
	whole = append(whole, facts...)
	whole = binary.LittleEndian.AppendUint16(whole, number)
	whole = binary.LittleEndian.AppendUint16(whole, uint16(len(binding)))
	whole = append(append(whole, binding...), 0, 0, 0, 0)
	binary.LittleEndian.PutUint16(whole[fields:], uint16(len(whole)-place))
	binary.LittleEndian.PutUint16(whole[fields+2:], uint16(len(whole)-place))
	binary.LittleEndian.PutUint32(whole[fields+4:], uint32(place))
	return whole
}

// sameHost reports whether u is https at host, which may name a port.
func sameHost(u *url.URL, host string) bool {
	return u.Scheme == "https" && sameOrigin(u, &url.URL{Scheme: "https", Host: host})
}
