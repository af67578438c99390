package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// render draws the page: where one is, the head, the parts, and the part that is shown.
func (p *mappingPage) render() {
	if p.systems != p.w.systems() { // another connection or destination: what is known of the tables is of no use
		id := p.id
		p.in.leave()
		p.in.open = newMappingPage(p.in, id)
		p.in.open.render()
		return
	}
	if p.root == nil {
		p.renderUnknown()
		return
	}
	chosen := 0
	items := make([]kit.TabItem, len(p.parts))
	for i, part := range p.parts {
		words, warns := part.chip()
		items[i] = kit.TabItem{Words: part.title(), Chip: words, Warns: warns}
		if part.part() == p.part {
			chosen = i
		}
	}
	tabs := kit.Tabs(items, chosen, func(i int) { p.turn(p.parts[i].part()) })
	head := kit.Column(10, p.crumbs(), p.head(), tabs)
	cards := append(p.banners(), p.parts[chosen].cards()...)
	p.in.page.SetOver(p.preview.under(), head, cards...)
}

// turn shows a part of the page.
func (p *mappingPage) turn(part mapping.PagePart) {
	if p.part == part {
		return
	}
	p.keepOffset()
	p.part = part
	p.w.refresh()
	p.toOffset()
}

// where names what is shown: which of the children, and which part.
func (p *mappingPage) where() string { return strings.Join(append(p.path, string(p.part)), "\n") }

// keepOffset remembers how far the page is scrolled, before something else is shown; toOffset goes there when it is shown
// again.
func (p *mappingPage) keepOffset() { p.offsets[p.where()] = p.in.page.Offset() }

func (p *mappingPage) toOffset() { p.in.page.ScrollTo(p.offsets[p.where()]) }

// renderUnknown draws the page while it is not known what the table looks like.
func (p *mappingPage) renderUnknown() {
	if p.loading == nil && p.fault == nil {
		p.load()
	}
	head := kit.Column(10, p.crumbs(), kit.PageHead(p.title(), p.table()))
	if p.fault != nil {
		again := func() { p.fault = nil; p.w.refresh() }
		p.in.page.Set(head, kit.FaultCard(p.fault, p.w.mendCalls(p.fault, again)))
		return
	}
	p.in.page.Set(head, kit.WaitingCard(lang.L("Reading the fields…"), lang.L("Ferry asks Dynamics 365 what {{.Table}} looks like. That takes a few seconds.", kit.M{"Table": p.table()})))
}

// mendCalls are the buttons of a Fault that keeps Ferry from asking: to sign in, or to try again.
func (w *Window) mendCalls(f *core.Fault, again func()) kit.FaultCalls {
	calls := w.faultCalls(w.connection(), again)
	calls.Quiet = true
	if f.Kind == core.SignIn {
		calls.Mend, calls.MendBy = w.signInMend(f)
	}
	return calls
}

// title is what people call the mapping that is shown, or the table where nobody named it.
func (p *mappingPage) title() string {
	if d := p.draft(); d != nil {
		return p.titleOf(d.Saved())
	}
	if l, ok := p.w.byID(p.id); ok {
		return p.w.nameOf(l)
	}
	return p.w.titleOf(p.id)
}

func (p *mappingPage) titleOf(m mapping.Mapping) string {
	if m.Title != "" {
		return m.Title
	}
	return p.w.titleOf(m.Source)
}

// crumbs say where one is: Mappings › Accounts › Contacts. Each leads back there.
func (p *mappingPage) crumbs() fyne.CanvasObject {
	row := []fyne.CanvasObject{kit.LinkIcon("back", lang.L("Mappings"), func() {
		p.in.leave()
		p.w.refresh()
	})}
	if p.root == nil {
		return kit.Row(2, row...)
	}
	if len(p.path) > 0 {
		d := p.root
		for depth := 0; depth <= len(p.path); depth++ {
			row = append(row, kit.NewIcon("right", look.Faint, 14))
			if depth == len(p.path) {
				row = append(row, kit.Grow(kit.NewElided(p.title(), kit.Style{Ink: look.Quiet})))
				break
			}
			to := depth
			row = append(row, kit.Link(short(p.titleOf(d.Saved()), 40), func() { p.backTo(to) }))
			child, ok := d.Child(p.path[depth])
			if !ok {
				break
			}
			d = child
		}
	}
	undo := kit.LinkIcon("undo", "", p.undo)
	undo.About(lang.L("Undo")).Tip(lang.L("Undo: {{.What}} (Ctrl+Z)", kit.M{"What": p.root.CanUndo()}))
	if p.root.CanUndo() == "" {
		undo.Unless(lang.L("Nothing was changed yet."))
	}
	redo := kit.LinkIcon("redo", "", p.redo)
	redo.About(lang.L("Redo")).Tip(lang.L("Redo: {{.What}} (Ctrl+Y)", kit.M{"What": p.root.CanRedo()}))
	if p.root.CanRedo() == "" {
		redo.Unless(lang.L("Nothing was taken back."))
	}
	if len(p.path) == 0 {
		row = append(row, kit.Space())
	}
	if problems := p.problemsButton(); problems != nil {
		row = append(row, kit.Pad(0, 8, 0, 0, problems))
	}
	return kit.Row(2, append(row, p.w.hideButton(), undo, redo)...)
}

// short cuts words that stand where there is little room.
func short(words string, n int) string {
	r := []rune(words)
	if len(r) <= n {
		return words
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}

// backTo leaves children until depth of them are open.
func (p *mappingPage) backTo(depth int) {
	for len(p.path) > depth && p.leaveChild() {
	}
	p.w.refresh()
	p.toOffset()
}

// head is the title, what it is about, and what can be done.
func (p *mappingPage) head() fyne.CanvasObject {
	d := p.draft()
	m := d.Saved()
	about := []string{lang.L("{{.From}} to {{.To}}", kit.M{"From": d.Source().Name.Logical, "To": m.Table}), p.destinationWords()}
	if p.count != nil {
		about = append(about, p.count())
	}
	about = noBlanks(about)
	actions := []fyne.CanvasObject{kit.Plain(lang.L("Suggest"), p.suggest)}
	if stops := p.stops(); stops > 0 {
		b := kit.Primary(lang.N("Fix {{.N}} things", stops, kit.M{"N": kit.Number(int64(stops))}), p.showProblems)
		p.in.primary = b
		actions = append(actions, b)
	} else {
		b := kit.Primary(lang.L("Go to import"), func() { p.w.open(placeImport) })
		p.in.primary = b
		actions = append(actions, b)
	}
	to := p.intoTitle()
	rename := kit.LinkIcon("pencil", "", p.rename)
	rename.About(lang.L("Rename"))
	big := kit.Style{Size: look.TitleSize, Bold: true}
	title := kit.Row(9, kit.AtMost(300, kit.NewElided(p.title(), big)), kit.NewIcon("arrow", look.Quiet, 20),
		kit.Grow(kit.Fit(kit.NewElided(to, big), rename)))
	words := kit.Column(3, title, kit.NewElided(strings.Join(about, " · "), kit.Style{Ink: look.Quiet}))
	return kit.Row(16, kit.Grow(words), kit.Row(8, actions...))
}

func noBlanks(words []string) []string {
	out := []string{}
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

// destinationWords name the destination; "" while there is none.
func (p *mappingPage) destinationWords() string {
	d := p.w.project.Destination
	if d == nil {
		return lang.L("no destination chosen yet")
	}
	return destinationName(d, p.w.driver(d.Driver))
}

// banners are what has to be seen above the part.
func (p *mappingPage) banners() []fyne.CanvasObject {
	cards := []fyne.CanvasObject{}
	if f := p.w.saving.fault; f != nil {
		cards = append(cards, kit.WarningCard(f, kit.FaultCalls{Browse: p.w.browse, Again: p.w.save, Quiet: true}))
	}
	if why := p.from.Why; why != nil {
		f := *why
		f.Cause = lang.L("These are the fields as they were {{.When}}.", kit.M{"When": kit.When(p.from.When, p.w.o.Now())}) + " " + why.Cause
		f.Remedy = lang.L("You can go on editing; samples and counts are missing meanwhile.") + " " + why.Remedy
		cards = append(cards, kit.WarningCard(&f, p.w.mendCalls(why, p.reload)))
	}
	if p.wrong != nil {
		calls := kit.FaultCalls{Browse: p.w.browse, More: func(*core.Fault) []fyne.CanvasObject {
			return []fyne.CanvasObject{kit.Link(lang.L("Close"), func() { p.wrong = nil; p.w.refresh() })}
		}}
		cards = append(cards, kit.FaultCard(p.wrong, calls))
	}
	return cards
}

// reload asks again what the table looks like.
func (p *mappingPage) reload() {
	p.close()
	fresh := newMappingPage(p.in, p.id)
	fresh.part = p.part
	p.in.open = fresh
	p.w.refresh()
}

// rename asks for other names: of the mapping, and of the table where the destination makes it.
func (p *mappingPage) rename() {
	d := p.draft()
	m := d.Saved()
	var sheet *kit.Sheet
	title := kit.NewEntry(lang.L("Title"), "")
	title.Text = p.title()
	table := kit.NewEntry(lang.L("Table at the destination"), "")
	table.Text = m.Table
	key := kit.NewEntry(lang.L("Column of the record's id"), "")
	key.Text = m.Key
	parts := []fyne.CanvasObject{kit.Labeled(title.Label(), lang.L("What it is called in Ferry."), title)}
	if d.Free() {
		parts = append(parts, kit.Labeled(table.Label(), lang.L("A table that was imported under its old name stays there as it is."), table),
			kit.Labeled(key.Label(), "", key))
	} else {
		parts = append(parts, kit.QuietPara(lang.L("The destination names its tables and fields itself.")))
	}
	save := kit.Primary(lang.L("Rename"), nil)
	done := func() {
		sheet.Close()
		p.do(func(d *mapping.Draft) error {
			return d.Together("rename", func() error { return p.renamed(d, m, title.Text, table.Text, key.Text) })
		})
	}
	save.Does(done)
	for _, e := range []*kit.Entry{title, table, key} {
		e.OnSubmitted = func(string) { done() }
	}
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Rename"), Focus: title, Body: kit.Column(14, parts...),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), save},
	})
}

// renamed gives what is called otherwise its new name.
func (p *mappingPage) renamed(d *mapping.Draft, was mapping.Mapping, title, table, key string) error {
	if title = strings.TrimSpace(title); title != p.titleOf(was) {
		if err := d.SetTitle(title); err != nil {
			return err
		}
	}
	if d.Free() && (strings.TrimSpace(table) != was.Table || strings.TrimSpace(key) != was.Key) {
		return d.SetTable(table, key)
	}
	return nil
}

// escapePart lets the part that is shown take Escape for itself.
func (p *mappingPage) escapePart() bool {
	for _, part := range p.parts {
		if e, ok := part.(interface{ escape() bool }); ok && part.part() == p.part {
			return e.escape()
		}
	}
	return false
}
