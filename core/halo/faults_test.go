package halo

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/rest"
)

// TestEveryFaultIsProofRead holds each sentence against a file that a person can read through. FERRY_GOLDEN=write writes it
// anew.
func TestEveryFaultIsProofRead(t *testing.T) {
	faults := []*core.Fault{
		noAddress(), badAddress(), disguised(), plainHTTP(), badNumber("batch", 1, 1000), badSlot("x"), badTypes(), badInputs(), badHeader(), noCredentials(),
		otherHost("acme.halopsa.com", &url.URL{Scheme: "https", Host: "login.example.com", Path: "/auth/"}), badAuthInfo(), noToken(), fieldThere("CFTier"), noList("CFTier"),
		endless("Client"), refusedRecord(), fieldMissing("Website"), fieldRefused("Website"), emailTaken(),
		noTable(), noField("CFTier"), badFieldName("x y"), noKeyField("Vessels"), unknownType("CFTier"), readOnly("CFTier"), noMatchColumn("name"),
		noKey(), otherPlan(), noSite(), rowElsewhere(), rowTwice(), rowOfTwo(), rowsBelow(), noValue("Tier"), notLike("Tier"), severalMatch([]string{"Name"}), matchTaken([]string{"Name"}), linkedTwice(), generalUser(),
		lostAnswer(), changedSince(), notFoundAgain(), badDefaultSite(), noDefaultSite(), severalDefaultSites(),
		mayNotify(), restricted(), mandatory([]string{"Website"}), fieldsGone([]string{"CFTier"}), fieldsUnseen(), noIDFields([]string{"CFDynamcsId", "oter5"}), homeless(), valuesGone([]string{"Tier"}), linksFail(), oneByOne("1,900 records take about 33 minutes. With an id they take about a minute"),
	}
	body := []byte(`{"Message":"hunter2 of Ann"}`)
	for _, status := range []int{400, 401, 403, 404, 413, 500} {
		faults = append(faults, refusal(&rest.Answer{Status: status, Body: body}))
	}
	for _, a := range []*rest.Answer{{Status: 404}, {Status: 400, Code: "invalid_scope"}, {Status: 400, Code: "unauthorized_client"}, {Status: 401, Code: "invalid_client"}} {
		a.Body = body
		faults = append(faults, tokenRefusal(a))
	}
	var text strings.Builder
	for _, f := range faults {
		if f.Cause == "" || f.Remedy == "" || f.Owner == "" || f.Kind == "" || !strings.HasPrefix(f.Code, "halo.") {
			t.Errorf("an incomplete Fault: %+v", f)
		}
		if strings.Contains(f.Error(), "hunter2") {
			t.Errorf("Halo's own words are shown: %v", f)
		}
		fmt.Fprintf(&text, "%s (%s, %s)\n  %s\n  → %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	const golden = "testdata/faults.golden"
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(golden)
	if err != nil || string(have) != text.String() {
		t.Errorf("the sentences are others than in %s (%v)", golden, err)
	}
}

func TestARefusalNamesTheFieldInEveryShape(t *testing.T) {
	table := fixedTables()[0]
	for _, body := range []string{
		`{"Message":"Please make sure that the mandatory field website has a value."}`, `{"resultCode":400,"errorMessage":"Website is required"}`,
		`{"ClassName":"System.Exception","Message":"The field Website must be entered"}`, `{"error":"invalid_request","error_description":"website is missing"}`,
		`Website is mandatory`, `"Website is mandatory"`, `{"errors":{"$[0].website":["is required"]},"title":"One or more","status":400}`,
	} {
		a := &rest.Answer{Status: 400, Body: []byte(body)}
		f := *refusal(a)
		f.Err = a
		got := recordFault(table, "k1", errors.Join(&f))
		if got.Code != "halo.field-missing" || got.Subject.Field != "website" || got.Subject.Key != "k1" || got.Subject.Table != customers {
			t.Errorf("%s: %s %+v", body, got.Code, got.Subject)
		}
	}
	a := &rest.Answer{Status: 400, Body: nil}
	f := *refusal(a)
	f.Err = a
	if got := recordFault(table, "k1", &f); got.Code != "halo.refused" || got.Subject.Key != "k1" {
		t.Errorf("%+v", got)
	}
}
