package transform

import (
	"strings"

	"ferry/core"
)

func template() *Transform {
	return &Transform{
		Name: "template", Title: "Template", Group: Fields, Takes: written, Gives: texts, Begins: true, nulls: true, blind: true,
		Summary: "Makes one text of several fields: {{firstname}} {{lastname}}. Choices give their labels, lookups their names where they are known.",
		Params: []Param{
			{Name: "template", Title: "Template", Kind: ParamTemplate, Required: true,
				Help: "Text with logical names of fields in double braces. {{}} is the value of the step before. {{{{ and }}}} write double braces."},
			{Name: "tidy", Title: "Close gaps", Kind: ParamYesNo, Default: "no", Help: "Leaves out the spaces around a field that is empty."},
		},
		Examples: []Example{
			{Params: map[string]string{"template": "{{firstname}} {{lastname}}"}, In: core.Null(), Beside: names("Anna", "Smith"), Out: core.Text("Anna Smith"), Why: "Two fields with a space between."},
			{Params: map[string]string{"template": "{{}} ({{lastname}})"}, In: core.Text("Contoso"), Beside: names("Anna", "Smith"), Out: core.Text("Contoso (Smith)"), Why: "{{}} is the value so far."},
			{Params: map[string]string{"template": "{{firstname}} {{middlename}} {{lastname}}"}, In: core.Null(), Beside: names("Anna", "Smith"), Out: core.Text("Anna  Smith"), Why: "An empty field leaves its spaces."},
			{Params: map[string]string{"template": "{{firstname}} {{middlename}} {{lastname}}", "tidy": "yes"}, In: core.Null(), Beside: names("Anna", "Smith"), Out: core.Text("Anna Smith"), Why: "Unless gaps are closed."},
			{Params: map[string]string{"template": "{{middlename}}!"}, In: core.Null(), Beside: names("Anna", "Smith"), Out: core.Null(), Why: "When all its fields are empty, so is the result."},
			{Params: map[string]string{"template": "{{firstname}}"}, In: core.Text("x"), Beside: []Beside{{Field: core.Field{Name: "firstname", Type: core.TypeText}}}, Out: core.Value{}, Why: "When nothing is known of a field, nothing is known of the result."},
			{Params: map[string]string{"template": "{{{{}}}} {{firstname}}"}, In: core.Null(), Beside: names("Anna", ""), Out: core.Text("{{}} Anna"), Why: "Doubled braces are written as braces."},
			{Params: map[string]string{"template": "{{status}}"}, In: core.Null(), Beside: []Beside{{Field: core.Field{Name: "status", Type: core.TypeChoice, Options: []core.Option{{Code: 1, Label: "Active"}}}, Value: core.Choice(1)}},
				Out: core.Text("Active"), Why: "A choice gives its label."},
			{Params: map[string]string{"template": "{{firstname} {{lastname}}"}, In: core.Null(), Beside: names("Anna", "Smith"), Refused: "transform.setting", Why: "Braces must close."},
			{Params: map[string]string{"template": "{{nickname}}"}, In: core.Null(), Beside: names("Anna", "Smith"), Refused: "transform.no-field", Why: "The field must be there."},
		},
		make: makeTemplate,
	}
}

// names are the fields of the examples.
func names(firstname, lastname string) []Beside {
	return []Beside{
		{core.Field{Name: "firstname", Type: core.TypeText}, core.Text(firstname)},
		{core.Field{Name: "middlename", Type: core.TypeText}, core.Null()},
		{core.Field{Name: "lastname", Type: core.TypeText}, core.Text(lastname)},
	}
}

// A part of a template is text as it stands or a field; a field without a name is the value so far.
type part struct {
	text  string
	field bool
}

// parseTemplate cuts a template into its parts. It is false when braces do not close or a name cannot be one.
func parseTemplate(s string) ([]part, bool) {
	var parts []part
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, part{text: literal.String()})
			literal.Reset()
		}
	}
	for s != "" {
		switch {
		case strings.HasPrefix(s, "{{{{"), strings.HasPrefix(s, "}}}}"):
			literal.WriteString(s[:2])
			s = s[4:]
		case strings.HasPrefix(s, "{{"):
			name, rest, ok := strings.Cut(s[2:], "}}")
			name = strings.TrimSpace(name)
			if !ok || !fieldName(name) {
				return parts, false
			}
			flush()
			parts = append(parts, part{text: name, field: true})
			s = rest
		default:
			literal.WriteByte(s[0])
			s = s[1:]
		}
	}
	flush()
	return parts, true
}

// fieldName reports whether s can be a logical name; "" stands for the value so far.
func fieldName(s string) bool {
	for _, r := range s {
		if r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return len(s) <= 200
}

// A slot is a part that is ready to run.
type slot struct {
	text  string
	field bool
	self  bool
	other other
}

func makeTemplate(b *build) Func {
	text := b.text("template")
	parts, ok := parseTemplate(text)
	if !ok {
		b.bad("template", text, "Write each field as two braces, its logical name, two braces: {{name}}. Only letters, digits and _ stand in a name.")
	}
	var slots []slot
	placeholders := 0
	for _, p := range parts {
		s := slot{text: p.text, field: p.field}
		if p.field {
			placeholders++
			if s.self = p.text == ""; s.self {
				if b.begins {
					b.bad("template", text, "There is no value before this step: write the logical name of a field between the braces.")
				}
			} else if s.other, ok = b.find("template", p.text); ok && KindsOf(s.other.field.Type)&written == 0 {
				b.bad("template", text, "Take the field "+p.text+" out: a file or image has no form in words.")
			}
		}
		slots = append(slots, s)
	}
	w, input, tidy := newWriter(b.env), b.env.Input, b.yes("tidy")
	title := b.t.Title
	return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
		filled := placeholders == 0
		var out gaps
		for _, s := range slots {
			if !s.field {
				out.literal(s.text, tidy)
				continue
			}
			value, f := v, input
			if !s.self {
				value, f = s.other.of(row), s.other.field
			}
			switch value.Kind() {
			case core.KindAbsent:
				return core.Value{}, nil
			case core.KindNull:
			default:
				filled = true
			}
			out.value(w.write(value, f))
			if out.Len() > maxText {
				return core.Value{}, tooLong(title, input.Name)
			}
		}
		if !filled {
			return core.Null(), nil
		}
		return core.Text(out.text(tidy)), nil
	}
}

// gaps is text that knows which of its spaces belong to a field that was empty.
type gaps struct {
	strings.Builder
	gap   bool // the last thing was an empty field
	solid int  // up to here nothing may be taken away
	space bool // ends in a space of the template
}

func (g *gaps) literal(s string, tidy bool) {
	if tidy && g.gap && (g.Len() == 0 || g.space) {
		s = strings.TrimLeft(s, " ")
	}
	if s == "" {
		return
	}
	g.WriteString(s)
	if kept := strings.TrimRight(s, " "); kept != "" {
		g.solid = g.Len() - (len(s) - len(kept))
	}
	g.space = strings.HasSuffix(s, " ")
	g.gap = false
}

func (g *gaps) value(s string) {
	if g.gap = s == ""; g.gap {
		return
	}
	g.WriteString(s)
	g.solid, g.space = g.Len(), false
}

func (g *gaps) text(tidy bool) string {
	if tidy && g.gap {
		return g.String()[:g.solid]
	}
	return g.String()
}
