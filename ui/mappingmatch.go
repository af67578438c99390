package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// mappingMatch is the part that says which record of the destination is the same one, and what happens when it has a
// value already.
type mappingMatch struct {
	p      *mappingPage
	search *kit.Entry
	ticked map[string]bool
	most   int // lines that are shown
}

// rulesShown is how many lines are shown at first; more come on demand, so that large tables stay quick.
const rulesShown = 30

func newMappingMatch(p *mappingPage) *mappingMatch {
	m := &mappingMatch{p: p, ticked: map[string]bool{}, most: rulesShown}
	m.search = kit.NewEntry(lang.L("Search the rules"), lang.L("Search by name or logical name"))
	m.search.OnChanged = func(string) { m.most = rulesShown; p.w.refresh() }
	return m
}

func (m *mappingMatch) part() mapping.PagePart { return mapping.PartMatch }
func (m *mappingMatch) title() string          { return lang.L("Match") }

func (m *mappingMatch) chip() (string, bool) {
	n, bad := len(m.p.draft().Saved().Match.Columns), m.p.problems(mapping.PartMatch)
	if bad > 0 {
		return kit.Number(int64(bad)), true
	}
	if n == 0 {
		return "", false
	}
	return kit.Number(int64(n)), false
}

func (m *mappingMatch) reveal(at mapping.Place) {
	if at.Column != "" {
		m.search.SetText(at.Column)
	}
}

func (m *mappingMatch) cards() []fyne.CanvasObject {
	cards := append(m.p.problemCards(mapping.PartMatch), m.keyCards()...)
	return append(cards, m.same(), m.rules())
}

// same is the card that says by what a record is found again.
func (m *mappingMatch) same() fyne.CanvasObject {
	d := m.p.draft()
	saved := d.Saved()
	parts := []fyne.CanvasObject{kit.Head(lang.L("Which record there is the same one?")),
		kit.QuietPara(lang.L("First counts the Dynamics id, which Ferry leaves with each record it writes: by it any Ferry finds the record again."))}
	if d.Free() {
		parts = append(parts, kit.QuietPara(lang.L("Here it is the column “{{.Key}}”. Ferry makes this table itself, so that is all it needs. Columns below matter only when something else fills the table too.", kit.M{"Key": saved.Key})))
	} else {
		parts = append(parts, kit.QuietPara(lang.L("Records that were there before Ferry came have no such mark. Say in which fields the same record has the same values. More than one hit is a conflict: the record is refused, never guessed.")))
	}
	for _, name := range saved.Match.Columns {
		off := kit.LinkIcon("cross", lang.L("Take out"), func() {
			m.p.do(func(d *mapping.Draft) error {
				return d.SetMatch(slices.DeleteFunc(slices.Clone(saved.Match.Columns), func(c string) bool { return c == name })...)
			})
		})
		from := ""
		if b, ok := d.Binding(name); ok {
			from = lang.L("from {{.Field}}", kit.M{"Field": m.p.made(b)})
		}
		parts = append(parts, kit.Row(10, kit.NewIcon("key", look.Primary, 16), kit.Grow(even(10, kit.NewElided(m.p.columnTitle(name), kit.Style{Bold: true}), kit.NewElided(from, kit.Style{Ink: look.Quiet}))), off))
	}
	switch len(saved.Match.Columns) {
	case 0:
		parts = append(parts, kit.NewText(lang.L("No field is compared: only the id counts."), kit.Style{Bold: true, Wrap: true}))
	case 1:
	default:
		parts = append(parts, kit.QuietPara(lang.L("All of these must be equal.")))
	}
	add := kit.PlainIcon("plus", lang.L("Compare a field"), func() { m.add(saved) })
	if len(saved.Columns) == 0 {
		add.Unless(lang.L("Map a field first."))
	}
	return kit.Card(kit.Column(10, append(parts, kit.Row(10, add, kit.Space()))...))
}

func (m *mappingMatch) add(saved mapping.Mapping) {
	items := []choosable{}
	for _, b := range saved.Columns {
		if !slices.Contains(saved.Match.Columns, b.Column) {
			items = append(items, choosable{key: b.Column, title: m.p.columnTitle(b.Column), logical: b.Column, note: m.p.made(b)})
		}
	}
	m.p.w.pickFrom(pickSheet{title: lang.L("Compare a field"), about: lang.L("Good ones differ from record to record: a number, an e-mail address. A name alone often meets two records."), items: items,
		picked: func(keys []string) {
			m.p.do(func(d *mapping.Draft) error { return d.SetMatch(append(slices.Clone(saved.Match.Columns), keys...)...) })
		}})
}

// rules is the card with a line for each column.
func (m *mappingMatch) rules() fyne.CanvasObject {
	d := m.p.draft()
	all := d.Saved().Columns
	head := []fyne.CanvasObject{kit.Head(lang.L("When the destination has a value"))}
	about := lang.L("Two rules hold unless you say otherwise. A record that Ferry made is kept as in Dynamics: what comes replaces what stands there. In a record that Ferry found there, only blanks are filled. An empty value from Dynamics never erases anything, unless “may also empty it” is ticked for that field.")
	if d.Free() {
		about = lang.L("Ferry makes this table, so it is kept as in Dynamics: what comes replaces what stands there, and where “may also empty it” is ticked, as it is at first, an empty value empties the field. In rows that something else put there, only blanks are filled.")
	}
	head = append(head, kit.QuietPara(about))
	if len(all) == 0 {
		return kit.Card(kit.Column(10, append(head, kit.NewText(lang.L("No field is mapped yet."), kit.Style{Bold: true}))...))
	}
	hits := []mapping.Binding{}
	text := strings.ToLower(strings.TrimSpace(m.search.Text))
	for _, b := range all {
		if strings.Contains(strings.ToLower(b.Column+"\n"+m.p.columnTitle(b.Column)+"\n"+m.p.made(b)), text) {
			hits = append(hits, b)
		}
	}
	ticked := []string{}
	for _, b := range all {
		if m.ticked[b.Column] {
			ticked = append(ticked, b.Column)
		}
	}
	several := kit.Plain(lang.L("Set for {{.N}} ticked…", kit.M{"N": kit.Number(int64(len(ticked)))}), func() { m.edit(ticked) })
	if len(ticked) == 0 {
		several.Unless(lang.L("Tick the fields first."))
	}
	every := kit.Link(lang.L("Tick all shown"), func() {
		for _, b := range hits {
			m.ticked[b.Column] = true
		}
		m.p.w.refresh()
	})
	if len(ticked) > 0 {
		every = kit.Link(lang.L("Tick none"), func() { m.ticked = map[string]bool{}; m.p.w.refresh() })
	}
	parts := append(head, kit.Row(10, kit.Grow(m.search), every, several))
	rows := []fyne.CanvasObject{}
	for i, b := range hits {
		if i == m.most {
			break
		}
		if i > 0 {
			rows = append(rows, kit.Hairline())
		}
		rows = append(rows, m.row(b))
	}
	if len(hits) == 0 {
		rows = append(rows, kit.Quiet(lang.L("Nothing has this name.")))
	}
	if len(hits) > m.most {
		rows = append(rows, kit.Link(lang.L("Show {{.N}} more", kit.M{"N": kit.Number(int64(min(rulesShown, len(hits)-m.most)))}), func() { m.most += rulesShown; m.p.w.refresh() }))
	}
	return kit.Card(kit.Column(12, append(parts, kit.Column(1, rows...))...))
}

func (m *mappingMatch) row(b mapping.Binding) fyne.CanvasObject {
	r := b.Rule()
	tick := kit.NewTick("", m.ticked[b.Column], func(on bool) { m.ticked[b.Column] = on; m.p.w.refresh() })
	names := kit.Column(0, kit.NewElided(m.p.columnTitle(b.Column), kit.Style{Bold: true}), kit.NewElided(m.p.made(b), kit.Style{Mono: true, Size: 11, Ink: look.Quiet}))
	switch free := m.p.draft().Free(); {
	case free && !r.MayEmpty:
		names.Add(kit.Pad(2, 0, 0, 0, kit.Row(0, kit.Chip(lang.L("never empties it"), look.Ink, look.Field), kit.Space())))
	case !free && r.MayEmpty:
		names.Add(kit.Pad(2, 0, 0, 0, kit.Row(0, kit.Chip(lang.L("may also empty it"), look.Warned, look.WarnedTint), kit.Space())))
	}
	own := func(w mapping.When, usual bool) *kit.Elided {
		if usual {
			return kit.NewElided(whenWords(w), kit.Style{Ink: look.Quiet})
		}
		return kit.NewElided(whenWords(w), kit.Style{})
	}
	line := []fyne.CanvasObject{
		kit.Grow(names),
		kit.Grow(kit.Column(0, kit.NewElided(lang.L("made by Ferry"), kit.Style{Size: 11, Ink: look.Quiet}), own(r.Made, r.Made == mapping.Overwrite))),
		kit.Grow(kit.Column(0, kit.NewElided(lang.L("found there"), kit.Style{Size: 11, Ink: look.Quiet}), own(r.Found, r.Found == mapping.FillBlanks))),
	}
	pick := kit.NewPick(kit.Row(12, append(line, kit.NewIcon("right", look.Quiet, 14))...), func() { m.edit([]string{b.Column}) })
	return kit.Row(4, kit.Sized(30, 20, tick), kit.Grow(pick))
}

// whenWords is a rule in a few words.
func whenWords(w mapping.When) string {
	switch w {
	case mapping.Overwrite:
		return lang.L("overwrite")
	case mapping.FillBlanks:
		return lang.L("only fill blanks")
	case mapping.NeverWrite:
		return lang.L("never")
	case mapping.OnlyNew:
		return lang.L("only on new records")
	case mapping.UnlessChanged:
		return lang.L("overwrite unless changed there")
	}
	return ""
}

// edit asks for the rules of one column, or of several.
func (m *mappingMatch) edit(columns []string) {
	e := &ruleEditor{m: m, columns: columns}
	if b, ok := m.p.draft().Binding(columns[0]); ok && len(columns) == 1 {
		r := b.Rule()
		e.change = mapping.RuleChange{Made: &r.Made, Found: &r.Found, MayEmpty: &r.MayEmpty}
	}
	e.show()
}

// ruleEditor is the sheet for it.
type ruleEditor struct {
	m       *mappingMatch
	columns []string
	change  mapping.RuleChange
	sheet   *kit.Sheet
}

type ruleOffer struct {
	when           mapping.When
	words, meaning string
}

func ruleOffers(found bool) []ruleOffer {
	if found {
		return []ruleOffer{
			{mapping.FillBlanks, lang.L("Only fill blanks there"), lang.L("The usual rule. What somebody wrote there stays.")},
			{mapping.Overwrite, lang.L("Overwrite there"), lang.L("What comes from Dynamics replaces what was there.")},
			{mapping.UnlessChanged, lang.L("Unless somebody changed it there"), lang.L("Replaced only while it is still what Ferry wrote last.")},
			{mapping.NeverWrite, lang.L("Never write it there"), lang.L("Somebody else looks after this field.")},
		}
	}
	return []ruleOffer{
		{mapping.Overwrite, lang.L("Overwrite"), lang.L("The usual rule. The field stays as it is in Dynamics.")},
		{mapping.UnlessChanged, lang.L("Overwrite unless somebody changed it"), lang.L("From the day somebody changes it at the destination, Ferry leaves it alone.")},
		{mapping.OnlyNew, lang.L("Only on new records"), lang.L("Written once, when the record is made.")},
		{mapping.FillBlanks, lang.L("Only fill blanks"), lang.L("Written while nothing stands there.")},
		{mapping.NeverWrite, lang.L("Never"), lang.L("Not even on new records. Somebody else looks after this field.")},
	}
}

func (e *ruleEditor) show() {
	title := lang.N("{{.N}} fields", len(e.columns), kit.M{"N": kit.Number(int64(len(e.columns)))})
	if len(e.columns) == 1 {
		title = e.m.p.columnTitle(e.columns[0])
	}
	column := func(head string, offers []ruleOffer, at **mapping.When) fyne.CanvasObject {
		parts := []fyne.CanvasObject{kit.StrongPara(head)}
		for _, o := range offers {
			parts = append(parts, kit.NewChoice("", o.words, o.meaning, *at != nil && **at == o.when || *at != nil && **at == mapping.OnlyNew && o.when == mapping.NeverWrite && len(offers) == 4, func() {
				when := o.when
				*at = &when
				e.again()
			}))
		}
		return kit.Column(8, parts...)
	}
	body := []fyne.CanvasObject{kit.TopRow(16, kit.Grow(column(lang.L("In records that Ferry made"), ruleOffers(false), &e.change.Made)), kit.Grow(column(lang.L("In records that Ferry found there"), ruleOffers(true), &e.change.Found))), e.empty()}
	if len(e.columns) > 1 {
		body = append([]fyne.CanvasObject{kit.QuietPara(lang.L("What you do not choose stays as it is for each field."))}, body...)
	}
	usual := kit.Link(lang.L("Back to the usual rules"), func() {
		made, found, empty := mapping.ByDefault, mapping.ByDefault, e.m.p.draft().Free()
		e.change = mapping.RuleChange{Made: &made, Found: &found, MayEmpty: &empty}
		e.use()
	})
	e.sheet = kit.ShowSheet(e.m.p.w.win.Canvas(), kit.SheetJob{Title: lang.L("When the destination has a value: {{.Field}}", kit.M{"Field": title}), Width: 760, Body: kit.Column(12, body...),
		Buttons: []fyne.CanvasObject{usual, kit.Plain(lang.L("Cancel"), func() { e.sheet.Close() }), kit.Primary(lang.L("Use these rules"), e.use)}})
}

// empty asks what an empty value does. Of several fields each part can stay as it is.
func (e *ruleEditor) empty() fyne.CanvasObject {
	if len(e.columns) == 1 {
		on := e.change.MayEmpty != nil && *e.change.MayEmpty
		return kit.NewTick(lang.L("may also empty it: an empty value from Dynamics erases what stands there"), on, func(on bool) { e.change.MayEmpty = &on })
	}
	ask := func(words, no, yes string, value **bool) fyne.CanvasObject {
		at := 0
		if *value != nil && **value {
			at = 2
		} else if *value != nil {
			at = 1
		}
		return kit.Row(12, kit.Grow(kit.Para(words)), kit.Segments([]string{lang.L("As they are"), no, yes}, at, func(i int) {
			on := i == 2
			if *value = &on; i == 0 {
				*value = nil
			}
			e.again()
		}))
	}
	return kit.Column(8, kit.Hairline(),
		ask(lang.L("An empty value from Dynamics"), lang.L("Leaves what stands there"), lang.L("May empty it"), &e.change.MayEmpty),
		ask(lang.L("A record without a value here"), lang.L("Is written"), lang.L("Is refused"), &e.change.Required))
}

// again draws the sheet with what was chosen.
func (e *ruleEditor) again() {
	e.sheet.Close()
	e.show()
}

func (e *ruleEditor) use() {
	e.sheet.Close()
	c := e.change
	if c.Made != nil && *c.Made == mapping.Overwrite {
		usual := mapping.ByDefault
		c.Made = &usual
	}
	if c.Found != nil && *c.Found == mapping.FillBlanks {
		usual := mapping.ByDefault
		c.Found = &usual
	}
	if c == (mapping.RuleChange{}) {
		return // everything stays as it is
	}
	e.m.ticked = map[string]bool{}
	e.m.p.do(func(d *mapping.Draft) error { return d.SetRules(c, e.columns...) })
}
