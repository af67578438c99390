package mapping

// A moment is a mapping as it was, and the verb that changed it.
type moment struct {
	m    Mapping
	verb string
}

// deepestUndo is how many steps can be taken back.
const deepestUndo = 200

// do takes a step: change gets a copy, which takes the mapping's place unless there is an error. What is recorded is the
// mapping as it was, which nobody changes any more.
func (d *Draft) do(verb string, change func(m *Mapping) error) error {
	next := clone(d.m)
	if err := change(&next); err != nil {
		return err
	}
	d.past = append(d.past, moment{d.m, verb})
	if len(d.past) > deepestUndo {
		d.past = append([]moment(nil), d.past[len(d.past)-deepestUndo:]...)
	}
	d.future = nil
	d.m, d.seen = clone(next), sight{}
	return nil
}

// Undo takes the last step back and tells which one it was; false when there is none.
func (d *Draft) Undo() (verb string, ok bool) {
	if len(d.past) == 0 {
		return "", false
	}
	last := d.past[len(d.past)-1]
	d.past = d.past[:len(d.past)-1]
	d.future = append(d.future, moment{d.m, last.verb})
	d.m, d.seen = last.m, sight{}
	return last.verb, true
}

// Redo takes the step again that was taken back last; false when there is none.
func (d *Draft) Redo() (verb string, ok bool) {
	if len(d.future) == 0 {
		return "", false
	}
	next := d.future[len(d.future)-1]
	d.future = d.future[:len(d.future)-1]
	d.past = append(d.past, moment{d.m, next.verb})
	d.m, d.seen = next.m, sight{}
	return next.verb, true
}

// CanUndo tells what Undo would take back; "" when there is nothing.
func (d *Draft) CanUndo() string {
	if len(d.past) == 0 {
		return ""
	}
	return d.past[len(d.past)-1].verb
}

// CanRedo tells what Redo would do again; "" when there is nothing.
func (d *Draft) CanRedo() string {
	if len(d.future) == 0 {
		return ""
	}
	return d.future[len(d.future)-1].verb
}

// Together takes the steps that f takes as one. When f returns an error, none of them was taken.
func (d *Draft) Together(verb string, f func() error) error {
	before, past, future := d.m, len(d.past), d.future
	kept := append([]moment(nil), d.past...)
	if err := f(); err != nil {
		d.m, d.past, d.future, d.seen = before, kept, future, sight{}
		return err
	}
	if len(d.past) == past && len(d.past) < deepestUndo {
		return nil // nothing was done
	}
	d.past = append(kept, moment{before, verb})
	if len(d.past) > deepestUndo {
		d.past = append([]moment(nil), d.past[len(d.past)-deepestUndo:]...)
	}
	return nil
}
