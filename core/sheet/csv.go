package sheet

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"ferry/core"
	"ferry/core/csvtext"
)

// The values of the settings of a CSV folder.
const (
	delimiterComma     = "comma"
	delimiterSemicolon = "semicolon"
	delimiterTab       = "tab"

	encodingMarked = "utf-8-bom"
	encodingPlain  = "utf-8"
	encodingWide   = "utf-16"
)

// CSV describes the destination "CSV folder". log may be nil.
func CSV(spools Spools, log *slog.Logger) core.Driver[core.Destination] {
	return core.Driver[core.Destination]{
		Name:    "csv",
		Title:   "CSV folder",
		Summary: "One text file for each table, such as account.csv, which every program reads.",
		Settings: []core.Setting{
			{Name: "folder", Title: "Folder", Kind: core.SettingFolder, Required: true, Main: true,
				Help: "Where the files lie. Ferry makes the folder when there is none, and never writes over a file it did not make."},
			{Name: "delimiter", Title: "Between the columns", Kind: core.SettingChoice, Required: true, Default: delimiterComma,
				Choices: []string{delimiterComma, delimiterSemicolon, delimiterTab},
				Help:    "comma, semicolon or tab. Excel opens files by double-click with a comma in English, and with a semicolon in most of Europe."},
			{Name: "encoding", Title: "Encoding", Kind: core.SettingChoice, Required: true, Default: encodingMarked,
				Choices: []string{encodingMarked, encodingPlain, encodingWide},
				Help:    "utf-8-bom is what Excel recognises. utf-8 is for programs that stumble over the mark at the beginning. utf-16 is for old ones."},
			{Name: "apostrophe", Title: "Put an apostrophe before what Excel would run", Kind: core.SettingSwitch, Default: "true",
				Help: "A text that begins with = + - @ could run as a formula when the file is opened. Turn this off where another program reads the files."},
			onlyChanges(),
			{Name: "replace", Title: "Replace files of the same name", Kind: core.SettingSwitch, Default: "false",
				Help: "Files that lie in the folder already and that Ferry did not make there, such as those of another computer, are written over."},
		},
		New: func(s core.Settings) (core.Destination, error) { return newCSV(s, spools, log) },
	}
}

// csvFolder is the destination "CSV folder".
type csvFolder struct {
	files
	delimiter byte
	encoding  string
	guard     bool
	replaces  bool
}

func newCSV(s core.Settings, spools Spools, log *slog.Logger) (*csvFolder, error) {
	folder := strings.TrimSpace(s.Get("folder"))
	if folder == "" {
		return nil, noPlace("folder", "Choose where the files should lie, such as a folder in your Documents.")
	}
	d := &csvFolder{guard: on(s, "apostrophe", true), replaces: on(s, "replace", false)}
	d.changes = on(s, "only-changes", false)
	switch s.Get("delimiter") {
	case "", delimiterComma, ",":
		d.delimiter = ','
	case delimiterSemicolon, ";":
		d.delimiter = ';'
	case delimiterTab, "\t":
		d.delimiter = '\t'
	default:
		return nil, noSuchValue("delimiter", delimiterComma, delimiterSemicolon, delimiterTab)
	}
	switch d.encoding = s.Get("encoding"); d.encoding {
	case "":
		d.encoding = encodingMarked
	case encodingMarked, encodingPlain, encodingWide:
	default:
		return nil, noSuchValue("encoding", encodingMarked, encodingPlain, encodingWide)
	}
	if err := d.fill("csv", folder, spools, log); err != nil {
		return nil, err
	}
	d.target = func(t *tableMemory) string { return filepath.Join(d.place, t.Name+".csv") }
	d.ours = func(t *tableMemory) *left { return first(t.Left, t.Next) }
	d.foreign = func(path string) error {
		if d.replaces {
			return nil
		}
		return notOurFile(path)
	}
	d.suits = func(t *tableMemory) bool { return t.Form == d.form() }
	d.produce = d.write
	d.fresh, d.tell = d.freshText, d.tellText
	d.name = func(m *memory, t *tableMemory) string {
		taken := map[string]bool{}
		for _, other := range m.Tables {
			taken[foldedName(other.Name)] = true
		}
		return apart(safeFile(t.Table), taken, mostOfName+8, "")
	}
	d.words = d.counted
	d.careful = func(context.Context, *core.Check) *core.Fault { return nil }
	return d, nil
}

// form is how the files are written, as one text.
func (d *csvFolder) form() string {
	return fmt.Sprintf("%q %s %v", string(d.delimiter), d.encoding, d.guard)
}

// counted tells how many texts have an apostrophe in front.
func (d *csvFolder) counted(guarded, _ int64) string {
	switch guarded {
	case 0:
		return ""
	case 1:
		return "one text has an apostrophe in front, so that Excel does not run it"
	}
	return fmt.Sprintf("%d texts have an apostrophe in front, so that Excel does not run them", guarded)
}

// write writes a table's file whole.
func (d *csvFolder) write(ctx context.Context, t *tableMemory) error {
	if err := d.takes(t); err != nil {
		return err
	}
	if err := os.Mkdir(d.place, 0o700); err != nil && !os.IsExist(err) {
		return fileFault(d.place, err)
	}
	var w csvWriter
	now, err := d.replace(ctx, d.target(t), d.ours(t), t.Next, func(out io.Writer) error {
		w = csvWriter{delimiter: d.delimiter, guard: d.guard}
		return w.table(d.encoding, t, d.rows(ctx, t), out)
	}, func(next *left) error {
		t.Next = next
		return d.keep(ctx)
	})
	if err != nil {
		return err
	}
	t.Left, t.Next, t.Form, t.Rows, t.Guarded = now, nil, d.form(), w.rows, w.guarded
	return nil
}

// A csvWriter writes one table (RFC 4180).
type csvWriter struct {
	out       *bufio.Writer
	delimiter byte
	guard     bool
	rows      int64
	guarded   int64
}

func (w *csvWriter) table(encoding string, t *tableMemory, rows rowsOf, out io.Writer) error {
	switch encoding {
	case encodingWide:
		wide := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Writer(out)
		w.out = bufio.NewWriterSize(wide, 1<<16)
	case encodingMarked:
		w.out = bufio.NewWriterSize(out, 1<<16)
		_, _ = w.out.WriteString(csvtext.BOM) // an error stays and shows in Flush
	default:
		w.out = bufio.NewWriterSize(out, 1<<16)
	}
	w.text(t.Key)
	for _, c := range t.Columns {
		_ = w.out.WriteByte(w.delimiter)
		w.text(c.Name)
	}
	_, _ = w.out.WriteString("\r\n")
	w.guarded = 0 // of the values alone
	err := rows(func(key string, values []core.Value) error {
		w.text(key)
		for i, v := range values {
			_ = w.out.WriteByte(w.delimiter)
			w.value(t.Columns[i].Type, v)
		}
		w.rows++
		_, err := w.out.WriteString("\r\n")
		return err
	})
	if err != nil {
		return err
	}
	return w.out.Flush()
}

// value writes a cell. Nothing is an empty field; a text without characters is one in quotes.
func (w *csvWriter) value(t core.ColumnType, v core.Value) {
	switch v.Kind() {
	case core.KindNull, core.KindAbsent:
	case core.KindText:
		w.text(v.AsText())
	case core.KindChoices:
		w.text("[" + v.Canonical() + "]")
	case core.KindBytes:
		_, _ = w.out.WriteString(base64.StdEncoding.EncodeToString(v.AsBytes()))
	case core.KindDecimal:
		w.text(v.AsText()) // digits, or whatever stood there instead of them
	default:
		_, _ = w.out.WriteString(v.Canonical())
	}
}

// text writes a text sign by sign, in quotes where it has to be.
func (w *csvWriter) text(text string) {
	if w.guard {
		safe, changed := csvtext.Safe(text)
		if text = safe; changed {
			w.guarded++
		}
	}
	if w.quoted(text) {
		_ = w.out.WriteByte('"')
		_, _ = w.out.WriteString(strings.ReplaceAll(text, `"`, `""`))
		_ = w.out.WriteByte('"')
		return
	}
	_, _ = w.out.WriteString(text)
}

// quoted reports whether a text has to stand in quotes. Blanks at its ends are safe there, and so is a sign that readers take for the mark of an encoding.
func (w *csvWriter) quoted(text string) bool {
	if text == "" || text[0] == ' ' || text[len(text)-1] == ' ' || strings.HasPrefix(text, csvtext.BOM) {
		return true
	}
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\r', '\n', '\t', w.delimiter:
			return true
		}
	}
	return false
}
