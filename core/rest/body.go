package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"ferry/core"
)

const (
	jsonLimit = 64 << 20
	bombSize  = 64 << 20 // a body may be any ratio below
	bombRatio = 200
)

// A body is the decompressed, guarded body of an answer.
type body struct {
	u      *run
	ctx    context.Context
	cancel context.CancelCauseFunc
	raw    io.ReadCloser
	timer  *time.Timer
	zip    *gzip.Reader
	gzip   bool
	alien  string // a content encoding that nobody asked for
	in     int64
	out    int64
	limit  int64
	head   []byte // peeked
	err    error  // stays
}

func (u *run) newBody(ctx context.Context, cancel context.CancelCauseFunc, raw *http.Response) *body {
	b := &body{u: u, ctx: ctx, cancel: cancel, raw: raw.Body, limit: u.limit}
	if b.raw == nil {
		b.raw = http.NoBody
	}
	switch encoding := strings.ToLower(strings.TrimSpace(raw.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		b.gzip = b.raw != http.NoBody
	default:
		b.alien = encoding
	}
	return b
}

// peek returns the first bytes without consuming them.
func (b *body) peek() ([]byte, error) {
	buf := make([]byte, 512)
	n, err := 0, error(nil)
	for n < 64 && err == nil {
		var m int
		m, err = b.Read(buf[n:])
		n += m
	}
	b.head = buf[:n]
	if n > 0 {
		return b.head, nil
	}
	return nil, err
}

// Read decompresses and keeps to the limits. An error stays.
func (b *body) Read(p []byte) (int, error) {
	if len(b.head) > 0 {
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	n, err := b.read(p)
	b.out += int64(n)
	switch {
	case b.out > b.limit:
		n, err = 0, tooBig(b.u.c.c.Service, b.limit)
	case b.out > bombSize && b.out > bombRatio*max(b.in, 1):
		n, err = 0, bomb(b.u.c.c.Service)
	}
	b.err = b.fault(err)
	if b.err == io.EOF && b.zip != nil {
		b.u.c.unzip.Put(b.zip)
		b.zip = nil
	}
	return n, b.err
}

func (b *body) read(p []byte) (int, error) {
	if b.alien != "" {
		return 0, unasked(b.u.c.c.Service)
	}
	if !b.gzip {
		return (*wire)(b).Read(p)
	}
	if b.zip == nil {
		z := b.u.c.unzip.Get().(*gzip.Reader)
		if err := z.Reset((*wire)(b)); err != nil {
			if err == io.EOF && b.in > 0 {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		b.zip = z
	}
	return b.zip.Read(p)
}

// fault turns an error of reading into a Fault; everything that is none yet means a broken body.
func (b *body) fault(err error) error {
	var f *core.Fault
	switch {
	case err == nil || err == io.EOF || errors.As(err, &f):
		return err
	case b.u.ctx.Err() != nil:
		return stopped(b.u.ctx)
	}
	return brokenOff(b.u.c.c.Service, err, b.u.c.c.Now())
}

// Close ends the request, read or not.
func (b *body) Close() error {
	if b.err == nil {
		b.err = http.ErrBodyReadAfterClose
	}
	b.head = nil
	err := b.raw.Close()
	b.cancel(nil)
	return err
}

// wire is the body as it comes over the network: it counts, and gives up when nothing comes.
type wire body

func (w *wire) Read(p []byte) (int, error) {
	switch idle := w.u.c.idle; {
	case idle == 0:
	case w.timer == nil:
		w.timer = time.AfterFunc(idle, func() { w.cancel(errSilent) })
	default:
		w.timer.Reset(idle)
	}
	n, err := w.raw.Read(p)
	if w.timer != nil {
		w.timer.Stop()
	}
	w.in += int64(n)
	// Also an end that was reached after we hung up is none: a server may end the body because we did.
	if err != nil && w.ctx.Err() != nil {
		err = context.Cause(w.ctx)
	}
	return n, err
}

// JSON sends r and decodes the whole answer into v; nil reads it and forgets it. What breaks off or is no JSON is repeated like a busy service, for reads.
func (c *Client) JSON(ctx context.Context, r Request, v any) (http.Header, error) {
	u := c.begin(ctx, r, jsonLimit)
	defer u.end()
	for {
		answer, err := u.send()
		if err != nil {
			return nil, core.During(r.Op, err)
		}
		s := u.decode(answer, v)
		if s == nil {
			return answer.Header, nil
		}
		if err := u.again(s); err != nil {
			return nil, core.During(r.Op, err)
		}
	}
}

func (u *run) decode(answer *Response, v any) *stumble {
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return &stumble{fault: core.AsFault(err), passing: u.safe() && isBroken(err), silent: true}
	}
	if v == nil || answer.Status == http.StatusNoContent || answer.Status == http.StatusNotModified {
		return nil
	}
	err = json.Unmarshal(text, v)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	f := badData(u.c.c.Service, answer, u.c.c.Now())
	return &stumble{fault: f, passing: u.safe() && errors.As(err, &syntax), garbled: true}
}
