package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"ferry/core"
)

// FuzzScanner holds the scanner against encoding/json: what the one reads as a page the other reads too, with the same
// texts and numbers, whole or in pieces.
func FuzzScanner(f *testing.F) {
	rec := `{"@odata.etag":"W/\"1\"","id":"` + key1 + `","x":"a","n":1.50,"_o_value@Microsoft.Dynamics.CRM.lookuplogicalname":"team","_o_value":"` + key2 + `"}`
	for _, seed := range []string{
		`{"value":[]}`, `{"value":[` + rec + `]}`, `{"value":[` + rec + `,` + rec + `],"@odata.nextLink":"https:\/\/x"}`,
		`{"@odata.count":3,"value":[{"id":"` + key1 + `","x":"\ud83d\ude00\ud83d\u00e9ä` + "\xff" + `","n":-0.0e+10}]}`,
		`{"value":[{"id":"` + key1 + `","x":null,"y":{"a":[1,{"b":"]}"}],"c":true},"n":12345678901234567890}]}`,
		`{"value":[{"id":"` + key1 + `","x":[1,2],"n":"t","x":"again"}]}`, `{"error":{"code":"1"}}`, "\t{ \"value\" :\r\n[ ] } ", `[]`, `<html>`, `{"value":[{]}`,
		`{"value":[{"id":"` + key1 + `","x":"` + strings.Repeat("é\\n", 300) + `"}]}`,
		`{"@odata.nextLink":"https://a","value":[{"id":"` + key1 + `","x":",\"@odata.nextLink\":\"https:\/\/b\"}"}], "@odata.count" : 1.5e3 ,"more":true}`,
		`{"value":[{"id":"` + key1 + `","x":"\\\\"}],"@nextLink":"a\\\"\\\\\u00e9","b":"\"","c":null}`, `{"value":[{"@odata.nextLink":"a"}]}`,
	} {
		f.Add([]byte(seed))
	}
	plan := NewPlan("id", []Field{{Name: "x", Type: Text}, {Name: "n", Type: Number}, {Name: "_o_value", Type: Ref}}, false)
	quick, patient := New(plan), New(plan) // used for all bodies: nothing may stay behind
	var quickRows, patientRows Rows
	f.Fuzz(func(t *testing.T, body []byte) {
		rows, link, err := scanAll(quick, &quickRows, bytes.NewReader(body))
		slow, slowLink, slowErr := scanAll(patient, &patientRows, iotest.OneByteReader(bytes.NewReader(body)))
		if (err == nil) != (slowErr == nil) || err == nil && (link != slowLink || !same(rows, slow)) {
			t.Fatalf("in pieces it is read differently: %v and %v", err, slowErr)
		}
		if err == nil {
			foreseen(t, body, link)
		}
		want, wantLink, ok := oracle(body)
		switch {
		case errors.Is(err, ErrTooLarge), errors.Is(err, ErrDeep), errors.As(err, new(*Refused)):
			return // our own rules
		case errors.Is(err, ErrKey):
			return // what stands behind it was not read
		case (err == nil) != ok:
			t.Fatalf("the scanner says %v, encoding/json says %v", err, ok)
		case !ok:
			return
		}
		if link != wantLink || !same(rows, want) {
			t.Fatalf("got %v %q, want %v %q", rows, link, want, wantLink)
		}
	})
}

// foreseen makes sure that the end of a sound page, however much of it is seen, tells no other link than the page.
func foreseen(t *testing.T, body []byte, link string) {
	t.Helper()
	for from := range body {
		if early, ok := LinkAtEnd(body[from:]); ok && early != link {
			t.Fatalf("the end of the page says %q, the page %q", early, link)
		}
	}
}

func scanAll(s *Scanner, rows *Rows, body io.Reader) ([]core.Record, string, error) {
	s.Reset(body)
	rows.Reset(len(s.plan.fields))
	for {
		ok, err := s.Next(rows)
		if !ok || err != nil {
			return rows.Records, s.NextLink, err
		}
	}
}

func same(a, b []core.Record) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Key != b[i].Key || len(a[i].Values) != len(b[i].Values) {
			return false
		}
		for j := range a[i].Values {
			if a[i].Values[j] != b[i].Values[j] {
				return false
			}
		}
	}
	return true
}

// oracle reads a page with encoding/json. ok is false when it is none.
func oracle(body []byte) (records []core.Record, link string, ok bool) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !json.Valid(body) || !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		return nil, "", false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	_, _ = d.Token()
	seen := false
	for d.More() {
		name, _ := d.Token()
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return nil, "", false
		}
		switch {
		case name == "value" && seen:
			return nil, "", false
		case name == "value":
			seen = true
			var list []json.RawMessage
			if raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
				return nil, "", false
			}
			for _, r := range list {
				if r[0] != '{' {
					return nil, "", false
				}
				records = append(records, oracleRecord(r))
			}
		case (name == "@odata.nextLink" || name == "@nextLink") && raw[0] == '"':
			_ = json.Unmarshal(raw, &link)
		}
	}
	return records, link, seen
}

func oracleRecord(raw json.RawMessage) core.Record {
	rec := core.Record{Values: []core.Value{core.Null(), core.Null(), core.Null()}}
	d := json.NewDecoder(bytes.NewReader(raw))
	_, _ = d.Token()
	table, id := "", ""
	for d.More() {
		name, _ := d.Token()
		var v json.RawMessage
		_ = d.Decode(&v)
		var text string
		isText := v[0] == '"' && json.Unmarshal(v, &text) == nil
		switch name {
		case "id":
			rec.Key, _ = GUID(text)
		case "x":
			rec.Values[0] = plainValue(v, text, isText)
		case "n":
			rec.Values[1] = plainValue(v, text, isText)
			if v[0] == '-' || v[0] >= '0' && v[0] <= '9' {
				rec.Values[1] = core.Decimal(string(v))
			}
		case "_o_value" + lookupTable:
			if isText {
				table = text
			}
		case "_o_value":
			id = ""
			rec.Values[2] = plainValue(v, text, isText)
			if g, ok := GUID(text); ok && isText {
				id = g
			}
		}
	}
	if id != "" {
		rec.Values[2] = core.Ref(table, id)
	}
	return rec
}

func plainValue(v json.RawMessage, text string, isText bool) core.Value {
	switch {
	case isText:
		return core.Text(text)
	case string(v) == "null":
		return core.Null()
	}
	return core.Text(strings.ToValidUTF8(string(v), "\uFFFD"))
}
