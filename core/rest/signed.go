package rest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"

	"ferry/core"
)

// signed answers a server or a proxy that wants a password.
type signed struct {
	user      string
	password  core.Secret
	status    int // what says that a password is wanted
	challenge string
	answer    string
	lane      func() http.RoundTripper
	refused   func(offered []string) error
	state     proxyState

	mu   sync.Mutex
	free []*lane
}

// A lane is a pool of one connection, and whether that one is signed in as far as we know.
type lane struct {
	t      http.RoundTripper
	signed bool
	conn   net.Conn // over which the last request went
	tls    *tls.ConnectionState
}

const mostLanes = 16

func (s *signed) take() *lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	// One that is signed in first.
	for i := len(s.free) - 1; i >= 0; i-- {
		if l := s.free[i]; l.signed || i == 0 {
			s.free = append(s.free[:i], s.free[i+1:]...)
			return l
		}
	}
	return &lane{t: s.lane()}
}

func (s *signed) give(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) >= mostLanes {
		closeIdle(l.t)
		return
	}
	s.free = append(s.free, l)
}

func (s *signed) CloseIdleConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.free {
		closeIdle(l.t)
	}
}

// RoundTrip sends q over a connection that is signed in.
func (s *signed) RoundTrip(q *http.Request) (*http.Response, error) {
	payload, err := payloadOf(q)
	if err != nil {
		return nil, err
	}
	leave, err := s.state.enter(q.Context())
	if err != nil {
		return nil, err
	}
	defer leave()
	if _, refused := s.state.get(); refused {
		return nil, s.refused(nil)
	}
	l := s.take()
	answer, err := s.send(l, q, payload)
	if err != nil {
		l.signed = false
		s.give(l)
		return nil, err
	}
	answer.Body = &laneBody{ReadCloser: answer.Body, done: func() { s.give(l) }}
	return answer, nil
}

// send sends q over one lane and signs in when that is asked for.
func (s *signed) send(l *lane, q *http.Request, payload func() io.ReadCloser) (*http.Response, error) {
	scheme, _ := s.state.get()
	for range 3 { // a connection may be lost while it is being signed in
		if scheme == "" || l.signed || scheme == basic {
			authorization := ""
			if scheme == basic {
				authorization = basicAnswer(s.user, s.password)
			}
			answer, err := s.one(l, q, payload, authorization)
			if err != nil {
				return nil, err
			}
			if answer.StatusCode != s.status {
				if scheme == basic {
					s.state.learn(basic)
				}
				return answer, nil
			}
			offered := answer.Header.Values(s.challenge)
			_ = drain(answer)
			best := s.best(offered)
			switch {
			case best == "":
				return nil, s.refused(offered)
			case best == basic && scheme == basic:
				s.state.refuse()
				return nil, s.refused(offered)
			}
			if scheme, l.signed = best, false; scheme == basic {
				continue
			}
		}
		answer, err := s.handshake(l, q, payload, scheme)
		if errors.Is(err, errHungUp) {
			continue
		}
		return answer, err
	}
	return nil, errHungUp
}

// best never is Basic for a server: it shows the password.
func (s *signed) best(offered []string) string {
	best := preferred(offered)
	if best == basic && s.status == http.StatusUnauthorized {
		return ""
	}
	return best
}

// handshake signs the lane's connection in and sends q with the last step.
func (s *signed) handshake(l *lane, q *http.Request, payload func() io.ReadCloser, scheme string) (*http.Response, error) {
	hello, err := ntlmHello(scheme)
	if err != nil {
		return nil, err
	}
	answer, err := s.one(l, q, nil, hello)
	if err != nil {
		return nil, err
	}
	offered := answer.Header.Values(s.challenge)
	if answer.StatusCode != s.status {
		if payload() == nil {
			return answer, nil // it wanted no more
		}
		_ = drain(answer)
		return s.one(l, q, payload, "")
	}
	closing := drain(answer)
	challenge := ntlmChallenge(offered, scheme)
	if challenge == nil {
		return nil, s.refused(offered)
	}
	if closing {
		return nil, errHungUp
	}
	reply, err := ntlmReply(scheme, challenge, s.user, s.password, channelBinding(l.tls))
	if err != nil {
		return nil, s.refused(offered)
	}
	before := l.conn
	answer, err = s.one(l, q, payload, reply)
	if err != nil {
		return nil, err
	}
	if l.conn != before {
		_ = drain(answer)
		return nil, errHungUp
	}
	if answer.StatusCode == s.status {
		offered = answer.Header.Values(s.challenge)
		_ = drain(answer)
		s.state.refuse()
		return nil, s.refused(offered)
	}
	s.state.learn(scheme)
	l.signed = true
	return answer, nil
}

// one sends q once. Without payload no body goes along: the first step of a sign-in needs none.
func (s *signed) one(l *lane, q *http.Request, payload func() io.ReadCloser, authorization string) (*http.Response, error) {
	ctx := httptrace.WithClientTrace(q.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { l.conn = i.Conn }})
	fresh := q.Clone(ctx)
	fresh.Body, fresh.GetBody = nil, nil
	if payload != nil {
		fresh.Body = payload()
	}
	if fresh.Body == nil {
		fresh.ContentLength = 0
	} else {
		fresh.GetBody = func() (io.ReadCloser, error) { return payload(), nil }
	}
	fresh.Header.Del(s.answer)
	if authorization != "" {
		fresh.Header.Set(s.answer, authorization)
	}
	answer, err := l.t.RoundTrip(fresh)
	if err == nil {
		l.tls = answer.TLS
	}
	return answer, err
}

// payloadOf returns a function that gives q's body as often as it is wanted; it gives nil when there is none.
func payloadOf(q *http.Request) (func() io.ReadCloser, error) {
	if q.Body == nil || q.Body == http.NoBody {
		return func() io.ReadCloser { return nil }, nil
	}
	defer q.Body.Close()
	all, err := io.ReadAll(io.LimitReader(q.Body, jsonLimit))
	if err != nil {
		return nil, err
	}
	return func() io.ReadCloser { return io.NopCloser(bytes.NewReader(all)) }, nil
}

// drain reads an answer to its end, so that its connection can go on, and reports whether it cannot.
func drain(answer *http.Response) (closing bool) {
	n, err := io.Copy(io.Discard, io.LimitReader(answer.Body, answerLimit))
	_ = answer.Body.Close()
	return err != nil || n == answerLimit || answer.Close
}

// laneBody gives its lane back when it has been read or closed.
type laneBody struct {
	io.ReadCloser
	done func()
	once sync.Once
}

func (b *laneBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.once.Do(b.done)
	}
	return n, err
}

func (b *laneBody) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(b.done)
	return err
}
