package dataverse

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
)

// A fake is a small environment with one table, "thing", whose answers a test can change.
type fake struct {
	*httptest.Server
	source *Source

	mu      sync.Mutex
	asked   []*http.Request                                   // everything that was asked for
	answer  func(w http.ResponseWriter, r *http.Request) bool // a test's own answers come first
	records []string                                          // JSON of each record, in order
	size    int                                               // records of a page
	waits   []time.Duration
}

const api = "/api/data/v9.2/"

func newFake(t testing.TB, change func(*fake, *Config)) *fake {
	t.Helper()
	f := &fake{size: 3}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	f.Config.ErrorLog = log.New(io.Discard, "", 0)
	f.StartTLS()
	t.Cleanup(f.Close)
	c := Config{
		Org: f.URL, Version: "v9.2", Transport: f.Client().Transport, PageSize: 3,
		Token: func(context.Context, string) (string, error) { return "token", nil },
		Wait: func(_ context.Context, d time.Duration) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.waits = append(f.waits, d)
			return nil
		},
	}
	if change != nil {
		change(f, &c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	f.source = s
	t.Cleanup(func() { _ = s.Close() })
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r)
	answer := f.answer
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	if answer != nil && answer(w, r) {
		return
	}
	path := strings.TrimPrefix(r.URL.Path, api)
	switch {
	case path == "EntityDefinitions":
		fmt.Fprintf(w, `{"value":[%s,{"LogicalName":"hidden","EntitySetName":"hiddens","IsPrivate":true},{"LogicalName":"a_b","EntitySetName":"a_bs","IsIntersect":true},{"LogicalName":"unset"}]}`, thing)
	case path == "EntityDefinitions(LogicalName='thing')":
		fmt.Fprint(w, thing)
	case path == "EntityDefinitions(LogicalName='thing')/Attributes":
		fmt.Fprint(w, thingAttributes)
	case strings.HasPrefix(path, "EntityDefinitions("):
		refuse(w, 404, "0x80060888", "Resource not found for the segment")
	case path == "things":
		f.page(w, r)
	default:
		refuse(w, 501, "", "")
	}
}

// page answers with the records from the number in $skiptoken on.
func (f *fake) page(w http.ResponseWriter, r *http.Request) {
	from, _ := strconv.Atoi(r.URL.Query().Get("$skiptoken"))
	to := min(from+f.size, len(f.records))
	link := ""
	if to < len(f.records) {
		link = fmt.Sprintf(`,"@odata.nextLink":"%s"`, f.link(to))
	}
	fmt.Fprintf(w, `{"@odata.context":"x","value":[%s]%s}`, strings.Join(f.records[from:to], ","), link)
}

func (f *fake) link(at int) string { return fmt.Sprintf("%s%sthings?$skiptoken=%d", f.URL, api, at) }

func (f *fake) fill(n int) {
	for i := range n {
		f.records = append(f.records, record(i))
	}
}

func id(i int) string { return fmt.Sprintf("%08d-1be7-e611-8101-e0071b6af231", i) }

func record(i int) string {
	return fmt.Sprintf(`{"@odata.etag":"W/\"%d\"","thingid":"%s","name":"Thing %d","size":%d}`, i, strings.ToUpper(id(i)), i, i)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"code": code, "message": message}})
}

// read collects the keys of a whole sequence, and its bookmarks.
func read(s *Source, q core.Query, from core.Bookmark) (keys []string, marks []core.Bookmark, err error) {
	for page, err := range s.Read(context.Background(), q, from) {
		if err != nil {
			return keys, marks, err
		}
		for _, r := range page.Records {
			keys = append(keys, strings.Clone(r.Key))
		}
		marks = append(marks, page.After)
		page.Release()
	}
	return keys, marks, nil
}

func ids(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, id(i))
	}
	return out
}

func things(fields ...string) core.Query { return core.Query{Table: "thing", Fields: fields} }

const (
	thing           = `{"LogicalName":"thing","SchemaName":"Thing","EntitySetName":"things","PrimaryIdAttribute":"thingid","PrimaryNameAttribute":"name","DisplayName":{"LocalizedLabels":[{"Label":"Ding","LanguageCode":1031},{"Label":"Thing","LanguageCode":1033}],"UserLocalizedLabel":null}}`
	thingAttributes = `{"value":[
		{"LogicalName":"thingid","AttributeType":"Uniqueidentifier","AttributeTypeName":{"Value":"UniqueidentifierType"},"IsValidForRead":true},
		{"LogicalName":"name","AttributeType":"String","AttributeTypeName":{"Value":"StringType"},"IsValidForRead":true},
		{"LogicalName":"size","AttributeType":"Integer","AttributeTypeName":{"Value":"IntegerType"},"IsValidForRead":true},
		{"LogicalName":"ownerid","AttributeType":"Owner","AttributeTypeName":{"Value":"OwnerType"}},
		{"LogicalName":"owneridtype","AttributeType":"EntityName","AttributeTypeName":{"Value":"EntityNameType"},"AttributeOf":"ownerid","IsValidODataAttribute":false},
		{"LogicalName":"tags","AttributeType":"Virtual","AttributeTypeName":{"Value":"MultiSelectPicklistType"}},
		{"LogicalName":"picture","AttributeType":"Virtual","AttributeTypeName":{"Value":"ImageType"},"AttributeOf":"pictureid"},
		{"LogicalName":"picture_url","AttributeType":"String","AttributeTypeName":{"Value":"StringType"},"AttributeOf":"pictureid"},
		{"LogicalName":"secret","AttributeType":"String","IsValidForRead":false},
		{"LogicalName":"createdon","AttributeType":"DateTime","AttributeTypeName":{"Value":"DateTimeType"}},
		{"LogicalName":"derived","AttributeType":"Virtual","AttributeTypeName":{"Value":"VirtualType"}}]}`
)
