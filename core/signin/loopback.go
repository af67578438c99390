package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"ferry/core"
)

const (
	formLimit   = 64 << 10
	pageTimeout = 20 * time.Second // how long the browser is kept waiting for the last page
	portTries   = 8
)

// A listener waits on this computer for the answer that the sign-in page sends through the browser. Requests that are
// not that answer change nothing: a port scanner, a prefetch or a curious person does not end a sign-in. The first
// answer with the right state comes out of answers; finish says what the browser shows.
type listener struct {
	redirect string // as it is sent to the sign-in service
	answers  chan url.Values

	state   string
	hosts   []string // what a browser may call us
	path    string
	server  *http.Server
	log     *slog.Logger
	taken   atomic.Bool   // the answer came
	shown   chan struct{} // closed when its last page is out
	ended   chan struct{} // closed when the outcome is known
	outcome *core.Fault   // nil: signed in. Read only after ended
	closed  sync.Once
}

// listen opens the listener. A port that the redirect URI names is used when it is free; otherwise another one, if
// anyPort allows it.
func listen(redirect *url.URL, anyPort bool, state string, log *slog.Logger) (*listener, error) {
	sockets, port, err := openSockets(redirect.Port())
	if errors.Is(err, errTaken) && anyPort {
		sockets, port, err = openSockets("")
	}
	if errors.Is(err, errTaken) {
		return nil, faultPort(redirect.Port())
	}
	if err != nil {
		return nil, faultListen(nil)
	}
	own := *redirect
	own.Host = net.JoinHostPort(redirect.Hostname(), port)
	l := &listener{
		redirect: own.String(), answers: make(chan url.Values, 1), ended: make(chan struct{}), shown: make(chan struct{}),
		state: state, hosts: []string{own.Host}, path: own.Path, log: log,
	}
	if l.path == "" {
		l.path = "/"
	}
	l.server = &http.Server{
		Handler: http.HandlerFunc(l.serve), ReadTimeout: 30 * time.Second, ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout: 30 * time.Second, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	for _, socket := range sockets {
		go func() { _ = l.server.Serve(socket) }() // ends with close
	}
	return l, nil
}

var errTaken = errors.New("the port is taken")

// openSockets listens on both of this computer's own addresses, so that no other program can stand at one of them and
// catch what a browser sends to localhost. Where there is no IPv6, one is enough.
func openSockets(port string) (sockets []net.Listener, used string, err error) {
	tries := portTries
	want := port
	if want == "" {
		want = "0"
	} else {
		tries = 1
	}
	for range tries {
		four, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", want))
		if err != nil {
			if taken(err) {
				return nil, "", errTaken
			}
			return nil, "", err
		}
		_, used, _ = net.SplitHostPort(four.Addr().String())
		six, err := net.Listen("tcp6", net.JoinHostPort("::1", used))
		switch {
		case err == nil:
			return []net.Listener{four, six}, used, nil
		case !taken(err):
			return []net.Listener{four}, used, nil
		}
		_ = four.Close()
	}
	return nil, "", errTaken
}

// taken reports whether a port is in use by somebody else: EADDRINUSE, and on Windows 10048 or 10013.
func taken(err error) bool {
	var number syscall.Errno
	return errors.Is(err, syscall.EADDRINUSE) ||
		errors.As(err, &number) && (number == 10048 || number == 10013)
}

// serve looks at one request. Only an answer with the right state, at the right address, counts.
func (l *listener) serve(w http.ResponseWriter, r *http.Request) {
	l.log.DebugContext(r.Context(), "request to the sign-in listener", "method", r.Method)
	if !l.known(r.Host) {
		writePage(w, http.StatusMisdirectedRequest, strayPage())
		return
	}
	if r.URL.Path != l.path {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	var values url.Values
	switch r.Method {
	case http.MethodPost:
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
		if err := r.ParseForm(); err != nil {
			writePage(w, http.StatusBadRequest, strayPage())
			return
		}
		values = r.PostForm
	case http.MethodGet:
		values = r.URL.Query()
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if values.Has("admin_consent") { // an administrator's answer, for the application and not for this sign-in
		writePage(w, http.StatusOK, consentPage())
		return
	}
	if values.Get("code") == "" && values.Get("error") == "" {
		writePage(w, http.StatusOK, waitingPage())
		return
	}
	if subtle.ConstantTimeCompare([]byte(values.Get("state")), []byte(l.state)) != 1 {
		writePage(w, http.StatusBadRequest, strayPage())
		return
	}
	first := l.taken.CompareAndSwap(false, true)
	if first {
		defer close(l.shown)
		l.answers <- values
	}
	l.last(w, r)
	_ = http.NewResponseController(w).Flush() // a browser that went away needs no page
}

// last keeps the browser until it is known how the sign-in ended, and shows that.
func (l *listener) last(w http.ResponseWriter, r *http.Request) {
	patience := time.NewTimer(pageTimeout)
	defer patience.Stop()
	w.Header().Set("Connection", "close")
	select {
	case <-l.ended:
		if l.outcome != nil {
			writePage(w, http.StatusOK, failurePage(l.outcome))
			return
		}
		writePage(w, http.StatusOK, successPage())
	case <-patience.C:
		writePage(w, http.StatusOK, finishingPage())
	case <-r.Context().Done():
	}
}

func (l *listener) known(host string) bool {
	for _, h := range l.hosts {
		if strings.EqualFold(h, host) {
			return true
		}
	}
	return false
}

// finish tells the browser how it ended and closes the listener once the page is out. It may be called again; only the
// first call counts.
func (l *listener) finish(outcome *core.Fault) {
	l.closed.Do(func() {
		l.outcome = outcome
		close(l.ended)
		if l.taken.Load() {
			patience := time.NewTimer(3 * time.Second)
			defer patience.Stop()
			select {
			case <-l.shown:
			case <-patience.C:
			}
		}
		// A browser opens connections in advance and sends nothing on them; these are not waited for.
		ctx, cancel := context.WithTimeout(context.Background(), 250*time.Millisecond)
		defer cancel()
		if l.server.Shutdown(ctx) != nil {
			_ = l.server.Close()
		}
	})
}
