package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// A page scrolls also while the mouse is over one of its fields, and a sheet over one of its own.
func TestTheWheelOverAFieldScrollsWhatIsAround(t *testing.T) {
	test.NewTempApp(t)
	p, field := NewPage(), NewEntry("Name", "")
	tall := func() fyne.CanvasObject { return Sized(100, 900, Empty()) }
	p.Set(Empty(), field, tall())
	w := test.NewWindow(p.Container)
	defer w.Close()
	w.Resize(fyne.NewSize(400, 300))
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(field).AddXY(20, 10)
	test.Scroll(w.Canvas(), at, 0, -40)
	if p.Offset() != 40 {
		t.Errorf("the page stands at %v after 40 down over a field", p.Offset())
	}

	below := NewEntry("Below", "")
	s := ShowSheet(w.Canvas(), SheetJob{Title: "Sheet", Body: Column(4, below, tall())})
	at = fyne.CurrentApp().Driver().AbsolutePositionForObject(below).AddXY(20, 10)
	test.Scroll(w.Canvas(), at, 0, -40)
	if p.Offset() != 40 {
		t.Error("the page behind a sheet moved")
	}
	if now := fyne.CurrentApp().Driver().AbsolutePositionForObject(below).AddXY(20, 10); at.Y-now.Y != 40 {
		t.Errorf("the sheet moved by %v, want 40", at.Y-now.Y)
	}
	s.Close()
}

// Windows give clicks, keys and the pointer to the topmost object that takes them: what lies over a field takes none.
func TestAFieldUnderTheWheelTakesClicksAndKeys(t *testing.T) {
	over := fyne.CanvasObject(newWheel(NewEntry("Name", ""), nil))
	switch over.(type) {
	case fyne.Tappable, fyne.SecondaryTappable, fyne.DoubleTappable, fyne.Focusable, fyne.Draggable, desktop.Mouseable, desktop.Hoverable, desktop.Cursorable:
		t.Errorf("%T takes more than the wheel", over)
	}
}
