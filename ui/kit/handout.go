package kit

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/ui/look"
)

// A Handout is a text to give away: a mail, a script. It can be read whole, copied and, where save is given, saved.
func Handout(text string, mono bool, height float32, clip func(string), save func(), more ...fyne.CanvasObject) fyne.CanvasObject {
	style := Style{Size: 13, Wrap: true}
	lines := []fyne.CanvasObject{}
	if mono {
		style.Mono, style.Size = true, 12
	}
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		line = strings.ReplaceAll(line, "\t", "  ")
		indent := float32(len(line)-len(strings.TrimLeft(line, " "))) * 6
		lines = append(lines, Pad(0, 0, 0, indent, NewText(line, style)))
	}
	body := On(NewBox(look.Field, look.Line, look.SmallRound), Sized(100, height, newScroller(Pad(10, 18, 10, 14, Column(0, lines...)))))
	var b *Button
	b = PlainIcon("copy", lang.L("Copy"), func() {
		clip(text)
		b.SetWords(lang.L("Copied"))
	})
	row := []fyne.CanvasObject{b}
	if save != nil {
		row = append(row, Plain(lang.L("Save…"), save))
	}
	return Column(10, body, Row(10, append(row, more...)...))
}

// newScroller scrolls what learns its height from its width.
func newScroller(o fyne.CanvasObject) fyne.CanvasObject {
	s := container.NewVScroll(o)
	return container.New(&scrollerLayout{}, s)
}

type scrollerLayout struct{}

func (scrollerLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	s := objects[0].(*container.Scroll)
	h := fit(s.Content, size.Width)
	s.Move(fyne.Position{})
	s.Content.Resize(fyne.NewSize(size.Width, fyne.Max(h, size.Height)))
	s.Resize(size)
}

func (scrollerLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 60) }

// NumberedStep is one step of a list that is followed by hand.
func NumberedStep(n int, words string, more ...fyne.CanvasObject) fyne.CanvasObject {
	ground := NewBox(look.PrimaryTint, "", 11)
	number := Sized(22, 22, container.NewStack(ground, Pad(2, 0, 0, 0, NewText(strconv.Itoa(n), Style{Bold: true, Size: 12.5, Mid: true, Ink: look.Primary}))))
	parts := append([]fyne.CanvasObject{Pad(1, 0, 0, 0, Para(words))}, more...)
	return TopRow(12, number, Grow(Column(6, parts...)))
}

// Pair puts two fields side by side, hung from the top.
func Pair(a, b fyne.CanvasObject) fyne.CanvasObject { return TopRow(16, Grow(a), Grow(b)) }
