package mapping

import (
	"slices"

	"ferry/core"
)

// An Ask is what a Program wants to know of other records: of each record that the lookup Field points at, its name
// (Want is ""), or one of its fields. About.Ref answers it.
type Ask struct {
	Field string
	Want  string
}

// Asks are what a mapping wants to know of other records, each once.
func (m Mapping) Asks() []Ask {
	var asks []Ask
	for _, b := range m.Columns {
		for _, s := range b.Steps {
			if s.Name != "lookup" {
				continue
			}
			a := Ask{}
			switch s.Params["part"] {
			case "id", "table":
				continue
			case "key":
				a.Want = s.Params["key"]
			}
			for _, a.Field = range b.inputs() {
				if a.Field != "" && !slices.Contains(asks, a) {
					asks = append(asks, a)
				}
			}
		}
	}
	return asks
}

// inputs are the fields that the value before the first step may come from.
func (b *Binding) inputs() []string {
	if b.From == FromSeveral {
		return b.Fields
	}
	return []string{b.Field}
}

// RefValues answers Asks from what was read before: by table, id and field; the field "" is the name.
type RefValues map[[3]string]core.Value

// Ref is About.Ref over the values that are there.
func (r RefValues) Ref(table, id, field string) (core.Value, bool) {
	v, ok := r[[3]string{table, id, field}]
	return v, ok
}
