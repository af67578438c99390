package signin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

const (
	devicePause   = 5 * time.Second  // between two questions, where the service names none; and what "slow down" adds
	deviceMost    = time.Minute      // more a service may not ask for
	deviceLife    = 15 * time.Minute // of a code, where the service says nothing
	longestDevice = 24 * time.Hour
	deviceGrant   = "urn:ietf:params:oauth:grant-type:device_code"
)

// A device is one sign-in with a code. What the service said about it is kept here, because MSAL drops half of it.
//
// RFC 8628. Microsoft identity platform: "OAuth 2.0 device authorization grant flow".
type device struct {
	code     string
	page     string
	interval time.Duration
	until    time.Time
}

// signInDevice shows a code and waits until somebody typed it in and signed in.
func (s *Session) signInDevice(ctx context.Context, e *exchanger, step func(Step)) (Identity, error) {
	d := &device{}
	st := &store{}
	ctx = asking(ctx, &ask{device: d})
	t, f := s.call(ctx, e, shortPatience, st, func(ctx context.Context, l *library) (tokens, error) {
		started, err := l.public.AcquireTokenByDeviceCode(ctx, l.scopes)
		if err != nil {
			return tokens{}, err
		}
		step(Step{Link: d.page, Code: d.code, Until: d.until})
		r, err := started.AuthenticationResult(ctx)
		return l.fromResult(r), err
	})
	if f != nil {
		if f.Kind == core.Stopped && ctx.Err() == nil {
			f = faultCodeExpired() // MSAL counts the code's life by itself
		}
		return Identity{}, f
	}
	return s.keep(ctx, e, t, st.data), nil
}

// deviceCode asks for a code. The address is not the one that MSAL makes by replacing every "token" in the token
// address: a tenant or a host may be called so.
func (e *exchanger) deviceCode(req *http.Request, form url.Values, a *ask) (*http.Response, error) {
	at, f := e.endpoints(req.Context())
	if f != nil {
		return nil, f
	}
	u, err := url.Parse(at.device)
	if err != nil {
		return nil, faultOdd(e.where.host)
	}
	if !e.allowed(u) {
		return nil, faultStray(plain(u.Host))
	}
	own := req.Clone(req.Context())
	own.URL, own.Host = u, ""
	if err := e.dress(own, form, a, at.token); err != nil {
		return nil, err
	}
	res, err := e.client.exchange(own, readAnswer)
	if err != nil {
		return nil, err
	}
	body, f := e.readDevice(res.body, a.device)
	if f != nil {
		return nil, f
	}
	return res.response(body), nil
}

// readDevice reads what the service says about a code and writes it as MSAL can read it: older services write numbers
// as texts, and call the page verification_url.
func (e *exchanger) readDevice(body []byte, d *device) ([]byte, *core.Fault) {
	var m map[string]json.RawMessage
	if json.Unmarshal(body, &m) != nil {
		return nil, faultOdd(e.where.host)
	}
	text := func(name string) string {
		var s string
		_ = json.Unmarshal(m[name], &s) // what is no text is none
		return strings.TrimSpace(s)
	}
	seconds := func(name string, usual, most time.Duration) time.Duration {
		var n float64
		if json.Unmarshal(m[name], &n) != nil {
			n, _ = strconv.ParseFloat(text(name), 64)
		}
		if !(n >= 1) {
			return usual
		}
		return time.Duration(min(n, most.Seconds()) * float64(time.Second))
	}
	d.code, d.page = plain(text("user_code")), text("verification_uri")
	if d.page == "" {
		d.page = text("verification_url")
	}
	if d.code == "" || len(d.code) > 100 || text("device_code") == "" {
		return nil, faultOdd(e.where.host)
	}
	if f := e.devicePage(d.page); f != nil {
		return nil, f
	}
	life := seconds("expires_in", deviceLife, longestDevice)
	d.interval = seconds("interval", devicePause, deviceMost)
	d.until = e.client.now().Add(life)
	out, err := json.Marshal(map[string]any{
		"user_code": d.code, "device_code": text("device_code"), "verification_uri": d.page,
		"expires_in": int(life.Seconds()) + 60, "interval": int(d.interval.Seconds()), // the end is ours to tell
	})
	if err != nil {
		return nil, faultOdd(e.where.host)
	}
	return out, nil
}

// devicePage refuses a page that nobody should be sent to: it is Microsoft's, or the sign-in service's own.
func (e *exchanger) devicePage(page string) *core.Fault {
	u, err := url.Parse(page)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return faultOdd(e.where.host)
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case u.Scheme == "http" && loopback(host):
	case u.Scheme != "https":
		return faultStray(plain(u.Host))
	case host == "microsoft.com", host == "www.microsoft.com", host == "aka.ms", TrustedAuthority(host), e.allowed(u):
	case host == e.where.name(): // another port of the same computer
	default:
		return faultStray(plain(u.Host))
	}
	return nil
}

// awaitDevice asks for the token again and again, until somebody signed in or the code ends. A service that is busy or
// away in between is waited for; MSAL would give up.
func (e *exchanger) awaitDevice(req *http.Request, form url.Values, a *ask) (*reply, error) {
	ctx, d := req.Context(), a.device
	form.Set("grant_type", deviceGrant) // MSAL says it in words of its own
	for {
		if err := e.client.wait(ctx, d.interval); err != nil {
			return nil, faultStopped(stripped(err))
		}
		left := d.until.Sub(e.client.now())
		if left <= 0 {
			return nil, faultCodeExpired()
		}
		try := req.Clone(patient(ctx, left))
		if err := e.dress(try, form, a, req.URL.String()); err != nil {
			return nil, err
		}
		res, err := e.client.exchange(try, readAnswer)
		var said *answer
		if !errors.As(err, &said) {
			return res, err
		}
		switch {
		case said.kind == "slow_down":
			d.interval = min(d.interval+devicePause, deviceMost)
		case said.kind == "authorization_pending" || said.code() == 70016:
		case said.kind == "authorization_declined" || said.code() == 0 && said.kind == "access_denied":
			return nil, faultDeclined(said)
		case said.kind == "expired_token" || said.kind == "code_expired" || said.code() == 70019 || said.code() == 70020:
			f := faultCodeExpired()
			f.Details = said.details()
			return nil, f
		default:
			return nil, said
		}
	}
}
