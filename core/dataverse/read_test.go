package dataverse

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/dataverse/scan"
)

func TestEveryRecordIsReadOnceOverManyPages(t *testing.T) {
	for n := range 11 {
		f := newFake(t, nil)
		f.fill(n)
		keys, marks, err := read(f.source, things("name", "size"), core.Bookmark{})
		if err != nil || !slices.Equal(keys, ids(0, n)) {
			t.Errorf("%d records: got %v %v", n, keys, err)
		}
		if !marks[len(marks)-1].Done {
			t.Errorf("%d records: the last bookmark is not the end", n)
		}
	}
}

func TestReadingGoesOnBehindEachBookmark(t *testing.T) {
	f := newFake(t, nil)
	f.fill(10)
	_, marks, err := read(f.source, things("name"), core.Bookmark{})
	if err != nil || len(marks) != 4 {
		t.Fatal(err, marks)
	}
	for i, m := range marks {
		keys, _, err := read(f.source, things("name"), m)
		if want := ids(min(3*(i+1), 10), 10); err != nil || !slices.Equal(keys, want) {
			t.Errorf("behind bookmark %d: got %v %v, want %v", i, keys, err, want)
		}
	}
}

func TestReadingGoesOnWithinAPage(t *testing.T) {
	f := newFake(t, nil)
	f.size = 10
	text := strings.Repeat("x", 1<<20)
	for i := range 10 {
		f.records = append(f.records, fmt.Sprintf(`{"thingid":"%s","name":"%s"}`, id(i), text))
	}
	all, marks, err := read(f.source, things("name"), core.Bookmark{})
	if err != nil || !slices.Equal(all, ids(0, 10)) || len(marks) < 3 {
		t.Fatal(err, all, marks)
	}
	for i, m := range marks {
		keys, _, err := read(f.source, things("name"), m)
		if want := ids(10-len(keys), 10); err != nil || !slices.Equal(keys, want) || !m.Done && m.Taken != 10-len(keys) {
			t.Errorf("behind bookmark %d: got %v %v", i, keys, err)
		}
	}
	// A record before the bookmark is gone: the page is delivered from its start again, and nothing is lost.
	f.records = f.records[1:]
	keys, _, err := read(f.source, things("name"), marks[0])
	if err != nil || !slices.Equal(keys, ids(1, 10)) {
		t.Errorf("after a deletion: got %v %v", keys, err)
	}
	f.records = f.records[:2]
	keys, _, err = read(f.source, things("name"), marks[1])
	if err != nil || !slices.Equal(keys, ids(1, 3)) {
		t.Errorf("after many deletions: got %v %v", keys, err)
	}
}

func TestALimitEndsTheReadingAlsoAfterABookmark(t *testing.T) {
	f := newFake(t, nil)
	f.fill(10)
	for limit := 1; limit < 12; limit++ {
		q := things("name")
		q.Limit = limit
		keys, marks, err := read(f.source, q, core.Bookmark{})
		if err != nil || !slices.Equal(keys, ids(0, min(limit, 10))) {
			t.Errorf("limit %d: got %v %v", limit, keys, err)
		}
		for i, m := range marks {
			rest, _, err := read(f.source, q, m)
			if want := ids(min(3*(i+1), limit, 10), min(limit, 10)); err != nil || !slices.Equal(rest, want) {
				t.Errorf("limit %d behind bookmark %d: got %v %v, want %v", limit, i, rest, err, want)
			}
		}
	}
}

func TestRecordsAreReadByKeyInPieces(t *testing.T) {
	f := newFake(t, nil)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		filter := r.URL.Query().Get("$filter")
		if filter == "" {
			return false
		}
		if !strings.HasPrefix(filter, "(size gt 1) and (thingid eq ") {
			t.Errorf("the filter is %q", filter)
		}
		var list []string
		for i := range 120 {
			if strings.Contains(filter, "thingid eq "+id(i)) {
				list = append(list, record(i))
			}
		}
		fmt.Fprintf(w, `{"value":[%s]}`, strings.Join(list, ","))
		return true
	}
	q := things("name")
	q.Filter, q.Keys = "size gt 1", ids(0, 120)
	q.Keys[7] = "{" + strings.ToUpper(q.Keys[7]) + "}"
	keys, marks, err := read(f.source, q, core.Bookmark{})
	if err != nil || !slices.Equal(keys, ids(0, 120)) || len(marks) != 3 {
		t.Errorf("got %d keys, %v, %v", len(keys), marks, err)
	}
	keys, _, err = read(f.source, q, marks[1])
	if err != nil || !slices.Equal(keys, ids(100, 120)) {
		t.Errorf("behind the second piece: got %v %v", keys, err)
	}
	q.Keys = []string{"1' or 1 eq 1"}
	if _, _, err = read(f.source, q, core.Bookmark{}); core.AsFault(err).Code != "dataverse.bad-key" {
		t.Errorf("a key that is none: %v", err)
	}
	q.Keys = []string{}
	if keys, marks, err = read(f.source, q, core.Bookmark{}); err != nil || keys != nil || !marks[0].Done {
		t.Errorf("no keys: %v %v %v", keys, marks, err)
	}
}

func TestRequestsAreThoseOfTheWebAPI(t *testing.T) {
	f := newFake(t, nil)
	f.fill(7)
	q := things("name", "ownerid", "thingid")
	q.Filter = "name ne 'a+b & c'"
	q.Range = core.Range{Field: "createdon", To: "2024-01-01T00:00:00Z"}
	if _, _, err := read(f.source, q, core.Bookmark{}); err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, r := range f.asked {
		if !strings.HasSuffix(r.URL.Path, "/things") {
			continue
		}
		pages++
		if got := r.Header.Get("Prefer"); got != `odata.maxpagesize=3,odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"` {
			t.Errorf("page %d: Prefer is %q", pages, got)
		}
		if r.Header.Get("OData-Version") != "4.0" || r.Header.Get("OData-MaxVersion") != "4.0" || r.Header.Get("If-None-Match") != "null" ||
			r.Header.Get("Authorization") != "Bearer token" || r.Header.Get("Cookie") != "" {
			t.Errorf("page %d: headers are %v", pages, r.Header)
		}
		if pages == 1 {
			v := r.URL.Query()
			if v.Get("$select") != "thingid,name,_ownerid_value" ||
				v.Get("$filter") != "(name ne 'a+b & c') and (createdon lt 2024-01-01T00:00:00Z or createdon eq null)" {
				t.Errorf("asked for %q", v)
			}
		} else if r.URL.RawQuery != fmt.Sprintf("$skiptoken=%d", 3*(pages-1)) {
			t.Errorf("page %d: the link was changed to %q", pages, r.URL.RawQuery)
		}
	}
	if pages != 3 {
		t.Errorf("%d pages were asked for", pages)
	}
}

func TestAnAddressThatIsTooLongLeavesTheFieldsOut(t *testing.T) {
	f := newFake(t, nil)
	f.fill(1)
	q := things("name", "size")
	q.Filter = "name eq '" + strings.Repeat("x", 15940) + "'"
	if _, _, err := read(f.source, q, core.Bookmark{}); err != nil {
		t.Fatal(err)
	}
	if last := f.asked[len(f.asked)-1]; last.URL.Query().Has("$select") || !last.URL.Query().Has("$filter") {
		t.Error("the address holds $select")
	}
}

func TestARecordServedTwiceIsDeliveredOnce(t *testing.T) {
	f := newFake(t, nil)
	f.size = 4
	for _, i := range []int{0, 1, 1, 2, 2, 3, 0, 4, 5} { // within a page, on neighbouring pages
		f.records = append(f.records, record(i))
	}
	keys, marks, err := read(f.source, things("name"), core.Bookmark{})
	if err != nil || !slices.Equal(keys, ids(0, 6)) {
		t.Errorf("got %v %v", keys, err)
	}
	keys, _, err = read(f.source, things("name"), marks[0])
	if err != nil || !slices.Equal(keys, append(ids(3, 4), id(0), id(4), id(5))) {
		t.Errorf("behind the first page, which ended with the record that the next begins with: got %v %v", keys, err)
	}
}

func TestAPageThatBreaksOffIsReadAgainWithoutDoubles(t *testing.T) {
	whole := func(f *fake) string {
		return fmt.Sprintf(`{"value":[%s],"@odata.nextLink":"%s"}`, strings.Join(f.records[0:5], ","), f.link(5))
	}
	cases := map[string]func(f *fake, w http.ResponseWriter, n int) bool{
		"cut in mid-body": func(f *fake, w http.ResponseWriter, n int) bool {
			if n > 3 {
				return false
			}
			text := whole(f)
			w.Header().Set("Content-Length", fmt.Sprint(len(text)))
			_, _ = io.WriteString(w, text[:len(text)*n/4])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"cut in mid-gzip": func(f *fake, w http.ResponseWriter, n int) bool {
			if n > 2 {
				return false
			}
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = io.WriteString(z, whole(f))
			_ = z.Close()
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(b.Bytes()[:b.Len()*n/3])
			return true
		},
		"bad JSON": func(f *fake, w http.ResponseWriter, n int) bool {
			if n > 2 {
				return false
			}
			_, _ = io.WriteString(w, strings.Replace(whole(f), `"Thing 3"`, `"Thing 3`, 1))
			return true
		},
		"ends too early but politely": func(f *fake, w http.ResponseWriter, n int) bool {
			if n > 2 {
				return false
			}
			_, _ = io.WriteString(w, whole(f)[:250])
			return true
		},
		"an error among the records": func(f *fake, w http.ResponseWriter, n int) bool {
			if n > 2 {
				return false
			}
			_, _ = fmt.Fprintf(w, `{"value":[%s],"error":{"code":"0x80044151","message":"x"}}`, record(0))
			return true
		},
		"a web page": func(f *fake, w http.ResponseWriter, n int) bool {
			if n > 2 {
				return false
			}
			_, _ = io.WriteString(w, `<!DOCTYPE html><p>maintenance`)
			return true
		},
	}
	for name, breaks := range cases {
		f := newFake(t, nil)
		f.fill(12)
		f.size = 5
		n := 0
		f.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/things") || r.URL.Query().Has("$skiptoken") {
				return false
			}
			n++
			return breaks(f, w, n)
		}
		keys, _, err := read(f.source, things("name"), core.Bookmark{})
		if err != nil || !slices.Equal(keys, ids(0, 12)) {
			t.Errorf("%s: got %v %v", name, keys, err)
		}
		if len(f.waits) == 0 {
			t.Errorf("%s: nothing was waited for", name)
		}
	}
}

func TestPatienceEnds(t *testing.T) {
	f := newFake(t, nil)
	f.fill(5)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Has("$skiptoken") {
			_, _ = io.WriteString(w, `{"value":[`)
			return true
		}
		return false
	}
	keys, _, err := read(f.source, things("name"), core.Bookmark{})
	if fault := core.AsFault(err); !slices.Equal(keys, ids(0, 3)) || fault.Code != "dataverse.broken-answer" || fault.Op == "" {
		t.Errorf("got %v %v", keys, err)
	}
	if len(f.waits) > 30 {
		t.Errorf("waited %d times", len(f.waits))
	}
}

func TestHostileServersAreRefused(t *testing.T) {
	isThings := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/things") }
	count := 0
	cases := []struct {
		name, code string
		answer     func(f *fake, w http.ResponseWriter, r *http.Request)
	}{
		{"a link to another host", "rest.foreign-address", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, `{"value":[%s],"@odata.nextLink":"https://evil.example/api/data/v9.2/things"}`, record(0))
		}},
		{"a link to another path", "rest.foreign-address", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, `{"value":[%s],"@odata.nextLink":"%s/other/things"}`, record(0), f.URL)
		}},
		{"a link that comes again", "dataverse.endless", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, `{"value":[%s],"@odata.nextLink":"%s"}`, record(count), f.link(1))
		}},
		{"a page that comes again", "dataverse.endless", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, `{"value":[%s,%s],"@odata.nextLink":"%s"}`, record(0), record(1), f.link(count))
		}},
		{"two pages in turn", "dataverse.endless", func(f *fake, w http.ResponseWriter, r *http.Request) {
			i := 2 * (count % 3)
			_, _ = fmt.Fprintf(w, `{"value":[%s,%s],"@odata.nextLink":"%s"}`, record(i), record(i+1), f.link(count))
		}},
		{"empty pages without end", "dataverse.endless", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, `{"value":[],"@odata.nextLink":"%s"}`, f.link(count))
		}},
		{"a cell without end", "dataverse.cell-too-large", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"value":[{"name":"`)
			for block := strings.Repeat("abcdefgh", 1<<13); r.Context().Err() == nil; {
				if _, err := io.WriteString(w, block); err != nil {
					return
				}
			}
		}},
		{"brackets without end", "dataverse.too-deep", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"value":[{"other":`+strings.Repeat("[", 100000))
		}},
		{"no key", "dataverse.no-key", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"value":[{"name":"a"}]}`)
		}},
		{"another key", "dataverse.no-key", func(f *fake, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"value":[{"thingid":"12"}]}`)
		}},
		{"a gzip bomb", "rest.bomb", func(f *fake, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
			_, _ = io.WriteString(z, `{"value":[`)
			for block := strings.Repeat(" ", 1<<16); r.Context().Err() == nil; {
				if _, err := io.WriteString(z, block); err != nil {
					return
				}
			}
		}},
	}
	for _, c := range cases {
		f := newFake(t, nil)
		count = 0
		f.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if !isThings(r) {
				return false
			}
			count++
			c.answer(f, w, r)
			return true
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := read(f.source, things("name"), core.Bookmark{})
		runtime.ReadMemStats(&after)
		if got := core.AsFault(err); got.Code != c.code || got.Remedy == "" {
			t.Errorf("%s: got %v", c.name, err)
		}
		if count > 12 {
			t.Errorf("%s: asked %d times", c.name, count)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 100<<20 {
			t.Errorf("%s: %d MB were allocated", c.name, grown>>20)
		}
		f.CloseClientConnections()
	}
}

func TestALinkTheServerForgotSaysSo(t *testing.T) {
	f := newFake(t, nil)
	f.fill(8)
	_, marks, err := read(f.source, things("name"), core.Bookmark{})
	if err != nil {
		t.Fatal(err)
	}
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Has("$skiptoken") {
			refuse(w, 400, "0x80060888", "The paging cookie is malformed: 'Contoso'")
			return true
		}
		return false
	}
	_, _, err = read(f.source, things("name"), marks[0])
	if core.AsFault(err).Code != CodeBookmarkExpired || strings.Contains(err.Error(), "Contoso") {
		t.Errorf("got %v", err)
	}
	_, _, err = read(f.source, things("name"), core.Bookmark{Address: "https://evil.example/x"})
	if core.AsFault(err).Code != "rest.foreign-address" {
		t.Errorf("a bookmark that leads elsewhere: %v", err)
	}
}

func TestAFieldThatTheServerDoesNotKnowAfterAllIsReadAsEmpty(t *testing.T) {
	f := newFake(t, nil)
	f.fill(7)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Query().Get("$select"), "tags") {
			refuse(w, 400, "0x80060888", "Could not find a property named 'tags'")
			return true
		}
		return false
	}
	keys, _, err := read(f.source, things("name", "tags"), core.Bookmark{})
	if err != nil || !slices.Equal(keys, ids(0, 7)) {
		t.Errorf("got %v %v", keys, err)
	}
	q := things("name", "tags")
	q.Filter = "oops"
	if _, _, err = read(f.source, q, core.Bookmark{}); core.AsFault(err).Code != "dataverse.bad-query" {
		t.Errorf("with a filter: %v", err)
	}
}

func TestStoppingEndsTheReadingAndWhatItStarted(t *testing.T) {
	f := newFake(t, nil)
	f.fill(30)
	before := runtime.NumGoroutine()
	for range 20 {
		for page, err := range f.source.Read(context.Background(), things("name"), core.Bookmark{}) {
			if err != nil || len(page.Records) != 3 {
				t.Fatal(err)
			}
			break
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last error
	for _, err := range f.source.Read(ctx, things("name"), core.Bookmark{}) {
		cancel()
		last = err
	}
	if f := core.AsFault(last); f.Kind != core.Stopped || !errors.Is(last, context.Canceled) {
		t.Errorf("cancelled: got %v", last)
	}
	f.CloseClientConnections()
	for i := 0; runtime.NumGoroutine() > before+10; i++ {
		if i > 1_000_000 {
			t.Fatalf("%d goroutines are left, %d were there", runtime.NumGoroutine(), before)
		}
		runtime.Gosched()
	}
}

func TestWhatIsNotThereIsSaidBeforeReading(t *testing.T) {
	f := newFake(t, nil)
	for table, code := range map[string]string{"nothing": CodeNoSuchTable, "no'thing": CodeNoSuchTable, "": CodeNoSuchTable} {
		_, _, err := read(f.source, core.Query{Table: table}, core.Bookmark{})
		if got := core.AsFault(err); got.Code != code || got.Subject.Table != table {
			t.Errorf("table %q: got %v", table, err)
		}
	}
	for _, field := range []string{"nofield", "secret", "derived", "owneridtype"} {
		_, _, err := read(f.source, things(field), core.Bookmark{})
		if got := core.AsFault(err); got.Code != "dataverse.no-such-field" || got.Subject.Field != field {
			t.Errorf("field %q: got %v", field, err)
		}
	}
	q := things("name")
	q.Range = core.Range{Field: "createdon", From: "1 or 1 eq 1"}
	if _, _, err := read(f.source, q, core.Bookmark{}); core.AsFault(err).Code != "dataverse.bad-range" {
		t.Errorf("a range that is none: %v", err)
	}
}

// chained is the hash of one more key in a bookmark within a page.
func chained(before uint64, key string) uint64 { return scan.Chain(before, scan.Hash(key)) }
