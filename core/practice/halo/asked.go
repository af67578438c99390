package halo

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

// A Request is one that came, whatever became of it. What is secret is not in it.
type Request struct {
	Time   time.Time
	Method string
	Path   string
	Query  string
	Body   []byte
	Status int
}

const (
	loggedRequests = 20000
	loggedBytes    = 64 << 20 // of all bodies
)

// A log keeps the latest requests, and counts all.
type log struct {
	list   []Request
	bytes  int
	counts map[string]int
}

func (l *log) note(r Request) {
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[r.Method+" "+strings.ToLower(r.Path)]++
	l.list = append(l.list, r)
	l.bytes += len(r.Body)
	if len(l.list) > loggedRequests || l.bytes > loggedBytes {
		half := len(l.list) / 2
		for _, gone := range l.list[:half] {
			l.bytes -= len(gone.Body)
		}
		l.list = append([]Request(nil), l.list[half:]...)
	}
}

// recorded is the body as it may be kept: never with a secret.
func recorded(r *http.Request, body []byte) []byte {
	if strings.EqualFold(strings.Trim(r.URL.Path, "/"), "auth/token") {
		return nil
	}
	return body
}

// Requests returns the latest requests, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log.list...)
}

// Count returns how often something was asked since the start or Forget: Count("POST", "/api/client"). An empty path is
// any, and so is an empty method.
func (s *Server) Count(method, path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for what, times := range s.log.counts {
		m, p, _ := strings.Cut(what, " ")
		if (method == "" || m == method) && (path == "" || p == strings.ToLower(path)) {
			n += times
		}
	}
	return n
}

// Forget empties the log of requests and the outbox.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = log{}
	s.store.outbox = nil
}

// Outbox returns what Halo sent to people or set off, oldest first.
func (s *Server) Outbox() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.store.outbox...)
}

// A Stored is a record as it is stored, under the names of Halo's description.
type Stored map[string]any

// ID is the record's id.
func (s Stored) ID() int64 { return s.Int("id") }

// Int is a whole number among its members; 0 when there is none.
func (s Stored) Int(name string) int64 { return record(s).int(name) }

// Text is a text among its members; "" when there is none.
func (s Stored) Text(name string) string { return record(s).text(name) }

// Bool is a yes or no among its members.
func (s Stored) Bool(name string) bool { return record(s).bool(name) }

// Field is the value of one of its custom fields, by the field's name: text, bool, int64 or []int64, as it is stored.
func (s Stored) Field(name string) any {
	values, _ := s["customfields"].(map[string]any)
	return values[name]
}

// General reports whether Halo made this user itself for a site.
func (s Stored) General() bool { return record(s).bool(generalUser) }

// Customers returns every customer, by id, inactive and hidden ones too.
func (s *Server) Customers() []Stored { return s.stored("client") }

// Sites returns every site, by id.
func (s *Server) Sites() []Stored { return s.stored("site") }

// Users returns every user, by id, General Users too.
func (s *Server) Users() []Stored { return s.stored("users") }

// TopLevels returns every top level, by id.
func (s *Server) TopLevels() []Stored { return s.stored("toplevel") }

// Fields returns every custom field, by id.
func (s *Server) Fields() []Stored { return s.stored("fieldinfo") }

// Options returns every value of every list, by list and code; "code" is its number in its list.
func (s *Server) Options() []Stored {
	all := s.stored("lookup")
	for _, o := range all {
		o["code"] = o[code]
	}
	return all
}

// Links returns every external link, by id.
func (s *Server) Links() []Stored { return s.stored("externallink") }

// CustomTableRows returns every row of every custom table, by id: "table" is the id of its table, "fkid" that of the
// record or the row that it belongs to.
func (s *Server) CustomTableRows() []Stored {
	all := s.stored("row")
	for _, r := range all {
		r["table"] = r[tableOf]
	}
	return all
}

// stored copies the records of a kind. What their custom fields hold is under "customfields", by the fields' names.
func (s *Server) stored(name string) []Stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.store.all(name)
	out := make([]Stored, len(all))
	for i, r := range all {
		out[i] = Stored(maps.Clone(r))
		values := map[string]any{}
		for id, v := range cells(r) {
			values[s.store.get("fieldinfo", id).text("name")] = v
		}
		out[i]["customfields"] = values
	}
	return out
}
