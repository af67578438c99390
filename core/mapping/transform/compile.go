package transform

import (
	"slices"
	"strings"

	"ferry/core"
)

// A Problem is something wrong with a chain, and where.
type Problem struct {
	Step  int    // which step, from 0
	Param string // which of its params; "" for the step as a whole
	Fault *core.Fault
}

// Error is the text of the Fault: no value of a record is in it.
func (p Problem) Error() string { return p.Fault.Error() }

// Unwrap gives the Fault.
func (p Problem) Unwrap() error { return p.Fault }

// A Chain is steps made ready to run. It never changes and serves many goroutines.
type Chain struct {
	input string // name of the field whose value goes in
	links []link
	gives Kinds
}

type link struct {
	title string
	takes Kinds
	nulls bool
	blind bool
	do    Func
}

// Compile makes a Chain. The error is the first Problem.
func Compile(steps []Step, env Env) (*Chain, error) {
	c, problems := compile(steps, env)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	return c, nil
}

// Problems are all things wrong with steps, in their order.
func Problems(steps []Step, env Env) []Problem {
	_, problems := compile(steps, env)
	return problems
}

func compile(steps []Step, env Env) (*Chain, []Problem) {
	c := &Chain{input: env.Input.Name, links: make([]link, 0, min(len(steps), maxSteps))}
	if len(steps) > maxSteps {
		return nil, []Problem{{Step: maxSteps, Fault: tooManySteps()}}
	}
	var problems []Problem
	known := All()
	begins := env.Input.Name == ""
	at := Kinds(0)
	if !begins {
		at = KindsOf(env.Input.Type)
	}
	for i, s := range steps {
		t := find(known, s.Name)
		if t == nil {
			problems = append(problems, Problem{Step: i, Fault: unknown(s.Name)})
			at, begins = Every, false
			continue
		}
		b := &build{t: t, step: s, at: i, env: env, in: at, begins: begins, gives: t.Gives}
		b.check()
		do := t.make(b)
		problems = append(problems, b.problems...)
		c.links = append(c.links, link{title: t.Title, takes: t.Takes, nulls: t.nulls, blind: t.blind, do: do})
		begins = false
		if at = b.gives; at == 0 {
			at = b.in & t.Takes
		}
	}
	c.gives = at
	return c, problems
}

// check looks at what does not need the Transform's own knowledge.
func (b *build) check() {
	switch {
	case b.begins && !b.t.Begins:
		b.problems = append(b.problems, Problem{Step: b.at, Fault: nothingYet(b.t)})
	case !b.begins && b.in&b.t.Takes == 0:
		b.problems = append(b.problems, Problem{Step: b.at, Fault: misfit(b.t.Title, b.t.Takes, b.in, b.env.Input.Name)})
	}
	var names []string
	for name := range b.step.Params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if b.t.Param(name) == nil {
			b.wrong(name, unknownParam(b.t))
		} else if len(b.step.Params[name]) > maxParam {
			b.wrong(name, longParam(b.t, *b.t.Param(name)))
			// The rest of the checks need not look at it.
			b.step.Params = without(b.step.Params, name)
		}
	}
}

func without(params map[string]string, name string) map[string]string {
	rest := make(map[string]string, len(params))
	for n, v := range params {
		if n != name {
			rest[n] = v
		}
	}
	return rest
}

func find(all []*Transform, name string) *Transform {
	for _, t := range all {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Gives are the kinds of value that may come out, empty ones apart.
func (c *Chain) Gives() Kinds { return c.gives }

// Apply runs the chain on one value. A Fault says why the record cannot be carried.
func (c *Chain) Apply(v core.Value, row []core.Value) (core.Value, *core.Fault) {
	var f *core.Fault
	for i := range c.links {
		if v, f = c.links[i].apply(v, row, c.input); f != nil {
			return core.Value{}, f
		}
	}
	return v, nil
}

// Trace gives the value behind each step. Where a step refuses the value, the Fault says why and the values end.
func (c *Chain) Trace(v core.Value, row []core.Value) ([]core.Value, *core.Fault) {
	all := make([]core.Value, 0, len(c.links))
	for i := range c.links {
		var f *core.Fault
		if v, f = c.links[i].apply(v, row, c.input); f != nil {
			return all, f
		}
		all = append(all, v)
	}
	return all, nil
}

func (l *link) apply(v core.Value, row []core.Value, field string) (core.Value, *core.Fault) {
	switch k := v.Kind(); {
	case k == core.KindAbsent:
		if !l.blind {
			return v, nil
		}
	case k == core.KindNull:
		if !l.nulls {
			return v, nil
		}
	case !l.takes.Has(k):
		f := misfit(l.title, l.takes, only(k), field)
		f.Kind = core.BadRecord
		return core.Value{}, f
	}
	return l.do(v, row)
}

// FieldsOf are the logical names of the other fields that steps read, each once, in their order: what a query must
// also select.
func FieldsOf(steps []Step) []string {
	var names []string
	add := func(name string) {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	known := All()
	for _, s := range steps {
		t := find(known, s.Name)
		if t == nil {
			continue
		}
		for _, p := range t.Params {
			v := s.Params[p.Name]
			if len(v) > maxParam {
				continue
			}
			switch p.Kind {
			case ParamField:
				add(v)
			case ParamFields:
				for name := range strings.SplitSeq(v, ",") {
					add(name)
				}
			case ParamTemplate:
				pieces, _ := parseTemplate(v)
				for _, piece := range pieces {
					if piece.field {
						add(piece.text)
					}
				}
			}
		}
	}
	return names
}
