package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"ferry/core"
)

// What is kept of a sign-in: whose it is, and MSAL's own cache.
type kept struct {
	For      purpose         `json:"for"`
	Account  public.Account  `json:"account"`
	Identity Identity        `json:"identity"`
	Data     json.RawMessage `json:"data"`
	Claims   string          `json:"claims,omitempty"` // what the next sign-in must carry
}

// A purpose is what a sign-in may be used for. One that was kept for something else is not used.
type purpose struct {
	Authority string `json:"authority"`
	ClientID  string `json:"clientId"`
	Org       string `json:"org"`
	Secret    bool   `json:"secret"`          // or certificate
	Token     string `json:"token,omitempty"` // the token address, where the settings name one
}

func (s *Session) purpose(e *exchanger) purpose {
	p := purpose{Authority: e.where.url(), ClientID: s.config.ClientID, Org: s.org.String(), Secret: s.config.confidential()}
	if s.tokenURL != nil {
		p.Token = s.tokenURL.String()
	}
	return p
}

// save keeps a sign-in for the next time. It returns a warning when that failed.
func (s *Session) save(ctx context.Context, e *exchanger, k *kept) *core.Fault {
	if s.config.Cache == nil {
		return nil
	}
	c := *k
	c.For, c.Identity.Warning = s.purpose(e), nil
	data, err := json.Marshal(c)
	if err == nil {
		// What was renewed is kept even when nobody waits for it any more.
		err = s.config.Cache.Save(context.WithoutCancel(ctx), data)
	}
	if err != nil {
		return faultNotKept(err)
	}
	return nil
}

// load reads the sign-in that was kept; nil when there is none for this purpose.
func (s *Session) load(ctx context.Context, e *exchanger) (*kept, *core.Fault) {
	if s.config.Cache == nil {
		return nil, nil
	}
	data, err := s.config.Cache.Load(ctx)
	if err != nil {
		return nil, core.AsFault(err)
	}
	var k kept
	if len(data) == 0 || json.Unmarshal(data, &k) != nil || k.For != s.purpose(e) {
		return nil, nil
	}
	return &k, nil
}

// take makes t the newest access token. The caller holds the lock.
func (s *Session) take(t tokens) {
	s.current = t
	s.margin = min(5*time.Minute, t.expires.Sub(s.client.now())/4)
}

// valid returns the newest access token, unless it is about to end or was refused. The caller holds the lock.
func (s *Session) valid(refused string) (string, bool) {
	if s.current.access == "" || s.current.access == refused || s.client.now().Add(s.margin).After(s.current.expires) {
		return "", false
	}
	return s.current.access, true
}

// wait waits for the turn to use the refresh token: many services take each only once.
func (s *Session) wait(ctx context.Context) *core.Fault {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return faultStopped(ctx.Err())
	}
}

func (s *Session) done() { <-s.turn }

// A flight is one renewal, for everybody who waits for it.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	token   string
	fault   *core.Fault
}

// Token returns an access token. It asks nobody anything but the sign-in service, and that only when the token it has
// is about to end, or is refused: the access token that the environment answered with 401. However many ask at the
// same time, there is one renewal. A token is renewed past the cache once; when the same comes back, that is a Fault.
func (s *Session) Token(ctx context.Context, refused string) (string, error) {
	for {
		if ctx.Err() != nil {
			return "", faultStopped(ctx.Err())
		}
		s.mu.Lock()
		if token, ok := s.valid(refused); ok {
			s.mu.Unlock()
			return token, nil
		}
		if s.over != nil {
			f := s.over
			s.mu.Unlock()
			return "", f
		}
		fl := s.renewing
		if fl == nil {
			fl = s.start(ctx, refused)
		}
		fl.waiting++
		s.mu.Unlock()

		select {
		case <-fl.done:
			if fl.fault != nil && fl.fault.Kind == core.Stopped {
				continue // those who wanted it went away just as this one came
			}
			if fl.fault != nil {
				return "", fl.fault
			}
			if fl.token != refused {
				return fl.token, nil
			}
			// It was renewed for somebody who had not been refused: once more, for this one.
		case <-ctx.Done():
			s.mu.Lock()
			if fl.waiting--; fl.waiting == 0 {
				fl.cancel() // nobody wants it any more
			}
			s.mu.Unlock()
			return "", faultStopped(ctx.Err())
		}
	}
}

// start begins a renewal that outlives the one who asked first. The caller holds the lock.
func (s *Session) start(ctx context.Context, refused string) *flight {
	own, cancel := context.WithCancel(unbroken(context.WithoutCancel(ctx)))
	fl := &flight{done: make(chan struct{}), cancel: cancel}
	s.renewing = fl
	epoch := s.epoch
	go func() {
		defer cancel()
		token, f := s.renew(own, refused, epoch)
		s.mu.Lock()
		fl.token, fl.fault = token, f
		s.renewing = nil
		s.mu.Unlock()
		close(fl.done)
	}()
	return fl
}

// renew brings a new access token.
func (s *Session) renew(ctx context.Context, refused string, epoch int) (string, *core.Fault) {
	s.mu.Lock()
	nobody := s.kept == nil && s.config.Way.person() && (s.config.Cache == nil || s.loaded)
	s.mu.Unlock()
	if nobody {
		return "", faultFirst()
	}
	if f := s.usable(); f != nil {
		return "", f
	}
	e, f := s.where(patient(ctx, longPatience))
	if f != nil {
		return "", f
	}
	if f := s.wait(ctx); f != nil {
		return "", f
	}
	defer s.done()
	var t tokens
	if s.config.Way == Application {
		t, f = s.call(ctx, e, longPatience, &store{}, func(ctx context.Context, l *library) (tokens, error) { return l.asItself(ctx) })
	} else {
		t, f = s.renewPerson(ctx, e, refused, epoch)
	}
	if f == nil && t.access == refused {
		f = faultRefusedAgain()
	}
	if f != nil {
		return "", f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch != epoch {
		// Somebody signed in or out meanwhile; what they brought counts.
		if token, ok := s.valid(refused); ok {
			return token, nil
		}
		return "", faultFirst()
	}
	s.take(t)
	return t.access, nil
}

// renewPerson renews with the refresh token that was kept. Another Ferry may have renewed meanwhile; so a refresh token
// that is refused is looked up once more.
func (s *Session) renewPerson(ctx context.Context, e *exchanger, refused string, epoch int) (tokens, *core.Fault) {
	k, f := s.newest(ctx, e)
	if f != nil {
		return tokens{}, f
	}
	for again := false; ; again = true {
		t, data, f := s.renewWith(ctx, e, k, refused)
		if f == nil {
			next := &kept{Account: k.Account, Identity: k.Identity, Data: data}
			s.mu.Lock()
			current := s.epoch == epoch
			if current {
				s.kept, s.loaded = next, true
			}
			s.mu.Unlock()
			if current && !bytes.Equal(data, k.Data) {
				if w := s.save(ctx, e, next); w != nil {
					s.client.log.WarnContext(ctx, "the renewed sign-in could not be kept", "code", w.Code)
				}
			}
			return t, nil
		}
		if f.Kind != core.SignIn && f.Kind != core.Permission {
			return tokens{}, f
		}
		if !again {
			if other := s.renewedElsewhere(ctx, e, k); other != nil {
				k = other
				continue
			}
		}
		if askOf(ctx).resource == "" {
			s.demandLater(ctx, e, k)
		}
		s.mu.Lock()
		if s.epoch == epoch && askOf(ctx).resource == "" {
			s.over = f // asking again would bring the same
		}
		s.mu.Unlock()
		return tokens{}, f
	}
}

// renewedElsewhere is what another Ferry kept since; nil when there is none. Between its renewal and its keeping lies a
// moment, so it is looked for again.
func (s *Session) renewedElsewhere(ctx context.Context, e *exchanger, k *kept) *kept {
	for _, pause := range []time.Duration{0, 300 * time.Millisecond, time.Second} {
		if s.config.Cache == nil || pause > 0 && s.client.wait(ctx, pause) != nil {
			return nil
		}
		if other, err := s.load(ctx, e); err == nil && other != nil && !bytes.Equal(other.Data, k.Data) {
			return other
		}
	}
	return nil
}

// newest is the sign-in as it was kept last, by this Ferry or another one.
func (s *Session) newest(ctx context.Context, e *exchanger) (*kept, *core.Fault) {
	s.mu.Lock()
	own, loaded := s.kept, s.loaded
	s.mu.Unlock()
	k, f := s.load(ctx, e)
	switch {
	case k != nil && f == nil && (own != nil || !loaded):
		return k, nil
	case own != nil:
		return own, nil
	case f != nil:
		return nil, f
	}
	return nil, faultFirst()
}

// renewWith asks MSAL, first for what it has and then past its cache.
func (s *Session) renewWith(ctx context.Context, e *exchanger, k *kept, refused string) (tokens, []byte, *core.Fault) {
	if k.Account.HomeAccountID == "" {
		return tokens{}, nil, faultOver() // the service never said who it is, so nothing can be renewed
	}
	ask := func(fresh bool) (tokens, []byte, *core.Fault) {
		st := &store{data: k.Data, fresh: fresh}
		t, f := s.call(ctx, e, longPatience, st, func(ctx context.Context, l *library) (tokens, error) { return l.silent(ctx, k.Account) })
		return t, st.data, f
	}
	s.mu.Lock()
	first := s.current.access == "" && s.claims == "" // then a token that was kept may still be good
	s.mu.Unlock()
	if e.where.adfs() || askOf(ctx).resource != "" {
		first = false // it may be for another resource, and MSAL could not tell
	}
	if first && refused == "" {
		t, data, f := ask(false)
		if f != nil || !bytes.Equal(data, k.Data) || t.expires.Sub(s.client.now()) > 5*time.Minute {
			return t, data, f
		}
	}
	return ask(true)
}
