package ui

import (
	"slices"

	"ferry/core"
	"ferry/ui/kit"
)

// saidOf are kinds of destination with their words in the person's language.
func saidOf(all []core.Driver[core.Destination]) []core.Driver[core.Destination] {
	all = slices.Clone(all)
	for i := range all {
		d := &all[i]
		d.Title, d.Summary = kit.Said(d.Title), kit.Said(d.Summary)
		d.Settings = slices.Clone(d.Settings)
		for n := range d.Settings {
			s := &d.Settings[n]
			s.Title, s.Help = kit.Said(s.Title), kit.Said(s.Help)
		}
		d.Guide.Title, d.Guide.Note = kit.Said(d.Guide.Title), kit.Said(d.Guide.Note)
		d.Guide.Steps = slices.Clone(d.Guide.Steps)
		for n := range d.Guide.Steps {
			d.Guide.Steps[n] = kit.Said(d.Guide.Steps[n])
		}
	}
	return all
}
