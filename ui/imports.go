package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// imports is the place Import: a card for each table, live while it runs, and the receipt when it ended.
type imports struct {
	w       *Window
	page    *kit.Page
	primary *kit.Button
	panels  map[string]*kit.Progress
	states  map[string]importer.TableState // as drawn; a card is drawn anew when its table's state changes
	result  *importResult
	shown   *rehearsal // what a rehearsal showed; nil are the cards
	waits   *waits     // what waits of an import; nil are the cards

	compared *comparison // what a comparison found
}

func newImports(w *Window) *imports { return &imports{w: w, page: kit.NewPage()} }

func (w *Window) imports() *imports { return w.pages[placeImport].(*imports) }

func (p *imports) object() fyne.CanvasObject { return p.page.Container }

func (p *imports) enter() {
	if p.primary != nil {
		p.primary.Tapped(nil)
	}
}

func (p *imports) escape() {
	if p.waits != nil {
		p.waits.back()
		return
	}
	p.endRehearsal()
	p.endComparison()
}

func (p *imports) render() {
	p.primary, p.panels, p.states = nil, map[string]*kit.Progress{}, map[string]importer.TableState{}
	w, c := p.w, p.w.connection()
	switch {
	case c == nil:
		p.missing(lang.L("No connection yet"), lang.L("Connect to Dynamics 365 first. Then the tables that you can import stand here."),
			lang.L("Connect to Dynamics 365"), w.newConnection)
		return
	case w.project.Destination == nil:
		p.missing(lang.L("No destination yet"), lang.L("Say where the records go first. Then the tables that you can import stand here."),
			lang.L("Choose a destination"), func() { w.open(placeDestination) })
		return
	}
	if c.Waiting != (project.Waiting{}) && c.Tested == "" || unfinished(*c) {
		p.unready(c)
		return
	}
	s := w.session(c.Name)
	if !w.runs.loaded {
		w.loadRuns()
	}
	w.loadSeen()
	w.beginMappings()
	if s.tables == nil && s.loading == nil && s.tablesFault == nil {
		w.readTables()
	}
	if p.result != nil && p.result.target != w.target() {
		p.result = nil // it went elsewhere: History has it
	}
	p.forget()
	if p.waits != nil && p.waits.project != w.project.ID {
		p.waits = nil
	}
	if p.waits != nil {
		p.renderWaits()
		return
	}
	if p.shown != nil && w.active == nil {
		p.renderRehearsal()
		return
	}
	if p.compared != nil && w.active == nil {
		p.renderComparison()
		return
	}
	w.loadLeft()
	cards := p.banners(s)
	for _, l := range w.listed() {
		cards = append(cards, p.card(l, s))
	}
	cards = append(cards, p.foot(s))
	p.page.Set(p.head(s), cards...)
}

// forget lets go of what was shown between other systems than the present ones.
func (p *imports) forget() {
	now := p.w.systems()
	if p.shown != nil && p.shown.systems != now {
		p.shown = nil
		p.w.o.Engine.EndRehearsal()
	}
	if p.compared != nil && p.compared.systems != now {
		p.compared = nil
		p.w.o.Engine.EndComparison()
	}
}

func (p *imports) missing(title, about, words string, tap func()) {
	b := kit.Primary(words, tap)
	p.primary = b
	p.page.Set(kit.PageHead(lang.L("Import"), lang.L("Carry the tables over")), kit.Nothing("import", title, about, b))
}

// head offers what comes next as the strong button.
func (p *imports) head(s *session) fyne.CanvasObject {
	w := p.w
	about := lang.L("From {{.From}} to {{.To}}", kit.M{"From": w.connection().Name,
		"To": destinationName(w.project.Destination, w.driver(w.project.Destination.Driver))})
	if a := w.active; a != nil {
		stop := kit.Plain(a.stopWords(), w.stopImport)
		switch {
		case a.comparison:
			stop.Tip(lang.L("Nothing is written."))
			about = lang.L("A comparison: nothing is written")
		case a.rehearsal:
			stop.Tip(lang.L("Nothing is written."))
			about = lang.L("A rehearsal: nothing is written")
		default:
			stop.Tip(lang.L("You can go on later."))
		}
		if a.back != nil {
			about = lang.L("An import is being taken back")
		}
		if a.stopping && !a.rehearsal {
			stop.Unless(lang.L("The last batch is being written."))
		}
		return kit.PageHead(lang.L("Import"), about, stop)
	}
	next := p.next(s)
	try := kit.Strongest(next == nextTry, lang.L("Try 10 of each"), func() { p.start(w.taking(), 10) })
	rehearse := kit.Plain(lang.L("Rehearse"), func() { p.rehearse(w.taking()) })
	rehearse.Tip(lang.L("Shows what an import would do, record by record, and writes nothing."))
	all := kit.Strongest(next == nextImport, lang.L("Import everything"), func() { p.start(w.taking(), 0) })
	reason := p.blocked(s)
	if reason == "" && len(w.taking()) == 0 {
		reason = lang.L("Nothing takes part: switch a mapping on, or import one of them by its own button.")
	}
	try.Unless(reason)
	rehearse.Unless(reason)
	all.Unless(reason)
	switch next {
	case nextTry:
		p.primary = try
	case nextImport:
		p.primary = all
	}
	return kit.PageHead(lang.L("Import"), about, try, rehearse, all)
}

// What comes next on this page.
type nextStep int

const (
	nextTry nextStep = iota
	nextImport
	nextElsewhere // the strong button stands in a card
)

func (p *imports) next(s *session) nextStep {
	switch {
	case p.signedOut(s), p.unfinished() != nil, p.w.halfBack() != nil, p.result != nil && p.result.fault != nil, p.leftOver() > 0:
		return nextElsewhere
	}
	for _, l := range p.w.listed() {
		if !l.Off && s.has(l.Table) && !p.w.seen(l) {
			return nextTry
		}
	}
	return nextImport
}

func (p *imports) signedOut(s *session) bool {
	return s.tablesFault != nil && s.tablesFault.Kind == core.SignIn
}

// blocked says why nothing can be imported now.
func (p *imports) blocked(s *session) string {
	switch {
	case p.w.active != nil:
		return lang.L("An import is running.")
	case p.signedOut(s):
		return lang.L("Sign in first.")
	case s.loading != nil:
		return lang.L("Ferry is reading which tables there are.")
	}
	return ""
}

func (p *imports) start(ids []string, limit int) { p.begin(ImportRequest{Tables: ids, Limit: limit}) }

// begin starts an import of those tables that can be read.
func (p *imports) begin(r ImportRequest) {
	if r.Tables = p.readable(r.Tables); len(r.Tables) > 0 {
		p.w.askImport(r, func() { p.w.startImport(r) })
	}
}

// unfinished is the newest run when it can go on.
func (p *imports) unfinished() *importer.Receipt {
	if p.w.active != nil || len(p.w.runs.list) == 0 {
		return nil
	}
	if r := &p.w.runs.list[0]; r.Undoes == "" && (r.State == importer.Interrupted || r.State == importer.Running) {
		return r
	}
	return nil
}

// banners are the cards above the tables: what has to be seen first.
func (p *imports) banners(s *session) []fyne.CanvasObject {
	w := p.w
	cards := w.sinceCards(w.connection())
	if w.saving.fault != nil {
		cards = append(cards, kit.WarningCard(w.saving.fault, kit.FaultCalls{Browse: w.browse, Again: w.save, Quiet: true}))
	}
	switch f := s.tablesFault; {
	case p.signedOut(s):
		calls := w.faultCalls(w.connection(), nil)
		calls.Mend, calls.MendBy = w.signInMend(f)
		p.primary = kit.Primary(calls.MendBy, calls.Mend)
		cards = append(cards, kit.FaultCard(f, calls))
	case f != nil:
		calls := w.faultCalls(w.connection(), w.readTables)
		calls.Quiet = true
		cards = append(cards, kit.FaultCard(f, calls))
	}
	if half, on := w.backBanner(); half != nil {
		p.primary = on
		cards = append(cards, half)
	}
	cards = append(cards, p.leftCards(s)...)
	switch {
	case p.result != nil:
		cards = append(cards, p.resultCards()...)
	case p.unfinished() != nil:
		cards = append(cards, p.goOn(p.unfinished()))
	}
	return cards
}

// goOn offers to continue an interrupted run.
func (p *imports) goOn(r *importer.Receipt) fyne.CanvasObject {
	tables := []string{}
	for i := range r.Tables {
		for _, l := range p.w.listed() {
			if p.w.isOf(&r.Tables[i], l) && !slices.Contains(tables, l.ID) {
				tables = append(tables, l.ID)
			}
		}
	}
	if len(tables) == 0 {
		tables = p.w.taking()
	}
	request := ImportRequest{Tables: tables}
	if r.Retries != "" {
		request.Retry = &importer.Retry{Run: r.Retries}
	}
	for _, t := range r.Tables {
		if t.Only != "" {
			request.Only = t.Only // it was limited to what a rehearsal showed, and stays so
		}
	}
	b := kit.Primary(lang.L("Go on"), func() { p.w.startImport(request) })
	p.primary = b
	words := lang.N("The import of {{.When}} was interrupted after {{.N}} records. It goes on where it stopped; nothing is written twice.",
		int(total(r.Tables).Read), kit.M{"When": kit.When(r.Started, p.w.o.Now()), "N": kit.Number(total(r.Tables).Read)})
	back := kit.Link(lang.L("Take it back…"), func() { p.w.askTakeBack(r) })
	return kit.Tinted(look.WarnedTint, kit.Row(12, kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.Para(words)), back, b))
}

// resultCards show how the import that just ended went.
func (p *imports) resultCards() []fyne.CanvasObject {
	w, r := p.w, p.result
	cards := []fyne.CanvasObject{}
	if f := r.fault; f != nil && f.Kind != core.Stopped {
		calls := w.faultCalls(w.connection(), func() { p.w.startImport(r.request) })
		if f.Kind == core.SignIn {
			calls.Again = nil
			calls.Mend, calls.MendBy = w.signInMend(f)
		}
		cards = append(cards, kit.FaultCard(f, calls))
	}
	if r.receipt.Run == "" && len(r.receipt.Tables) == 0 {
		return cards
	}
	actions := []fyne.CanvasObject{}
	if r.receipt.State != importer.Complete && (r.fault == nil || r.fault.Kind == core.Stopped) {
		b := kit.Primary(lang.L("Go on"), func() { w.startImport(r.request) })
		p.primary = b
		actions = append(actions, b)
	}
	cards = append(cards, w.lookedQuiet(r.request.Limit > 0 && total(r.receipt.Tables).Created > 0)...)
	cards = append(cards, w.heldCards(&r.receipt)...)
	return append(cards, w.receiptCards(&r.receipt, r.request.Limit, append([]fyne.CanvasObject{
		kit.Link(lang.L("Close"), func() { p.result = nil; w.refresh() })}, actions...)...)...)
}

// progressed shows news of the running import in place; only a changed state draws the page anew.
func (p *imports) progressed(fresh bool) {
	a := p.w.active
	if a == nil {
		return
	}
	for _, t := range a.progress.Tables {
		if p.panels[progressID(t)] == nil || p.states[progressID(t)] != t.State {
			fresh = true
		}
	}
	if fresh {
		p.render()
		return
	}
	taller := false
	for i, t := range a.progress.Tables {
		taller = p.panels[progressID(t)].Set(t, a.progress, i == a.progress.Current, p.w.o.Now()) || taller
	}
	if taller {
		p.page.Relayout()
	}
}

// foot adds tables and reads everything again.
func (p *imports) foot(s *session) fyne.CanvasObject {
	add := kit.PlainIcon("plus", lang.L("Add table…"), p.w.pickTable)
	switch {
	case p.w.active != nil:
		add.Unless(p.w.busyReason())
	case s.loading != nil:
		add.Unless(lang.L("Ferry is reading which tables there are."))
	case s.tables == nil:
		add.Unless(lang.L("Ferry does not know the tables yet. Sign in first."))
	}
	row := []fyne.CanvasObject{add}
	if s.loading != nil {
		row = append(row, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Reading which tables there are…"))))
	} else {
		row = append(row, kit.Space())
	}
	if p.w.active == nil && len(p.w.runs.list) > 0 {
		again := kit.Link(lang.L("Import everything anew"), func() { p.begin(ImportRequest{Tables: p.w.taking(), Full: true}) })
		again.Tip(lang.L("Reads every record again, not only what changed. Nothing is written twice."))
		again.Unless(p.blocked(s))
		compare := kit.Link(lang.L("Compare"), func() { p.compare(p.w.taking()) })
		compare.Tip(lang.L("Says what differs between Dynamics and the destination, and why. Nothing is written."))
		compare.Unless(p.blocked(s))
		row = append(row, compare, again)
	}
	return kit.Row(10, row...)
}

func total(tables []importer.TableReceipt) importer.Counts {
	var sum importer.Counts
	for _, t := range tables {
		sum.Add(t.Counts)
	}
	return sum
}
