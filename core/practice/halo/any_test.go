package halo_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ferry/core/practice/halo"
)

// Whatever is sent, Halo answers it: it never breaks, and what it does not take it does not store.
func TestWhateverIsSentIsAnswered(t *testing.T) {
	g := visit(t, halo.Settings{Requests: 1 << 30})
	values := []string{"null", "true", `"x"`, `""`, "0", "1", "-1", "1.5", "1e400", "99999999999999999999", "[]", "[null]", "[1]", "[{}]", "{}", `{"id":{}}`,
		`[{"id":{}}]`, `[{"id":1,"value":[]}]`, `[{"id":"1","value":{}}]`, `[{"name":"CFBerths","value":[{"id":"x"}]}]`, `[{"name":"CFTier","value":[[]]}]`, `[{"name":"CFSegments","value":[{"id":[]}]}]`}
	routes := map[string]string{"client": "Area", "site": "Site", "users": "Users", "fieldinfo": "FieldInfo", "lookup": "Lookup", "customtable": "CustomTable", "toplevel": "TopLevel", "externallink": "ExternalLink"}
	bases := []string{"", `"id":1,`, `"name":"Any","client_id":1,"site_id":1,"usage":2,"lookupid":1,"table_id":2,"halo_id":1,"third_party_id":"a",`}
	for route, entity := range routes {
		for _, member := range halo.Entities()[entity].Names() {
			for _, value := range values {
				for _, base := range bases {
					body := fmt.Sprintf(`[{%s"%s":%s}]`, base, member, value)
					status, answer := g.direct("POST", "/api/"+route, body)
					if good := []int{201, 400, 404, 501}; !slices.Contains(good, status) {
						t.Fatalf("POST %s %s is answered %d %s", route, body, status, answer)
					}
				}
			}
		}
	}
	for route := range routes {
		for _, query := range []string{"?pageinate=true&page_no=-1&page_size=-5", "?count=-1", "?order=customfields", "?advanced_search=[{]", "?include_custom_fields=,x", "?client_id=x", "/0", "/-1", "/99999999999999999999", "/1/2"} {
			if status, answer := g.direct("GET", "/api/"+route+query, ""); status >= 500 && status != http.StatusNotImplemented {
				t.Errorf("GET %s%s is answered %d %s", route, query, status, answer)
			}
		}
	}
}

// direct is send without a connection, for many requests.
func (g *guest) direct(method, path, body string) (int, string) {
	w, r := httptest.NewRecorder(), httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+g.bearer)
	g.halo.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
