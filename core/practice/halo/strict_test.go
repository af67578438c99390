package halo_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ferry/core/practice/halo"
)

// Whatever is written into, and however deep it lies, also in rows below rows: a member that Halo's description does not have is
// refused, and so is one of another type. Nothing of it is stored.
func TestEachEndpointRefusesWhatItDoesNotKnow(t *testing.T) {
	g := visit(t, halo.Settings{})
	remark, below := g.field("CFRemark").ID(), g.field("CFVoyages").ID()
	row := fmt.Sprintf(`{"customfields":[{"name":"CFVesselName","value":"x"},{"id":%d,"type":7,"value":[{"customfields":[{"name":"CFVoyage","value":"x"}]}]}]}`, below)
	of := func(member, row string) string {
		return fmt.Sprintf(`{"id":1005,"_isimport":true,%q:[{"id":1005,"type":7,"add_rows":true,"value":[%s]}]}`, member, row)
	}
	for i, one := range [][2]string{
		{"Client", fmt.Sprintf(`{"name":"A","customfields":[{"id":%d,"value":"x"}],"newclient_delivery_address":{"line1":"x"},"new_external_link":{"module_id":1,"third_party_id":"x"}}`, remark)},
		{"Site", `{"name":"A","client_id":1,"delivery_address":{"line1":"x"},"customfields":[{"name":"CFSiteCode","value":"x"}],"new_external_link":{"module_id":1,"third_party_id":"y"}}`},
		{"Users", `{"name":"A","site_id":1,"customfields":[{"name":"CFNewsletter","value":true}],"new_external_link":{"module_id":1,"third_party_id":"z"}}`},
		{"TopLevel", `{"name":"A"}`},
		{"ExternalLink", `{"table_id":2,"module_id":1,"halo_id":1,"third_party_id":"v"}`},
		{"FieldInfo", `{"name":"A","type":2,"usage":2,"values":[{"name":"x"}]}`},
		{"Lookup", `{"lookupid":1,"name":"A"}`},
		{"CustomTable", of("customfields", row)}, {"CustomTable", of("add_customfields", row)}, {"CustomTable", of("edit_customfields", `{"id":1,`+row[1:])},
		{"CustomTable", `{"id":1005,"_isimport":true,"_add_rows":[` + row + `],"delete_customfields":[3]}`},
	} {
		path, body := one[0], one[1]
		before := g.everything()
		for _, broken := range []string{`"_unheard_of":1,`, `"id":{"x":1},`} {
			for at := range len(body) {
				if body[at] != '{' {
					continue
				}
				text := "[" + body[:at+1] + broken + body[at+1:] + "]"
				if !json.Valid([]byte(text)) {
					t.Fatal(text)
				}
				if strings.Contains(broken, `"id"`) && strings.HasPrefix(body[at+1:], `"id"`) {
					continue // the second of two members counts
				}
				if status, answer := g.send("POST", "/api/"+path, "application/json", text); status != 400 {
					t.Errorf("%s: %d %s: %s", path, status, answer, text)
				}
			}
		}
		if now := g.everything(); now != before {
			t.Errorf("%d: %s: something was stored:\n%s\n%s", i, path, before, now)
		}
		if status, answer := g.send("POST", "/api/"+path, "application/json", "["+body+"]"); status != 201 {
			t.Errorf("%s: %d %s: %s", path, status, answer, body)
		}
		if now := g.everything(); now == before {
			t.Errorf("%d: %s: nothing was stored", i, path)
		}
	}
}

// everything counts what is stored.
func (g *guest) everything() string {
	h := g.halo
	var names []string
	for _, r := range h.CustomTableRows() {
		names = append(names, fmt.Sprint(r.ID(), r["customfields"]))
	}
	return fmt.Sprint(len(h.Customers()), len(h.Sites()), len(h.Users()), len(h.TopLevels()), len(h.Fields()), len(h.Options()), len(h.Links()), names)
}
