package look

import (
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"ferry/assets"
)

// Icon returns one of Ferry's line drawings in the theme's present colour of that name. A widget asks again when
// it is refreshed. An icon that is not there is an empty drawing.
func Icon(name string, ink fyne.ThemeColorName) fyne.Resource {
	drawing, err := assets.Icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		drawing = []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>`)
	}
	hex := hexOf(theme.Color(ink))
	return fyne.NewStaticResource(name+hex[1:]+".svg", []byte(strings.ReplaceAll(string(drawing), "currentColor", hex)))
}

// Mark returns the boat in the theme's present colours.
func Mark(sail, hull fyne.ThemeColorName) fyne.Resource {
	s, h := hexOf(theme.Color(sail)), hexOf(theme.Color(hull))
	drawing := strings.NewReplacer("sailColor", s, "hullColor", h).Replace(assets.Mark)
	return fyne.NewStaticResource("mark"+s[1:]+h[1:]+".svg", []byte(drawing))
}

// AppIcon is the picture of the program.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("icon.png", assets.Icon) }

func hexOf(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02X%02X%02X", n.R, n.G, n.B)
}
