package keychain

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// service is the name under which a person finds Ferry's items in the keychain.
const service = "Ferry"

// A Name says what a secret is and what it may be sent to. Case and a slash at the end make no difference.
type Name struct {
	Kind        string // "client-secret", "token-cache"
	Authority   string // "https://login.microsoftonline.com"
	Tenant      string
	ClientID    string
	Environment string // "https://contoso.crm.dynamics.com"
}

// item is the canonical name of the keychain's item. Two different Names never share one.
func (n Name) item() string {
	parts := []string{n.Kind, n.Authority, n.Tenant, n.ClientID, n.Environment}
	for i, p := range parts {
		parts[i] = escape(strings.TrimRight(strings.ToLower(strings.TrimSpace(p)), "/"))
	}
	if item := strings.Join(parts, "|"); len(item) <= 200 {
		return item
	}
	kind := parts[0]
	if len(kind) > 40 {
		kind = kind[:40]
	}
	return kind + "|sha256|" + digest(strings.Join(parts, "|"))
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// escape keeps what no keychain and no shell takes amiss.
func escape(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		ch := s[i]
		if ch >= 'a' && ch <= 'z' || ch >= '0' && ch <= '9' || strings.IndexByte("._:/@-", ch) >= 0 {
			b.WriteByte(ch)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[ch>>4])
		b.WriteByte(digits[ch&15])
	}
	return b.String()
}
