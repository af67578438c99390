package practice

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/halo"
	"github.com/klauspost/compress/gzip"
)

const (
	hugeCell = 1 << 30  // bytes of DoHugeCell, when not set
	gzipBomb = 16 << 30 // bytes of DoGzipBomb, when not set
)

// stage puts the script, the compression and the log between a server and its connections.
func (e *Environment) stage(side string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var set string
		var page int
		if side == SideDynamics {
			set, page = dynamics.RowsOf(r.URL)
		}
		out := &meter{ResponseWriter: w}
		entry := Request{Time: e.now(), Side: side, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Set: set, Page: page, Header: headers(r)}
		step := e.player.choose(side, r, set, page)
		if step != nil {
			entry.Step = step.Do
		}
		defer func() {
			entry.Status, entry.Bytes = out.status, out.bytes
			e.note(entry)
		}()
		if step == nil {
			e.serve(out, r, next, accepts(r))
			return
		}
		e.perform(*step, side, out, r, next)
	})
}

// serve answers as always, packed where that is accepted.
func (e *Environment) serve(w http.ResponseWriter, r *http.Request, next http.Handler, pack bool) {
	if !pack {
		next.ServeHTTP(w, r)
		return
	}
	p := &packer{ResponseWriter: w, pool: e.packers}
	defer p.end()
	next.ServeHTTP(p, r)
}

// perform plays one step.
func (e *Environment) perform(s Step, side string, w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch s.Do {
	case DoStatus:
		e.refuse(s, side, w)
	case DoHTML:
		page(s, w)
	case DoCut, DoCutGzip:
		e.cut(s, w, r, next)
	case DoDrop:
		next.ServeHTTP(&held{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	case DoHugeCell, DoGzipBomb:
		e.flood(s, w, r)
	case DoRedirect:
		w.Header().Set("Location", s.To)
		w.WriteHeader(http.StatusFound)
	case DoAway:
		e.away(side, time.Duration(s.For))
		panic(http.ErrAbortHandler)
	case DoDelay:
		t := time.NewTimer(time.Duration(s.For))
		defer t.Stop()
		select {
		case <-t.C:
			e.serve(w, r, next, accepts(r))
		case <-s.over:
			e.serve(w, r, next, accepts(r))
		case <-r.Context().Done():
		case <-e.closing:
		}
	case DoExpire:
		e.Microsoft.ExpireTokens()
		e.serve(w, r, next, accepts(r))
	case DoRevoke:
		e.Microsoft.RevokeTokens()
		e.Microsoft.RevokeRefresh()
		e.serve(w, r, next, accepts(r))
	case DoRemoveColumn:
		e.removeColumn(s.Table, s.Column)
		e.serve(w, r, next, accepts(r))
	case DoSettings:
		e.Halo.Set(func(h *halo.Settings) { _ = h.Change(s.Set) }) // it was checked when the script was read
		e.serve(w, r, next, accepts(r))
	default:
		e.alter(s, w, r, next)
	}
}

// alter lets the server answer and changes the text of a good answer.
func (e *Environment) alter(s Step, w http.ResponseWriter, r *http.Request, next http.Handler) {
	h := &held{header: http.Header{}}
	next.ServeHTTP(h, r)
	if h.status == http.StatusOK {
		h.body = altered(s, h.body, r)
	}
	if !accepts(r) {
		h.send(w)
		return
	}
	p := &packer{ResponseWriter: w, pool: e.packers}
	defer p.end()
	h.send(p)
}

func altered(s Step, body []byte, r *http.Request) []byte {
	here := address(r)
	switch s.Do {
	case DoTruncate:
		return body[:part(s.Bytes, body)]
	case DoGarbage:
		return append(body[:part(s.Bytes, body):part(s.Bytes, body)], "\x00\xff}}]\"<!-- no JSON -->{"...)
	case DoRepeatRow:
		return repeatLast(body)
	case DoRepeatPage:
		return nextLink(body, dynamics.Again(here))
	case DoForeignLink:
		link := linkOf(body)
		if link == "" {
			link = dynamics.Again(here)
		}
		return nextLink(body, foreign(s.Link, link))
	case DoEndlessEmpty:
		return nextLink(emptied(body), dynamics.Again(here))
	case DoEndlessSame:
		return nextLink(body, here.String())
	}
	return body
}

// part is how many bytes of a body are kept: half of it when the step does not say.
func part(n int64, body []byte) int64 {
	if n == 0 {
		n = int64(len(body) / 2)
	}
	return min(n, int64(len(body)))
}

// address is the whole address that was asked for.
func address(r *http.Request) *url.URL {
	u := *r.URL
	u.Scheme, u.Host = "https", r.Host
	return &u
}

// foreign makes a link leave the environment.
func foreign(how, link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	switch how {
	case "", "host":
		u.Host = "dataverse.example"
	case "http":
		u.Scheme = "http"
	case "root":
		u.Path = strings.Replace(u.Path, "/api/data/", "/elsewhere/data/", 1)
	case "user":
		u.User = url.UserPassword(u.Hostname(), "x")
		u.Host = "dataverse.example"
	default:
		return how
	}
	return u.String()
}

// cut lets the server answer through a connection that breaks.
func (e *Environment) cut(s Step, w http.ResponseWriter, r *http.Request, next http.Handler) {
	if s.Bytes == 0 {
		panic(http.ErrAbortHandler)
	}
	c := &cutter{ResponseWriter: w, left: s.Bytes}
	e.serve(c, r, next, s.Do == DoCutGzip || accepts(r))
	c.cut() // the whole answer was shorter: its end is missing at least
}

// flood sends one text that does not end, packed to next to nothing where the step says so.
func (e *Environment) flood(s Step, w http.ResponseWriter, r *http.Request) {
	n := s.Bytes
	if n == 0 && s.Do == DoHugeCell {
		n = hugeCell
	} else if n == 0 {
		n = gzipBomb
	}
	head, tail := e.monster(r)
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.Header().Set("OData-Version", "4.0")
	var out io.Writer = w
	if s.Do == DoGzipBomb {
		w.Header().Set("Content-Encoding", "gzip")
		z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			return
		}
		defer z.Close()
		out = z
	}
	w.WriteHeader(http.StatusOK)
	if _, err := io.WriteString(out, head); err != nil {
		return
	}
	chunk := bytes.Repeat([]byte("a"), 64<<10)
	for n > 0 && r.Context().Err() == nil {
		k, err := out.Write(chunk[:min(n, int64(len(chunk)))])
		if err != nil {
			return
		}
		n -= int64(k)
	}
	_, _ = io.WriteString(out, tail)
}

// monster is the text around a cell that does not end: a page of the table that was asked for.
func (e *Environment) monster(r *http.Request) (head, tail string) {
	set, _ := dynamics.RowsOf(r.URL)
	if t := e.World.BySet(set); t != nil {
		return fmt.Sprintf(`{"@odata.context":"%s/$metadata#%s","value":[{"@odata.etag":"W/\"1\"","%s":"00000000-0000-0000-0000-000000000001","%s":"`,
			e.API(), set, t.Key, t.Title), `"}]}`
	}
	return `{"value":"`, `"}`
}

// refuse answers with a status and the error body that the side has for it.
func (e *Environment) refuse(s Step, side string, w http.ResponseWriter) {
	if side == SideHalo {
		e.Halo.Settings().Refuse(w, s.Status, s.Message, s.RetryAfter)
		return
	}
	if s.RetryAfter != nil {
		w.Header().Set("Retry-After", strconv.Itoa(*s.RetryAfter))
	}
	if s.Status == http.StatusUnauthorized && side == SideDynamics {
		w.Header().Set("WWW-Authenticate", e.challenge())
		w.WriteHeader(s.Status)
		return
	}
	if side == SideMicrosoft {
		refuseMicrosoft(s, w)
		return
	}
	code, message := s.Code, s.Message
	if code == "" && s.Status == http.StatusTooManyRequests {
		code = "0x80072322"
	}
	if message == "" {
		message = dynamics.LimitMessage(code)
	}
	if code == "" && message == "" {
		http.Error(w, "The service is unavailable.", s.Status)
		return
	}
	if message == "" {
		message = "An unexpected error occurred."
	}
	w.Header().Set("x-ms-service-request-id", refusalID)
	writeJSON(w, s.Status, map[string]any{"error": map[string]any{"code": code, "message": message}})
}

// refusalID is the correlation id of what a script refuses: a support engineer would ask for it.
const refusalID = "5c0f7b1e-3d2a-4b6c-8e9f-0a1b2c3d4e5f"

func refuseMicrosoft(s Step, w http.ResponseWriter) {
	code, err := strconv.Atoi(strings.TrimPrefix(s.Code, "AADSTS"))
	if err != nil {
		code = 90033
	}
	message := s.Message
	if message == "" {
		message = "A transient error has occurred. Please try again."
	}
	writeJSON(w, s.Status, map[string]any{
		"error": "temporarily_unavailable", "error_description": fmt.Sprintf("AADSTS%d: %s", code, message), "error_codes": []int{code},
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// page answers as a gateway or a proxy does that stands before the service.
func page(s Step, w http.ResponseWriter) {
	if s.RetryAfter != nil {
		w.Header().Set("Retry-After", strconv.Itoa(*s.RetryAfter))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	status := s.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>We are working on it</h1></body></html>")
}

// away hangs up and listens again later. Close ends the waiting too.
func (e *Environment) away(side string, d time.Duration) {
	if !e.leave(side) {
		return
	}
	go func() {
		defer e.work.Done()
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		select {
		case <-ctx.Done():
		case <-e.closing:
		}
		e.comeBack(side)
	}()
}
