package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// A click is two events. News that redraw the page in between must not take the button away from under the mouse.
func TestAClickIsNotLostWhenThePageIsDrawnAnewInItsMiddle(t *testing.T) {
	app := test.NewTempApp(t)
	page := NewPage()
	win := app.NewWindow("")
	win.SetContent(page.Container)
	win.Resize(fyne.NewSize(800, 600))
	taps := 0
	draw := func(words string) *Button {
		b := Primary(words, func() { taps++ })
		page.Set(PageHead(words, ""), NewPick(Row(4, b), func() {}))
		return b
	}
	first := draw("first")
	first.MouseDown(nil)
	second := draw("second")
	if got := present(page); got != "first" {
		t.Fatalf("while the button is pressed the page shows %q", got)
	}
	first.MouseUp(nil)
	first.Tapped(nil)
	if taps != 1 || present(page) != "second" {
		t.Errorf("%d taps, the page shows %q", taps, present(page))
	}

	second.MouseDown(nil)
	draw("third")
	second.MouseOut() // the person thought better of it
	if taps != 1 || present(page) != "third" {
		t.Errorf("%d taps after a press that was taken back, the page shows %q", taps, present(page))
	}
}

func TestATapThatDrawsThePageItselfIsNotDrawnOver(t *testing.T) {
	app := test.NewTempApp(t)
	page := NewPage()
	win := app.NewWindow("")
	win.SetContent(page.Container)
	b := Primary("go", func() { page.Set(PageHead("tapped", ""), Primary("tapped", nil)) })
	page.Set(PageHead("go", ""), b)
	b.MouseDown(nil)
	page.Set(PageHead("news", ""), Primary("news", nil))
	b.MouseUp(nil)
	b.Tapped(nil)
	if got := present(page); got != "tapped" {
		t.Errorf("the page shows %q", got)
	}
}

// present is the words of the button that stands on a page.
func present(p *Page) (words string) {
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *Button:
			words = o.Words()
		case *Pick:
			walk(o.content)
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		}
	}
	walk(p.body)
	return words
}
