package dataverse

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"ferry/core"
)

// TestNoValueOfARecordIsInAnyError lets the server put a value into everything it can say.
func TestNoValueOfARecordIsInAnyError(t *testing.T) {
	const value = "Zz-Confidential-Zz"
	var status int
	var code string
	f := newFake(t, func(f *fake, c *Config) {
		c.Patience = -1
		f.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/things") {
				return false
			}
			refuse(w, status, code, "missing prvRead"+"Zz privilege for '"+value+"'")
			return true
		}
	})
	for _, status = range []int{400, 401, 403, 404, 412, 413, 429, 500, 501, 503} {
		for _, code = range []string{"", "0x80060888", "0x80040220", value} {
			q := things("name")
			q.Filter = "name eq '" + value + "'"
			_, _, err := read(f.source, q, core.Bookmark{})
			if fault := core.AsFault(err); err == nil || strings.Contains(err.Error(), "Confidential") && code != value || strings.Contains(fault.Cause+fault.Remedy, "Confidential") {
				t.Errorf("%d %s: %v", status, code, err)
			}
			if _, err := f.source.Count(context.Background(), q); err == nil || strings.Contains(err.Error(), "Confidential") && code != value {
				t.Errorf("%d %s: counting: %v", status, code, err)
			}
		}
	}
}
