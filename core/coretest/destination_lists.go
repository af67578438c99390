package coretest

import (
	"fmt"
	"slices"
	"testing"

	"ferry/core"
)

// lists proves that all keys are told, each once, however few at a time; and that a digest of what a batch left tells, without
// changing anything, whether a row is still so. A comparison leans on both.
func (s suite) lists(t *testing.T) {
	d := s.open(t)
	lister, ok := d.(core.Lister)
	if !ok {
		return
	}
	p := plan()
	if keys, err := lister.Keys(t.Context(), p, "", 10); err != nil || len(keys) != 0 {
		t.Errorf("before there is a table: %v, %v", keys, err)
	}
	p = prepare(t, d, p)
	var columns []string
	var left []core.Replaced
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: rows(0, 57), Before: func(c []string, r []core.Replaced) error {
		columns, left = slices.Clone(c), append(left, r...)
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	var all []string
	for after := ""; ; {
		some, err := lister.Keys(t.Context(), p, after, 10)
		if err != nil || len(some) > 10 {
			t.Fatalf("%d keys, %v", len(some), err)
		}
		if len(some) == 0 {
			break
		}
		all, after = append(all, some...), some[len(some)-1]
	}
	slices.Sort(all)
	want := keysOf(57)
	slices.Sort(want)
	if !slices.Equal(all, want) {
		t.Errorf("%d keys, want %d", len(all), len(want))
	}
	r, ok := d.(core.Rememberer)
	if !ok {
		return
	}
	changed := row(3)
	changed.Values[0] = core.Text("changed")
	write(t, d, p, "c", changed, core.Record{Key: Key(4), Gone: true})
	got := map[core.OutcomeKind]int{}
	for i := range left {
		left[i].Made, left[i].Was = true, nil
	}
	outcomes, err := r.PutBack(t.Context(), p, columns, left, true)
	for _, o := range outcomes {
		got[o.Kind]++
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(map[core.OutcomeKind]int{core.Removed: 55, core.Refused: 1, core.Unchanged: 1}) {
		t.Errorf("%v, %v", got, err)
	}
}
