package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/task"
)

// A downLine is something to take down when a move is over.
type downLine struct {
	id, words, how string
	page           setup.Page // where it is taken down; "" is not on a page of the connection's
	link           string     // or an address
}

const webhooksPage = "https://learn.microsoft.com/power-apps/developer/data-platform/register-web-hook"

// downLines are those that the connection calls for.
func (w *Window) downLines() []downLine {
	lines := []downLine{
		{id: "schedule", words: lang.L("No import runs by itself any more"), how: lang.L("Delete the task in Task Scheduler, launchd or cron, on every computer where somebody made one for ferryctl.")},
		{id: "webhooks", words: lang.L("No notification is sent any more"), how: lang.L("Webhooks that somebody registered in the environment go on calling. Unregister them with the Plug-in Registration tool."), link: webhooksPage},
	}
	c := w.connection()
	switch {
	case c == nil:
	case c.NeedsSecret():
		lines = append(lines, downLine{id: "secret", words: lang.L("The client secret is deleted"), how: lang.L("Under Certificates & secrets of the app registration. If the whole registration goes, the secret goes with it."), page: setup.PageSecrets})
	case c.NeedsCertificate():
		lines = append(lines, downLine{id: "secret", words: lang.L("The certificate is removed"), how: lang.L("Under Certificates & secrets of the app registration. If the whole registration goes, the certificate goes with it."), page: setup.PageSecrets})
	}
	if c != nil && c.ClientID != "" {
		lines = append(lines, downLine{id: "registration", words: lang.L("The app registration is deleted"), how: lang.L("On its Overview page: Delete. Leave it when something else signs in with it, such as Halo's own integration."), page: setup.PageOverview})
	}
	if c != nil && !c.Auth.Person() {
		lines = append(lines, downLine{id: "user", words: lang.L("The application user is deactivated"), how: lang.L("In the Power Platform admin center, under Users + permissions > Application users: take its security roles away and deactivate it."), page: setup.PageApplicationUsers})
	}
	return append(lines, downLine{id: "known", words: lang.L("What this computer knows is deleted"), how: lang.L("The history, refused records and what is needed to take imports back. Save the receipt and the reports first. This list goes with it.")})
}

// takeDown is the third step: a list that remembers its ticks.
func (p *history) takeDown() fyne.CanvasObject {
	w := p.w
	lines := w.downLines()
	done := 0
	parts := []fyne.CanvasObject{}
	for _, l := range lines {
		at, ticked := w.finish.known.Ticks[l.id]
		if ticked {
			done++
		}
		how := l.how
		if ticked && !at.IsZero() {
			how = lang.L("Ticked {{.When}}.", kit.M{"When": kit.When(at, w.o.Now())}) + " " + how
		}
		row := []fyne.CanvasObject{kit.Grow(kit.Column(2, kit.NewTick(l.words, ticked, func(on bool) { w.tickDown(l.id, on) }), kit.Pad(0, 0, 0, 29, kit.CaptionPara(how))))}
		if b := w.downButton(l); b != nil {
			row = append(row, b)
		}
		parts = append(parts, kit.Hairline(), kit.TopRow(12, row...))
	}
	head := kit.Row(10, kit.Grow(kit.Head(lang.L("3. Take down what is not needed any more"))), kit.Quiet(lang.L("{{.Done}} of {{.All}}", kit.M{"Done": done, "All": len(lines)})))
	return kit.Card(kit.Column(9, append([]fyne.CanvasObject{head}, parts...)...))
}

// downButton leads to where a line is taken down; nil when there is no such page.
func (w *Window) downButton(l downLine) fyne.CanvasObject {
	if l.id == "known" {
		b := kit.Plain(lang.L("Delete…"), w.askForget)
		b.Unless(w.busyReason())
		return b
	}
	page := l.link
	if c := w.connection(); l.page != "" && c != nil && !c.Practice {
		if to, ok := setup.LinkTo(l.page, setup.CloudOf(c.Org), c.Tenant, c.ClientID, c.Org); ok {
			page = to.URL
		}
	}
	if page == "" {
		return nil
	}
	return kit.LinkIcon("external", lang.L("Open the page"), func() { w.browse(page) })
}

// forgottenFinish keeps the list in sight, as long as the window is open, after all that is remembered of it was deleted.
func (w *Window) forgottenFinish() {
	w.imports().compared = nil
	if f := &w.finish; f.loaded && w.project != nil && f.of == w.project.ID {
		f.known.Comparison, f.known.Saved = nil, time.Time{}
		f.known.Ticks["known"] = w.o.Now()
	}
}

// tickDown remembers a tick.
func (w *Window) tickDown(line string, on bool) {
	if delete(w.finish.known.Ticks, line); on {
		w.finish.known.Ticks[line] = w.o.Now()
	}
	project := clone(w.project)
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (time.Time, error) {
		return time.Time{}, w.o.Engine.Tick(ctx, project, line, on)
	}, nil, func(_ time.Time, err error) {
		if err != nil {
			w.finish.fault = core.AsFault(err)
		}
		if w.place == placeHistory {
			w.refresh()
		}
	})
}
