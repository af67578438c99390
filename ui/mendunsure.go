package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// mostHits is how many records are offered that may be the one.
const mostHits = 10

// verdict is what a person can say of a record that is unsure: it is there, this one; or it is not, and is to be sent.
func (r *waitRecord) verdict() []fyne.CanvasObject {
	if v := r.row.Verdict; v != nil {
		words := lang.L("You said: it is not there. The next retry sends it, unless Ferry finds it.")
		if v.There && v.ID != "" {
			words = lang.L("You said: it is there, as {{.ID}}. The next retry takes it off the list.", kit.M{"ID": v.ID})
		} else if v.There {
			words = lang.L("You said: it is there. The next retry takes it off the list.")
		}
		b := kit.Plain(lang.L("Take that back"), func() { r.judge(nil) })
		b.Unless(r.busy())
		return []fyne.CanvasObject{kit.Tinted(look.PrimaryTint, kit.Row(12, kit.Grow(kit.Para(words)), b))}
	}
	parts := []fyne.CanvasObject{kit.StrongPara(lang.L("Is it there?"))}
	switch {
	case r.read == nil:
	case !r.read.Looks:
		parts = append(parts, kit.QuietPara(lang.L("This destination cannot be asked. Look for the record there yourself.")))
	case len(r.read.Hits) == 0:
		parts = append(parts, kit.QuietPara(lang.L("Ferry looked for it just now and found nothing. That does not prove that it is not there.")))
	default:
		for i, h := range r.read.Hits {
			if i == mostHits {
				parts = append(parts, kit.CaptionPara(lang.L("and {{.N}} more", kit.M{"N": kit.Number(int64(len(r.read.Hits) - i))})))
				break
			}
			parts = append(parts, r.hit(h))
		}
	}
	there := kit.Plain(lang.L("It is there"), func() { r.judge(&importer.Verdict{There: true}) })
	there.Tip(lang.L("It is not sent again, and leaves the list."))
	send := kit.Plain(lang.L("It is not there: send it"), func() { r.judge(&importer.Verdict{}) })
	send.Tip(lang.L("The next retry sends it. If it is there after all, and Ferry cannot find it, there will be two."))
	there.Unless(r.busy())
	send.Unless(r.busy())
	return append(parts, kit.Row(8, there, send, kit.Space()))
}

// hit is one record at the destination that may be the one.
func (r *waitRecord) hit(h importer.Hit) fyne.CanvasObject {
	about := lang.L("It fits what the mapping matches by.")
	if h.ByKey {
		about = lang.L("It carries the record's id.")
	}
	values := []string{}
	for i, v := range h.Values {
		if !v.Blank() && len(values) < 4 && i < len(r.read.Fields) {
			values = append(values, r.read.Fields[i].Column+": "+r.value(v))
		}
	}
	pick := kit.Plain(lang.L("It is this one"), func() { r.judge(&importer.Verdict{There: true, ID: h.ID}) })
	pick.Unless(r.busy())
	return kit.On(kit.NewBox(look.Card, look.Line, look.SmallRound), kit.Pad(10, 12, 10, 12, kit.Row(12, kit.Grow(kit.Column(2, kit.NewElided(h.ID, kit.Style{Mono: true, Bold: true}),
		kit.NewText(strings.Join(values, "  ·  "), kit.Style{Wrap: true, Size: 13}), kit.CaptionPara(about))), pick)))
}

func (r *waitRecord) judge(v *importer.Verdict) {
	r.do(func(ctx context.Context) error {
		return r.x.w.o.Engine.Judge(ctx, clone(r.x.w.project), r.x.list.Run.ID, r.row.Mapping, r.row.Key, v)
	}, func() { r.row.Verdict = v })
}
