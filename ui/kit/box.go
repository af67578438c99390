package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/look"
)

// Box is a rounded ground in the theme's colours.
type Box struct {
	widget.BaseWidget
	Fill, Stroke fyne.ThemeColorName // "" is none
	Radius       float32
	StrokeWidth  float32
	Lifted       bool // casts a shadow
}

// NewBox returns a ground.
func NewBox(fill, stroke fyne.ThemeColorName, radius float32) *Box {
	b := &Box{Fill: fill, Stroke: stroke, Radius: radius, StrokeWidth: 1}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{b: b, rect: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type boxRenderer struct {
	b    *Box
	rect *canvas.Rectangle
}

func (r *boxRenderer) Destroy()                     {}
func (r *boxRenderer) MinSize() fyne.Size           { return fyne.NewSize(0, 0) }
func (r *boxRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *boxRenderer) Layout(s fyne.Size)           { r.rect.Resize(s) }

func (r *boxRenderer) Refresh() {
	r.rect.CornerRadius = r.b.Radius
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth = color.Transparent, color.Transparent, 0
	if r.b.Fill != "" {
		r.rect.FillColor = theme.Color(r.b.Fill)
	}
	if r.b.Stroke != "" {
		r.rect.StrokeColor = theme.Color(r.b.Stroke)
		r.rect.StrokeWidth = r.b.StrokeWidth
	}
	r.rect.Shadow = canvas.Shadow{}
	if r.b.Lifted {
		r.rect.Shadow = canvas.Shadow{Color: theme.Color(theme.ColorNameShadow), BlurRadius: 16, Offset: fyne.NewPos(0, 4)}
	}
	r.rect.Refresh()
}

// On lays an object on a ground.
func On(b *Box, o fyne.CanvasObject) *fyne.Container { return container.NewStack(b, o) }

// Card lays an object on a card.
func Card(o fyne.CanvasObject) *fyne.Container {
	return On(NewBox(look.Card, look.Line, look.Radius), Pad(16, 18, 16, 18, o))
}

// Tinted lays an object on a coloured ground.
func Tinted(tint fyne.ThemeColorName, o fyne.CanvasObject) *fyne.Container {
	return On(NewBox(tint, "", look.Radius), Pad(14, 16, 14, 16, o))
}

// Hairline parts what stands above from what stands below.
func Hairline() fyne.CanvasObject { return Sized(1, 1, NewBox(look.Line, "", 0)) }

// Chip is a word on a small tinted ground.
func Chip(words string, ink, tint fyne.ThemeColorName) fyne.CanvasObject {
	return On(NewBox(tint, "", 9), Pad(1, 8, 1, 8, NewText(words, Style{Size: 11.5, Bold: true, Ink: ink})))
}

// Icon draws one of Ferry's icons.
type Icon struct {
	widget.BaseWidget
	name string
	ink  fyne.ThemeColorName
	side float32
}

// NewIcon returns an icon.
func NewIcon(name string, ink fyne.ThemeColorName, side float32) *Icon {
	i := &Icon{name: name, ink: ink, side: side}
	i.ExtendBaseWidget(i)
	return i
}

// Set changes drawing and colour.
func (i *Icon) Set(name string, ink fyne.ThemeColorName) {
	i.name, i.ink = name, ink
	i.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	r := &iconRenderer{i: i, image: canvas.NewImageFromResource(nil)}
	r.image.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}

type iconRenderer struct {
	i     *Icon
	image *canvas.Image
}

func (r *iconRenderer) Destroy()                     {}
func (r *iconRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(r.i.side) }
func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }

func (r *iconRenderer) Layout(s fyne.Size) {
	r.image.Resize(fyne.NewSquareSize(r.i.side))
	r.image.Move(fyne.NewPos((s.Width-r.i.side)/2, (s.Height-r.i.side)/2))
}

func (r *iconRenderer) Refresh() {
	if r.i.name == "mark" {
		r.image.Resource = look.Mark(r.i.ink, look.Primary)
	} else {
		r.image.Resource = look.Icon(r.i.name, r.i.ink)
	}
	r.image.Refresh()
}

// NewRailMark is the boat as it stands in the rail, on its dark ground in both themes.
func NewRailMark(side float32) fyne.CanvasObject {
	image := canvas.NewImageFromResource(look.Mark(look.RailStrong, look.RailAccent))
	image.FillMode = canvas.ImageFillContain
	return Sized(side, side, image)
}
