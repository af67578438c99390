package halo

import (
	"context"
	"strconv"
	"strings"

	"ferry/core"
)

// MakeField implements core.Maker. What Halo has no type for is a text.
func (d *Destination) MakeField(ctx context.Context, table string, f core.Field) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(ctx, table)
	if err != nil {
		return err
	}
	if !customName.MatchString(f.Name) {
		return badFieldName(f.Name)
	}
	if t.field(f.Name) != nil {
		return fieldThere(f.Name)
	}
	kind := kindOf(f.Type)
	n, ok := numberOf(d.to.types, kind)
	if !ok {
		return unknownType(f.Name)
	}
	o := object{"name": strings.TrimPrefix(f.Name, "CF"), "label": f.Display, "type": n, "custom": 1, "usage": t.number}
	if f.Display == "" {
		o["label"] = label(f.Name)
	}
	if f.Type == core.TypeDateTime {
		o["inputtype"] = 1
	}
	if _, err := d.c.post(ctx, "making a custom field in Halo", "FieldInfo", []object{o}); err != nil {
		return err
	}
	d.forget(t)
	if t.rows != nil {
		t.fields = nil
	}
	if len(f.Options) == 0 || kind != kindChoice && kind != kindChoices {
		return nil
	}
	return d.makeValues(ctx, table, f.Name, f.Options)
}

// MakeValues implements core.Maker.
func (d *Destination) MakeValues(ctx context.Context, table, field string, values []core.Option) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.makeValues(ctx, table, field, values)
}

// makeValues adds those whose label is not on the list yet.
func (d *Destination) makeValues(ctx context.Context, table, name string, values []core.Option) error {
	t, err := d.table(ctx, table)
	if err != nil {
		return err
	}
	f := t.field(name)
	if f == nil {
		return noField(name)
	}
	if f.def == nil || f.def.lookup == 0 {
		return noList(name)
	}
	for _, v := range values {
		if strings.TrimSpace(v.Label) == "" || len(f.def.byLabel(v.Label)) > 0 {
			continue
		}
		if _, err := d.c.makeValue(ctx, f, strings.TrimSpace(v.Label), strconv.FormatInt(v.Code, 10)); err != nil {
			return err
		}
	}
	return nil
}

func kindOf(t core.FieldType) fieldKind {
	switch t {
	case core.TypeBoolean:
		return kindCheckbox
	case core.TypeDate, core.TypeDateTime:
		return kindDate
	case core.TypeChoices:
		return kindChoices
	case core.TypeMemo:
		return kindMemo
	}
	if t.IsChoice() {
		return kindChoice
	}
	return kindText
}
