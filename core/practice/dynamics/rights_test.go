package dynamics_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/world"
)

func TestWhoMayNotReadIsRefusedInDataversesWords(t *testing.T) {
	b := open(t, map[string]int{"account": 3, "contact": 3})
	if err := b.world.Revoke(b.world.Ada(), "prvReadAccount"); err != nil {
		t.Fatal(err)
	}
	r := b.refused(403, "0x80040220", "accounts")
	if !strings.Contains(r.message(), "is missing prvReadAccount privilege") || !strings.Contains(r.message(), "on OTC=1 for entity 'account'") {
		t.Errorf("it says %s", r.message())
	}
	b.refused(403, "0x80040220", "contacts?$expand=parentcustomerid_account")
	b.ok("contacts")
	if r := b.ok("systemusers(" + b.world.Ada() + ")/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"); strings.Contains(r.body, `"prvReadAccount"`) || !strings.Contains(r.body, `"PrivilegeName":"prvReadContact"`) || !strings.Contains(r.body, `"Depth":"Global"`) {
		t.Errorf("the privileges are %s", r.body)
	}
	one := b.ok("systemusers(" + b.world.Ada() + ")/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadContact')")
	if list, _ := one.json["RolePrivileges"].([]any); len(list) != 1 {
		t.Errorf("one privilege by name: %s", one.body)
	}
	two := b.ok("systemusers(" + b.world.Ada() + ")/Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)?@p=['prvReadContact','prvReadAccount','prvReadLead']")
	if list, _ := two.json["RolePrivileges"].([]any); len(list) != 2 {
		t.Errorf("three privileges by name, of which two are held: %s", two.body)
	}
}

func TestADepthLimitsWhatIsSeen(t *testing.T) {
	b := open(t, map[string]int{"account": 30})
	mine := b.put("account", map[string]world.Cell{"name": world.TextCell("mine"), "ownerid": world.RefCell("systemuser", b.world.Ada())})
	if err := b.world.SetDepth(b.world.Ada(), "prvReadAccount", "Basic"); err != nil {
		t.Fatal(err)
	}
	keys := b.keys("accounts?$select=name", "accountid", "Prefer", "odata.maxpagesize=3")
	if len(keys) == 0 || len(keys) >= 31 || keys[len(keys)-1] != mine {
		t.Errorf("%d of 31 rows are seen", len(keys))
	}
	if r := b.ok("accounts?$select=name&$count=true"); r.json["@odata.count"] != float64(len(keys)) {
		t.Errorf("they are counted as %v", r.json["@odata.count"])
	}
}

func TestASecuredFieldReadsAsEmpty(t *testing.T) {
	b := open(t, map[string]int{"contact": 2})
	key := b.put("contact", map[string]world.Cell{"governmentid": world.TextCell("123-45"), "lastname": world.TextCell("Hopper")})
	path := "contacts(" + key + ")?$select=governmentid,lastname"
	if err := b.world.Secure("contact", "governmentid"); err != nil {
		t.Fatal(err)
	}
	if got := b.ok(path).text("governmentid"); got != "123-45" {
		t.Errorf("with the right it reads %q", got)
	}
	if err := b.world.HideSecured(b.world.Ada()); err != nil {
		t.Fatal(err)
	}
	if r := b.ok(path, "Prefer", `odata.include-annotations="*"`); r.json["governmentid"] != nil || r.text("lastname") != "Hopper" || strings.Contains(r.body, "governmentid@") {
		t.Errorf("without the right it reads %s", r.body)
	}
	if n := len(b.ok("contacts?$filter=governmentid eq '123-45'").rows()); n != 0 {
		t.Errorf("a filter finds %d rows by it", n)
	}
	if r := b.do("PATCH", "contacts("+key+")", `{"governmentid":"x"}`); r.status != 403 || r.code() != "0x8004f507" {
		t.Errorf("writing it: %d %s", r.status, r.body)
	}
}

func TestAUserWhoCannotComeInIsToldWhy(t *testing.T) {
	b := open(t, nil)
	if err := b.world.RemoveRoles(b.world.Ada()); err != nil {
		t.Fatal(err)
	}
	b.refused(403, "0x80042f09", "WhoAmI")
	if err := b.world.DisableUser(b.world.Ada()); err != nil {
		t.Fatal(err)
	}
	b.refused(403, "0x80040225", "WhoAmI")
	if err := b.world.SetObjectID(b.world.Ada(), "somebody-else"); err != nil {
		t.Fatal(err)
	}
	b.refused(403, "0x80072560", "WhoAmI")
}

func TestAskingTooMuchIsRefusedUntilTheWindowMovedOn(t *testing.T) {
	b := open(t, nil, func(o *dynamics.Options) { o.Limits = dynamics.Limits{Requests: 3, Window: time.Minute} })
	for i := range 3 {
		r := b.ok("WhoAmI")
		if r.header.Get("x-ms-ratelimit-burst-remaining-xrm-requests") != fmt.Sprint(2-i) || r.header.Get("x-ms-dop-hint") != "4" {
			t.Errorf("request %d: %v", i+1, r.header)
		}
		b.now = b.now.Add(time.Second)
	}
	r := b.refused(429, "0x80072322", "WhoAmI")
	if r.header.Get("Retry-After") != "57" || r.message() != "Number of requests exceeded the limit of 3 over time window of 60 seconds." {
		t.Errorf("Retry-After %s, %s", r.header.Get("Retry-After"), r.message())
	}
	for range 5 {
		r = b.refused(429, "0x80072322", "WhoAmI")
	}
	if r.header.Get("Retry-After") != "58" {
		t.Errorf("who goes on asking is told to come in %s", r.header.Get("Retry-After"))
	}
	b.now = b.now.Add(58 * time.Second)
	b.ok("WhoAmI")
}

func TestTooManyAtOnceAreRefused(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b := open(t, map[string]int{"account": 3}, func(o *dynamics.Options) {
		o.Limits = dynamics.Limits{Concurrent: 1}
		now := o.Now
		o.Now = func() time.Time { return now() }
	})
	done := make(chan int)
	go func() {
		body := &slow{entered: func() { once.Do(func() { close(entered) }); <-leave }}
		done <- b.post("accounts", body)
	}()
	<-entered
	b.refused(429, "0x80072326", "WhoAmI")
	close(leave)
	if status := <-done; status != 400 {
		t.Errorf("the first one got %d", status)
	}
	b.ok("WhoAmI")
}

func TestExecutionTimeIsLimitedToo(t *testing.T) {
	b := open(t, map[string]int{"account": 3}, func(o *dynamics.Options) { o.Limits = dynamics.Limits{Time: time.Minute} })
	body := &slow{entered: func() { b.now = b.now.Add(61 * time.Second) }}
	if status := b.post("accounts", body); status != 400 {
		t.Fatalf("the slow one got %d", status)
	}
	r := b.refused(429, "0x80072321", "WhoAmI")
	if !strings.HasPrefix(r.message(), "Combined execution time of incoming requests exceeded limit of 60,000 milliseconds over time window of 300 seconds.") {
		t.Errorf("it says %s", r.message())
	}
}
