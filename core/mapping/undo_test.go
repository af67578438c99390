package mapping

import "testing"

func TestSeveralStepsAreTakenBackAsOne(t *testing.T) {
	d := draft(t)
	was := Digest(d.Saved())
	err := d.Together("add trim", func() error {
		for _, column := range []string{"name", "phonenumber"} {
			if err := d.SetSteps(column, Step{Name: "trim"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || d.CanUndo() != "add trim" {
		t.Fatalf("%v; Undo would take back %q", err, d.CanUndo())
	}
	d.Undo()
	if Digest(d.Saved()) != was {
		t.Error("one Undo leaves some of the steps")
	}
	if verb, ok := d.Redo(); !ok || verb != "add trim" {
		t.Errorf("Redo does %q", verb)
	}
}

func TestStepsOfWhichOneFailsAreNotTaken(t *testing.T) {
	d := draft(t)
	was, undo := Digest(d.Saved()), d.CanUndo()
	err := d.Together("add trim", func() error {
		if err := d.SetSteps("name", Step{Name: "trim"}); err != nil {
			return err
		}
		return d.SetSteps("no such column", Step{Name: "trim"})
	})
	if err == nil || Digest(d.Saved()) != was || d.CanUndo() != undo {
		t.Errorf("%v; Undo would take back %q", err, d.CanUndo())
	}
	if err := d.Together("nothing", func() error { return nil }); err != nil || d.CanUndo() != undo {
		t.Errorf("doing nothing is a step: %v, %q", err, d.CanUndo())
	}
}
