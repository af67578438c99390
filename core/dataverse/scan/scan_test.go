package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"ferry/core"
)

const (
	key1 = "a16b3f4b-1be7-e611-8101-e0071b6af231"
	key2 = "b16b3f4b-1be7-e611-8101-e0071b6af232"
)

// read scans a whole body, byte by byte when slow is set.
func read(p *Plan, body string, slow bool) (*Scanner, *Rows, error) {
	s := New(p)
	var r io.Reader = strings.NewReader(body)
	if slow {
		r = iotest.OneByteReader(r)
	}
	s.Reset(r)
	rows := &Rows{}
	rows.Reset(len(p.fields))
	for {
		ok, err := s.Next(rows)
		if !ok || err != nil {
			return s, rows, err
		}
	}
}

func TestEveryTypeIsReadExactly(t *testing.T) {
	long := strings.Repeat("lang ä ", 100_000)
	longJSON, _ := json.Marshal(long)
	cases := []struct {
		name string
		typ  Type
		json string
		want core.Value
	}{
		{"a text", Text, `"Contoso"`, core.Text("Contoso")},
		{"an empty text", Text, `""`, core.Text("")},
		{"a text with escapes", Text, `"a\"b\\c\/d\b\f\n\r\t\u0041"`, core.Text("a\"b\\c/d\b\f\n\r\tA")},
		{"a text beyond ASCII", Text, `"Åse 東京 😀"`, core.Text("Åse 東京 😀")},
		{"a surrogate pair", Text, `"\ud83d\ude00"`, core.Text("😀")},
		{"a lone high surrogate", Text, `"x\ud83dy"`, core.Text("x\uFFFDy")},
		{"a lone low surrogate", Text, `"x\ude00y"`, core.Text("x\uFFFDy")},
		{"two high surrogates", Text, `"\ud83d\ud83d\ude00"`, core.Text("\uFFFD😀")},
		{"a half before another escape", Text, `"\ud83d\u0041"`, core.Text("\uFFFDA")},
		{"bytes that are no UTF-8", Text, "\"a\xff\xc3b\"", core.Text("a\uFFFD\uFFFDb")},
		{"NUL", Text, `"a\u0000b"`, core.Text("a\x00b")},
		{"a text larger than the window", Text, string(longJSON), core.Text(long)},
		{"a text that is a number", Text, `12.50`, core.Text("12.50")},
		{"a text that is true", Text, `true`, core.Text("true")},
		{"a text that is an object", Text, `{"Value": true, "x":[1,"]"]}`, core.Text(`{"Value": true, "x":[1,"]"]}`)},
		{"null", Text, `null`, core.Null()},
		{"a whole number", Integer, `-2147483648`, core.Int(-2147483648)},
		{"the largest", Integer, `9223372036854775807`, core.Int(9223372036854775807)},
		{"the smallest", Integer, `-9223372036854775808`, core.Int(-9223372036854775808)},
		{"beyond 64 bits", Integer, `9223372036854775808`, core.Decimal("9223372036854775808")},
		{"a whole number with a point", Integer, `1.0`, core.Decimal("1.0")},
		{"a whole number sent as text", Integer, `"12"`, core.Text("12")},
		{"money", Number, `20000.0000`, core.Decimal("20000.0000")},
		{"money beyond float64", Number, `123456789012345678901234567890.1234`, core.Decimal("123456789012345678901234567890.1234")},
		{"an exponent", Number, `1E+3`, core.Decimal("1E+3")},
		{"minus zero", Number, `-0.00`, core.Decimal("-0.00")},
		{"a number sent as text", Number, `"NaN"`, core.Text("NaN")},
		{"true", Boolean, `true`, core.Bool(true)},
		{"false", Boolean, `false`, core.Bool(false)},
		{"a choice", Choice, `100000001`, core.Choice(100000001)},
		{"a choice below zero", Choice, `-1`, core.Choice(-1)},
		{"a choice sent as text", Choice, `"abc"`, core.Text("abc")},
		{"choices", Choices, `"1,9"`, core.Choices(1, 9)},
		{"choices with a space", Choices, `"1, 9"`, core.Choices(1, 9)},
		{"choices that are none", Choices, `"1,,9"`, core.Text("1,,9")},
		{"choices of an empty text", Choices, `""`, core.Text("")},
		{"an instant", Time, `"2024-05-01T13:45:00Z"`, core.Time(at("2024-05-01T13:45:00Z"))},
		{"an instant with a fraction", Time, `"2024-05-01T13:45:00.1234567Z"`, core.Time(at("2024-05-01T13:45:00.1234567Z"))},
		{"an instant with an offset", Time, `"2024-05-01T01:30:00+05:30"`, core.Time(at("2024-04-30T20:00:00Z"))},
		{"a day where an instant is wanted", Time, `"1990-07-14"`, core.Date(1990, 7, 14)},
		{"an instant that is none", Time, `"2023-02-29T00:00:00Z"`, core.Text("2023-02-29T00:00:00Z")},
		{"a clock time", Clock, `"2024-05-01T13:45:00Z"`, core.Clock(at("2024-05-01T13:45:00Z"))},
		{"a clock time with a zone that means nothing", Clock, `"2024-05-01T01:30:00+05:30"`, core.Clock(at("2024-05-01T01:30:00Z"))},
		{"a clock time without a zone", Clock, `"2024-05-01T01:30:00.5"`, core.Clock(at("2024-05-01T01:30:00.5Z"))},
		{"a day where a clock time is wanted", Clock, `"1990-07-14"`, core.Date(1990, 7, 14)},
		{"a clock time that is none", Clock, `"noon"`, core.Text("noon")},
		{"the earliest instant", Time, `"1753-01-01T00:00:00Z"`, core.Time(at("1753-01-01T00:00:00Z"))},
		{"a day", Date, `"2024-02-29"`, core.Date(2024, 2, 29)},
		{"a day sent as midnight", Date, `"2024-02-29T00:00:00Z"`, core.Date(2024, 2, 29)},
		{"a day sent as an instant", Date, `"2024-02-29T22:00:00Z"`, core.Time(at("2024-02-29T22:00:00Z"))},
		{"a day that is none", Date, `"soon"`, core.Text("soon")},
		{"a GUID", ID, `"A16B3F4B-1BE7-E611-8101-E0071B6AF231"`, core.Text(key1)},
		{"a GUID in braces", ID, `"{A16B3F4B-1BE7-E611-8101-E0071B6AF231}"`, core.Text(key1)},
		{"a GUID that is none", ID, `"7"`, core.Text("7")},
		{"a lookup of one target", Ref, `"` + strings.ToUpper(key1) + `"`, core.Ref("contact", key1)},
		{"a lookup that is none", Ref, `"x"`, core.Text("x")},
		{"bytes", Bytes, `"AAEC/w=="`, core.Bytes([]byte{0, 1, 2, 255})},
		{"bytes that are none", Bytes, `"%%"`, core.Text("%%")},
	}
	for _, c := range cases {
		for _, slow := range []bool{false, true} {
			if slow && len(c.json) > 1000 {
				continue
			}
			p := NewPlan("id", []Field{{Name: "x", Type: c.typ, Table: "contact"}}, false)
			_, rows, err := read(p, fmt.Sprintf(` { "value" : [ {"id":"%s","x" : %s } ] } `, key1, c.json), slow)
			if err != nil {
				t.Errorf("%s (slow %v): %v", c.name, slow, err)
			} else if got := rows.Records[0].Values[0]; got != c.want {
				t.Errorf("%s (slow %v): got %.60v, want %.60v", c.name, slow, got, c.want)
			}
		}
	}
}

func TestLookupsTakeTheirTableFromTheAnnotationWhereverItStands(t *testing.T) {
	p := NewPlan("id", []Field{{Name: "_o_value", Type: Ref}, {Name: "_o_value", Type: Ref}}, false)
	body := `{"value":[
		{"id":"` + key1 + `","_o_value@Microsoft.Dynamics.CRM.lookuplogicalname":"team","_o_value":"` + key2 + `"},
		{"id":"` + key1 + `","_o_value":"` + key2 + `","_o_value@Microsoft.Dynamics.CRM.lookuplogicalname":"systemuser"},
		{"id":"` + key1 + `","_o_value":null},
		{"id":"` + key1 + `","_o_value":"` + key2 + `"},
		{"id":"` + key1 + `"}]}`
	_, rows, err := read(p, body, false)
	if err != nil {
		t.Fatal(err)
	}
	want := []core.Value{core.Ref("team", key2), core.Ref("systemuser", key2), core.Null(), core.Ref("", key2), core.Null()}
	for i, w := range want {
		for j := range 2 {
			if got := rows.Records[i].Values[j]; got != w {
				t.Errorf("record %d value %d: got %v, want %v", i, j, got, w)
			}
		}
	}
}

func TestLinksAndCountAreReadAroundTheRecords(t *testing.T) {
	p := NewPlan("id", nil, false)
	s, rows, err := read(p, "\xef\xbb\xbf"+`{"@odata.context":"c","@odata.count":5000,"value":[{"id":"`+key1+`","n":{"a":[]}}],"@odata.nextLink":"https:\/\/x/y","@odata.deltaLink":"d"}`, true)
	if err != nil || len(rows.Records) != 1 || s.NextLink != "https://x/y" || s.DeltaLink != "d" || s.Count != 5000 {
		t.Errorf("got %v %d %q %q %d", err, len(rows.Records), s.NextLink, s.DeltaLink, s.Count)
	}
	if ok, err := s.Next(rows); ok || err != nil {
		t.Error("the end was not the end")
	}
}

func TestDeletedRecordsOfADeltaAreGone(t *testing.T) {
	p := NewPlan("id2", nil, true)
	_, rows, err := read(p, `{"value":[{"id2":"`+key1+`"},
		{"@odata.context":"https://h/$metadata#accounts/$deletedEntity","id":"`+key2+`","reason":"deleted"},
		{"@removed":{"reason":"deleted"},"@odata.id":"accounts(`+key1+`)"}]}`, false)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(rows.Records)
	if want := fmt.Sprint([]core.Record{{Key: key1}, {Key: key2, Gone: true}, {Key: key1, Gone: true}}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhatIsNoPageIsRefused(t *testing.T) {
	p := NewPlan("id", []Field{{Name: "x", Type: Text}}, false)
	rec := `{"id":"` + key1 + `","x":"a"}`
	for _, body := range []string{
		``, ` `, `{`, `[]`, `null`, `{}`, `{"value":null}`, `{"value":{}}`, `{"value":[`, `{"value":[]`, `{"value":[]}x`, `{"value":[]} {}`,
		`{"value":[],"value":[]}`, `{"value":[` + rec, `{"value":[` + rec + `,]}`, `{"value":[` + rec + rec + `]}`, `{"value":[,` + rec + `]}`,
		`{"value":[1]}`, `{"value":[null]}`, `{"value":[{"id":"` + key1 + `",}]}`, `{"value":[{"id":"` + key1 + `" "x":1}]}`,
		`{"value":[{"x":01}]}`, `{"value":[{"x":1.}]}`, `{"value":[{"x":-}]}`, `{"value":[{"x":nul}]}`, `{"value":[{"x":nulx}]}`, `{"value":[{"x":"a` + "\n" + `"}]}`,
		`{"value":[{"y":"\x"}]}`, `{"value":[{"y":"\u12G4"}]}`, `{"value":[{"y":tru}]}`, `{"value":[{"y":[1,}]}`, `{"value":[{"y":{"a"}}]}`, `<html>`,
		`{"value":[],}`, `{,"value":[]}`, `{"a":1 "value":[]}`,
	} {
		for _, slow := range []bool{false, true} {
			_, _, err := read(p, body, slow)
			var bad *Malformed
			if !errors.As(err, &bad) {
				t.Errorf("%q: got %v", body, err)
			} else if bad.HTML != strings.HasPrefix(body, "<") {
				t.Errorf("%q: HTML is %v", body, bad.HTML)
			}
		}
	}
}

func TestHostileBodiesAreRefusedWithoutReadingThemWhole(t *testing.T) {
	p := NewPlan("id", []Field{{Name: "x", Type: Text}, {Name: "b", Type: Bytes}}, false)
	cases := []struct {
		name, head, repeat string
		want               error
	}{
		{"a cell that never ends", `{"value":[{"x":"`, "abcdefgh", ErrTooLarge},
		{"line ends that never end", `{"value":[{"x":"`, `\n\n`, ErrTooLarge},
		{"letters that never end", `{"value":[{"x":"`, `ää`, ErrTooLarge},
		{"an image that never ends", `{"value":[{"b":"`, "abcdefgh", ErrTooLarge},
		{"a skipped cell that never ends", `{"value":[{"y":"`, "abcdefgh", ErrTooLarge},
		{"a number that never ends", `{"value":[{"x":1`, "00000000", ErrTooLarge},
		{"a name that never ends", `{"value":[{"`, "abcdefgh", ErrTooLarge},
		{"a record that never ends", `{"value":[{`, `"y":null,`, ErrTooLarge},
		{"brackets without end", `{"value":[{"y":`, `[`, ErrDeep},
		{"brackets without end in a field", `{"value":[{"x":`, `[`, ErrDeep},
		{"an array without end in a field", `{"value":[{"x":[1`, `,11111`, ErrTooLarge},
		{"a link that never ends", `{"@odata.nextLink":"`, `abcdefgh`, ErrTooLarge},
	}
	for _, c := range cases {
		src := &endless{head: []byte(c.head), repeat: bytes.Repeat([]byte(c.repeat), 1000)}
		s := New(p)
		s.Reset(src)
		rows := &Rows{}
		rows.Reset(2)
		_, err := s.Next(rows)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if src.n > MaxRecord+2*window {
			t.Errorf("%s: %d bytes were read", c.name, src.n)
		}
	}
}

func TestARecordWithoutAUsableKeyIsRefused(t *testing.T) {
	p := NewPlan("id", nil, false)
	for _, body := range []string{`{"value":[{}]}`, `{"value":[{"id":null}]}`, `{"value":[{"id":7}]}`, `{"value":[{"id":"x"}]}`} {
		if _, _, err := read(p, body, false); !errors.Is(err, ErrKey) {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestAnErrorAmongTheRecordsIsTold(t *testing.T) {
	p := NewPlan("id", nil, false)
	for _, body := range []string{
		`{"error":{"code":"0x80040216","message":"no","innererror":{"a":[1]}}}`,
		`{"value":[{"id":"` + key1 + `"}],"error":{"message":"no","code":"0x80040216"}}`,
	} {
		_, _, err := read(p, body, true)
		var refused *Refused
		if !errors.As(err, &refused) || refused.Code != "0x80040216" || refused.Message != "no" {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestRowsThatAreDroppedAndUsedAgainDoNotMix(t *testing.T) {
	p := NewPlan("id", []Field{{Name: "x", Type: Text}}, false)
	rows := &Rows{}
	s := New(p)
	for round := range 3 {
		rows.Reset(1)
		s.Reset(strings.NewReader(fmt.Sprintf(`{"value":[{"id":"%s","x":"a%d"},{"id":"%s","x":"b"},{"id":"%s"}]}`, key1, round, key2, key1)))
		for i := 0; ; i++ {
			ok, err := s.Next(rows)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			if i == 1 {
				rows.Drop()
			}
		}
		got := fmt.Sprint(rows.Records)
		want := fmt.Sprint([]core.Record{
			{Key: key1, Values: []core.Value{core.Text(fmt.Sprint("a", round))}}, {Key: key1, Values: []core.Value{core.Null()}}})
		if got != want {
			t.Errorf("round %d: got %s, want %s", round, got, want)
		}
	}
}

type endless struct {
	head, repeat []byte
	n            int
}

func (e *endless) Read(b []byte) (int, error) {
	src := e.repeat
	if len(e.head) > 0 {
		src = e.head
	}
	n := copy(b, src)
	if len(e.head) > 0 {
		e.head = e.head[n:]
	} else if n < len(src) {
		n -= n % (len(e.repeat) / 1000)
		if n == 0 {
			n = copy(b, src[:len(e.repeat)/1000])
		}
	}
	e.n += n
	return n, nil
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}
