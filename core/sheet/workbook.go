package sheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/flate"

	"ferry/core"
)

// A workbook is written from its first byte to its last, one sheet after the other; nothing of it is kept in memory or in
// another file. (The library that reads and writes the sheet of choices keeps long sheets in the system's temporary folder,
// where they would stay after a kill.)
type workbook struct {
	zip    *zip.Writer
	sheets []sheetMemory
	list   bool // it is no import's: nobody writes it anew
}

func newWorkbook(out io.Writer) *workbook {
	w := &workbook{zip: zip.NewWriter(out)}
	w.zip.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	return w
}

// create begins a part. Its time is the first one that such files know: the same rows make the same file.
func (w *workbook) create(name string) (io.Writer, error) {
	return w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
}

// nextPart is the name of the next sheet's part.
func (w *workbook) nextPart() string {
	return "xl/worksheets/sheet" + strconv.Itoa(len(w.sheets)+1) + ".xml"
}

// reuse copies a sheet of an older workbook as it is.
func (w *workbook) reuse(old *zip.File, was sheetMemory) error {
	head := old.FileHeader
	head.Name = w.nextPart()
	to, err := w.zip.CreateRaw(&head)
	if err != nil {
		return err
	}
	from, err := old.OpenRaw()
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	w.sheets = append(w.sheets, sheetMemory{was.Name, head.Name, was.Cells})
	return nil
}

// A sheetWriter writes one sheet.
type sheetWriter struct {
	book    *workbook
	out     *bufio.Writer
	letters []string
	row     int
	scratch []byte
	notes   []int // columns whose head says that the time zone is UTC
	name    string
	part    string
}

// column is what a sheet's head says of a column.
type column struct {
	name  string
	width float64
	utc   bool
}

// columnOf is a column as wide as what it holds.
func columnOf(name string, t core.ColumnType) column {
	width := 28.0
	switch t {
	case core.ColumnInteger, core.ColumnDecimal, core.ColumnDouble:
		width = 14
	case core.ColumnBoolean, core.ColumnDate:
		width = 12
	case core.ColumnDateTime:
		width = 20
	}
	return column{name: name, width: min(60, max(width, float64(units(name))+4)), utc: t == core.ColumnDateTime}
}

func (w *workbook) sheet(name string, columns []column) (*sheetWriter, error) {
	s := &sheetWriter{book: w, name: name, part: w.nextPart()}
	part, err := w.create(s.part)
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewWriterSize(part, 1<<16)
	s.put(xmlHead + `<worksheet xmlns="` + mainSpace + `"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>` +
		`<sheetFormatPr defaultRowHeight="15"/><cols>`)
	for i, c := range columns {
		s.letters = append(s.letters, columnName(i))
		s.put(fmt.Sprintf(`<col min="%d" max="%d" width="%g" customWidth="1"/>`, i+1, i+1, c.width))
		if c.utc {
			s.notes = append(s.notes, i)
		}
	}
	s.put("</cols><sheetData>")
	head := make([]cell, len(columns))
	for i, c := range columns {
		head[i] = cell{'t', styleHead, c.name}
	}
	return s, s.cells(head)
}

func (s *sheetWriter) put(text string) { _, _ = s.out.WriteString(text) } // an error stays and shows in Flush

// cells writes a row.
func (s *sheetWriter) cells(row []cell) error {
	s.row++
	at := strconv.Itoa(s.row)
	b := append(s.scratch[:0], `<row r="`...)
	b = append(append(b, at...), `">`...)
	for i := range row {
		c := &row[i]
		if c.kind == 0 {
			continue
		}
		b = append(append(append(b, `<c r="`...), s.letters[i]...), at...)
		b = append(b, '"')
		if c.style != stylePlain {
			b = append(strconv.AppendInt(append(b, ` s="`...), int64(c.style), 10), '"')
		}
		switch c.kind {
		case 't':
			b = append(b, ` t="inlineStr"><is><t xml:space="preserve">`...)
			b = append(appendText(b, c.text), `</t></is></c>`...)
		case 'b':
			b = append(append(append(b, ` t="b"><v>`...), c.text...), `</v></c>`...)
		default:
			b = append(append(append(b, `><v>`...), c.text...), `</v></c>`...)
		}
	}
	b = append(b, "</row>"...)
	s.scratch = b
	_, err := s.out.Write(b)
	return err
}

// end writes what follows the rows. filter puts the arrows into the head.
func (s *sheetWriter) end() error {
	last := s.letters[len(s.letters)-1]
	cells := fmt.Sprintf("A1:%s%d", last, s.row)
	s.put(`</sheetData><autoFilter ref="` + cells + `"/>`)
	if len(s.notes) > 0 {
		s.put(fmt.Sprintf(`<dataValidations count="%d">`, len(s.notes)))
		for _, i := range s.notes {
			s.put(`<dataValidation allowBlank="1" showInputMessage="1" promptTitle="Time zone" prompt="Dates and times are in UTC." sqref="` + s.letters[i] + `1"/>`)
		}
		s.put(`</dataValidations>`)
	}
	s.put(`<ignoredErrors><ignoredError sqref="` + cells + `" numberStoredAsText="1"/></ignoredErrors></worksheet>`)
	s.book.sheets = append(s.book.sheets, sheetMemory{s.name, s.part, cells})
	return s.out.Flush()
}

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relSpace  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	pkgSpace  = "http://schemas.openxmlformats.org/package/2006/relationships"
	typePart  = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	// application is what a workbook says that nobody saved since Ferry wrote it.
	application = "<Application>Ferry</Application>"
)

// end writes the parts that say what the workbook holds.
func (w *workbook) end() error {
	var types, rels, sheets, filters strings.Builder
	for i, s := range w.sheets {
		types.WriteString(`<Override PartName="/` + s.Part + `" ContentType="` + typePart + `worksheet+xml"/>`)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="%s"/>`, i+1, relSpace, strings.TrimPrefix(s.Part, "xl/"))
		name := string(appendText(nil, s.Name))
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, i+1, i+1)
		from, to, _ := strings.Cut(s.Cells, ":")
		fmt.Fprintf(&filters, `<definedName name="_xlnm._FilterDatabase" localSheetId="%d" hidden="1">'%s'!%s:%s</definedName>`,
			i, strings.ReplaceAll(name, "'", "''"), fixedCell(from), fixedCell(to))
	}
	app, about := application, "Dates and times are in UTC. The next import writes this file anew."
	if w.list {
		app, about = "<Application>Ferry list</Application>", "A list that Ferry saved."
	}
	fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, len(w.sheets)+1, relSpace)
	for _, p := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + typePart + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + typePart + `styles+xml"/>` +
			`<Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>` +
			`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + pkgSpace + `"><Relationship Id="rId1" Type="` + relSpace + `/officeDocument" Target="xl/workbook.xml"/>` +
			`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
			`<Relationship Id="rId3" Type="` + relSpace + `/extended-properties" Target="docProps/app.xml"/></Relationships>`},
		{"docProps/app.xml", `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">` + app + `</Properties>`},
		{"docProps/core.xml", `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">` +
			`<dc:creator>Ferry</dc:creator><dc:description>` + about + `</dc:description></cp:coreProperties>`},
		{"xl/workbook.xml", `<workbook xmlns="` + mainSpace + `" xmlns:r="` + relSpace + `"><bookViews><workbookView/></bookViews><sheets>` + sheets.String() +
			`</sheets><definedNames>` + filters.String() + `</definedNames></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + pkgSpace + `">` + rels.String() + `</Relationships>`},
		{"xl/styles.xml", styles},
	} {
		part, err := w.create(p.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(part, xmlHead+p.text); err != nil {
			return err
		}
	}
	return w.zip.Close()
}

// fixedCell is A1 as $A$1.
func fixedCell(cell string) string {
	digits := strings.IndexAny(cell, "0123456789")
	return "$" + cell[:digits] + "$" + cell[digits:]
}

// styles are the formats of cells, in the order of the constants.
const styles = `<styleSheet xmlns="` + mainSpace + `"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/>` +
	`<numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/><numFmt numFmtId="166" formatCode="yyyy\-mm\-dd\ hh:mm:ss.000"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/><family val="2"/></font></fonts>` +
	`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
	`<fill><patternFill patternType="solid"><fgColor rgb="FF0B6E6E"/><bgColor indexed="64"/></patternFill></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7">` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
