package halo_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ferry/core/practice/halo"
)

// field is the custom field of that name.
func (g *guest) field(name string) halo.Stored {
	g.t.Helper()
	for _, f := range g.halo.Fields() {
		if f.Text("name") == name {
			return f
		}
	}
	g.t.Fatalf("there is no field %s", name)
	return nil
}

// list reads a bare array.
func (g *guest) list(path string) []map[string]any {
	g.t.Helper()
	status, body := g.send("GET", path, "", "")
	var v []map[string]any
	if err := json.Unmarshal([]byte(body), &v); err != nil || status != 200 {
		g.t.Fatalf("GET %s is answered %d %s", path, status, body)
	}
	return v
}

// shown is a custom field of an object that was read.
func shown(v map[string]any, name string) map[string]any {
	list, _ := v["customfields"].([]any)
	for _, one := range list {
		if f := one.(map[string]any); f["name"] == name {
			return f
		}
	}
	return nil
}

func TestFieldsAreToldWithTypeAndOptions(t *testing.T) {
	g := visit(t, halo.Settings{})
	types := map[string]float64{}
	for _, f := range g.list("/api/FieldInfo?typeid=2&iscustomfieldsetup=true&includevalues=true") {
		types[f["name"].(string)] = f["type"].(float64)
		if f["name"] == "CFTier" {
			values := f["values"].([]any)
			if first := values[0].(map[string]any); len(values) != 3 || first["id"] != 1.0 || first["name"] != "Preferred Customer" || first["value2"] != "1" {
				t.Errorf("CFTier has %v", values)
			}
		}
	}
	if len(types) != 10 || types["CFBerths"] != 7 || types["CFSegments"] != 3 || types["CFKeyAccount"] != 6 {
		t.Errorf("the fields are %v", types)
	}
	g.halo.Set(func(s *halo.Settings) { s.NoListValues = true })
	for _, f := range g.list("/api/FieldInfo?typeid=2&includevalues=true") {
		if f["values"] != nil {
			t.Errorf("%s comes with its options", f["name"])
		}
	}
	one := g.get(fmt.Sprintf("/api/FieldInfo/%d?includedetails=true", g.field("CFTier").ID()))
	if len(one["values"].([]any)) != 3 {
		t.Errorf("by its id the field is %v", one)
	}
	g.halo.Set(func(s *halo.Settings) { s.Envelopes = true })
	if v := g.get("/api/FieldInfo?typeid=4"); len(v["fieldinfos"].([]any)) != 3 {
		t.Errorf("in an envelope: %v", v)
	}
}

func TestAFieldIsMadeWithItsOptionsAndKeepsItsNameAndType(t *testing.T) {
	g := visit(t, halo.Settings{})
	made := g.post("/api/FieldInfo", `[{"name":"Region","label":"Region","type":2,"usage":2,"values":[{"name":"North"},{"name":"South","value2":"7"}]}]`)
	if made["name"] != "CFRegion" || len(made["values"].([]any)) != 2 {
		t.Fatalf("made %v", made)
	}
	g.post("/api/Lookup", fmt.Sprintf(`[{"lookupid":%v,"name":"West"}]`, made["lookup"]))
	g.post("/api/Lookup", fmt.Sprintf(`[{"lookupid":%v,"id":1,"value2":"5"}]`, made["lookup"]))
	got := ""
	for _, o := range g.list(fmt.Sprintf("/api/lookup?lookupid=%v&showallcodes=true", made["lookup"])) {
		got += fmt.Sprint(o["id"], o["name"], o["value2"], " ")
	}
	if got != "1North5 2South7 3West<nil> " {
		t.Errorf("the list is %s", got)
	}
	for body, says := range map[string]string{
		fmt.Sprintf(`[{"id":%v,"type":3}]`, made["id"]): "cannot be changed", `[{"name":"Region","type":0,"usage":2}]`: "already exists",
		`[{"name":"Two words","type":0,"usage":2}]`: "Name", `[{"name":"X","type":9,"usage":2}]`: "field type", `[{"name":"X","type":0,"usage":2,"values":[{"name":"a"}]}]`: "selections",
	} {
		g.refused(400, says, "POST", "/api/FieldInfo", body)
	}
	g.refused(400, "lookupid", "POST", "/api/Lookup", `[{"lookupid":9999,"name":"x"}]`)
}

func TestEveryTypeOfFieldIsWrittenAndReadAsHaloDoes(t *testing.T) {
	g := visit(t, halo.Settings{})
	for _, c := range []struct{ name, sent, value, display string }{
		{"CFDynamicsId", `"a-b"`, `"a-b"`, "a-b"},
		{"CFDynamicsId", `""`, `null`, ""},
		{"CFTier", `2`, `2`, "Standard"},
		{"CFTier", `"3"`, `3`, "Prospect"},
		{"CFTier", `0`, `null`, ""},
		{"CFSegments", `[{"id":1},{"id":3}]`, `[{"id":1,"name":"Owners"},{"id":3,"name":"Yards"}]`, "Owners, Yards"},
		{"CFSegments", `"2,3"`, `[{"id":2,"name":"Charterers"},{"id":3,"name":"Yards"}]`, "Charterers, Yards"},
		{"CFSince", `"2020-02-29"`, `"2020-02-29"`, "2020-02-29"},
		{"CFOpens", `"23:59"`, `"23:59"`, "23:59"},
		{"CFKeyAccount", `true`, `true`, "true"},
		{"CFKeyAccount", `"false"`, `false`, "false"},
		{"CFContract", `17`, `17`, ""},
	} {
		g.post("/api/client", fmt.Sprintf(`[{"id":1,"customfields":[{"id":"%d","value":%s}]}]`, g.field(c.name).ID(), c.sent))
		f := shown(g.get("/api/client/1?includedetails=true"), c.name)
		if got, _ := json.Marshal(f["value"]); string(got) != c.value || f["display"] != c.display {
			t.Errorf("%s of %s is read as %s, shown as %v", c.sent, c.name, got, f["display"])
		}
	}
	for name, value := range map[string]string{
		"CFDynamicsId": `"` + strings.Repeat("x", 101) + `"`, "CFTier": `9`, "CFSegments": `[1]`, "CFSince": `"tomorrow"`, "CFOpens": `"25:00"`, "CFKeyAccount": `1`, "CFRemark": `5`,
	} {
		g.refused(400, name, "POST", "/api/client", fmt.Sprintf(`[{"id":1,"customfields":[{"name":"%s","value":%s}]}]`, name, value))
	}
	g.refused(400, "CFNewsletter", "POST", "/api/client", `[{"id":1,"customfields":[{"name":"CFNewsletter","value":true}]}]`)
}

func TestFieldsThatAreNotSentStayOrGo(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.post("/api/client", `[{"id":2,"customfields":[{"name":"CFDynamicsId","value":"x"}]}]`)
	if c := g.halo.Customers()[1]; c.Field("CFRemark") != "kept" || c.Field("CFTier") != int64(2) || c.Field("CFDynamicsId") != "x" {
		t.Errorf("after a merge: %v", c)
	}
	g.halo.Set(func(s *halo.Settings) { s.ReplaceFields = true })
	g.post("/api/client", `[{"id":2,"customfields":[{"name":"CFDynamicsId","value":"y"}]}]`)
	if c := g.halo.Customers()[1]; c.Field("CFRemark") != nil || c.Field("CFDynamicsId") != "y" {
		t.Errorf("after a replacement: %v", c)
	}
}

func TestAnOptionIsFoundByItsDynamicsID(t *testing.T) {
	for slot, want := range map[string]any{"": int64(1), "custom1": int64(1), "none": nil} {
		g := visit(t, halo.Settings{DynamicsSlot: slot})
		g.post("/api/client", `[{"id":1,"customfields":[{"name":"CFTier","third_party_value":"1"}]}]`)
		if got := g.halo.Customers()[0].Field("CFTier"); got != want {
			t.Errorf("with the slot %q the tier is %v", slot, got)
		}
	}
}

func TestListsShowCustomFieldsOnlyWhenAsked(t *testing.T) {
	g := visit(t, halo.Settings{})
	query := fmt.Sprintf("/api/client?order=id&include_custom_fields=%d", g.field("CFTier").ID())
	tier := func() any {
		return shown(g.get(query)["clients"].([]any)[1].(map[string]any), "CFTier")["display"]
	}
	if got := tier(); got != "Standard" {
		t.Errorf("the row shows %v", got)
	}
	g.halo.Set(func(s *halo.Settings) { s.NoFieldColumns = true })
	if got := tier(); got != nil {
		t.Errorf("the row shows %v", got)
	}
	if f := g.get("/api/client?order=id")["clients"].([]any)[1].(map[string]any)["customfields"]; len(f.([]any)) != 0 {
		t.Errorf("a row shows %v unasked", f)
	}
}

func TestAdministrationNeedsItsScope(t *testing.T) {
	g := arrive(t, halo.Settings{})
	g.signIn("edit:customers")
	for _, path := range []string{"/api/FieldInfo", "/api/Lookup?lookupid=1", "/api/CustomTable", "/api/Control"} {
		g.refused(403, "admin", "GET", path, "")
	}
	g.get("/api/Agent/me")
	g.signIn("edit:customers admin")
	g.list("/api/FieldInfo?typeid=2")
	if v := g.get("/api/control"); v["halointegrator_dynamics365crm"] != false {
		t.Errorf("control is %v", v)
	}
}
