package halo

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// ways are the worlds in which Ferry's mark is kept in one way or another.
var worlds = []struct {
	name     string
	settings practice.Settings
	values   []string
	way      wayKind
}{
	{"links work", practice.Settings{}, []string{"link-module", "77"}, byLink},
	{"links are capped", practice.Settings{CapLinks: true, PageCap: 7}, []string{"link-module", "77"}, byLink},
	{"links are ignored, a field is named", practice.Settings{Links: "ignored"}, []string{"link-module", "77", "id-fields", "ref,other5"}, byField},
	{"links cannot be read, a field is named", practice.Settings{Links: "unreadable"}, []string{"link-module", "77", "id-fields", "ref,other5"}, byField},
	{"a field alone", practice.Settings{}, []string{"id-fields", "ref,other5"}, byField},
	{"lists do not tell the field", practice.Settings{Sparse: true}, []string{"id-fields", "ref,other5"}, byNothing},
	{"links are ignored", practice.Settings{Links: "ignored"}, []string{"link-module", "77"}, byNothing},
	{"nothing is named", practice.Settings{}, nil, byNothing},
}

func TestInEachWorldRecordsAreMadeOnceAndTheWayIsSaid(t *testing.T) {
	for _, c := range worlds {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.settings)
			d := w.open(c.values...)
			want(t, write(t, d, accounts(), some(40, account)), core.Created)
			if way := d.way(mustTable(t, d, customers)); way.kind != c.way {
				t.Errorf("the way in use is %s", way.title())
			}
			posts := w.halo.Count("POST", "/api/client")
			if c.way != byNothing && posts > 3 || c.way == byNothing && posts != 40 {
				t.Errorf("%d requests made 40 customers", posts)
			}
			if r := d.Remark(accounts()); !strings.Contains(r, d.way(mustTable(t, d, customers)).title()) {
				t.Error(r)
			}
			// Another Ferry, without any journal, finds them again where a mark was left.
			again := w.open(c.values...)
			if c.way == byNothing {
				if found, err := again.Find(context.Background(), accounts(), []core.Match{{Key: key(1)}}); found != nil || err != nil {
					t.Errorf("without a mark it cannot be told what is there: %v %v", found, err)
				}
				return
			}
			outcomes := write(t, again, accounts(), some(40, account))
			if count(outcomes, core.Created) > 0 || len(w.halo.Customers()) != 40 {
				t.Errorf("%d were made again, there are %d", count(outcomes, core.Created), len(w.halo.Customers()))
			}
		})
	}
}

func mustTable(t *testing.T, d *Destination, name string) *table {
	t.Helper()
	tab, err := d.table(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestALostAnswerMakesNothingTwice(t *testing.T) {
	for _, c := range worlds {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.settings)
			d := w.open(append([]string{"batch", "10"}, c.values...)...)
			n := 0
			w.lose = func(r *http.Request) bool {
				if r.Method == http.MethodPost && strings.EqualFold(r.URL.Path, "/api/Client") {
					n++
					return n%2 == 0
				}
				return false
			}
			outcomes, err := d.Write(context.Background(), accounts(), core.Batch{ID: "b", Pass: 1, Rows: some(40, account)})
			if err != nil {
				t.Fatal(err)
			}
			created, unsure := count(outcomes, core.Created), count(outcomes, core.Unsure)
			if created+unsure != 40 || c.way != byNothing && unsure > 0 || c.way == byNothing && unsure == 0 {
				t.Errorf("%d created, %d unsure", created, unsure)
			}
			names := map[string]int{}
			for _, s := range w.halo.Customers() {
				names[s.Text("name")]++
			}
			for name, n := range names {
				if n > 1 {
					t.Errorf("%s is there %d times", name, n)
				}
			}
			if len(names) != 40 {
				t.Errorf("%d customers", len(names))
			}
		})
	}
}

func TestOneBadRecordLeavesTheOthersWritten(t *testing.T) {
	for _, batch := range []string{"", "partial"} {
		for _, shape := range []string{"", practice.ErrorsResultCode, practice.ErrorsClassName, practice.ErrorsError, practice.ErrorsText} {
			w := newWorld(t, practice.Settings{Batch: batch, Errors: shape, UniqueEmail: true})
			d := w.open("link-module", "77")
			made := write(t, d, accounts(), some(1, account))
			rows := some(30, func(i int) core.Record { return contact(i, made[0].ID) })
			rows[17].Values[3] = rows[4].Values[3]
			outcomes := write(t, d, contacts(), rows)
			if count(outcomes, core.Created) != 29 || outcomes[17].Kind != core.Refused {
				t.Fatalf("%q: %d created", batch, count(outcomes, core.Created))
			}
			f := outcomes[17].Fault
			if f.Code != "halo.email-taken" || f.Subject.Key != rows[17].Key || f.Subject.Table != users || f.Subject.Field != "emailaddress" {
				t.Errorf("%s %+v", f.Code, f.Subject)
			}
			people := 0
			for _, u := range w.halo.Users() {
				if !u.General() {
					people++
				}
			}
			if people != 29 {
				t.Errorf("%d users", people)
			}
		}
	}
}

func TestAMandatoryFieldIsNamed(t *testing.T) {
	w := newWorld(t, practice.Settings{Mandatory: []string{"client.website"}})
	d := w.open("link-module", "77")
	rows := some(3, account)
	rows[1].Values[1] = core.Null()
	outcomes := write(t, d, accounts(), rows)
	if outcomes[1].Kind != core.Refused || outcomes[1].Fault.Code != "halo.field-missing" || outcomes[1].Fault.Subject.Field != "website" || outcomes[1].Fault.Subject.Key != key(1) {
		t.Errorf("%+v", outcomes[1].Fault)
	}
	if count(outcomes, core.Created) != 2 {
		t.Error(count(outcomes, core.Created))
	}
}

func TestWhatIsThereIsFoundAndOnlyItsBlanksAreFilled(t *testing.T) {
	w := newWorld(t, practice.Settings{}, practice.Customer{Name: "ACCOUNT  1", Website: "https://own.example"}, practice.Customer{Name: "Account 2"}, practice.Customer{Name: "account 2"})
	d := w.open("link-module", "77")
	p := accounts()
	p.Match = []string{"name"}
	outcomes := write(t, d, p, some(4, account))
	if outcomes[1].Kind != core.Updated || outcomes[2].Kind != core.Refused || outcomes[2].Fault.Code != "halo.several-match" || outcomes[0].Kind != core.Created {
		t.Fatalf("%+v", outcomes)
	}
	first := w.halo.Customers()[0]
	if first.Text("name") != "ACCOUNT  1" || first.Text("website") != "https://own.example" {
		t.Errorf("what stood there was overwritten: %v", first)
	}
	if w.halo.Sites()[0].Text("phonenumber") != "+49 30 1" {
		t.Errorf("a blank was not filled: %v", w.halo.Sites()[0])
	}
	// The next import finds it by its link, and still as one that was found.
	again := w.open("link-module", "77")
	rows := some(2, account)
	rows[1].Values[0] = core.Text("Renamed")
	write(t, again, p, rows)
	if w.halo.Customers()[0].Text("name") != "ACCOUNT  1" {
		t.Error("a record that was found is treated as one that was made")
	}
}

func TestTheGeneralUserIsNobody(t *testing.T) {
	w := newWorld(t, practice.Settings{}, practice.Customer{Name: "Contoso"})
	d := w.open("link-module", "77", "default-site", "contoso/MAIN")
	p := contacts()
	p.Match = []string{"name"}
	r := contact(1, "")
	r.Values[0] = core.Text("General User")
	want(t, write(t, d, p, []core.Record{r}), core.Created)
	for _, u := range w.halo.Users() {
		if u.General() && (u.Text("emailaddress") != "" || u.Text("title") != "") {
			t.Errorf("the General User was changed: %v", u)
		}
	}
}

func TestUsersWithoutACustomerGoToTheDefaultSiteOrAreSkipped(t *testing.T) {
	w := newWorld(t, practice.Settings{}, practice.Customer{Name: "Contoso", Sites: []practice.Site{{Name: "Main"}, {Name: "Second"}}})
	outcomes := write(t, w.open("link-module", "77"), contacts(), []core.Record{contact(1, "")})
	if outcomes[0].Kind != core.Skipped || outcomes[0].Fault.Code != "halo.no-site" {
		t.Errorf("%+v", outcomes[0])
	}
	d := w.open("link-module", "77", "default-site", "Contoso/Second")
	p, err := d.Prepare(context.Background(), contacts(), nil)
	if err != nil || p.Columns[5].Rule.StandIn == "" {
		t.Fatal(err, p.Columns[5])
	}
	want(t, write(t, d, p, []core.Record{contact(2, "")}), core.Created)
	last := w.halo.Users()[len(w.halo.Users())-1]
	if site := last.Int("site_id"); w.halo.Sites()[1].ID() != site {
		t.Errorf("the user is at site %d", site)
	}
	for name, code := range map[string]string{"Contoso": "halo.bad-default-site", "Contoso/None": "halo.no-default-site"} {
		_, err := w.open("default-site", name).Prepare(context.Background(), contacts(), nil)
		wantFault(t, err, code)
	}
}
