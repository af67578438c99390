package halo

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"ferry/core"
	practice "ferry/core/practice/halo"
	"ferry/core/rest"
)

const (
	testID     = "4e1d7c3a-92b5-4f60-a8d7-5c6b7a8f9e01"
	testSecret = "practice~Halo.hunter2"
)

// A world is a practice Halo behind a server that can lose answers, with a clock that waits for nobody.
type world struct {
	t      *testing.T
	halo   *practice.Server
	server *httptest.Server
	pem    []byte

	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
	lose  func(r *http.Request) bool // the work is done and the answer is dropped

	refuse func(r *http.Request) int // a gateway answers with this status; 0 lets the request through
}

func newWorld(t *testing.T, settings practice.Settings, seed ...practice.Customer) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	w.server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		lose := w.lose != nil && w.lose(r)
		status := 0
		if w.refuse != nil {
			status = w.refuse(r)
		}
		w.mu.Unlock()
		if status != 0 {
			http.Error(rw, "<html></html>", status)
			return
		}
		if !lose {
			w.halo.ServeHTTP(rw, r)
			return
		}
		w.halo.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(func() {
		w.server.Close()
		for _, what := range w.halo.Unknown() {
			t.Errorf("the practice Halo does not know %s", what)
		}
	})
	w.halo = practice.New(practice.Options{
		Address: w.server.URL, Elsewhere: "https://elsewhere.example", Tenant: "practice", ClientID: testID, Secret: testSecret, Settings: settings,
		Seed: practice.Seed{Customers: seed}, Now: w.clock,
	})
	w.pem = pemOf(w.server)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
	w.slept = append(w.slept, d)
	return ctx.Err()
}

// open opens the destination. values are settings, in pairs.
func (w *world) open(values ...string) *Destination {
	w.t.Helper()
	d, err := w.try(values...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = d.Close() })
	return d
}

func (w *world) try(values ...string) (*Destination, error) {
	s := core.Settings{Values: map[string]string{"address": w.server.URL}, Secrets: map[string]core.Secret{
		"client-id": core.NewSecret(testID), "secret": core.NewSecret(testSecret),
	}}
	for i := 0; i+1 < len(values); i += 2 {
		if values[i] == "secret" || values[i] == "client-id" || values[i] == "headers" {
			s.Secrets[values[i]] = core.NewSecret(values[i+1])
			continue
		}
		s.Values[values[i]] = values[i+1]
	}
	return New(s, Options{Network: rest.Network{PEM: w.pem, Proxy: rest.Proxy{Mode: rest.NoProxy}}, Wait: w.wait, Now: w.clock})
}

// key is the i-th key of a record.
func key(i int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i) }

// accounts is a plan for customers.
func accounts() core.Plan {
	return planOf("account", customers, "name", "website", "phone", "line1", "line3", "inactive")
}

// contacts is a plan for users.
func contacts() core.Plan {
	p := planOf("contact", users, "name", "firstname", "surname", "emailaddress", "title", "customer")
	p.Columns[5].Ref = true
	return p
}

func planOf(source, table string, columns ...string) core.Plan {
	p := core.Plan{ID: source, Source: source, Title: source, Table: table, Key: keyColumn, Passes: 1}
	for _, name := range columns {
		c := core.Column{Name: name, Type: core.ColumnText, Field: name, Pass: 1, Rule: core.Rule{Found: core.FillBlanks, Keep: true}}
		if name == "inactive" {
			c.Type = core.ColumnBoolean
		}
		p.Columns = append(p.Columns, c)
	}
	return p
}

func account(i int) core.Record {
	return core.Record{Key: key(i), Values: []core.Value{
		core.Text(fmt.Sprintf("Account %d", i)), core.Text(fmt.Sprintf("https://a%d.example", i)), core.Text("+49 30 1"), core.Text("Street 1"), core.Text("Berlin"), core.Bool(false),
	}}
}

func contact(i int, customer string) core.Record {
	v := core.Null()
	if customer != "" {
		v = core.Ref("account", customer)
	}
	return core.Record{Key: key(100000 + i), Values: []core.Value{
		core.Text(fmt.Sprintf("Ann %d Lee", i)), core.Text(fmt.Sprintf("Ann %d", i)), core.Text("Lee"), core.Text(fmt.Sprintf("ann%d@a.example", i)), core.Text("CFO"), v,
	}}
}

func some(n int, make func(int) core.Record) []core.Record {
	var rows []core.Record
	for i := range n {
		rows = append(rows, make(i))
	}
	return rows
}

// write writes a batch that has to succeed.
func write(t *testing.T, d *Destination, p core.Plan, rows []core.Record, known ...core.Known) []core.Outcome {
	t.Helper()
	outcomes, err := d.Write(context.Background(), p, core.Batch{ID: "b", Pass: 1, Rows: rows, Known: known})
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func count(outcomes []core.Outcome, k core.OutcomeKind) int {
	n := 0
	for _, o := range outcomes {
		if o.Kind == k {
			n++
		}
	}
	return n
}

// want asserts that all outcomes are of a kind.
func want(t *testing.T, outcomes []core.Outcome, k core.OutcomeKind) {
	t.Helper()
	for i, o := range outcomes {
		if o.Kind != k {
			t.Fatalf("record %d is %s and not %s: %v", i, o.Kind, k, o.Fault)
		}
	}
}

func wantFault(t *testing.T, err error, code string) *core.Fault {
	t.Helper()
	if err == nil {
		t.Fatalf("no Fault; want %s", code)
	}
	f := core.AsFault(err)
	if f.Code != code {
		t.Fatalf("%s: %v; want %s", f.Code, f, code)
	}
	return f
}

func pemOf(s *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}

// bodyOf is what a request sends. It can be read again.
func bodyOf(r *http.Request) string {
	b, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(b))
	return string(b)
}
