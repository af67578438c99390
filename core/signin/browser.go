package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"

	"ferry/core"
)

// random is 256 bits in letters that any address can hold.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// signInPerson opens the sign-in page, waits for its answer and turns it into tokens.
func (s *Session) signInPerson(ctx context.Context, e *exchanger, step func(Step)) (Identity, error) {
	state, nonce, verifier := random(), random(), random()
	anyPort := s.config.Redirect == "" || TrustedAuthority(e.where.host)
	l, err := listen(s.redirect, anyPort, state, s.client.log)
	if err != nil {
		return Identity{}, core.AsFault(err)
	}
	var page string
	if _, f := s.call(ctx, e, shortPatience, &store{}, func(ctx context.Context, lib *library) (tokens, error) {
		var err error
		page, err = lib.page(ctx, l.redirect)
		return tokens{}, err
	}); f != nil {
		l.finish(f)
		return Identity{}, f
	}
	link, f := s.finishLink(e, page, state, nonce, verifier)
	if f != nil {
		l.finish(f)
		return Identity{}, f
	}
	values, f := s.await(ctx, l, link, step)
	if f != nil {
		l.finish(f)
		return Identity{}, f
	}
	id, f := s.accept(ctx, e, l.redirect, nonce, verifier, values)
	l.finish(f)
	if f != nil {
		return Identity{}, f
	}
	return id, nil
}

// finishLink adds to the address of the sign-in page what MSAL leaves out.
//
// RFC 7636: code_challenge. OpenID Connect: nonce, and form_post, which keeps the code out of the browser's history.
func (s *Session) finishLink(e *exchanger, page, state, nonce, verifier string) (string, *core.Fault) {
	u, err := url.Parse(page)
	if err != nil {
		return "", faultAuthority()
	}
	sum := sha256.Sum256([]byte(verifier))
	q := u.Query()
	all := []string{"openid", "offline_access", "profile"}
	for _, scope := range s.wanted(e, s.org.String()) {
		if !slices.Contains(all, scope) {
			all = append(all, scope)
		}
	}
	q.Set("response_mode", "form_post")
	if e.where.adfs() {
		q.Set("resource", e.resource) // and no prompt: AD FS knows only two of them
	} else {
		q.Set("prompt", "select_account") // a new sign-in asks who; a browser often knows several accounts
	}
	maps.Copy(q, s.config.AuthorizeParams)
	if claims := s.demanded(); claims != "" {
		q.Set("claims", claims)
	}
	q.Set("scope", strings.Join(all, " "))
	q.Set("state", state)
	q.Set("nonce", nonce)
	q.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
	q.Set("code_challenge_method", "S256")
	q.Set("client_info", "1")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// await opens the browser and waits for the answer. The opener may take as long as it likes.
func (s *Session) await(ctx context.Context, l *listener, link string, step func(Step)) (url.Values, *core.Fault) {
	step(Step{Link: link})
	opened := make(chan error, 1)
	if s.config.Open == nil {
		step(Step{Link: link, Fault: faultBrowser(nil)})
	} else {
		go func() { opened <- s.config.Open(link) }()
	}
	for {
		select {
		case <-ctx.Done():
			return nil, faultStopped(ctx.Err())
		case err := <-opened:
			opened = nil
			if err != nil {
				step(Step{Link: link, Fault: faultBrowser(stripped(err))})
			} else {
				step(Step{Link: link, Opened: true})
			}
		case values := <-l.answers:
			return values, nil
		}
	}
}

// accept redeems the code, or says why there is none.
func (s *Session) accept(ctx context.Context, e *exchanger, redirect, nonce, verifier string, values url.Values) (Identity, *core.Fault) {
	if values.Get("code") == "" {
		a := &answer{kind: values.Get("error"), sub: values.Get("error_subcode"), description: values.Get("error_description")}
		if m := correlation.FindStringSubmatch(a.description); m != nil {
			a.correlation = m[1]
		}
		a.time = s.client.now().UTC().Format("2006-01-02 15:04:05Z")
		return Identity{}, a.fault(errorHost(e.where.host), s.config.Secret)
	}
	st := &store{}
	t, f := s.call(ctx, e, shortPatience, st, func(ctx context.Context, l *library) (tokens, error) {
		return l.redeem(ctx, values.Get("code"), redirect, verifier)
	})
	if f != nil {
		return Identity{}, f
	}
	// A service that sends no nonce back is still held to PKCE; one that sends another's is not believed.
	if t.idToken.Nonce != "" && t.idToken.Nonce != nonce {
		return Identity{}, faultForged()
	}
	return s.keep(ctx, e, t, st.data), nil
}

// keep makes what somebody's sign-in brought the session's own, and keeps it for the next time.
func (s *Session) keep(ctx context.Context, e *exchanger, t tokens, data []byte) Identity {
	id := Identity{Name: t.idToken.Name, ObjectID: t.idToken.ObjectID, Tenant: t.idToken.Tenant}
	if id.Name == "" {
		id.Name = t.idToken.User
	}
	if id.Tenant == "" {
		id.Tenant = e.where.tenant
	}
	k := &kept{Account: t.account, Identity: id, Data: data}
	s.mu.Lock()
	s.epoch++
	s.over, s.kept, s.loaded = nil, k, true
	clear(s.others)
	s.take(t)
	s.mu.Unlock()
	id.Warning = s.save(ctx, e, k)
	return id
}
