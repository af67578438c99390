package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// shared reports whether the destination is a system, and no file of one's own.
func (w *Window) shared() bool {
	d := w.project.Destination
	return d != nil && destinationPath(d, w.driver(d.Driver)) == ""
}

// live reports whether others may work with the destination: a system of which nobody said that it is a test.
func (w *Window) live() bool {
	d := w.project.Destination
	return w.shared() && !d.Practice && d.Kind != "test"
}

// wroteBefore reports whether an import of whole tables went into the present destination before.
func (w *Window) wroteBefore() bool {
	d := w.project.Destination
	name, place := destinationName(d, w.driver(d.Driver)), destinationPlace(d, w.driver(d.Driver))
	for _, r := range w.runs.list {
		if r.State == importer.Complete && r.Undoes == "" && (r.To == name || r.To == place) {
			return true
		}
	}
	return false
}

// askImport shows the sheet before an import into a system: where, as whom, how many, what cannot be taken back. Before the
// first one into a live system its name is typed. An import into a file of one's own asks nothing.
func (w *Window) askImport(r ImportRequest, start func()) {
	if !w.shared() {
		start()
		return
	}
	d := w.project.Destination
	driver := w.driver(d.Driver)
	name := destinationName(d, driver)
	facts := []kit.Fact{{Name: lang.L("Into"), Words: driver.Title + " · " + name}, {Name: lang.L("From"), Words: w.connection().Name + " · " + w.connection().Org}}
	if who := w.destinationUser(); who != "" {
		facts = append(facts, kit.Fact{Name: lang.L("As"), Words: who})
	}
	if r.Retry == nil {
		facts = append(facts, kit.Fact{Name: lang.L("Mappings"), Words: w.mappingNames(r.Tables)})
	}
	parts := []fyne.CanvasObject{kit.Facts(facts...)}
	parts = append(parts, w.expected(r)...)
	parts = append(parts, w.quietWords(r)...)
	takes, slow := kit.Column(0), kit.Column(0)
	if w.described() {
		parts = append(parts, takes, slow)
	}
	begin := kit.Primary(w.startWords(r), nil)
	var sheet *kit.Sheet
	job := kit.SheetJob{Title: lang.L("Write into {{.To}}?", kit.M{"To": name}), Width: 600}
	if w.live() && !w.wroteBefore() {
		typed := kit.NewEntry(lang.L("Name of the destination"), name)
		lacks := func() string {
			if strings.EqualFold(strings.TrimSpace(typed.Text), name) {
				return ""
			}
			return lang.L("Type the name of the destination first.")
		}
		typed.OnChanged = func(string) { begin.Unless(lacks()) }
		typed.OnSubmitted = func(string) {
			if !begin.Disabled() {
				begin.Tapped(nil)
			}
		}
		begin.Unless(lacks())
		parts = append(parts, kit.Labeled(lang.L("Name of the destination"), lang.L("It is the first import into it. Type its name, {{.Name}}, so that it is surely the right one.", kit.M{"Name": name}), typed))
		job.Focus = typed
	}
	begin.Does(func() { sheet.Close(); start() })
	job.Body = kit.Column(13, parts...)
	job.Buttons = []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })}
	if w.imports().shown == nil && r.Limit == 0 && r.Retry == nil {
		job.Buttons = append(job.Buttons, kit.Plain(lang.L("Rehearse first"), func() { sheet.Close(); w.imports().rehearse(r.Tables) }))
	}
	job.Buttons = append(job.Buttons, begin)
	sheet = kit.ShowSheet(w.win.Canvas(), job)
	w.forecast(r, takes, slow, sheet)
}

func (w *Window) startWords(r ImportRequest) string {
	if r.Retry != nil {
		return lang.L("Retry")
	}
	if r.Limit > 0 {
		return lang.L("Try {{.N}}", kit.M{"N": r.Limit})
	}
	return lang.L("Import")
}

// destinationUser is as whom Ferry writes, where the destination's settings say it.
func (w *Window) destinationUser() string {
	d := w.project.Destination
	for _, s := range w.driver(d.Driver).Settings {
		if s.Name == "user" || s.Name == "client-id" {
			return d.Settings[s.Name]
		}
	}
	return ""
}

func (w *Window) mappingNames(ids []string) string {
	names := []string{}
	for _, id := range ids {
		if l, ok := w.byID(id); ok {
			names = append(names, w.nameOf(l))
		}
	}
	return strings.Join(names, ", ")
}

// expected says how many records there will be and what cannot be taken back, as far as a rehearsal told.
func (w *Window) expected(r ImportRequest) []fyne.CanvasObject {
	if r.Retry != nil {
		n := int64(0)
		if waits := w.imports().waits; waits != nil {
			for _, of := range waits.count(r.Retry.Only) {
				n += of
			}
		}
		words := lang.N("{{.N}} records that an earlier import left over are read again and written. Nothing is removed.", int(n), kit.M{"N": kit.Number(n)})
		return []fyne.CanvasObject{kit.Para(words), w.keepsWords()}
	}
	shown := w.imports().shown
	if shown == nil || !shown.Whole {
		words := lang.L("Nobody rehearsed this, so how many records are created and how many updated is not known.")
		if r.Limit > 0 {
			words = lang.L("At most {{.N}} records of each mapping are written.", kit.M{"N": r.Limit})
		}
		if w.described() { // its tables are its own
			return []fyne.CanvasObject{kit.Para(words), w.keepsWords()}
		}
		return []fyne.CanvasObject{kit.Para(words), kit.QuietPara(lang.L("What is made there, tables and columns, cannot be taken back.")), w.keepsWords()}
	}
	c := shown.Counts()
	words := lang.L("{{.Created}} created, {{.Updated}} updated, {{.Removed}} removed, as the rehearsal showed.",
		kit.M{"Created": kit.Number(c.Created), "Updated": kit.Number(c.Updated), "Removed": kit.Number(c.Removed)})
	if r.Only != "" {
		words = lang.L("{{.Created}} created and {{.Updated}} updated, as the rehearsal showed. Nothing is removed.",
			kit.M{"Created": kit.Number(c.Created), "Updated": kit.Number(c.Updated)})
	}
	return []fyne.CanvasObject{kit.StrongPara(words), shown.back()}
}

// heldCards offer to deal with records that the brake kept at the destination: the number is typed.
func (w *Window) heldCards(r *importer.Receipt) []fyne.CanvasObject {
	cards := []fyne.CanvasObject{}
	for _, t := range r.Tables {
		if t.Held == 0 {
			continue
		}
		id := w.owner(t)
		if id == "" {
			continue
		}
		b := kit.Danger(lang.L("Remove {{.N}} records…", kit.M{"N": kit.Number(t.Held)}), func() { w.askRetire(id, t) })
		b.Unless(w.busyReason())
		words := lang.L("{{.N}} records of {{.Table}} are gone in Dynamics 365 or left the filter. So many are not removed or marked without asking.",
			kit.M{"N": kit.Number(t.Held), "Table": tableTitle(t)})
		cards = append(cards, kit.Tinted(look.WarnedTint, kit.Row(12, kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.Para(words)), b)))
	}
	return cards
}

// owner is the mapping on the list to which a line of a receipt belongs; a child belongs to its parent.
func (w *Window) owner(t importer.TableReceipt) string {
	for _, l := range w.listed() {
		if l.is(t.Mapping, t.Table) || strings.HasPrefix(t.Mapping, l.ID+".") {
			return l.ID
		}
	}
	return ""
}

// askRetire wants the number typed, and imports with that agreed.
func (w *Window) askRetire(id string, t importer.TableReceipt) {
	number := strconv.FormatInt(t.Held, 10)
	var sheet *kit.Sheet
	do := kit.Danger(lang.L("Remove {{.N}} records", kit.M{"N": kit.Number(t.Held)}), nil)
	typed := kit.NewEntry(lang.L("Number of records"), "")
	lacks := func() string {
		if strings.TrimSpace(strings.NewReplacer(",", "", ".", "", " ", "", "\u202f", "").Replace(typed.Text)) == number {
			return ""
		}
		return lang.L("Type the number of records first.")
	}
	typed.OnChanged = func(string) { do.Unless(lacks()) }
	do.Unless(lacks())
	do.Does(func() {
		sheet.Close()
		w.startImport(ImportRequest{Tables: []string{id}, Retire: map[string]int64{t.Mapping: t.Held}})
	})
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Remove {{.N}} records of {{.Table}}?", kit.M{"N": kit.Number(t.Held), "Table": tableTitle(t)}), Width: 560, Focus: typed,
		Body: kit.Column(13,
			kit.Para(lang.L("They are at {{.To}} and not in Dynamics 365 any more, or not in the filter. As the mapping says, they are removed or marked there.", kit.M{"To": destinationName(w.project.Destination, w.driver(w.project.Destination.Driver))})),
			kit.Para(lang.L("The import runs once more. When by then more of them are gone than {{.N}}, it asks again.", kit.M{"N": kit.Number(t.Held)})),
			kit.Labeled(lang.L("Number of records"), lang.L("Type {{.N}} to agree.", kit.M{"N": number}), typed)),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), do},
	})
}
