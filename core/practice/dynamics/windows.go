package dynamics

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"unicode/utf16"

	//lint:ignore SA1019 the password hash that NTLM is built on
	"golang.org/x/crypto/md4"
)

// Windows signs people in by NTLM over the connection: negotiate, challenge, authenticate, and then the connection is
// theirs. Only version 2 of the answer is taken.
//
// Microsoft: "[MS-NLMP]: NT LAN Manager (NTLM) Authentication Protocol".
type Windows struct {
	// Password returns the password and the key of the user who has a name in a domain; false when there is nobody.
	Password func(domain, user string) (password, key string, known bool)
}

// A connection remembers how far its sign-in is.
type connection struct {
	mu        sync.Mutex
	challenge []byte
	who       Identity
	known     bool
}

type connectionKey struct{}

// Connection is for http.Server.ConnContext: without it, no sign-in lasts.
func Connection(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{})
}

// windows answers a request that NTLM has not signed in yet.
func (s *Server) windows(w http.ResponseWriter, r *http.Request) (Identity, bool) {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	if c == nil {
		http.Error(w, "The connection is not known.", http.StatusInternalServerError)
		return Identity{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if text == "" && c.known {
		return c.who, true
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	ntlm := strings.EqualFold(scheme, "NTLM") || strings.EqualFold(scheme, "Negotiate")
	if err == nil && ntlm && len(raw) >= 12 && bytes.HasPrefix(raw, []byte("NTLMSSP\x00")) {
		switch binary.LittleEndian.Uint32(raw[8:]) {
		case 1:
			c.known = false
			c.challenge = make([]byte, 8)
			_, _ = rand.Read(c.challenge) // never fails
			w.Header().Add("WWW-Authenticate", scheme+" "+base64.StdEncoding.EncodeToString(challengeMessage(c.challenge)))
			w.WriteHeader(http.StatusUnauthorized)
			return Identity{}, false
		case 3:
			key, err := s.premises.Windows.verify(raw, c.challenge)
			c.challenge = nil
			if err == nil {
				c.who, c.known = Identity{User: key}, true
				return c.who, true
			}
		}
	}
	w.Header().Add("WWW-Authenticate", "Negotiate")
	w.Header().Add("WWW-Authenticate", "NTLM")
	w.WriteHeader(http.StatusUnauthorized)
	return Identity{}, false
}

const (
	ntlmFlags  = 0x00000001 | 0x00000200 | 0x00008000 | 0x00010000 | 0x00080000 | 0x00800000 | 0x20000000 | 0x80000000
	ntlmDomain = "PRACTICE"
)

// challengeMessage is the server's half of the sign-in.
func challengeMessage(challenge []byte) []byte {
	name := utf16le(ntlmDomain)
	var info []byte
	pair := func(id uint16, value []byte) {
		info = binary.LittleEndian.AppendUint16(info, id)
		info = binary.LittleEndian.AppendUint16(info, uint16(len(value)))
		info = append(info, value...)
	}
	pair(2, name)
	pair(1, utf16le("CRM"))
	pair(0, nil)
	b := append([]byte("NTLMSSP\x00"), 2, 0, 0, 0)
	field := func(n, at int) {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
		b = binary.LittleEndian.AppendUint32(b, uint32(at))
	}
	const head = 56
	field(len(name), head)
	b = binary.LittleEndian.AppendUint32(b, ntlmFlags)
	b = append(b, challenge...)
	b = append(b, make([]byte, 8)...)
	field(len(info), head+len(name))
	b = append(b, 6, 1, 0xb1, 0x1d, 0, 0, 0, 15) // a version
	return append(append(b, name...), info...)
}

var errNTLM = errors.New("no answer to the challenge")

// verify checks the client's answer and returns whose it is.
func (wi *Windows) verify(message, challenge []byte) (key string, err error) {
	field := func(at int) []byte {
		if len(message) < at+8 {
			return nil
		}
		n, off := int(binary.LittleEndian.Uint16(message[at:])), int(binary.LittleEndian.Uint32(message[at+4:]))
		if off < 0 || n > len(message) || off > len(message)-n {
			return nil
		}
		return message[off : off+n]
	}
	answer, domain, user := field(20), field(28), field(36)
	if len(challenge) != 8 || len(answer) < 16+28 {
		return "", errNTLM // an answer of version 1 has 24 bytes
	}
	password, key, ok := wi.Password(fromUTF16(domain), fromUTF16(user))
	if !ok {
		return "", errNTLM
	}
	h := md4.New()
	h.Write(utf16le(password))
	owf := mac(h.Sum(nil), utf16le(strings.ToUpper(fromUTF16(user))), domain)
	if !hmac.Equal(mac(owf, challenge, answer[16:]), answer[:16]) {
		return "", errNTLM
	}
	return key, nil
}

func mac(key []byte, parts ...[]byte) []byte {
	m := hmac.New(md5.New, key)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func fromUTF16(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}
