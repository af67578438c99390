package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// A Mode says whether the window is light or dark. The zero Mode follows the system.
type Mode string

const (
	System Mode = ""
	Light  Mode = "light"
	Dark   Mode = "dark"
)

const (
	Gap    float32 = 16 // between cards
	Margin float32 = 28 // around a page

	RailWidth  float32 = 212
	Radius     float32 = 10 // of cards
	SmallRound float32 = 8  // of buttons and fields
	Control    float32 = 36 // height of buttons and fields

	TitleSize   float32 = 24
	HeadSize    float32 = 17
	TextSize    float32 = 14
	CaptionSize float32 = 12
)

// New returns Ferry's theme.
func New(mode Mode) fyne.Theme { return ferryTheme{mode: mode, base: theme.DefaultTheme()} }

type ferryTheme struct {
	mode Mode
	base fyne.Theme
}

// Color implements fyne.Theme.
func (t ferryTheme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch t.mode {
	case Light:
		variant = theme.VariantLight
	case Dark:
		variant = theme.VariantDark
	}
	p, ok := palette(name)
	switch {
	case !ok:
		return t.base.Color(name, variant)
	case variant == theme.VariantLight:
		return rgba(p.light)
	default:
		return rgba(p.dark)
	}
}

// Font implements fyne.Theme.
func (t ferryTheme) Font(style fyne.TextStyle) fyne.Resource { return t.base.Font(style) }

// Icon implements fyne.Theme.
func (t ferryTheme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.base.Icon(name) }

// Size implements fyne.Theme.
func (t ferryTheme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return TextSize
	case theme.SizeNameCaptionText:
		return CaptionSize
	case theme.SizeNameHeadingText:
		return TitleSize
	case theme.SizeNameSubHeadingText:
		return HeadSize
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameMenuRadius, theme.SizeNamePopupRadius:
		return SmallRound
	case theme.SizeNameCardRadius, theme.SizeNameDialogRadius:
		return Radius
	case theme.SizeNameScrollBar:
		return 10
	case theme.SizeNameScrollBarRadius:
		return 5
	}
	return t.base.Size(name)
}
