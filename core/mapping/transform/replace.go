package transform

import (
	"regexp"
	"strings"

	"ferry/core"
)

func replace() *Transform {
	return &Transform{
		Name: "replace", Title: "Replace", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Puts one text in the place of another, everywhere it occurs.",
		Params: []Param{
			{Name: "find", Title: "Find", Kind: ParamText, Required: true, Help: "The text to look for."},
			{Name: "with", Title: "Replace with", Kind: ParamText, Help: "What takes its place. Nothing: it is taken out. With a pattern, $1 is what its first brackets found."},
			{Name: "how", Title: "How to look", Kind: ParamChoice, Default: "exact", Help: "What counts as found.", Choices: []Choice{
				{"exact", "Exactly this text"}, {"anycase", "This text, large or small letters"}, {"whole", "Only where it is the whole value"}, {"pattern", "A pattern (regular expression)"}}},
		},
		Examples: []Example{
			{Params: map[string]string{"find": "Ltd.", "with": "Limited"}, In: core.Text("Contoso Ltd."), Out: core.Text("Contoso Limited"), Why: "One text for another."},
			{Params: map[string]string{"find": "-"}, In: core.Text("12-34-56"), Out: core.Text("123456"), Why: "Without a new text it is taken out."},
			{Params: map[string]string{"find": "N/A", "how": "whole"}, In: core.Text("N/A"), Out: core.Text(""), Why: "The whole value; “Blank to empty” behind it makes it empty."},
			{Params: map[string]string{"find": "N/A", "how": "whole"}, In: core.Text("see N/A list"), Out: core.Text("see N/A list"), Why: "A part of a value stays."},
			{Params: map[string]string{"find": "ltd", "with": "Limited", "how": "anycase"}, In: core.Text("A LTD, B Ltd"), Out: core.Text("A Limited, B Limited"), Why: "Large or small letters."},
			{Params: map[string]string{"find": `^(\w+), (\w+)$`, "with": "$2 $1", "how": "pattern"}, In: core.Text("Smith, Anna"), Out: core.Text("Anna Smith"), Why: "A pattern turns a name round."},
			{Params: map[string]string{"find": "(", "how": "pattern"}, In: core.Text("a"), Refused: "transform.setting", Why: "A bracket that does not close is no pattern."},
			{Params: map[string]string{"find": "$1", "with": "$2"}, In: core.Text("costs $1"), Out: core.Text("costs $2"), Why: "Signs mean themselves unless a pattern is chosen."},
		},
		make: makeReplace,
	}
}

func makeReplace(b *build) Func {
	find, with, how := b.text("find"), b.text("with"), b.choice("how")
	title, field := b.t.Title, b.env.Input.Name
	var pattern *regexp.Regexp
	switch how {
	case "whole":
		return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
			if v.AsText() == find {
				return core.Text(with), nil
			}
			return v, nil
		}
	case "anycase":
		r, err := regexp.Compile("(?i)" + regexp.QuoteMeta(find))
		if err != nil {
			b.bad("find", find, "Look for less, or choose “Exactly this text”.")
			return nil
		}
		pattern, with = r, strings.ReplaceAll(with, "$", "$$")
	case "pattern":
		if pattern = b.pattern("find"); pattern == nil {
			return nil
		}
	default:
		return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
			s := v.AsText()
			if find == "" {
				return v, nil
			}
			n := strings.Count(s, find)
			if size := len(s) + n*(len(with)-len(find)); size > maxText && size > len(s) {
				return core.Value{}, tooLong(title, field)
			}
			return core.Text(strings.ReplaceAll(s, find, with)), nil
		}
	}
	return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
		s, ok := expand(pattern, v.AsText(), with)
		if !ok {
			return core.Value{}, tooLong(title, field)
		}
		return core.Text(s), nil
	}
}

// expand replaces what r finds in s, and gives up before the result grows beyond what is allowed.
func expand(r *regexp.Regexp, s, with string) (string, bool) {
	all := r.FindAllStringSubmatchIndex(s, -1)
	if all == nil {
		return s, true
	}
	var out []byte
	end := 0
	for _, m := range all {
		out = append(out, s[end:m[0]]...)
		out = r.ExpandString(out, with, s, m)
		end = m[1]
		if len(out) > maxText && len(out) > len(s) {
			return "", false
		}
	}
	return string(append(out, s[end:]...)), true
}
