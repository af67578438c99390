package microsoft

import (
	"strings"
	"time"
)

// An Entry is one request in the log. It holds nothing secret.
type Entry struct {
	Time     time.Time
	Method   string
	Path     string
	ClientID string
	Grant    string // grant_type of a token request
	Scope    string
	Status   int
	Code     int // AADSTS code of the answer; 0 when it went well
}

const logged = 10000 // so many requests are kept

// ExpireTokens makes every access token that is out expired, as if its hour were over.
func (a *Authority) ExpireTokens() { a.end(ErrExpired) }

// RevokeTokens makes Check refuse every access token that is out, though its hour is not over.
func (a *Authority) RevokeTokens() { a.end(ErrRevoked) }

func (a *Authority) end(why error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation++
	a.ended = why
}

// RevokeRefresh makes every refresh token that is out worthless: people must sign in again.
func (a *Authority) RevokeRefresh() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.refresh {
		r.revoked = true
	}
}

// SetSecret replaces the secrets of an application by ones that work.
func (a *Authority) SetSecret(applicationID string, secrets ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if app := a.apps[strings.ToLower(applicationID)]; app != nil {
		app.Secrets = append([]string(nil), secrets...)
		app.expired = false
	}
}

// ExpireSecret lets the secrets of an application be over (AADSTS7000222).
func (a *Authority) ExpireSecret(applicationID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if app := a.apps[strings.ToLower(applicationID)]; app != nil {
		app.expired = true
	}
}

// FailNext answers the next token requests with these AADSTS codes, one each.
func (a *Authority) FailNext(codes ...int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failNext = append(a.failNext, codes...)
}

// Fail answers every token request with this AADSTS code, until Fail(0).
func (a *Authority) Fail(code int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail = code
}

// EveryOther503 lets every other request to the API fail with 503, the first one first; every second of these says
// Retry-After.
func (a *Authority) EveryOther503(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.everyOther, a.turn = on, 0
}

// Log returns the requests that came, oldest first.
func (a *Authority) Log() []Entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Entry(nil), a.log...)
}

func (a *Authority) note(e Entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.log) >= logged {
		a.log = append(a.log[:0], a.log[logged/2:]...)
	}
	e.Time = a.now()
	a.log = append(a.log, e)
}

// busy says whether this request is one that fails, and after how many seconds to come again; 0 is not said.
func (a *Authority) busy() (fails bool, after int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.everyOther {
		return false, 0
	}
	a.turn++
	switch a.turn % 4 {
	case 1:
		return true, 0
	case 3:
		return true, 1
	}
	return false, 0
}

func (a *Authority) redeeming() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.failRedeem
}

func (a *Authority) ordered() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.failNext) > 0 {
		code := a.failNext[0]
		a.failNext = a.failNext[1:]
		return code
	}
	return a.fail
}
