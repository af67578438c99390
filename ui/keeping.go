package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// keeping is the part of Settings about what Ferry remembers: where, for how long what holds people's data is kept, and how
// what it knows of the present project is deleted.
type keeping struct {
	w      *Window
	draw   func()
	asked  bool
	known  bool
	days   int
	saving bool
	fault  *core.Fault
}

func (k *keeping) card() fyne.CanvasObject {
	if !k.asked {
		k.asked = true
		k.load()
	}
	w := k.w
	parts := []fyne.CanvasObject{}
	head := []fyne.CanvasObject{kit.Grow(kit.Column(3, kit.Head(lang.L("What Ferry remembers")),
		kit.QuietPara(lang.L("The history and where each import stands. No password and no secret."))))}
	if w.o.Data != "" {
		head[0] = kit.Grow(kit.Column(3, kit.Head(lang.L("What Ferry remembers")),
			kit.QuietPara(lang.L("The history and where each import stands. No password and no secret.")),
			kit.NewElided(w.o.Data, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})))
		head = append(head, kit.PlainIcon("folder", lang.L("Open the folder"), func() { w.showFolder(w.o.Data) }))
	}
	parts = append(parts, kit.Row(16, head...), kit.Hairline())
	if k.known {
		drop := kit.NewDrop(lang.L("How long people's data is kept"), keptWords(k.days), k.choices)
		parts = append(parts, kit.TopRow(16, kit.Grow(kit.Column(3, kit.StrongPara(lang.L("How long people's data is kept")),
			kit.QuietPara(lang.L("So that an import can be taken back, Ferry keeps, sealed, what it replaced. For CSV files and Excel it keeps their rows, so that the next import changes only what changed. After this time both are deleted from this computer.")))),
			kit.Sized(190, look.Control, drop)))
	}
	if k.fault != nil {
		parts = append(parts, kit.FaultCard(k.fault, kit.FaultCalls{Browse: w.browse, Again: func() { k.load(); k.draw() }, Quiet: true}))
	}
	if w.project != nil {
		forget := kit.Plain(lang.L("Delete what this project knows…"), w.askForget)
		forget.Unless(w.busyReason())
		parts = append(parts, kit.Hairline(), kit.Row(16, kit.Grow(kit.Column(3, kit.StrongPara(lang.L("Delete at once")),
			kit.QuietPara(lang.L("The history of “{{.Name}}”, and all that this computer keeps of its imports.", kit.M{"Name": w.project.Name})))), forget))
	}
	return kit.Card(kit.Column(13, parts...))
}

func (k *keeping) load() {
	k.fault = nil
	task.Go(k.w.run, func(ctx context.Context, _ func(struct{})) (project.Computer, error) {
		return k.w.o.Engine.Computer(ctx)
	}, nil, func(c project.Computer, err error) {
		if err != nil {
			k.fault = core.AsFault(err)
		} else {
			k.known, k.days = true, c.Keeps()
		}
		k.draw()
	})
}

func keptWords(days int) string {
	switch days {
	case 0:
		return lang.L("not at all")
	case 365:
		return lang.L("a year")
	}
	return lang.N("{{.N}} days", days, kit.M{"N": kit.Number(int64(days))})
}

// choices are the times one can choose. A number of days that was chosen elsewhere is among them.
func (k *keeping) choices() []kit.MenuItem {
	items := []kit.MenuItem{}
	for _, days := range []int{0, 7, project.KeepUsual, 90, 365} {
		item := kit.MenuItem{Words: keptWords(days), Tap: func() { k.choose(days) }}
		if days == k.days {
			item.Icon = "check"
		}
		if reason := k.w.busyReason(); reason != "" && days < k.days {
			item.Unless = reason
		}
		items = append(items, item)
	}
	return items
}

// choose asks before what is kept gets less: that is deleted at once.
func (k *keeping) choose(days int) {
	if days >= k.days || k.saving {
		k.save(days)
		return
	}
	words := lang.L("Imports that are older than that cannot be taken back any more.")
	if days == 0 {
		words = lang.L("No import can be taken back any more. Each import into CSV files and Excel reads everything again, and keeps the older file under another name.")
	}
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(k.w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Delete what is older now?"),
		Body:  kit.Column(10, kit.Para(lang.L("What Ferry keeps of people longer than that, of all projects on this computer, is deleted at once.")), kit.Para(words)),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }),
			kit.Danger(lang.L("Delete"), func() { sheet.Close(); k.save(days) })},
	})
}

func (k *keeping) save(days int) {
	if k.saving || days == k.days {
		return
	}
	was := k.days
	k.saving, k.fault, k.days = true, nil, days
	task.Go(k.w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
		c, err := k.w.o.Engine.Computer(ctx)
		if err != nil {
			return struct{}{}, err
		}
		c.KeepDays = &days
		_, err = k.w.o.Engine.KeepComputer(ctx, c, ComputerSecrets{})
		return struct{}{}, err
	}, nil, func(_ struct{}, err error) {
		k.saving, k.w.backs = false, nil
		if err != nil {
			k.fault, k.days = core.AsFault(err), was
		}
		k.draw()
	})
	k.draw()
}
