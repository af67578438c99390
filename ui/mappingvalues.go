package ui

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/mapping/transform"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// anySamples are the first records; while the environment cannot be asked there are none.
func (p *mappingPage) anySamples() (*Sampled, *core.Fault) {
	switch {
	case p.draft() == nil:
		return nil, nil
	case p.from.Why != nil:
		return nil, p.from.Why
	}
	return p.samples(false)
}

// sampleWords is a field's value in some record where it has one.
func (p *mappingPage) sampleWords(f core.Field) (words string, ink fyne.ThemeColorName) {
	s, fault := p.anySamples()
	if s == nil {
		if fault == nil && f.Readable {
			return "…", look.Faint
		}
		return "", look.Faint
	}
	for at, name := range s.Fields {
		if name != f.Name {
			continue
		}
		var v core.Value
		for _, r := range s.Records {
			if at < len(r.Values) && (v.Empty() || v.Kind() == core.KindText && strings.TrimSpace(v.AsText()) == "") {
				v = r.Values[at]
			}
		}
		if len(s.Records) == 0 {
			return "", look.Faint
		}
		words, ink = valueWords(v, &f, s.Refs)
		return p.w.veil(v, words), ink
	}
	return "", look.Faint
}

// valueWords write a value as people expect it: labels, names, dates; the three kinds of nothing apart. f may be nil.
func valueWords(v core.Value, f *core.Field, refs mapping.RefValues) (words string, ink fyne.ThemeColorName) {
	switch v.Kind() {
	case core.KindAbsent:
		return lang.L("not known"), look.Faint
	case core.KindNull:
		return lang.L("empty"), look.Faint
	case core.KindText:
		if v.AsText() == "" {
			return lang.L("empty text"), look.Faint
		}
		if strings.TrimSpace(v.AsText()) != v.AsText() {
			return "“" + v.AsText() + "”", look.Ink // spaces at the ends show
		}
		return v.AsText(), look.Ink
	case core.KindBool:
		if label := optionLabel(f, v.AsInt()); label != "" {
			return label, look.Ink
		}
		if v.AsBool() {
			return lang.L("yes"), look.Ink
		}
		return lang.L("no"), look.Ink
	case core.KindChoice:
		if label := optionLabel(f, v.AsInt()); label != "" {
			return label, look.Ink
		}
		return v.Canonical(), look.Ink
	case core.KindChoices:
		all := []string{}
		for _, code := range v.AsChoices() {
			label := optionLabel(f, code)
			if label == "" {
				label = core.Choice(code).Canonical()
			}
			all = append(all, label)
		}
		return strings.Join(all, ", "), look.Ink
	case core.KindRef:
		table, id := v.AsRef()
		if name, ok := refs.Ref(table, id, ""); ok && name.Kind() == core.KindText && name.AsText() != "" {
			return name.AsText(), look.Ink
		}
		return id, look.Ink
	}
	return transform.Show(v), look.Ink
}

func optionLabel(f *core.Field, code int64) string {
	if f != nil {
		for _, o := range f.Options {
			if o.Code == code {
				return o.Label
			}
		}
	}
	return ""
}

// stepChip names a step in a word or two: "phone number, DE".
func stepChip(s mapping.Step) string {
	t := transform.Get(s.Name)
	if t == nil {
		return s.Name
	}
	words := lowerFirst(t.Title)
	for _, p := range t.Params {
		v := strings.TrimSpace(s.Params[p.Name])
		if v != "" && v != p.Default && p.Kind != transform.ParamChoice && p.Kind != transform.ParamYesNo && len([]rune(v)) <= 12 {
			return words + ", " + v
		}
	}
	return words
}

func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsUpper(r[0]) && !unicode.IsUpper(r[1]) {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}

// columnTypes are the types of columns that Ferry makes, in the order in which they are offered.
func columnTypes() []core.ColumnType {
	return []core.ColumnType{core.ColumnText, core.ColumnInteger, core.ColumnDecimal, core.ColumnDouble, core.ColumnBoolean,
		core.ColumnDateTime, core.ColumnDate, core.ColumnJSON, core.ColumnBytes}
}

func columnTypeWords(t core.ColumnType) string {
	switch t {
	case core.ColumnText:
		return lang.L("text")
	case core.ColumnInteger:
		return lang.L("whole number")
	case core.ColumnDecimal:
		return lang.L("number, exact")
	case core.ColumnDouble:
		return lang.L("number, floating point")
	case core.ColumnBoolean:
		return lang.L("yes or no")
	case core.ColumnDateTime:
		return lang.L("date and time")
	case core.ColumnDate:
		return lang.L("date")
	case core.ColumnJSON:
		return lang.L("list (JSON)")
	case core.ColumnBytes:
		return lang.L("image")
	}
	return string(t)
}

// A trace is one column's value on its way, for one record.
type trace struct {
	cell  mapping.PreviewCell
	wrong *core.Fault // a step that cannot run; values go as far as the one before it
	at    int         // which step that is, from 0
}

// traceOf maps one record through one binding. It is pure and quick.
func traceOf(d *mapping.Draft, b mapping.Binding, s *Sampled, record int) trace {
	m := d.Saved()
	m.Columns, m.Filter, m.Where, m.Match, m.Children = []mapping.Binding{b}, "", nil, mapping.Match{}, nil
	out := trace{at: -1}
	for n := len(b.Steps); n >= 0; n-- {
		m.Columns[0].Steps = b.Steps[:n]
		program, err := mapping.Compile(m, *d.Source(), mapping.About{Destination: d.Destination(), Ref: s.Refs.Ref})
		if err != nil {
			out.wrong, out.at = core.AsFault(err), n-1
			continue
		}
		rows := mapping.Preview(program, []core.Record{arranged(s, record, program.Fields())})
		if len(rows) == 1 && len(rows[0].Cells) == 1 {
			out.cell = rows[0].Cells[0]
		}
		return out
	}
	return out
}

// arranged is a sample record with its values in the order of a Program.
func arranged(s *Sampled, record int, fields []string) core.Record {
	r := core.Record{Key: s.Records[record].Key, Values: make([]core.Value, len(fields))}
	at := make(map[string]int, len(s.Fields))
	for i, name := range s.Fields {
		at[name] = i
	}
	for i, name := range fields {
		if j, ok := at[name]; ok && j < len(s.Records[record].Values) {
			r.Values[i] = s.Records[record].Values[j]
		}
	}
	return r
}

// showCompatibilities is the whole table of what can be put into what.
func (p *mappingPage) showCompatibilities() {
	var sheet *kit.Sheet
	rows := []fyne.CanvasObject{kit.QuietPara(lang.L("What a field holds decides into which fields it can be put. What does not fit needs a change on the way, or another field."))}
	last := ""
	no := []string{}
	flush := func() {
		if len(no) > 0 {
			rows = append(rows, kit.Pad(3, 0, 3, 0, kit.TopRow(9, kit.NewIcon("cross", look.Failed, 14),
				kit.Grow(kit.NewText(lang.L("not into: {{.Types}}", kit.M{"Types": strings.Join(no, ", ")}), kit.Style{Size: 13, Ink: look.Quiet, Wrap: true})))))
		}
		no = no[:0]
	}
	for _, c := range mapping.Compatibilities() {
		if c.From != last {
			flush()
			last = c.From
			rows = append(rows, kit.Pad(10, 0, 2, 0, kit.Column(4, kit.Hairline(), kit.Pad(4, 0, 0, 0, kit.Strong(c.From)))))
		}
		if !c.OK {
			no = append(no, c.To)
			continue
		}
		how := c.Conversion
		if how == "" {
			how = lang.L("as it is")
		}
		rows = append(rows, kit.TopRow(9, kit.NewIcon("check", look.Passed, 14), kit.Sized(140, 0, kit.NewText(c.To, kit.Style{Size: 13})),
			kit.Grow(kit.NewText(how, kit.Style{Size: 13, Ink: look.Quiet, Wrap: true}))))
	}
	flush()
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: lang.L("What fits where"), Width: 600, Body: kit.Column(3, rows...),
		Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })},
	})
}
