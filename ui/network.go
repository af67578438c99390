package ui

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// network is the part of Settings about how this computer reaches the outside.
type network struct {
	w    *Window
	draw func()

	asked   bool
	loading *task.Task
	saving  *task.Task
	ready   bool
	saved   bool
	fault   *core.Fault
	warning *core.Fault

	mode                               project.ProxyMode
	host, port, user, password, bypass *kit.Entry
	connect, read, ca                  *kit.Entry
	connectEndless, readEndless        bool
	kept                               bool // a proxy password may be in the keychain
}

func newNetwork(w *Window, draw func()) *network { return &network{w: w, draw: draw} }

func (n *network) card() fyne.CanvasObject {
	if !n.asked {
		n.asked = true
		n.load()
	}
	parts := []fyne.CanvasObject{kit.Column(3, kit.Head(lang.L("Network")), kit.QuietPara(lang.L("How Ferry reaches Microsoft, for sign-in, tests and imports alike. This computer keeps it; no project file has it.")))}
	switch {
	case n.loading != nil:
		parts = append(parts, kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Reading the settings of this computer…")))))
	case !n.ready && n.fault != nil:
		parts = append(parts, kit.FaultCard(n.fault, kit.FaultCalls{Browse: n.w.browse, Again: func() { n.load(); n.draw() }, Quiet: true}))
	case n.ready:
		parts = append(parts, n.fields()...)
	}
	return kit.Card(kit.Column(14, parts...))
}

func (n *network) load() {
	n.fault, n.ready = nil, false
	n.loading = task.Go(n.w.run, func(ctx context.Context, _ func(struct{})) (project.Computer, error) {
		return n.w.o.Engine.Computer(ctx)
	}, nil, func(c project.Computer, err error) {
		n.loading = nil
		if err != nil {
			n.fault = core.AsFault(err)
		} else {
			n.fill(c.Network)
		}
		n.draw()
	})
}

func (n *network) fill(s project.Network) {
	field := func(label, placeholder, value string) *kit.Entry {
		e := kit.NewEntry(label, placeholder)
		e.Text = value
		e.OnChanged = func(string) { n.saved = false }
		e.OnSubmitted = func(string) { n.save() }
		return e
	}
	seconds := func(v int) string {
		if v <= 0 {
			return ""
		}
		return strconv.Itoa(v)
	}
	n.mode = s.Proxy.Mode
	n.host = field(lang.L("Host"), "proxy.contoso.local", s.Proxy.Host)
	n.port = field(lang.L("Port"), "8080", number(s.Proxy.Port))
	n.user = field(lang.L("User"), lang.L("empty when it wants none"), s.Proxy.User)
	n.password = field(lang.L("Password"), "", "")
	n.password.Password = true
	n.kept = s.Proxy.User != ""
	n.bypass = field(lang.L("Hosts reached without it"), "localhost, *.contoso.local", s.Proxy.Bypass)
	n.connect = field(lang.L("Seconds to connect"), lang.L("Ferry's own: {{.N}}", kit.M{"N": ownConnect}), seconds(s.ConnectTimeout))
	n.read = field(lang.L("Seconds to wait for an answer"), lang.L("Ferry's own: {{.N}}", kit.M{"N": ownRead}), seconds(s.ReadTimeout))
	n.connectEndless, n.readEndless = s.ConnectTimeout == project.Endless, s.ReadTimeout == project.Endless
	n.ca = field(lang.L("Own certificate authority"), lang.L("a PEM file that your network team gave you"), s.CAFile)
	n.ready = true
}

// Ferry's own timeouts in seconds, as core/rest has them.
const (
	ownConnect = 15
	ownRead    = 120
)

func (n *network) fields() []fyne.CanvasObject {
	modes := []project.ProxyMode{project.SystemProxy, project.NoProxy, project.OwnProxy}
	chosen := 0
	for i, m := range modes {
		if m == n.mode {
			chosen = i
		}
	}
	about := []string{
		lang.L("What this computer says: its proxy settings, also those made by a script (PAC)."),
		lang.L("Straight to Microsoft, whatever this computer says."),
		lang.L("The proxy named here."),
	}[chosen]
	parts := []fyne.CanvasObject{kit.Labeled(lang.L("Proxy"), about, kit.Row(0, kit.Segments([]string{lang.L("as the system"), lang.L("none"), lang.L("own")}, chosen, func(i int) {
		n.mode, n.saved = modes[i], false
		n.draw()
	}), kit.Space()))}
	if n.mode == project.OwnProxy {
		n.password.PlaceHolder = ""
		if n.kept {
			n.password.PlaceHolder = lang.L("kept; leave empty to use it")
		}
		parts = append(parts, kit.Row(16, kit.Grow(kit.Labeled(n.host.Label(), "", n.host)), kit.Sized(110, 0, kit.Labeled(n.port.Label(), "", n.port))),
			kit.Pair(kit.Labeled(n.user.Label(), lang.L(`For a Windows proxy with its domain: CONTOSO\ada.`), n.user), kit.Labeled(n.password.Label(), lang.L("Ferry keeps it in the keychain of this computer."), n.password)),
			kit.Labeled(n.bypass.Label(), lang.L("Separated by commas."), n.bypass))
	}
	parts = append(parts, kit.Hairline(), kit.Pair(n.timeout(n.connect, &n.connectEndless), n.timeout(n.read, &n.readEndless)), kit.Hairline(),
		kit.Labeled(n.ca.Label(), lang.L("Needed where your company looks into encrypted traffic. Ferry believes it beside those that this computer believes."), kit.Row(8, kit.Grow(n.ca),
			kit.Plain(lang.L("Browse…"), func() {
				n.w.pickOf(lang.L("Choose a file"), start(n.ca.Text, n.w.o.Documents), []string{".pem", ".crt", ".cer"}, n.ca.SetText)
			}))))
	if n.fault != nil {
		parts = append(parts, kit.FaultCard(n.fault, kit.FaultCalls{Browse: n.w.browse}))
	}
	if n.warning != nil {
		parts = append(parts, kit.WarningCard(n.warning, kit.FaultCalls{Browse: n.w.browse}))
	}
	save := kit.Plain(lang.L("Save the network settings"), n.save)
	if n.saving != nil {
		save.Unless(lang.L("The settings are being saved."))
	}
	foot := []fyne.CanvasObject{save}
	if n.saved {
		foot = append(foot, kit.Grow(kit.Hint("check", lang.L("Saved. The next request uses them."), look.Passed)))
	}
	return append(parts, kit.Row(12, append(foot, kit.Space())...))
}

func start(path, otherwise string) string {
	if strings.TrimSpace(path) == "" {
		return otherwise
	}
	return filepath.Dir(path)
}

// timeout is a number of seconds, Ferry's own, or no end at all.
func (n *network) timeout(e *kit.Entry, endless *bool) fyne.CanvasObject {
	field := fyne.CanvasObject(e)
	if *endless {
		field = kit.Sized(0, look.Control, kit.Row(0, kit.Quiet(lang.L("no end")), kit.Space()))
	}
	return kit.Column(5, kit.NewText(e.Label(), kit.Style{Bold: true, Size: 13}), field,
		kit.NewTick(lang.L("Wait as long as it takes"), *endless, func(on bool) {
			*endless, n.saved = on, false
			n.draw()
		}))
}

// check reads what was typed.
func (n *network) check() (project.Network, *core.Fault) {
	var s project.Network
	text := func(e *kit.Entry) string { return strings.TrimSpace(e.Text) }
	for _, f := range []struct {
		e    *kit.Entry
		into *int
	}{{n.port, &s.Proxy.Port}, {n.connect, &s.ConnectTimeout}, {n.read, &s.ReadTimeout}} {
		if text(f.e) == "" {
			continue
		}
		v, err := strconv.Atoi(text(f.e))
		if err != nil || v < 1 || v > 86400 {
			return s, &core.Fault{Kind: core.Wrong, Code: "ui.number", Owner: core.You, Cause: lang.L("“{{.Field}}” has to be a whole number.", kit.M{"Field": f.e.Label()}),
				Remedy: lang.L("Write a whole number, or leave it empty.")}
		}
		*f.into = v
	}
	if n.connectEndless {
		s.ConnectTimeout = project.Endless
	}
	if n.readEndless {
		s.ReadTimeout = project.Endless
	}
	s.Proxy.Mode, s.CAFile = n.mode, text(n.ca)
	if n.mode != project.OwnProxy {
		s.Proxy.Port = 0
		return s, nil
	}
	s.Proxy.Host, s.Proxy.User, s.Proxy.Bypass = text(n.host), text(n.user), text(n.bypass)
	if s.Proxy.Host == "" || s.Proxy.Port == 0 {
		return s, &core.Fault{Kind: core.Wrong, Code: "ui.proxy", Owner: core.You, Cause: lang.L("An own proxy needs a host and a port."),
			Remedy: lang.L("Fill in both, or let Ferry use the proxy of the system.")}
	}
	return s, nil
}

func (n *network) save() {
	if n.saving != nil {
		return
	}
	n.saved, n.warning = false, nil
	s, fault := n.check()
	if n.fault = fault; fault != nil {
		n.draw()
		return
	}
	secrets := ComputerSecrets{ProxyPassword: core.NewSecret(n.password.Text)}
	n.saving = task.Go(n.w.run, func(ctx context.Context, _ func(struct{})) (*core.Fault, error) {
		computer, err := n.w.o.Engine.Computer(ctx)
		if err != nil {
			return nil, err
		}
		computer.Network = s
		return n.w.o.Engine.KeepComputer(ctx, computer, secrets)
	}, nil, func(warning *core.Fault, err error) {
		n.saving = nil
		if err != nil {
			n.fault = core.AsFault(err)
		} else {
			n.saved, n.warning, n.kept = true, warning, s.Proxy.User != ""
			n.password.Text = ""
			n.password.Refresh()
		}
		n.draw()
	})
	n.draw()
}
