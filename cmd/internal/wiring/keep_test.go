package wiring_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/keychain"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
	"ferry/core/practice/world"
	"ferry/core/project"
)

// An office is a computer on which somebody imports: a data folder, a keychain, an environment, and a folder for what is
// imported.
type office struct {
	t       *testing.T
	c       *wiring.Computer
	keys    keychain.Store
	env     *practice.Environment
	link    *wiring.Link
	project *project.Project
	out     string
	later   time.Duration
	people  map[string]bool // every name, e-mail address and phone number there ever was
}

// lasting is a keychain as computers have one.
type lasting struct{ *keychain.Memory }

func (lasting) Lasting() bool { return true }

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, keys: lasting{keychain.NewMemory()}, out: t.TempDir(), people: map[string]bool{}}
	o.env = practicetest.New(t, practice.Options{Seed: 11, Rows: map[string]int{"account": 60, "contact": 140}})
	o.c = &wiring.Computer{
		Data: t.TempDir(), Store: o.keys, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Now().Add(o.later) },
		Wait: func(ctx context.Context, d time.Duration) error { return core.Wait(ctx, d/1000) },
	}
	c := project.Connection{Name: "p", Org: o.env.Org, Tenant: o.env.Tenant, ClientID: o.env.SecretApp, Auth: project.Secret, Practice: true}
	link, err := o.c.Connect(wiring.Connection{Connection: c, Access: project.Access{Authority: o.env.Authority}, Secret: core.NewSecret(o.env.Secret), CA: string(o.env.CA)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(link.Close)
	o.link, o.project = link, project.New("Contoso")
	o.project.Connections = []project.Connection{c}
	o.note()
	return o
}

// note takes down what is said of people now.
func (o *office) note() {
	for _, name := range []string{"account", "contact"} {
		table := o.env.World.Table(name)
		for i := range o.env.World.Positions(table) {
			row, ok := o.env.World.Row(table, i)
			if !ok {
				continue
			}
			for n, cell := range row.Cells {
				column := table.Columns[n].Logical
				if cell.Kind == world.Text && len(cell.S) > 5 && (column == "name" || column == "fullname" || strings.HasPrefix(column, "emailaddress") || strings.Contains(column, "phone")) {
					o.people[cell.S] = true
				}
			}
		}
	}
}

// rename gives some records other names.
func (o *office) rename(of, count int) {
	o.t.Helper()
	for i := of; i < of+count; i++ {
		row, _ := o.env.World.Row(o.env.World.Table("contact"), i)
		if err := o.env.World.Set("contact", row.Key, map[string]world.Cell{"emailaddress1": world.TextCell("renamed" + row.Key[:8] + "@fabrikam.example")}); err != nil {
			o.t.Fatal(err)
		}
	}
	o.note()
}

func (o *office) job(driver string, settings map[string]string) (importer.Job, func()) {
	o.t.Helper()
	to := project.Destination{Driver: driver, Settings: settings}
	destination, err := o.c.Destination(o.t.Context(), wiring.Destinations(o.c.Data, nil), to, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	maps, err := wiring.Mappings(o.t.Context(), o.link.Source, nil, nil, []string{"account", "contact"}, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	memory, err := o.c.Journal(o.t.Context(), o.project.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	job := o.c.Job(o.link, destination, wiring.Place(to), maps, memory)
	seal, fault := o.c.Seal(o.t.Context(), o.project.ID)
	if fault != nil {
		o.t.Fatal(fault)
	}
	job.Seal, job.From, job.To = seal, "Contoso", driver
	return job, func() {
		if err := destination.Close(); err != nil {
			o.t.Error(err)
		}
		memory.Close()
	}
}

func (o *office) carry(driver string, settings map[string]string) importer.Receipt {
	o.t.Helper()
	job, done := o.job(driver, settings)
	defer done()
	r, err := importer.Run(o.t.Context(), job, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

func (o *office) places() map[string]map[string]string {
	return map[string]map[string]string{
		"sqlite": {"file": filepath.Join(o.out, "contoso.db")}, "csv": {"folder": filepath.Join(o.out, "csv")}, "excel": {"file": filepath.Join(o.out, "contoso.xlsx")},
	}
}

// live does what leaves traces: imports into every file, changes, refused records, a rehearsal whose process was killed, an
// import that was taken back in part, descriptions of tables.
func (o *office) live() (last importer.Receipt) {
	o.t.Helper()
	descriptions := o.c.Descriptions(o.project.Connections[0], 1033)
	if _, err := descriptions.Tables(o.t.Context(), o.link.Source.Tables); err != nil {
		o.t.Fatal(err)
	}
	if _, err := descriptions.Describe(o.t.Context(), "contact", func(ctx context.Context) (core.Table, error) { return o.link.Source.Describe(ctx, "contact") }); err != nil {
		o.t.Fatal(err)
	}
	for driver, settings := range o.places() {
		o.carry(driver, settings)
	}
	db, err := sqlite.OpenConn(o.places()["sqlite"]["file"])
	if err == nil {
		err = sqlitex.ExecuteScript(db, "CREATE TRIGGER no BEFORE UPDATE ON contact WHEN NEW.emailaddress1 LIKE 'renamed%' AND NEW.contactid < '8' BEGIN SELECT RAISE(ABORT, 'not this one'); END;", nil)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	db.Close()
	o.rename(3, 30)
	for driver, settings := range o.places() {
		if r := o.carry(driver, settings); driver == "sqlite" {
			last = r
		}
	}
	if last.Tables[1].Refused == 0 || last.Tables[1].Updated == 0 {
		o.t.Fatalf("the second import is %+v", last.Tables[1].Counts)
	}
	o.mend(last)
	o.rename(40, 20)
	job, done := o.job("sqlite", o.places()["sqlite"])
	memory, err := o.c.Journal(o.t.Context(), o.project.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	shown, err := o.c.Rehearse(o.t.Context(), job, memory, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(o.c.Data, "rehearsals", "*"))
	was := map[string][]byte{}
	for _, f := range files {
		if was[f], err = os.ReadFile(f); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := shown.Close(); err != nil {
		o.t.Error(err)
	}
	for f, text := range was { // as a kill leaves them
		if err := os.WriteFile(f, text, 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
	memory.Close()
	done()
	return last
}

// mend gives one of the refused records another value.
func (o *office) mend(r importer.Receipt) {
	o.t.Helper()
	job, done := o.job("sqlite", o.places()["sqlite"])
	defer done()
	value := "mended.by.hand@fabrikam.example"
	o.people[value] = true
	for _, x := range r.Refusals {
		if x.Kind == core.Refused {
			if err := importer.Mend(o.t.Context(), job, "contact", x.Key, "emailaddress1", value); err != nil {
				o.t.Fatal(err)
			}
			return
		}
	}
	o.t.Fatal("nothing was refused")
}

// told are the files of the data folder that hold something of people.
func (o *office) told() (files []string) {
	o.t.Helper()
	if len(o.people) < 300 {
		o.t.Fatalf("only %d things are said of people", len(o.people))
	}
	if err := filepath.WalkDir(o.c.Data, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		for text := range o.people {
			wide := []byte{}
			for _, unit := range utf16.Encode([]rune(text)) {
				wide = append(wide, byte(unit), byte(unit>>8))
			}
			if bytes.Contains(raw, []byte(text)) || bytes.Contains(raw, wide) {
				files = append(files, strings.TrimPrefix(path, o.c.Data))
				break
			}
		}
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	return files
}

func TestAfterItsTimeNothingOfPeopleIsInTheDataFolder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	last := o.live()
	for _, file := range o.told() {
		if !strings.Contains(file, "spools") { // the rows of the files themselves
			t.Errorf("%s tells of people from the first moment", file)
		}
	}
	if len(o.told()) != 2 {
		t.Errorf("the search finds %v", o.told())
	}
	o.later = 29 * 24 * time.Hour
	if err := o.c.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if may := o.may(last.Run); may != "" {
		t.Errorf("before its time: %s", may)
	}
	o.later = 31 * 24 * time.Hour
	if err := o.c.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told := o.told(); len(told) > 0 {
		t.Errorf("after their time %v tell of people", told)
	}
	if may := o.may(last.Run); may != "importer.forgotten" {
		t.Errorf("after its time: %q", may)
	}
	for driver, settings := range o.places() { // and everything can be imported into as before
		r := o.carry(driver, settings)
		if driver != "sqlite" && (r.Tables[1].Created != 140 || !strings.Contains(r.Tables[1].Remark+r.Tables[0].Remark, "is kept as")) {
			t.Errorf("%s: %+v %q", driver, r.Tables[1].Counts, r.Tables[1].Remark)
		}
	}
	names, _ := filepath.Glob(filepath.Join(o.out, "*", "* (kept *"))
	more, _ := filepath.Glob(filepath.Join(o.out, "* (kept *"))
	if len(names) != 2 || len(more) != 1 {
		t.Errorf("kept are %q and %q", names, more)
	}
}

func (o *office) may(run string) string {
	o.t.Helper()
	job, done := o.job("sqlite", o.places()["sqlite"])
	defer done()
	_, err := importer.MayTakeBack(o.t.Context(), o.c.TakeBack(job.Destination, job.Place, job.Journal, job.Seal), run, true)
	if err != nil {
		return core.AsFault(err).Code
	}
	return ""
}

func TestAfterDeletingNothingOfTheProjectIsInTheDataFolder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.live()
	o.project.Destination = &project.Destination{Driver: "sqlite", Settings: o.places()["sqlite"]}
	o.c.Chose(o.project)
	other := project.New("Other")
	other.Destination = &project.Destination{Driver: "sqlite", Settings: map[string]string{"file": "other.db"}}
	o.c.Chose(other)
	known, err := o.c.Known(t.Context(), o.project)
	if err != nil || known.Runs != 6 || known.Back == 0 || known.Refused == 0 || len(known.Spools) != 2 || known.Tables < 2 || !known.Sealed {
		t.Errorf("known is %+v, %v", known, err)
	}
	deleted, err := o.c.DeleteKnown(t.Context(), o.project)
	if err != nil || deleted.Runs != known.Runs || !slices.Equal(deleted.Spools, known.Spools) {
		t.Errorf("deleted is %+v, %v", deleted, err)
	}
	if told := o.told(); len(told) > 0 {
		t.Errorf("%v tell of people", told)
	}
	var left []string
	if err := filepath.WalkDir(o.c.Data, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			left = append(left, strings.TrimPrefix(path, o.c.Data+string(filepath.Separator)))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(left, []string{"chosen.json"}) {
		t.Errorf("left are %q", left)
	}
	if text, err := os.ReadFile(filepath.Join(o.c.Data, "chosen.json")); err != nil || bytes.Count(text, []byte(`"`)) != 2 {
		t.Errorf("of destinations that were chosen: %s, %v", text, err)
	}
	if _, there, _ := o.keys.Get(t.Context(), o.c.SealName(o.project.ID)); there {
		t.Error("the key is left")
	}
	if r := o.carry("sqlite", o.places()["sqlite"]); r.Tables[1].Created != 0 || r.Tables[1].Read != 140 {
		t.Errorf("the next import doubles: %+v", r.Tables[1].Counts)
	}
}

func TestWhereNothingIsToBeKeptNothingOfPeopleOutlivesAnImport(t *testing.T) {
	t.Parallel()
	o, none := newOffice(t), 0
	o.c.Settings.KeepDays = &none
	for driver, settings := range o.places() {
		o.carry(driver, settings)
	}
	o.rename(1, 10)
	for driver, settings := range o.places() {
		o.carry(driver, settings)
	}
	if err := o.c.Expire(t.Context()); err != nil { // as the mains do
		t.Fatal(err)
	}
	if told := o.told(); len(told) > 0 {
		t.Errorf("%v tell of people", told)
	}
}
