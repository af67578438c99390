package rest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"unicode/utf16"

	//lint:ignore SA1019 NTLM is made of it
	"golang.org/x/crypto/md4"
)

// The other side of NTLM, as a server plays it: it signs in connections. Source: MS-NLMP, "Open Specifications".

// A guard lets in who knows the password.
type guard struct {
	user, domain, password string
	scheme                 string // "NTLM" or "Negotiate"
	certificate            []byte // DER: the answer must be tied to it
	old                    bool   // it speaks as servers did before Unicode
	failed                 atomic.Int32
	hellos                 atomic.Int32
}

// A visit is what a guard knows of one connection.
type visit struct {
	challenge []byte
	in        bool
}

type visitKey struct{}

// visits gives each connection of a server its own visit.
func visits(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, visitKey{}, &visit{})
}

// admit returns "" when the visitor may pass, else what the guard wants to hear.
func (g *guard) admit(r *http.Request, header string) string {
	v := r.Context().Value(visitKey{}).(*visit)
	scheme, text, _ := strings.Cut(r.Header.Get(header), " ")
	if scheme == "" && v.in {
		return ""
	}
	v.in = false
	message, err := base64.StdEncoding.DecodeString(text)
	if scheme != g.scheme || err != nil || len(message) < 12 || string(message[:8]) != "NTLMSSP\x00" {
		return g.scheme
	}
	switch binary.LittleEndian.Uint32(message[8:]) {
	case 1:
		g.hellos.Add(1)
		v.challenge = make([]byte, 8)
		_, _ = rand.Read(v.challenge)
		return g.scheme + " " + base64.StdEncoding.EncodeToString(g.challenge(v.challenge))
	case 3:
		if v.challenge != nil && g.proven(message, v.challenge) {
			v.in = true
			return ""
		}
		v.challenge = nil
		g.failed.Add(1)
	}
	return g.scheme
}

func wide(s string) (b []byte) {
	for _, c := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return b
}

func (g *guard) challenge(number []byte) []byte {
	name := wide(g.domain)
	var facts []byte
	for id, text := range map[uint16]string{1: "CRM01", 2: g.domain} {
		facts = binary.LittleEndian.AppendUint16(facts, id)
		facts = binary.LittleEndian.AppendUint16(facts, uint16(len(wide(text))))
		facts = append(facts, wide(text)...)
	}
	facts = append(facts, 7, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0)
	m := append([]byte("NTLMSSP\x00"), 2, 0, 0, 0)
	field := func(length, place int) {
		m = binary.LittleEndian.AppendUint16(m, uint16(length))
		m = binary.LittleEndian.AppendUint16(m, uint16(length))
		m = binary.LittleEndian.AppendUint32(m, uint32(place))
	}
	field(len(name), 56)
	if g.old {
		return append(m, 0x06, 0x82, 0x08, 0, 1, 2, 3, 4, 5, 6, 7, 8)
	}
	m = binary.LittleEndian.AppendUint32(m, 0x00888201)
	m = append(m, number...)
	m = append(m, make([]byte, 8)...)
	field(len(facts), 56+len(name))
	m = append(m, 10, 0, 0x63, 0x45, 0, 0, 0, 15)
	return append(append(m, name...), facts...)
}

// proven checks an AUTHENTICATE message.
func (g *guard) proven(m, challenge []byte) bool {
	part := func(at int) []byte {
		if len(m) < at+8 {
			return nil
		}
		length, place := int(binary.LittleEndian.Uint16(m[at:])), int(binary.LittleEndian.Uint32(m[at+4:]))
		if place+length > len(m) {
			return nil
		}
		return m[place : place+length]
	}
	response, domain, user, station := part(20), part(28), part(36), part(44)
	if len(response) < 44 || len(station) != 0 {
		return false
	}
	want := g.domain + `\` + g.user
	if len(domain) == 0 {
		want = g.user + "@" + g.domain
	}
	named := string(narrow(user))
	if len(domain) > 0 {
		named = string(narrow(domain)) + `\` + named
	}
	if named != want {
		return false
	}
	h := md4.New()
	h.Write(wide(g.password))
	key := mac(h.Sum(nil), append(wide(strings.ToUpper(string(narrow(user)))), domain...))
	if !hmac.Equal(response[:16], mac(key, append(append([]byte(nil), challenge...), response[16:]...))) {
		return false
	}
	return g.certificate == nil || bytes.Equal(fact(response[44:], 10), g.binding())
}

func mac(key, data []byte) []byte {
	h := hmac.New(md5.New, key)
	h.Write(data)
	return h.Sum(nil)
}

func narrow(b []byte) []byte {
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// fact finds one fact in a list of them.
func fact(facts []byte, number uint16) []byte {
	for len(facts) >= 4 {
		id, length := binary.LittleEndian.Uint16(facts), int(binary.LittleEndian.Uint16(facts[2:]))
		if id == 0 || 4+length > len(facts) {
			return nil
		}
		if id == number {
			return facts[4 : 4+length]
		}
		facts = facts[4+length:]
	}
	return nil
}

// binding is written once more here, by the text of RFC 5929 and MS-NLMP.
func (g *guard) binding() []byte {
	sum := sha256.Sum256(g.certificate)
	name := "tls-server-end-point:" + string(sum[:])
	whole := string(make([]byte, 16)) + string([]byte{byte(len(name)), 0, 0, 0}) + name
	hash := md5.Sum([]byte(whole))
	return hash[:]
}
