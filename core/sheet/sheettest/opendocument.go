//go:build libreoffice && !windows

package sheettest

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// A Sheet is one sheet of a workbook. Rows and cells that are empty at the end are left out.
type Sheet struct {
	Name string
	Rows [][]Cell
}

// A Kind is what a spreadsheet takes a cell for.
type Kind string

const (
	Empty   Kind = ""
	Text    Kind = "text" // Str holds it
	Number  Kind = "number"
	Boolean Kind = "boolean" // Str is "true" or "false"
	Moment  Kind = "date"    // Str is a date, or a date and a time
	Formula Kind = "formula" // Str is what would run
)

// A Cell is a value with its type.
type Cell struct {
	Kind Kind
	Str  string
}

// read reads a flat OpenDocument spreadsheet (OpenDocument 1.3, part 3: table:table, text:p).
func read(from io.Reader) (sheets []Sheet, err error) {
	d := xml.NewDecoder(from)
	for {
		token, err := d.Token()
		if err == io.EOF {
			return sheets, nil
		}
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "table" {
			continue
		}
		s := Sheet{Name: attribute(start, "name")}
		if s.Rows, err = rows(d); err != nil {
			return nil, err
		}
		sheets = append(sheets, s)
	}
}

// rows reads to the end of a sheet.
func rows(d *xml.Decoder) (all [][]Cell, err error) {
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local != "table-row" {
				continue
			}
			row, err := cells(d)
			if err != nil {
				return nil, err
			}
			for n := repeated(e, "number-rows-repeated"); n > 0 && n < 100_000; n-- { // beyond is the empty rest of the sheet
				all = append(all, row)
			}
		case xml.EndElement:
			if e.Name.Local == "table" {
				for len(all) > 0 && len(all[len(all)-1]) == 0 {
					all = all[:len(all)-1]
				}
				return all, nil
			}
		}
	}
}

// cells reads to the end of a row.
func cells(d *xml.Decoder) (row []Cell, err error) {
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			c, err := one(d, e)
			if err != nil {
				return nil, err
			}
			n := repeated(e, "number-columns-repeated")
			if c.Kind == Empty && n > 1000 { // the empty rest of the row
				continue
			}
			for ; n > 0; n-- {
				row = append(row, c)
			}
		case xml.EndElement:
			for len(row) > 0 && row[len(row)-1].Kind == Empty {
				row = row[:len(row)-1]
			}
			return row, nil
		}
	}
}

// one reads a cell. A yes or no of Excel becomes a formula without arguments, which is LibreOffice's way to show one.
func one(d *xml.Decoder, start xml.StartElement) (c Cell, err error) {
	paragraphs, err := texts(d)
	if err != nil {
		return c, err
	}
	switch formula := attribute(start, "formula"); {
	case formula == "of:=TRUE()" || formula == "of:=FALSE()":
		return Cell{Boolean, strings.ToLower(strings.Trim(formula, "of:=()"))}, nil
	case formula != "":
		return Cell{Formula, formula}, nil
	}
	switch kind := attribute(start, "value-type"); kind {
	case "":
		return c, nil
	case "string":
		return Cell{Text, strings.Join(paragraphs, "\n")}, nil
	case "float":
		return Cell{Number, attribute(start, "value")}, nil
	case "boolean":
		return Cell{Boolean, attribute(start, "boolean-value")}, nil
	case "date":
		return Cell{Moment, attribute(start, "date-value")}, nil
	default:
		return Cell{Kind(kind), attribute(start, "value")}, nil
	}
}

// texts reads the paragraphs of a cell to its end.
func texts(d *xml.Decoder) (paragraphs []string, err error) {
	var b strings.Builder
	inside, aside := 0, 0 // of a paragraph; of a note that hangs on the cell
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			switch {
			case e.Name.Local == "annotation" || aside > 0:
				aside++
			case e.Name.Local == "p":
				inside++
			case e.Name.Local == "s":
				b.WriteString(strings.Repeat(" ", repeated(e, "c")))
			case e.Name.Local == "tab":
				b.WriteByte('\t')
			case e.Name.Local == "line-break":
				b.WriteByte('\n')
			}
		case xml.EndElement:
			depth--
			switch {
			case aside > 0:
				aside--
			case e.Name.Local == "p":
				inside--
				paragraphs = append(paragraphs, b.String())
				b.Reset()
			}
		case xml.CharData:
			if inside > 0 && aside == 0 {
				b.Write(e)
			}
		}
	}
	return paragraphs, nil
}

// attribute is found by its name in whatever space; LibreOffice's own copies of the type, which say the same, come last.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func repeated(e xml.StartElement, name string) int {
	n, err := strconv.Atoi(attribute(e, name))
	if err != nil {
		return 1
	}
	return n
}
