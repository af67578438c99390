package wiring_test

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/halo"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
	"ferry/core/practice"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/practicetest"
	"ferry/core/practice/world"
	"ferry/core/project"
	"ferry/core/rest"
)

// A mover carries accounts and contacts of the practice Dynamics into the practice Halo, again and again.
type mover struct {
	t       *testing.T
	env     *practice.Environment
	link    *wiring.Link
	c       *wiring.Computer
	values  map[string]string
	journal string
	slept   atomic.Int64  // nanoseconds; the engine and Halo look at the clock at once
	really  time.Duration // how long a wait lasts for those who live by another clock
	seen    chan struct{} // or until this is closed
}

func newMover(t *testing.T, accounts, contacts int, world playedhalo.Settings, values ...string) *mover {
	t.Helper()
	return moverOf(t, map[string]int{"account": accounts, "contact": contacts, "new_vessel": 60, "new_voyage": 150}, world, values...)
}

// moverOf makes one of an organisation with so many records of each table.
func moverOf(t *testing.T, rows map[string]int, world playedhalo.Settings, values ...string) *mover {
	t.Helper()
	m := &mover{t: t, values: map[string]string{}, journal: filepath.Join(t.TempDir(), "journal.db")}
	m.env = practicetest.New(t, practice.Options{Seed: 7, Rows: rows, Halo: world, Now: m.now})
	m.c = &wiring.Computer{Data: t.TempDir(), Log: slog.New(slog.DiscardHandler), Wait: m.wait}
	m.values["address"] = m.env.HaloAddress
	for i := 0; i+1 < len(values); i += 2 {
		m.values[values[i]] = values[i+1]
	}
	c := project.Connection{Name: "p", Org: m.env.Org, Tenant: m.env.Tenant, ClientID: m.env.SecretApp, Auth: project.Secret, Practice: true}
	link, err := m.c.Connect(wiring.Connection{Connection: c, Access: project.Access{Authority: m.env.Authority}, Secret: core.NewSecret(m.env.Secret), CA: string(m.env.CA)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(link.Close)
	m.link = link
	return m
}

func (m *mover) now() time.Time { return time.Now().Add(m.asleep()) }

func (m *mover) asleep() time.Duration { return time.Duration(m.slept.Load()) }

// wait waits for nobody: the clock moves.
func (m *mover) wait(ctx context.Context, d time.Duration) error {
	m.slept.Add(int64(d))
	over, stop := context.WithTimeout(ctx, m.really)
	defer stop()
	select {
	case <-over.Done():
	case <-m.seen:
	}
	return ctx.Err()
}

func (m *mover) destination() *halo.Destination {
	m.t.Helper()
	d, err := halo.New(core.Settings{Values: m.values, Secrets: map[string]core.Secret{
		"client-id": core.NewSecret(practice.HaloClientID), "secret": core.NewSecret(practice.HaloSecret), "headers": core.NewSecret(m.values["headers"]),
	}}, halo.Options{Network: rest.Network{PEM: m.env.CA, Proxy: rest.Proxy{Mode: rest.NoProxy}}, Wait: m.wait, Now: m.now})
	if err != nil {
		m.t.Fatal(err)
	}
	return d
}

// edit opens a mapping of accounts into customers.
func (m *mover) edit(x mapping.Mapping) *mapping.Draft {
	m.t.Helper()
	d := m.destination()
	defer d.Close()
	there, err := d.Describe(m.t.Context(), "customers")
	if err != nil {
		m.t.Fatal(err)
	}
	from, err := m.link.Source.Describe(m.t.Context(), "account")
	if err != nil {
		m.t.Fatal(err)
	}
	return mapping.Edit(x, from, &there)
}

// job is the import, as it begins where nobody has made a mapping.
func (m *mover) job(change ...func(*mapping.Mapping)) (importer.Job, *halo.Destination, func()) {
	m.t.Helper()
	job, d, done, err := m.begin(change...)
	if err != nil {
		m.t.Fatal(err)
	}
	return job, d, done
}

// begin is job for a Halo that may not even be described.
func (m *mover) begin(change ...func(*mapping.Mapping)) (importer.Job, *halo.Destination, func(), error) {
	m.t.Helper()
	d := m.destination()
	maps, err := wiring.Mappings(m.t.Context(), m.link.Source, d, nil, []string{"contact", "account"}, nil)
	if err != nil {
		_ = d.Close()
		return importer.Job{}, nil, nil, err
	}
	for i := range maps {
		for _, f := range change {
			f(&maps[i])
		}
	}
	memory, err := journal.Open(m.t.Context(), m.journal, journal.Options{})
	if err != nil {
		m.t.Fatal(err)
	}
	job := m.c.Job(m.link, d, "halo", maps, memory)
	job.Now = m.now
	return job, d, func() {
		_ = d.Close()
		memory.Close()
	}, nil
}

// attempt is an import that may fail.
func (m *mover) attempt(change ...func(*mapping.Mapping)) (importer.Receipt, error) {
	m.t.Helper()
	job, _, done, err := m.begin(change...)
	if err != nil {
		return importer.Receipt{}, err
	}
	defer done()
	return importer.Run(m.t.Context(), job, nil)
}

func (m *mover) carry(change ...func(*mapping.Mapping)) (importer.Receipt, int64) {
	m.t.Helper()
	job, d, done := m.job(change...)
	defer done()
	r, err := importer.Run(m.t.Context(), job, nil)
	if err != nil {
		m.t.Fatalf("%v: %+v", err, core.AsFault(err))
	}
	return r, d.Calls()
}

// users are the users that nobody but an import made.
func (m *mover) users() (all []playedhalo.Stored) {
	for _, u := range m.env.Halo.Users() {
		if !u.General() {
			all = append(all, u)
		}
	}
	return all
}

func of(r importer.Receipt, table string) importer.TableReceipt {
	for _, t := range r.Tables {
		if t.Table == table {
			return t
		}
	}
	return importer.TableReceipt{}
}

// writes are the requests that write something.
func (m *mover) writes() int {
	n := 0
	for _, r := range m.env.Halo.Requests() {
		if r.Method == http.MethodPost && !strings.HasSuffix(strings.ToLower(r.Path), "/token") {
			n++
		}
	}
	return n
}

func TestAccountsAndContactsMoveToHaloAndStayThere(t *testing.T) {
	for _, way := range coretest.Some([][]string{{"link-module", "77"}, {"id-fields", "ref, other5"}}) {
		t.Run(way[0], func(t *testing.T) {
			t.Parallel()
			moveAndStay(t, way...)
		})
	}
}

// moveAndStay imports, imports again, after a change of 1 in 100, and after the journal was lost.
func moveAndStay(t *testing.T, way ...string) {
	m := newMover(t, 500, 1400, playedhalo.Settings{}, way...)
	seeded, people, since := len(m.env.Halo.Customers()), len(m.users()), m.stand()
	r, calls := m.carry(everything)
	m.compare(m.expect("", nil), "first", since)
	accounts, contacts := of(r, "account"), of(r, "contact")
	if accounts.Created+accounts.Refused != 500 || accounts.Created < 490 || len(m.env.Halo.Customers()) != int(accounts.Created)+seeded {
		t.Fatalf("accounts: %+v, %d customers; %v %+v", accounts.Counts, len(m.env.Halo.Customers()), r.Refusals[0].Fault, r.Refusals[0].Fault.Subject)
	}
	if int64(len(m.users())-people) != contacts.Created || contacts.Created+contacts.Skipped+contacts.Refused != 1400 || contacts.Created < 700 {
		t.Fatalf("contacts: %+v, %d users; %+v", contacts.Counts, len(m.users()), r.Refusals[:min(3, len(r.Refusals))])
	}
	if per := float64(calls) / 1900; per > 0.1 {
		t.Errorf("%d requests: %.3f for each record", calls, per)
	}
	t.Logf("first import: %d requests for 1,900 records", calls)

	m.env.Halo.Forget()
	r, calls = m.carry(everything)
	if n := m.writes(); n != 0 || of(r, "account").Created+of(r, "account").Updated+of(r, "contact").Created+of(r, "contact").Updated != 0 {
		for _, q := range m.env.Halo.Requests() {
			if q.Method == http.MethodPost {
				t.Logf("%s %s", q.Path, q.Body)
			}
		}
		t.Errorf("nothing changed, but %d requests write; %+v", n, r.Tables)
	}
	t.Logf("again: %d requests", calls)
	repeat := calls
	for _, q := range m.env.Halo.Requests() { // lists only: no record is read that did not change
		if last := q.Path[strings.LastIndex(q.Path, "/")+1:]; last != "" && last[0] >= '0' && last[0] <= '9' {
			t.Errorf("%s was read although nothing changed", q.Path)
		}
	}

	for i := range 19 {
		row, _ := m.env.World.Row(m.env.World.Table("account"), i*20)
		if err := m.env.World.Set("account", row.Key, map[string]world.Cell{"telephone1": world.TextCell("+49 555 " + row.Key[:4])}); err != nil {
			t.Fatal(err)
		}
	}
	m.env.Halo.Forget()
	r, calls = m.carry(everything)
	if of(r, "account").Updated != 19 || of(r, "account").Created != 0 || of(r, "contact").Updated != 0 {
		t.Errorf("19 accounts changed: %+v", r.Tables)
	}
	if calls-repeat > 2*19 {
		t.Errorf("19 changed records took %d requests more", calls-repeat)
	}
	m.compare(m.expect("", nil), "19 changed", since)
	m.decent()
	t.Logf("19 changed: %d requests, %d of them write", calls, m.writes())

	if err := os.Remove(m.journal); err != nil {
		t.Fatal(err)
	}
	customers, users, sites := len(m.env.Halo.Customers()), len(m.users()), len(m.env.Halo.Sites())
	m.env.Halo.Forget()
	r, calls = m.carry(everything)
	for _, x := range r.Tables {
		if n := m.writes(); x.Created+x.Updated != 0 || n != 0 {
			t.Errorf("without the journal %d requests write: %s %+v", n, x.Table, x.Counts)
		}
	}
	if len(m.env.Halo.Customers()) != customers || len(m.users()) != users || len(m.env.Halo.Sites()) != sites {
		t.Errorf("without the journal %d customers became %d, %d users %d", customers, len(m.env.Halo.Customers()), users, len(m.users()))
	}
	m.compare(m.expect("", nil), "without its journal", since)
	m.decent()
	t.Logf("without its journal: %d requests; %+v", calls, r.Tables)
	if mails := m.env.Halo.Outbox(); len(mails) != 0 {
		t.Errorf("Halo wrote to people: %v", mails[0])
	}
}
