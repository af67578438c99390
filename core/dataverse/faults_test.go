package dataverse

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/dataverse/scan"
	"ferry/core/rest"
)

var update = flag.Bool("update", false, "write the golden file anew")

// TestFaultsReadWell holds all texts against a file that a person can proof-read.
func TestFaultsReadWell(t *testing.T) {
	below := errors.New("below")
	all := []*core.Fault{
		addressMissing(), addressUnusable(), addressDisguised(""), addressDisguised("xn--cntoso-wqf.crm.dynamics.com"), addressIncomplete(), addressWithPassword(), addressNotSecure(), wrongProduct("Power Automate"), powerApps(linkAdminCenter, "default-"+id(1)), adminPage(linkAdminCenter, ""),
		otherDynamics("Dynamics 365 Business Central"), discoveryHost(), settingUnusable("page size"),
		noSuchTable("account"), noSuchField("account", "name"), hiddenField("account", "name"), badRange("account"), badKey("account", "x"), notDataverse(below),
		brokenAnswer(below), pageInstead(below), tooLarge("account"), tooDeep("account"), noKey("account"), endless("account"),
		bookmarkExpired(below), noMark("account"), refusedAmid(&scan.Refused{Code: "0x80048aff", Message: "x"}),
		rightsUnknown(below), trackingNeedsAll("account"), noTableReadable(), tableNotReadable("account", ""), tableNotReadable("account", "prvReadThing"),
		partlyReadable("account", "prvReadThing", depthWords(core.DepthUnit)), fieldsHidden("account", "new_passcode"), fieldsPerhapsHidden("account", "new_passcode"),
		trackingOff("account"), environmentDisabled(), credentialExpired("secret", "2026-11-01"), credentialExpired("certificate", "2026-11-01"),
		expiresSoon("secret", 1, "2026-11-22"), expiresSoon("certificate", 29, "2026-12-20"), expiryUnknown("secret"), inspected("Contoso Proxy CA"),
		otherTenant(id(1), id(2)), windowsWanted(), windowsRefused(), oauthOff(), serverTooOld(""), serverTooOld("7.1.0.1040"),
		noEnvironments(), discoveryRefused(), clientIDUnusable(), noTables(), notAdministrator(), noSuchPrivilege("prvReadThing"), planGone(), notMade("the security role"), noUser(true), noUser(false), noRole(true), noRole(false), disabled(true), disabled(false), accessNarrow("Administrative"), unlicensed(),
		tooManyRights("is a System Administrator", true), tooManyRights("may also create and change records", false),
	}
	for _, f := range []*core.Fault{noUser(false), noRole(false), disabled(false)} {
		onPremisesWords(f)
		all = append(all, f)
	}
	for _, r := range refusals() {
		f := r.fault
		all = append(all, &f)
	}
	named := *refusal(&rest.Answer{Status: 403, Code: "0x80040220",
		Message: "Principal user (Id=11111111-2222-3333-4444-555555555555, type=8, roleCount=5), is missing prvReadincident privilege (Id=11111111-2222-3333-4444-555555555555) on OTC=112 for entity 'incident'. context.Caller=1"})
	all = append(all, &named)
	blame := regexp.MustCompile(`(?i)\b(error|invalid|illegal|failed|json|null|http \d|exception|token|payload|segment|you did|you must|please)\b`)
	var b strings.Builder
	for _, f := range all {
		link := ""
		if f.Link != "" {
			link = "\n  " + f.Link
		}
		fmt.Fprintf(&b, "%s (%s, %s)\n  %s\n  %s%s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy, link)
		if f.Code == "" || f.Kind == "" || f.Owner == "" || !strings.HasSuffix(f.Cause, ".") || !strings.HasSuffix(f.Remedy, ".") {
			t.Errorf("%s: something is missing", f.Code)
		}
		if m := blame.FindString(f.Cause + f.Remedy); m != "" {
			t.Errorf("%s: %q is no word for people", f.Code, m)
		}
		if text := f.Error(); strings.Contains(text, "account") || strings.Contains(text, "below") || strings.Contains(text, "1111") {
			t.Errorf("%s: the error tells too much: %s", f.Code, text)
		}
	}
	path := filepath.Join("testdata", "faults.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != b.String() {
		t.Errorf("the texts are not those of %s (-update writes them anew): %v", path, err)
	}
}

func TestOnlyWhatNobodyKnowsIsShownInDynamicsOwnWords(t *testing.T) {
	unheard := func(status int, code, message string) *core.Fault {
		a := &rest.Answer{Status: status, Code: code, Message: message}
		f := refusal(a)
		f.Err, f.Details = a, a.Error()
		return inOwnWords(f)
	}
	f := unheard(403, "0x8abcdef0", "No way \u202efor ada@contoso.example: see https://x.example/y?key=1 and "+strings.Repeat("k", 60)+"\n at Microsoft.Crm")
	if f.Subject.Value != "No way for (an account): see https://x.example/y and •••" || f.Link != linkCodes || f.Owner != core.DynamicsAdmin || strings.Contains(f.Error(), "No way") {
		t.Errorf("told is %+v", f)
	}
	if long := unheard(400, "0x8abcdef0", strings.Repeat("ä ", 400)); len([]rune(long.Subject.Value)) > 301 {
		t.Errorf("%d signs are shown", len([]rune(long.Subject.Value)))
	}
	if f := unheard(500, "0x8abcdef0", "Boom."); f.Code != "dataverse.unexpected" || f.Subject.Value != "Boom." || !strings.HasPrefix(f.Cause, "Something went wrong") {
		t.Errorf("told is %+v", f)
	}
	for _, f := range []*core.Fault{unheard(403, "0x80042f09", "No role."), unheard(403, "0x8abcdef0", " "), unheard(403, "", "The organization is in administration mode.")} {
		if f.Subject.Value != "" {
			t.Errorf("%s is known, or nothing is said: %q", f.Code, f.Subject.Value)
		}
	}
}

func TestRefusalsAreUnderstoodByStatusAndCode(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   string
	}{
		{403, "0x80072560", "dataverse.not-a-member"}, {403, "0x80042F09", "dataverse.no-role"}, {403, "0x80040225", "dataverse.user-disabled"},
		{403, "0x80041d1f", "dataverse.user-disabled"}, {403, "0x80040220", "dataverse.privilege"}, {403, "", "dataverse.access-denied"},
		{403, "0x81234567", "dataverse.access-denied"}, {401, "", "dataverse.token-refused"}, {404, "0x80060888", CodeNoSuchTable},
		{400, "0x80060888", "dataverse.bad-query"}, {400, "0x8006088a", "dataverse.bad-query"}, {404, "", "dataverse.not-found"}, {400, "", "dataverse.refused"},
		{400, "0x80044352", CodeMarkExpired}, {400, "0x80072491", CodeNotTracked}, {429, "0x80072322", "dataverse.too-many-requests"},
		{429, "0x80072321", "dataverse.too-much-time"}, {429, "0x80072326", "dataverse.too-many-at-once"}, {500, "0x80044151", "dataverse.database-busy"},
		{501, "0x80060888", "dataverse.version"}, {414, "", "dataverse.too-large"}, {400, "0x80040265", "dataverse.plug-in"}, {404, "0x80040217", "dataverse.no-such-record"},
		{500, "", "dataverse.unexpected"},
	} {
		f := refusal(&rest.Answer{Status: c.status, Code: c.code})
		if f == nil || f.Code != c.want {
			t.Errorf("%d %s: got %+v, want %s", c.status, c.code, f, c.want)
		}
	}
	for code, want := range map[string]string{"0x80040217": "dataverse.no-such-record", "0x8abcdef0": "dataverse.environment-disabled"} {
		if f := refusal(&rest.Answer{Status: 404, Code: code, Message: "The record of the organization 'x' is disabled"}); f.Code != want {
			t.Errorf("a code goes before words: %s is %s", code, f.Code)
		}
	}
	if f := refusal(&rest.Answer{Status: 403, Code: "0x80048405", Message: "Access is denied. The organization is in administration mode."}); f.Code != "dataverse.administration-mode" {
		t.Errorf("words go before a code that says nothing: %s", f.Code)
	}
	deep := refusal(&rest.Answer{Status: 403, Code: "0x80040220", Message: "User is missing prvReadAccount privilege for entity 'account' at Local level"})
	if deep.Cause != "The right prvReadAccount is missing for the table account at the depth Business Unit." {
		t.Errorf("the depth is not said: %s", deep.Cause)
	}
	if f := refusal(&rest.Answer{Status: 418, Code: "0x8abcdef0"}); f != nil {
		t.Errorf("a teapot is not ours: %+v", f)
	}
	if f := refusal(&rest.Answer{Status: 400, Code: "0x8abcdef0"}); f.Link != linkCodes {
		t.Errorf("a code that nobody knows has no page: %+v", f)
	}
	for _, left := range []*rest.Answer{{Status: 503}, {Status: 429}, {Status: 404, HTML: true}, {Status: 418}} {
		if f := refusal(left); f != nil {
			t.Errorf("%d is not ours: %+v", left.Status, f)
		}
	}
}
