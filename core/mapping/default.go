package mapping

import (
	"strings"

	"ferry/core"
)

// Default is the mapping of a table into a database or file: every readable field under its logical name, the
// record's key as primary key. Lookups keep the id, and the table beside it where several are possible. Choices
// keep the code, and the label beside it. Images, files and party lists are only carried when somebody chooses them. The
// copy is a true one: what was emptied is emptied there too.
func Default(t core.Table) Mapping {
	m := Mapping{ID: t.Name.Logical, Source: t.Name.Logical, Title: t.Name.Plural, Table: t.Name.Logical, Key: t.Key}
	if m.Title == "" {
		m.Title = t.Name.Display
	}
	taken := make(map[string]bool, len(t.Fields))
	for _, f := range t.Fields {
		taken[strings.ToLower(f.Name)] = true
	}
	for _, f := range t.Fields {
		if !f.Readable || f.Name == t.Key {
			continue
		}
		column, carried := columnType(f.Type)
		if !carried {
			continue
		}
		m.Columns = append(m.Columns, Binding{Column: f.Name, Type: column, Field: f.Name, MayEmpty: true})
		switch {
		case f.Type.IsLookup() && len(f.Targets) != 1:
			m.Columns = append(m.Columns, Binding{Column: beside(f.Name, "type", taken), Type: core.ColumnText, Field: f.Name, Part: Target, MayEmpty: true})
		case f.Type.IsChoice():
			m.Columns = append(m.Columns, Binding{Column: beside(f.Name, "label", taken), Type: core.ColumnText, Field: f.Name, Part: Label, MayEmpty: true})
		case f.Type == core.TypeChoices:
			m.Columns = append(m.Columns, Binding{Column: beside(f.Name, "label", taken), Type: core.ColumnJSON, Field: f.Name, Part: Label, MayEmpty: true})
		}
	}
	return m
}

// beside names a helper column. Where a real field has that name already, it gets one underscore more.
func beside(field, what string, taken map[string]bool) string {
	name := field + "_" + what
	for gap := "__"; taken[strings.ToLower(name)]; gap += "_" {
		name = field + gap + what
	}
	taken[strings.ToLower(name)] = true
	return name
}

// columnType says how a field lies in a database, and false for what is only carried when chosen.
func columnType(t core.FieldType) (core.ColumnType, bool) {
	switch t {
	case core.TypeInteger, core.TypeBigInt, core.TypeChoice, core.TypeState, core.TypeStatus:
		return core.ColumnInteger, true
	case core.TypeDecimal, core.TypeMoney:
		return core.ColumnDecimal, true
	case core.TypeDouble:
		return core.ColumnDouble, true
	case core.TypeBoolean:
		return core.ColumnBoolean, true
	case core.TypeChoices:
		return core.ColumnJSON, true
	case core.TypeDateTime:
		return core.ColumnDateTime, true
	case core.TypeDate:
		return core.ColumnDate, true
	case core.TypeImage, core.TypeFile, core.TypeParties:
		return "", false
	default:
		return core.ColumnText, true
	}
}
