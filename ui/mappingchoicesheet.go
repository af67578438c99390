package ui

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// send asks where to save the sheet for somebody who knows, and says what is in it.
func (c *mappingChoices) send() {
	d, w := c.p.draft(), c.p.w
	all, only := false, false
	name := d.Saved().Title
	if name == "" {
		name = w.titleOf(d.Source().Name.Logical)
	}
	path := kit.NewEntry(lang.L("Save as"), "")
	path.Text = filepath.Join(w.o.Documents, fileName(lang.L("Choices of {{.Table}}", kit.M{"Table": name}))+".xlsx")
	about, wrong := kit.Para(""), container.NewStack()
	var sheet *kit.Sheet
	var save *kit.Button
	asked := func() mapping.ChoiceSheet {
		if only {
			return d.ChoiceSheet(all, c.column)
		}
		return d.ChoiceSheet(all)
	}
	tell := func() {
		s := asked()
		rows := 0
		for _, column := range s.Columns {
			rows += len(column.Rows)
		}
		about.SetWords(lang.L("It asks about {{.Options}} in {{.Fields}}. It holds names, codes and counts, and no record.", kit.M{
			"Options": lang.N("{{.N}} options", rows, kit.M{"N": kit.Number(int64(rows))}),
			"Fields":  lang.N("{{.N}} fields", len(s.Columns), kit.M{"N": kit.Number(int64(len(s.Columns)))})}))
		reason := ""
		if rows == 0 {
			reason = lang.L("Every option has a value. Choose all options if somebody should look through them.")
			about.SetWords(reason)
		}
		save.Unless(reason)
	}
	write := func() {
		file := strings.TrimSpace(path.Text)
		if file == "" || save.Disabled() {
			return
		}
		if !strings.EqualFold(filepath.Ext(file), ".xlsx") {
			file += ".xlsx"
		}
		s, own := asked(), w.o.Documents
		save.Unless(lang.L("The sheet is being saved."))
		task.Go(w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
			makeOffered(file, own)
			return struct{}{}, w.o.Engine.WriteChoices(ctx, file, s)
		}, nil, func(_ struct{}, err error) {
			save.Unless("")
			if err != nil {
				wrong.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: w.browse})}
				sheet.Refit()
				return
			}
			sheet.Close()
			c.sent(file)
		})
	}
	save = kit.Primary(lang.L("Save the sheet"), write)
	path.OnSubmitted = func(string) { write() }
	tell()
	parts := []fyne.CanvasObject{
		kit.QuietPara(lang.L("An Excel sheet for somebody who knows what the options mean. They choose from lists, save it and send it back; Ferry then shows what would change.")),
		kit.Labeled(lang.L("Save as"), "", kit.Row(8, kit.Grow(path), kit.Plain(lang.L("Browse…"), func() { w.pickTarget(path.Text, path.SetText) }))),
		kit.NewTick(lang.L("Also the options that have a value already"), false, func(on bool) { all = on; tell(); sheet.Refit() }),
	}
	if len(c.p.draft().ChoiceColumns()) > 1 {
		parts = append(parts, kit.NewTick(lang.L("Only the field that is shown"), false, func(on bool) { only = on; tell(); sheet.Refit() }))
	}
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{Title: lang.L("Send to somebody who knows"), Width: 600, Focus: path,
		Body:    kit.Column(12, append(parts, about, wrong)...),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), save}})
}

// sent says where the sheet lies.
func (c *mappingChoices) sent(file string) {
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(c.p.w.win.Canvas(), kit.SheetJob{Title: lang.L("The sheet is saved"), Width: 600,
		Body: kit.Column(12, kit.NewText(file, kit.Style{Mono: true, Size: look.CaptionSize, Wrap: true}),
			kit.Para(lang.L("Send it to somebody who knows. When it comes back, choose Bring the answers back."))),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Show in folder"), func() { c.p.w.showFolder(file) }), kit.Primary(lang.L("Done"), func() { sheet.Close() })}})
}

// bring asks for the sheet that came back, or takes the one that was dropped.
func (c *mappingChoices) bring(file string) {
	w := c.p.w
	path := kit.NewEntry(lang.L("Sheet"), "")
	path.Text = file
	wrong := container.NewStack()
	var sheet *kit.Sheet
	var read *kit.Button
	try := func() {
		file := strings.TrimSpace(path.Text)
		if file == "" || read.Disabled() {
			return
		}
		read.Unless(lang.L("The file is being read."))
		of := c.of
		fail := func(err error) {
			wrong.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: w.browse})}
			sheet.Refit()
		}
		task.Go(w.run, func(ctx context.Context, _ func(struct{})) ([]mapping.ChoiceAnswer, error) {
			return w.o.Engine.ReadChoices(ctx, file)
		}, nil, func(answers []mapping.ChoiceAnswer, err error) {
			read.Unless("")
			if err != nil || of != c.of {
				if err != nil {
					fail(err)
				}
				return
			}
			changes, err := c.p.draft().ReadAnswers(answers)
			if err != nil {
				fail(err)
				return
			}
			sheet.Close()
			c.difference(changes)
		})
	}
	read = kit.Primary(lang.L("Show what would change"), try)
	path.OnSubmitted = func(string) { try() }
	path.OnChanged = func(text string) {
		reason := ""
		if strings.TrimSpace(text) == "" {
			reason = lang.L("Choose a file first.")
		}
		read.Unless(reason)
	}
	path.OnChanged(file)
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{Title: lang.L("Bring the answers back"), Width: 600, Focus: path,
		Body: kit.Column(12, kit.QuietPara(lang.L("Choose the sheet that came back. Nothing changes before you have seen what would.")),
			kit.Labeled(lang.L("Sheet"), "", kit.Row(8, kit.Grow(path), kit.Plain(lang.L("Browse…"), func() { w.pickFile(path.Text, ".xlsx", path.SetText) }))), wrong),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), read}})
	if file != "" {
		try()
	}
}

// difference shows what a sheet would change, and what could not be understood.
func (c *mappingChoices) difference(d mapping.ChoiceChanges) {
	tally := []string{}
	say := func(n int, one, many string) {
		switch {
		case n == 1:
			tally = append(tally, one)
		case n > 1:
			tally = append(tally, many)
		}
	}
	count := func(n int) kit.M { return kit.M{"N": kit.Number(int64(n))} }
	say(len(d.Changes), lang.L("1 would change"), lang.L("{{.N}} would change", count(len(d.Changes))))
	say(d.Same, lang.L("1 stays as it is"), lang.L("{{.N}} stay as they are", count(d.Same)))
	say(d.Open, lang.L("1 has no answer"), lang.L("{{.N}} have no answer", count(d.Open)))
	say(len(d.Doubts), lang.L("1 is not understood"), lang.L("{{.N}} are not understood", count(len(d.Doubts))))
	parts := []fyne.CanvasObject{kit.QuietPara(strings.Join(tally, " · "))}
	if len(d.Changes) > 0 {
		parts = append(parts, diffHead(), diffList(d.Changes, len(d.Doubts) > 0))
	} else {
		parts = append(parts, kit.Hint("check", lang.L("The sheet changes nothing."), look.Quiet))
	}
	if len(d.Doubts) > 0 {
		parts = append(parts, kit.Hairline(), kit.Strong(lang.L("Not understood, and left as it is")), doubtList(d.Doubts))
	}
	var sheet *kit.Sheet
	words := lang.L("Apply {{.N}} changes", kit.M{"N": kit.Number(int64(len(d.Changes)))})
	if len(d.Changes) == 1 {
		words = lang.L("Apply 1 change")
	}
	apply := kit.Primary(words, func() {
		sheet.Close()
		c.p.do(func(draft *mapping.Draft) error { return draft.TakeAnswers(d) })
	})
	if len(d.Changes) == 0 {
		apply.Unless(lang.L("The sheet changes nothing."))
	}
	sheet = kit.ShowSheet(c.p.w.win.Canvas(), kit.SheetJob{Title: lang.L("What the sheet would change"), Width: 860, Body: kit.Column(10, parts...),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), apply}})
}

func diffColumns(field, option, was, arrow, becomes fyne.CanvasObject) fyne.CanvasObject {
	return kit.Pad(0, 4, 0, 4, kit.Row(12, kit.Grow(option), kit.Grow(field), kit.Grow(was), kit.Sized(16, 1, arrow), kit.Grow(becomes)))
}

func diffHead() fyne.CanvasObject {
	head := func(words string) fyne.CanvasObject {
		return kit.NewText(words, kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet})
	}
	return kit.Column(8, diffColumns(head(lang.L("Field there")), head(lang.L("Option")), head(lang.L("Was")), kit.Empty(), head(lang.L("Becomes"))), kit.Hairline())
}

const diffRow = 36

// diffList lists changes: only those in view are drawn.
func diffList(all []mapping.ChoiceChange, doubts bool) fyne.CanvasObject {
	type line struct{ field, option, was, becomes *kit.Elided }
	drawn := map[fyne.CanvasObject]line{}
	list := widget.NewList(func() int { return len(all) }, func() fyne.CanvasObject {
		l := line{kit.NewElided("", kit.Style{Ink: look.Quiet, Size: 13}), kit.NewElided("", kit.Style{}), kit.NewElided("", kit.Style{Ink: look.Quiet}), kit.NewElided("", kit.Style{Bold: true})}
		o := kit.Sized(100, diffRow-4, diffColumns(l.field, l.option, l.was, kit.NewIcon("right", look.Quiet, 14), l.becomes))
		drawn[o] = l
		return o
	}, func(i widget.ListItemID, o fyne.CanvasObject) {
		l, c := drawn[o], all[i]
		l.field.SetWhole(c.To)
		l.option.SetWhole(c.Label)
		was := c.Was
		if was == "" {
			was = lang.L("open")
		}
		l.was.SetWhole(was)
		l.becomes.SetWhole(c.Becomes)
	})
	list.HideSeparators = true
	most := 9
	if doubts {
		most = 5
	}
	return kit.Sized(100, diffRow*float32(min(most, len(all)))+4, list)
}

// doubtList lists the rows that could not be understood.
func doubtList(all []mapping.ChoiceDoubt) fyne.CanvasObject {
	type line struct {
		number *kit.Text
		what   *kit.Elided
		why    *kit.Elided
	}
	drawn := map[fyne.CanvasObject]line{}
	list := widget.NewList(func() int { return len(all) }, func() fyne.CanvasObject {
		l := line{kit.NewText("", kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}), kit.NewElided("", kit.Style{}), kit.NewElided("", kit.Style{Size: 13, Ink: look.Failed})}
		o := kit.Sized(100, 46, kit.Pad(2, 4, 2, 4, kit.Row(12, kit.Sized(64, 1, l.number), kit.Grow(kit.Column(1, l.what, l.why)))))
		drawn[o] = l
		return o
	}, func(i widget.ListItemID, o fyne.CanvasObject) {
		l, d := drawn[o], all[i]
		l.number.SetWords(lang.L("row {{.N}}", kit.M{"N": d.Line}))
		what := d.Label
		if d.To != "" {
			what = lang.L("{{.From}} to {{.To}}", kit.M{"From": orDots(d.Label), "To": d.To})
		}
		if d.Text != "" {
			what += ": “" + d.Text + "”"
		}
		l.what.SetWhole(strings.TrimSpace(what))
		l.why.SetWhole(d.Why)
	})
	list.HideSeparators = true
	return kit.Sized(100, 50*float32(min(3, len(all)))+4, list)
}

// dropped takes a sheet that was dropped onto a mapping's page. Anything else that is dropped does nothing.
func (w *Window) dropped(_ fyne.Position, files []fyne.URI) {
	page := w.mappings().open
	if w.place != placeMappings || page == nil || page.draft() == nil || len(files) != 1 || w.win.Canvas().Overlays().Top() != nil {
		return
	}
	if files[0].Scheme() != "file" || !strings.EqualFold(files[0].Extension(), ".xlsx") {
		return
	}
	for _, part := range page.parts {
		if choices, ok := part.(*mappingChoices); ok {
			page.turn(mapping.PartChoices)
			choices.bring(files[0].Path())
		}
	}
}
