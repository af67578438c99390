package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// mappings is the place Mappings: the list, or the page of one mapping.
type mappings struct {
	w       *Window
	page    *kit.Page
	primary *kit.Button
	open    *mappingPage         // nil shows the list
	surveys map[string]*surveyed // what tables look like, for the state of the list's rows
	before  *listBefore          // the list before the last step that can be taken back; nil is none
}

// listBefore is the project's list as it was.
type listBefore struct {
	words    string // what was done since
	tables   []string
	off      []string
	mappings []mapping.Mapping
}

func newMappings(w *Window) *mappings {
	return &mappings{w: w, page: kit.NewPage(), surveys: map[string]*surveyed{}}
}

func (w *Window) mappings() *mappings { return w.pages[placeMappings].(*mappings) }

func (p *mappings) object() fyne.CanvasObject { return p.page.Container }

func (p *mappings) enter() {
	if p.primary != nil {
		p.primary.Tapped(nil)
	}
}

// escape goes one step back: from a child to its parent, from a mapping to the list.
func (p *mappings) escape() {
	if p.open != nil && p.open.escapePart() {
		return
	}
	if p.open != nil && !p.open.leaveChild() {
		p.leave()
	}
	p.w.refresh()
}

// leave closes the page of a mapping.
func (p *mappings) leave() {
	if p.open != nil {
		p.open.close()
		p.open = nil
	}
}

// forget drops everything that belongs to the project that was open.
func (p *mappings) forget() {
	p.leave()
	for _, s := range p.surveys {
		s.loading.Cancel()
	}
	p.surveys, p.before = map[string]*surveyed{}, nil
}

// undo and redo are Ctrl+Z and Ctrl+Y.
func (p *mappings) undo() {
	switch {
	case p.open != nil && p.open.root != nil:
		p.open.undo()
	case p.open == nil && p.before != nil:
		p.takeBack()
	}
}

func (p *mappings) redo() {
	if p.open != nil && p.open.root != nil {
		p.open.redo()
	}
}

func (p *mappings) render() {
	p.primary = nil
	switch {
	case p.w.connection() == nil:
		p.leave()
		b := kit.Primary(lang.L("Connect to Dynamics 365"), p.w.newConnection)
		p.primary = b
		p.page.Set(kit.PageHead(lang.L("Mappings"), lang.L("Say what goes where")),
			kit.Nothing("mappings", lang.L("No connection yet"), lang.L("Connect to Dynamics 365 first. Then its tables and fields stand here."), b))
	case p.open != nil:
		p.open.render()
	default:
		p.list()
	}
}

func (p *mappings) list() {
	w := p.w
	w.beginMappings()
	s := w.session(w.connection().Name)
	if s.tables == nil && s.loading == nil && s.tablesFault == nil {
		w.readTables()
	}
	add := kit.PlainIcon("plus", lang.L("Add table…"), w.pickTable)
	switch {
	case s.loading != nil:
		add.Unless(lang.L("Ferry is reading which tables there are."))
	case s.tables == nil:
		add.Unless(lang.L("Ferry does not know the tables yet. Sign in first."))
	}
	cards := []fyne.CanvasObject{}
	if p.before != nil {
		undo := kit.PlainIcon("undo", lang.L("Undo"), p.takeBack)
		cards = append(cards, kit.Tinted(look.PrimaryTint, kit.Row(12, kit.NewIcon("check", look.Primary, 18), kit.Grow(kit.Para(p.before.words)), undo)))
	}
	if f := w.saving.fault; f != nil {
		cards = append(cards, kit.WarningCard(f, kit.FaultCalls{Browse: w.browse, Again: w.save, Quiet: true}))
	}
	if f := s.tablesFault; f != nil {
		cards = append(cards, p.cannotAsk(s))
	}
	if f := w.begun.fault; f != nil && w.described() {
		cards = append(cards, kit.WarningCard(f, w.mendCalls(f, w.beginAgain)))
	}
	rows := []fyne.CanvasObject{}
	all := w.listed()
	for i, l := range all {
		if i > 0 {
			rows = append(rows, kit.Pad(0, 12, 0, 12, kit.Hairline()))
		}
		rows = append(rows, kit.NewPick(p.row(l, i, len(all)), func() { p.show(l.ID) }))
	}
	cards = append(cards, kit.On(kit.NewBox(look.Card, look.Line, look.Radius), kit.PadAll(6, kit.Column(2, rows...))),
		kit.CaptionPara(lang.L("The switch says what takes part in Import everything. Ferry brings the tables into the order that their lookups need.")))
	p.page.Set(kit.PageHead(lang.L("Mappings"), lang.L("Say what goes where"), kit.Plain(lang.L("Bring in…"), p.bringIn), add), cards...)
}

// cannotAsk says that the list can be edited, although the environment cannot be asked.
func (p *mappings) cannotAsk(s *session) fyne.CanvasObject {
	w := p.w
	f := *s.tablesFault
	known := lang.L("You can go on editing with what Ferry knows of the tables.")
	if s.tables != nil {
		known = lang.L("You can go on editing, and add tables of the list of the last time.")
	}
	f.Remedy = known + " " + f.Remedy
	return kit.WarningCard(&f, w.mendCalls(&f, w.readTables))
}

// row is one mapping: whether it takes part, both names, its state.
func (p *mappings) row(l listed, at, of int) fyne.CanvasObject {
	w := p.w
	name := w.nameOf(l)
	take := kit.NewSwitch(lang.L("{{.Name}} takes part in Import everything", kit.M{"Name": name}), !l.Off, func(on bool) { p.turn(l.ID, on) })
	words, chip, warns := p.state(l)
	ink := look.Ink
	if l.Off {
		ink = look.Quiet
	}
	title := kit.Row(10, kit.AtMost(300, kit.NewElided(name, kit.Style{Bold: true, Ink: ink})),
		kit.Grow(kit.NewElided(w.fromTo(l), kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})))
	row := []fyne.CanvasObject{take, kit.Grow(kit.Column(3, title, kit.NewElided(words, kit.Style{Size: 13, Ink: look.Quiet})))}
	if chip != "" {
		tint, color := look.WarnedTint, look.Warned
		if warns == mapping.Stops {
			tint, color = look.FailedTint, look.Failed
		}
		row = append(row, kit.Chip(chip, color, tint))
	}
	more := kit.MoreButton(lang.L("More for {{.Name}}", kit.M{"Name": name}), func() []kit.MenuItem { return p.menu(l, at, of) })
	return kit.Row(12, append(row, more, kit.NewIcon("right", look.Quiet, 16))...)
}

func (p *mappings) menu(l listed, at, of int) []kit.MenuItem {
	unsaid := ""
	if p.w.unsaid(l) {
		unsaid = lang.L("Nobody has said yet where it goes.")
	}
	items := []kit.MenuItem{
		{Words: lang.L("Open"), Icon: "right", Tap: func() { p.show(l.ID) }},
	}
	if p.w.described() {
		items = append(items, kit.MenuItem{Words: lang.L("Send it into another table…"), Icon: "arrow", Unless: p.w.busyReason(), Tap: func() { p.sayAnew(l) }})
	}
	items = append(items, []kit.MenuItem{
		{Words: lang.L("Copy"), Icon: "copy", Unless: unsaid, Tap: func() { p.copyOf(l) }},
		{Words: lang.L("Export…"), Icon: "external", Unless: unsaid, Tap: func() { p.export(l) }},
	}...)
	if at > 0 {
		items = append(items, kit.MenuItem{Words: lang.L("Move up"), Icon: "up", Tap: func() { p.move(l.ID, -1) }})
	}
	if at < of-1 {
		items = append(items, kit.MenuItem{Words: lang.L("Move down"), Icon: "down", Tap: func() { p.move(l.ID, 1) }})
	}
	reason := p.w.busyReason()
	if of == 1 {
		reason = lang.L("The list needs one mapping.")
	}
	return append(items, kit.MenuItem{Words: lang.L("Delete"), Icon: "trash", Danger: true, Unless: reason, Tap: func() { p.delete(l) }})
}

// turn switches whether a mapping takes part in Import everything.
func (p *mappings) turn(id string, on bool) {
	project := p.w.own()
	project.Off = slices.DeleteFunc(project.Off, func(other string) bool { return other == id })
	if !on {
		project.Off = append(project.Off, id)
	}
	p.w.save()
	p.w.refresh()
}

func (p *mappings) move(id string, by int) {
	ids := p.w.ids()
	at := slices.Index(ids, id)
	to := at + by
	if at < 0 || to < 0 || to >= len(ids) {
		return
	}
	ids[at], ids[to] = ids[to], ids[at]
	p.w.own().Tables = ids
	p.w.save()
	p.w.refresh()
}

// remember keeps the list as it is, so that one tap brings it back.
func (p *mappings) remember(words string) {
	project := clone(p.w.own())
	p.before = &listBefore{words: words, tables: p.w.ids(), off: project.Off, mappings: project.Mappings}
}

// takeBack brings the list back as it was before the last step.
func (p *mappings) takeBack() {
	b := p.before
	if b == nil {
		return
	}
	project := p.w.own()
	project.Tables, project.Off, project.Mappings = b.tables, b.off, b.mappings
	p.before = nil
	p.w.save()
	p.w.refresh()
}

// delete takes a mapping off the list, with all that was said of it. It can be taken back.
func (p *mappings) delete(l listed) {
	p.remember(lang.L("“{{.Name}}” was deleted. What was imported stays.", kit.M{"Name": p.w.nameOf(l)}))
	p.w.removeMapping(l.ID)
}

// removeMapping takes a mapping off the list; what was imported of it stays.
func (w *Window) removeMapping(id string) {
	l, ok := w.byID(id)
	if !ok {
		return
	}
	p := w.own()
	p.Tables = slices.DeleteFunc(w.ids(), func(other string) bool { return other == id })
	p.Off = slices.DeleteFunc(p.Off, func(other string) bool { return other == id })
	if l.Saved != nil {
		saved := l.Saved.ID
		p.Mappings = slices.DeleteFunc(p.Mappings, func(m mapping.Mapping) bool { return m.ID == saved })
	}
	w.save()
	w.refresh()
}

// show opens the page of a mapping.
func (p *mappings) show(id string) {
	p.leave()
	if l, ok := p.w.byID(id); ok && p.w.unsaid(l) {
		p.say(l)
		return
	}
	p.open = newMappingPage(p, id)
	p.w.refresh()
	p.page.Top()
}
