package dynamics_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/world"
)

const adaInDirectory = "00000000-0000-0000-0000-00000000ada1"

// as lets every token of "x" be the user's; everything else is refused.
func as(w *world.World, user string) func(string, string) (dynamics.Identity, error) {
	if err := w.SetObjectID(user, adaInDirectory); err != nil {
		panic(err)
	}
	return func(bearer, audience string) (dynamics.Identity, error) {
		if bearer != "x" {
			return dynamics.Identity{}, errors.New("no token of ours")
		}
		return dynamics.Identity{ObjectID: adaInDirectory}, nil
	}
}

// A bench is a server on a small world, with a clock that stands still.
type bench struct {
	*testing.T
	world  *world.World
	server *dynamics.Server
	now    time.Time
}

func open(t *testing.T, rows map[string]int, change ...func(*dynamics.Options)) *bench {
	t.Helper()
	b := &bench{T: t, now: time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)}
	b.world = world.New(world.Options{Seed: 1, Rows: rows, Now: func() time.Time { return b.now }})
	o := dynamics.Options{
		World: b.world, Check: as(b.world, b.world.Ada()), Authority: "https://localhost:1/tenant", Tenant: "tenant",
		Now: func() time.Time { return b.now },
	}
	for _, c := range change {
		c(&o)
	}
	b.server = dynamics.New(o)
	return b
}

// A reply is an answer that was read.
type reply struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (r reply) rows() []map[string]any {
	var out []map[string]any
	list, _ := r.json["value"].([]any)
	for _, v := range list {
		row, _ := v.(map[string]any)
		out = append(out, row)
	}
	return out
}

func (r reply) text(name string) string {
	s, _ := r.json[name].(string)
	return s
}

func (r reply) code() string {
	e, _ := r.json["error"].(map[string]any)
	s, _ := e["code"].(string)
	return s
}

func (r reply) message() string {
	e, _ := r.json["error"].(map[string]any)
	s, _ := e["message"].(string)
	return s
}

const api = "https://localhost/api/data/v9.2/"

// do sends a request; headers are given as name, value, name, value.
func (b *bench) do(method, path, body string, headers ...string) reply {
	b.Helper()
	if !strings.HasPrefix(path, "https://") {
		path = api + path
	}
	path = strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E").Replace(path)
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer x")
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Authorization" {
			r.Header.Del("Authorization")
		}
		if headers[i+1] != "" {
			r.Header.Add(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	out := reply{status: w.Code, header: w.Header(), body: w.Body.String()}
	if strings.HasPrefix(strings.TrimSpace(out.body), "{") {
		if err := json.Unmarshal(w.Body.Bytes(), &out.json); err != nil {
			b.Fatalf("%s %s: the answer is no JSON: %v\n%s", method, path, err, out.body)
		}
	}
	return out
}

func (b *bench) get(path string, headers ...string) reply {
	b.Helper()
	return b.do("GET", path, "", headers...)
}

// ok sends a GET that must succeed.
func (b *bench) ok(path string, headers ...string) reply {
	b.Helper()
	r := b.get(path, headers...)
	if r.status != http.StatusOK {
		b.Fatalf("GET %s: %d %s", path, r.status, r.body)
	}
	return r
}

// refused sends a GET that must fail in this way.
func (b *bench) refused(status int, code, path string, headers ...string) reply {
	b.Helper()
	r := b.get(path, headers...)
	if r.status != status || r.code() != code {
		b.Errorf("GET %s: got %d %s %s, want %d %s", path, r.status, r.code(), r.message(), status, code)
	}
	return r
}

func (b *bench) put(table string, cells map[string]world.Cell) string {
	b.Helper()
	key, err := b.world.Insert(table, "", cells)
	if err != nil {
		b.Fatal(err)
	}
	return key
}

// slow is a body that lets something happen while it is read.
type slow struct{ entered func() }

func (s *slow) Read([]byte) (int, error) {
	s.entered()
	return 0, io.EOF
}

// post sends a body of its own and returns the status.
func (b *bench) post(path string, body io.Reader) int {
	r := httptest.NewRequest("POST", api+path, body)
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	return w.Code
}
