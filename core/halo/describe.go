package halo

import (
	"context"
	"net/http"
	"strings"

	"ferry/core"
)

// Tables lists what can be written: customers, sites, users and the custom tables.
func (d *Destination) Tables(ctx context.Context) ([]core.TableName, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []core.TableName
	for _, t := range fixedTables() {
		names = append(names, core.TableName{Logical: t.name, Display: strings.TrimSuffix(t.display, "s"), Plural: t.display})
	}
	all, err := d.customTables(ctx)
	if unavailable(err) {
		return names, nil
	}
	for _, t := range all {
		names = append(names, core.TableName{Logical: t.name, Display: t.display, Plural: t.display, Custom: true})
	}
	return names, err
}

// Describe tells the fields of a table, with the custom ones and their values.
func (d *Destination) Describe(ctx context.Context, name string) (core.Table, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(ctx, name)
	if err != nil {
		return core.Table{}, err
	}
	out := core.Table{
		Name: core.TableName{Logical: t.name, Display: strings.TrimSuffix(t.display, "s"), Plural: t.display, Custom: t.rows != nil},
		Key:  keyColumn, Title: "name", Tracked: false,
	}
	if t.rows != nil {
		out.Title = ""
		if t.rows.key != nil {
			out.Key = t.rows.key.name
		}
	}
	for i := range t.fields {
		out.Fields = append(out.Fields, t.fields[i].described())
	}
	return out, nil
}

func (f *field) described() core.Field {
	out := core.Field{Name: f.name, Display: f.display, Type: f.typ, Length: f.length, Readable: true, Writable: f.writable(), Required: f.must}
	out.Above = f.name == "toplevel" && f.at == own
	if f.target != "" {
		out.Targets = []string{f.target}
	}
	if f.typ == core.TypeDateTime {
		out.Dates = core.UserLocal
	}
	if f.def != nil {
		for _, v := range f.def.values {
			if !v.inactive {
				out.Options = append(out.Options, core.Option{Code: v.id, Label: v.label})
			}
		}
	}
	return out
}

// table returns what is known of a table, asking Halo once.
func (d *Destination) table(ctx context.Context, name string) (*table, error) {
	key := strings.ToLower(name)
	if t := d.tables[key]; t != nil {
		return t, nil
	}
	for _, t := range fixedTables() {
		if t.name != key {
			continue
		}
		fields, err := d.c.customFields(ctx, t.number)
		if err != nil && !unavailable(err) {
			return nil, err
		}
		t.fields, t.unseen = append(t.fields, fields...), err != nil
		d.tables[key] = t
		return t, nil
	}
	all, err := d.customTables(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if strings.EqualFold(t.name, name) {
			if err := d.fillCustomTable(ctx, t); err != nil {
				return nil, err
			}
			d.tables[key] = t
			return t, nil
		}
	}
	return nil, noTable()
}

// unavailable reports whether this Halo, or this application's rights in it, do not tell about custom fields and tables.
// Customers and users can be written without.
func unavailable(err error) bool {
	status := answered(err)
	return status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusNotImplemented
}

// forget drops what is known of a table, because it was changed.
func (d *Destination) forget(t *table) {
	delete(d.tables, strings.ToLower(t.name))
	if t.rows != nil {
		t.fields = nil // the list of custom tables holds it too
	}
}
