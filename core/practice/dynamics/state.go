package dynamics

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
)

// A State is how an environment is doing, and how it greets who has no token. The zero State is well.
type State struct {
	Disabled    bool // the environment is switched off
	AdminMode   bool // only System Administrators may come in
	Maintenance bool // everything is answered with an HTML page and 503
	Blocked     bool // the IP firewall lets nobody in

	// Claims must have been asked for by the sign-in: who has not is answered 401 with insufficient_claims.
	Claims string

	// Challenges are the WWW-Authenticate headers of a 401, one each; nil is the usual one.
	Challenges []string
}

// SetState changes how the environment is doing from the next request on.
func (s *Server) SetState(is State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.is = is
}

func (s *Server) state() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.is
}

func (is State) organization() string {
	if is.Disabled {
		return "Disabled"
	}
	return "Enabled"
}

// shut answers what comes before anybody is asked who they are; true when that is all.
func (is State) shut(w http.ResponseWriter) bool {
	if !is.Maintenance {
		return false
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Dynamics 365</title></head><body><h1>This organization is undergoing maintenance</h1><p>Please try again later.</p></body></html>")
	return true
}

// lets refuses who may not come in as the environment is doing.
//
// Dataverse: "Web service error codes" has no code of its own for these; what counts is what the message says.
func (is State) lets(s *Server, c *caller) error {
	switch {
	case is.Blocked:
		return &failure{status: http.StatusForbidden, code: "0x80095ffe", message: "Access to Dataverse for user with Id " + c.userID + " from IP address 127.0.0.1 is blocked: the IP address is blocked by the IP firewall of the environment."}
	case is.Disabled:
		return &failure{status: http.StatusForbidden, code: "0x80048405", message: "Access is denied. The organization is disabled."}
	case is.AdminMode && !s.store.world.Administrates(c.userID):
		return &failure{status: http.StatusForbidden, code: "0x80048405", message: "Access is denied. The organization is in administration mode. Only users with the System Administrator or System Customizer role can sign in."}
	}
	return nil
}

// known finds out whose a request is. It answers 401 itself, and then returns false.
func (s *Server) known(w http.ResponseWriter, r *http.Request, is State) (Identity, bool) {
	if s.premises != nil && s.premises.Windows != nil {
		return s.windows(w, r)
	}
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	var who Identity
	if ok {
		var err error
		who, err = s.check(bearer, "https://"+r.Host+s.root())
		ok = err == nil
	}
	if ok && (is.Claims == "" || who.Claims == is.Claims) {
		return who, true
	}
	h := w.Header()
	switch {
	case ok:
		h.Add("WWW-Authenticate", s.Challenge(r.Host)+`, error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(is.Claims))+`"`)
	case is.Challenges != nil:
		for _, c := range is.Challenges {
			h.Add("WWW-Authenticate", c)
		}
	default:
		h.Set("WWW-Authenticate", s.Challenge(r.Host))
	}
	w.WriteHeader(http.StatusUnauthorized)
	return Identity{}, false
}
