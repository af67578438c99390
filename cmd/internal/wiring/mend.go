package wiring

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/report"
)

// RecordsOf reads, for a list of refused records, the fields that the mappings are made from as their source has them now.
// Nothing of them is kept.
func RecordsOf(ctx context.Context, source core.Source, maps []mapping.Mapping) (*report.Records, error) {
	out := &report.Records{}
	first := map[string]int{} // where a table's cells begin
	fields := map[string][]string{}
	labels := map[string]map[string]map[int64]string{}
	about := func(name string) *core.Table {
		t, err := source.Describe(ctx, name)
		if err != nil {
			return nil
		}
		return &t
	}
	for _, parent := range maps {
		for _, m := range mapping.Flatten(parent, about) {
			t, err := source.Describe(ctx, m.Source)
			if err != nil {
				return nil, core.During("reading the description of "+m.Source, err)
			}
			p, err := mapping.Compile(m, t, mapping.About{Tables: about, Ref: func(_, _, _ string) (core.Value, bool) { return core.Value{}, false }})
			if err != nil {
				return nil, err
			}
			if labels[m.Source] == nil {
				labels[m.Source] = map[string]map[int64]string{}
			}
			for _, name := range p.Fields() {
				if slices.Contains(fields[m.Source], name) {
					continue
				}
				fields[m.Source] = append(fields[m.Source], name)
				labels[m.Source][name] = map[int64]string{}
				for _, o := range t.Field(name).Options {
					labels[m.Source][name][o.Code] = o.Label
				}
			}
		}
	}
	for _, parent := range maps {
		for _, m := range mapping.Flatten(parent, about) {
			if _, done := first[m.Source]; done {
				continue
			}
			first[m.Source] = len(out.Head)
			for _, name := range fields[m.Source] {
				out.Head = append(out.Head, m.Source+"."+name)
			}
		}
	}
	out.Read = func(table string, keys []string) (map[string][]string, error) {
		at, ok := first[table]
		if !ok {
			return nil, nil
		}
		rows := map[string][]string{}
		q := core.Query{Table: table, Fields: fields[table], Keys: keys}
		for page, err := range source.Read(ctx, q, core.Bookmark{}) {
			if err != nil {
				return nil, core.During("reading "+table, err)
			}
			for _, r := range page.Records {
				if r.Gone {
					continue
				}
				cells := make([]string, at+len(r.Values))
				for i, v := range r.Values {
					cells[at+i] = strings.Clone(v.Canonical())
					if l := labels[table][fields[table][i]][v.AsInt()]; l != "" && (v.Kind() == core.KindChoice || v.Kind() == core.KindBool) {
						cells[at+i] = l + " (" + cells[at+i] + ")"
					}
				}
				rows[strings.Clone(r.Key)] = cells
			}
			page.Release()
		}
		return rows, nil
	}
	return out, nil
}
