package dataverse

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// links are the numbers in the links that were asked for, in their order.
func (f *fake) links() (asked []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.asked {
		if token := r.URL.Query().Get("$skiptoken"); token != "" {
			asked = append(asked, token)
		}
	}
	return asked
}

// lent are the blocks of answers that are in use.
func (s *Source) lent() int {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	return s.shelf.made - len(s.shelf.free)
}

// returned waits until every block was given back.
func returned(t *testing.T, s *Source) {
	t.Helper()
	look, end := time.NewTicker(time.Millisecond), time.After(3*time.Minute)
	defer look.Stop()
	for s.lent() > 0 {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("%d blocks were never given back", s.lent())
		}
	}
}

func TestTheNextPageIsAskedForBeforeThisOneIsRead(t *testing.T) {
	f := newFake(t, nil)
	text := strings.Repeat("x", 1<<20)
	for i := range 12 {
		f.records = append(f.records, fmt.Sprintf(`{"thingid":"%s","name":"%s"}`, id(i), text))
	}
	f.size = 6 // more than one page of ours
	next := make(chan struct{}, 12)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Has("$skiptoken") {
			next <- struct{}{}
		}
		return false
	}
	n := 0
	for page, err := range f.source.Read(t.Context(), things("name"), core.Bookmark{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			if len(page.Records) >= f.size {
				t.Fatal("the whole page came at once")
			}
			<-next // though the rest of the page is not read yet
		}
		n += len(page.Records)
		page.Release()
	}
	if n != 12 || !slices.Equal(f.links(), []string{"6"}) {
		t.Errorf("%d records were read, and asked for %v", n, f.links())
	}
	returned(t, f.source)
}

func TestOnlyThePagesOfTheChainAreAskedFor(t *testing.T) {
	for name, page := range map[string]string{
		"the link last":            `{"value":[%s],"@odata.nextLink":"%s"}`,
		"the link first":           `{"@odata.nextLink":"%[2]s","value":[%[1]s]}`,
		"the link before a number": `{"value":[%s],"@odata.nextLink":"%s","@odata.count":-1}`,
		"an object behind it":      `{"value":[%s],"@odata.nextLink":"%s","more":{}}`,
	} {
		f := newFake(t, nil)
		f.answer = func(w http.ResponseWriter, r *http.Request) bool {
			from := 0
			if !strings.HasSuffix(r.URL.Path, "/things") {
				return false
			}
			_, _ = fmt.Sscan(r.URL.Query().Get("$skiptoken"), &from)
			link := f.link(from + 1)
			// What a record says is no link, wherever it stands.
			text := fmt.Sprintf(`,\"@odata.nextLink\":\"%s\"}`, f.link(90+from))
			rec := fmt.Sprintf(`{"thingid":"%s","name":"%s","@odata.nextLink":"%s"}`, id(from), text, f.link(80+from))
			if from == 4 {
				_, _ = fmt.Fprintf(w, `{"value":[%s]}`, rec)
			} else {
				_, _ = fmt.Fprintf(w, page, rec, link)
			}
			return true
		}
		keys, _, err := read(f.source, things("name"), core.Bookmark{})
		if err != nil || !slices.Equal(keys, ids(0, 5)) || !slices.Equal(f.links(), []string{"1", "2", "3", "4"}) {
			t.Errorf("%s: got %v %v, and asked for %v", name, keys, err, f.links())
		}
		returned(t, f.source)
	}
}

func TestAPageThatCannotBeReadLeadsNowhere(t *testing.T) {
	f := newFake(t, nil)
	f.fill(9)
	first := true
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/things") || r.URL.Query().Has("$skiptoken") || !first {
			return false
		}
		first = false
		// Its end is as good as any: another page, which is not the one that the page leads to when it is whole.
		_, _ = fmt.Fprintf(w, `{"value":[%s,%s,{"name":"\q"}],"@odata.nextLink":"%s"}`, record(0), record(1), f.link(6))
		return true
	}
	keys, marks, err := read(f.source, things("name"), core.Bookmark{})
	if err != nil || !slices.Equal(keys, ids(0, 9)) {
		t.Errorf("got %v %v", keys, err)
	}
	if len(marks) != 3 || marks[0].Address != f.link(3) {
		t.Errorf("the bookmarks are %v", marks)
	}
	returned(t, f.source)
}

func TestALimitAsksForNoPageThatIsNotWanted(t *testing.T) {
	f := newFake(t, nil)
	f.fill(12)
	q := things("name")
	q.Limit = 6
	if keys, _, err := read(f.source, q, core.Bookmark{}); err != nil || len(keys) != 6 || !slices.Equal(f.links(), []string{"3"}) {
		t.Errorf("got %v %v, and asked for %v", keys, err, f.links())
	}
}

func TestAnAnswerWithoutRoomIsReadAsItComes(t *testing.T) {
	f := newFake(t, nil)
	text := strings.Repeat("x", blockSize)
	for i := range 2*maxBlocks + 10 { // two pages
		f.records = append(f.records, fmt.Sprintf(`{"thingid":"%s","name":"%s"}`, id(i), text))
	}
	f.size = maxBlocks + 5
	keys, _, err := read(f.source, things("name"), core.Bookmark{})
	if err != nil || !slices.Equal(keys, ids(0, 2*f.size)) {
		t.Errorf("got %d records, %v", len(keys), err)
	}
	if f.source.shelf.made > maxBlocks {
		t.Errorf("%d blocks were made", f.source.shelf.made)
	}
	returned(t, f.source)
}

func TestWhoStopsInMidPageLeavesNothingBehind(t *testing.T) {
	f := newFake(t, nil)
	f.records = append(f.records, fmt.Sprintf(`{"thingid":"%s","name":"%s"}`, id(0), strings.Repeat("x", pageSize)))
	f.fill(8)
	hangs := make(chan struct{})
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("$skiptoken") != "3" {
			return false
		}
		_, _ = io.WriteString(w, `{"value":[`+record(3)) // it was asked for early, and never ends
		w.(http.Flusher).Flush()
		close(hangs)
		<-r.Context().Done()
		return true
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for page, err := range f.source.Read(ctx, things("name"), core.Bookmark{}) {
		if err != nil {
			if ctx.Err() == nil {
				t.Error(err)
			}
			continue
		}
		<-hangs
		page.Release()
		stop()
	}
	returned(t, f.source)
}
