package transform

import "ferry/core"

// parent is the lookup of the examples, whose records the examples' Env knows.
func parent() core.Field {
	return core.Field{Name: "parentcustomerid", Type: core.TypeCustomer, Targets: []string{"account", "contact"}}
}

func lookupPart() *Transform {
	return &Transform{
		Name: "lookup", Title: "Part of a lookup", Group: Options, Takes: only(core.KindRef), Gives: Every,
		Summary: "Gives the id, the table or the name of the record that a lookup points at, or one of its fields, such as its key.",
		Params: []Param{
			{Name: "part", Title: "Part", Kind: ParamChoice, Default: "name", Help: "What is taken of it.", Choices: []Choice{
				{"name", "Its name"}, {"id", "Its id"}, {"key", "One of its fields (its key)"}, {"table", "Its table"}}},
			{Name: "key", Title: "Field of that record", Kind: ParamText, Help: "The logical name of the field, such as accountnumber. Only for “One of its fields”."},
			otherwise(refuse),
		},
		Examples: []Example{
			{Field: parent(), In: core.Ref("account", "a1"), Out: core.Text("Contoso"), Why: "The name of the record."},
			{Field: parent(), Params: map[string]string{"part": "id"}, In: core.Ref("account", "a1"), Out: core.Text("a1"), Why: "Its id."},
			{Field: parent(), Params: map[string]string{"part": "table"}, In: core.Ref("account", "a1"), Out: core.Text("account"), Why: "Its table."},
			{Field: parent(), Params: map[string]string{"part": "key", "key": "accountnumber"}, In: core.Ref("account", "a1"), Out: core.Text("C-1001"), Why: "Its key."},
			{Field: parent(), In: core.Ref("account", "a9"), Refused: "transform.unreadable", Why: "A record that is not known is refused."},
			{Field: parent(), Params: map[string]string{"part": "key"}, In: core.Ref("account", "a1"), Refused: "transform.missing", Why: "It must say which field."},
			{Field: parent(), In: core.Null(), Out: core.Null(), Why: "Empty stays empty."},
		},
		make: makeLookup,
	}
}

func makeLookup(b *build) Func {
	part, field := b.choice("part"), ""
	known := b.env.Ref
	b.gives = texts
	switch part {
	case "key":
		b.gives = Every
		if field = b.text("key"); field == "" {
			b.wrong("key", missing(b.t, *b.t.Param("key")))
		}
	case "id", "table":
		known = func(table, id, _ string) (core.Value, bool) {
			if part == "table" {
				return core.Text(table), table != ""
			}
			return core.Text(id), id != ""
		}
	}
	if known == nil {
		b.problems = append(b.problems, Problem{Step: b.at, Fault: noNames(b.t)})
	}
	refused := b.otherwise("the record it points at is not known")
	return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
		table, id := v.AsRef()
		if found, ok := known(table, id, field); ok {
			return found, nil
		}
		return refused(v, row)
	}
}
