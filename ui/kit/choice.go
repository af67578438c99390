package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"ferry/ui/look"
)

// A Choice is a card that can be chosen, with what it means in plain words.
type Choice struct {
	press
	words  string
	chosen bool
	box    *Box
	dot    *Box
	inner  *Box
}

// NewChoice returns a card; icon may be "".
func NewChoice(icon, words, meaning string, chosen bool, tap func()) *Choice {
	c := &Choice{words: words, chosen: chosen}
	c.tap = tap
	c.box = NewBox(look.Card, look.Line, look.Radius)
	c.dot = NewBox("", look.Line, 9)
	c.dot.StrokeWidth = 2
	c.inner = NewBox("", "", 5)
	dot := Sized(18, 18, container.NewStack(c.dot, PadAll(4, c.inner)))
	head := []fyne.CanvasObject{}
	if icon != "" {
		head = append(head, NewIcon(icon, look.Ink, 18))
	}
	head = append(head, Grow(StrongPara(words)), dot)
	c.content = On(c.box, PadAll(14, Column(6, Row(10, head...), QuietPara(meaning))))
	c.paint = c.colours
	c.extend(c)
	return c
}

// Words returns the choice's head.
func (c *Choice) Words() string { return c.words }

// Chosen reports whether it is chosen.
func (c *Choice) Chosen() bool { return c.chosen }

// Choose marks it, or takes the mark away.
func (c *Choice) Choose(yes bool) { c.chosen = yes; c.Refresh() }

func (c *Choice) colours() {
	c.box.Fill, c.box.Stroke, c.box.StrokeWidth = look.Card, look.Line, 1
	c.dot.Stroke, c.inner.Fill = look.Faint, ""
	if c.hovered {
		c.box.Fill = look.Field
	}
	if c.chosen {
		c.box.Fill, c.box.Stroke, c.box.StrokeWidth = look.PrimaryTint, look.Primary, 2
		c.dot.Stroke, c.inner.Fill = look.Primary, look.Primary
	}
	if c.focused {
		c.box.Stroke, c.box.StrokeWidth = look.Primary, 3
	}
}

// A RailItem is one page in the rail.
type RailItem struct {
	press
	words    string
	selected bool
	box      *Box
	icon     *Icon
	label    *Text
	badge    *Text
}

// NewRailItem returns a rail item.
func NewRailItem(icon, words string, tap func()) *RailItem {
	r := &RailItem{words: words}
	r.tap = tap
	r.box = NewBox("", "", look.SmallRound)
	r.box.StrokeWidth = 2
	r.icon = NewIcon(icon, look.RailInk, 18)
	r.label = NewText(words, Style{Ink: look.RailInk})
	r.badge = NewText("", Style{Ink: look.RailAccent, Size: look.CaptionSize, Bold: true})
	r.content = Sized(0, 38, On(r.box, Pad(0, 12, 0, 12, Row(12, r.icon, Grow(r.label), r.badge))))
	r.paint = r.colours
	r.extend(r)
	return r
}

// Words returns the item's label.
func (r *RailItem) Words() string { return r.words }

// Select marks it as the present page.
func (r *RailItem) Select(yes bool) { r.selected = yes; r.Refresh() }

// Badge sets a short word at its right: "62 %".
func (r *RailItem) Badge(words string) {
	if r.badge.Words() != words {
		r.badge.SetWords(words)
		r.content.Refresh()
	}
}

func (r *RailItem) colours() {
	ink := look.RailInk
	r.box.Fill, r.box.Stroke = "", ""
	if r.hovered {
		r.box.Fill = look.RailHover
	}
	if r.selected {
		r.box.Fill, ink = look.RailSelected, look.RailStrong
	}
	if r.focused {
		r.box.Stroke = look.RailAccent
	}
	r.icon.ink, r.label.style.Ink = ink, ink
	r.label.style.Bold = r.selected
}

// A Pick is a row of a list that can be tapped.
type Pick struct {
	press
	words string
	box   *Box
	arrow func(step int)
}

// Words returns what the row is called, for who has no eyes for it; "" where nobody said.
func (p *Pick) Words() string { return p.words }

// Named says what the row is called.
func (p *Pick) Named(words string) *Pick { p.words = words; return p }

// Arrows sets what the arrows up (-1) and down (1) do.
func (p *Pick) Arrows(walk func(step int)) *Pick { p.arrow = walk; return p }

// TypedKey implements fyne.Focusable.
func (p *Pick) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyUp && p.arrow != nil:
		p.arrow(-1)
	case k.Name == fyne.KeyDown && p.arrow != nil:
		p.arrow(1)
	default:
		p.press.TypedKey(k)
	}
}

// NewPick returns a row around content.
func NewPick(content fyne.CanvasObject, tap func()) *Pick {
	return newPick(Pad(8, 12, 8, 12, content), "", tap)
}

// NewRow is a Pick without room above and below, on a ground of its own.
func NewRow(content fyne.CanvasObject, ground fyne.ThemeColorName, tap func()) *Pick {
	return newPick(Pad(0, 10, 0, 10, content), ground, tap)
}

func newPick(content fyne.CanvasObject, ground fyne.ThemeColorName, tap func()) *Pick {
	p := &Pick{box: NewBox("", "", look.SmallRound)}
	p.box.StrokeWidth = 2
	p.tap = tap
	p.content = On(p.box, content)
	p.paint = func() {
		p.box.Fill, p.box.Stroke = ground, ""
		if p.hovered {
			p.box.Fill = look.Field
		}
		if p.focused {
			p.box.Stroke = look.Primary
		}
	}
	p.extend(p)
	return p
}

// Segments is a row of words of which one is chosen.
func Segments(words []string, chosen int, pick func(int)) fyne.CanvasObject {
	items := make([]fyne.CanvasObject, len(words))
	for i, w := range words {
		items[i] = newSegment(w, i == chosen, func() { pick(i) })
	}
	return On(NewBox(look.Field, look.Line, look.SmallRound), PadAll(3, Row(2, items...)))
}

type segment struct {
	press
	words string
	on    bool
	box   *Box
	label *Text
}

// Words returns the segment's label.
func (s *segment) Words() string { return s.words }

func newSegment(words string, on bool, tap func()) *segment {
	s := &segment{words: words, on: on, box: NewBox("", "", 6), label: NewText(words, Style{Mid: true, Bold: on})}
	s.tap = tap
	s.box.StrokeWidth = 2
	s.content = Sized(0, 28, On(s.box, Pad(0, 12, 0, 12, Row(0, s.label))))
	s.paint = func() {
		s.box.Fill, s.box.Stroke, s.label.style.Ink = "", "", look.Quiet
		if s.hovered {
			s.box.Fill = look.FieldHover
		}
		if s.on {
			s.box.Fill, s.label.style.Ink = look.Primary, look.OnPrimary
		}
		if s.focused {
			s.box.Stroke = look.Primary
		}
	}
	s.extend(s)
	return s
}

// A TipChip is a Chip that explains itself when pointed at.
type TipChip struct{ press }

// NewTipChip returns a chip with a tip.
func NewTipChip(words string, tint fyne.ThemeColorName, tip string) *TipChip {
	c := &TipChip{}
	c.content, c.paint, c.tip = Chip(words, look.OnKind, tint), func() {}, tip
	c.off, c.reason = true, tip // it does nothing, so Tab passes it by
	c.extend(c)
	return c
}
