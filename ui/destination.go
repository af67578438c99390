package ui

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// destinationPage asks where records go. Its form is drawn from the driver's settings.
type destinationPage struct {
	w        *Window
	page     *kit.Page
	driver   *core.Driver[core.Destination]
	form     *kit.Form
	from     string // for which connection and project the form was made
	kept     map[string]bool
	asking   *task.Task // for what the form is filled in with
	all      bool       // every kind is offered, not only the usual ones
	kind     string     // "test", "live"; "" is not said
	practice bool       // the form is that of the practice environment's own
	save     *kit.Button
	primary  *kit.Button

	checks  []core.Check
	said    fyne.CanvasObject // the verdict as it stands on the page; nil when there is none
	testing *task.Task
	tested  bool
	fault   *core.Fault
}

func newDestinationPage(w *Window) *destinationPage {
	return &destinationPage{w: w, page: kit.NewPage()}
}

func (w *Window) destinations() *destinationPage { return w.pages[placeDestination].(*destinationPage) }

func (p *destinationPage) object() fyne.CanvasObject { return p.page.Container }

func (p *destinationPage) enter() {
	if p.primary != nil {
		p.primary.Tapped(nil)
	}
}

func (p *destinationPage) escape() { p.testing.Cancel() }

func (p *destinationPage) render() {
	p.primary = nil
	head := func(actions ...fyne.CanvasObject) fyne.CanvasObject {
		return kit.PageHead(lang.L("Destination"), lang.L("Where the records go"), actions...)
	}
	if len(p.w.o.Destinations) == 0 {
		p.page.Set(head(), kit.Nothing("destination", lang.L("No destination"), lang.L("This Ferry has none built in.")))
		return
	}
	p.prepare()
	if c := p.w.connection(); c != nil && p.driver.Described { // the number of people is asked about
		if s := p.w.session(c.Name); s.tables == nil && s.tablesFault == nil {
			p.w.readTables()
		}
	}
	p.save = kit.Primary(lang.L("Use and check"), p.check)
	p.primary = p.save
	actions := []fyne.CanvasObject{p.save}
	if core.Available(p.checks) && p.testing == nil && p.same() {
		p.save = kit.Plain(lang.L("Check again"), p.check)
		next := kit.Primary(lang.L("Continue to import"), func() { p.w.open(placeImport) })
		p.primary = next
		actions = []fyne.CanvasObject{p.save, next}
	}
	p.gate()
	cards := []fyne.CanvasObject{}
	if len(p.w.o.Destinations) > 1 {
		cards = append(cards, p.choices())
	}
	cards = append(cards, p.formCard())
	verdict := p.verdict()
	cards = append(cards, verdict...)
	if d := p.draft(); p.driver.Described {
		cards = append(cards, p.next()...)
	} else if destinationPath(d, p.driver) != "" || destinationPlace(d, p.driver) != "" {
		cards = append(cards, p.meaning())
	}
	p.page.Set(head(actions...), cards...)
}

// prepare makes the form for the chosen driver, once.
func (p *destinationPage) prepare() {
	present := (*project.Destination)(nil)
	id, name := "", ""
	if p.w.project != nil {
		present, id = p.w.project.Destination, p.w.project.ID
	}
	if c := p.w.connection(); c != nil {
		name = c.Name
	}
	key := id + "/" + name
	if p.form != nil && p.from == key {
		return
	}
	p.from, p.checks, p.tested, p.fault = key, nil, false, nil
	p.driver = &p.w.o.Destinations[0]
	if present != nil && p.w.driver(present.Driver) != nil {
		p.driver = p.w.driver(present.Driver)
	}
	p.draw()
}

// offer is a sensible place: Documents/Ferry/<connection>/<connection>.db, or that folder.
func (p *destinationPage) offer(s core.Setting) string {
	if p.w.o.Documents == "" {
		return ""
	}
	name := "Ferry"
	if c := p.w.connection(); c != nil {
		name = fileName(c.Name)
	}
	folder := filepath.Join(p.w.o.Documents, name)
	if s.Kind == core.SettingFolder {
		return folder
	}
	return filepath.Join(folder, name+cmp.Or(s.Ending, ".db"))
}

// makeOffered makes the folder of a path that lies in Ferry's own folder in Documents. Other folders are the
// person's: a wrong name there must not become a new folder. What cannot be made is told by the check that follows.
func makeOffered(path, own string) {
	if own == "" || path == "" {
		return
	}
	if inside, err := filepath.Rel(own, path); err == nil && !strings.HasPrefix(inside, "..") {
		_ = os.MkdirAll(filepath.Dir(path), 0o700)
	}
}

// fileName makes a name that every file system takes.
func fileName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '-'
		}
		return r
	}, name)
	clean = strings.Trim(clean, " .")
	if clean == "" {
		return "Ferry"
	}
	return clean
}

func (p *destinationPage) changed() {
	if p.tested || len(p.checks) > 0 {
		p.checks, p.tested, p.fault = nil, false, nil
		p.render()
		return
	}
	p.gate()
}

func (p *destinationPage) gate() {
	reason := p.form.Lacks()
	switch {
	case p.w.active != nil:
		reason = p.w.busyReason()
	case p.testing != nil:
		reason = lang.L("The check is running.")
	case p.outside():
		reason = practisedOnly()
	}
	p.save.Unless(reason)
}

// outside reports whether the chosen kind is none for the practice environment: its records are made up, and go only into files,
// where they do no harm, and into its own systems.
func (p *destinationPage) outside() bool {
	c := p.w.connection()
	return c != nil && c.Practice && !p.practice && !p.driver.Described && !isFile(p.driver)
}

// isFile reports whether a kind of destination is a file or a folder.
func isFile(driver *core.Driver[core.Destination]) bool {
	return slices.ContainsFunc(driver.Settings, func(s core.Setting) bool {
		return s.Main && (s.Kind == core.SettingFile || s.Kind == core.SettingFolder)
	})
}

func practisedOnly() string {
	return lang.L("From the practice environment Ferry writes only into new files and into the practice Halo.")
}

// same reports whether the form says what the project has.
func (p *destinationPage) same() bool {
	d := p.w.project
	if d == nil || d.Destination == nil || d.Destination.Driver != p.driver.Name || d.Destination.Practice != p.practice || d.Destination.Kind != p.kind {
		return false
	}
	values := p.form.Values()
	if len(values) != len(d.Destination.Settings) {
		return false
	}
	for k, v := range values {
		if d.Destination.Settings[k] != v {
			return false
		}
	}
	return true
}

// check puts the destination into the project and looks whether it can be written.
func (p *destinationPage) check() {
	if p.testing != nil || p.form.Lacks() != "" || p.outside() {
		return
	}
	d := p.draft()
	p.checks, p.tested, p.fault = nil, false, nil
	if p.fault = refused(d, p.driver); p.fault != nil { // what cannot be right is not saved: it may hold a password
		p.tested = true
		p.w.refresh()
		p.reveal()
		return
	}
	p.w.goTo(d)
	secrets := p.form.Secrets()
	need := p.need()
	given, path, own := *d, destinationPath(d, p.driver), p.w.o.Documents
	p.testing = task.Go(p.w.run, func(ctx context.Context, tell func([]core.Check)) ([]core.Check, error) {
		makeOffered(path, own)
		if len(secrets) > 0 {
			if err := p.w.o.Engine.KeepDestination(ctx, given, secrets); err != nil {
				return nil, err
			}
		}
		return collect(tell, func(one func(core.Check)) error { return p.w.o.Engine.CheckDestination(ctx, given, need, one) })
	}, func(checks []core.Check) {
		p.checks = checks
		p.w.refresh()
	}, func(checks []core.Check, err error) {
		p.checks, p.testing, p.tested = checks, nil, true
		if err != nil {
			p.fault = core.AsFault(err)
		}
		p.ask()
		p.w.beginMappings()
		p.w.refresh()
		p.reveal()
	})
	p.w.refresh()
	p.reveal()
}

// reveal brings the verdict into view: below a long form nobody would see it.
func (p *destinationPage) reveal() {
	if p.w.place == placeDestination && p.said != nil {
		p.page.Reveal(p.said)
	}
}

// refused is why settings cannot be right, nil when they may be. Nobody is asked.
func refused(d *project.Destination, driver *core.Driver[core.Destination]) *core.Fault {
	if driver.New == nil {
		return nil
	}
	made, err := driver.New(core.Settings{Values: d.Settings})
	if err != nil {
		return core.AsFault(err)
	}
	if err := made.Close(); err != nil {
		return core.AsFault(err)
	}
	return nil
}

func (p *destinationPage) verdict() []fyne.CanvasObject {
	calls := p.w.faultCalls(nil, p.check)
	calls.Quiet, calls.More, calls.Hints = true, p.mends, p.mends
	cards := []fyne.CanvasObject{}
	p.said = nil
	switch {
	case p.testing != nil:
		cards = append(cards, kit.Verdict(lang.L("Checking the destination…"), kit.Tally(p.checks), look.Ink, "wait"))
	case p.fault != nil && p.fault.Kind != core.Stopped:
		cards = append(cards, kit.Verdict(lang.L("Destination unavailable"), kit.Tally(p.checks), look.Failed, "cross"), kit.FaultCard(p.fault, calls))
	case p.tested && core.Available(p.checks):
		cards = append(cards, kit.Verdict(lang.L("Destination available"), kit.Tally(p.checks), look.Passed, "check"))
	case p.tested:
		cards = append(cards, kit.Verdict(lang.L("Destination unavailable"), kit.Tally(p.checks), look.Failed, "cross"))
	}
	if len(p.checks) > 0 {
		cards = append(cards, kit.CheckList(p.checks, calls))
	}
	if len(cards) == 0 {
		return nil
	}
	p.said = kit.Column(look.Gap, cards...)
	return []fyne.CanvasObject{p.said}
}

// meaning says what the file will hold.
func (p *destinationPage) meaning() fyne.CanvasObject {
	line := func(words string) fyne.CanvasObject {
		return kit.TopRow(10, kit.NewIcon("check", look.Primary, 16), kit.Grow(kit.Para(words)))
	}
	return kit.Card(kit.Column(9, kit.Head(lang.L("What it will hold")),
		line(lang.L("One table for each table of Dynamics 365, with every field you may read, named as in Dynamics.")),
		line(lang.L("Amounts with every digit, dates in UTC, choices with code and label, lookups with the id of the record they point at.")),
		line(lang.L("The Dynamics id of each record, so that the next import finds it again and writes nothing twice.")),
		kit.Pad(2, 0, 0, 26, kit.CaptionPara(lang.L("It holds people's data. Keep it where only those can read it who may.")))))
}
