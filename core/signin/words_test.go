package signin

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

var update = flag.Bool("update", false, "write the golden files")

// everyFault is one of each, made from the answers that lead to it.
func everyFault() []*core.Fault {
	const host = "login.microsoftonline.com"
	all := []*core.Fault{
		faultOrg(), faultClientID(), faultTenant(), faultTenantNeeded(), faultSecretMissing(), faultWay(), faultRedirect(),
		faultAuthority(), faultNoChallenge("contoso.crm.dynamics.com"), faultDistrust("login.evil.example"), faultStray("evil.example"), faultPort("33333"),
		faultListen(nil), faultBrowser(nil), faultFirst(), faultOver(), faultCancelled(), faultForged(), faultRefusedAgain(),
		faultOdd(host), faultRedirected(host), faultBusy(host, "status 503"), faultStopped(context.Canceled),
		faultWebPage(host), faultWindows("crm.contoso.example"), faultMoreProof(),
		faultNotKept(errors.New("x")), faultNotForgotten(errors.New("x")),
		faultCodeExpired(), faultAnswerLost(), faultDeclined(&answer{kind: "authorization_declined"}), faultEndpoint(), faultParamName("a b"), faultParamProtected("state"),
		faultCertificateFile(), faultCertificatePassword(true), faultCertificatePassword(false), faultNoKey(), faultNoCertificate(),
		faultKeyForeign(), faultSeveralKeys(), faultKeyKind(), faultKeySmall(), faultKeyOldProtection(),
		faultCertificateExpired(&Certificate{Thumbprint: "AB12", NotAfter: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)}),
		faultCertificateEarly(&Certificate{Thumbprint: "AB12", NotBefore: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}),
		faultCertificateTerm(), faultCertificateMaking(nil), faultCertificateLost(), faultAlgorithm(), faultLifetime(), faultClaimProtected("iss"), faultNothingSigned(),
	}
	said := func(a answer, secret string) {
		a.status, a.correlation, a.time = 400, "0f0f0f0f-0000-4000-8000-000000000000", "2026-11-21 02:00:00Z"
		all = append(all, a.fault(host, core.NewSecret(secret)))
	}
	for _, r := range table() {
		said(answer{kind: "invalid_grant", codes: r.codes}, "value~of~a~secret")
		all[len(all)-1].Details = strings.Trim(strings.ReplaceAll(fmt.Sprint(r.codes), " ", ", "), "[]")
		all[len(all)-1].Link = ""
	}
	for _, r := range onPremisesRows() {
		said(answer{kind: "invalid_request", description: fmt.Sprintf("MSIS%d: text", r.codes[0])}, "")
	}
	said(answer{kind: "invalid_client", codes: []int{7000215}}, "55555555-5555-4555-8555-555555555555")
	said(answer{kind: "invalid_client"}, "")
	said(answer{kind: "access_denied"}, "")
	said(answer{kind: "invalid_grant"}, "")
	said(answer{kind: "temporarily_unavailable"}, "")
	said(answer{kind: "server_error"}, "")
	said(answer{kind: "invalid_request", codes: []int{999999}, description: "AADSTS999999: The account ada@contoso.example may not use value~of~a~secret. Trace ID: 1 Correlation ID: 2"}, "value~of~a~secret")
	return all
}

func TestEveryFaultHasWordsThatAPersonCanProofRead(t *testing.T) {
	var b strings.Builder
	causes := map[string]string{}
	for _, f := range everyFault() {
		fmt.Fprintf(&b, "%s  [%s, %s]\n  %s\n  %s\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
		if f.Link != "" {
			fmt.Fprintf(&b, "  %s\n", f.Link)
		}
		if f.Details != "" {
			fmt.Fprintf(&b, "  (%s)\n", f.Details)
		}
		b.WriteByte('\n')
		if f.Cause == "" || f.Remedy == "" || f.Owner == "" || f.Kind == "" || !strings.HasPrefix(f.Code, "signin.") {
			t.Errorf("incomplete: %+v", f)
		}
		for _, text := range []string{f.Cause, f.Remedy} {
			if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "•••.") {
				t.Errorf("%s does not end as a sentence: %q", f.Code, text)
			}
			for _, jargon := range []string{"OAuth", "PKCE", "token", "401", "JSON", "HTTP ", "endpoint", "null", "invalid_", "assertion", "please", "unfortunately", "illegal", "MSAL"} {
				if strings.Contains(text, jargon) {
					t.Errorf("%s speaks of %q: %q", f.Code, jargon, text)
				}
			}
		}
		if strings.Contains(f.Error(), "value~of~a~secret") || strings.Contains(f.Error(), "ada@") {
			t.Errorf("%s gives something away: %v", f.Code, f)
		}
		causes[f.Cause] = f.Code
	}
	file := filepath.Join("testdata", "faults.golden")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("the words changed; look at them, then run the test with -update (%v)", err)
	}
}

func TestNoCodeStandsInTheTableTwice(t *testing.T) {
	var seen []int
	for _, r := range table() {
		for _, c := range r.codes {
			if slices.Contains(seen, c) {
				t.Errorf("AADSTS%d stands there twice", c)
			}
			seen = append(seen, c)
		}
	}
	for _, c := range []int{50011, 500113, 50020, 50034, 50059, 50076, 50079, 50074, 50078, 50105, 50126, 50055, 50057, 50053,
		53003, 53000, 53001, 65001, 65004, 650056, 650057, 70001, 70008, 700082, 70011, 1002012, 700016, 7000215, 7000222,
		7000218, 700025, 700027, 70043, 70016, 70019, 90002, 90094, 500011, 50002, 500021, 500022, 500212, 500213,
		9002325, 9002326, 9002327, 54005, 90033, 50033, 50087} {
		if !slices.Contains(seen, c) {
			t.Errorf("AADSTS%d has no words", c)
		}
	}
}

func TestExplainReadsWhatThePageSays(t *testing.T) {
	for text, code := range map[string]string{
		"aadsts 90002": "signin.tenant-unknown",
		"Sorry, but we’re having trouble signing you in.\nAADSTS50105: Your administrator has configured …":                  "signin.not-assigned",
		"https://login.microsoftonline.com/error?code=7000222":                                                               "signin.secret-expired",
		"Error Code: 53003\nRequest Id: 0f0f0f0f-0000-4000-8000-000000000000":                                                "signin.blocked",
		"http://localhost:33333/signin?error=access_denied&error_description=AADSTS65004%3a+User+declined":                   "signin.cancelled",
		"http://localhost/?error=access_denied&state=x":                                                                      "signin.cancelled",
		`{"error":"invalid_client","error_codes":[7000215]}`:                                                                 "signin.secret-wrong",
		"Need admin approval\nFerry needs permission to access resources in your organization that only an admin can grant.": "signin.admin-consent",
		"You can’t get there\nfrom here":                                                                                     "signin.device",
		"http://localhost:33333/signin?code=0.AXoAabcdefghijklmnopqrstuvwxyz&state=x&session_state=y":                        "signin.answer-lost",
		"MSIS9224: Received invalid OAuth authorization request.":                                                            "signin.adfs-redirect",
		"AADSTS50011: The redirect URI 'x' … Correlation ID: 0f0f0f0f-0000-4000-8000-000000000000":                           "signin.redirect-unknown",
		" 700016 ":       "signin.app-unknown",
		"AADSTS12345678": "signin.refused",
	} {
		if f, ok := Explain(text); !ok || f.Code != code {
			t.Errorf("%q: %+v", text, f)
		}
	}
	for _, nothing := range []string{"something went wrong", "", "12", "please call 555 0100", "2026-11-21"} {
		if f, ok := Explain(nothing); ok {
			t.Errorf("%q holds no code: %v", nothing, f)
		}
	}
	page := "Sign in\nada@contoso.example\nAADSTS999999: Nobody knows why ada@contoso.example may not, see https://x/?t=1.\n" +
		"Trace ID: 1f0f0f0f-0000-4000-8000-000000000000\nCorrelation ID: 0f0f0f0f-0000-4000-8000-000000000000\nTimestamp: 2026-11-21T02:00:00Z\nlogin.microsoftonline.us"
	f, ok := Explain(page)
	if !ok || f.Code != "signin.refused" || f.Link != "https://login.microsoftonline.us/error?code=999999" || !strings.Contains(f.Cause, "Nobody knows why") ||
		strings.Contains(f.Cause, "ada@") || strings.Contains(f.Cause, "t=1") || !strings.Contains(f.Remedy, "Open the link") {
		t.Errorf("%+v", f)
	}
	if f.Details != "AADSTS999999, correlation id 0f0f0f0f-0000-4000-8000-000000000000, 2026-11-21 02:00:00Z" {
		t.Errorf("details: %q", f.Details)
	}
	f, _ = Explain("Fehler 50011\nAADSTS50011: x\nKorrelations-ID: 0f0f0f0f-0000-4000-8000-000000000000 ")
	if !strings.Contains(f.Details, "correlation id 0f0f") {
		t.Errorf("details: %q", f.Details)
	}
}
