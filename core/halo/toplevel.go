package halo

import (
	"context"
	"encoding/json"
	"strings"

	"ferry/core"
)

// topLevel is the id of the top level of a name. It is made when there is none: whoever maps something to it asked for that.
func (d *Destination) topLevel(ctx context.Context, name string) (int64, error) {
	if d.levels == nil {
		var answer objects
		answer.key = "tree"
		if err := d.c.get(ctx, "reading the top levels of Halo", "TopLevel", nil, &answer); err != nil {
			return 0, err
		}
		d.levels = map[string]int64{}
		for _, o := range answer.rows {
			if n, ok := o.id("id"); ok && d.levels[fold(o.text("name"))] == 0 {
				d.levels[fold(o.text("name"))] = n
			}
		}
	}
	if n := d.levels[fold(name)]; n != 0 {
		return n, nil
	}
	saved, err := d.c.post(ctx, "making a top level in Halo", "TopLevel", []object{{"name": strings.TrimSpace(name)}})
	if err != nil {
		return 0, err
	}
	for _, o := range saved {
		if n, ok := o.id("id"); ok {
			d.levels[fold(name)] = n
			return n, nil
		}
	}
	d.levels = nil
	return 0, core.During("making a top level in Halo", otherPlan())
}

// labelsOf reads labels: a JSON array of texts, or one text.
func labelsOf(text string) []string {
	var labels []string
	if json.Unmarshal([]byte(text), &labels) == nil {
		return labels
	}
	return []string{text}
}
