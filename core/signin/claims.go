package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

const claimsLimit = 8 << 10

// Ferry does not announce that it understands claims challenges (CP1). Tokens then live for about an hour, as an import
// expects, and rules of the organisation take effect at the next renewal; with CP1 they would live for a day and be
// called back by a challenge in the middle of the night, which only a person can answer. A challenge that comes all
// the same is heard.
//
// Microsoft identity platform: "Claims challenges, claims requests, and client capabilities".

// readClaims takes claims as they come in a refusal, plain or in Base64, and returns them plain; "" when they are none.
func readClaims(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > claimsLimit {
		return ""
	}
	if !strings.HasPrefix(text, "{") {
		raw, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "=")))
		if err != nil {
			return ""
		}
		text = string(raw)
	}
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &m) != nil || len(m) == 0 {
		return ""
	}
	return text
}

// Claims reads from an answer 401 what the environment demands beyond a token (error="insufficient_claims"); "" when it
// demands nothing.
func Claims(h http.Header) string {
	for _, header := range h.Values("WWW-Authenticate") {
		if len(header) > 2*claimsLimit {
			continue
		}
		if params, ok := bearerParams(header); ok && params["claims"] != "" {
			return readClaims(params["claims"])
		}
	}
	return ""
}

// Require makes the next token carry claims that were demanded. Token tries it in silence; where that is refused, its
// Fault says to sign in again, and the next SignIn passes them on. Claims that are none change nothing.
func (s *Session) Require(claims string) {
	if claims = readClaims(claims); claims == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims = claims
}

// Watch hears what the environment's answers demand, and otherwise only passes requests and answers on.
func (s *Session) Watch(next http.RoundTripper) http.RoundTripper { return &watcher{next, s} }

type watcher struct {
	next    http.RoundTripper
	session *Session
}

// RoundTrip is called by the HTTP client.
func (w *watcher) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := w.next.RoundTrip(req)
	if err == nil && res.StatusCode == http.StatusUnauthorized && strings.EqualFold(req.URL.Host, w.session.org.Host) {
		w.session.Require(Claims(res.Header))
	}
	return res, err
}

// CloseIdleConnections is called by the HTTP client.
func (w *watcher) CloseIdleConnections() {
	if c, ok := w.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// demanded is what the next token must carry.
func (s *Session) demanded() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.claims
}

// fulfilled forgets a demand that a token carries now.
func (s *Session) fulfilled(claims string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claims == claims {
		s.claims = ""
	}
}

// demandLater keeps a demand for a sign-in after a restart.
func (s *Session) demandLater(ctx context.Context, e *exchanger, k *kept) {
	if claims := s.demanded(); claims != "" && claims != k.Claims {
		next := *k
		next.Claims = claims
		if w := s.save(ctx, e, &next); w != nil {
			s.client.log.WarnContext(ctx, "what the next sign-in must carry could not be kept", "code", w.Code)
		}
	}
}

// remembered hears a demand that was kept before a restart.
func (s *Session) remembered(ctx context.Context, e *exchanger) {
	if s.demanded() != "" {
		return
	}
	if k, f := s.load(ctx, e); f == nil && k != nil {
		s.Require(k.Claims)
	}
}
