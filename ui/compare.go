package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// A comparison is what the newest comparison of this session found. It stands in the place of the cards on Import.
type comparison struct {
	importer.Comparison
	request ImportRequest
	fault   *core.Fault
	kind    importer.Difference // whose records are listed; NoDifference shows the counts
	all     bool                // the records of all kinds are listed
	rows    *rehearsedRows
	systems string // what was compared; see Window.systems
}

// compare holds source and destination against each other.
func (p *imports) compare(ids []string) {
	there := p.readable(ids)
	if len(there) == 0 || p.w.active != nil {
		return
	}
	w, r := p.w, ImportRequest{Tables: there}
	p.result, p.shown, p.compared = nil, nil, nil
	job, a := clone(w.project), &activeImport{request: r, rehearsal: true, comparison: true}
	job.Connection = w.connection().Name
	w.active = a
	a.task = task.Long(w.run, func(ctx context.Context, tell func(importer.Progress)) (importer.Comparison, error) {
		return w.o.Engine.Compare(ctx, job, r, tell)
	}, func(n importer.Progress) { w.moved(a, n) }, func(found importer.Comparison, err error) { w.comparisonEnded(a, found, err) })
	w.tick(a)
	w.refresh()
}

func (w *Window) comparisonEnded(a *activeImport, found importer.Comparison, err error) {
	a.clock.Cancel()
	w.active = nil
	w.finish.loaded = false
	p := w.imports()
	p.compared = &comparison{Comparison: found, request: a.request, systems: w.systems()}
	if err != nil {
		p.compared.fault = core.AsFault(err)
		if p.compared.fault.Kind == core.SignIn {
			w.session(w.connection().Name).signedIn = false
		}
	}
	w.refresh()
	if w.place == placeImport {
		p.page.Top()
	}
}

// endComparison goes back: from the records to the counts, from these to the cards.
func (p *imports) endComparison() {
	c := p.compared
	switch {
	case c == nil:
		return
	case c.rows != nil:
		c.rows = nil
	default:
		p.compared = nil
		p.w.o.Engine.EndComparison()
	}
	p.w.refresh()
	p.page.Top()
}

// renderComparison draws what the comparison found.
func (p *imports) renderComparison() {
	c := p.compared
	if c.rows != nil {
		p.renderDifferences()
		return
	}
	actions := []fyne.CanvasObject{kit.Link(lang.L("Back"), p.endComparison)}
	again := kit.Plain(lang.L("Compare again"), func() { p.compare(c.request.Tables) })
	again.Unless(p.w.busyReason())
	actions = append(actions, again)
	if len(c.Tables) > 0 {
		p.primary = kit.Primary(lang.L("Save report…"), func() { p.w.saveComparison(c) })
		actions = append(actions, p.primary)
	}
	cards := []fyne.CanvasObject{}
	if f := c.fault; f != nil && f.Kind != core.Stopped {
		calls := p.w.faultCalls(p.w.connection(), func() { p.compare(c.request.Tables) })
		if f.Kind == core.SignIn {
			calls.Again = nil
			calls.Mend, calls.MendBy = p.w.signInMend(f)
		}
		cards = append(cards, kit.FaultCard(f, calls))
	}
	if len(c.Tables) > 0 {
		words, ink, icon := comparisonVerdict(c.Comparison)
		sum := c.Sum()
		cards = append(cards, kit.Verdict(words, lang.L("{{.N}} read", kit.M{"N": kit.Number(sum.Source)}), ink, icon), comparisonCounts(c.Comparison))
		if kinds := p.kinds(c); kinds != nil {
			cards = append(cards, kinds)
		}
		if fields := comparisonFields(c.Comparison); fields != nil {
			cards = append(cards, fields)
		}
	}
	p.page.Set(kit.PageHead(lang.L("Comparison"), lang.L("Nothing was written"), actions...), cards...)
}

// renderDifferences lists the records of a kind.
func (p *imports) renderDifferences() {
	c := p.compared
	title, meaning := lang.L("All differences"), lang.L("Every record that differs, with its reason.")
	if !c.all {
		title, meaning = differenceWords(c.kind)
	}
	back := kit.Primary(lang.L("Back to the comparison"), p.endComparison)
	p.primary = back
	export := kit.Plain(lang.L("Export…"), func() { p.w.saveDifferences(c) })
	p.page.Set(kit.PageHead(title, "", export, back), kit.QuietPara(meaning), c.rows.card())
}

// list opens the records of a kind.
func (p *imports) list(kind importer.Difference, all bool) {
	c := p.compared
	q := RehearsedSearch{Differs: []importer.Difference{kind}}
	if all {
		q = RehearsedSearch{}
	}
	tables := make([]importer.RehearsedTable, 0, len(c.Tables))
	for _, t := range c.Tables {
		if all || t.Records[kind] > 0 {
			tables = append(tables, importer.RehearsedTable{Mapping: t.Mapping, Table: t.Table, Title: t.Title})
		}
	}
	c.kind, c.all = kind, all
	chip := float32(0)
	if all {
		chip = 190
	}
	c.rows = newRows(p.w, rowsJob{
		tables: tables, chip: chip, words: []string{""}, kinds: []RehearsedSearch{q}, places: p.w.o.Engine.ComparedPlaces, read: p.w.o.Engine.ComparedRows,
		kind: func(row importer.RehearsedRow) (string, fyne.ThemeColorName, fyne.ThemeColorName) {
			return differenceChip(row.Differs)
		},
		change: func(row importer.RehearsedRow, v importer.Change) string {
			words := v.Column + ": " + lang.L("{{.There}} there, {{.Here}} in Dynamics", kit.M{"There": oneLine(v.Was), "Here": oneLine(v.Becomes)})
			if v.Why != row.Differs { // the record is counted under a heavier kind than this value's
				title, _ := differenceWords(v.Why)
				words += " (" + title + ")"
			}
			return words
		},
		sides: func(importer.RehearsedRow) (bool, []string) {
			return true, []string{lang.L("Field"), lang.L("At the destination"), lang.L("In Dynamics")}
		},
	})
	p.w.refresh()
	p.page.Top()
}

// kinds are the differences by kind: counted rows that open their records. nil when there are none.
func (p *imports) kinds(c *comparison) fyne.CanvasObject {
	sum := c.Sum()
	rows := []fyne.CanvasObject{}
	for _, d := range importer.EachDifference() {
		if sum.Records[d] == 0 {
			continue
		}
		if len(rows) > 0 {
			rows = append(rows, kit.Pad(0, 12, 0, 12, kit.Hairline()))
		}
		title, meaning := differenceWords(d)
		icon, ink := differenceIcon(d)
		numbers := kit.Column(2, kit.NewText(recordsWords(sum.Records[d]), kit.Style{Ink: ink, Bold: true, Right: true}))
		if n := sum.Values[d]; n > 0 {
			numbers.Add(kit.NewText(valuesWords(n), kit.Style{Ink: look.Quiet, Size: 13, Right: true}))
		}
		rows = append(rows, kit.NewPick(kit.Row(12, kit.NewIcon(icon, ink, 20),
			kit.Grow(kit.Column(2, kit.NewElided(title, kit.Style{Bold: true}), kit.NewElided(meaning, kit.Style{Ink: look.Quiet, Size: 13}))),
			numbers, kit.NewIcon("right", look.Quiet, 16)), func() { p.list(d, false) }).Named(title))
	}
	if len(rows) == 0 {
		return nil
	}
	head := kit.Row(10, kit.Grow(kit.Head(lang.L("Why they differ"))), kit.Link(lang.L("List all of them"), func() { p.list(importer.NoDifference, true) }))
	return kit.Card(kit.Column(8, head, kit.Column(2, rows...)))
}

// saveComparison saves the report of the comparison.
func (w *Window) saveComparison(c *comparison) {
	project := clone(w.project)
	w.askSave(saveJob{
		title: lang.L("Save the report of this comparison"), about: lang.L("How many records there are on both sides, and of what differs the reason."), page: true, table: true,
		offer:  w.offerFile(c.From, lang.L("comparison"), c.Started, ".html"),
		values: lang.L("Without, records are named by their id in Dynamics 365. Ticked, the report holds people's data: what records are called, what stands there and what Dynamics has."),
		save: func(ctx context.Context, path string, values bool) (int64, error) {
			return w.o.Engine.SaveComparison(ctx, project, path, values)
		},
	})
}

// saveDifferences saves the list as it is narrowed.
func (w *Window) saveDifferences(c *comparison) {
	q := c.rows.wanted()
	w.askSave(saveJob{
		title: lang.L("Export the differences"), table: true, offer: w.offerFile(c.From, lang.L("differences"), c.Started, ".csv"),
		about: lang.L("The records that the list shows now, both sides beside each other. The file holds people's data; Excel opens it."),
		save: func(ctx context.Context, path string, _ bool) (int64, error) {
			return w.o.Engine.SaveDifferences(ctx, path, q)
		},
	})
}
