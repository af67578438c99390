package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/kit"
	"ferry/ui/look"
)

// chooser looks for a folder, or for a file with a certain ending. It only lists: it never makes, opens or empties
// anything.
type chooser struct {
	sheet   *kit.Sheet
	folder  string
	endings []string // none chooses a folder
	items   []chooserItem
	list    *widget.List
	where   *kit.Elided
	picked  func(string)
}

type chooserItem struct {
	name   string
	folder bool
}

// pickFile looks for a file that is there.
func (w *Window) pickFile(start, ending string, picked func(string)) {
	w.pickOf(lang.L("Choose a file"), start, []string{ending}, picked)
}

// pickFolder looks for a folder.
func (w *Window) pickFolder(start string, picked func(string)) {
	w.pickOf(lang.L("Choose a folder"), start, nil, picked)
}

// pickTarget asks for the folder of a file that may not be there yet; the file keeps its name.
func (w *Window) pickTarget(start string, picked func(string)) {
	name := filepath.Base(start)
	if start == "" || name == "." || name == string(filepath.Separator) {
		name = "Ferry.db"
	}
	w.pickFolder(filepath.Dir(start), func(folder string) { picked(filepath.Join(folder, name)) })
}

// pickOf looks for a file with one of some endings, or for a folder where there are none.
func (w *Window) pickOf(title, start string, endings []string, picked func(string)) {
	c := &chooser{endings: endings, picked: picked, where: kit.NewElided("", kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})}
	c.list = widget.NewList(func() int { return len(c.items) }, newChooserRow, func(i widget.ListItemID, o fyne.CanvasObject) {
		o.(*chooserRow).set(c.items[i])
	})
	c.list.HideSeparators = true
	c.list.OnSelected = c.selected
	buttons := []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { c.sheet.Close() })}
	if len(endings) == 0 {
		buttons = append(buttons, kit.Primary(lang.L("Use this folder"), func() { c.take(c.folder) }))
	}
	up := kit.LinkIcon("back", lang.L("Up"), func() { c.enter(filepath.Dir(c.folder)) })
	c.enter(nearestFolder(start))
	c.sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: title, Width: 600,
		Body:    kit.Column(8, kit.Row(10, up, kit.Grow(c.where)), kit.Hairline(), kit.Sized(100, 320, c.list)),
		Buttons: buttons,
	})
}

// nearestFolder is the folder of a path, or the nearest one above it that is there.
func nearestFolder(path string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = string(filepath.Separator)
	}
	if strings.TrimSpace(path) == "" || path == "." {
		return home
	}
	for {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path
		}
		above := filepath.Dir(path)
		if above == path || above == "." {
			return home
		}
		path = above
	}
}

func (c *chooser) enter(folder string) {
	c.folder, c.items = folder, nil
	entries, err := os.ReadDir(folder)
	if err != nil {
		entries = nil // a folder that may not be read looks empty; "Up" leads out of it
	}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(folder, e.Name()))
		if err != nil || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if info.IsDir() || slices.Contains(c.endings, strings.ToLower(filepath.Ext(e.Name()))) {
			c.items = append(c.items, chooserItem{e.Name(), info.IsDir()})
		}
	}
	slices.SortFunc(c.items, func(a, b chooserItem) int {
		if a.folder != b.folder {
			if a.folder {
				return -1
			}
			return 1
		}
		return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	})
	c.where.SetWhole(folder)
	c.list.UnselectAll()
	c.list.Refresh()
	c.list.ScrollToTop()
}

func (c *chooser) selected(i widget.ListItemID) {
	path := filepath.Join(c.folder, c.items[i].name)
	if c.items[i].folder {
		c.enter(path)
		return
	}
	c.take(path)
}

func (c *chooser) take(path string) {
	c.sheet.Close()
	c.picked(path)
}

// chooserRow is a folder or a file in the list.
type chooserRow struct {
	widget.BaseWidget
	icon    *kit.Icon
	name    *kit.Elided
	content fyne.CanvasObject
}

func newChooserRow() fyne.CanvasObject {
	r := &chooserRow{icon: kit.NewIcon("folder", look.Primary, 18), name: kit.NewElided("", kit.Style{})}
	r.content = kit.Pad(7, 10, 7, 10, kit.Row(10, r.icon, kit.Grow(r.name)))
	r.ExtendBaseWidget(r)
	return r
}

func (r *chooserRow) set(i chooserItem) {
	r.name.SetWhole(i.name)
	if i.folder {
		r.icon.Set("folder", look.Primary)
	} else {
		r.icon.Set("table", look.Quiet)
	}
}

// CreateRenderer implements fyne.Widget.
func (r *chooserRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.content) }
