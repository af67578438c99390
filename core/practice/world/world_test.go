package world_test

import (
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"ferry/core/practice/world"
)

var clock = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func ordinary(t testing.TB, rows map[string]int) *world.World {
	t.Helper()
	return world.New(world.Options{Seed: 7, Rows: rows, Now: func() time.Time { return clock }})
}

func TestTheSameSeedGivesTheSameRowsAndAnotherSeedOthers(t *testing.T) {
	one, same, other := ordinary(t, nil), ordinary(t, nil), world.New(world.Options{Seed: 8})
	for _, table := range one.Tables() {
		for i := range one.Positions(table) {
			a, okA := one.Row(table, i)
			b, okB := same.Row(same.Table(table.Logical), i)
			if okA != okB || a.Key != b.Key || a.Version != b.Version || !reflect.DeepEqual(a.Cells, b.Cells) {
				t.Fatalf("row %d of %s differs", i, table.Logical)
			}
		}
	}
	accounts := one.Table("account")
	a, _ := one.Row(accounts, 0)
	b, _ := other.Row(other.Table("account"), 0)
	if a.Key == b.Key {
		t.Error("two seeds give one key")
	}
}

func TestTheNumberOfRowsOfOneTableChangesNoRowOfAnotherButReferences(t *testing.T) {
	small, large := ordinary(t, nil), ordinary(t, map[string]int{"contact": 5000})
	table := small.Table("account")
	for i := range 20 {
		a, _ := small.Row(table, i)
		b, _ := large.Row(large.Table("account"), i)
		name := table.Column("name").Index
		if a.Key != b.Key || a.Cells[name] != b.Cells[name] {
			t.Fatalf("account %d differs", i)
		}
	}
}

func TestKeysAndPositionsAreEachOthersInverse(t *testing.T) {
	const rows = 1_000_000
	w := ordinary(t, map[string]int{"account": rows})
	table := w.Table("account")
	guid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := make(map[string]bool, 100_000)
	for i := 0; i < rows; i += 17 {
		key := w.Key(table, i)
		if seen[key] {
			t.Fatalf("key of %d comes twice", i)
		}
		seen[key] = true
		if at, ok := w.Find(table, key); !ok || at != i {
			t.Fatalf("key of %d is found at %d, %v", i, at, ok)
		}
		if i%1700 == 0 && !guid.MatchString(key) {
			t.Fatalf("%s does not look like a GUID", key)
		}
	}
	if _, ok := w.Find(w.Table("contact"), w.Key(table, 3)); ok {
		t.Error("the key of an account is found among contacts")
	}
	for _, none := range []string{"", "x", "00000000-0000-0000-0000-000000000000", w.Key(table, rows-1) + "0"} {
		if _, ok := w.Find(table, none); ok {
			t.Errorf("%q is found", none)
		}
	}
}

func TestAMillionAccountsCostLittle(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := ordinary(t, map[string]int{"account": 1_000_000})
	table := w.Table("account")
	var r world.Row
	for i := 0; i < 1_000_000; i += 100 {
		if !w.RowInto(table, i, nil, &r) {
			t.Fatalf("no row at %d", i)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 50<<20 {
		t.Errorf("a million accounts cost %d MB", grown>>20)
	}
	runtime.KeepAlive(w)
}

func TestWantedColumnsAreTheSameAsInTheWholeRow(t *testing.T) {
	w := ordinary(t, nil)
	table := w.Table("contact")
	want := []int{table.Column("fullname").Index, table.Column("parentcustomerid").Index}
	var some world.Row
	for i := range 100 {
		all, _ := w.Row(table, i)
		w.RowInto(table, i, want, &some)
		for at, cell := range some.Cells {
			if slices.Contains(want, at) {
				if cell != all.Cells[at] || cell != w.Cell(table, i, table.Columns[at]) {
					t.Fatalf("%s of row %d differs", table.Columns[at].Logical, i)
				}
			} else if cell.Kind != world.Null {
				t.Fatalf("%s was not wanted", table.Columns[at].Logical)
			}
		}
	}
}

func TestChangesAreSeenAndTold(t *testing.T) {
	w := ordinary(t, nil)
	table := w.Table("account")
	first, second := w.Key(table, 0), w.Key(table, 1)
	start := w.Version()
	must(t, w.Set("account", first, map[string]world.Cell{"name": world.TextCell("Changed")}))
	key, err := w.Insert("account", "", map[string]world.Cell{"name": world.TextCell("New")})
	must(t, err)
	must(t, w.Delete("account", second))
	if w.Len("account") != 500 || w.Positions(table) != 501 {
		t.Errorf("%d rows at %d positions", w.Len("account"), w.Positions(table))
	}
	row, _ := w.Row(table, 0)
	if row.Cells[table.Column("name").Index].S != "Changed" || row.Version <= start {
		t.Error("the change is not seen")
	}
	if got := row.Cells[table.Column("modifiedon").Index].Time(); !got.Equal(clock) {
		t.Errorf("modifiedon is %v", got)
	}
	if row.Cells[table.Column("versionnumber").Index].N != row.Version {
		t.Error("versionnumber is not the version")
	}
	if _, ok := w.Row(table, 1); ok {
		t.Error("the deleted row is still there")
	}
	if _, ok := w.Find(table, second); ok {
		t.Error("the deleted row is still found")
	}
	at, ok := w.Find(table, key)
	if row, live := w.Row(table, at); !ok || !live || row.Key != key || w.Title("account", key) != "New" {
		t.Error("the new row is not found")
	}
	type told struct {
		key  string
		gone bool
	}
	var got []told
	w.ChangedSince(table, start, func(key string, gone bool, _ int64) bool {
		got = append(got, told{key, gone})
		return true
	})
	if want := []told{{first, false}, {key, false}, {second, true}}; !reflect.DeepEqual(got, want) {
		t.Errorf("told %v", got)
	}
	w.ChangedSince(table, w.Version(), func(string, bool, int64) bool {
		t.Error("something changed since now")
		return true
	})
}

func TestWrongChangesAreRefused(t *testing.T) {
	w := ordinary(t, nil)
	key := w.Key(w.Table("account"), 0)
	for what, err := range map[string]error{
		"no table":  w.Set("nothing", key, nil),
		"no row":    w.Set("account", w.Key(w.Table("contact"), 0), nil),
		"no column": w.Set("account", key, map[string]world.Cell{"nothing": {}}),
		"deleted":   w.Delete("account", "x"),
	} {
		if err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	if _, err := w.Insert("account", key, nil); err == nil {
		t.Error("a key was given twice")
	}
}

func TestAnActivityIsSeenInBothTables(t *testing.T) {
	w := ordinary(t, nil)
	tasks, all := w.Table("task"), w.Table("activitypointer")
	if sum := w.Len("task") + w.Len("phonecall") + w.Len("email") + w.Len("appointment"); w.Len("activitypointer") != sum {
		t.Errorf("%d pointers to %d activities", w.Len("activitypointer"), sum)
	}
	key := w.Key(tasks, 5)
	must(t, w.Set("task", key, map[string]world.Cell{"subject": world.TextCell("Seen")}))
	at, ok := w.Find(all, key)
	row, live := w.Row(all, at)
	if !ok || !live || row.Key != key || row.Cells[all.Column("subject").Index].S != "Seen" ||
		row.Cells[all.Column("activitytypecode").Index].S != "task" {
		t.Error("the task is not seen among the activities")
	}
	found := 0
	for i := range w.Positions(all) {
		if _, ok := w.Row(all, i); ok {
			found++
		}
	}
	if found != w.Len("activitypointer") {
		t.Errorf("%d rows where %d are counted", found, w.Len("activitypointer"))
	}
}

func TestMetadataCanChange(t *testing.T) {
	w := ordinary(t, nil)
	old := w.Table("account")
	must(t, w.RemoveColumn("account", "fax"))
	must(t, w.AddColumn("account", world.Column{Logical: "new_later", Type: "StringType", MaxLength: 10, Custom: true,
		ValidForRead: true, ValidOData: true}))
	must(t, w.Secure("account", "name"))
	now := w.Table("account")
	if now.Column("fax") != nil || old.Column("fax") == nil || now.Column("new_later").Property != "new_later" ||
		!now.Column("name").Secured || old.Column("name").Secured {
		t.Error("the metadata are not as they were made")
	}
	for i := range 50 {
		a, _ := w.Row(old, i)
		b, _ := w.Row(now, i)
		if len(b.Cells) != len(now.Columns) || a.Cells[old.Column("name").Index] != b.Cells[now.Column("name").Index] {
			t.Fatal("the rows moved with the columns")
		}
	}
	must(t, w.RemoveTable("lead"))
	if w.Table("lead") != nil || w.BySet("leads") != nil {
		t.Error("the table is still there")
	}
}

func TestReadingGoesOnWhileRowsChange(t *testing.T) {
	w := ordinary(t, nil)
	table := w.Table("account")
	var all sync.WaitGroup
	all.Go(func() {
		for i := range 300 {
			_ = w.Set("account", w.Key(table, i), map[string]world.Cell{"name": world.TextCell("x")})
			_, _ = w.Insert("account", "", nil)
			_ = w.AlterColumn("account", "name", func(c *world.Column) { c.Display = "Other" })
		}
	})
	for range 2 {
		all.Go(func() {
			for i := range w.Positions(table) {
				w.Row(w.Table("account"), i)
				w.Title("account", w.Key(table, i))
			}
		})
	}
	all.Wait()
	if w.Len("account") != 800 {
		t.Errorf("%d accounts", w.Len("account"))
	}
}

func TestPeopleAndTheirRights(t *testing.T) {
	w := ordinary(t, nil)
	ada, ok := w.User(w.Ada())
	if !ok || ada.Name != "Ada Lovelace" || w.Title("systemuser", ada.Key) != "Ada Lovelace" {
		t.Errorf("the person is %+v", ada)
	}
	key, err := w.AddApplicationUser("11111111-2222-4333-8444-555555555555", "Ferry")
	must(t, err)
	app, ok := w.ApplicationUser("11111111-2222-4333-8444-555555555555")
	if !ok || app.Key != key || w.Title("systemuser", key) != "# Ferry" {
		t.Errorf("the application is %+v", app)
	}
	whole := len(w.Grants(key))
	must(t, w.Revoke(key, "prvReadAccount"))
	must(t, w.SetDepth(key, "prvReadContact", "Local"))
	if got := w.Depth(key, w.Table("account")); got != "" {
		t.Errorf("accounts can still be read: %s", got)
	}
	if got := w.Depth(key, w.Table("contact")); got != "Local" {
		t.Errorf("contacts are read as far as %s", got)
	}
	if len(w.Grants(key)) != whole-1 || w.Depth(w.Ada(), w.Table("account")) != "Global" {
		t.Error("the wrong grants are gone")
	}
	if w.Privilege(w.Table("task"), "Read") != "prvReadActivity" || w.Privilege(w.Table("new_vessel"), "Read") != "prvReadnew_Vessel" {
		t.Error("privileges have other names")
	}
	if i, ok := w.Find(w.Table("privilege"), w.PrivilegeID("prvReadAccount")); !ok || w.Title("privilege", w.Key(w.Table("privilege"), i)) != "prvReadAccount" {
		t.Error("the privilege is not in its table")
	}
	must(t, w.RemoveRoles(key))
	if len(w.Grants(key)) != 0 {
		t.Error("rights without roles")
	}
	must(t, w.DisableUser(w.Ada()))
	if len(w.Grants(w.Ada())) != 0 {
		t.Error("rights of a disabled user")
	}
	if w.Revoke(key, "prvReadNothing") == nil {
		t.Error("a privilege that does not exist was revoked")
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
