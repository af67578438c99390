package dynamics_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/world"
)

// sink takes an answer and keeps nothing but its length and its end.
type sink struct {
	header http.Header
	bytes  int64
	status int
	tail   []byte
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) WriteHeader(code int) { s.status = code }

func (s *sink) Write(b []byte) (int, error) {
	s.bytes += int64(len(b))
	s.tail = append(s.tail[:0], b[max(0, len(b)-2000):]...)
	return len(b), nil
}

// BenchmarkPages measures how fast a page of 5,000 accounts with 60 fields is written, in bytes of JSON.
func BenchmarkPages(b *testing.B) {
	w := world.New(world.Options{Rows: map[string]int{"account": 1_000_000}})
	s := dynamics.New(dynamics.Options{World: w, Check: as(w, w.Ada())})
	var fields []string
	for _, c := range w.Table("account").Columns {
		if c.Property != "" && c.ValidForRead && len(fields) < 60 {
			fields = append(fields, c.Property)
		}
	}
	address := "https://localhost/api/data/v9.2/accounts?$select=" + strings.Join(fields, ",")
	var total int64
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("GET", address, nil)
		r.Header.Set("Authorization", "Bearer x")
		out := &sink{header: http.Header{}}
		s.ServeHTTP(out, r)
		if out.status != http.StatusOK {
			b.Fatalf("status %d", out.status)
		}
		total = out.bytes
		next := string(out.tail)
		at := strings.Index(next, `"@odata.nextLink":"`)
		if at < 0 {
			b.Fatal("there is no next page")
		}
		next = next[at+len(`"@odata.nextLink":"`):]
		address = next[:strings.IndexByte(next, '"')]
	}
	b.SetBytes(total)
}
