package core_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"ferry/core"
)

func TestAStepThatDependsOnAFailedOneIsNotTried(t *testing.T) {
	step := func(id string, err error, on ...string) core.Step {
		return core.Step{Check: core.Check{ID: id, DependsOn: on}, Do: func(_ context.Context, c *core.Check) error {
			if id == "warns" {
				c.State = core.CheckWarned
			}
			return err
		}}
	}
	var told []string
	last := map[string]core.Check{}
	core.TakeSteps(t.Context(), "testing the disk", []core.Step{
		step("place", nil), step("file", errors.New("no")), step("warns", nil, "place"), step("tables", nil, "place", "file"), step("rows", nil, "tables"),
	}, func(c core.Check) {
		told = append(told, c.ID+" "+string(c.State))
		last[c.ID] = c
	})
	want := []string{"place running", "place passed", "file running", "file failed", "warns running", "warns warned", "tables untried", "rows untried"}
	if !slices.Equal(told, want) {
		t.Errorf("told was %q, want %q", told, want)
	}
	if f := last["file"].Fault; f == nil || f.Op != "testing the disk" {
		t.Errorf("the fault is %+v", f)
	}
}
