package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// reportSheet asks how and where the report of a run is saved, or the list of its refused records.
type reportSheet struct {
	w      *Window
	of     runOf
	run    *importer.Receipt
	wanted RunReport
	sheet  *kit.Sheet
	path   *kit.Entry
	kinds  *fyne.Container
	said   *fyne.Container
	save   *kit.Button
	asked  string // the path that is there already, and may be replaced
	saving bool
}

// saveRunReport saves the report of a run, or the list of its refused records.
func (w *Window) saveRunReport(of runOf, r *importer.Receipt, refused bool) {
	s := &reportSheet{w: w, of: of, run: r, wanted: RunReport{Project: of.id, Name: of.name, Run: r.Run, Refused: refused}}
	s.path = kit.NewEntry(lang.L("File"), "")
	s.path.Text = s.offer()
	s.path.OnChanged = func(string) { s.changed() }
	s.path.OnSubmitted = func(string) { s.try() }
	s.kinds, s.said = container.NewStack(), container.NewStack()
	s.save = kit.Primary(lang.L("Save"), s.try)
	values := kit.NewTick(lang.L("With record values"), false, func(on bool) { s.wanted.Values = on })
	title, about := lang.L("Save the report of this import"), lang.L("When, who, what was read, what became of it, and which records need a look.")
	if refused {
		title, about = lang.L("Export refused records"), lang.L("Each record that was not written, by its id in Dynamics 365, with the reason and what to do beside it. Excel opens the file.")
	}
	parts := []fyne.CanvasObject{kit.QuietPara(about)}
	if !refused {
		s.drawKinds()
		parts = append(parts, kit.Row(0, s.kinds, kit.Space()))
	}
	browse := kit.Plain(lang.L("Browse…"), func() { w.pickTarget(s.path.Text, s.path.SetText) })
	parts = append(parts,
		kit.Column(2, values, kit.Pad(0, 0, 0, 29, kit.CaptionPara(
			lang.L("Of a record Ferry keeps its id, the field and the reason, and no values. Ticked, ids that may be names of people are told too, and values as far as they are kept.")))),
		kit.Labeled(lang.L("File"), "", kit.Row(8, kit.Grow(s.path), browse)), s.said)
	s.sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: title, Width: 600, Body: kit.Column(14, parts...),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { s.sheet.Close() }), s.save},
	})
	s.changed()
}

// drawKinds draws the choice between a page and a table.
func (s *reportSheet) drawKinds() {
	table := strings.EqualFold(filepath.Ext(s.path.Text), ".csv")
	chosen := 0
	if table {
		chosen = 1
	}
	s.kinds.Objects = []fyne.CanvasObject{kit.Segments([]string{lang.L("A page to read and print (HTML)"), lang.L("A table for Excel (CSV)")}, chosen, func(i int) {
		ending := []string{".html", ".csv"}[i]
		s.path.SetText(strings.TrimSuffix(s.path.Text, filepath.Ext(s.path.Text)) + ending)
	})}
	s.kinds.Refresh()
}

// offer is a sensible place: Documents/Ferry/<connection>/, with the day and hour of the run in the name.
func (s *reportSheet) offer() string {
	from := strings.TrimPrefix(s.run.From, "https://")
	folder := fileName(from)
	what, ending := lang.L("import report"), ".html"
	if s.wanted.Refused {
		what, ending = lang.L("refused records"), ".csv"
	}
	return filepath.Join(s.w.o.Documents, folder, plainName(from)+" "+what+" "+s.run.Started.Local().Format("2006-01-02 1504")+ending)
}

func (s *reportSheet) changed() {
	s.asked = ""
	s.said.Objects = nil
	s.save.SetWords(lang.L("Save"))
	reason := ""
	switch ending := strings.ToLower(filepath.Ext(s.path.Text)); {
	case strings.TrimSpace(s.path.Text) == "":
		reason = lang.L("Say where the file is to be.")
	case !filepath.IsAbs(strings.TrimSpace(s.path.Text)):
		reason = lang.L("Name the whole path, from the top folder on.")
	case s.wanted.Refused && ending != ".csv":
		reason = lang.L("The file's name must end in .csv.")
	case ending != ".csv" && ending != ".html":
		reason = lang.L("The file's name must end in .html or .csv.")
	}
	if reason != "" {
		s.said.Objects = []fyne.CanvasObject{kit.Hint("warn", reason, look.Warned)}
	}
	s.save.Unless(reason)
	if !s.wanted.Refused {
		s.drawKinds()
	}
	s.sheet.Refit()
}

// try saves. A file that is there is replaced only when that was said.
func (s *reportSheet) try() {
	path := strings.TrimSpace(s.path.Text)
	if s.saving || s.save.Disabled() {
		return
	}
	if _, err := os.Stat(path); err == nil && s.asked != path {
		s.asked = path
		s.said.Objects = []fyne.CanvasObject{kit.Hint("warn", lang.L("A file of that name is there already. Replace it, or give another name."), look.Warned)}
		s.save.SetWords(lang.L("Replace"))
		s.sheet.Refit()
		return
	}
	s.saving = true
	s.save.Unless(lang.L("The file is being written."))
	makeOffered(path, s.w.o.Documents)
	wanted := s.wanted
	wanted.Path = path
	task.Go(s.w.run, func(ctx context.Context, _ func(struct{})) (int64, error) {
		return s.w.o.Engine.SaveRunReport(ctx, wanted)
	}, nil, func(n int64, err error) {
		s.saving = false
		s.save.Unless("")
		if err != nil {
			s.said.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: s.w.browse})}
			s.sheet.Refit()
			return
		}
		s.sheet.Close()
		s.w.saved(path, n)
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
