package wiring

import (
	"context"
	"maps"
	"slices"

	"ferry/core"
	"ferry/core/mapping"
)

// BeginMapping is the mapping of a source table into one of the destination's own tables, before anybody made one. Without
// a name it is the one that the destination proposes.
func BeginMapping(ctx context.Context, source core.Source, to core.Destination, table, into string) (mapping.Mapping, error) {
	t, err := source.Describe(ctx, table)
	if err != nil {
		return mapping.Mapping{}, err
	}
	if into == "" {
		return begun(ctx, t, to)
	}
	there, err := to.Describe(ctx, into)
	if err != nil {
		return mapping.Mapping{}, err
	}
	if adopter, ok := to.(core.Adopter); ok {
		if all, known := adopter.Adopts(table); known {
			if a, known := all.Into(into); known {
				return adopted(a, t, there)
			}
		}
	}
	return mapping.NewDraft(t, &there).Saved(), nil
}

// begun is the mapping of a table before anybody made one: what the destination says of it, or else a copy of the table.
func begun(ctx context.Context, t core.Table, to core.Destination) (mapping.Mapping, error) {
	adopter, ok := to.(core.Adopter)
	if !ok {
		return mapping.Default(t), nil
	}
	a, ok := adopter.Adopts(t.Name.Logical)
	if !ok {
		return mapping.Mapping{}, notAdopted(t.Name.Plural)
	}
	there, err := to.Describe(ctx, a.Table)
	if err != nil {
		return mapping.Mapping{}, err
	}
	return adopted(a, t, there)
}

// adopted makes the mapping that a destination proposes, of the fields that both sides have.
func adopted(a core.Adoption, t, there core.Table) (mapping.Mapping, error) {
	d := mapping.NewDraft(t, &there)
	m := d.Saved()
	m.Columns, m.ActiveOnly, m.Match = nil, a.ActiveOnly, mapping.Match{Columns: a.Match}
	if a.Retire != "" { // a record that is not active any more is none there either
		m.Left = mapping.Policy{Do: mapping.MarkInactive, Column: a.Retire, Value: "yes"}
	}
	d = mapping.Edit(m, t, &there)
	for _, p := range a.Pairs {
		f := t.Field(p.Field)
		switch {
		case f != nil && f.Readable:
			if err := d.Bind(p.Field, p.Column); err != nil {
				return m, err
			}
		case p.Template != "":
			if err := d.BindTemplate(p.Column, p.Template); err != nil {
				return m, err
			}
		case p.Text != "":
			if err := d.BindConstant(p.Column, p.Text); err != nil {
				return m, err
			}
		}
	}
	m = d.Saved()
	for i := range m.Columns {
		b := &m.Columns[i]
		at := slices.IndexFunc(a.Pairs, func(p core.Adopted) bool { return p.Column == b.Column })
		if at < 0 {
			continue
		}
		if p := a.Pairs[at]; p.Target != "" && b.Lookup != nil {
			b.Lookup.Target = p.Target
		}
		if p := a.Pairs[at]; p.Step != "" && b.From == mapping.FromField {
			b.Steps = []mapping.Step{{Name: p.Step, Params: p.Params}}
		}
		if choices := a.Pairs[at].Choices; choices != nil && b.From == mapping.FromField {
			b.Choices = &mapping.Choices{}
			for _, code := range slices.Sorted(maps.Keys(choices)) {
				b.Choices.Values = append(b.Choices.Values, mapping.ChoicePair{Code: code, Label: labelOf(t.Field(b.Field), code), To: choices[code]})
			}
		}
	}
	return m, nil
}

// labelOf is the label of an option; "" when there is none.
func labelOf(f *core.Field, code int64) string {
	for _, o := range f.Options {
		if o.Code == code {
			return o.Label
		}
	}
	return ""
}

func notAdopted(plural string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.not-adopted", Owner: core.You,
		Cause:   "Nobody has said yet what becomes of this table at the destination.",
		Remedy:  "Make a mapping for it in Ferry's window, or leave the table out.",
		Subject: core.Subject{Table: plural},
	}
}
