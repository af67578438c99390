package signin_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// A fake is a sign-in service that says what a test wants, and remembers each form it got.
type fake struct {
	t       *testing.T
	world   *world
	devices []string // endings of the addresses where a code was asked for

	mu      sync.Mutex
	forms   []url.Values
	token   func(n int, form url.Values) (status int, body string) // n counts from 1
	device  func(form url.Values) (status int, body string)
	headers http.Header
}

// fakeService puts a fake in place of the world's authority; the discovery document stays.
func fakeService(w *world) *fake {
	f := &fake{t: w.t, world: w, headers: http.Header{}}
	w.through(func(api http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				api.ServeHTTP(rw, r)
				return
			}
			f.serve(rw, r)
		})
	})
	return f
}

func (f *fake) serve(rw http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		f.t.Errorf("a form that cannot be read: %v", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	status, body := 0, ""
	if r.PostForm.Get("grant_type") == "" {
		f.devices = append(f.devices, r.URL.Path)
		if f.device == nil {
			f.t.Error("a code was asked for")
			return
		}
		status, body = f.device(r.PostForm)
	} else {
		f.forms = append(f.forms, r.PostForm)
		if f.token == nil {
			f.t.Error("a token was asked for")
			return
		}
		status, body = f.token(len(f.forms), r.PostForm)
	}
	if status == 0 {
		panic(http.ErrAbortHandler) // the connection is cut
	}
	for name, values := range f.headers {
		rw.Header()[name] = values
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	fmt.Fprint(rw, body)
}

func (f *fake) asked() []url.Values {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]url.Values(nil), f.forms...)
}

// forAda is a token answer for Ada, with all that MSAL wants for a later renewal.
func forAda(n int) string {
	raw := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	id := raw(map[string]string{"alg": "none"}) + "." + raw(map[string]any{
		"aud": publicApp, "sub": ada, "oid": ada, "tid": tenant, "name": "Ada Lovelace", "preferred_username": "ada@practice.example",
	}) + "."
	b, _ := json.Marshal(map[string]any{
		"token_type": "Bearer", "expires_in": 3600, "access_token": fmt.Sprintf("1.practice.access-%d", n),
		"refresh_token": fmt.Sprintf("1.practice.refresh-%d", n), "id_token": id,
		"client_info": raw(map[string]string{"uid": ada, "utid": tenant}),
	})
	return string(b)
}

// refusal is how the identity platform refuses.
func refusal(kind string, code int, text string) string {
	b, _ := json.Marshal(map[string]any{
		"error": kind, "error_codes": []int{code}, "error_description": fmt.Sprintf("AADSTS%d: %s", code, text),
		"correlation_id": "0f0f0f0f-0000-4000-8000-000000000000", "timestamp": "2026-11-21 05:00:00Z",
	})
	return string(b)
}

func contains(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}
