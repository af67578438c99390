package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/assets"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// settings is the place Settings: what concerns this computer.
type settings struct {
	w        *Window
	page     *kit.Page
	keychain string
	asked    bool
	known    bool
	network  *network
	keeping  *keeping
}

func newSettings(w *Window) *settings {
	p := &settings{w: w, page: kit.NewPage()}
	draw := func() {
		if w.place == placeSettings {
			p.render()
		}
	}
	p.network, p.keeping = newNetwork(w, draw), &keeping{w: w, draw: draw}
	return p
}

func (p *settings) object() fyne.CanvasObject { return p.page.Container }
func (p *settings) enter()                    {}
func (p *settings) escape()                   {}

var modes = [...]look.Mode{look.System, look.Light, look.Dark}

func (p *settings) render() {
	w := p.w
	p.askKeychain()
	chosen := 0
	for i, m := range modes {
		if string(m) == w.app.Preferences().String("theme") {
			chosen = i
		}
	}
	appearance := kit.Card(kit.Row(16, kit.Grow(kit.Column(3, kit.Head(lang.L("Appearance")), kit.QuietPara(lang.L("Light, dark, or as the computer does it.")))),
		kit.Segments([]string{lang.L("System"), lang.L("Light"), lang.L("Dark")}, chosen, p.choose)))
	cards := []fyne.CanvasObject{appearance, p.network.card(), kit.Card(kit.Column(8, kit.Head(lang.L("Passwords and sign-ins")), p.keychainWords()))}
	cards = append(cards, p.keeping.card())
	about := kit.Card(kit.Row(16, kit.NewIcon("mark", look.Ink, 36), kit.Grow(kit.Column(3, kit.Head(lang.L("Ferry {{.Version}}", kit.M{"Version": w.o.Version})),
		kit.QuietPara(lang.L("No account, no server, nothing is sent to us.")))),
		kit.Plain(lang.L("Licences"), w.showLicences)))
	p.page.Set(kit.PageHead(lang.L("Settings"), lang.L("For this computer")), append(cards, w.projectCard(), about)...)
}

func (p *settings) choose(i int) {
	p.w.app.Preferences().SetString("theme", string(modes[i]))
	p.w.app.Settings().SetTheme(look.New(modes[i]))
	p.w.refresh()
}

func (p *settings) askKeychain() {
	if p.asked {
		return
	}
	p.asked = true
	task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (string, error) {
		return p.w.o.Engine.KeychainState(ctx), nil
	}, nil, func(words string, _ error) {
		p.keychain, p.known = words, true
		p.w.refresh()
	})
}

func (p *settings) keychainWords() fyne.CanvasObject {
	switch {
	case !p.known:
		return kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Asking the keychain…"))))
	case p.keychain != "":
		return kit.Hint("warn", p.keychain, look.Warned)
	}
	return kit.Hint("check", lang.L("They are kept in the keychain of this computer."), look.Passed)
}

// showLicences names the works of others.
func (w *Window) showLicences() {
	rows := []fyne.CanvasObject{}
	for _, line := range strings.Split(strings.TrimSpace(assets.Licences), "\n") {
		name, licence, _ := strings.Cut(line, "\t")
		rows = append(rows, kit.Row(14, kit.Grow(kit.NewElided(name, kit.Style{})), kit.Grow(kit.NewElided(licence, kit.Style{Ink: look.Quiet}))))
	}
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Ferry stands on the work of others"), Width: 620,
		Body:    kit.Sized(100, 360, container.NewVScroll(kit.Pad(0, 14, 0, 0, kit.Column(12, rows...)))),
		Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })},
	})
}
