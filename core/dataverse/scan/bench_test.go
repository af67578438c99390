package scan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"ferry/core"
)

// page makes a page like Dataverse's: 60 fields of which some are skipped, with annotations, nulls and escapes.
func page(records int) (*Plan, []byte) {
	var b bytes.Buffer
	b.WriteString(`{"@odata.context":"https://h/api/data/v9.2/$metadata#accounts","value":[`)
	for i := range records {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"@odata.etag":"W/\"%d\"","accountid":"%08x-1be7-e611-8101-e0071b6af231","name":"Contoso %d","statecode":0,"createdon":"2024-05-01T13:45:00Z",`, i, i, i)
		fmt.Fprintf(&b, `"revenue":%d.0000,"_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"systemuser","_ownerid_value":"a16b3f4b-1be7-e611-8101-e0071b6af231","donotemail":false,`, i*100)
		for j := range 40 {
			switch {
			case (i+j)%3 == 0:
				fmt.Fprintf(&b, `"text%d":null,`, j)
			default:
				fmt.Fprintf(&b, `"text%d":"Some text of ordinary length, number %d",`, j, j)
			}
		}
		b.WriteString(`"description":"Two lines\r\nwith \"quotes\", Ünïcode and \u003ctags\u003e that go on for a while, as descriptions do"}`)
	}
	b.WriteString(`],"@odata.nextLink":"https://h/api/data/v9.2/accounts?$skiptoken=x"}`)
	fields := []Field{{Name: "accountid", Type: ID}, {Name: "name"}, {Name: "statecode", Type: Choice}, {Name: "createdon", Type: Time},
		{Name: "revenue", Type: Number}, {Name: "_ownerid_value", Type: Ref}, {Name: "donotemail", Type: Boolean}, {Name: "description"}}
	for j := range 30 {
		fields = append(fields, Field{Name: fmt.Sprint("text", j)})
	}
	return NewPlan("accountid", fields, false), b.Bytes()
}

func BenchmarkScanner(b *testing.B) {
	p, body := page(2000)
	s, rows := New(p), &Rows{}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		s.Reset(bytes.NewReader(body))
		rows.Reset(len(p.fields))
		for {
			ok, err := s.Next(rows)
			if err != nil {
				b.Fatal(err)
			}
			if !ok {
				break
			}
			if rows.Size() > 4<<20 {
				rows.Reset(len(p.fields))
			}
		}
	}
}

// BenchmarkEncodingJSON is the yardstick: the same page into maps, numbers kept exact.
func BenchmarkEncodingJSON(b *testing.B) {
	p, body := page(2000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		var in struct{ Value []map[string]any }
		if err := d.Decode(&in); err != nil {
			b.Fatal(err)
		}
		for _, rec := range in.Value {
			row := make([]core.Value, len(p.fields))
			for i, f := range p.fields {
				if text, ok := rec[f.Name].(string); ok {
					row[i] = core.Text(text)
				}
			}
		}
	}
}
