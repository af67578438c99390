package mapping

import "ferry/core"

// A chain is steps made ready to run.
type chain interface {
	Apply(v core.Value, row []core.Value) (core.Value, *core.Fault)
	Trace(v core.Value, row []core.Value) ([]core.Value, *core.Fault)
}

// steps compiles the steps of a column.
func (c *compiler) steps(b *Binding, col *column, input core.Field) error {
	if len(b.Steps) == 0 {
		return nil
	}
	return badStep(&c.p.m, b, b.Steps[0])
}

// A stepProblem is something wrong with one step.
type stepProblem struct {
	step  int
	fault *core.Fault
}

// stepProblems lists what is wrong with the steps of a binding.
func stepProblems(b *Binding, fields map[string]*core.Field, m *Mapping) []stepProblem {
	var out []stepProblem
	for i, s := range b.Steps {
		out = append(out, stepProblem{i, badStep(m, b, s)})
	}
	return out
}
