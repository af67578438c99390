package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// suggest offers what Ferry would map, with its reason and how sure it is. What a person set is never among it.
func (p *mappingPage) suggest() {
	d := p.draft()
	samples := mapping.Samples{}
	if s, _ := p.anySamples(); s != nil {
		samples = mapping.Samples{Fields: s.Fields, Records: s.Records}
	}
	all := d.Suggest(samples)
	var sheet *kit.Sheet
	if len(all) == 0 {
		words := lang.L("Ferry finds nothing more. What is still open needs somebody who knows: choose the fields by hand.")
		if d.Free() {
			words = lang.L("Every field that can be carried is mapped already.")
		}
		sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
			Title: lang.L("Nothing to suggest"), Body: kit.QuietPara(words),
			Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })},
		})
		return
	}
	wanted := make([]bool, len(all))
	accept := kit.Primary("…", nil)
	count := func() {
		n := 0
		for _, on := range wanted {
			if on {
				n++
			}
		}
		accept.SetWords(lang.N("Map {{.N}} fields", n, kit.M{"N": kit.Number(int64(n))}))
		reason := ""
		if n == 0 {
			reason = lang.L("Tick at least one suggestion.")
		}
		accept.Unless(reason)
	}
	rows := []fyne.CanvasObject{kit.QuietPara(lang.L("What you mapped yourself stays as it is. All of it can be taken back by one Undo."))}
	if len(samples.Records) == 0 && !d.Free() {
		rows = append(rows, kit.Hint("warn", lang.L("There are no samples now, so only names and types were compared."), look.Warned))
	}
	last := mapping.Confidence("")
	for i, s := range all {
		wanted[i] = s.Confidence != mapping.Guess
		if s.Confidence != last {
			last = s.Confidence
			rows = append(rows, kit.Pad(8, 0, 2, 0, kit.Row(8, confidenceChip(s.Confidence), kit.Grow(kit.Caption(confidenceWords(s.Confidence))))))
		}
		rows = append(rows, p.suggestion(s, wanted[i], func(on bool) { wanted[i] = on; count() }))
	}
	accept.Does(func() {
		sheet.Close()
		chosen := []mapping.Suggestion{}
		for i, s := range all {
			if wanted[i] {
				chosen = append(chosen, s)
			}
		}
		p.do(func(d *mapping.Draft) error { _, err := d.Accept(chosen...); return err })
	})
	count()
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: lang.N("{{.N}} suggestions", len(all), kit.M{"N": kit.Number(int64(len(all)))}), Width: 640, Body: kit.Column(3, rows...),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), accept},
	})
}

func confidenceWords(c mapping.Confidence) string {
	switch c {
	case mapping.Exact:
		return lang.L("the names are the same")
	case mapping.Likely:
		return lang.L("another name for the same, as far as Ferry knows")
	}
	return lang.L("look at these one by one")
}

func (p *mappingPage) suggestion(s mapping.Suggestion, on bool, turn func(bool)) fyne.CanvasObject {
	d := p.draft()
	from, to := s.From, s.To
	var field *core.Field
	if field = d.Source().Field(s.From); field != nil {
		from = bothOr(field.Display, field.Name)
	}
	if dest := d.Destination(); dest != nil {
		if f := dest.Field(s.To); f != nil {
			to = bothOr(f.Display, f.Name)
		}
	}
	tick := kit.NewBoxTick(lang.L("Map {{.From}} to {{.To}}", kit.M{"From": from, "To": to}), on, turn)
	return kit.Sized(0, 42, kit.Cells([]kit.Col{{Fixed: 22}, {Share: 3}, {Fixed: 18}, {Share: 2.4}, {Share: 2.6, From: 480}}, 10, tick,
		twoLines(kit.NewElided(from, kit.Style{}), mono(s.From)), kit.NewIcon("arrow", look.Quiet, 15), twoLines(kit.NewElided(to, kit.Style{}), mono(s.To)),
		kit.NewElided(s.Reason, kit.Style{Size: 13, Ink: look.Quiet, Wrap: true, Most: 2})))
}
