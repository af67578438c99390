package halo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// Some versions answer a list as a bare array, name its rows otherwise, or count nothing; pages it has all the same.
func TestAListIsReadToItsEndInWhateverEnvelope(t *testing.T) {
	for name, envelope := range map[string]string{
		"bare": `%s`, "another name": `{"record_count":25.0,"columns":[{"id":1},{"id":2},{"id":3},{"id":4}],"items":%s,"user_ids":[1,2,3]}`,
		"no count": `{"clients":%s}`, "count of null": `{"record_count":null,"page_no":null,"columns":[],"clients":%s}`,
	} {
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "token") {
				fmt.Fprint(w, `{"access_token":"x","expires_in":3600.0}`)
				return
			}
			no, _ := strconv.Atoi(r.URL.Query().Get("page_no"))
			rows := []map[string]any{}
			for i := (no - 1) * 3; i < min(25, no*3); i++ { // three on a page, whatever is asked for
				rows = append(rows, map[string]any{"id": json.Number(strconv.Itoa(i+1) + ".0"), "name": "x"})
			}
			text, _ := json.Marshal(rows)
			fmt.Fprintf(w, envelope, text)
		}))
		w := &world{t: t, server: s, now: time.Unix(1, 0), pem: pemOf(s)}
		d := w.open("auth-address", s.URL+"/auth")
		got := 0
		if err := d.c.list(context.Background(), "x", "Client", "clients", nil, func(object) error { got++; return nil }); err != nil || got != 25 {
			t.Errorf("%s: %d of 25 rows, %v", name, got, err)
		}
		s.Close()
	}
}

func TestLinksInPagesAreReadPageByPage(t *testing.T) {
	w := newWorld(t, practice.Settings{PagedLinks: true, CapLinks: true, PageCap: 7})
	want(t, write(t, w.open("link-module", "77"), accounts(), some(40, account)), core.Created)
	before := w.halo.Count("GET", "/api/externallink")
	d := w.open("link-module", "77")
	ix, err := d.index(context.Background(), mustTable(t, d, customers))
	if err != nil || len(ix.byKey) != 40 || ix.capped {
		t.Errorf("%d links, %v", len(ix.byKey), err)
	}
	if n := w.halo.Count("GET", "/api/externallink") - before; n > 7 {
		t.Errorf("%d requests read 40 links in pages of seven", n)
	}
}
