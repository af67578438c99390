package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ferry/core"
)

func TestARequestCarriesWhatItShouldAndTheAnswerIsUnpacked(t *testing.T) {
	var got *http.Request
	s := play(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(zipped(`{"name":"Ünïcode GmbH"}`))
	}, func(c *Config, _ *Network) { c.Header = http.Header{"OData-Version": {"4.0"}, "Prefer": {"a"}} })
	var v struct{ Name string }
	header, err := s.client.JSON(context.Background(), Request{
		Address: "accounts?$select=name&$filter=name eq 'a b'", Header: http.Header{"Prefer": {"b"}},
	}, &v)
	if err != nil || v.Name != "Ünïcode GmbH" || header.Get("Content-Type") == "" {
		t.Fatal(v, err)
	}
	if got.URL.RawQuery != "$select=name&$filter=name%20eq%20'a%20b'" {
		t.Error("the query arrived as", got.URL.RawQuery)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + token, "Accept-Encoding": "gzip", "Accept": "application/json",
		"OData-Version": "4.0", "Prefer": "b", "User-Agent": "Ferry", "Expect": "", "Cookie": "",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if got.ProtoMajor != 2 {
		t.Error("spoken was", got.Proto)
	}
}

func TestABodyIsReadAsAStreamAndLimited(t *testing.T) {
	s := play(t, answers(200, `{"value":"`+strings.Repeat("x", 1000)+`"}`))
	for limit, code := range map[int64]string{0: "", 1012: "", 999: "rest.too-big"} {
		r, err := s.client.Do(context.Background(), Request{Address: "accounts", Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		if code == "" {
			if err != nil || len(b) != 1012 {
				t.Errorf("limit %d: %d bytes, %v", limit, len(b), err)
			}
		} else {
			wantFault(t, err, code)
			if int64(len(b)) > limit || errors.Is(err, ErrBroken) {
				t.Errorf("limit %d: %d bytes, %v", limit, len(b), err)
			}
		}
		_ = r.Body.Close()
		if _, err := r.Body.Read(make([]byte, 1)); err == nil {
			t.Error("read after Close")
		}
	}
	if r, err := s.client.Do(context.Background(), Request{Address: "accounts", Header: http.Header{"Accept": {"application/xml"}}}); err != nil {
		t.Error(err)
	} else {
		_ = r.Body.Close()
	}
}

func TestAnEmptyAnswerIsGoodWhereNoneIsDue(t *testing.T) {
	s := play(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("OData-EntityId", "x")
		w.WriteHeader(http.StatusNoContent)
	})
	header, err := s.client.JSON(context.Background(), Request{Method: "POST", Address: "accounts", Body: []byte("{}")}, &struct{}{})
	if err != nil || header.Get("OData-EntityId") != "x" {
		t.Fatal(header, err)
	}
	r, err := s.client.Do(context.Background(), Request{Address: "accounts"})
	if err != nil || r.Status != 304 {
		t.Fatal(r, err)
	}
	_ = r.Body.Close()
}

func TestARefusalIsAFaultThatCarriesTheAnswer(t *testing.T) {
	s := play(t, answers(404, `{"error":{"code":"0x80040217","message":"account With Id = hunter2 Does Not Exist"}}`,
		"x-ms-service-request-id", "11111111-2222-3333-4444-555555555555"))
	_, err := s.get("accounts(1)?$select=name")
	f := wantFault(t, err, "rest.not-found")
	var a *Answer
	if !errors.As(err, &a) || a.Status != 404 || a.Code != "0x80040217" || !strings.Contains(a.Message, "hunter2") ||
		a.CorrelationID != "11111111-2222-3333-4444-555555555555" {
		t.Fatalf("%+v", a)
	}
	if strings.Contains(a.Error(), "hunter2") || f.Op != "reading accounts" ||
		f.Details != "HTTP 404, code 0x80040217, correlation id 11111111-2222-3333-4444-555555555555, 2026-03-01T12:00:00Z" {
		t.Errorf("%q %q %q", a.Error(), f.Op, f.Details)
	}
	if s.clock.waited() != "" {
		t.Error("it was repeated")
	}
}

func TestTheTechnologysOwnTableComesFirst(t *testing.T) {
	n := 0
	s := play(t, first(&n,
		answers(500, `{"error":{"code":"0x80044151","message":"SQL timeout"}}`), good,
		answers(400, `{"error":{"code":"0x1","message":""}}`), answers(403, `{}`),
	), func(c *Config, _ *Network) {
		c.Fault = func(a *Answer) *core.Fault {
			switch a.Code {
			case "0x80044151":
				return &core.Fault{Kind: core.Busy, Code: "x.slow", Cause: "c", Remedy: "r"}
			case "0x1":
				return &core.Fault{Kind: core.Wrong, Code: "x.own", Cause: "c", Remedy: "r"}
			}
			return nil
		}
	})
	if _, err := s.get("accounts"); err != nil || s.clock.waited() != "1s" {
		t.Error("a refusal that passes was not repeated:", err, s.clock.waited())
	}
	_, err := s.get("accounts")
	f := wantFault(t, err, "x.own")
	var a *Answer
	if !errors.As(err, &a) || f.Owner != core.DynamicsAdmin {
		t.Errorf("%+v", f)
	}
	_, err = s.get("accounts")
	wantFault(t, err, "rest.forbidden")
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	var asked []string
	renew := func(c *Config, _ *Network) {
		c.Token = func(_ context.Context, refused string) (string, error) {
			asked = append(asked, refused)
			if refused != "" {
				return "new-hunter2", nil
			}
			return token, nil
		}
	}
	n := 0
	s := play(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		if r.Header.Get("Authorization") != "Bearer new-hunter2" {
			reply(w, 401, "")
			return
		}
		good(w, r)
	}, renew)
	if _, err := s.client.JSON(context.Background(), Request{Method: "POST", Address: "accounts", Body: []byte("{}"), NoRepeat: true}, nil); err != nil {
		t.Fatal(err)
	}
	if strings.Join(asked, ",") != ","+token || n != 2 {
		t.Errorf("asked %q, %d requests", asked, n)
	}
	asked, n = nil, 0
	s = play(t, func(w http.ResponseWriter, _ *http.Request) { n++; reply(w, 401, "") }, renew)
	_, err := s.get("accounts")
	if f := wantFault(t, err, "rest.signed-out"); f.Kind != core.SignIn || n != 2 {
		t.Errorf("%s after %d requests", f.Kind, n)
	}
	own := &core.Fault{Kind: core.SignIn, Code: "signin.secret-wrong", Cause: "c", Remedy: "r", Owner: core.You}
	s = play(t, good, func(c *Config, _ *Network) {
		c.Token = func(context.Context, string) (string, error) { return "", own }
	})
	_, err = s.get("accounts")
	wantFault(t, err, "signin.secret-wrong")
}

func TestNoMoreRequestsAtOnceThanSlots(t *testing.T) {
	var now, most atomic.Int32
	gate := make(chan struct{})
	s := play(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		for {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		gate <- struct{}{}
		now.Add(-1)
		good(w, r)
	}, func(c *Config, _ *Network) { c.Slots = 2 })
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if _, err := s.get("accounts"); err != nil {
				t.Error(err)
			}
		})
	}
	for range 10 {
		<-gate
	}
	all.Wait()
	if most.Load() > 2 {
		t.Error(most.Load(), "at once")
	}
}

func TestAnOpenBodyHoldsNoSlot(t *testing.T) {
	s := play(t, good, func(c *Config, _ *Network) { c.Slots = 1 })
	a, err := s.client.Do(context.Background(), Request{Address: "accounts"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if _, err := s.get("contacts"); err != nil {
		t.Fatal(err)
	}
}

func TestALogLineNamesTheTableAndNothingElse(t *testing.T) {
	s := play(t, answers(400, `{"error":{"code":"secret hunter2","message":"hunter2"}}`))
	_, err := s.get("accounts(name='hunter2')?$select=a")
	wantFault(t, err, "rest.refused-request")
	if l := s.log.String(); !strings.Contains(l, "table=accounts status=400 fault=rest.refused-request") {
		t.Error(l)
	}
}
