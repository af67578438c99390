package dynamics

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

const batchLimit = 1000 // operations in one batch

// batch answers POST $batch.
//
// Web API: "Execute batch operations": parts in order, change sets all or nothing and without GET, no batch in a batch,
// an end at the first failure unless odata.continue-on-error is preferred.
func (c *call) batch() error {
	if c.r.Method != http.MethodPost || c.inBatch {
		return badURI("A batch must be posted, and cannot hold another one.")
	}
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" || params["boundary"] == "" {
		return badPayload("The Content-Type of a batch must be multipart/mixed with a boundary.")
	}
	b := &batching{call: c, boundary: "batchresponse_" + guid()}
	if err := b.parts(multipart.NewReader(io.LimitReader(c.r.Body, 8*bodyLimit), params["boundary"])); err != nil {
		return err
	}
	b.out.WriteString("--" + b.boundary + "--\r\n")
	status := http.StatusOK
	if b.failed != 0 && !c.prefer.goOn {
		status = b.failed
	}
	c.w.Header().Set("Content-Type", "multipart/mixed; boundary="+b.boundary)
	c.w.Header().Set("Content-Length", strconv.Itoa(b.out.Len()))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(b.out.Bytes())
	return nil
}

type batching struct {
	*call
	boundary string
	out      bytes.Buffer
	count    int
	failed   int // status of the first failure
}

func (b *batching) parts(in *multipart.Reader) error {
	for {
		p, err := in.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return badPayload("The batch is not well formed.")
		}
		kind, params, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		switch kind {
		case "multipart/mixed":
			err = b.changeSet(multipart.NewReader(p, params["boundary"]))
		case "application/http":
			err = b.single(p)
		default:
			err = badPayload("The part of a batch must be application/http or a change set.")
		}
		if err != nil || b.failed != 0 && !b.prefer.goOn {
			return err
		}
	}
}

// single answers a part that stands alone.
func (b *batching) single(p io.Reader) error {
	r, err := b.request(p)
	if err != nil {
		return err
	}
	a := b.perform(r, nil, nil)
	b.out.WriteString("--" + b.boundary + "\r\n")
	a.write(&b.out, "")
	if a.status >= 400 && b.failed == 0 {
		b.failed = a.status
	}
	return nil
}

// changeSet answers parts that succeed or fail together.
func (b *batching) changeSet(in *multipart.Reader) error {
	inner := "changesetresponse_" + guid()
	var out bytes.Buffer
	var undo []func()
	refs := map[string]string{}
	for {
		p, err := in.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return badPayload("The change set is not well formed.")
		}
		id := p.Header.Get("Content-ID")
		r, err := b.request(p)
		if err != nil {
			return err
		}
		var a *answer
		if r.Method == http.MethodGet {
			a = &answer{header: http.Header{}}
			b.fail(a, r, b.prefer, badPayload("A change set cannot hold a GET request."))
		} else {
			a = b.perform(r, refs, &undo)
		}
		if a.status >= 400 {
			for i := len(undo) - 1; i >= 0; i-- {
				undo[i]()
			}
			b.out.WriteString("--" + b.boundary + "\r\n")
			a.write(&b.out, id)
			if b.failed == 0 {
				b.failed = a.status
			}
			return nil
		}
		if address := a.header.Get("OData-EntityId"); address != "" && id != "" {
			refs[id] = address
		}
		out.WriteString("--" + inner + "\r\n")
		a.write(&out, id)
	}
	b.out.WriteString("--" + b.boundary + "\r\nContent-Type: multipart/mixed; boundary=" + inner + "\r\n\r\n")
	b.out.Write(out.Bytes())
	b.out.WriteString("--" + inner + "--\r\n\r\n")
	return nil
}

// request reads one request of a batch.
func (b *batching) request(p io.Reader) (*http.Request, error) {
	if b.count++; b.count > batchLimit {
		return nil, badPayload("The batch holds more than " + strconv.Itoa(batchLimit) + " operations.")
	}
	br := bufio.NewReader(p)
	tp := textproto.NewReader(br)
	line, err := tp.ReadLine()
	if err != nil {
		return nil, badPayload("A part of the batch is empty.")
	}
	words := strings.Fields(line)
	if len(words) != 3 {
		return nil, badPayload("The request line '" + words[0] + "' is not well formed.")
	}
	header, err := tp.ReadMIMEHeader()
	if err != nil && err != io.EOF {
		return nil, badPayload("The headers of a part are not well formed.")
	}
	body, err := io.ReadAll(br)
	if err != nil {
		return nil, badPayload("A part of the batch ends too early.")
	}
	return &http.Request{
		Method: words[0], URL: &url.URL{Opaque: words[1]}, Header: http.Header(header), Host: b.r.Host, Body: io.NopCloser(bytes.NewReader(body)),
	}, nil
}

// perform answers one request of a batch, with the preferences of its own headers.
func (b *batching) perform(r *http.Request, refs map[string]string, undo *[]func()) *answer {
	a := &answer{header: http.Header{}}
	target := r.URL.Opaque
	if id, rest, _ := strings.Cut(strings.TrimPrefix(target, "/"), "/"); strings.HasPrefix(id, "$") && id != "$batch" && id != "$metadata" {
		whole, ok := refs[strings.TrimPrefix(id, "$")]
		if !ok {
			b.fail(a, r, b.prefer, badPayload("Content-ID Reference: '"+id+"' does not exist in the batch context."))
			return a
		}
		target = strings.TrimSuffix(whole+"/"+rest, "/")
	}
	u, err := url.Parse(target)
	if err != nil || u.Host != "" && u.Host != b.r.Host {
		b.fail(a, r, b.prefer, badURI("The address of a part is not one of this environment."))
		return a
	}
	if !strings.HasPrefix(u.Path, "/") {
		u.Path = strings.TrimPrefix(b.base, "https://"+b.r.Host) + "/" + u.Path
	}
	u.Scheme, u.Host, u.RawPath = "", "", ""
	r = r.WithContext(b.r.Context())
	r.URL = u
	if err := b.dispatch(a, r, &call{caller: b.caller, inBatch: true, refs: refs, undo: undo}); err != nil {
		a.body.Reset()
		a.status = 0
		b.fail(a, r, parsePrefer(r.Header), err)
	}
	return a
}

// An answer is the answer to one request of a batch.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(code int) {
	if a.status == 0 {
		a.status = code
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *answer) write(out *bytes.Buffer, id string) {
	out.WriteString("Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n")
	if id != "" {
		out.WriteString("Content-ID: " + id + "\r\n")
	}
	out.WriteString("\r\nHTTP/1.1 " + strconv.Itoa(a.status) + " " + http.StatusText(a.status) + "\r\n")
	a.header.Set("OData-Version", "4.0")
	_ = a.header.Write(out)
	out.WriteString("\r\n")
	out.Write(a.body.Bytes())
	out.WriteString("\r\n")
}
