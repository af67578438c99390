package practice

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// meter counts what leaves and remembers the status, for the log.
type meter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (m *meter) WriteHeader(code int) {
	if m.status == 0 {
		m.status = code
	}
	m.ResponseWriter.WriteHeader(code)
}

func (m *meter) Write(b []byte) (int, error) {
	if m.status == 0 {
		m.status = http.StatusOK
	}
	n, err := m.ResponseWriter.Write(b)
	m.bytes += int64(n)
	return n, err
}

func (m *meter) Unwrap() http.ResponseWriter { return m.ResponseWriter }

// cutter lets so many bytes of the body through and then cuts the connection.
type cutter struct {
	http.ResponseWriter
	left int64
}

func (c *cutter) WriteHeader(code int) {
	c.Header().Del("Content-Length") // so that a body that is short enough has no end either
	c.ResponseWriter.WriteHeader(code)
}

func (c *cutter) Write(b []byte) (int, error) {
	if int64(len(b)) < c.left {
		c.left -= int64(len(b))
		return c.ResponseWriter.Write(b)
	}
	rest := b[:c.left]
	c.left = 0 // what packs the body still ends its stream while the handler is left
	_, _ = c.ResponseWriter.Write(rest)
	c.cut()
	return 0, io.ErrClosedPipe
}

func (c *cutter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// cut sends what was written and hangs up without an end of the body.
func (c *cutter) cut() {
	_ = http.NewResponseController(c.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// packer compresses the body, where the request accepts it.
type packer struct {
	http.ResponseWriter
	pool  *sync.Pool
	zip   *gzip.Writer
	begun bool
}

// newPools makes the compressors, which are costly to make.
func newPool() *sync.Pool {
	return &sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			panic(err) // the level is a constant
		}
		return z
	}}
}

func (p *packer) WriteHeader(code int) {
	if p.begun {
		return
	}
	p.begun = true
	h := p.Header()
	if code != http.StatusNoContent && code != http.StatusNotModified && code >= 200 && h.Get("Content-Encoding") == "" && h.Get("Content-Length") != "0" {
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		h.Del("Content-Length")
		p.zip = p.pool.Get().(*gzip.Writer)
		p.zip.Reset(p.ResponseWriter)
	}
	p.ResponseWriter.WriteHeader(code)
}

func (p *packer) Write(b []byte) (int, error) {
	if !p.begun {
		if p.Header().Get("Content-Type") == "" {
			p.Header().Set("Content-Type", http.DetectContentType(b)) // of the text, not of what is packed
		}
		p.WriteHeader(http.StatusOK)
	}
	if p.zip == nil {
		return p.ResponseWriter.Write(b)
	}
	return p.zip.Write(b)
}

// Flush sends what is packed so far.
func (p *packer) Flush() {
	if p.zip != nil {
		_ = p.zip.Flush()
	}
	_ = http.NewResponseController(p.ResponseWriter).Flush()
}

// end finishes the stream and gives the compressor back.
func (p *packer) end() {
	if p.zip == nil {
		return
	}
	z := p.zip
	p.zip = nil
	defer p.pool.Put(z)
	_ = z.Close()
}

func accepts(r *http.Request) bool {
	for _, v := range r.Header.Values("Accept-Encoding") {
		for _, e := range strings.Split(v, ",") {
			name, q, _ := strings.Cut(strings.TrimSpace(e), ";")
			if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.ReplaceAll(q, " ", "") != "q=0" {
				return true
			}
		}
	}
	return false
}

// held keeps an answer back, so that it can be changed before it is sent.
type held struct {
	header http.Header
	status int
	body   []byte
}

func (h *held) Header() http.Header { return h.header }

func (h *held) WriteHeader(code int) {
	if h.status == 0 {
		h.status = code
	}
}

func (h *held) Write(b []byte) (int, error) {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	h.body = append(h.body, b...)
	return len(b), nil
}

// send sends the answer as it is now.
func (h *held) send(w http.ResponseWriter) {
	for k, v := range h.header {
		w.Header()[k] = v
	}
	w.Header().Del("Content-Length")
	if h.status == 0 {
		h.status = http.StatusOK
	}
	w.WriteHeader(h.status)
	_, _ = w.Write(h.body)
}
