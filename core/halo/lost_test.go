package halo

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// A gateway that answers in Halo's place has stored nothing: what surely did not arrive is sent again, in whichever way Ferry
// leaves its mark.
func TestWhatSurelyDidNotArriveIsSentAgain(t *testing.T) {
	for _, c := range worlds {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.settings, practice.Customer{Name: "Somebody"})
			d := w.open(append([]string{"batch", "10"}, c.values...)...)
			n := 0
			w.refuse = func(r *http.Request) int {
				if n++; n%4 == 0 && strings.HasPrefix(r.URL.Path, "/api/") {
					return http.StatusBadGateway
				}
				return 0
			}
			want(t, write(t, d, accounts(), some(40, account)), core.Created)
			if len(w.halo.Customers()) != 41 {
				t.Errorf("%d customers", len(w.halo.Customers()))
			}
		})
	}
}

// A record to which no answer ever comes does not keep the others waiting for good.
func TestARecordThatIsNeverAnsweredIsUnsureInTheEnd(t *testing.T) {
	for _, c := range worlds {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.settings, practice.Customer{Name: "Somebody"})
			d := w.open(append([]string{"batch", "10"}, c.values...)...)
			w.refuse = func(r *http.Request) int {
				if r.Method == http.MethodPost && strings.EqualFold(r.URL.Path, "/api/Client") && strings.Contains(bodyOf(r), `"Account 7"`) {
					return http.StatusBadGateway
				}
				return 0
			}
			outcomes := write(t, d, accounts(), some(12, account))
			if count(outcomes, core.Created) != 11 || outcomes[7].Kind != core.Unsure || outcomes[7].Fault.Subject.Key != key(7) {
				t.Errorf("%d created, the culprit is %s", count(outcomes, core.Created), outcomes[7].Kind)
			}
		})
	}
}

func TestAnAgentWhoSeesSomeCustomersImportsOnlyWhenThatIsWanted(t *testing.T) {
	w := newWorld(t, practice.Settings{Restricted: true})
	_, err := w.open().Prepare(context.Background(), accounts(), nil)
	wantFault(t, err, "halo.agent-restricted")
	d := w.open("some-customers", "true")
	if _, err := d.Prepare(context.Background(), accounts(), nil); err != nil {
		t.Error(err)
	}
	if c := checks(d, "customers")["agent"]; c.State != core.CheckWarned || c.Fault.Code != "halo.agent-restricted" {
		t.Errorf("%+v", c)
	}
	for member, all := range map[string]bool{"all_clients_allowed": true, "allowallclients": true, "all_customers": true, "allow_client_login": false, "recall_clients_by_name": false, "is_small_area": false} {
		if aboutAll.MatchString(member) != all {
			t.Errorf("%s is taken for a switch about all customers: %t", member, !all)
		}
	}
}

func TestTheDefaultSiteIsFoundWhereListsDoNotTellWhoseSitesAre(t *testing.T) {
	customers := []practice.Customer{{Name: "Contoso", Sites: []practice.Site{{Name: "Main"}, {Name: "Second"}}}, {Name: "Other", Sites: []practice.Site{{Name: "Main"}, {Name: "Old", Inactive: true}}}}
	w := newWorld(t, practice.Settings{Sparse: true}, customers...)
	for name, at := range map[string]int{"contoso/second": 1, "Other/Main": 2} {
		d := w.open("default-site", name)
		if n, err := d.defaultSite(context.Background()); err != nil || n != w.halo.Sites()[at].ID() {
			t.Errorf("%s is %d: %v", name, n, err)
		}
	}
	for _, name := range []string{"Other/Second", "Other/Old", "Nobody/Main"} {
		_, err := w.open("default-site", name).defaultSite(context.Background())
		wantFault(t, err, "halo.no-default-site")
	}
}
