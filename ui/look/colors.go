// Package look is Ferry's face: colours for light and dark, sizes, spacing and icons. It knows no page.
package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colour names beyond Fyne's own. A widget asks theme.Color(look.Card), so it follows light and dark.
const (
	Ground       fyne.ThemeColorName = theme.ColorNameBackground
	Ink          fyne.ThemeColorName = theme.ColorNameForeground
	Primary      fyne.ThemeColorName = theme.ColorNamePrimary
	OnPrimary    fyne.ThemeColorName = theme.ColorNameForegroundOnPrimary
	Card         fyne.ThemeColorName = "ferryCard"
	Line         fyne.ThemeColorName = "ferryLine"
	Quiet        fyne.ThemeColorName = "ferryQuiet"
	Field        fyne.ThemeColorName = "ferryField"
	FieldHover   fyne.ThemeColorName = "ferryFieldHover"
	PrimaryHover fyne.ThemeColorName = "ferryPrimaryHover"
	PrimaryTint  fyne.ThemeColorName = "ferryPrimaryTint"
	Faint        fyne.ThemeColorName = "ferryFaint" // words on what is disabled
	Passed       fyne.ThemeColorName = "ferryPassed"
	PassedTint   fyne.ThemeColorName = "ferryPassedTint"
	Warned       fyne.ThemeColorName = "ferryWarned"
	WarnedTint   fyne.ThemeColorName = "ferryWarnedTint"
	Failed       fyne.ThemeColorName = "ferryFailed"
	FailedTint   fyne.ThemeColorName = "ferryFailedTint"
	Rail         fyne.ThemeColorName = "ferryRail"
	RailSelected fyne.ThemeColorName = "ferryRailSelected"
	RailHover    fyne.ThemeColorName = "ferryRailHover"
	RailInk      fyne.ThemeColorName = "ferryRailInk"
	RailStrong   fyne.ThemeColorName = "ferryRailStrong"
	RailAccent   fyne.ThemeColorName = "ferryRailAccent"
	Sandbox      fyne.ThemeColorName = "ferrySandbox"
	Production   fyne.ThemeColorName = "ferryProduction"
	Practice     fyne.ThemeColorName = "ferryPractice"
	OnKind       fyne.ThemeColorName = "ferryOnKind"
	Tip          fyne.ThemeColorName = "ferryTip"
	OnTip        fyne.ThemeColorName = "ferryOnTip"
	Veil         fyne.ThemeColorName = "ferryVeil" // what lies over the page behind a sheet
	Clear        fyne.ThemeColorName = "ferryClear"
)

// pair is a colour in light and in dark.
type pair struct{ light, dark uint32 } // 0xRRGGBBAA

// palette answers for a colour name. It is a function, so that nothing can change it.
func palette(name fyne.ThemeColorName) (pair, bool) {
	switch name {
	case Ground:
		return pair{0xF6F8F9FF, 0x0E1618FF}, true
	case Card, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground, theme.ColorNameHeaderBackground:
		return pair{0xFFFFFFFF, 0x152125FF}, true
	case Line, theme.ColorNameSeparator, theme.ColorNameInnerWindowBorder, theme.ColorNameInnerWindowBorderInactive:
		return pair{0xE1E7EAFF, 0x25363BFF}, true
	case theme.ColorNameInputBorder:
		return pair{0xC9D3D8FF, 0x35494FFF}, true
	case Ink:
		return pair{0x16232AFF, 0xE5EDEFFF}, true
	case Quiet, theme.ColorNamePlaceHolder:
		return pair{0x566770FF, 0x9DB0B6FF}, true
	case Faint, theme.ColorNameDisabled:
		return pair{0x8A979EFF, 0x6E8187FF}, true
	case Primary, theme.ColorNameHyperlink:
		return pair{0x0B6E6EFF, 0x35BFB5FF}, true
	case PrimaryHover:
		return pair{0x095C5CFF, 0x4BD0C6FF}, true
	case PrimaryTint:
		return pair{0xE3F1F1FF, 0x12302FFF}, true
	case OnPrimary, theme.ColorNameForegroundOnError, theme.ColorNameForegroundOnSuccess, theme.ColorNameForegroundOnWarning:
		return pair{0xFFFFFFFF, 0x06201EFF}, true
	case Field, theme.ColorNameButton, theme.ColorNameDisabledButton, theme.ColorNameInputBackground:
		return pair{0xF0F4F5FF, 0x1B2A2FFF}, true
	case FieldHover:
		return pair{0xE4EAECFF, 0x243840FF}, true
	case Passed, theme.ColorNameSuccess:
		return pair{0x1F7A3DFF, 0x4CC38AFF}, true
	case PassedTint:
		return pair{0xE9F5ECFF, 0x12301FFF}, true
	case Warned, theme.ColorNameWarning:
		return pair{0x946300FF, 0xE0B23FFF}, true
	case WarnedTint:
		return pair{0xFDF4DCFF, 0x33290DFF}, true
	case Failed, theme.ColorNameError:
		return pair{0xB42318FF, 0xF97066FF}, true
	case FailedTint:
		return pair{0xFDECEAFF, 0x3A1714FF}, true
	}
	return rest(name)
}

func rest(name fyne.ThemeColorName) (pair, bool) {
	switch name {
	case Rail:
		return pair{0x0F2A30FF, 0x0A1215FF}, true
	case RailSelected:
		return pair{0x1C434BFF, 0x17302FFF}, true
	case RailHover:
		return pair{0x16363DFF, 0x111F21FF}, true
	case RailInk:
		return pair{0xC9DADDFF, 0xA9BDC2FF}, true
	case RailStrong, OnKind:
		return pair{0xFFFFFFFF, 0xFFFFFFFF}, true
	case RailAccent:
		return pair{0x35BFB5FF, 0x35BFB5FF}, true
	case Sandbox:
		return pair{0x3C6E2FFF, 0x3C6E2FFF}, true
	case Production:
		return pair{0xA5460BFF, 0xA5460BFF}, true
	case Practice:
		return pair{0x35607BFF, 0x35607BFF}, true
	case Tip:
		return pair{0x16232AFF, 0xE5EDEFFF}, true
	case OnTip:
		return pair{0xFFFFFFFF, 0x0E1618FF}, true
	case Veil:
		return pair{0x0F2A3073, 0x00000099}, true
	case Clear:
		return pair{0x00000000, 0x00000000}, true
	case theme.ColorNameFocus:
		return pair{0x0B6E6E40, 0x35BFB550}, true
	case theme.ColorNameSelection:
		return pair{0x0B6E6E33, 0x35BFB540}, true
	case theme.ColorNameHover:
		return pair{0x16232A0D, 0xE5EDEF12}, true
	case theme.ColorNamePressed:
		return pair{0x16232A1F, 0xE5EDEF24}, true
	case theme.ColorNameScrollBar:
		return pair{0x56677066, 0x9DB0B666}, true
	case theme.ColorNameScrollBarBackground:
		return pair{0x16232A08, 0xE5EDEF08}, true
	case theme.ColorNameShadow:
		return pair{0x0F2A3026, 0x00000066}, true
	}
	return pair{}, false
}

func rgba(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 24), G: uint8(v >> 16), B: uint8(v >> 8), A: uint8(v)}
}
