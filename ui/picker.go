package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// pickTable shows every table of the environment that can be put on the list, found by either of its names.
func (w *Window) pickTable() {
	c := w.connection()
	if c == nil {
		return
	}
	present, put := w.tables(), w.addTable
	if w.described() { // one table can go into several
		present, put = nil, w.addInto
	}
	offered := slices.DeleteFunc(slices.Clone(w.session(c.Name).tables), func(t core.TableName) bool {
		return slices.Contains(present, t.Logical)
	})
	slices.SortFunc(offered, func(a, b core.TableName) int {
		return strings.Compare(strings.ToLower(plural(a)), strings.ToLower(plural(b)))
	})
	hits := offered
	var sheet *kit.Sheet
	add := func(i int) {
		sheet.Close()
		put(hits[i].Logical)
	}
	list := widget.NewList(func() int { return len(hits) }, newTableRow, func(i widget.ListItemID, o fyne.CanvasObject) {
		o.(*tableRow).set(hits[i])
	})
	list.HideSeparators = true
	list.OnSelected = func(i widget.ListItemID) { add(i) }
	found := kit.Caption(tablesFound(len(offered), len(offered)))
	none := kit.NewText(lang.L("No table has this name."), kit.Style{Ink: look.Quiet, Mid: true})
	none.Hide()
	search := kit.NewEntry(lang.L("Search"), lang.L("Search by name or logical name"))
	search.OnChanged = func(text string) {
		hits = matching(offered, text)
		found.SetWords(tablesFound(len(hits), len(offered)))
		none.Hidden = len(hits) > 0
		list.UnselectAll()
		list.Refresh()
		list.ScrollToTop()
	}
	search.OnSubmitted = func(string) {
		if len(hits) > 0 {
			add(0)
		}
	}
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Add a table"), Width: 560, Focus: search,
		Body:    kit.Column(10, search, kit.Sized(100, 320, container.NewStack(list, container.NewCenter(none))), found),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })},
	})
}

func tablesFound(hits, all int) string {
	return lang.L("{{.Hits}} of {{.All}} tables that you may read", kit.M{"Hits": kit.Number(int64(hits)), "All": kit.Number(int64(all))})
}

// matching finds tables by display name, plural or logical name.
func matching(tables []core.TableName, text string) []core.TableName {
	text = strings.ToLower(strings.TrimSpace(text))
	hits := []core.TableName{}
	for _, t := range tables {
		if strings.Contains(strings.ToLower(t.Display+"\n"+t.Plural+"\n"+t.Logical), text) {
			hits = append(hits, t)
		}
	}
	return hits
}

// tableRow is one table in the list.
type tableRow struct {
	widget.BaseWidget
	title, logical *kit.Text
	custom         fyne.CanvasObject
	content        fyne.CanvasObject
}

func newTableRow() fyne.CanvasObject {
	r := &tableRow{title: kit.Body(""), logical: kit.Mono(""), custom: kit.Chip(lang.L("your own"), look.Primary, look.PrimaryTint)}
	r.content = kit.Pad(8, 12, 8, 12, kit.Row(12, kit.Grow(r.title), r.custom, kit.Grow(r.logical)))
	r.ExtendBaseWidget(r)
	return r
}

func (r *tableRow) set(t core.TableName) {
	r.title.SetWords(plural(t))
	r.logical.SetWords(t.Logical)
	if t.Custom {
		r.custom.Show()
	} else {
		r.custom.Hide()
	}
	r.content.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *tableRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.content) }
