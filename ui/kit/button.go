package kit

import (
	"fyne.io/fyne/v2"

	"ferry/ui/look"
)

// A Button is one of these: the one strong button of a page, what comes next in one of several cards, the quiet ones beside
// it, and links.
type Button struct {
	press
	words string
	kind  buttonKind
	box   *Box
	ring  *Box
	icon  *Icon
	label *Text
	about string // what it does, where it has no label
}

type buttonKind int

const (
	primaryButton buttonKind = iota
	quietButton
	linkButton
	dangerButton
	nextButton
)

// Primary is the one strong button of a page.
func Primary(words string, tap func()) *Button { return newButton(words, "", primaryButton, tap) }

// Plain is a quiet button.
func Plain(words string, tap func()) *Button { return newButton(words, "", quietButton, tap) }

// PlainIcon is a quiet button with an icon.
func PlainIcon(icon, words string, tap func()) *Button {
	return newButton(words, icon, quietButton, tap)
}

// Link is a button that looks like a link.
func Link(words string, tap func()) *Button { return newButton(words, "", linkButton, tap) }

// LinkIcon is a link with an icon.
func LinkIcon(icon, words string, tap func()) *Button {
	return newButton(words, icon, linkButton, tap)
}

// Sign is an icon that can be tapped; its words are its tip.
func Sign(icon, words string, tap func()) *Button {
	b := newButton("", icon, linkButton, tap)
	b.words, b.tip = words, words
	return b
}

// Danger is a quiet button for what takes something away.
func Danger(words string, tap func()) *Button { return newButton(words, "", dangerButton, tap) }

// Strongest returns Primary when it is the strong one, else Plain.
func Strongest(strong bool, words string, tap func()) *Button {
	if strong {
		return Primary(words, tap)
	}
	return Plain(words, tap)
}

// Next returns what comes next in a card when it is that, else Plain.
func Next(next bool, words string, tap func()) *Button {
	if next {
		return newButton(words, "", nextButton, tap)
	}
	return Plain(words, tap)
}

func newButton(words, icon string, kind buttonKind, tap func()) *Button {
	b := &Button{words: words, kind: kind}
	b.tap = tap
	b.box = NewBox(look.Field, "", look.SmallRound)
	b.ring = NewBox("", "", look.SmallRound+3)
	b.ring.StrokeWidth = 2
	b.label = NewText(words, Style{Bold: true})
	inner := []fyne.CanvasObject{}
	if icon != "" {
		b.icon = NewIcon(icon, look.Ink, 16)
		inner = append(inner, b.icon)
	}
	if words != "" {
		inner = append(inner, b.label)
	}
	side := float32(16)
	if kind == linkButton {
		side = 4
	}
	if words == "" {
		side = 10
	}
	b.content = Sized(0, look.Control, On(b.box, overlay(Pad(-3, -3, -3, -3, b.ring), Pad(0, side, 0, side, Row(8, inner...)))))
	b.paint = b.colours
	b.extend(b)
	return b
}

// overlay lays objects over each other.
func overlay(objects ...fyne.CanvasObject) *fyne.Container {
	c := &fyne.Container{Layout: &sizedLayout{}, Objects: objects}
	return c
}

// Words returns the button's label; of one that has only an icon, what its tip says of it.
func (b *Button) Words() string {
	if b.words == "" {
		return b.about
	}
	return b.words
}

// About says what a button does that has only an icon: in its tip, and for those who cannot see it.
func (b *Button) About(words string) *Button {
	b.about, b.tip = words, words
	return b
}

// SetWords changes the label.
func (b *Button) SetWords(words string) {
	b.words = words
	b.label.SetWords(words)
	b.Refresh()
}

// Does sets what a tap does.
func (b *Button) Does(tap func()) { b.tap = tap }

func (b *Button) colours() {
	fill, ink := look.Field, look.Ink
	if b.hovered {
		fill = look.FieldHover
	}
	switch {
	case b.off && b.kind == linkButton:
		fill, ink = "", look.Faint
	case b.off:
		fill, ink = look.Field, look.Faint
	case b.kind == primaryButton:
		fill, ink = look.Primary, look.OnPrimary
		if b.hovered {
			fill = look.PrimaryHover
		}
	case b.kind == linkButton:
		fill, ink = "", look.Primary
		if b.hovered {
			fill = look.PrimaryTint
		}
	case b.kind == nextButton:
		fill, ink = look.PrimaryTint, look.Primary
		if b.hovered {
			fill = look.FieldHover
		}
	case b.kind == dangerButton:
		ink = look.Failed
	}
	b.box.Fill = fill
	b.ring.Stroke = ""
	if b.focused {
		b.ring.Stroke = look.Primary
	}
	b.label.style.Ink = ink
	if b.icon != nil {
		b.icon.ink = ink
	}
}
