package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"

	"ferry/assets"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// Window is Ferry's one window.
type Window struct {
	app     fyne.App
	o       Options
	win     fyne.Window
	run     *task.Runner
	project *project.Project
	offered string // what Ferry would call the project; see nameProject
	root    *fyne.Container
	frame   *frame
	pages   map[string]page
	place   string

	sessions map[string]*session // by connection name; what is known of a connection while the window is open
	runs     runs
	active   *activeImport
	saving   saving
	hidden   bool // values of records, until the window is closed
	closing  bool

	rehearsed seenRehearsals
	backs     map[string]*backTerms // by run of the present project
	finish    finishing
	left      leftOver
	begun     begun
}

// A page is one place of the window.
type page interface {
	render()                   // draws the state there is
	object() fyne.CanvasObject // what the frame shows
	enter()                    // Enter, where no field or button has the focus
	escape()
}

// session is what is known of a connection while the window is open.
type session struct {
	who      SignedIn
	signedIn bool
	lost     bool // the keychain no longer has what belongs to it

	checks  []core.Check
	testing *task.Task
	tested  time.Time
	problem *core.Fault // the check itself could not run

	tables      []core.TableName
	tablesFault *core.Fault
	loading     *task.Task
	counts      map[string]core.Count
	uncounted   map[string]*core.Fault
	counting    *task.Task
}

// Places in the rail.
const (
	placeWelcome     = "welcome"
	placeOpened      = "opened"
	placeConnection  = "connection"
	placeDestination = "destination"
	placeMappings    = "mappings"
	placeImport      = "import"
	placeHistory     = "history"
	placeSettings    = "settings"
)

// newsEvery is how often work under way may change what is shown: often enough to be seen to move.
const newsEvery = 250 * time.Millisecond

// New makes the window; Show shows it. Both are called on the app's goroutine, before the app runs.
func New(app fyne.App, o Options) *Window {
	if o.Now == nil {
		o.Now = time.Now
	}
	pace := time.Duration(0)
	if o.Post == nil {
		o.Post, pace = fyne.Do, newsEvery
	}
	// A text without translation shows its English key, so a failure here costs nothing else.
	if err := lang.AddTranslationsFS(assets.Translations, "translations"); err != nil {
		fyne.LogError("texts", err)
	}
	o.Destinations = saidOf(o.Destinations)
	app.Settings().SetTheme(look.New(look.Mode(app.Preferences().String("theme"))))
	app.SetIcon(look.AppIcon())
	w := &Window{
		app: app, o: o, project: o.Project, run: task.NewRunner(o.Post),
		sessions: map[string]*session{}, root: container.NewStack(),
	}
	w.run.Pace = pace
	w.win = app.NewWindow("Ferry")
	w.win.SetIcon(look.AppIcon())
	w.win.SetPadded(false)
	w.frame = newFrame(w)
	w.pages = map[string]page{
		placeWelcome:     newWelcome(w),
		placeOpened:      newOpenedPage(w),
		placeConnection:  newConnections(w),
		placeDestination: newDestinationPage(w),
		placeMappings:    newMappings(w),
		placeImport:      newImports(w),
		placeHistory:     newHistory(w),
		placeSettings:    newSettings(w),
	}
	w.win.SetContent(kit.WithTips(kit.Sized(860, 560, w.root)))
	p := app.Preferences()
	w.win.Resize(fyne.NewSize(
		float32(p.FloatWithFallback("window.width", 1120)), float32(p.FloatWithFallback("window.height", 740))))
	w.win.SetCloseIntercept(w.Close)
	w.win.Canvas().SetOnTypedKey(w.typed)
	w.shortcuts()
	w.win.SetOnDropped(w.dropped)
	w.start()
	return w
}

// Show shows the window.
func (w *Window) Show() { w.win.Show() }

// start opens the first place, and a project file that was named.
func (w *Window) start() {
	if w.project != nil {
		w.offered = w.offeredName(w.project)
		w.nameProject()
	}
	w.begin()
	if w.o.Given != "" {
		w.read(w.o.Given, nil, func(err error) { w.tell(lang.L("The project file was not opened"), err) })
	}
}

// begin opens the place that the present project wants.
func (w *Window) begin() {
	if w.connection() == nil || w.o.Practise {
		w.open(placeWelcome)
		if w.o.Practise {
			w.pages[placeWelcome].(*welcome).practise()
		}
		return
	}
	if w.project.Destination != nil && w.connection().Waiting == (project.Waiting{}) {
		w.open(placeImport)
	} else {
		w.open(placeConnection)
	}
	w.lookForLost()
}

// open shows a place.
func (w *Window) open(place string) {
	w.place = place
	p := w.pages[place]
	if place == placeWelcome || place == placeOpened {
		w.root.Objects = []fyne.CanvasObject{kit.On(kit.NewBox(look.Ground, "", 0), p.object())}
	} else {
		w.frame.show(p.object())
		w.root.Objects = []fyne.CanvasObject{w.frame.root}
	}
	w.win.Canvas().Unfocus()
	p.render()
	w.frame.render()
	w.root.Refresh()
	if c, ok := p.(*connections); ok {
		c.page.Top()
	}
}

// tap opens a place from the rail. Who taps the present one again wants to see its list.
func (w *Window) tap(place string) {
	if w.place == place {
		switch p := w.pages[place].(type) {
		case *mappings:
			p.leave()
		case *history:
			p.escape()
		case *imports:
			p.escape()
			p.page.Top()
		}
	}
	w.open(place)
}

// refresh draws the present place anew.
func (w *Window) refresh() {
	w.pages[w.place].render()
	w.frame.render()
}

func (w *Window) typed(k *fyne.KeyEvent) {
	sheet, _ := w.win.Canvas().Overlays().Top().(*kit.Sheet)
	switch k.Name {
	case fyne.KeyEscape:
		if over, ok := w.win.Canvas().Overlays().Top().(interface{ Close() }); ok {
			over.Close()
			return
		}
		w.pages[w.place].escape()
	case fyne.KeyReturn, fyne.KeyEnter:
		if sheet != nil {
			sheet.Enter()
			return
		}
		w.pages[w.place].enter()
	}
}

// shortcuts are Ctrl+Z, Ctrl+Y and Ctrl+Shift+Z, where no field has the focus: a field has its own.
func (w *Window) shortcuts() {
	undo := func(fyne.Shortcut) { w.again((*mappings).undo) }
	redo := func(fyne.Shortcut) { w.again((*mappings).redo) }
	c := w.win.Canvas()
	c.AddShortcut(&fyne.ShortcutUndo{}, undo)
	c.AddShortcut(&fyne.ShortcutRedo{}, redo)
	c.AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyZ, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift}, redo)
}

// again takes a step back or forth on the place Mappings, unless a sheet lies over it.
func (w *Window) again(step func(*mappings)) {
	if w.place == placeMappings && w.win.Canvas().Overlays().Top() == nil {
		step(w.mappings())
	}
}

// Close ends the window: what is under way finishes its last batch, which takes a few seconds at most.
func (w *Window) Close() {
	if w.closing {
		return
	}
	w.closing = true
	size, p := w.win.Canvas().Size(), w.app.Preferences()
	p.SetFloat("window.width", float64(size.Width))
	p.SetFloat("window.height", float64(size.Height))
	if w.active != nil {
		kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
			Title: lang.L("Finishing the last batch…"), Fixed: true,
			Body: kit.Row(14, kit.NewSpinner(), kit.Grow(kit.QuietPara(
				lang.L("Ferry closes as soon as it is written. Next time the import goes on where it stopped.")))),
		})
	}
	w.Finish(func() {
		w.win.Close()
		w.app.Quit()
	})
}

// Finish ends all work under way, waits for it a few seconds and calls then. The window hears nothing after that.
func (w *Window) Finish(then func()) { w.run.Finish(8*time.Second, then) }

// connection returns the connection in use, nil when there is none.
func (w *Window) connection() *project.Connection {
	if w.project == nil {
		return nil
	}
	for i := range w.project.Connections {
		if w.project.Connections[i].Name == w.project.Connection {
			return &w.project.Connections[i]
		}
	}
	if len(w.project.Connections) > 0 {
		return &w.project.Connections[0]
	}
	return nil
}

// session returns what is known of a connection.
func (w *Window) session(name string) *session {
	s := w.sessions[name]
	if s == nil {
		s = &session{counts: map[string]core.Count{}, uncounted: map[string]*core.Fault{}}
		w.sessions[name] = s
	}
	return s
}

// forget drops what is known of a connection, because it changed.
func (w *Window) forget(name string) {
	if s := w.sessions[name]; s != nil {
		s.testing.Cancel()
		s.loading.Cancel()
		s.counting.Cancel()
	}
	delete(w.sessions, name)
}

// own returns the project, and makes one at the first need.
func (w *Window) own() *project.Project {
	if w.project == nil {
		w.project = project.New(unnamed)
	}
	return w.project
}

// tell shows a Fault that belongs to no place on a page.
func (w *Window) tell(title string, err error) {
	var s *kit.Sheet
	s = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: title, Body: kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: w.browse}),
		Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { s.Close() })},
	})
}

// browse opens a page in the system's browser.
func (w *Window) browse(url string) {
	task.Go(w.run, func(context.Context, func(struct{})) (struct{}, error) {
		return struct{}{}, w.o.Engine.Browse(url)
	}, nil, func(_ struct{}, err error) {
		if err != nil {
			w.tell(lang.L("The browser could not be opened"), err)
		}
	})
}

// showFolder opens the folder of a file.
func (w *Window) showFolder(path string) {
	task.Go(w.run, func(context.Context, func(struct{})) (struct{}, error) {
		return struct{}{}, w.o.Engine.Show(path)
	}, nil, func(_ struct{}, err error) {
		if err != nil {
			w.tell(lang.L("The folder could not be opened"), err)
		}
	})
}

// clip copies a text.
func (w *Window) clip(text string) { w.app.Clipboard().SetContent(text) }

// faultCalls are the buttons of a Fault about a connection.
func (w *Window) faultCalls(c *project.Connection, again func()) kit.FaultCalls {
	return kit.FaultCalls{Browse: w.browse, Again: again, Copy: func(f *core.Fault) {
		if c == nil {
			w.clip(kit.ForAdmin(f, nil, w.o.Now().UTC().Format("2006-01-02 15:04:05")))
			return
		}
		v := w.setupValues(*c)
		v.Fault = f
		w.clip(letterText(setup.AskFault, v))
	}}
}

// runs are the project's past imports.
type runs struct {
	list    []importer.Receipt
	loaded  bool
	fault   *core.Fault
	loading *task.Task
}

// loadRuns reads the history anew and draws the present place when it is there.
func (w *Window) loadRuns() {
	if w.project == nil || w.runs.loading != nil {
		return
	}
	p := clone(w.project)
	w.runs.loading = task.Go(w.run, func(ctx context.Context, _ func(struct{})) ([]importer.Receipt, error) {
		return w.o.Engine.Runs(ctx, p)
	}, nil, func(list []importer.Receipt, err error) {
		w.runs, w.backs = runs{list: list, loaded: true}, nil
		if err != nil {
			w.runs.fault = core.AsFault(err)
		}
		w.refresh()
	})
}
