package ui

import (
	"context"
	"slices"
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
	chosen := slices.Clone(j.chosen)
	hits := j.items
	var sheet *kit.Sheet
	var list *widget.List
	done := func(keys []string) {
		sheet.Close()
		for _, c := range j.items {
			if j.named != nil && slices.Contains(keys, c.key) {
				j.named(c)
			}
		}
		j.picked(keys)
	}
	use := kit.Primary(lang.L("Use these"), func() { done(chosen) })
	tally := kit.Caption("")
	count := func() {
		if j.several {
			tally.SetWords(lang.L("{{.N}} chosen", kit.M{"N": kit.Number(int64(len(chosen)))}))
			if len(chosen) == 0 {
				use.Unless(lang.L("Choose at least one."))
			} else {
				use.Unless("")
			}
		}
	}
	pick := func(i int) {
		if i >= len(hits) || hits[i].off != "" {
			return
		}
		if !j.several {
			done([]string{hits[i].key})
			return
		}
		if at := slices.Index(chosen, hits[i].key); at >= 0 {
			chosen = slices.Delete(chosen, at, at+1)
		} else {
			chosen = append(chosen, hits[i].key)
		}
		count()
		list.Refresh()
	}
	list = widget.NewList(func() int { return len(hits) }, newChoosableRow, func(i widget.ListItemID, o fyne.CanvasObject) {
		o.(*choosableRow).set(hits[i], slices.Contains(chosen, hits[i].key), j.several)
	})
	list.HideSeparators = true
	list.OnSelected = func(i widget.ListItemID) { list.UnselectAll(); pick(i) }
	none := kit.NewText(lang.L("Nothing has this name."), kit.Style{Ink: look.Quiet, Mid: true})
	none.Hidden = len(hits) > 0
	search := kit.NewEntry(lang.L("Search"), lang.L("Search by name or logical name"))
	narrow := func() {
		hits = choosableBy(j.items, search.Text)
		none.Hidden = len(hits) > 0
		list.Refresh()
	}
	// more adds lines that are not there yet.
	more := func(found []choosable) {
		for _, c := range found {
			if !slices.ContainsFunc(j.items, func(old choosable) bool { return old.key == c.key }) {
				j.items = append(j.items, c)
			}
		}
		narrow()
	}
	var finding *task.Task
	said := kit.Caption("")
	search.OnChanged = func(text string) {
		narrow()
		list.ScrollToTop()
		if j.find != nil {
			finding.Cancel()
			finding = w.findMore(j, strings.TrimSpace(text), said, more)
		}
	}
	search.OnSubmitted = func(string) { pick(0) }
	parts := []fyne.CanvasObject{}
	if j.about != "" {
		parts = append(parts, kit.QuietPara(j.about))
	}
	if len(j.items) > 0 || j.own == "" || j.find != nil {
		height := min(320, max(80, float32(len(j.items))*42))
		if j.find != nil {
			height = 240
		}
		parts = append(parts, search, kit.Sized(100, height, container.NewStack(list, container.NewCenter(none))))
	}
	if j.find != nil {
		parts = append(parts, said)
	}
	buttons := []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })}
	if j.own != "" {
		own := kit.NewEntry(j.own, "")
		wrong := kit.NewText("", kit.Style{Ink: look.Failed, Size: look.CaptionSize, Wrap: true})
		wrong.Hide()
		take := func() {
			text := strings.TrimSpace(own.Text)
			if text == "" {
				return
			}
			keys, why := []string{text}, ""
			if j.read != nil {
				keys, why = j.read(text)
			}
			if wrong.SetWords(why); why != "" {
				wrong.Show()
				sheet.Refit()
				return
			}
			wrong.Hide()
			if !j.several {
				done(keys[:1])
				return
			}
			for _, key := range keys {
				more([]choosable{{key: key, title: key}})
				if !slices.Contains(chosen, key) {
					chosen = append(chosen, key)
				}
			}
			own.SetText("")
			count()
			list.Refresh()
		}
		own.OnSubmitted = func(string) { take() }
		if j.several {
			parts = append(parts, kit.Column(4, kit.Labeled(j.own, "", kit.Row(8, kit.Grow(own), kit.Plain(lang.L("Add"), take))), wrong))
		} else {
			parts = append(parts, kit.Column(4, kit.Labeled(j.own, "", own), wrong))
			buttons = append(buttons, kit.Plain(lang.L("Use what I wrote"), take))
		}
	}
	if j.several {
		parts = append(parts, tally)
		buttons = append(buttons, use)
		count()
	}
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{Title: j.title, Width: 600, Focus: search, Body: kit.Column(10, parts...), Buttons: buttons, Closed: func() { finding.Cancel() }})
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

// choosableBy finds lines by either name; those that begin with the text come first.
func choosableBy(items []choosable, text string) []choosable {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return items
	}
	var first, rest []choosable
	for _, i := range items {
		title, logical := strings.ToLower(i.title), strings.ToLower(i.logical)
		switch {
		case strings.HasPrefix(title, text), strings.HasPrefix(logical, text):
			first = append(first, i)
		case strings.Contains(title, text), strings.Contains(logical, text):
			rest = append(rest, i)
		}
	}
	return append(first, rest...)
}

// choosableRow is one line.
type choosableRow struct {
	widget.BaseWidget
	title, logical, note *kit.Elided
	sign                 *kit.Icon
	content              fyne.CanvasObject
}

func newChoosableRow() fyne.CanvasObject {
	r := &choosableRow{title: kit.NewElided("", kit.Style{}), logical: kit.NewElided("", kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}),
		note: kit.NewElided("", kit.Style{Size: look.CaptionSize, Ink: look.Quiet, Right: true}), sign: kit.NewIcon("", look.Primary, 16)}
	r.content = kit.Pad(9, 10, 9, 10, kit.Row(10, r.sign, kit.Grow(even(10, r.title, r.logical, r.note))))
	r.ExtendBaseWidget(r)
	return r
}

func (r *choosableRow) set(c choosable, on, several bool) {
	r.title.SetWhole(c.title)
	r.logical.SetWhole(c.logical)
	r.note.SetWhole(c.note)
	ink := look.Ink
	if c.off != "" {
		ink = look.Faint
		r.note.SetWhole(c.off)
	}
	r.title.SetInk(ink)
	switch {
	case on:
		r.sign.Set("check", look.Primary)
	case several:
		r.sign.Set("dash", look.Faint)
	default:
		r.sign.Set("", look.Faint)
	}
	r.content.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *choosableRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(r.content)
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
