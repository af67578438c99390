package rest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// raw takes the connection over, writes text as it is, and cuts it.
func raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte(text))
		_ = conn.Close()
	}
}

// oldPlay starts a server that speaks HTTP/1.1, so that connections can be taken over.
func oldPlay(t *testing.T, h http.HandlerFunc, change ...func(*Config, *Network)) *scene {
	t.Helper()
	server := httptest.NewTLSServer(h)
	t.Cleanup(server.Close)
	return playAt(t, server, change...)
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

func TestAnAnswerThatBreaksOffIsAskedForAgain(t *testing.T) {
	long := `{"name":"` + strings.Repeat("x", 5000) + `"}`
	packed := string(zipped(long + fmt.Sprint(time.Now())))
	for why, h := range map[string]http.HandlerFunc{
		"before the headers":            raw(""),
		"in the first line":             raw("HTTP/1.1 20"),
		"in the headers":                raw("HTTP/1.1 200 OK\r\nContent-Ty"),
		"before the body":               raw(head + "Content-Length: 5000\r\n\r\n"),
		"in the body":                   raw(head + "Content-Length: 5000\r\n\r\n" + long[:1000]),
		"in a chunk":                    raw(head + "Transfer-Encoding: chunked\r\n\r\n1000\r\n" + long[:1000]),
		"between chunks":                raw(head + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + long[:1000] + "\r\n"),
		"in gzip":                       raw(head + "Content-Encoding: gzip\r\nContent-Length: " + fmt.Sprint(len(packed)) + "\r\n\r\n" + packed[:len(packed)/2]),
		"in gzip without length":        raw(head + "Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + packed[:len(packed)-3]),
		"gzip that is none":             raw(head + "Content-Encoding: gzip\r\nConnection: close\r\n\r\nthis is no gzip at all, not even nearly"),
		"gzip with a wrong checksum":    raw(head + "Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + packed[:len(packed)-8] + "12345678"),
		"no JSON":                       answers(200, `{"name":`),
		"nothing":                       answers(200, ``),
		"a web page":                    answers(200, `<!DOCTYPE html><title>Maintenance</title>`, "Content-Type", "text/html"),
		"a web page under a false name": answers(200, "\n <HTML>"),
		"a packed web page": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			answers(200, string(zipped("<html>")))(w, r)
		},
	} {
		t.Run(why, func(t *testing.T) {
			n := 0
			s := oldPlay(t, first(&n, func(w http.ResponseWriter, r *http.Request) { good(w, r) }, h, h, good))
			if _, err := s.get("warm"); err != nil {
				t.Fatal(err)
			}
			if v, err := s.get("accounts"); err != nil || v["name"] != "Ünïcode GmbH" {
				t.Fatal(v, err)
			}
			// Go itself repeats once, at once, when a connection that was used before breaks before its answer.
			if w := s.clock.waited(); w != "1s 2s" && w != "1s" {
				t.Error("waited", w)
			}
			if len(s.notices) < 2 || s.notices[0] == "" || s.notices[len(s.notices)-1] != "" {
				t.Errorf("told %q", s.notices)
			}
		})
	}
}

func TestABodyThatBreaksOffSaysThatAskingAgainHelps(t *testing.T) {
	s := oldPlay(t, raw(head+"Content-Length: 5000\r\n\r\n{"+strings.Repeat(" ", 500)))
	r, err := s.client.Do(context.Background(), Request{Address: "accounts"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	wantFault(t, err, "rest.broken-off")
	if len(b) != 501 || !errors.Is(err, ErrBroken) {
		t.Error(len(b), err)
	}
	if _, again := r.Body.Read(make([]byte, 1)); !errors.Is(again, ErrBroken) {
		t.Error("the error did not stay:", again)
	}
}

func TestDataThatStaysUnreadableEndsInAFault(t *testing.T) {
	for text, c := range map[string]struct {
		code string
		most int
	}{
		`{"value":`: {"rest.bad-data", 9},
		`[1,2]`:     {"rest.bad-data", 1}, // good JSON of another shape does not get better
		`<html>`:    {"rest.web-page", 6},
	} {
		n := 0
		s := play(t, first(&n, answers(200, text)))
		_, err := s.get("accounts")
		wantFault(t, err, c.code)
		if n != c.most {
			t.Errorf("%s was asked for %d times, want %d", text, n, c.most)
		}
		n = 0
		_, err = s.client.JSON(context.Background(), Request{Method: "POST", Address: "accounts", Body: []byte("{}")}, &map[string]any{})
		wantFault(t, err, c.code)
		if n != 1 {
			t.Errorf("a write was repeated after %s", text)
		}
	}
}

func TestAWriteIsRepeatedOnlyWhenItSurelyHadNoEffect(t *testing.T) {
	post := Request{Method: "POST", Address: "accounts", Body: []byte(`{"name":"x"}`)}
	for why, c := range map[string]struct {
		h    http.HandlerFunc
		code string // "": repeated
	}{
		"asked to wait":                 {answers(429, limited, "Retry-After", "3"), ""},
		"refused by the service itself": {answers(503, `{"error":{"code":"0x80072326","message":""}}`), ""},
		"refused by somebody between":   {answers(503, `<html>`, "Content-Type", "text/html"), "rest.unavailable"},
		"gateway":                       {answers(502, ``), "rest.unavailable"},
		"gateway was too slow":          {answers(504, ``), "rest.unavailable"},
		"cut before the answer":         {raw(""), "rest.cut"},
		"cut in the answer":             {raw("HTTP/1.1 200 OK\r\nContent-Ty"), "rest.misbehaves"},
		"cut in the first line":         {raw("HTTP/1.1 20"), "rest.misbehaves"},
	} {
		n := 0
		s := oldPlay(t, first(&n, c.h, answers(204, "")))
		_, err := s.client.JSON(context.Background(), post, nil)
		if c.code == "" {
			if err != nil || n != 2 {
				t.Errorf("%s: %v after %d requests", why, err, n)
			}
			continue
		}
		wantFault(t, err, c.code)
		if n != 1 {
			t.Errorf("%s: sent %d times", why, n)
		}
	}
}

func TestAWriteThatNeverLeftIsRepeated(t *testing.T) {
	var tries atomic.Int32
	s := oldPlay(t, answers(204, ""), func(_ *Config, n *Network) {
		n.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if tries.Add(1) < 3 {
				return nil, &net.OpError{Op: "dial", Err: io.EOF}
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}
	})
	_, err := s.client.JSON(s.listening(), Request{Method: "POST", Address: "accounts", Body: []byte("{}")}, nil)
	if err != nil || s.clock.waited() != "1s 2s" {
		t.Error(err, s.clock.waited())
	}
}

func TestAServerThatIsGoneForAWhileIsWaitedFor(t *testing.T) {
	server := httptest.NewTLSServer(good)
	address := server.Listener.Addr().String()
	s := playAt(t, server)
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	server.Close()
	var back *httptest.Server
	s.clock.then = func(n int) {
		if n != 2 {
			return
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		back = httptest.NewUnstartedServer(good)
		_ = back.Listener.Close()
		back.Listener = l
		back.StartTLS()
		t.Cleanup(back.Close)
	}
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	if s.clock.waited() != "1s 2s" || s.notices[0] != "Dynamics 365 cannot be reached, trying again until 12:00:01" {
		t.Errorf("waited %s, told %q", s.clock.waited(), s.notices)
	}
}

func TestSilenceEndsARequest(t *testing.T) {
	silent := func(d time.Duration) func(c *Config, n *Network) {
		return func(c *Config, n *Network) { n.ReadTimeout, c.Patience = d, -1 }
	}
	s := play(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, silent(60*time.Millisecond))
	_, err := s.get("accounts")
	wantFault(t, err, "rest.timed-out")
	for _, start := range []func(*testing.T, http.HandlerFunc, ...func(*Config, *Network)) *scene{play, oldPlay} {
		s = start(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"value":` + strings.Repeat(" ", 5000)))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, silent(2*time.Second)) // long enough for the beginning of the answer
		r, err := s.client.Do(context.Background(), Request{Address: "accounts"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, r.Body)
		if f := wantFault(t, err, "rest.broken-off"); !errors.Is(err, ErrBroken) || !strings.HasPrefix(f.Details, "time-out") {
			t.Error(err)
		}
		_ = r.Body.Close()
	}
}

// An endless stream of zeros, packed, about a thousandth of its size.
func bombHandler(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	block := bytes.Repeat([]byte(" "), 1<<20)
	_, _ = z.Write([]byte(`{"value":"`))
	for r.Context().Err() == nil {
		if _, err := z.Write(block); err != nil {
			return
		}
	}
}

func TestABombIsRefusedBeforeItFillsTheMemory(t *testing.T) {
	s := play(t, bombHandler)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := s.client.Do(context.Background(), Request{Address: "accounts"})
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	wantFault(t, err, "rest.bomb")
	if errors.Is(err, ErrBroken) || n > bombSize+1<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
		t.Errorf("%d MB were used", used>>20)
	}
	_, err = s.client.JSON(context.Background(), Request{Address: "accounts", Limit: 1 << 20}, nil)
	wantFault(t, err, "rest.too-big")
}

func TestARefusalOfAnySizeIsReadInPart(t *testing.T) {
	s := play(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		block := bytes.Repeat([]byte("x"), 1<<16)
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	_, err := s.get("accounts")
	wantFault(t, err, "rest.refused-request")
}

func TestHeadersWithoutEndAreRefused(t *testing.T) {
	s := oldPlay(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		defer conn.Close()
		b := bufio.NewWriter(conn)
		_, _ = b.WriteString("HTTP/1.1 200 OK\r\n")
		for i := range 100_000 {
			if _, err := fmt.Fprintf(b, "X-%d: %s\r\n", i, strings.Repeat("y", 1000)); err != nil {
				return
			}
		}
	})
	_, err := s.get("accounts")
	wantFault(t, err, "rest.misbehaves")
	h2 := play(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 600 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("y", 1000))
		}
		w.WriteHeader(200)
	})
	_, err = h2.get("accounts")
	wantFault(t, err, "rest.misbehaves")
}

func TestACompressionThatNobodyAskedForIsRefused(t *testing.T) {
	s := play(t, answers(200, "\x28\xb5\x2f\xfd", "Content-Encoding", "zstd"))
	_, err := s.get("accounts")
	wantFault(t, err, "rest.encoding")
}

func TestAReaderOfGzipServesManyBodies(t *testing.T) {
	n := 0
	s := play(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(zipped(fmt.Sprintf(`{"n":%d}`, n)))
	})
	for i := 1; i <= 20; i++ {
		if v, err := s.get("accounts"); err != nil || v["n"] != float64(i) {
			t.Fatal(v, err)
		}
	}
}
