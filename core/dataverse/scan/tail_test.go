package scan

import (
	"strings"
	"testing"
)

func TestTheLinkIsFoundAtTheEndOnlyWhereThePageCannotSayOtherwise(t *testing.T) {
	const rec = `{"id":"` + key1 + `","x":"a"}`
	long := "https://x/" + strings.Repeat("a", TailSize/2)
	for _, c := range []struct{ page, link string }{
		{`{"value":[` + rec + `],"@odata.nextLink":"https://x/y?a=1&b=%22"}`, "https://x/y?a=1&b=%22"},
		{"{\"value\":[],\r\n \"@odata.nextLink\" : \"https:\\/\\/x\" \n}\n", "https://x"},
		{`{"value":[],"@nextLink":"https://x/\u0026"}`, "https://x/&"},
		{`{"value":[],"@odata.nextLink":"a\\\"b\\"}`, `a\"b\`},
		{`{"value":[],"\u0040odata.nextLink":"https://x"}`, "https://x"},
		{`{"value":[],"@odata.nextLink":"https://x","@odata.count":-1.5E+3,"more":true,"a":null,"b":"},\"c\":\""}`, "https://x"},
		{`{"value":[],"@odata.nextLink":"https://x","@odata.nextLink":"https://y"}`, "https://y"},
		{`{"value":[],"@odata.nextLink":"` + long + `"}`, long},
		// The end does not say it.
		{`{"value":[` + rec + `]}`, ""},
		{`{"@odata.nextLink":"https://x","value":[` + rec + `]}`, ""},
		{`{"@odata.nextLink":"https://x","value":[` + rec + `],"@odata.count":3}`, ""},
		{`{"value":[],"@odata.nextLink":"https://x","more":{}}`, ""},
		{`{"value":[],"@odata.nextLink":null}`, ""},
		{`{"value":[],"@odata.nextLink":""}`, ""},
		{`{"value":[{"id":"` + key1 + `","@odata.nextLink":"https://x"}]}`, ""},
		{`{"value":[{"id":"` + key1 + `","x":",\"@odata.nextLink\":\"https://x\""}],"@odata.count":3}`, ""},
		{`{"value":[],"x":"\",\"@odata.nextLink\":\"https://x\"}"}`, ""},
		{`{"value":[],"@odata.nextLink":"https://x"`, ""},
		{`{"value":[],"@odata.nextLink":"` + strings.Repeat("a", TailSize) + `"}`, ""},
		{``, ""}, {`}`, ""}, {`"}`, ""}, {`\"}`, ""}, {`:"a"}`, ""}, {`1}`, ""},
	} {
		tail := []byte(c.page)
		tail = tail[max(0, len(tail)-TailSize):]
		if link, ok := LinkAtEnd(tail); link != c.link || ok != (c.link != "") {
			t.Errorf("%.80s: got %.80q %v", c.page, link, ok)
		}
	}
}
