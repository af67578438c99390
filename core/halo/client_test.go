package halo

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

func TestAListIsReadToItsEndWhateverAPageHolds(t *testing.T) {
	for _, limit := range []int{1, 7, 100} {
		w := newWorld(t, practice.Settings{PageCap: limit})
		d := w.open("link-module", "77")
		want(t, write(t, d, accounts(), some(30, account)), core.Created)
		ix, err := w.open("link-module", "77").index(context.Background(), mustTable(t, d, customers))
		if err != nil || len(ix.rows) != 30 {
			t.Errorf("pages of %d: %d rows, %v", limit, len(ix.rows), err)
		}
	}
}

func TestAListThatRepeatsItselfEnds(t *testing.T) {
	n := 0
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "token") {
			fmt.Fprint(w, `{"access_token":"x","expires_in":"3600"}`)
			return
		}
		if strings.HasSuffix(r.URL.Path, "authinfo") {
			http.NotFound(w, r)
			return
		}
		n++
		fmt.Fprint(w, `{"record_count":1000000,"clients":[{"id":1.0,"name":"a"},{"id":"2","name":"b"}]}`)
	}))
	defer s.Close()
	w := &world{t: t, server: s, now: time.Unix(1, 0), pem: pemOf(s)}
	d := w.open("auth-address", s.URL+"/auth")
	rows := 0
	if err := d.c.list(context.Background(), "x", "Client", "clients", nil, func(object) error { rows++; return nil }); err != nil || rows != 2 || n != 2 {
		t.Errorf("%v, %d rows in %d requests", err, rows, n)
	}
}

// Where a person named the server that signs in, Halo is still asked whose tenant it is; one that cannot say is asked once.
func TestTheTenantIsFoundBesideASignInOnAServerOfItsOwn(t *testing.T) {
	for told, want := range map[string]string{`{"auth_url":"https://elsewhere.example.com","tenant_id":"acme"}`: "acme", `{"tenant_id":null}`: "", `<html>`: ""} {
		asked, tenants := 0, []string{}
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "authinfo"):
				asked++
				if told == `<html>` {
					w.Header().Set("Content-Type", "text/html")
					w.WriteHeader(http.StatusNotImplemented)
				}
				fmt.Fprint(w, told)
			case strings.HasSuffix(r.URL.Path, "token"):
				tenants = append(tenants, r.URL.Query().Get("tenant"))
				fmt.Fprint(w, `{"access_token":"x","expires_in":1}`)
			default:
				fmt.Fprint(w, `{"record_count":1,"clients":[{"id":1,"name":"a"}]}`)
			}
		}))
		defer s.Close()
		w := &world{t: t, server: s, now: time.Unix(1, 0), pem: pemOf(s)}
		d := w.open("auth-address", s.URL+"/auth")
		for range 2 {
			w.now = w.now.Add(time.Hour)
			if err := d.c.list(context.Background(), "x", "Client", "clients", nil, func(object) error { return nil }); err != nil {
				t.Fatalf("%s: %v", told, err)
			}
		}
		if asked != 1 || len(tenants) != 2 || tenants[0] != want || tenants[1] != want {
			t.Errorf("%s: asked %d times, signed in to %q, want %q", told, asked, tenants, want)
		}
	}
}

func TestATokenThatEndsOrIsRevokedIsFetchedAgain(t *testing.T) {
	w := newWorld(t, practice.Settings{TokenLife: 400})
	d := w.open("link-module", "77", "batch", "5")
	for i := range 4 {
		rows := some(10, func(n int) core.Record { return account(i*10 + n) })
		want(t, write(t, d, accounts(), rows), core.Created)
		if i%2 == 0 {
			w.halo.ExpireTokens()
		} else {
			_ = w.wait(context.Background(), 500*time.Second)
		}
	}
	if n := w.halo.Count("POST", "/auth/token"); n != 4 {
		t.Errorf("%d tokens were fetched", n)
	}
}

// refused429 counts the requests that ran into the limit.
func (w *world) refused429() (n int) {
	for _, r := range w.halo.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

func TestTheLimitIsKeptBeforeItBites(t *testing.T) {
	w := newWorld(t, practice.Settings{Requests: 20})
	d := w.open("link-module", "77", "requests", "20", "batch", "1")
	var notices []string
	ctx := core.WithNotices(context.Background(), func(n core.Notice) { notices = append(notices, n.Text) })
	outcomes, err := d.Write(ctx, accounts(), core.Batch{ID: "b", Pass: 1, Rows: some(90, account)})
	if err != nil {
		t.Fatal(err)
	}
	want(t, outcomes, core.Created)
	if n := w.refused429(); n != 0 {
		t.Errorf("the limit was run into %d times", n)
	}
	if len(notices) == 0 || !strings.Contains(notices[0], "Halo asks us to wait") {
		t.Errorf("%q", notices)
	}
	if took := w.clock().Sub(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)); took > 26*time.Minute {
		t.Errorf("90 requests at 20 in 5 minutes took %s", took)
	}
}

func TestALimitThatIsLowerThanExpectedIsObeyed(t *testing.T) {
	for _, s := range []practice.Settings{{Requests: 15}, {Requests: 15, LimitText: "json"}, {Requests: 15, RetryAfter: true}} {
		w := newWorld(t, s)
		d := w.open("link-module", "77", "batch", "1")
		want(t, write(t, d, accounts(), some(40, account)), core.Created)
		if len(w.halo.Customers()) != 40 {
			t.Errorf("%d customers", len(w.halo.Customers()))
		}
		if n := w.refused429(); n == 0 || n > 60 {
			t.Errorf("%d requests ran into the limit", n)
		}
	}
}

func TestTheAnswersOfAPostMayDiffer(t *testing.T) {
	for _, s := range []practice.Settings{{OneAsArray: true}, {Status200: true}, {Warning: "hunter2 of Ann"}, {NullForGone: true}, {Body401: true}} {
		w := newWorld(t, s)
		d := w.open("link-module", "77")
		made := write(t, d, accounts(), some(3, account))
		want(t, made, core.Created)
		want(t, write(t, d, contacts(), some(2, func(i int) core.Record { return contact(i, made[i].ID) })), core.Created)
	}
}

func TestARecordThatIsGoneIsMadeAgain(t *testing.T) {
	for _, s := range []practice.Settings{{}, {NullForGone: true}} {
		w := newWorld(t, s)
		d := w.open("link-module", "77")
		made := write(t, d, accounts(), some(2, account))
		if err := d.c.remove(context.Background(), "", "Client", w.halo.Customers()[0].ID()); err != nil {
			t.Fatal(err)
		}
		again := w.open("link-module", "77")
		still, err := again.Still(context.Background(), accounts(), []string{made[0].ID, made[1].ID})
		if err != nil || still[0] || !still[1] {
			t.Errorf("%v %v", still, err)
		}
		outcomes := write(t, again, accounts(), some(2, account), core.Known{ID: made[0].ID}, core.Known{ID: made[1].ID})
		if outcomes[0].Kind != core.Created || len(w.halo.Customers()) != 2 {
			t.Errorf("%s, %d customers", outcomes[0].Kind, len(w.halo.Customers()))
		}
	}
}

func TestNoSecretIsShownAnywhere(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, practice.Settings{})
	s := core.Settings{Values: map[string]string{"address": w.server.URL}, Secrets: map[string]core.Secret{
		"client-id": core.NewSecret("hunter1"), "secret": core.NewSecret("hunter2"), "headers": core.NewSecret("X-Deal: hunter3"),
	}}
	o := Options{Wait: w.wait, Now: w.clock, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	o.Network.PEM = w.pem
	d, err := New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Identity(context.Background())
	f := wantFault(t, err, "halo.secret-refused")
	if text := fmt.Sprintf("%v %+v %s %+v", f, f.Err, log.String(), s); strings.Contains(text, "hunter") {
		t.Error(text)
	}
}

func TestExtraHeadersGoAlong(t *testing.T) {
	var got []string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("X-Deal"))
		fmt.Fprint(w, `{"access_token":"x","dbid":"7"}`)
	}))
	defer s.Close()
	w := &world{t: t, server: s, now: time.Unix(1, 0), pem: pemOf(s)}
	id, err := w.open("auth-address", s.URL, "headers", "X-Deal: 42\n").Identity(context.Background())
	if err != nil || id.ID != "halo 7" || strings.Join(got, ",") != "42,42,42" {
		t.Errorf("%v %v %q", err, id, got)
	}
}

func TestSettingsAreReadStrictly(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	for _, c := range []struct{ name, value, code string }{
		{"address", "", "halo.no-address"}, {"address", "http://acme.halopsa.com", "halo.plain-http"}, {"address", "ftp://x", "halo.bad-address"},
		{"address", "https://user:pass@x", "halo.bad-address"}, {"address", "https://аcme.halopsa.com", "halo.disguised"}, {"auth-address", "http://login.example.com", "halo.plain-http"},
		{"batch", "many", "halo.bad-number"}, {"requests", "0", "halo.bad-number"}, {"window", "0", "halo.bad-number"}, {"window", "five", "halo.bad-number"}, {"dynamics-value", "value1", "halo.bad-slot"}, {"field-types", "0=nothing", "halo.bad-types"},
		{"headers", "Authorization: x", "halo.bad-header"},
	} {
		_, err := w.try(c.name, c.value)
		wantFault(t, err, c.code)
	}
	for address, root := range map[string]string{
		"acme.halopsa.com": "https://acme.halopsa.com/api/", "https://acme.halopsa.com/": "https://acme.halopsa.com/api/", "https://x.example/halo/api": "https://x.example/halo/api/",
		"https://x.example/halo": "https://x.example/halo/api/", "http://127.0.0.1:81": "http://127.0.0.1:81/api/",
	} {
		d, err := w.try("address", address)
		if err != nil || d.to.resource.String() != root {
			t.Errorf("%s: %v %v", address, err, d)
		}
	}
	if p := Place(core.Settings{Values: map[string]string{"address": "https://Acme.HaloPSA.com/"}}); p != "acme.halopsa.com" {
		t.Error(p)
	}
}

// What fails and passes by itself is waited for; a write of which nobody knows is looked for and not sent blindly.
func TestWhatPassesIsWaitedFor(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	n := 0
	inner := w.server.Config.Handler
	w.server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if n++; n%3 == 0 {
			w.halo.Settings().Refuse(rw, []int{502, 503, 504, 500}[n/3%4], "", nil)
			return
		}
		inner.ServeHTTP(rw, r)
	})
	d := w.open("link-module", "77", "batch", "4")
	outcomes, err := d.Write(context.Background(), accounts(), core.Batch{ID: "b", Pass: 1, Rows: some(40, account)})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, s := range w.halo.Customers() {
		names[s.Text("name")]++
	}
	for name, n := range names {
		if n > 1 {
			t.Errorf("%s is there %d times", name, n)
		}
	}
	for i, o := range outcomes {
		if there := names[fmt.Sprintf("Account %d", i)] == 1; (o.Kind == core.Created) != there {
			t.Errorf("record %d is %s and there: %v; %v", i, o.Kind, there, o.Fault)
		}
	}
	if created := count(outcomes, core.Created); created < 38 {
		t.Errorf("%d created", created)
	}
}

// Whoever looks whether Halo can be reached does not wait for it as an import does; an import does.
func TestWhatNeverAnsweredIsNotWaitedForLong(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	address := w.server.URL
	d := w.open("link-module", "77")
	if _, err := d.Describe(t.Context(), customers); err != nil {
		t.Fatal(err)
	}
	w.server.Close()
	for _, c := range []struct {
		d     *Destination
		least time.Duration
		most  time.Duration
	}{{d, 5 * time.Minute, 20 * time.Minute}, {w.open("address", address), 0, time.Minute}} {
		before := w.clock()
		c.d.fresh()
		if _, err := c.d.Describe(t.Context(), customers); err == nil {
			t.Error("nobody is there")
		}
		if took := w.clock().Sub(before); took < c.least || took > c.most {
			t.Errorf("it gave up after %s", took)
		}
	}
}
