package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/practice/world"
)

// A content is what stands at a destination: table, key, column, text. Cells in which nothing stands are left out.
type content map[string]map[string]map[string]string

func (c content) clone() content {
	out := content{}
	for table, rows := range c {
		out[table] = map[string]map[string]string{}
		for key, cells := range rows {
			out[table][key] = maps.Clone(cells)
		}
	}
	return out
}

// A cellAt is the place of a cell.
type cellAt struct{ table, key, column string }

// differences tells where two contents differ, other than in cells that may also have a second value.
func differences(got, want content, also map[cellAt]string) (all []string) {
	for _, table := range slices.Sorted(maps.Keys(union(got, want))) {
		for _, key := range slices.Sorted(maps.Keys(union(got[table], want[table]))) {
			have, there := got[table][key]
			expected, wanted := want[table][key]
			if there != wanted {
				all = append(all, fmt.Sprintf("%s %s is there: %v, wanted: %v", table, key, there, wanted))
				continue
			}
			for _, column := range slices.Sorted(maps.Keys(union(have, expected))) {
				second, loose := also[cellAt{table, key, column}]
				if have[column] != expected[column] && !(loose && have[column] == second) {
					all = append(all, fmt.Sprintf("%s.%s of %s is %.60q, wanted %.60q", table, column, key, have[column], expected[column]))
				}
			}
		}
	}
	return all
}

func union[V any](a, b map[string]V) map[string]bool {
	all := map[string]bool{}
	for _, m := range []map[string]V{a, b} {
		for k := range m {
			all[k] = true
		}
	}
	return all
}

// A variant is how the firms are mapped.
type variant struct {
	filter                                 int // see filterOf
	number, revenue, branch, parent, lower bool
	needsName                              bool // a firm without a name is refused
	leaves                                 bool // what is gone or left stays at the destination
	family                                 bool // the people are the firms' children; otherwise contacts come with all their fields
}

const filterKinds = 5

// mapping is the variant as it is saved.
func (v variant) mapping() mapping.Mapping {
	m := mirror()
	if v.leaves {
		m.Gone, m.Left = mapping.Policy{}, mapping.Policy{}
	}
	m.Columns[0].NotNull = v.needsName
	if v.lower {
		m.Columns[0].Steps = []mapping.Step{{Name: "lower"}}
	}
	for _, more := range []struct {
		on bool
		b  mapping.Binding
	}{
		{v.number, mapping.Binding{Column: "number", Type: core.ColumnText, Field: "accountnumber"}},
		{v.revenue, mapping.Binding{Column: "revenue", Type: core.ColumnDecimal, Field: "revenue"}},
		{v.branch, mapping.Binding{Column: "branch", Type: core.ColumnText, Field: "industrycode", Part: mapping.Label}},
		{v.parent, mapping.Binding{Column: "parent", Type: core.ColumnText, Field: "parentaccountid", Lookup: &mapping.Lookup{By: mapping.ByRecord}}},
	} {
		if more.on {
			more.b.MayEmpty = true
			m.Columns = append(m.Columns, more.b)
		}
	}
	switch v.filter {
	case 1:
		m.Filter = "address1_city eq 'Graz' or address1_city eq 'Linz'"
	case 2:
		m.ActiveOnly = true
	case 3:
		m.Where = &mapping.Filter{Any: []mapping.Filter{
			{Field: "address1_city", Op: mapping.Is, Values: []string{"Graz"}}, {Field: "name", Op: mapping.Begins, Values: []string{"Zz"}},
		}}
	case 4:
		m.ActiveOnly, m.Where = true, &mapping.Filter{Field: "address1_city", Op: mapping.Is, Values: []string{"Linz"}}
	}
	if v.family {
		m.Children = []mapping.Mapping{people()}
	}
	return m
}

// holds is the filter, said once more.
func (v variant) holds(name, city string, state int64) bool {
	is := func(other string) bool { return strings.EqualFold(city, other) }
	switch v.filter {
	case 1:
		return is("Graz") || is("Linz")
	case 2:
		return state == 0
	case 3:
		return is("Graz") || strings.HasPrefix(strings.ToLower(name), "zz")
	case 4:
		return state == 0 && is("Linz")
	}
	return true
}

// An expectation is what an import makes of a destination when it is complete.
type expectation struct {
	next   content
	also   map[cellAt]string // a reference to a row that is removed at the end of the run: the next run puts it right
	counts map[string]*expected2
}

// expected2 is what the receipt says of a table.
type expected2 struct {
	created, removed, refused, held int64 // held: all that the filter holds
	updated, perhaps                int64 // perhaps: only a cell of also differs
}

// expect works out what an import makes of what is there, from the environment itself.
func (l *life) expect(now content, tables []string) expectation {
	e := expectation{next: now.clone(), also: map[cellAt]string{}, counts: map[string]*expected2{}}
	for _, table := range tables {
		switch table {
		case "firm":
			l.expectFirms(now, e)
		case "person":
			l.expectPeople(now, e)
		case "contact":
			contacts, rows := l.s.env.World.Table("contact"), map[string]map[string]string{}
			l.each(contacts, func(r world.Row) {
				rows[r.Key] = map[string]string{}
				for column, cell := range expected(contacts, r) {
					rows[r.Key][column] = untyped(cell)
				}
			})
			e.overlay(table, now, rows, nil, false)
		}
	}
	return e
}

func (l *life) each(t *world.Table, f func(world.Row)) {
	for i := range l.s.env.World.Positions(t) {
		if r, ok := l.s.env.World.Row(t, i); ok {
			f(r)
		}
	}
}

func (l *life) expectFirms(now content, e expectation) {
	accounts := l.s.env.World.Table("account")
	rows, refused, parents := map[string]map[string]string{}, map[string]bool{}, map[string]string{}
	l.each(accounts, func(r world.Row) {
		get := func(name string) string {
			return untyped(plain(accounts.Column(name), r.Cells[accounts.Column(name).Index]))
		}
		state := r.Cells[accounts.Column("statecode").Index].N
		if !l.v.holds(get("name"), get("address1_city"), state) {
			return
		}
		cells := map[string]string{"firm_id": r.Key, "name": get("name"), "city": get("address1_city"), "state": get("statecode")}
		if l.v.needsName && cells["name"] == "" || l.badThere != "" && cells["name"] == l.badThere {
			refused[r.Key] = true
			return
		}
		if l.v.lower {
			cells["name"] = cases.Lower(language.Und).String(cells["name"])
		}
		if l.v.number {
			cells["number"] = get("accountnumber")
		}
		if l.v.revenue {
			cells["revenue"] = get("revenue")
		}
		if l.v.branch {
			cells["branch"] = untyped(expected(accounts, r)["industrycode_label"])
		}
		if l.v.parent {
			cells["parent"] = ""
			parents[r.Key] = get("parentaccountid")
		}
		rows[r.Key] = cells
	})
	for key, parent := range parents { // it is found when its row is there before anything is removed
		if _, ok := union(now["firm"], rows)[parent]; ok {
			rows[key]["parent"] = parent
		}
	}
	e.overlay("firm", now, rows, refused, !l.v.leaves)
	for key, parent := range parents {
		if _, stays := e.next["firm"][parent]; parent != "" && !stays && rows[key]["parent"] != "" {
			e.also[cellAt{"firm", key, "parent"}] = ""
			e.counts["firm"].perhaps++
		}
	}
}

func (l *life) expectPeople(now content, e expectation) {
	accounts, contacts, rows := l.s.env.World.Table("account"), l.s.env.World.Table("contact"), map[string]map[string]string{}
	firms := map[string]bool{}
	l.each(accounts, func(r world.Row) {
		c := cells(accounts, r, "name", "address1_city", "statecode")
		if l.v.holds(c[0].S, c[1].S, c[2].N) {
			firms[r.Key] = true
		}
	})
	l.each(contacts, func(r world.Row) {
		c := cells(contacts, r, "fullname", "parentcustomerid")
		if c[1].Kind == world.Ref && c[1].Table == "account" && firms[c[1].S] {
			rows[r.Key] = map[string]string{"person_id": r.Key, "called": c[0].S, "firm_id": c[1].S}
		}
	})
	e.overlay("person", now, rows, nil, true)
}

// overlay writes rows over what is there and counts.
func (e expectation) overlay(table string, now content, rows map[string]map[string]string, refused map[string]bool, removes bool) {
	count := &expected2{refused: int64(len(refused)), held: int64(len(rows) + len(refused))}
	e.counts[table] = count
	next := e.next[table]
	if next == nil {
		next = map[string]map[string]string{}
		e.next[table] = next
	}
	for key := range now[table] {
		if _, held := rows[key]; removes && !held && !refused[key] {
			delete(next, key)
			count.removed++
		}
	}
	for key, cells := range rows {
		was, there := next[key]
		changed := false
		if !there {
			was = map[string]string{}
			next[key] = was
		}
		for column, cell := range cells {
			changed = changed || was[column] != cell
			if was[column] = cell; cell == "" {
				delete(was, column)
			}
		}
		switch {
		case !there:
			count.created++
		case changed:
			count.updated++
		}
	}
}

// wrong tells what a receipt says of a table that is not so.
func (c *expected2) wrong(r importer.TableReceipt) (all []string) {
	is := func(what string, got, least, most int64) {
		if got < least || got > most {
			all = append(all, fmt.Sprintf("%s: %d %s, wanted %d to %d: %+v", r.Table, got, what, least, most, r.Counts))
		}
	}
	is("created", r.Created, c.created, c.created)
	is("updated", r.Updated, c.updated-c.perhaps, c.updated+c.perhaps)
	is("removed", r.Removed, c.removed, c.removed)
	is("refused", r.Refused, c.refused, c.refused)
	is("skipped or unsure", r.Skipped+r.Unsure, 0, 0)
	if r.Since.IsZero() {
		is("read", r.Read, c.held+c.removed, c.held+c.removed)
	}
	if r.Read != r.Created+r.Updated+r.Unchanged+r.Removed+r.Skipped+r.Refused+r.Unsure {
		all = append(all, fmt.Sprintf("%s does not add up: %+v", r.Table, r.Counts))
	}
	return all
}

// untyped is a cell without its type; "" is nothing.
func untyped(cell string) string {
	_, text, _ := strings.Cut(cell, " ")
	return text
}
