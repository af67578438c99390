package ui

import (
	"strings"

	"ferry/core/mapping"
)

// fieldsView is what somebody searches, shows and has ticked among the fields of one mapping.
type fieldsView struct {
	search string
	show   mapping.Show
	picked bool
	ticked map[string]bool
}

// settle makes sure that search, chips and ticks are those of the draft that is shown.
func (f *mappingFields) settle() {
	defer f.begin()
	of := strings.Join(f.p.path, "\n")
	if of == f.of {
		return
	}
	f.views[f.of] = &fieldsView{f.search.Text, f.show, f.picked, f.ticked}
	v := f.views[of]
	if v == nil {
		v = &fieldsView{ticked: map[string]bool{}}
	}
	f.of, f.show, f.picked, f.ticked, f.editing, f.name = of, v.show, v.picked, v.ticked, "", nil
	f.search.Text = v.search
	f.search.Refresh()
}

// begin chooses what is shown until somebody says it: what is mapped, where that is some of many. A search looks in all.
func (f *mappingFields) begin() {
	d := f.p.draft()
	if f.picked || d == nil {
		return
	}
	f.show = mapping.ShowAll
	if t := d.Tally(); t.Mapped > 0 && t.Unmapped > 0 && strings.TrimSpace(f.search.Text) == "" {
		f.show = mapping.ShowMapped
	}
}

// pick shows other fields, for as long as the page is open.
func (f *mappingFields) pick(show mapping.Show) {
	f.show, f.picked = show, true
	f.p.w.refresh()
}
