package postgres

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// atOnce is how many keys are looked for with one statement.
const atOnce = 1000

// Find tells which rows are there, by the record's key or by columns that must all be equal.
func (d *Destination) Find(ctx context.Context, p core.Plan, match []core.Match) ([][]core.Found, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var found [][]core.Found
	err := d.patiently(ctx, func() error {
		found = make([][]core.Found, len(match))
		return d.transaction(ctx, reading, func() error { return d.findAll(ctx, p, match, found) })
	})
	if err != nil {
		return make([][]core.Found, len(match)), d.fault(ctx, err)
	}
	return found, nil
}

func (d *Destination) findAll(ctx context.Context, p core.Plan, match []core.Match, found [][]core.Found) error {
	t, err := d.describe(ctx, p.Table)
	if err != nil || t == nil {
		return err
	}
	if things, err := d.missing(ctx, p); err != nil || len(things) > 0 {
		if err == nil {
			err = notPrepared(p.Table)
		}
		return err
	}
	byKey := map[bool][]int{} // values wanted or not, to the places of the matches
	for i, m := range match {
		switch {
		case m.Key != "":
			byKey[m.Values] = append(byKey[m.Values], i)
		case len(m.Fields) > 0:
			if found[i], err = d.findFields(ctx, p, m); err != nil {
				return err
			}
		}
	}
	for values, places := range byKey {
		for some := range slices.Chunk(places, atOnce) {
			if err := d.findKeys(ctx, p, values, match, some, found); err != nil {
				return err
			}
		}
	}
	return nil
}

// wanted is what a search selects.
func wanted(p core.Plan, values bool) string {
	names := []string{quote(p.Key)}
	if values {
		for _, c := range p.Columns {
			names = append(names, quote(c.Name))
		}
	}
	return strings.Join(names, ", ")
}

func hit(p core.Plan, row [][]byte) core.Found {
	f := core.Found{ID: string(row[0])}
	if len(row) > 1 {
		f.Values = make([]core.Value, len(p.Columns))
		for i, c := range p.Columns {
			f.Values[i] = read(row[i+1], c.Type)
		}
	}
	return f
}

func (d *Destination) findKeys(ctx context.Context, p core.Plan, values bool, match []core.Match, places []int, found [][]core.Found) error {
	at := make(map[string][]int, len(places))
	keys := make([]string, 0, len(places))
	for _, i := range places {
		key := match[i].Key
		if strings.IndexByte(key, 0) >= 0 {
			continue // no row has it
		}
		at[key] = append(at[key], i)
		keys = append(keys, key)
	}
	rows, err := d.query(ctx, "SELECT "+wanted(p, values)+" FROM "+d.table(p)+" WHERE "+quote(p.Key)+" = ANY ($1::text[])", array(keys))
	for _, row := range rows {
		for _, i := range at[string(row[0])] {
			found[i] = append(found[i], hit(p, row))
		}
	}
	return err
}

func (d *Destination) findFields(ctx context.Context, p core.Plan, m core.Match) ([]core.Found, error) {
	var equal []string
	var args [][]byte
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		v := m.Fields[name]
		if v.Empty() {
			equal = append(equal, quote(name)+" IS NULL")
			continue
		}
		t := columnType(p, name)
		value, f := appendValue(nil, t, v)
		if f != nil {
			return nil, nil // no row can have it
		}
		args = append(args, value)
		equal = append(equal, quote(name)+" = $"+strconv.Itoa(len(args))+"::"+sqlType(t))
	}
	rows, err := d.query(ctx, "SELECT "+wanted(p, m.Values)+" FROM "+d.table(p)+" WHERE "+strings.Join(equal, " AND "), args...)
	var found []core.Found
	for _, row := range rows {
		found = append(found, hit(p, row))
	}
	return found, err
}

func columnType(p core.Plan, name string) core.ColumnType {
	for _, c := range p.Columns {
		if c.Name == name {
			return c.Type
		}
	}
	return core.ColumnText
}
