package ui

import (
	"context"
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// A rehearsal is what the newest rehearsal of this session showed. It stands in the place of the cards on Import.
type rehearsal struct {
	importer.Rehearsal
	request ImportRequest
	fault   *core.Fault
	keeps   BackTerms         // how an import could be taken back here
	systems string            // from where to where; see Window.systems
	digests map[string]string // of the mappings as they were
	rows    *rehearsedRows
	list    fyne.CanvasObject // they, as drawn last
	keeping bool
	all     bool // every field is shown whose values would change, not only the first ones
}

// seenRehearsals are the mappings that were rehearsed into the present destination.
type seenRehearsals struct {
	of      string // for which project and destination
	digests map[string]string
	loading *task.Task
}

// loadSeen asks which mappings were rehearsed.
func (w *Window) loadSeen() {
	if w.project == nil || w.project.Destination == nil {
		return
	}
	of := w.project.ID + "\n" + w.project.Destination.Driver
	for _, s := range w.driver(w.project.Destination.Driver).Settings {
		of += "\n" + w.project.Destination.Settings[s.Name]
	}
	if w.rehearsed.of == of || w.rehearsed.loading != nil {
		return
	}
	p := clone(w.project)
	w.rehearsed.loading = task.Go(w.run, func(ctx context.Context, _ func(struct{})) (map[string]string, error) {
		return w.o.Engine.Rehearsals(ctx, p)
	}, nil, func(digests map[string]string, err error) {
		w.rehearsed = seenRehearsals{of: of, digests: digests} // not knowing it means that trying comes first
		w.refresh()
	})
}

// seen reports whether a try, a rehearsal or an import of a mapping as it is now was seen.
func (w *Window) seen(l listed) bool {
	now := digestOf(l)
	same := func(digest string) bool { return now == "" || digest == "" || digest == now }
	id := l.ID
	if l.Saved != nil {
		id = l.Saved.ID
	}
	if digest, ok := w.rehearsed.digests[id]; ok && same(digest) {
		return true
	}
	for i := range w.runs.list {
		if t := w.partOf(&w.runs.list[i], l); t != nil && same(t.Digest) {
			return true
		}
	}
	return false
}

// digestOf tells a saved mapping from what it was; "" is the default of its table.
func digestOf(l listed) string {
	if l.Saved == nil {
		return ""
	}
	return mapping.Digest(mapping.Flatten(*l.Saved, nil)[0])
}

// digests tell mappings from what they were.
func (w *Window) digests(ids []string) map[string]string {
	all := map[string]string{}
	for _, id := range ids {
		if l, ok := w.byID(id); ok {
			all[id] = digestOf(l)
		}
	}
	return all
}

// rehearse shows what an import would do.
func (p *imports) rehearse(ids []string) {
	there := p.readable(ids)
	if len(there) == 0 || p.w.active != nil {
		return
	}
	w, r := p.w, ImportRequest{Tables: there}
	p.result, p.shown = nil, nil
	job, a := clone(w.project), &activeImport{request: r, rehearsal: true}
	job.Connection = w.connection().Name
	w.active = a
	shown := &rehearsal{request: r, systems: w.systems(), digests: w.digests(there)}
	a.task = task.Long(w.run, func(ctx context.Context, tell func(importer.Progress)) (*rehearsal, error) {
		var err error
		shown.Rehearsal, err = w.o.Engine.Rehearse(ctx, job, r, tell)
		shown.keeps = w.o.Engine.Keeps(context.WithoutCancel(ctx), job) // also where it was stopped
		return shown, err
	}, func(n importer.Progress) { w.moved(a, n) }, func(shown *rehearsal, err error) { w.rehearsalEnded(a, shown, err) })
	w.tick(a)
	w.refresh()
}

func (w *Window) rehearsalEnded(a *activeImport, shown *rehearsal, err error) {
	a.clock.Cancel()
	w.active, w.rehearsed = nil, seenRehearsals{}
	p := w.imports()
	p.shown = shown
	if err != nil {
		p.shown.fault = core.AsFault(err)
		if p.shown.fault.Kind == core.SignIn {
			w.session(w.connection().Name).signedIn = false
		}
	}
	if len(shown.Tables) > 0 {
		shown.rows = newRehearsedRows(w, shown)
	}
	w.refresh()
	if w.place == placeImport {
		p.page.Top()
	}
}

// endRehearsal goes back to the cards.
func (p *imports) endRehearsal() {
	if p.shown == nil {
		return
	}
	p.shown = nil
	p.w.o.Engine.EndRehearsal()
	p.w.refresh()
	p.page.Top()
}

// renderRehearsal draws what the rehearsal showed.
func (p *imports) renderRehearsal() {
	r := p.shown
	back := kit.Link(lang.L("Back"), p.endRehearsal)
	actions := []fyne.CanvasObject{back}
	if len(r.Tables) > 0 {
		actions = append(actions, kit.Plain(lang.L("Export…"), func() { p.w.saveRehearsed(r) }))
	}
	again := kit.Plain(lang.L("Rehearse again"), func() { p.rehearse(r.request.Tables) })
	again.Unless(p.w.busyReason())
	actions = append(actions, again)
	if r.fault == nil && len(r.Tables) > 0 {
		these := kit.Primary(lang.L("Import these"), p.importThese)
		these.Tip(lang.L("Imports just the records that are shown here. One that changes meanwhile is skipped; nothing is removed."))
		c := r.Counts()
		switch {
		case p.w.busyReason() != "":
			these.Unless(p.w.busyReason())
		case !maps.Equal(r.digests, p.w.digests(r.request.Tables)):
			these.Unless(lang.L("The mapping was changed since. Rehearse again."))
		case r.keeping:
			these.Unless(lang.L("Ferry notes which records they are."))
		case c.Created+c.Updated == 0:
			these.Unless(lang.L("Nothing would be created or updated."))
		}
		p.primary = these
		actions = append(actions, these)
	}
	head := kit.PageHead(lang.L("Rehearsal"), lang.L("Nothing was written"), actions...)
	cards := []fyne.CanvasObject{}
	if f := r.fault; f != nil && f.Kind != core.Stopped {
		calls := p.w.faultCalls(p.w.connection(), func() { p.rehearse(r.request.Tables) })
		if f.Kind == core.SignIn {
			calls.Again = nil
			calls.Mend, calls.MendBy = p.w.signInMend(f)
		}
		cards = append(cards, kit.FaultCard(f, calls))
	}
	if len(r.Tables) > 0 {
		r.list = r.rows.card()
		refused := func() { r.rows.choose(core.Refused); p.page.Reveal(r.list) }
		cards = append(cards, r.verdict(refused), r.counts(), r.fields(p.w.refresh), r.list)
	}
	p.page.Set(head, slices.DeleteFunc(cards, func(o fyne.CanvasObject) bool { return o == nil })...)
}

// verdict is what the rehearsal comes to; refused leads to the records that would be.
func (r *rehearsal) verdict(refused func()) fyne.CanvasObject {
	c := r.Counts()
	tally := lang.L("{{.N}} read", kit.M{"N": kit.Number(c.Read)})
	switch {
	case !r.Whole:
		return kit.Verdict(lang.L("The rehearsal was stopped: this is how far it came"), tally, look.Warned, "warn")
	case c.Refused == 1:
		return kit.Verdict(lang.L("1 record would be refused"), tally, look.Warned, "warn", kit.Link(lang.L("Show it"), refused))
	case c.Refused > 0:
		return kit.Verdict(lang.N("{{.N}} records would be refused", int(c.Refused), kit.M{"N": kit.Number(c.Refused)}), tally, look.Warned, "warn", kit.Link(lang.L("Show them"), refused))
	case c.Created+c.Updated+c.Removed == 0:
		return kit.Verdict(lang.L("Nothing would change"), tally, look.Passed, "check")
	}
	return kit.Verdict(lang.L("Every record would arrive"), tally, look.Passed, "check")
}

const mostThings = 6

// counts are what would become of records, what would be made, and what cannot be taken back.
func (r *rehearsal) counts() fyne.CanvasObject {
	tables, sum := make([]importer.TableReceipt, len(r.Tables)), importer.Counts{}
	for i, t := range r.Tables {
		tables[i] = importer.TableReceipt{Table: t.Table, Title: t.Title, To: t.To, Counts: t.Counts}
		sum.Add(t.Counts)
	}
	parts := []fyne.CanvasObject{kit.Head(lang.L("What would become of the records")), receiptGrid(tables, sum)}
	for _, remark := range r.Remarks {
		parts = append(parts, kit.Hint("warn", remark, look.Warned))
	}
	unresolved := int64(0)
	for _, t := range r.Tables {
		unresolved += t.Unresolved
	}
	if unresolved > 0 {
		parts = append(parts, kit.Hint("warn", lang.N("{{.N}} lookups would be left empty: their record is not at the destination and is not imported.", int(unresolved), kit.M{"N": kit.Number(unresolved)}), look.Warned))
	}
	if len(r.Make) > 0 {
		parts = append(parts, kit.Hairline(), kit.StrongPara(lang.L("Would be made at the destination")))
		for i, thing := range r.Make {
			if i == mostThings && len(r.Make) > mostThings+1 {
				parts = append(parts, kit.CaptionPara(lang.L("and {{.N}} more", kit.M{"N": kit.Number(int64(len(r.Make) - i))})))
				break
			}
			parts = append(parts, kit.Row(10, kit.Sized(90, 0, kit.Quiet(thingWords(thing.Kind))), kit.Grow(kit.NewElided(thing.Name, kit.Style{Mono: true, Size: look.CaptionSize}))))
		}
	}
	parts = append(parts, kit.Hairline(), r.back())
	return kit.Card(kit.Column(9, parts...))
}

func thingWords(kind string) string {
	switch kind {
	case "file":
		return lang.L("a file")
	case "table":
		return lang.L("a table")
	case "column", "field":
		return lang.L("a column")
	case "choice":
		return lang.L("an option")
	}
	return kind
}

// importThese imports just what is shown.
func (p *imports) importThese() {
	r := p.shown
	if r == nil || r.keeping || p.w.active != nil {
		return
	}
	r.keeping = true
	p.w.refresh()
	task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (string, error) {
		return p.w.o.Engine.KeepShown(ctx)
	}, nil, func(id string, err error) {
		r.keeping = false
		if p.shown != r {
			return
		}
		if err != nil {
			r.fault = core.AsFault(err)
			p.w.refresh()
			return
		}
		p.w.refresh()
		request := r.request
		request.Only = id
		p.w.askImport(request, func() {
			p.endRehearsal()
			p.w.startImport(request)
		})
	})
}

// readable are those of some mappings whose table the environment has.
func (p *imports) readable(ids []string) []string {
	c := p.w.connection()
	if c == nil {
		return nil
	}
	s, there := p.w.session(c.Name), []string{}
	for _, id := range ids {
		if l, ok := p.w.byID(id); ok && s.has(l.Table) {
			there = append(there, id)
		}
	}
	return there
}

// kindWords says what would become of a record.
func kindWords(k core.OutcomeKind) (words string, ink, tint fyne.ThemeColorName) {
	switch k {
	case core.Created:
		return lang.L("create"), look.Passed, look.PassedTint
	case core.Updated:
		return lang.L("update"), look.Primary, look.PrimaryTint
	case core.Removed:
		return lang.L("remove"), look.Failed, look.FailedTint
	case core.Skipped:
		return lang.L("skip"), look.Warned, look.WarnedTint
	case core.Refused:
		return lang.L("refuse"), look.Failed, look.FailedTint
	}
	return lang.L("leave as it is"), look.Quiet, look.Field
}

// changeWords is a change in a few words.
func changeWords(kind core.OutcomeKind, c importer.Change) string {
	if kind == core.Created {
		return c.Column + ": " + oneLine(c.Becomes)
	}
	return c.Column + ": " + oneLine(c.Was) + " → " + oneLine(c.Becomes)
}

func oneLine(value string) string {
	if value == "" {
		return lang.L("(empty)")
	}
	return strings.Join(strings.Fields(value), " ")
}

// saveRehearsed saves the list of the rehearsal as it is narrowed.
func (w *Window) saveRehearsed(r *rehearsal) {
	q := r.rows.wanted()
	w.askSave(saveJob{
		title: lang.L("Export the rehearsal"), table: true, offer: w.offerFile(r.From, lang.L("rehearsal"), r.Started, ".csv"),
		about: lang.L("The records that the list shows now, old and new values side by side. The file holds people's data; Excel opens it."),
		save: func(ctx context.Context, path string, _ bool) (int64, error) {
			return w.o.Engine.SaveRehearsed(ctx, path, q)
		},
	})
}
