package sqlite

import (
	"strconv"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"ferry/core"
)

// hasNotes reports whether a file has the table of notes of rows, and whether rows of p's table that Ferry made before
// anybody had to know are in it.
func hasNotes(conn *sqlite.Conn, p core.Plan) (notes, noted bool, err error) {
	s, err := conn.Prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_ferry_row'")
	if err != nil {
		return false, false, err
	}
	if _, err = s.Step(); err == nil {
		notes = s.ColumnInt(0) > 0
		err = s.Reset()
	}
	if err != nil || !notes {
		return false, false, err
	}
	if s, err = conn.Prepare("SELECT count(*) FROM _ferry WHERE name = ?1"); err != nil {
		return notes, false, err
	}
	s.BindText(1, "noted "+strings.ToLower(p.Table))
	if _, err = s.Step(); err == nil {
		noted = s.ColumnInt(0) > 0
		err = s.Reset()
	}
	return notes, noted, err
}

// trace adds to rows that were found what Ferry noted of them.
func trace(conn *sqlite.Conn, p core.Plan, found []core.Found) error {
	notes, noted, err := hasNotes(conn, p)
	if err != nil {
		return err
	}
	care := &careful{}
	for i, c := range p.Columns {
		if r := c.Rule; r.Made == core.UnlessChanged || r.Found == core.UnlessChanged || r.StandIn != "" {
			care.unless = append(care.unless, i)
		}
	}
	w := &writer{plan: p, care: care}
	selected := []string{"NULL", "NULL", "t." + quote(p.Key) + " GLOB ?3"}
	from := " FROM " + quote(p.Table) + " t"
	if notes {
		selected[0], selected[1] = "m.found", "m.kept"
		from += " LEFT JOIN _ferry_row m ON m.tbl = ?2 AND m.key = t." + quote(p.Key)
	}
	for _, i := range care.unless {
		selected = append(selected, "quote(t."+quote(p.Columns[i].Name)+")")
	}
	s, err := conn.Prepare("SELECT " + strings.Join(selected, ", ") + from + " WHERE t." + quote(p.Key) + " = ?1 AND ?2 = ?2")
	if err != nil {
		return err
	}
	for n := range found {
		f := &found[n]
		s.BindText(1, f.ID)
		s.BindText(2, p.Table)
		s.BindText(3, aKey)
		row, err := s.Step()
		if err != nil {
			return err
		}
		if row {
			switch {
			case s.ColumnType(0) == sqlite.TypeNull && (noted || s.ColumnInt(2) == 0):
				f.Trace = core.Unmarked
			case s.ColumnType(0) != sqlite.TypeNull && s.ColumnInt(0) != 0:
				f.Trace = core.FoundHere
			default:
				f.Trace = core.MadeHere
			}
			care.left, care.there, care.now = unpackLeft(s), f.Values, care.now[:0]
			for i := range care.unless {
				care.now = append(care.now, s.ColumnText(3+i))
			}
			if len(care.unless) > 0 && len(f.Values) == len(p.Columns) {
				f.Left = make([]core.Value, len(p.Columns))
				for _, i := range care.unless {
					f.Left[i] = w.leftIn(i)
				}
			}
		}
		if err := s.Reset(); err != nil {
			return err
		}
	}
	return nil
}

// Same implements core.Comparer.
func (d *Destination) Same(t core.ColumnType, there, next core.Value) bool {
	return stored(t, there) == stored(t, next)
}

// stored tells values apart as a column of type t does. It follows binder.bind.
func stored(t core.ColumnType, v core.Value) string {
	numeric := sqlType(t) != "TEXT" && sqlType(t) != "BLOB"
	switch v.Kind() {
	case core.KindAbsent, core.KindNull:
		return ""
	case core.KindBool, core.KindInt, core.KindChoice:
		if !numeric {
			return "t" + strconv.FormatInt(v.AsInt(), 10)
		}
		if sqlType(t) == "REAL" {
			return number(float64(v.AsInt()))
		}
		return "n" + strconv.FormatInt(v.AsInt(), 10)
	case core.KindTime:
		return "t" + v.AsTime().Format(time.RFC3339Nano)
	case core.KindChoices:
		return "t[" + v.Canonical() + "]"
	case core.KindBytes:
		return "b" + v.Canonical()
	}
	text := v.Canonical()
	if numeric {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil && sqlType(t) == "INTEGER" {
			return "n" + strconv.FormatInt(i, 10)
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return number(f)
		}
	}
	return "t" + text
}

func number(f float64) string { return "n" + strconv.FormatFloat(f, 'g', -1, 64) }
