package dataverse

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
	"ferry/core/practice/world"
)

// connect makes a Source of a practice environment, signed in as its application.
func connect(t testing.TB, e *practice.Environment, change func(*Config)) *Source {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: e.Pool, MinVersion: tls.VersionTLS12}, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	var mu sync.Mutex
	token := ""
	c := Config{
		Org: e.Org, Transport: transport, Language: 1033,
		Token: func(ctx context.Context, refused string) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			for i := 0; token == "" || token == refused; i++ {
				var err error
				if token, err = grant(ctx, transport, e); err != nil && i > 5 {
					return "", err
				}
			}
			return token, nil
		},
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func grant(ctx context.Context, transport http.RoundTripper, e *practice.Environment) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {e.SecretApp}, "client_secret": {e.Secret}, "scope": {e.Org + "/.default"}}
	r, err := http.NewRequestWithContext(ctx, "POST", e.Authority+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := transport.RoundTrip(r)
	if err != nil {
		return "", err
	}
	defer w.Body.Close()
	var in struct {
		Token string `json:"access_token"`
	}
	err = json.NewDecoder(w.Body).Decode(&in)
	return in.Token, err
}

// wanted is what a cell of the practice world must be read as.
func wanted(c world.Cell, f *core.Field) core.Value {
	switch c.Kind {
	case world.Null:
		return core.Null()
	case world.Bool:
		return core.Bool(c.N != 0)
	case world.Int:
		return core.Int(c.N)
	case world.Decimal, world.Double:
		return core.Decimal(c.S)
	case world.Time:
		if f.Dates == core.TimeZoneIndependent {
			return core.Clock(c.Time())
		}
		return core.Time(c.Time())
	case world.Date:
		d := c.Time()
		return core.Date(d.Year(), d.Month(), d.Day())
	case world.Choice:
		return core.Choice(c.N)
	case world.Choices:
		var codes []int64
		for part := range strings.SplitSeq(c.S, ",") {
			var n int64
			_, _ = fmt.Sscan(part, &n)
			codes = append(codes, n)
		}
		return core.Choices(codes...)
	case world.Ref:
		return core.Ref(c.Table, c.S)
	case world.Bytes:
		return core.Bytes([]byte(c.S))
	}
	return core.Text(c.S)
}

// compare reads a whole table and holds every cell against what the practice world has stored.
func compare(t *testing.T, e *practice.Environment, s *Source, name string) (cells int) {
	t.Helper()
	ctx := context.Background()
	described, err := s.Describe(ctx, name)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return 0
	}
	q := core.Query{Table: name}
	for _, f := range described.Fields {
		if f.Readable {
			q.Fields = append(q.Fields, f.Name)
		}
	}
	table := e.World.Table(name)
	seen := make(map[string]bool)
	for page, err := range s.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return cells
		}
		for _, rec := range page.Records {
			if seen[rec.Key] {
				t.Errorf("%s: a record came twice", name)
			}
			seen[strings.Clone(rec.Key)] = true
			i, ok := e.World.Find(table, rec.Key)
			row, there := e.World.Row(table, i)
			if !ok || !there {
				t.Errorf("%s: a record came that is not there", name)
				continue
			}
			for j, field := range q.Fields {
				c := table.Column(field)
				if c == nil {
					t.Errorf("%s.%s: there is no such column", name, field)
					continue
				}
				cells++
				if want := wanted(row.Cells[c.Index], described.Field(field)); rec.Values[j] != want {
					t.Errorf("%s.%s (%s) of %s: got %.80v, want %.80v", name, field, c.Type, rec.Key, rec.Values[j], want)
					if t.Failed() && cells > 2000 {
						return cells
					}
				}
			}
		}
		page.Release()
	}
	if len(seen) != e.World.Len(name) {
		t.Errorf("%s: %d records came, %d are there", name, len(seen), e.World.Len(name))
	}
	return cells
}

func TestEveryCellOfEveryTableComesExactly(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 700, "contact": 600}})
	s := connect(t, e, func(c *Config) { c.PageSize = 500 })
	tables, err := s.Tables(context.Background())
	if err != nil || len(tables) < 10 {
		t.Fatal(err, len(tables))
	}
	total := 0
	for _, name := range tables {
		total += compare(t, e, s, name.Logical)
	}
	t.Logf("%d tables, %d cells", len(tables), total)
	for _, table := range e.World.Tables() {
		listed := slices.ContainsFunc(tables, func(n core.TableName) bool { return n.Logical == table.Logical })
		if listed == (table.Private || table.Intersect) {
			t.Errorf("%s: listed is %v", table.Logical, listed)
		}
	}
}
