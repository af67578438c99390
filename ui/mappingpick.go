package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// A choosable is one line of a list to choose from, found by either of its names.
type choosable struct {
	key     string
	title   string
	logical string
	note    string // at the right: a type, a count
	off     string // why it cannot be chosen; "" when it can
}

// pickSheet says what is chosen from, and what a choice does.
type pickSheet struct {
	title   string
	about   string
	items   []choosable
	chosen  []string
	several bool
	own     string                                                      // label of a field for a value that is not on the list; "" has none
	read    func(text string) (keys []string, why string)               // what was written there, several at once; nil takes it as it is
	find    func(ctx context.Context, text string) ([]choosable, error) // further lines for what is searched; nil is none
	named   func(c choosable)                                           // hears of each line that was taken, before picked; may be nil
	picked  func(keys []string)
}

// pickFrom shows a list to choose from.
func (w *Window) pickFrom(j pickSheet) {
	keys := []string{}
	job := kit.SelectJob{Title: j.title, About: j.about, Search: lang.L("Search by name or logical name"), Chosen: -1, Several: j.several}
	for i, c := range j.items {
		job.Items, keys = append(job.Items, c.item()), append(keys, c.key)
		if slices.Contains(j.chosen, c.key) {
			job.Chosen = i
			job.Marked = append(job.Marked, i)
		}
	}
	var sheet *kit.Selecting
	done := func(lines []int) {
		taken := []string{}
		for _, i := range lines {
			item := sheet.Item(i)
			if j.named != nil {
				j.named(choosable{key: keys[i], title: item.Words})
			}
			taken = append(taken, keys[i])
		}
		j.picked(taken)
	}
	job.Picked, job.Used = func(i int) { done([]int{i}) }, done
	// more adds lines that are not there yet, and tells where they stand.
	more := func(found []choosable) (lines []int) {
		for _, c := range found {
			at := slices.Index(keys, c.key)
			if at < 0 {
				at = len(keys)
				keys = append(keys, c.key)
				sheet.Add(c.item())
			}
			lines = append(lines, at)
		}
		return lines
	}
	below := []fyne.CanvasObject{}
	if j.find != nil {
		var finding *task.Task
		said := kit.Caption("")
		below, job.Most = append(below, said), 240
		job.Typing = func(_ *kit.Selecting, text string) {
			finding.Cancel()
			finding = w.findMore(j, text, said, func(found []choosable) { more(found) })
		}
		job.Closed = func() { finding.Cancel() }
	}
	if j.own != "" {
		parts, take := ownValue(j, func() { sheet.Refit() }, func(written []string) {
			if !j.several {
				sheet.Close()
				j.picked(written[:1])
				return
			}
			items := []choosable{}
			for _, key := range written {
				items = append(items, choosable{key: key, title: key})
			}
			sheet.Mark(more(items)...)
		})
		below = append(below, parts)
		if !j.several {
			job.Extra = func() []fyne.CanvasObject { return []fyne.CanvasObject{kit.Plain(lang.L("Use what I wrote"), take)} }
		}
	}
	job.Below = func(s *kit.Selecting) []fyne.CanvasObject { return below }
	sheet = kit.ShowSelect(w.win.Canvas(), job)
}

// ownValue is a field for a value that is not on the list, and what takes it.
func ownValue(j pickSheet, refit func(), taken func(keys []string)) (parts fyne.CanvasObject, take func()) {
	own := kit.NewEntry(j.own, "")
	wrong := kit.NewText("", kit.Style{Ink: look.Failed, Size: look.CaptionSize, Wrap: true})
	wrong.Hide()
	take = func() {
		text := strings.TrimSpace(own.Text)
		if text == "" {
			return
		}
		keys, why := []string{text}, ""
		if j.read != nil {
			keys, why = j.read(text)
		}
		wrong.SetWords(why)
		if wrong.Hidden = why == ""; why != "" {
			wrong.Show()
			refit()
			return
		}
		own.SetText("")
		taken(keys)
	}
	own.OnSubmitted = func(string) { take() }
	field := fyne.CanvasObject(own)
	if j.several {
		field = kit.Row(8, kit.Grow(own), kit.Plain(lang.L("Add"), take))
	}
	return kit.Column(4, kit.Labeled(j.own, "", field), wrong), take
}

// item is a line as it is shown.
func (c choosable) item() kit.SelectItem {
	return kit.SelectItem{Words: c.title, Logical: c.logical, Note: c.note, Off: c.off}
}

// findMore looks elsewhere for what is searched when typing rests, and says how that went.
func (w *Window) findMore(j pickSheet, text string, said *kit.Text, more func([]choosable)) *task.Task {
	said.SetWords("")
	if text == "" {
		return nil
	}
	said.SetWords(lang.L("Looking in Dynamics…"))
	return task.Go(w.run, func(ctx context.Context, _ func(struct{})) ([]choosable, error) {
		if err := rest(ctx); err != nil {
			return nil, err
		}
		return j.find(ctx, text)
	}, nil, func(found []choosable, err error) {
		switch f := core.AsFault(err); {
		case err != nil && f.Kind == core.Stopped:
			return
		case err != nil:
			said.SetWords(f.Cause)
			return
		}
		said.SetWords(lang.N("{{.N}} found in Dynamics", len(found), kit.M{"N": kit.Number(int64(len(found)))}))
		more(found)
	})
}

// fieldChoices are the fields of a table that a filter can ask for.
func fieldChoices(t *core.Table) []choosable {
	items := []choosable{}
	for i := range t.Fields {
		f := &t.Fields[i]
		if len(mapping.Ops(f.Type)) == 0 {
			continue
		}
		c := choosable{key: f.Name, title: fieldTitle(f), logical: f.Name, note: mapping.TypeTitle(f.Type)}
		if !f.Readable {
			c.off = lang.L("hidden from you")
		}
		items = append(items, c)
	}
	slices.SortStableFunc(items, func(a, b choosable) int { return strings.Compare(strings.ToLower(a.title), strings.ToLower(b.title)) })
	return items
}

// fieldTitle is a field's display name; its logical name where it has none.
func fieldTitle(f *core.Field) string {
	if f.Display != "" {
		return f.Display
	}
	return f.Name
}

// even puts objects side by side, all as wide as each other, however long their words are.
func even(gap float32, objects ...fyne.CanvasObject) fyne.CanvasObject {
	row := make([]fyne.CanvasObject, len(objects))
	for i, o := range objects {
		row[i] = kit.Grow(o)
	}
	return kit.TopRow(gap, row...)
}
