package halo_test

import (
	"fmt"
	"strings"
	"testing"

	"ferry/core/practice/halo"
)

// rows lists the rows of custom tables as id, parent and the values of a field.
func (g *guest) rows(table int64, field string) string {
	var out []string
	for _, r := range g.halo.CustomTableRows() {
		if r.Int("table") == table {
			out = append(out, fmt.Sprint(r.ID(), "<", r.Int("fkid"), ":", r.Field(field)))
		}
	}
	return strings.Join(out, " ")
}

const (
	voyages = 1004
	vessels = 1005
	berths  = 1006
)

func TestATableIsToldWithFieldsAndRowsInItsDetailsOnly(t *testing.T) {
	g := visit(t, halo.Settings{})
	all := g.list("/api/CustomTable?customonly=true")
	if len(all) != 3 || all[1]["db_name"] != "CTVessels" || all[1]["fields"] != nil || all[2]["linkto_table_name"] != "Customer" {
		t.Errorf("the tables are %v", all)
	}
	if v := g.get("/api/CustomTable/1005"); v["rows"] != nil || v["fields"] != nil {
		t.Errorf("without details: %v", v)
	}
	v := g.get("/api/CustomTable/1005?includedetails=true")
	row := v["rows"].([]any)[0].(map[string]any)
	if len(v["fields"].([]any)) != 6 || row["display"] != "own-1" || shown(row, "CFVesselClass")["display"] != "Brig" {
		t.Errorf("with details: %v", v)
	}
	if child := shown(row, "CFVoyages")["value"].([]any)[0].(map[string]any); fmt.Sprint(child["fkid"]) != "1" || shown(child, "CFVoyage")["value"] != "First" {
		t.Errorf("the voyages of a vessel are %v", child)
	}
	page := g.get("/api/CustomTable/1005?includedetails=true&pageinate=true&page_no=2&page_size=1")
	if rows := page["rows"].([]any); len(rows) != 1 || fmt.Sprint(page["record_count"]) != "2" {
		t.Errorf("the second page is %v", page)
	}
}

func TestRowsAreAddedChangedMatchedAndDeleted(t *testing.T) {
	g := visit(t, halo.Settings{})
	name, key := g.field("CFVesselName").ID(), g.field("CFVesselId").ID()
	add := fmt.Sprintf(`[{"id":1005,"_isimport":true,"_importtype":"x","customfields":[{"id":1005,"type":7,"usage":1005,"table_matching_field":%d,"value":[
		{"customfields":[{"name":"CFVesselId","value":"own-2"},{"id":%d,"value":"Heron"}]},{"customfields":[{"name":"CFVesselId","value":"new"},{"id":%d,"value":"Tern"}]}]}]}]`, key, name, name)
	g.post("/api/CustomTable", add)
	g.post("/api/CustomTable", add)
	if got := g.rows(vessels, "CFVesselName"); got != "1<0:Halcyon 3<0:Heron 4<0:Tern" {
		t.Errorf("rows are %s", got)
	}
	g.post("/api/CustomTable", fmt.Sprintf(`[{"id":1005,"edit_customfields":[{"id":1005,"value":[{"id":4,"customfields":[{"id":"%d","value":"Gull"}]}]}],"delete_customfields":[1]}]`, name))
	if got := g.rows(vessels, "CFVesselName"); got != "3<0:Heron 4<0:Gull" {
		t.Errorf("rows are %s", got)
	}
	if got := g.rows(voyages, "CFVoyage"); got != "" {
		t.Errorf("the voyages of a vessel that is gone are %s", got)
	}
	if r := g.halo.CustomTableRows()[1]; r.Field("CFVesselId") != "new" {
		t.Errorf("a value that was not sent is %v", r.Field("CFVesselId"))
	}
	g.refused(400, "row 99", "POST", "/api/CustomTable", `[{"id":1005,"delete_customfields":[99]}]`)
	g.refused(400, "needs its id", "POST", "/api/CustomTable", `[{"id":1005,"edit_customfields":[{"id":1005,"value":[{"customfields":[]}]}]}]`)
}

func TestRowsBelowARowAreNested(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.post("/api/CustomTable", `[{"id":1005,"add_customfields":[{"id":1005,"type":7,"value":[{"customfields":[{"name":"CFVesselId","value":"v"},
		{"name":"CFVoyages","type":7,"value":[{"customfields":[{"name":"CFVoyageId","value":"a"}]},{"customfields":[{"name":"CFVoyageId","value":"b"}]}]}]}]}]}]`)
	if got := g.rows(voyages, "CFVoyageId"); got != "2<1:own-1-1 5<4:a 6<4:b" {
		t.Errorf("voyages are %s", got)
	}
}

func TestRowsOfARecordAreReplacedUnlessTheFieldSaysOtherwise(t *testing.T) {
	g := visit(t, halo.Settings{})
	write := func(flags, value string) {
		g.post("/api/client", fmt.Sprintf(`[{"id":1,"customfields":[{"name":"CFBerths","type":7%s,"value":[{"id":0,"customfields":[{"name":"CFBerth","value":"%s"}]}]}]}]`, flags, value))
	}
	write("", "a")
	write(`,"add_rows":true`, "b")
	if got := g.rows(berths, "CFBerth"); got != "4<1:a 5<1:b" {
		t.Errorf("after adding: %s", got)
	}
	write("", "c")
	if got := g.rows(berths, "CFBerth"); got != "6<1:c" {
		t.Errorf("after replacing: %s", got)
	}
	write(fmt.Sprintf(`,"dont_delete_rows":true,"table_matching_field":%d`, g.field("CFBerth").ID()), "c")
	if got := g.rows(berths, "CFBerth"); got != "6<1:c" {
		t.Errorf("after matching: %s", got)
	}
	g.post("/api/client", `[{"id":1,"customfields":[{"name":"CFBerths","type":7,"delete_these_rows":[6]}]}]`)
	if got := g.rows(berths, "CFBerth"); got != "" {
		t.Errorf("after deleting: %s", got)
	}
	g.post("/api/CustomTable", `[{"id":1006,"key":2,"customfields":[{"id":1006,"type":7,"value":[{"customfields":[{"name":"CFBerth","value":"x"}]}]}]}]`)
	if got := g.rows(berths, "CFBerth"); got != "7<2:x" {
		t.Errorf("through the table: %s", got)
	}
	g.refused(400, "key", "POST", "/api/CustomTable", `[{"id":1006,"customfields":[{"id":1006,"type":7,"value":[]}]}]`)
}

func TestATableIsMadeWithItsFields(t *testing.T) {
	g := visit(t, halo.Settings{})
	made := g.post("/api/CustomTable", `[{"name":"Cargo","fields":[{"name":"CFWeight","type":0}]}]`)
	v := g.get(fmt.Sprintf("/api/CustomTable/%v?includedetails=true", made["id"]))
	if fields := v["fields"].([]any); fmt.Sprint(made["id"]) != "1007" || len(fields) != 1 || fmt.Sprint(fields[0].(map[string]any)["usage"]) != "1007" {
		t.Errorf("made %v", v)
	}
}

func TestTopLevelsFormATree(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.post("/api/TopLevel", `[{"name":"Gold","parentid":2}]`)
	all := g.list("/api/TopLevel")
	if len(all) != 3 || all[2]["long_name"] != "Customers/Partners/Gold" {
		t.Errorf("the top levels are %v", all)
	}
	g.post("/api/client", `[{"id":1,"toplevel_id":3}]`)
	if got := names(g.get("/api/client?toplevel_id=3"), "clients"); got != "Contoso" {
		t.Errorf("below Gold are %s", got)
	}
	g.refused(400, "parentid", "POST", "/api/TopLevel", `[{"name":"x","parentid":9}]`)
	g.refused(400, "below itself", "POST", "/api/TopLevel", `[{"id":1,"parentid":3}]`)
}
