package sheet

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	sqlitelib "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/sqlite"
)

// spoolsIn are real spools, as the mains pass them.
func spoolsIn(folder string) Spools {
	return Spools{Folder: folder, Open: func(path string) (Spool, error) { return sqlite.New(path, nil) }}
}

type place struct{ data, folder string }

func placeOf(t *testing.T) place {
	t.Helper()
	at := t.TempDir()
	return place{filepath.Join(at, "data", "spools"), filepath.Join(at, "out")}
}

func (p place) csv(t *testing.T, more ...string) *csvFolder {
	t.Helper()
	d, err := newCSV(settings("folder", p.folder, more...), spoolsIn(p.data), nil)
	return opened(t, d, err)
}

func (p place) excel(t *testing.T, more ...string) *excelFile {
	t.Helper()
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := newExcel(settings("file", filepath.Join(p.folder, "out.xlsx"), more...), spoolsIn(p.data), nil)
	return opened(t, d, err)
}

func opened[D core.Destination](t *testing.T, d D, err error) D {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return d
}

func settings(main, where string, more ...string) core.Settings {
	s := core.Settings{Values: map[string]string{main: where}}
	for i := 0; i < len(more); i += 2 {
		s.Values[more[i]] = more[i+1]
	}
	return s
}

// filesOf is what both destinations share.
func filesOf(d core.Destination) *files {
	switch d := d.(type) {
	case *csvFolder:
		return &d.files
	case *excelFile:
		return &d.files
	}
	return nil
}

// behind does something to the spool behind the destination's back.
func behind(t *testing.T, dest core.Destination, do func(conn *sqlitelib.Conn) error) {
	t.Helper()
	if err := dest.Close(); err != nil {
		t.Fatal(err)
	}
	conn, err := sqlitelib.OpenConn(filesOf(dest).path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(do(conn), conn.Close()); err != nil {
		t.Fatal(err)
	}
}

// spoil gives the spool's table a rule that refuses these keys.
func spoil(t *testing.T, dest core.Destination, p core.Plan, keys ...string) {
	t.Helper()
	behind(t, dest, func(conn *sqlitelib.Conn) error {
		return sqlitex.ExecuteTransient(conn, `CREATE TRIGGER spoil BEFORE INSERT ON "`+p.Table+`" WHEN new."`+p.Key+`" IN ('`+strings.Join(keys, "', '")+
			`') BEGIN SELECT RAISE(ABORT, 'no'); END`, nil)
	})
}

// edit is somebody who changes the spool's rows, and says so.
func edit(t *testing.T, dest core.Destination, p core.Plan, key string, values map[string]core.Value) {
	t.Helper()
	behind(t, dest, func(conn *sqlitelib.Conn) error {
		err := sqlitex.Execute(conn, `INSERT OR IGNORE INTO "`+p.Table+`" ("`+p.Key+`") VALUES (?)`, &sqlitex.ExecOptions{Args: []any{key}})
		for name, v := range values {
			var cell any
			if !v.Empty() {
				cell = v.Canonical()
			}
			err = errors.Join(err, sqlitex.Execute(conn, `UPDATE "`+p.Table+`" SET "`+name+`" = ?1 WHERE "`+p.Key+`" = ?2`, &sqlitex.ExecOptions{Args: []any{cell, key}}))
		}
		return err
	})
	d := filesOf(dest)
	m, err := d.known(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.table(p.Table).Dirty = true
	if err := d.keep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestACSVFolderIsADestination(t *testing.T) {
	places := map[core.Destination]place{}
	coretest.Destination(t, coretest.Place{
		New: func(t *testing.T) core.Destination {
			p := placeOf(t)
			d := p.csv(t)
			places[d] = p
			return d
		},
		Reopen: func(t *testing.T, d core.Destination) core.Destination {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			again := places[d].csv(t)
			places[again] = places[d]
			return again
		},
		Spoil: spoil, Edit: edit,
		Rows: func(t *testing.T, d core.Destination, p core.Plan) map[string][]core.Value {
			if err := d.Finish(t.Context(), p); err != nil {
				t.Fatalf("Finish: %v", err)
			}
			return fileRows(t, d.(*csvFolder), p)
		},
	})
}

// fileRows reads a file by a reader of our own, and makes values of the fields again.
func fileRows(t *testing.T, d *csvFolder, p core.Plan) map[string][]core.Value {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.place, p.Table+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	records := readCSV(t, plainText(t, data, d.encoding), d.delimiter)
	all := map[string][]core.Value{}
	for _, r := range records[1:] {
		if len(r) != len(p.Columns)+1 {
			t.Fatalf("a record has %d fields, want %d", len(r), len(p.Columns)+1)
		}
		var values []core.Value
		for i, c := range p.Columns {
			values = append(values, valueOf(t, c.Type, r[i+1]))
		}
		if _, twice := all[r[0].text]; twice {
			t.Fatal("a row stands there twice")
		}
		all[r[0].text] = values
	}
	return all
}

// plainText takes the encoding away.
func plainText(t *testing.T, data []byte, encoding string) string {
	t.Helper()
	switch encoding {
	case encodingWide:
		if !bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || len(data)%2 != 0 {
			t.Fatal("this is no UTF-16 with a mark")
		}
		var wide []uint16
		for i := 2; i < len(data); i += 2 {
			wide = append(wide, uint16(data[i])|uint16(data[i+1])<<8)
		}
		return string(utf16.Decode(wide))
	case encodingMarked:
		text, ok := strings.CutPrefix(string(data), "\ufeff")
		if !ok {
			t.Fatal("the mark is not there")
		}
		return text
	}
	return string(data)
}

type field struct {
	text   string
	quoted bool
}

// readCSV reads RFC 4180 and nothing else: it is written from the paper, not from the writer.
func readCSV(t *testing.T, text string, delimiter byte) (records [][]field) {
	t.Helper()
	var record []field
	for i := 0; i < len(text); {
		var f field
		if text[i] == '"' {
			f.quoted = true
			var b strings.Builder
			for i++; ; i++ {
				end := strings.IndexByte(text[i:], '"')
				if end < 0 {
					t.Fatal("a quote is never closed")
				}
				b.WriteString(text[i : i+end])
				i += end + 1
				if i >= len(text) || text[i] != '"' {
					break
				}
				b.WriteByte('"')
			}
			f.text = b.String()
		} else {
			end := strings.IndexAny(text[i:], string(delimiter)+"\r")
			if end < 0 {
				t.Fatal("the last record has no end")
			}
			f.text = text[i : i+end]
			if strings.ContainsAny(f.text, "\"\n") {
				t.Fatalf("a field without quotes holds one, or a line end: %q", f.text)
			}
			i += end
		}
		record = append(record, f)
		switch {
		case strings.HasPrefix(text[i:], "\r\n"):
			records, record = append(records, record), nil
			i += 2
		case text[i] == delimiter:
			i++
		default:
			t.Fatalf("something stands between two fields: %.20q", text[i:])
		}
	}
	if record != nil {
		t.Fatal("the last record has no end")
	}
	return records
}

func valueOf(t *testing.T, kind core.ColumnType, f field) core.Value {
	t.Helper()
	if f.text == "" && !f.quoted {
		return core.Null()
	}
	text := f.text
	if guarded, ok := strings.CutPrefix(text, "'"); ok && guarded != "" && strings.ContainsAny(guarded[:1], "=+-@\t\r") {
		text = guarded
	}
	switch kind {
	case core.ColumnDecimal, core.ColumnDouble:
		return core.Decimal(text)
	case core.ColumnInteger, core.ColumnBoolean:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return core.Int(n)
	case core.ColumnDateTime:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return core.Time(at)
	case core.ColumnDate:
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return core.Date(at.Date())
	case core.ColumnJSON:
		var codes []int64
		if err := json.Unmarshal([]byte(text), &codes); err != nil {
			t.Fatal(err)
		}
		return core.Choices(codes...)
	case core.ColumnBytes:
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return core.Bytes(raw)
	}
	return core.Text(text)
}

func TestAnExcelWorkbookIsADestination(t *testing.T) {
	places := map[core.Destination]place{}
	coretest.Destination(t, coretest.Place{
		New: func(t *testing.T) core.Destination {
			p := placeOf(t)
			d := p.excel(t)
			places[d] = p
			return d
		},
		Reopen: func(t *testing.T, d core.Destination) core.Destination {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			again := places[d].excel(t)
			places[again] = places[d]
			return again
		},
		Spoil: spoil, Edit: edit,
	})
}
