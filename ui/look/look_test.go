package look_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"ferry/ui/look"
)

// luminance is the relative luminance of WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		s := float64(v) / 65535
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

// TestWordsCanBeRead: every pair of words and ground that the window uses has the contrast WCAG AA asks for.
func TestWordsCanBeRead(t *testing.T) {
	test.NewTempApp(t)
	pairs := [][2]fyne.ThemeColorName{
		{look.Ink, look.Ground}, {look.Ink, look.Card}, {look.Ink, look.Field}, {look.Ink, look.FieldHover},
		{look.Quiet, look.Ground}, {look.Quiet, look.Card}, {look.Quiet, look.Field}, {look.Quiet, look.PrimaryTint},
		{look.Primary, look.Card}, {look.Primary, look.Ground}, {look.Primary, look.PrimaryTint},
		{look.OnPrimary, look.Primary}, {look.OnPrimary, look.PrimaryHover},
		{look.Passed, look.Card}, {look.Passed, look.PassedTint}, {look.Passed, look.Ground},
		{look.Warned, look.Card}, {look.Warned, look.WarnedTint},
		{look.Failed, look.Card}, {look.Failed, look.FailedTint}, {look.Failed, look.Field},
		{look.Ink, look.FailedTint}, {look.Ink, look.WarnedTint}, {look.Quiet, look.FailedTint}, {look.Quiet, look.WarnedTint},
		{look.RailInk, look.Rail}, {look.RailInk, look.RailSelected}, {look.RailStrong, look.RailSelected}, {look.RailAccent, look.RailSelected},
		{look.OnKind, look.Sandbox}, {look.OnKind, look.Production}, {look.OnKind, look.Practice}, {look.OnTip, look.Tip},
	}
	for _, mode := range []look.Mode{look.Light, look.Dark} {
		th := look.New(mode)
		for _, p := range pairs {
			if c := contrast(th.Color(p[0], 0), th.Color(p[1], 0)); c < 4.5 {
				t.Errorf("%s: %s on %s has contrast %.2f, wants 4.5", mode, p[0], p[1], c)
			}
		}
	}
}

func TestEveryColourIsThere(t *testing.T) {
	for _, mode := range []look.Mode{look.Light, look.Dark} {
		test.AssertAllColorNamesDefined(t, look.New(mode), string(mode))
	}
}

func TestTheSystemsChoiceIsFollowed(t *testing.T) {
	th := look.New(look.System)
	if th.Color(look.Ground, theme.VariantLight) == th.Color(look.Ground, theme.VariantDark) {
		t.Error("light and dark look the same")
	}
	if look.New(look.Dark).Color(look.Ground, theme.VariantLight) != th.Color(look.Ground, theme.VariantDark) {
		t.Error("a chosen mode gives way to the system's")
	}
}

func TestIconsTakeTheThemesColour(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Light))
	light := look.Icon("check", look.Passed)
	app.Settings().SetTheme(look.New(look.Dark))
	dark := look.Icon("check", look.Passed)
	if light.Name() == dark.Name() || string(light.Content()) == string(dark.Content()) {
		t.Error("an icon has one colour for light and dark")
	}
	if string(look.Icon("no such icon", look.Ink).Content()) == "" {
		t.Error("a missing icon is no drawing")
	}
}
