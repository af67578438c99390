package signin

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ferry/core"
)

// What the settings may not replace: on these the safety of a sign-in rests, or they have a field of their own.
var (
	ownAuthorize = []string{"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "client_info", "request", "request_uri"}
	ownToken     = []string{
		"client_id", "client_secret", "client_assertion", "client_assertion_type", "client_info", "grant_type", "scope", "code", "code_verifier",
		"redirect_uri", "refresh_token", "device_code", "username", "password", "assertion",
	}
)

// checkParams refuses parameters that Ferry must set itself.
func checkParams(own []string, given url.Values) *core.Fault {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if name == "" || strings.ContainsAny(name, " &=?#\r\n\t") {
			return faultParamName(name)
		}
		if slices.Contains(own, strings.ToLower(name)) {
			return faultParamProtected(name)
		}
		// Only these two reach the listener.
		if mode := given.Get(name); strings.EqualFold(name, "response_mode") && mode != "query" && mode != "form_post" {
			return faultParamProtected(name)
		}
	}
	return nil
}

// readEndpoint takes an address that replaces one of the sign-in service's own.
func readEndpoint(text string) (*url.URL, *core.Fault) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || !strings.EqualFold(u.Scheme, "https") || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, faultEndpoint()
	}
	u.Scheme, u.Host = "https", strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	return u, nil
}

// An ask is what one call through MSAL carries that MSAL does not know.
type ask struct {
	device   *device                                   // of a sign-in with a code
	prove    func(endpoint string) (url.Values, error) // how the application proves itself, where MSAL would not
	claims   string                                    // what the service or the environment demands
	resource string                                    // another one than the environment
}

type askKey struct{}

func asking(ctx context.Context, a *ask) context.Context { return context.WithValue(ctx, askKey{}, a) }

func askOf(ctx context.Context) *ask {
	if a, ok := ctx.Value(askKey{}).(*ask); ok {
		return a
	}
	return &ask{}
}

// formOf reads the form of a request that MSAL made.
func formOf(req *http.Request) (url.Values, error) {
	if req.GetBody == nil {
		return url.Values{}, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, answerLimit))
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(string(text))
}

// dress puts into the form what MSAL leaves out. It is called for addresses of the sign-in service only, after allowed.
func (e *exchanger) dress(req *http.Request, form url.Values, a *ask, endpoint string) error {
	own := url.Values{}
	maps.Copy(own, form)
	maps.Copy(own, e.more)
	if e.where.adfs() && own.Get("resource") == "" {
		own.Set("resource", e.resource)
	}
	if a.resource != "" && own.Has("resource") {
		own.Set("resource", a.resource)
	}
	if a.claims != "" {
		own.Set("claims", a.claims)
	}
	if a.prove != nil {
		proof, err := a.prove(endpoint)
		if err != nil {
			return err
		}
		maps.Copy(own, proof)
	}
	text := own.Encode()
	req.ContentLength = int64(len(text))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	req.Body, _ = req.GetBody()
	return nil
}

// proof is what an application sends that proves itself where MSAL would not.
func (s *Session) proof(e *exchanger) func(string) (url.Values, error) {
	switch {
	case s.config.Certificate != nil:
		return func(endpoint string) (url.Values, error) {
			text, err := s.sign(e, endpoint)
			return url.Values{
				"client_assertion":      {text},
				"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			}, err
		}
	case !s.config.Secret.Empty():
		return func(string) (url.Values, error) {
			return url.Values{"client_secret": {s.config.Secret.Reveal()}}, nil
		}
	}
	return nil
}
