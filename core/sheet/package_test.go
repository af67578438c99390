package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

func fails(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil {
		t.Errorf("it went through; %s was due", code)
		return
	}
	if f := core.AsFault(err); f.Code != code {
		t.Errorf("it fails with %s (%v); %s was due", f.Code, f.Err, code)
	}
}

// A piece is one part of a package.
type piece struct{ name, text string }

func pack(t *testing.T, pieces ...piece) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range pieces {
		w, err := z.Create(p.name)
		must(t, err)
		_, err = w.Write([]byte(p.text))
		must(t, err)
	}
	must(t, z.Close())
	return out.Bytes()
}

const (
	partTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`
	partRoot  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	partBook  = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Tabelle1" sheetId="1" r:id="rId1"/></sheets></workbook>`
	partRels  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
)

func book(t *testing.T, sheet string, more ...piece) []byte {
	t.Helper()
	return pack(t, append([]piece{{"[Content_Types].xml", partTypes}, {"_rels/.rels", partRoot}, {"xl/workbook.xml", partBook}, {"xl/_rels/workbook.xml.rels", partRels}, {"xl/worksheets/sheet1.xml", sheet}}, more...)...)
}

func cells(texts ...string) string {
	var b strings.Builder
	b.WriteString("<row>")
	for _, s := range texts {
		b.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">` + s + `</t></is></c>`)
	}
	return b.String() + "</row>"
}

func worksheet(rows ...string) string {
	return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + strings.Join(rows, "") + `</sheetData></worksheet>`
}

// Other programs write rows without numbers, texts in place, rich texts in pieces, and names with prefixes.
func TestSheetsOfOtherProgramsAreRead(t *testing.T) {
	key := mark{"m", "c", 3}.text()
	plain := worksheet(cells(headGoes, headLabel, headCode, headMark), cells(" Trade ", "Label", "3", key), cells(" ", "", "", ""))
	prefixed := strings.NewReplacer("</", "</x:", "<", "<x:", `xmlns=`, `xmlns:x=`).Replace(plain)
	rich := worksheet(cells(headGoes, headLabel, headCode, headMark), `<row r="9"><c r="A9" t="s"><v>0</v></c><c r="B9" t="s"><v>1</v></c><c r="C9"><v>3.0</v></c><c r="D9" t="str"><f>X1</f><v>`+key+`</v></c></row>`)
	strings := piece{"xl/sharedStrings.xml", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" uniqueCount="2"><si><r><t>Tr</t></r><r><rPr><b/></rPr><t>ade</t></r></si><si><t>Label</t></si></sst>`}
	for name, data := range map[string][]byte{"plain": book(t, plain), "prefixed": book(t, prefixed), "rich": book(t, rich, strings)} {
		got, err := ReadChoices(t.Context(), save(t, data))
		must(t, err)
		if len(got) != 1 || got[0].Text != "Trade" || got[0].Label != "Label" || got[0].Code != 3 || got[0].Column != "c" || got[0].Why != "" {
			t.Errorf("%s is read as %+v", name, got)
		}
	}
}

func TestFilesThatAreNoSheetsAreRefused(t *testing.T) {
	ole := append(bytes.Clone(oleBegins), make([]byte, 600)...)
	good := written(t, asked())
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"empty":            {nil, "sheet.not-excel"},
		"text":             {[]byte("Code;Goes to\n1;x\n"), "sheet.not-excel"},
		"cut":              {good[:len(good)/2], "sheet.not-excel"},
		"another zip":      {pack(t, piece{"a.txt", "x"}), "sheet.not-excel"},
		"open document":    {pack(t, piece{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, piece{"content.xml", "<x/>"}), "sheet.open-document"},
		"binary":           {pack(t, piece{"xl/workbook.bin", "x"}), "sheet.old-excel"},
		"old":              {ole, "sheet.old-excel"},
		"locked":           {append(bytes.Clone(ole), wide("EncryptedPackage")...), "sheet.password"},
		"macros":           {book(t, worksheet(), piece{"xl/vbaProject.bin", "x"}), "sheet.macros"},
		"macros renamed":   {pack(t, piece{"[Content_Types].xml", "<Types><Override ContentType='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/></Types>"}, piece{"xl/workbook.xml", partBook}), "sheet.macros"},
		"external links":   {book(t, worksheet(), piece{"xl/externalLinks/externalLink1.xml", "<x/>"}), "sheet.links"},
		"entities":         {book(t, `<!DOCTYPE a [<!ENTITY b "c">]>`+worksheet()), "sheet.damaged"},
		"a part twice":     {book(t, worksheet(), piece{"XL/WORKSHEETS/sheet1.xml", worksheet()}), "sheet.damaged"},
		"not ours":         {book(t, worksheet(cells("Code", "Goes to"), cells("1", "x"))), "sheet.not-ours"},
		"no rows":          {book(t, worksheet()), "sheet.not-ours"},
		"no head":          {book(t, worksheet(cells("x", mark{"m", "c", 1}.text()))), "sheet.no-head"},
		"no sheet":         {pack(t, piece{"[Content_Types].xml", partTypes}, piece{"xl/workbook.xml", "<workbook/>"}), "sheet.damaged"},
		"broken xml":       {book(t, "<worksheet><sheetData><row><c></row>"), "sheet.not-ours"},
		"many parts":       {pack(t, make([]piece, mostParts+1)...), "sheet.too-large"},
		"many tags":        {book(t, worksheet(strings.Repeat("<c/>", mostTags))), "sheet.too-large"},
		"many strings":     {book(t, worksheet(), piece{"xl/sharedStrings.xml", "<sst>" + strings.Repeat("<si/>", mostTags) + "</sst>"}), "sheet.too-large"},
		"a bomb":           {bomb(t, 1<<30, 1<<30), "sheet.too-large"},
		"a lying bomb":     {bomb(t, 1<<30, 1000), "sheet.damaged"},
		"a row far away":   {book(t, worksheet(`<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>`)), "sheet.not-ours"},
		"a row too far":    {book(t, worksheet(`<row r="99999999999999"><c r="A1"><v>x</v></c></row>`)), ""},
		"strings not held": {book(t, worksheet(`<row><c t="s"><v>99999999</v></c><c t="s"><v>-5</v></c></row>`)), ""},
		"deep":             {book(t, strings.Repeat("<a>", 200_000)), "sheet.not-ours"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := ReadChoices(t.Context(), save(t, c.data))
			if c.code == "" {
				if err == nil {
					t.Error("it went through")
				}
			} else {
				fails(t, err, c.code)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("it took %v", took)
			}
		})
	}
	_, err := ReadChoices(t.Context(), t.TempDir())
	fails(t, err, "sheet.cannot-open")
	_, err = ReadChoices(t.Context(), filepath.Join(t.TempDir(), "none.xlsx"))
	fails(t, err, "sheet.cannot-open")
	large := save(t, good)
	must(t, os.Truncate(large, 1<<30))
	_, err = ReadChoices(t.Context(), large)
	fails(t, err, "sheet.too-large")
}

// bomb is a workbook whose sheet is large when unpacked, whatever it says.
func bomb(t *testing.T, size int64, says uint64) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range []piece{{"[Content_Types].xml", partTypes}, {"xl/workbook.xml", partBook}} {
		w, err := z.Create(p.name)
		must(t, err)
		_, err = w.Write([]byte(p.text))
		must(t, err)
	}
	var small bytes.Buffer
	c, err := flate.NewWriter(&small, flate.BestSpeed)
	must(t, err)
	_, err = io.CopyN(c, zeros{}, size)
	must(t, err)
	must(t, c.Close())
	w, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: uint64(small.Len()), UncompressedSize64: says})
	must(t, err)
	_, err = w.Write(small.Bytes())
	must(t, err)
	must(t, z.Close())
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func FuzzReadingNeverPanics(f *testing.F) {
	data, err := WriteChoices(f.Context(), asked())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("PK\x03\x04"))
	f.Add(oleBegins)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ReadChoices(t.Context(), save(t, data)); err != nil && core.AsFault(err).Kind == core.Bug {
			t.Errorf("it is called a bug: %v", err)
		}
	})
}

func TestMarksAreReadBack(t *testing.T) {
	for _, m := range []mark{{"a:b", "c d%", -3}, {"", "ü", 1 << 62}} {
		if got, ok := readMark(" " + m.text() + " "); !ok || got != m {
			t.Errorf("%+v is read as %+v", m, got)
		}
	}
	for _, text := range []string{"", "ferry-choice-1:a:b", "ferry-choice-1:%zz:b:1", "ferry-choice-1:a:b:x", "ferry-choice-2:a:b:1"} {
		if _, ok := readMark(text); ok {
			t.Errorf("%q is read as a mark", text)
		}
	}
}
