package mapping

import (
	"slices"
	"time"

	"ferry/core"
	"ferry/core/mapping/transform"
)

// A Step changes a value on its way: the name of a transform and its params.
type Step = transform.Step

// surroundings are what steps know beyond their value.
type surroundings struct {
	zone     *time.Location
	language string
	field    func(name string) (at int, f core.Field, ok bool)
	ref      func(table, id, field string) (core.Value, bool)
}

func (s surroundings) env(input core.Field) transform.Env {
	return transform.Env{Input: input, Location: s.zone, Language: s.language, Field: s.field, Ref: s.ref}
}

// input is what goes into the first step of a binding: a field, or a text that is made of others.
func stepInput(b *Binding, f core.Field) core.Field {
	switch {
	case b.From == FromConstant || b.From == FromTemplate || b.Part != Whole:
		return core.Field{Name: b.Column, Type: core.TypeText}
	case b.From == FromSeveral:
		f.Name = b.Fields[0]
	}
	return f
}

// steps compiles the steps of a column. Other fields that they read are read with it.
func (c *compiler) steps(b *Binding, col *column, input core.Field) error {
	if len(b.Steps) == 0 {
		return nil
	}
	for _, name := range transform.FieldsOf(b.Steps) {
		if _, _, err := c.use(name); err != nil {
			return err
		}
	}
	at := make(map[string]int, len(c.at))
	for name, i := range c.at {
		at[name] = i
	}
	s := surroundings{zone: c.p.zone, language: c.about.Language, ref: c.about.Ref, field: func(name string) (int, core.Field, bool) {
		i, ok := at[name]
		if !ok {
			return 0, core.Field{}, false
		}
		return i, *c.byKey[name], true
	}}
	chain, err := transform.Compile(b.Steps, s.env(stepInput(b, input)))
	if err != nil {
		return core.AsFault(err)
	}
	col.chain = chain
	return nil
}

// A stepProblem is something wrong with one step.
type stepProblem struct {
	step  int
	fault *core.Fault
}

// stepProblems lists what is wrong with the steps of a binding; gives are the kinds of value that come out of them.
func stepProblems(b *Binding, fields map[string]*core.Field, m *Mapping) (out []stepProblem, gives transform.Kinds) {
	if len(b.Steps) == 0 {
		return nil, transform.Every
	}
	zone, err := m.location()
	if err != nil {
		zone = time.UTC
	}
	asked := func(_, _, _ string) (core.Value, bool) { return core.Value{}, false } // an import asks for them; see Asks
	s := surroundings{zone: zone, ref: asked, field: func(name string) (int, core.Field, bool) {
		f := fields[name]
		if f == nil || !f.Readable {
			return 0, core.Field{}, false
		}
		return 0, *f, true
	}}
	var input core.Field
	if f := fields[b.input()]; f != nil {
		input = *f
	}
	env := s.env(stepInput(b, input))
	for _, p := range transform.Problems(b.Steps, env) {
		out = append(out, stepProblem{p.Step, p.Fault})
	}
	if chain, err := transform.Compile(b.Steps, env); err == nil {
		return out, chain.Gives()
	}
	return out, transform.Every
}

// arrives reports whether any kind of value out of some steps fits into a family.
func arrives(gives transform.Kinds, into family) bool {
	kinds := []core.Kind{core.KindBool, core.KindInt, core.KindDecimal, core.KindText, core.KindTime, core.KindDate, core.KindChoice, core.KindChoices, core.KindRef, core.KindBytes}
	return gives == 0 || slices.ContainsFunc(kinds, func(k core.Kind) bool {
		_, ok := compatible[kindFamily(k)][into]
		return gives.Has(k) && ok
	})
}
