package core

import "context"

// A Step is one step of System.Checks, and what takes it: Do writes what it found into Detail and may set the state to
// CheckWarned; its error is why the step failed.
type Step struct {
	Check
	Do func(context.Context, *Check) error
}

// TakeSteps takes steps in turn, as System.Checks promises: each is told when it starts and when it ends, and one that
// depends on a step that failed, or that was not tried itself, is not tried. op is the operation that Faults name.
func TakeSteps(ctx context.Context, op string, steps []Step, tell func(Check)) {
	failed := map[string]bool{}
	for _, s := range steps {
		c := s.Check
		for _, on := range c.DependsOn {
			failed[c.ID] = failed[c.ID] || failed[on]
		}
		if failed[c.ID] {
			c.State = CheckUntried
			tell(c)
			continue
		}
		c.State = CheckRunning
		tell(c)
		c.State = CheckPassed
		if err := s.Do(ctx, &c); err != nil {
			c.State, c.Fault, failed[c.ID] = CheckFailed, AsFault(During(op, err)), true
		}
		tell(c)
	}
}
