package ui

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// mappingEnding is how a file with mappings ends: a project, or some of its mappings.
const mappingEnding = ".ferry"

// whole gives then the mapping of a row, also where it is the default, which needs the table's description. free tells
// whether the destination makes its tables.
func (p *mappings) whole(l listed, then func(m mapping.Mapping, free bool)) {
	w := p.w
	c := w.connection()
	if c == nil {
		return
	}
	if known := p.survey(l); known != nil {
		then(mapping.Edit(*l.Saved, known.from.Table, known.to).Saved(), known.to == nil)
		return
	}
	w.describe(*c, l.Table, l.to(), nil, func(all loaded, err error) {
		switch {
		case err == nil && l.Saved == nil:
			then(mapping.NewDraft(all.from.Table, all.to).Saved(), all.to == nil)
		case l.Saved != nil: // nothing has to be known of its tables
			then(mapping.Edit(*l.Saved, core.Table{}, nil).Saved(), err == nil && all.to == nil || w.project.Destination == nil)
		default:
			w.tell(lang.L("The table cannot be read now"), err)
		}
	})
}

// copyOf puts a copy of a mapping below it. Where the destination makes its tables, the copy gets one of its own.
func (p *mappings) copyOf(l listed) {
	w := p.w
	p.whole(l, func(m mapping.Mapping, free bool) {
		name := w.nameOf(l)
		p.remember(lang.L("“{{.Name}}” was copied.", kit.M{"Name": name}))
		project, ids := w.own(), w.ids()
		old := m.ID
		m.ID = freeID(l.Table+"-2", append(mappingIDs(project.Mappings), ids...))
		m.Title = lang.L("{{.Name}} (copy)", kit.M{"Name": name})
		if free {
			m.Table = freeTable(m.Table+"_copy", project.Mappings)
		}
		renameChildren(m.Children, old, m.ID)
		project.Mappings = append(project.Mappings, m)
		project.Tables = slices.Insert(ids, slices.Index(ids, l.ID)+1, m.ID)
		w.save()
		w.refresh()
	})
}

func mappingIDs(all []mapping.Mapping) []string {
	ids := []string{}
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	return ids
}

func freeTable(base string, all []mapping.Mapping) string {
	taken := []string{}
	for _, m := range all {
		taken = append(taken, m.Table)
	}
	return strings.ReplaceAll(freeID(base, taken), base+"-", base+"_")
}

// renameChildren gives the children of a copy IDs of their own.
func renameChildren(children []mapping.Mapping, old, id string) {
	for i := range children {
		was := children[i].ID
		if rest, ok := strings.CutPrefix(was, old+"."); ok {
			children[i].ID = id + "." + rest
		} else {
			children[i].ID = id + "." + was
		}
		renameChildren(children[i].Children, was, children[i].ID)
	}
}

// export asks for a file and writes one mapping into it.
func (p *mappings) export(l listed) {
	p.whole(l, func(m mapping.Mapping, _ bool) { p.exportTo(p.w.nameOf(l), m) })
}

func (p *mappings) exportTo(name string, m mapping.Mapping) {
	w := p.w
	var sheet *kit.Sheet
	path := kit.NewEntry(lang.L("File"), "")
	path.Text = filepath.Join(w.o.Documents, fileName(short(name, 80))+mappingEnding)
	body := container.NewStack()
	save := kit.Primary(lang.L("Export"), nil)
	save.Does(func() {
		file := strings.TrimSpace(path.Text)
		if file == "" || save.Disabled() {
			return
		}
		save.Unless(lang.L("The file is being written."))
		task.Go(w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
			return struct{}{}, w.o.Engine.WriteMappings(ctx, file, []mapping.Mapping{m})
		}, nil, func(_ struct{}, err error) {
			save.Unless("")
			if err != nil {
				body.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: w.browse})}
				sheet.Refit()
				return
			}
			sheet.Close()
			w.exported(file)
		})
	})
	path.OnSubmitted = func(string) { save.Tapped(nil) }
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Export “{{.Name}}”", kit.M{"Name": name}), Width: 580, Focus: path,
		Body: kit.Column(12, kit.QuietPara(lang.L("The file says what goes where. It holds no password and no record.")),
			kit.Row(8, kit.Grow(path), kit.Plain(lang.L("Browse…"), func() { w.pickTarget(path.Text, path.SetText) })), body),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), save},
	})
}

func (w *Window) exported(file string) {
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Exported"), Body: kit.Column(8, kit.NewText(file, kit.Style{Mono: true, Size: 13, Wrap: true}),
			kit.QuietPara(lang.L("Another Ferry takes it by “Bring in…”."))),
		Buttons: []fyne.CanvasObject{
			kit.PlainIcon("folder", lang.L("Open the folder"), func() { sheet.Close(); w.showFolder(file) }),
			kit.Primary(lang.L("Close"), func() { sheet.Close() }),
		},
	})
}

// bringIn asks for a file with mappings.
func (p *mappings) bringIn() {
	w := p.w
	var sheet *kit.Sheet
	path := kit.NewEntry(lang.L("File"), "")
	body := container.NewStack()
	read := kit.Primary(lang.L("Read"), nil)
	read.Unless(lang.L("Choose a file first."))
	reading := false
	read.Does(func() {
		file := strings.TrimSpace(path.Text)
		if file == "" || reading {
			return
		}
		reading = true
		read.Unless(lang.L("The file is being read."))
		task.Go(w.run, func(ctx context.Context, _ func(struct{})) ([]mapping.Mapping, error) {
			return w.o.Engine.ReadMappings(ctx, file)
		}, nil, func(all []mapping.Mapping, err error) {
			reading = false
			read.Unless("")
			if err != nil {
				body.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: w.browse})}
				sheet.Refit()
				return
			}
			sheet.Close()
			p.chooseBrought(filepath.Base(file), all)
		})
	})
	path.OnSubmitted = func(string) { read.Tapped(nil) }
	path.OnChanged = func(text string) {
		reason := ""
		if strings.TrimSpace(text) == "" {
			reason = lang.L("Choose a file first.")
		}
		read.Unless(reason)
	}
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Bring mappings in"), Width: 580, Focus: path,
		Body: kit.Column(12, kit.QuietPara(lang.L("Choose a file that was exported, or a whole project. Nothing is changed before you say which mappings you want.")),
			kit.Row(8, kit.Grow(path), kit.Plain(lang.L("Browse…"), func() { w.pickFile(path.Text, mappingEnding, path.SetText) })), body),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), read},
	})
}

// chooseBrought shows what is in a file, and which of the project's mappings each would replace.
func (p *mappings) chooseBrought(file string, all []mapping.Mapping) {
	w := p.w
	var sheet *kit.Sheet
	if len(all) == 0 {
		w.tell(lang.L("Bring mappings in"), &core.Fault{Kind: core.Wrong, Code: "ui.no-mappings", Owner: core.You,
			Cause: lang.L("There is no mapping in this file."), Remedy: lang.L("Choose a file that was exported, or a project with mappings that were changed.")})
		return
	}
	wanted := make([]bool, len(all))
	take := kit.Primary("…", nil)
	count := func() {
		n := 0
		for _, on := range wanted {
			if on {
				n++
			}
		}
		take.SetWords(lang.N("Bring {{.N}} in", n, kit.M{"N": n}))
		reason := ""
		if n == 0 {
			reason = lang.L("Tick at least one mapping.")
		}
		take.Unless(reason)
	}
	rows := []fyne.CanvasObject{}
	for i, m := range all {
		wanted[i] = true
		about := lang.L("new")
		if l, ok := w.replaces(m); ok {
			about = lang.L("replaces “{{.Name}}”", kit.M{"Name": w.nameOf(l)})
		}
		words := lang.L("{{.From}} to {{.To}}", kit.M{"From": m.Source, "To": m.Table}) + " · " + lang.N("{{.N}} columns", len(m.Columns), kit.M{"N": kit.Number(int64(len(m.Columns)))}) + " · " + about
		rows = append(rows, kit.NewTick(bothOr(m.Title, m.Source), true, func(on bool) { wanted[i] = on; count() }),
			kit.Pad(0, 0, 6, 29, kit.NewText(words, kit.Style{Ink: look.Quiet, Size: 13, Wrap: true})))
	}
	take.Does(func() {
		sheet.Close()
		chosen := []mapping.Mapping{}
		for i, m := range all {
			if wanted[i] {
				chosen = append(chosen, m)
			}
		}
		p.bring(chosen)
	})
	count()
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("In {{.File}}", kit.M{"File": file}), Width: 560, Body: kit.Column(2, rows...),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), take},
	})
}

// replaces is the mapping of the list that one from a file takes the place of.
func (w *Window) replaces(m mapping.Mapping) (listed, bool) {
	for _, l := range w.listed() {
		if l.is(m.ID, "") && l.Table == m.Source { // the id of another table's mapping is only the same by chance
			return l, true
		}
	}
	return listed{}, false
}

// bring puts mappings into the project, as one step that can be taken back.
func (p *mappings) bring(all []mapping.Mapping) {
	w := p.w
	p.remember(lang.N("{{.N}} mappings were brought in.", len(all), kit.M{"N": len(all)}))
	ids := w.ids()
	for _, m := range all {
		l, ok := w.replaces(m)
		project := w.own()
		switch {
		case ok && l.Saved != nil:
			m.ID = l.Saved.ID
			*w.savedMapping(l.ID) = m
		case ok:
			m.ID = l.ID
			project.Mappings = append(project.Mappings, m)
		default:
			if old, there := w.byID(m.ID); there && old.Table != m.Source || slices.ContainsFunc(project.Mappings, func(o mapping.Mapping) bool { return o.ID == m.ID && o.Source != m.Source }) {
				was := m.ID
				m.ID = freeID(m.Source+"-2", append(mappingIDs(project.Mappings), ids...))
				renameChildren(m.Children, was, m.ID)
			}
			if at := slices.IndexFunc(project.Mappings, func(old mapping.Mapping) bool { return old.ID == m.ID }); at >= 0 {
				project.Mappings[at] = m // saved, and not on the list any more
			} else {
				project.Mappings = append(project.Mappings, m)
			}
			ids = append(ids, m.ID)
		}
	}
	w.own().Tables = ids
	w.save()
	w.count()
	w.refresh()
}
