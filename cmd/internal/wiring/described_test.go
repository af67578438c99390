package wiring

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/project"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func descriptions(t *testing.T, data string) *Descriptions {
	t.Helper()
	c := &Computer{Data: data}
	d := c.Descriptions(project.Connection{Org: "https://contoso.crm4.dynamics.com"}, 0)
	d.now = func() time.Time { return noon }
	d.grace, d.most = time.Millisecond, 20*time.Millisecond
	return d
}

func client() core.Table {
	return core.Table{
		Name: core.TableName{Logical: "account", Display: "Account"}, Set: "accounts", Key: "accountid", Title: "name",
		Fields: []core.Field{
			{Name: "accountid", Type: core.TypeID, Readable: true},
			{Name: "name", Display: "Account Name", Type: core.TypeText, Length: 160, Readable: true},
			{Name: "statecode", Type: core.TypeState, Options: []core.Option{{Code: 0, Label: "Active"}}},
			{Name: "parent", Type: core.TypeLookup, Targets: []string{"account"}, Nav: map[string]string{"account": "Parent"}},
		},
		Relations: []core.Relation{{Name: "r", Table: "contact", Field: "parentcustomerid"}}, Keys: [][]string{{"name"}}, Tracked: true,
		Rights: core.Rights{Read: core.DepthGlobal, Known: true},
	}
}

func answers(t core.Table) func(context.Context) (core.Table, error) {
	return func(context.Context) (core.Table, error) { return t, nil }
}

func fails(f *core.Fault) func(context.Context) (core.Table, error) {
	return func(context.Context) (core.Table, error) { return core.Table{}, f }
}

func offline() *core.Fault {
	return &core.Fault{Kind: core.Offline, Code: "test.offline", Cause: "Away."}
}

func TestWhatATableLookedLikeComesBackWhenTheEnvironmentCannotBeAsked(t *testing.T) {
	data := t.TempDir()
	first, err := descriptions(t, data).Describe(t.Context(), "account", answers(client()))
	if err != nil || first.Why != nil || !first.When.Equal(noon) {
		t.Fatalf("%+v, %v", first, err)
	}
	for name, why := range map[string]*core.Fault{
		"offline": offline(), "signed out": {Kind: core.SignIn, Code: "signin.again"}, "busy": {Kind: core.Busy, Code: "rest.busy"},
	} {
		again, err := descriptions(t, data).Describe(t.Context(), "account", fails(why))
		if err != nil || !reflect.DeepEqual(again.Table, client()) || !again.When.Equal(noon) || again.Why != why {
			t.Errorf("%s: %+v, %v", name, again, err)
		}
	}
	if _, err := descriptions(t, data).Describe(t.Context(), "contact", fails(offline())); core.AsFault(err).Code != "test.offline" {
		t.Errorf("a table that was never described: %v", err)
	}
	gone := &core.Fault{Kind: core.Wrong, Code: dataverse.CodeNoSuchTable}
	if _, err := descriptions(t, data).Describe(t.Context(), "account", fails(gone)); core.AsFault(err) != gone {
		t.Errorf("a table that is gone: %v", err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := descriptions(t, data).Describe(stopped, "account", fails(offline())); err == nil {
		t.Error("somebody who stopped it gets an answer")
	}
}

func TestTheListOfTablesComesBackWithTheReason(t *testing.T) {
	data := t.TempDir()
	want := []core.TableName{{Logical: "account", Display: "Account", Plural: "Accounts"}, {Logical: "new_ship", Custom: true}}
	if _, err := descriptions(t, data).Tables(t.Context(), func(context.Context) ([]core.TableName, error) { return nil, offline() }); err == nil {
		t.Fatal("nothing is kept, and nothing is wrong")
	}
	if _, err := descriptions(t, data).Tables(t.Context(), func(context.Context) ([]core.TableName, error) { return want, nil }); err != nil {
		t.Fatal(err)
	}
	got, err := descriptions(t, data).Tables(t.Context(), func(context.Context) ([]core.TableName, error) { return nil, offline() })
	if !reflect.DeepEqual(got, want) || core.AsFault(err).Code != "test.offline" {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestAnEnvironmentThatAsksForPatienceIsNotWaitedForWhereALastAnswerIsAtHand(t *testing.T) {
	synctest.Test(t, asksForPatience)
}

func asksForPatience(t *testing.T) {
	d := descriptions(t, t.TempDir())
	if _, err := d.Describe(t.Context(), "account", answers(client())); err != nil {
		t.Fatal(err)
	}
	var told []string
	ctx := core.WithNotices(t.Context(), func(n core.Notice) { told = append(told, n.Text) })
	again, err := d.Describe(ctx, "account", func(ctx context.Context) (core.Table, error) {
		core.Tell(ctx, core.Notice{Text: "Dynamics 365 asks us to wait"})
		<-ctx.Done()
		return core.Table{}, ctx.Err()
	})
	if err != nil || again.Why == nil || again.Why.Cause != "Dynamics 365 asks us to wait." || again.Why.Remedy == "" || len(told) != 1 {
		t.Errorf("%+v, %v, told %q", again, err, told)
	}
	again, err = d.Describe(t.Context(), "account", func(ctx context.Context) (core.Table, error) {
		<-ctx.Done()
		return core.Table{}, ctx.Err()
	})
	if err != nil || again.Why == nil || again.Why.Code != "ferry.not-now" {
		t.Errorf("silent: %+v, %v", again, err)
	}
	d.most, d.grace = time.Minute, 20*time.Second
	fresh, err := d.Describe(t.Context(), "account", func(ctx context.Context) (core.Table, error) {
		core.Tell(ctx, core.Notice{Text: "Dynamics 365 asks us to wait"})
		core.Tell(ctx, core.Notice{})
		select {
		case <-ctx.Done():
			return core.Table{}, ctx.Err()
		case <-time.After(50 * time.Second):
			return client(), nil
		}
	})
	if err != nil || fresh.Why != nil {
		t.Errorf("one that goes on: %+v, %v", fresh.Why, err)
	}
}

func TestADamagedDescriptionIsAsNone(t *testing.T) {
	data := t.TempDir()
	d := descriptions(t, data)
	if _, err := d.Describe(t.Context(), "account", answers(client())); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.folder, "t-account.json")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"empty": nil, "cut": good[:len(good)/2], "another kind": []byte("[]"), "another version": bytes.Replace(good, []byte(`"version":1`), []byte(`"version":2`), 1),
		"another table": bytes.ReplaceAll(good, []byte(`"Logical":"account"`), []byte(`"Logical":"contact"`)),
		"no fields":     []byte(`{"version":1,"table":"account","when":"2026-05-01T12:00:00Z","what":{"Name":{"Logical":"account"},"Key":"accountid"}}`),
		"wrong types":   []byte(`{"version":1,"table":"account","when":"2026-05-01T12:00:00Z","what":{"Fields":7}}`),
		"deep":          []byte(`{"version":1,"what":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`),
		"huge":          append(bytes.Repeat([]byte(" "), largestDescribed), good...),
	} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Describe(t.Context(), "account", fails(offline())); core.AsFault(err).Code != "test.offline" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := d.Describe(t.Context(), "account", answers(client())); err != nil {
		t.Error("a damaged file is in the way:", err)
	}
}

func TestDescriptionsAreNamedAfterTheEnvironmentAndNobodyElseReadsThem(t *testing.T) {
	c := &Computer{Data: t.TempDir()}
	folder := func(org string, practice bool) string {
		return c.Descriptions(project.Connection{Name: "../../evil", Org: org, Practice: practice}, 0).folder
	}
	if a, b := folder("https://contoso.crm4.dynamics.com", false), folder("https://CONTOSO.crm4.dynamics.com/main.aspx", false); a != b || a == "" {
		t.Errorf("one environment, two folders: %q, %q", a, b)
	}
	if a, b := folder("https://crm.contoso.com/Sales", false), folder("https://crm.contoso.com/Service", false); a == b {
		t.Errorf("two organisations of one server share %q", a)
	}
	if a, b := folder("https://localhost:1", true), folder("https://localhost:2", true); a != b {
		t.Errorf("the practice environment has two folders: %q, %q", a, b)
	}
	if got := folder("no address", false); got != "" {
		t.Errorf("something is kept for what is no address: %q", got)
	}
	d := descriptions(t, c.Data)
	for _, name := range []string{"account", "../account", "con", "Account", ""} {
		_, _ = d.Describe(t.Context(), name, answers(client()))
	}
	all, err := os.ReadDir(d.folder)
	if err != nil || len(all) != 2 || all[0].Name() != "t-account.json" || all[1].Name() != "t-con.json" {
		t.Fatalf("%v, %v", all, err)
	}
	info, _ := all[0].Info()
	if inside, _ := os.Stat(d.folder); info.Mode().Perm()&0o077 != 0 || inside.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v", info.Mode())
	}
}

func TestTheOldestDescriptionsGo(t *testing.T) {
	d := descriptions(t, t.TempDir())
	if err := os.MkdirAll(d.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range mostDescribed {
		path := filepath.Join(d.folder, "t-a"+strconv.Itoa(i)+".json")
		err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, noon, noon.Add(time.Duration(i)*time.Second)))
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Describe(t.Context(), "account", answers(client())); err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadDir(d.folder)
	if err != nil || len(all) != mostDescribed {
		t.Fatalf("%d files, %v", len(all), err)
	}
	if _, err := os.Stat(filepath.Join(d.folder, "t-a0.json")); !errors.Is(err, os.ErrNotExist) {
		t.Error("the oldest is still there")
	}
}
