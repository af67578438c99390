package ui

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// frame is the rail and what stands beside it.
type frame struct {
	w     *Window
	root  *fyne.Container
	place *fyne.Container
	items map[string]*kit.RailItem
	pill  *fyne.Container
}

func newFrame(w *Window) *frame {
	f := &frame{w: w, place: container.NewStack(), pill: container.NewStack(), items: map[string]*kit.RailItem{}}
	rail := []fyne.CanvasObject{kit.Pad(6, 12, 10, 10, kit.Row(10, kit.NewRailMark(26),
		kit.NewText("Ferry", kit.Style{Bold: true, Size: 18, Ink: look.RailStrong})))}
	for _, i := range []struct{ place, icon, words string }{
		{placeConnection, "connection", lang.L("Connection")},
		{placeDestination, "destination", lang.L("Destination")},
		{placeMappings, "mappings", lang.L("Mappings")},
		{placeImport, "import", lang.L("Import")},
		{placeHistory, "history", lang.L("History")},
		{placeSettings, "settings", lang.L("Settings")},
	} {
		place := i.place
		f.items[place] = kit.NewRailItem(i.icon, i.words, func() { w.tap(place) })
		rail = append(rail, f.items[place])
	}
	ground := kit.NewBox(look.Rail, "", 0)
	side := kit.On(ground, kit.Pad(14, 12, 14, 12, container.New(&railLayout{}, kit.Column(4, rail...), f.pill)))
	f.root = container.New(&frameLayout{}, kit.NewBox(look.Ground, "", 0), side, f.place)
	return f
}

func (f *frame) show(o fyne.CanvasObject) { f.place.Objects = []fyne.CanvasObject{o} }

func (f *frame) render() {
	for place, item := range f.items {
		item.Select(place == f.w.place)
	}
	f.badge()
	f.pill.Objects = nil
	if c := f.w.connection(); c != nil {
		f.pill.Objects = []fyne.CanvasObject{f.fromTo(c)}
	}
	f.root.Refresh()
}

// badge shows how far it is at the place where it is seen, wherever one looks: at Import, or taking back at History.
func (f *frame) badge() {
	at := map[string]string{}
	if a := f.w.active; a != nil && a.back != nil {
		at[placeHistory] = a.percent()
	} else if a != nil {
		at[placeImport] = a.percent()
	}
	for _, place := range []string{placeImport, placeHistory} {
		f.items[place].Badge(at[place])
	}
}

// fromTo is the pill at the rail's foot: where from and where to, each with its word and colour.
func (f *frame) fromTo(c *project.Connection) fyne.CanvasObject {
	strong := kit.Style{Bold: true, Size: 13, Ink: look.RailStrong}
	small := kit.Style{Size: look.CaptionSize, Ink: look.RailInk}
	word, color := kindOf(*c)
	chip := kit.NewTipChip(word, color, kindMeaning(*c))
	parts := []fyne.CanvasObject{
		kit.Row(8, kit.Grow(kit.NewElided(c.Name, strong)), chip),
		kit.NewElided(hostWords(*c), small),
	}
	if s := f.w.session(c.Name); s.signedIn && s.who.Name != "" {
		parts = append(parts, kit.NewElided(lang.L("as {{.Who}}", kit.M{"Who": whoWords(s.who)}), small))
	}
	if d := f.w.project.Destination; d != nil {
		parts = append(parts, kit.Pad(5, 0, 5, 0, kit.Row(6, kit.NewIcon("down", look.RailAccent, 14), kit.Grow(kit.Sized(1, 1, kit.NewBox(look.RailHover, "", 0))))),
			f.destinationRow(d, strong))
		if where := destinationFolder(d, f.w.driver(d.Driver)); where != "" {
			parts = append(parts, kit.NewElided(where, small))
		}
	}
	return kit.On(kit.NewBox(look.RailSelected, "", look.Radius), kit.Pad(11, 12, 11, 12, kit.Column(3, parts...)))
}

// destinationRow is the destination's name, and what it is where it is no file of one's own.
func (f *frame) destinationRow(d *project.Destination, strong kit.Style) fyne.CanvasObject {
	driver := f.w.driver(d.Driver)
	name := kit.NewElided(destinationName(d, driver), strong)
	if destinationPath(d, driver) != "" {
		return name
	}
	word, color := kindOf(project.Connection{Practice: d.Practice, Kind: d.Kind})
	return kit.Row(8, kit.Grow(name), kit.NewTipChip(word, color, destinationMeaning(d)))
}

func destinationMeaning(d *project.Destination) string {
	switch {
	case d.Practice:
		return lang.L("It is part of the practice environment. Nothing can go wrong.")
	case d.Kind == "test":
		return lang.L("A test system.")
	case d.Kind == "live":
		return lang.L("A live system: people work in it.")
	}
	return lang.L("Nobody said yet whether this is a test or a live system, so Ferry counts it as live.")
}

// kindOf says in a word and a colour what an environment is; unknown counts as live.
func kindOf(c project.Connection) (string, fyne.ThemeColorName) {
	switch {
	case c.Practice:
		return lang.L("Practice"), look.Practice
	case c.Kind == "test":
		return lang.L("Test"), look.Sandbox
	}
	return lang.L("Live"), look.Production
}

func kindMeaning(c project.Connection) string {
	switch {
	case c.Practice:
		return lang.L("The practice environment of this computer. Nothing can go wrong.")
	case c.Kind == "test":
		return lang.L("A test environment.")
	case c.Kind == "live":
		return lang.L("A live environment: people work in it. Ferry only reads it.")
	}
	return lang.L("Nobody said yet whether this is a test or a live environment, so Ferry counts it as live.")
}

// driver returns the kind of destination of that name, nil when this Ferry has none.
func (w *Window) driver(name string) *core.Driver[core.Destination] {
	for i := range w.o.Destinations {
		if w.o.Destinations[i].Name == name {
			return &w.o.Destinations[i]
		}
	}
	return nil
}

// destinationPath is the file or folder a destination writes to, "" when it writes to neither.
func destinationPath(d *project.Destination, driver *core.Driver[core.Destination]) string {
	if d == nil || driver == nil {
		return ""
	}
	for _, s := range driver.Settings {
		if s.Main && (s.Kind == core.SettingFile || s.Kind == core.SettingFolder) {
			return d.Settings[s.Name]
		}
	}
	return ""
}

func destinationName(d *project.Destination, driver *core.Driver[core.Destination]) string {
	if path := destinationPath(d, driver); path != "" {
		return filepath.Base(path)
	}
	if d.Practice && driver != nil { // its address is another one each time
		return lang.L("Practice {{.Kind}}", kit.M{"Kind": driver.Title})
	}
	if place := destinationPlace(d, driver); place != "" {
		return place
	}
	if driver != nil {
		return driver.Title
	}
	return d.Driver
}

// destinationPlace is where a destination is that is no file: its server and what is on it.
func destinationPlace(d *project.Destination, driver *core.Driver[core.Destination]) string {
	if d == nil || driver == nil || driver.Place == nil {
		return ""
	}
	return driver.Place(core.Settings{Values: d.Settings})
}

func destinationFolder(d *project.Destination, driver *core.Driver[core.Destination]) string {
	path := destinationPath(d, driver)
	if path == "" || d.Settings["folder"] == path {
		return path
	}
	return filepath.Dir(path)
}

// frameLayout is the rail at the left and the page beside it.
type frameLayout struct{}

func (frameLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size)
	o[1].Resize(fyne.NewSize(look.RailWidth, size.Height))
	o[2].Move(fyne.NewPos(look.RailWidth, 0))
	o[2].Resize(fyne.NewSize(size.Width-look.RailWidth, size.Height))
}

func (frameLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(860, 560) }

// railLayout puts the pages on top and the pill at the foot.
type railLayout struct{}

func (railLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(size.Width, o[0].MinSize().Height))
	o[1].Resize(fyne.NewSize(size.Width, o[1].MinSize().Height))
	h := o[1].MinSize().Height
	o[1].Resize(fyne.NewSize(size.Width, h))
	o[1].Move(fyne.NewPos(0, size.Height-h))
}

func (railLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 100) }
