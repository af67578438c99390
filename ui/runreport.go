package ui

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// A saveJob is something that is saved into a file which a person names.
type saveJob struct {
	title, about string
	offer        string                                                             // a sensible place; its ending is the kind that is offered
	page, table  bool                                                               // it can be a page (HTML), a table (CSV)
	book         bool                                                               // it can be a workbook (XLSX) too
	values       string                                                             // what record values mean here, with a tick for them; "" has none
	save         func(ctx context.Context, path string, values bool) (int64, error) // tells how many records the file names
	saved        func(path string, n int64)
}

// saveSheet asks how and where something is saved.
type saveSheet struct {
	saveJob
	w      *Window
	with   bool // record values
	sheet  *kit.Sheet
	path   *kit.Entry
	kinds  *fyne.Container
	said   *fyne.Container
	button *kit.Button
	asked  string // the path that is there already, and may be replaced
	saving bool
}

// saveRunReport saves the report of a run, or the list of its refused records: all, or those of them that wait and fit.
func (w *Window) saveRunReport(of runOf, r *importer.Receipt, refused bool, waits *importer.WaitSearch) {
	j := saveJob{
		title: lang.L("Save the report of this import"), about: lang.L("When, who, what was read, what became of it, and which records need a look."), page: true, table: true,
		values: lang.L("Of a record Ferry keeps its id, the field and the reason, and no values. Ticked, ids that may be names of people are told too, and values as far as they are kept."),
	}
	what, ending := lang.L("import report"), ".html"
	if refused {
		j.title, j.page, j.book, what, ending = lang.L("Export refused records"), false, true, lang.L("refused records"), ".xlsx"
		j.about = lang.L("Each record that was not written, by its id in Dynamics 365, with the reason and what to do beside it. Excel opens the file.")
	}
	if waits != nil {
		j.title, what = lang.L("Export records that wait"), lang.L("records that wait")
		j.about = lang.L("Each record that still waits, by its id in Dynamics 365, with the reason and what to do beside it. Excel opens the file.")
		if waits.Text != "" || !waits.Of.All() {
			j.about += " " + lang.L("Only those that the page shows.")
		}
	}
	var mine *project.Project
	if refused && w.project != nil && w.project.ID == of.id && w.connection() != nil {
		mine = clone(w.project)
		j.values = lang.L("Of a record Ferry keeps its id, the field and the reason, and no values. Ticked, Ferry reads what Dynamics 365 has of these records now and puts it beside the reason.")
	}
	j.offer = w.offerFile(r.From, what, r.Started, ending)
	j.save = func(ctx context.Context, path string, values bool) (int64, error) {
		return w.o.Engine.SaveRunReport(ctx, RunReport{Project: of.id, Name: of.name, Run: r.Run, Refused: refused, Path: path, Values: values, Of: mine, Waits: waits})
	}
	w.askSave(j)
}

// offerFile is a sensible place: Documents/Ferry/<connection>/, with the day and hour in the name.
func (w *Window) offerFile(from, what string, when time.Time, ending string) string {
	folder := fileName(strings.TrimPrefix(from, "https://"))
	return filepath.Join(w.o.Documents, folder, plainName(strings.TrimPrefix(from, "https://"))+" "+what+" "+when.Local().Format("2006-01-02 1504")+ending)
}

// askSave asks where, and saves.
func (w *Window) askSave(j saveJob) {
	if j.saved == nil {
		j.saved = w.saved
	}
	s := &saveSheet{saveJob: j, w: w}
	s.path = kit.NewEntry(lang.L("File"), "")
	s.path.Text = j.offer
	s.path.OnChanged = func(string) { s.changed() }
	s.path.OnSubmitted = func(string) { s.try() }
	s.kinds, s.said = container.NewStack(), container.NewStack()
	s.button = kit.Primary(lang.L("Save"), s.try)
	parts := []fyne.CanvasObject{kit.QuietPara(j.about)}
	if j.page && j.table {
		s.drawKinds()
		parts = append(parts, kit.Row(0, s.kinds, kit.Space()))
	}
	if j.values != "" {
		values := kit.NewTick(lang.L("With record values"), false, func(on bool) { s.with = on })
		parts = append(parts, kit.Column(2, values, kit.Pad(0, 0, 0, 29, kit.CaptionPara(j.values))))
	}
	browse := kit.Plain(lang.L("Browse…"), func() { w.pickTarget(s.path.Text, s.path.SetText) })
	parts = append(parts, kit.Labeled(lang.L("File"), "", kit.Row(8, kit.Grow(s.path), browse)), s.said)
	s.sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: j.title, Width: 600, Body: kit.Column(14, parts...),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { s.sheet.Close() }), s.button},
	})
	s.changed()
}

// endings are what it can be, in words, with their endings.
func (j *saveJob) endings() (words, endings []string) {
	for _, k := range []struct {
		can           bool
		words, ending string
	}{{j.page, lang.L("A page to read and print (HTML)"), ".html"}, {j.book, lang.L("An Excel workbook (XLSX)"), ".xlsx"}, {j.table, lang.L("A table for Excel (CSV)"), ".csv"}} {
		if k.can {
			words, endings = append(words, k.words), append(endings, k.ending)
		}
	}
	return words, endings
}

// manyKinds reports whether there is a choice.
func (j *saveJob) manyKinds() bool { _, all := j.endings(); return len(all) > 1 }

// drawKinds draws the choice between them.
func (s *saveSheet) drawKinds() {
	words, endings := s.endings()
	chosen := max(0, slices.Index(endings, strings.ToLower(filepath.Ext(s.path.Text))))
	s.kinds.Objects = []fyne.CanvasObject{kit.Segments(words, chosen, func(i int) {
		s.path.SetText(strings.TrimSuffix(s.path.Text, filepath.Ext(s.path.Text)) + endings[i])
	})}
	s.kinds.Refresh()
}

func (s *saveSheet) changed() {
	s.asked = ""
	s.said.Objects = nil
	s.button.SetWords(lang.L("Save"))
	reason := ""
	switch ending := strings.ToLower(filepath.Ext(strings.TrimSpace(s.path.Text))); {
	case strings.TrimSpace(s.path.Text) == "":
		reason = lang.L("Say where the file is to be.")
	case !filepath.IsAbs(strings.TrimSpace(s.path.Text)):
		reason = lang.L("Name the whole path, from the top folder on.")
	case s.page && ending == ".html" || s.table && ending == ".csv" || s.book && ending == ".xlsx":
	case s.book:
		reason = lang.L("The file's name must end in .xlsx or .csv.")
	case s.page && s.table:
		reason = lang.L("The file's name must end in .html or .csv.")
	case s.table:
		reason = lang.L("The file's name must end in .csv.")
	default:
		reason = lang.L("The file's name must end in .html.")
	}
	if reason != "" {
		s.said.Objects = []fyne.CanvasObject{kit.Hint("warn", reason, look.Warned)}
	}
	s.button.Unless(reason)
	if s.manyKinds() {
		s.drawKinds()
	}
	s.sheet.Refit()
}

// try saves. A file that is there is replaced only when that was said.
func (s *saveSheet) try() {
	path := strings.TrimSpace(s.path.Text)
	if s.saving || s.button.Disabled() {
		return
	}
	if _, err := os.Stat(path); err == nil && s.asked != path {
		s.asked = path
		s.said.Objects = []fyne.CanvasObject{kit.Hint("warn", lang.L("A file of that name is there already. Replace it, or give another name."), look.Warned)}
		s.button.SetWords(lang.L("Replace"))
		s.sheet.Refit()
		return
	}
	s.saving = true
	s.button.Unless(lang.L("The file is being written."))
	makeOffered(path, s.w.o.Documents)
	values := s.with
	task.Go(s.w.run, func(ctx context.Context, _ func(struct{})) (int64, error) {
		return s.save(ctx, path, values)
	}, nil, func(n int64, err error) {
		s.saving = false
		s.button.Unless("")
		if err != nil {
			s.said.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: s.w.browse})}
			s.sheet.Refit()
			return
		}
		s.sheet.Close()
		s.saved(path, n)
	})
}

// saved says where a report is, and how many records it names.
func (w *Window) saved(path string, n int64) {
	words := lang.N("It names {{.N}} records.", int(n), kit.M{"N": kit.Number(n)})
	switch n {
	case 0:
		words = lang.L("It names no record.")
	case 1:
		words = lang.L("It names 1 record.")
	}
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Saved"), Width: 560,
		Body: kit.Column(8, kit.NewText(path, kit.Style{Mono: true, Size: look.CaptionSize, Wrap: true}), kit.QuietPara(words)),
		Buttons: []fyne.CanvasObject{
			kit.PlainIcon("folder", lang.L("Show in folder"), func() { w.showFolder(path) }),
			kit.Primary(lang.L("Close"), func() { sheet.Close() }),
		},
	})
}
